"""Each form of an answer gets one verdict: from `check` in a real kernel, and from the grader."""

from types import SimpleNamespace

import pytest
from jupyter_client import KernelManager
from support.forms import IPYTHON, PYTHON, SAYS
from support.submitted import ASSIGNMENT, RELEASE, code, handed_out, named, read

from d2l_autograder.marking.marking import mark_submission
from d2l_autograder.sandbox import Limits, Sandbox, Session, Setup, Verdict

pytestmark = pytest.mark.kernel

FORMS = IPYTHON | PYTHON
SETUP = next(cell.source for cell in RELEASE.cells if cell.id == "setup")
# What a kernel keeps when its namespace is cleared
CLEAR = """
from d2l_helpers.exercises.progress import _here
_here.clear()
_shell = get_ipython()
_shell.ast_node_interactivity, _shell.compile.flags = "last_expr", _shell.compile.flags & ~0x1000000
_shell.reset(new_session=False, aggressive=False)
"""
FORGET = """
for name in {*globals()} - {"__name__", "__builtins__", "display", "get_ipython", "exit", "quit", "In", "Out", "_"}:
    del globals()[name]
"""
# An answer of these needs a cell that its text does not lead to
LEANING = {"a registry", "a list in another name"}


def exercise_of(cells):
    return "most_symbols" if "most_" in "".join(cells) else "stable_softmax"


def sources(title):
    """Return a form's cells, as a front end would send them."""
    return [cell.replace("{number}", str(list(FORMS).index(title))) for cell in FORMS[title]]


class Kernel:
    """A kernel in which one form after another runs."""

    def __init__(self, client):
        self.client = client

    def run(self, source, ask=""):
        """Run a cell; return whether it ended without an error, and the value of an expression after it."""
        ident = self.client.execute(source, user_expressions={"value": ask} if ask else {}, stop_on_error=False)
        while (reply := self.client.get_shell_msg(timeout=60))["parent_header"]["msg_id"] != ident:
            pass
        content = reply["content"]
        value = content.get("user_expressions", {}).get("value", {}).get("data", {}).get("text/plain")
        return content["status"] == "ok", value

    def state(self, title):
        """Return what `check` says of a form, and whether all its cells ran to their end."""
        name = exercise_of(FORMS[title])
        self.run(f"{CLEAR}\n{SETUP}\n{name} = ...")
        ended = [self.run(source.replace("\r\n", "\n"))[0] for source in sources(title)]
        ask = f"__import__('d2l_helpers.exercises.progress', fromlist=['_'])._here[{name!r}]"
        _, state = self.run(f"helpers.check({name!r}, {name})", ask)
        return state.strip("'"), all(ended)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(home))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    kernel = Kernel(client)
    kernel.run(f"import os\nos.environ['HOME'] = os.environ['XDG_STATE_HOME'] = {str(home)!r}")
    yield kernel
    client.stop_channels()
    manager.shutdown_kernel(now=True)


class Worker(Sandbox):
    """The sandbox's worker, which goes on after a session unless a request has ended it."""

    def end(self):
        if self.ending:
            super().end()


@pytest.fixture(scope="module")
def grade():
    limits, workers = Limits(total_seconds=3000.0), []

    def supply():
        if not workers or workers[-1].ending:
            workers.append(Worker(limits, Setup(imports=ASSIGNMENT.imports, mxnet=True), is_confined=False))
            workers[-1].start()
        workers[-1].run("forget", FORGET)
        return workers[-1]

    def verdict(notebook, name, runs_all):
        submission = read(notebook)
        whole = SimpleNamespace(
            attempted=submission.attempted,
            digest=submission.digest,
            cells=(lambda names=None: submission.all_cells()) if runs_all else submission.cells,
            all_cells=submission.all_cells,
            place_of_check=submission.place_of_check,
        )
        marks = mark_submission(whole, ASSIGNMENT, b"secret", lambda: Session(limits, supply))
        return next(mark.verdict for mark in marks if mark.exercise == name)

    yield verdict
    Sandbox.end(workers[-1])


def notebook_with(title, is_named):
    """Return the notebook with a form in the place of the stub; without names, as an editor that drops all ids."""
    notebook, name = handed_out(), exercise_of(FORMS[title])
    stub = named(notebook, name)
    place = notebook["cells"].index(stub)
    cells = [code(source) | {"id": f"own-{number}"} for number, source in enumerate(sources(title))]
    cells[0] |= {"id": stub["id"], "metadata": stub["metadata"]}
    notebook["cells"][place : place + 1] = cells
    for cell in [] if is_named else notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    return notebook


# Some of each kind in each run, the rest at night
QUICK = {*list(IPYTHON)[::2], *list(PYTHON)[::4]} - LEANING


@pytest.mark.parametrize(
    "title", [pytest.param(title, marks=[] if title in QUICK else [pytest.mark.nightly]) for title in FORMS]
)
def test_check_and_grader_have_one_verdict(title, kernel, grade):
    state, is_whole = kernel.state(title)
    assert state == SAYS.get(title, "right")
    for is_named in (True, False):
        notebook, name = notebook_with(title, is_named), exercise_of(FORMS[title])
        verdict = grade(notebook, name, title in LEANING)
        assert (verdict == Verdict.RIGHT) == (state == "right"), (is_named, verdict)
        if is_whole:  # otherwise the grader says which error it was
            assert (verdict == Verdict.NOT_ATTEMPTED) == (state == "not attempted"), (is_named, verdict)
