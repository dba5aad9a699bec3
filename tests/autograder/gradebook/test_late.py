"""Late submissions: nbgrader's plugin decides the penalty, in our batch as in `nbgrader autograde`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from support.courses import NAME, answered, hand_in, make_course, nbgrader, need_nbgrader, solutions
from support.leftovers import need_a_sandbox
from support.sample_results import result_for

from d2l_autograder.course import read_course
from d2l_autograder.gradebook import gradebook
from d2l_autograder.gradebook.late import LatePolicy
from d2l_autograder.results import Row
from d2l_helpers.errors import RecordError

# SQLAlchemy warns about how nbgrader uses it
pytestmark = [pytest.mark.nbgrader, pytest.mark.filterwarnings("ignore::Warning:nbgrader")]

DUE = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
OWN = """
from nbgrader.plugins import BasePlugin

class PointADay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return None if student_id == "excused" else -(-total_seconds_late // 86400)
"""
PLUGINS = {
    "stock": "",
    "none": "c.LateSubmissionPlugin.penalty_method = 'none'",
    "zero": "c.LateSubmissionPlugin.penalty_method = 'zero'",
    "own": "c.AssignLatePenalties.plugin_class = 'late_here.PointADay'",
}


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    need_nbgrader()
    return make_course(tmp_path_factory.mktemp("late") / "course")


@pytest.fixture
def course(released, tmp_path):
    """A course with a due date, in a folder of its own."""
    folder = tmp_path / "course"
    shutil.copytree(released, folder)
    (folder / "late_here.py").write_text(OWN)
    due(folder, DUE)
    return folder


def due(folder, when):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        book.update_or_create_assignment(NAME, duedate=when)


def configure(folder, *lines):
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write("\n".join(["", *lines, ""]))


def assignments(folder):
    return {NAME: read_course(folder).load(folder / "release" / NAME / f"{NAME}.ipynb")}


def saved(folder, submitted, student="ada", out=None, course=True, is_late=False):
    known = assignments(folder)
    row = Row(result_for(known[NAME], student, share=1), submitted, is_late)
    with gradebook.opened(out or folder, known, course=folder if course else None) as book:
        return book.save(row)


def stamp(folder, when, student="ada"):
    """Write the date as `nbgrader collect` does."""
    file = folder / "submitted" / student / NAME / "timestamp.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{when:%Y-%m-%d %H:%M:%S.%f} UTC\n")


def submission(folder, student="ada"):
    """Return what nbgrader says about a submission: its date, its score and its penalty."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
        found = book.find_submission(NAME, student)
        return found.timestamp, found.score, found.late_submission_penalty


@pytest.mark.sandbox
def test_the_penalty_is_that_of_nbgrader_autograde(course):
    need_a_sandbox()
    hand_in(course, "ada", answered(course, solutions()))
    (course / "submitted" / "ada" / NAME / "timestamp.txt").write_text("2026-03-04 10:30:00 UTC\n")
    configure(course, PLUGINS["own"])
    nbgrader(course, "autograde", NAME)
    theirs = submission(course)
    assert theirs == (datetime(2026, 3, 4, 10, 30), 11, 3)
    (course / "gradebook.db").unlink()
    nbgrader(course, "generate_assignment", NAME, "--force")
    due(course, DUE)
    row = saved(course, datetime(2026, 3, 4, 10, 30, tzinfo=UTC))
    assert submission(course) == theirs
    assert (row.is_late, row.penalty) == (True, 3)


@pytest.mark.parametrize(("plugin", "penalty"), [("stock", 0), ("none", 0), ("zero", 11), ("own", 1)])
def test_the_courses_plugin_decides(course, plugin, penalty):
    configure(course, PLUGINS[plugin])
    stamp(course, DUE + timedelta(hours=3))
    row = saved(course, DUE + timedelta(hours=3))
    assert (row.is_late, row.penalty) == (True, penalty)
    assert submission(course) == ((DUE + timedelta(hours=3)).replace(tzinfo=None), 11, penalty)


def test_who_is_in_time_has_no_penalty(course):
    configure(course, PLUGINS["zero"])
    for when in (DUE, DUE - timedelta(seconds=1), DUE.astimezone(timezone(timedelta(hours=9)))):
        row = saved(course, when, is_late=True)  # the platform may not know of the due date here
        assert (row.is_late, row.penalty) == (False, 0)


def test_dates_are_compared_in_utc(course):
    configure(course, PLUGINS["zero"])
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-11))
    assert saved(course, datetime(2026, 3, 2, 6, 0, tzinfo=east)).penalty == 0  # 16:00 UTC
    assert saved(course, datetime(2026, 3, 1, 7, 0, tzinfo=west)).penalty == 11  # 18:00 UTC


def test_an_extension_counts_and_a_new_due_date_changes_the_penalty(course):
    from nbgrader.api import Gradebook

    configure(course, PLUGINS["zero"])
    when = DUE + timedelta(hours=30)
    stamp(course, when)
    assert saved(course, when).penalty == 11
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.grant_extension(NAME, "ada", days=2)
    assert (saved(course, when).penalty, submission(course)[2]) == (0, 0)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.grant_extension(NAME, "ada", days=0)
    assert (saved(course, None).penalty, submission(course)[2]) == (11, 11)  # by the date that the gradebook has
    due(course, None)
    assert (saved(course, when).penalty, submission(course)[2]) == (0, 0)


def test_the_penalty_follows_a_teachers_own_scores_and_never_exceeds_them(course):
    from nbgrader.api import Gradebook

    configure(course, PLUGINS["own"])
    saved(course, DUE + timedelta(days=20))
    assert submission(course)[2] == 11
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for grade in book.find_submission(NAME, "ada").notebooks[0].grades:
            grade.manual_score = 0.5
        count = len(book.find_submission(NAME, "ada").notebooks[0].grades)
        book.db.commit()
    assert saved(course, DUE + timedelta(days=20)).penalty == 0.5 * count


@pytest.mark.parametrize("is_nbgraders", [False, True])
def test_formgrader_shows_a_late_submission_wherever_its_date_comes_from(course, is_nbgraders):
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    configure(course, PLUGINS["zero"])
    when = DUE + timedelta(days=1)
    if is_nbgraders:
        stamp(course, when)
    assert saved(course, when).penalty == 11
    found = NbGraderAPI(CourseDirectory(root=str(course))).get_submission(NAME, "ada")
    assert (found["autograded"], found["score"]) == (True, 11)
    assert submission(course)[0] == (when.replace(tzinfo=None) if is_nbgraders else None)


def test_a_plugin_may_excuse_a_student(course):
    configure(course, PLUGINS["own"])
    row = saved(course, DUE + timedelta(days=1), student="excused")
    assert (row.is_late, row.penalty, submission(course, "excused")[2]) == (True, 0, 0)


def test_without_a_course_or_a_date_the_platforms_flag_is_kept_and_costs_nothing(course, tmp_path):
    configure(course, PLUGINS["zero"])
    for row in (
        saved(course, None, is_late=True),
        saved(course, DUE, out=tmp_path / "out", course=False, is_late=True),
    ):
        assert (row.is_late, row.penalty) == (True, 0)


def test_results_elsewhere_take_the_courses_due_date(course, tmp_path):
    configure(course, PLUGINS["zero"])
    out = tmp_path / "out"
    assert saved(course, DUE + timedelta(days=1), out=out).penalty == 11
    due(course, DUE + timedelta(days=2))
    assert saved(course, DUE + timedelta(days=1), out=out).penalty == 0
    due(course, None)
    due(out, DUE)
    assert saved(course, DUE + timedelta(days=1), out=out).penalty == 11


@pytest.mark.parametrize(
    "line",
    [
        "raise RuntimeError('no')",
        "import sys; sys.exit(3)",
        "this is no Python",
        "c.AssignLatePenalties.plugin_class = 'nowhere.Plugin'",
        "c.LateSubmissionPlugin.penalty_method = 'half'",
        "c.AssignLatePenalties.plugin_class = 'late_bad.Raises'",
        "c.AssignLatePenalties.plugin_class = 'late_bad.Nothing'",
    ],
)
def test_a_plugin_that_fails_is_named_and_the_marks_are_written(course, line):
    (course / "late_bad.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Raises(BasePlugin):\n    def late_submission_penalty(self, *a): raise KeyError('x')\n"
        "class Nothing(BasePlugin):\n    def late_submission_penalty(self, *a): return float('nan')\n"
    )
    configure(course, line)
    with pytest.raises(RecordError, match="penalty for a late submission"):
        saved(course, DUE + timedelta(days=1))
    assert submission(course)[1:] == (11, 0)


def test_configuration_and_plugins_are_read_in_the_course_alone(course, tmp_path, monkeypatch):
    planted = tmp_path / "planted"
    planted.mkdir()
    flag = tmp_path / "took"
    code = f"open({str(flag)!r}, 'w')\n"
    for name in ("nbgrader_config.py", "nbgrader.py", "late_here.py", "json.py", "sqlite3.py", "sitecustomize.py"):
        (planted / name).write_text(code)
    (planted / ".jupyter").mkdir()
    (planted / ".jupyter" / "nbgrader_config.py").write_text(code)
    monkeypatch.chdir(planted)
    monkeypatch.setenv("HOME", str(planted))
    configure(course, PLUGINS["own"])
    before = list(sys.path)
    assert saved(course, DUE + timedelta(days=1)).penalty == 1
    assert not flag.exists()
    assert sys.path == before


def test_nbgrader_is_not_imported_where_nobody_is_late(course):
    code = (
        "import sys; from datetime import *; sys.path.insert(0, 'tests'); from pathlib import Path; "
        "from autograder.gradebook.test_late import saved, DUE; "
        f"saved(Path({str(course)!r}), DUE); "
        "assert not {'nbgrader', 'sqlalchemy'} & set(sys.modules)"
    )
    root = Path(__file__).parents[3]
    places = {"PYTHONPATH": f"{root}:{root / 'tests'}", "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env=places)


def test_without_a_course_nobody_has_a_penalty():
    assert LatePolicy(None).penalty("ada", 5.0, 100.0) is None


LATE_DAYS = Path(__file__).parents[3] / "docs" / "late_days.py"


def late_days(folder, **settings):
    """Have a course use the plugin of docs/late_days.py."""
    shutil.copy(LATE_DAYS, folder)
    lines = [f"c.LateDays.{name} = {value}" for name, value in settings.items()]
    configure(folder, "c.AssignLatePenalties.plugin_class = 'late_days.LateDays'", *lines)


@pytest.mark.parametrize(("days", "penalty"), [(0.01, 0), (2, 0), (2.01, 1.1), (4, 2.2), (100, 11)])
def test_late_days_are_free_and_each_further_day_costs_a_share(course, days, penalty):
    late_days(course, days=2)
    stamp(course, DUE + timedelta(days=days))
    assert saved(course, DUE + timedelta(days=days)).penalty == pytest.approx(penalty)


def test_late_days_are_used_up_in_the_order_of_due_dates_and_extensions_use_none(course):
    from nbgrader.api import Gradebook
    from nbgrader.plugins import LateSubmissionPlugin

    late_days(course, days=3, share=0.5)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for name, days in (("02_earlier", -10), ("03_earlier", -5), ("08_later", 10)):
            book.add_assignment(name, duedate=DUE + timedelta(days=days))
    for name, days in (("02_earlier", -9), ("03_earlier", -4.5), ("08_later", 19)):  # 1, 1 and 9 days late
        place = course / "submitted" / "ada" / name / "timestamp.txt"
        place.parent.mkdir(parents=True)
        place.write_text(f"{DUE + timedelta(days=days):%Y-%m-%d %H:%M:%S.%f} UTC\n")
    when = DUE + timedelta(days=2)
    stamp(course, when)
    assert saved(course, when).penalty == pytest.approx(5.5)  # one of two days is free
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        book.add_submission("02_earlier", "ada")
        book.grant_extension("02_earlier", "ada", days=1)
    assert saved(course, when).penalty == 0
    plugin = LatePolicy(course)
    plugin.penalty("ada", 1.0, 1.0)
    assert isinstance(plugin._plugin, LateSubmissionPlugin)


@pytest.mark.sandbox
@pytest.mark.nightly
def test_nbgrader_autograde_and_our_batch_take_the_same_for_late_days(course):
    need_a_sandbox()
    late_days(course, days=1)
    hand_in(course, "ada", answered(course, solutions()))
    stamp(course, DUE + timedelta(days=3))
    nbgrader(course, "autograde", NAME)
    theirs = submission(course)
    assert theirs[2] == pytest.approx(2.2)
    assert saved(course, DUE + timedelta(days=3)).penalty == pytest.approx(2.2)
