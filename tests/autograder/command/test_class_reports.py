"""The reports of a class keep a row for each student, also of a group, however often they are brought up to date."""

from support.sample_results import RESULT

from d2l_autograder.batch.outcome import Outcome
from d2l_autograder.collect import Collection, Entry
from d2l_autograder.command.class_reports import ClassReports
from d2l_autograder.faults import Faults

GROUPS = {"ada": ("ben",), "cleo": ()}


def test_settle_keeps_the_rows_of_all_members_of_a_group_and_drops_what_is_gone(tmp_path):
    faults = Faults()
    reports = ClassReports(tmp_path, lambda _: None, faults)
    reports.is_table_due = True
    entries = [Entry(who, RESULT.assignment, tmp_path / who, members=members) for who, members in GROUPS.items()]
    for entry in entries:
        reports.add(Outcome(RESULT, None, entry))
    reports.settle(Collection(tuple(entries)))
    assert [row.result.student for row in reports.rows] == ["ada", "ben", "cleo"]
    assert "\nben," in (tmp_path / "grades.csv").read_text(encoding="utf-8-sig")

    reports.settle(Collection(tuple(entries[1:])))
    assert [row.result.student for row in reports.rows] == ["cleo"]
    assert not faults
