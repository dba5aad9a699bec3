"""Of several files of one student and assignment one counts, and the notes say which and why."""

from datetime import UTC, datetime

import pytest
from support.handed_in import SCRATCH, SOFTMAX, collected, entry_of_student, notebook, students_in, zipped

BACKUPS = ["-Copy1", "_old", " (1)", "-autosave", " - Copy", ".bak", "_backup", "-1", " final", "_2026-01-31"]


@pytest.mark.parametrize("ending", BACKUPS)
@pytest.mark.parametrize("folder", ["alice/", f"alice/{SOFTMAX}/"])
def test_the_exact_name_counts_before_a_backup_with_more_answers(tmp_path, folder, ending):
    files = {f"{folder}{SOFTMAX}.ipynb": notebook(answers=1), f"{folder}{SOFTMAX}{ending}.ipynb": notebook(answers=5)}
    (entry,) = collected(tmp_path / "class", files).entries
    assert (entry.file.name, entry.others) == (f"{SOFTMAX}.ipynb", (f"{SOFTMAX}{ending}.ipynb",))
    assert "because its name is the assignment's" in entry.notes[0]


@pytest.mark.parametrize("ending", ["-Copy1", "_old", " (1)", " - Copy"])
def test_the_exact_name_counts_in_a_flat_folder(tmp_path, ending):
    files = {f"alice_{SOFTMAX}.ipynb": notebook(answers=1), f"alice_{SOFTMAX}{ending}.ipynb": notebook(answers=5)}
    (entry,) = collected(tmp_path / "class", files).entries
    assert entry.file.name == f"alice_{SOFTMAX}.ipynb"


def test_without_the_exact_name_the_one_with_most_answers_counts(tmp_path):
    files = {f"alice/{SOFTMAX}{end}.ipynb": notebook(answers=n) for end, n in (("_old", 4), ("-Copy1", 2), ("-x", 0))}
    (entry,) = collected(tmp_path / "class", files).entries
    assert entry.file.name == f"{SOFTMAX}_old.ipynb"
    assert entry.notes[0].endswith("counts, because it has the most answers (4)")
    assert "3 files" in entry.notes[0]


def test_of_equal_ones_the_last_by_name_counts(tmp_path):
    files = {f"alice/{SOFTMAX}-Copy{number}.ipynb": notebook() for number in (1, 2, 12)}
    (entry,) = collected(tmp_path / "class", files).entries
    assert entry.file.name == f"{SOFTMAX}-Copy12.ipynb"


RESUBMISSIONS = {
    "Canvas counts with a hyphen": ["", "-1", "-2", "-10"],
    "dates": ["_2026-01-09", "_2026-02-01", "_2026-10-01"],
}


@pytest.mark.parametrize("case", RESUBMISSIONS)
def test_the_last_attempt_counts_in_a_flat_folder(tmp_path, case):
    names = [f"alice_{SOFTMAX}{ending}.ipynb" for ending in RESUBMISSIONS[case]]
    (entry,) = collected(tmp_path / "class", dict.fromkeys(reversed(names), notebook())).entries
    assert entry.file.name == names[-1]
    assert set(entry.others) == set(names[:-1])


def test_a_damaged_file_does_not_count_before_a_notebook(tmp_path):
    files = {f"alice/{SOFTMAX}.ipynb": b"{", f"alice/{SOFTMAX}-Copy1.ipynb": notebook()}
    (entry,) = collected(tmp_path / "class", files).entries
    assert entry.file.name == f"{SOFTMAX}-Copy1.ipynb"


def test_a_file_counts_before_one_in_an_archive(tmp_path):
    files = {
        f"alice/{SOFTMAX}.ipynb": notebook(),
        "alice/hw.zip": zipped({f"{SOFTMAX}-old.ipynb": notebook(answers=3)}),
    }
    (entry,) = collected(tmp_path / "class", files).entries
    assert (entry.member, entry.others) == ("", (f"hw.zip: {SOFTMAX}-old.ipynb",))


def test_files_in_several_folders_are_told_by_their_folders(tmp_path):
    files = {f"alice/{SOFTMAX}.ipynb": notebook(answers=1), f"alice/backup/{SOFTMAX}.ipynb": notebook(answers=3)}
    files |= {f"bob/{SOFTMAX}.ipynb": notebook()}
    entry = entry_of_student(collected(tmp_path / "class", files), "alice")
    assert entry.others == (f"{SOFTMAX}.ipynb",)
    assert f"backup/{SOFTMAX}.ipynb counts, because it has the most answers" in entry.notes[0]


def test_other_students_files_never_count_as_resubmissions(tmp_path):
    found = collected(tmp_path / "class", {f"{SOFTMAX}_{name}.ipynb": notebook() for name in ("ada", "bob", "eve")})
    assert [(entry.student, entry.others) for entry in found.entries] == [("ada", ()), ("bob", ()), ("eve", ())]


def test_a_notebook_of_nothing_beside_the_others_is_ignored_with_a_reason(tmp_path):
    scratch = b'{"cells": [{"cell_type": "code", "source": "1 + 1"}]}'
    files = {
        f"alice/{SOFTMAX}.ipynb": notebook(),
        f"alice/{SCRATCH}.ipynb": notebook(SCRATCH),
        "alice/try.ipynb": scratch,
    }
    found = collected(tmp_path / "class", files)
    assert students_in(found) == {("alice", SOFTMAX), ("alice", SCRATCH)}
    assert "has none of the exercises" in found.ignored[0].reason


STAMPS = {
    "2026-01-31 10:00:00.123456 UTC": (datetime(2026, 1, 31, 10, tzinfo=UTC), ""),
    "2026-01-31 10:00:00.123456": (datetime(2026, 1, 31, 10, tzinfo=UTC), ""),
    "2026-01-31T10:00:00Z\n": (datetime(2026, 1, 31, 10, tzinfo=UTC), ""),
    "2026-01-31 10:00:00+01:30": (datetime(2026, 1, 31, 8, 30, tzinfo=UTC), ""),
    "2026-01-31 10:00:00 America/Los_Angeles": (datetime(2026, 1, 31, 18, tzinfo=UTC), ""),
    "2026-01-31 10:00": (datetime(2026, 1, 31, 10, tzinfo=UTC), ""),
    "2026-01-31": (datetime(2026, 1, 31, tzinfo=UTC), ""),
    "20260131100000000": (datetime(2026, 1, 31, 10, tzinfo=UTC), ""),
    "2026-01-31 10:00:00 XYZT": (datetime(2026, 1, 31, 10, tzinfo=UTC), "the time zone 'XYZT' is not known"),
    "2026-01-31 10:00:00 ../../etc/passwd": (None, "could not be read"),
    "yesterday": (None, "the date 'yesterday' could not be read"),
    "2026-02-31 10:00:00": (None, "could not be read"),
    "9999999999999": (None, "could not be read"),
    "": (None, "could not be read"),
    "\x00" * 50: (None, "could not be read"),
    "0001-01-01 00:00:00+23:59": (None, "could not be read"),
    "0001-01-01 00:00:00 +1400": (None, "could not be read"),
    "9999-12-31 23:59:59 -1200": (None, "could not be read"),
    "1999-12-31 23:59:59 UTC": (None, "could not be read"),
    "2101-01-01 00:00:00 UTC": (None, "could not be read"),
}


@pytest.mark.parametrize("text", STAMPS)
def test_nbgraders_timestamp_is_read(tmp_path, text):
    when, note = STAMPS[text]
    folder = f"alice/{SOFTMAX}"
    files = {f"{folder}/{SOFTMAX}.ipynb": notebook(), f"{folder}/timestamp.txt": text.encode()}
    found = collected(tmp_path / "class", files)
    (entry,) = found.entries
    assert (entry.submitted is None) == (when is None)
    assert entry.submitted is None or entry.submitted.tzinfo is not None
    if when:
        assert entry.submitted == when
    assert note in " ".join(entry.notes)
    assert found.parts == (tmp_path / "class" / folder / "timestamp.txt",)


def test_the_latest_by_the_timestamps_of_two_folders_counts(tmp_path):
    files = {f"HW4/{one}/{SOFTMAX}.ipynb": notebook() for one in ("s01", "s02")}
    files |= {f"HW4 again/s01/{SOFTMAX}.ipynb": notebook(answers=1), "HW4 again/s01/timestamp.txt": b"2026-02-01 10:00"}
    files |= {"HW4/s01/timestamp.txt": b"2026-03-01 10:00 UTC"}
    entry = entry_of_student(collected(tmp_path / "class", files), "s01")
    assert entry.file.parent.parent.name == "HW4"
    assert "the last, of 2026-03-01 10:00 UTC, counts" in entry.notes[0]


def test_a_timestamp_above_the_students_folders_is_nobodys(tmp_path):
    files = {f"HW4/{one}/{SOFTMAX}.ipynb": notebook() for one in ("s01", "s02")}
    found = collected(tmp_path / "class", {**files, "HW4/timestamp.txt": b"2026-02-01 10:00"})
    assert {entry.submitted for entry in found.entries} == {None}
    assert [each.path.name for each in found.ignored] == ["timestamp.txt"]
