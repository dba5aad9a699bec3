"""Each submission gets one result, whatever workers do; what a worker replies is checked. No dask is needed here."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.own import in_two_places, own_notebook
from support.sent_course import ABOUT, COURSE, MARKER, SAME_COURSE
from support.submitted import ASSIGNMENT, ASSIGNMENTS

from d2l_autograder.assignment import load_assignment
from d2l_autograder.batch.cluster import dispatch
from d2l_autograder.batch.cluster.crew import Crew, State
from d2l_autograder.batch.cluster.dispatch import Dispatch, Failed, Lost
from d2l_autograder.batch.cluster.reply import Unfit, checked_result, require_same_course, require_same_program
from d2l_autograder.batch.cluster.task import ANSWERS, course_of, describe, mark_task, open_course
from d2l_autograder.batch.marker import Marker
from d2l_autograder.results import Status
from d2l_autograder.sandbox import Verdict

NAME = ASSIGNMENT.name
UNTOUCHED = nbformat.writes(ASSIGNMENT.release)  # no sandbox starts for a notebook without an answer
CONTENTS = {f"s{number}": f"{UNTOUCHED}{' ' * number}".encode() if number % 3 else b"{" for number in range(8)}
EXPECTED = {student: MARKER.mark(student, NAME, contents) for student, contents in CONTENTS.items()}
BEHAVIOURS = ("right", "lost", "cut off", "silent", "failed", "nonsense", "another's", "fault", "restarted")


def outcome_of(coroutine):
    """Run a coroutine in another thread: after tests with Playwright, this one has an event loop that runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def text_of(result, **other):
    return json.dumps({"result": result.as_json()} | other)


class Workers:
    """Workers that do what they are told, once for each submission, and then what is right."""

    def __init__(self, told):
        self.crew, self.notes = Crew(), []
        self.told = {f"tls://{name}:1": behaviours for name, behaviours in told.items()}
        addresses = [*self.told, "tls://good:1"]
        about = {each: ABOUT | {"name": each} for each in addresses}
        for worker in self.crew.update(about):
            worker.state = State.FIT
        self.dispatch = Dispatch(self.crew, self.send, MARKER, COURSE, self.notes.append)

    async def send(self, address, function, *arguments):
        await asyncio.sleep(0)
        if function is not mark_task:
            return json.dumps({"fault": "it is broken", "remedy": "repair it"})
        student = arguments[1]
        told = self.told.get(address)
        behaviour = told.pop(0) if told else "right"
        if behaviour == "lost":
            if worker := self.crew.workers.pop(address, None):
                worker.gone.set()
            await asyncio.Event().wait()
        if behaviour == "silent":
            if worker := self.crew.workers.get(address):
                worker.hear(1, False)
            await asyncio.Event().wait()
        if behaviour in ("failed", "cut off"):
            raise (Failed if behaviour == "failed" else Lost)("the call was lost")
        return {
            "right": text_of(EXPECTED[student]),
            "nonsense": "{}",
            "another's": text_of(replace(EXPECTED[student], student="another")),
            "fault": text_of(replace(EXPECTED[student], status=Status.SANDBOX_FAULT, detail="it broke"), may_try=True),
            "restarted": json.dumps({"is_closed": True}),
        }[behaviour]

    async def mark(self, student):
        worker = await self.crew.take()
        return await self.dispatch.mark(worker, student, NAME, CONTENTS[student])


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(dispatch, "_LOOK", 0.01)


@given(told=st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from(BEHAVIOURS), max_size=5)))
@settings(max_examples=60)
def test_each_submission_gets_the_local_result_while_a_good_worker_is_left(told):
    async def run():
        workers = Workers(told)
        found = await asyncio.gather(*map(workers.mark, CONTENTS))
        await asyncio.sleep(0)  # what was cancelled gives its worker back
        await asyncio.sleep(0)
        return found, workers

    found, workers = outcome_of(asyncio.wait_for(run(), 60))
    assert {result.student: result for result in found} == EXPECTED
    assert [worker.busy for worker in workers.crew.workers.values()] == [0] * len(workers.crew.workers)
    assert all("Try: " in note for note in workers.notes)


def test_a_submission_that_no_worker_marks_has_a_row_that_says_why():
    class Bad(Workers):
        async def send(self, address, function, *_):
            if function is mark_task:
                raise Failed("it is gone")
            return await super().send(address, function)

    result = outcome_of(asyncio.wait_for(Bad({}).mark("s1"), 60))
    assert result.status == Status.SANDBOX_FAULT
    assert "4 workers tried" in result.detail
    assert "it is gone" in result.detail


def test_a_worker_whose_examination_was_lost_is_examined_again_and_not_blamed():
    replies = [Lost("the connection"), describe(), Lost("the connection"), describe(), SAME_COURSE]

    class Interrupted(Workers):
        async def send(self, *_):
            if isinstance(reply := replies.pop(0), Lost):
                raise reply
            return reply

    async def run():
        workers = Interrupted({})
        (worker,) = workers.crew.workers.values()
        workers.dispatch.examine(worker)
        assert worker.state is State.NEW
        return await workers.crew.take(), workers.notes

    worker, notes = outcome_of(asyncio.wait_for(run(), 60))
    assert (worker.state, replies, notes) == (State.FIT, [], [])


def test_a_worker_that_has_left_is_asked_no_more():
    async def run():
        workers = Cut({})
        (worker,) = workers.crew.workers.values()
        workers.dispatch.examine(worker)
        await asyncio.sleep(0.05)
        workers.crew.update({})
        await asyncio.wait_for(asyncio.gather(*workers.dispatch._examining), 10)
        return workers

    class Cut(Workers):
        async def send(self, *_):
            raise Lost("the connection")

    workers = outcome_of(run())
    assert (workers.notes, list(workers.dispatch._examining)) == ([], [])


def test_a_worker_that_others_could_read_is_sent_nothing_and_named():
    async def run():
        workers = Workers({})
        (worker,) = workers.crew.update({"tcp://10.0.0.1:1": ABOUT | {"name": "open"}})
        workers.send = None
        workers.dispatch.examine(worker)
        await asyncio.wait_for(asyncio.gather(*workers.dispatch._examining), 10)
        return worker.state, workers.notes

    state, (note,) = outcome_of(run())
    assert state is State.UNFIT
    assert "others could read" in note


def test_a_worker_that_fails_twice_at_once_is_named_once():
    async def run():
        workers = Workers({"broken": ["fault", "fault"]})
        workers.crew.workers["tls://good:1"].state = State.NEW  # it comes later
        marking = [asyncio.create_task(workers.mark(student)) for student in ("s1", "s2")]
        await asyncio.sleep(0.05)
        workers.crew.workers["tls://good:1"].state = State.FIT
        workers.crew.hand_out()
        return await asyncio.wait_for(asyncio.gather(*marking), 60), workers.notes

    found, notes = outcome_of(run())
    assert found == [EXPECTED["s1"], EXPECTED["s2"]]
    assert len(notes) == 1


def test_a_fault_of_the_key_is_not_tried_elsewhere():
    asked = []

    class Faulty(Workers):
        async def send(self, address, function, *arguments):
            asked.append(function)
            return text_of(replace(EXPECTED["s1"], status=Status.SANDBOX_FAULT, detail="the key"), may_try=False)

    result = outcome_of(asyncio.wait_for(Faulty({}).mark("s1"), 60))
    assert (result.detail, asked) == ("the key", [mark_task])


def test_who_waits_for_a_worker_and_is_cancelled_takes_none_along():
    async def run():
        crew = Workers({}).crew
        held = [await crew.take(), await crew.take()]  # one thread, and one submission that waits
        waiting = [asyncio.create_task(crew.take()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        crew.give_back(held.pop())
        waiting[1].cancel()  # it has just been given the worker
        await asyncio.wait(waiting[:2])
        assert (await asyncio.wait_for(waiting[2], 10)).busy == 2

    outcome_of(run())


def checked(text, student="s1"):
    return checked_result(text, MARKER, student, NAME, CONTENTS[student])


@pytest.mark.parametrize("student", ["s0", "s1"])
def test_a_right_reply_is_the_result(student):
    assert checked(text_of(EXPECTED[student]), student).result == EXPECTED[student]
    assert checked('{"is_closed": true}', student).result is None


RIGHT = EXPECTED["s1"]
FIRST, *OTHERS = RIGHT.marks
FORGED = {
    "another student": replace(RIGHT, student="s2"),
    "another assignment": replace(RIGHT, assignment="06_softmax_regression_scratch"),
    "another file": replace(RIGHT, digest=EXPECTED["s2"].digest),
    "no digest": replace(RIGHT, digest=""),
    "damaged without its digest": replace(RIGHT, status=Status.DAMAGED, detail="it cannot be read"),
    "missing": replace(RIGHT, status=Status.MISSING),
    "without a sandbox": replace(RIGHT, is_sandboxed=False),
    "an exercise too few": replace(RIGHT, marks=tuple(OTHERS)),
    "an exercise twice": replace(RIGHT, marks=(FIRST, *RIGHT.marks)),
    "exercises in another order": replace(RIGHT, marks=RIGHT.marks[::-1]),
    "other points": replace(RIGHT, marks=(replace(FIRST, points=9.0), *OTHERS)),
    "extra credit": replace(RIGHT, marks=(replace(FIRST, is_extra=True), *OTHERS)),
    "more than there is": replace(RIGHT, marks=(replace(FIRST, earned=9.0, verdict=Verdict.RIGHT), *OTHERS)),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_result_that_was_not_asked_for_is_refused(forged):
    with pytest.raises(Unfit):
        checked(text_of(forged))


@pytest.mark.parametrize(
    "text",
    [
        None, b"{}", 5, "", "null", "[]", "{}", '{"result": 5}', '{"result": {}}', '{"result": "[]"}', "[" * 10**5,
        '{"result": "' + "[" * 10**5 + '"}', '{"is_closed": 1}', " " * (17 << 20), '{"result": NaN}',
    ],
    ids=lambda text: str(text)[:30],
)  # fmt: skip
def test_what_is_no_reply_is_refused(text):
    with pytest.raises(Unfit):
        checked(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_json_that_is_no_reply_is_refused(value):
    for text in (json.dumps(value), json.dumps({"result": value}), json.dumps({"result": json.dumps(value)})):
        with pytest.raises(Unfit):
            checked(text)


def test_a_worker_of_the_same_version_and_key_is_fit():
    require_same_program(describe())
    require_same_course(SAME_COURSE, MARKER)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"packages": "0"}, "another version of this project"),
        ({"environment": "Python 2.7"}, "it has Python 2.7"),
        ({"environment": None}, "it has None"),
    ],
)
def test_a_worker_of_another_version_is_unfit(change, said):
    with pytest.raises(Unfit, match=said):
        require_same_program(json.dumps(json.loads(describe()) | change))


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"keys": {NAME: "0"}, "digests": {}}, "another answer key"),
        ({"keys": {NAME: "0"}, "fault": "it does not fit", "remedy": ""}, "another answer key"),
        ({"fault": "no bubblewrap", "remedy": "install it"}, "no bubblewrap; install it"),
        ({"keys": {NAME: ASSIGNMENT.key.digest}, "digests": {NAME: "0"}}, "mark otherwise"),
        ({}, "mark otherwise"),
    ],
)
def test_a_worker_that_would_mark_otherwise_is_unfit(reply, said):
    with pytest.raises(Unfit, match=said):
        require_same_course(json.dumps(reply), MARKER)


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_course_that_was_sent_is_the_course(name):
    half = replace(ASSIGNMENTS[name], items=ASSIGNMENTS[name].items[::2])  # the others are for practice
    marker = Marker({name: half}, b"secret")
    require_same_course(open_course("sent", course_of(marker), marker.secret), marker)


@pytest.mark.sandbox
@pytest.mark.parametrize("is_apart", [False, True], ids=["key in the module", "key in a folder"])
@pytest.mark.parametrize("is_elsewhere", [False, True], ids=["same place", "another place"])
def test_a_course_of_own_notebooks_that_was_sent_is_the_course(tmp_path, monkeypatch, is_apart, is_elsewhere):
    notebook = own_notebook(tmp_path / "teacher")
    folder = in_two_places(notebook) if is_apart else notebook.parent
    marker = Marker({notebook.stem: load_assignment(notebook, None)}, b"secret")
    sent = course_of(marker)
    if is_elsewhere:
        copied = notebook.parent.rename(tmp_path / "worker")
        monkeypatch.setenv(ANSWERS, str(copied / folder.relative_to(notebook.parent)))
    require_same_course(open_course("own", sent, marker.secret), marker)


def test_a_worker_that_does_not_know_the_course_says_so_and_never_raises():
    assert json.loads(mark_task("never opened", "s1", NAME, b"")) == {"is_closed": True}
    for course in ("", "{", "[]", '{"assignments": {}, "limits": {}}', '{"assignments": {"a": {}}, "limits": {}}'):
        assert "fault" in json.loads(open_course("bad", course, b""))
