"""The archive of feedback pages: Moodle's importer finds each participant in it, and the same pages make the same file.

Moodle's page "Assignment: Using Assignment", section "Upload multiple feedback files in a zip" (docs.moodle.org), and
``is_valid_filename_for_import`` in ``mod/assign/feedback/file/importziplib.php``, which `participant_of` follows.
"""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gradebooks import SOFTMAX

from d2l_autograder.export import feedback_archive as module
from d2l_autograder.export.feedback_archive import archive_name, feedback_archive, participants_in
from d2l_autograder.export.template import StudentRow
from d2l_autograder.file_names import file_name
from d2l_autograder.gradebook.totals import Total
from d2l_helpers.errors import ArgumentError

ROWS = {
    "s01": StudentRow(1, "Ada Lovelace", participant="9001"),
    "s02": StudentRow(2, "Bob O'Brien", participant="9002"),
    "s/3": StudentRow(3, "Zoë_Müller/../x", participant="9003"),
}


def participant_of(path):
    """Return what Moodle reads in a path: the participant's number, the plugin, and the file's name."""
    parts = path.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) >= 4 and info[1].isdecimal():
            return info[1], info[2:4], "/".join([*info[4:], *parts])
    return None


def write_pages(folder, students, total=5.0):
    for student in students:
        place = folder / file_name(student)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{SOFTMAX}.html").write_text(f"<p>{student}</p>")
        (place / f"{SOFTMAX}.json").write_text(json.dumps({"total": total}))


def names_in(archive):
    return zipfile.ZipFile(io.BytesIO(archive.contents)).namelist()


def test_moodle_finds_each_participant_and_the_page(tmp_path):
    write_pages(tmp_path, ROWS)
    archive = feedback_archive(tmp_path, SOFTMAX, dict.fromkeys(ROWS, Total(5)), ROWS)
    assert [participant_of(name) for name in names_in(archive)] == [
        (number, ["assignsubmission", "file"], f"/{SOFTMAX}.html") for number in ("9001", "9002", "9003")
    ]
    assert names_in(archive)[0] == f"Ada Lovelace_9001_assignsubmission_file_/{SOFTMAX}.html"
    assert (archive.packed, archive.left_out, archive.older) == (("s01", "s02", "s/3"), {}, ())


def test_the_same_pages_make_the_same_archive(tmp_path):
    write_pages(tmp_path, ROWS)
    totals = dict.fromkeys(ROWS, Total(5))
    again = feedback_archive(tmp_path, SOFTMAX, dict(reversed(totals.items())), dict(reversed(ROWS.items())))
    assert feedback_archive(tmp_path, SOFTMAX, totals, ROWS).contents == again.contents


def test_who_has_no_page_or_no_number_is_named_and_an_old_page_too(tmp_path):
    write_pages(tmp_path, ["s01", "nobody"], total=4.0)
    (tmp_path / "s02").mkdir()
    (tmp_path / "s02" / f"{SOFTMAX}.html").symlink_to("/etc/passwd")
    totals = dict.fromkeys(["s01", "s02", "s/3", "nobody"], Total(5))
    archive = feedback_archive(tmp_path, SOFTMAX, totals, ROWS)
    assert (archive.packed, archive.older) == (("s01",), ("s01",))
    assert archive.left_out.keys() == {"s02", "s/3", "nobody"}
    assert "a link" in archive.left_out["s02"]
    assert "which participant" in archive.left_out["nobody"]


def test_pages_and_archives_are_bounded(tmp_path, monkeypatch):
    write_pages(tmp_path, ["s01", "s02"])
    (tmp_path / "s01" / f"{SOFTMAX}.html").write_bytes(b"x" * 101)
    totals = dict.fromkeys(["s01", "s02"], Total(5))
    monkeypatch.setattr(module, "_LARGEST_PAGE", 100)
    assert feedback_archive(tmp_path, SOFTMAX, totals, ROWS).left_out.keys() == {"s01"}
    monkeypatch.setattr(module, "_LARGEST", 5)
    assert feedback_archive(tmp_path, SOFTMAX, totals, ROWS).left_out.keys() == {"s01", "s02"}


@given(st.text(st.characters(), max_size=200), st.integers(1, 10**12))
def test_any_name_makes_a_safe_folder_with_the_number(name, number):
    folder = module._folder(StudentRow(0, name, participant=str(number)))
    assert participant_of(f"{folder}/page.html") == (str(number), ["assignsubmission", "file"], "/page.html")
    assert "/" not in folder
    assert "\\" not in folder
    assert not folder.startswith((".", "~", " "))
    assert len(folder.encode()) <= 255 + 40
    assert folder.isprintable()


def test_participants_are_read_from_moodles_own_folders(tmp_path):
    names = ["Ada Lovelace_9001_assignsubmission_file", "Bob B_9002_assignsubmission_file_", "notes"]
    for name in names:
        (tmp_path / "Course-HW4-77" / name).mkdir(parents=True)
    (tmp_path / "Zoë Müller_9003_assignsubmission_file_hw.ipynb").write_text("")
    found = participants_in(tmp_path)
    assert {(row.shown, row.participant) for row in found} == {
        ("Ada Lovelace", "9001"),
        ("Bob B", "9002"),
        ("Zoë Müller", "9003"),
    }
    with pytest.raises(ArgumentError, match="in folders"):
        participants_in(tmp_path / "Course-HW4-77" / "notes")


def test_several_archives_have_the_assignments_names(tmp_path):
    assert archive_name(tmp_path / "fb.zip", SOFTMAX, True) == tmp_path / "fb.zip"
    assert archive_name(tmp_path / "fb.zip", SOFTMAX, False) == tmp_path / f"fb-{SOFTMAX}.zip"
    assert archive_name(tmp_path / "fb", SOFTMAX, False) == tmp_path / f"fb-{SOFTMAX}.zip"
