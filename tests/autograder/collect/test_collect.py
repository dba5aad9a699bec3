"""Collecting: every file and folder is a row, a part of one, or ignored with a reason, and each row is somebody's."""

import os
import pickle
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.handed_in import (
    FASHION,
    RELEASES,
    SCRATCH,
    SOFTMAX,
    account_for,
    collected,
    entry_of_student,
    fill,
    notebook,
    students_in,
    zipped,
)

from d2l_autograder.collect import Entry, collect, entry_of, read_file
from d2l_helpers.errors import NotebookError

LAYOUTS = {
    "nbgrader's": f"alice/{SOFTMAX}/{SOFTMAX}.ipynb",
    "nbgrader's, another file name": f"alice/{SOFTMAX}/mine.ipynb",
    "a folder for each student": f"alice/{SOFTMAX}.ipynb",
    "a folder in a student's folder": f"alice/homework/{SOFTMAX}.ipynb",
    "a folder for each assignment": f"{SOFTMAX}/alice/notebook.ipynb",
    "a folder for each assignment, flat": f"{SOFTMAX}/alice_{SOFTMAX}.ipynb",
    "flat": f"alice_{SOFTMAX}.ipynb",
    "flat, with a hyphen": f"alice - {SOFTMAX}.ipynb",
    "flat, the name behind": f"{SOFTMAX}_alice.ipynb",
    "flat, capitals in the suffix": f"alice_{SOFTMAX}.IPYNB",
    "flat, no assignment's name": "alice.ipynb",
    "flat, a number of one's own": "alice_hw04.ipynb",
    "a resubmission": f"alice_{SOFTMAX}-1.ipynb",
    "a browser's copy": f"alice_{SOFTMAX} (2).ipynb",
    "a name that begins with a dot": f"alice/.{SOFTMAX}.ipynb",
    "no suffix": f"alice/{SOFTMAX}",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_students_notebook_is_found(tmp_path, layout):
    (entry,) = collected(tmp_path / "class", {LAYOUTS[layout]: notebook()}).entries
    assert (entry.student, entry.assignment, entry.problem) == ("alice", SOFTMAX, "")
    assert entry.file == tmp_path / "class" / LAYOUTS[layout]


@pytest.mark.parametrize(
    "name", ["Ольга", "李小龍", "محمد", "José Ñandú", "Zoë", "o'neil", "a.b@c", "🙂", "-rf *", "a\nb"]
)
def test_names_in_all_scripts_stay_as_they_are(tmp_path, name):
    found = collected(tmp_path / "class", {f"{name}/{SOFTMAX}.ipynb": notebook()})
    assert students_in(found) == {(name, SOFTMAX)}


def test_a_name_in_two_normal_forms_is_one_student_and_a_note_says_so(tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "José") for form in ("NFC", "NFD"))
    files = {f"{composed}/{SOFTMAX}.ipynb": notebook(), f"{decomposed}/{SCRATCH}.ipynb": notebook(SCRATCH)}
    found = collected(tmp_path / "class", files)
    assert students_in(found) == {("José", SOFTMAX), ("José", SCRATCH)}
    assert all("how Unicode writes it" in " ".join(entry.notes) for entry in found.entries)


def test_of_one_assignment_in_folders_of_two_normal_forms_none_is_lost(tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "José") for form in ("NFC", "NFD"))
    files = {f"{composed}/{SOFTMAX}.ipynb": notebook(), f"{decomposed}/{SOFTMAX}.ipynb": notebook(answers=2)}
    (entry,) = collected(tmp_path / "class", files).entries
    assert entry.file.parent.name == decomposed
    assert entry.others == (f"{composed}/{SOFTMAX}.ipynb",)


def test_names_that_are_not_unicode_tell_students_apart(tmp_path):
    folder = fill(tmp_path / "class", {"Jos\\udce9/x.ipynb": notebook()})
    for byte in (b"\xe9", b"\xea"):
        fill(folder / os.fsdecode(b"Jos" + byte), {f"{SOFTMAX}.ipynb": notebook()})
    found = collect(folder, {SOFTMAX: RELEASES[SOFTMAX]})
    account_for(folder, found)
    assert len(students_in(found)) == 3
    assert ("Jos\\udcea", SOFTMAX) in students_in(found)


LEFT_OUT = {
    "a Python file": ({"hw.py": b"x = 1"}, "hw.py is a Python file"),
    "a PDF": ({"hw.pdf": b"%PDF"}, "hw.pdf is a PDF"),
    "a Word document": ({"hw.docx": zipped({"word/document.xml": "<x/>"})}, "hw.docx is a Word document"),
    "a web page": ({"hw.html": b"<html>"}, "hw.html is a web page"),
    "an unknown file": ({"hw.xyz": b"?"}, "hw.xyz is a file that is no notebook"),
    "no suffix": ({"Makefile": b"?"}, "Makefile is a file that is no notebook"),
    "several files": ({"a.py": b"", "b.py": b""}, "a.py is a Python file, beside b.py"),
    "an empty folder": ({"": None}, "is an empty folder"),
    "an empty folder in the folder": ({"hw": None}, "hw is an empty folder"),
    "only what programs make": (
        {".ipynb_checkpoints/x-checkpoint.ipynb": b"{}"},
        ".ipynb_checkpoints is a file or folder",
    ),
    "a text": ({"hw.ipynb.txt": b"I could not do it"}, "hw.ipynb.txt is not a notebook that can be read"),
    "a 7z archive": ({"hw.7z": b"7z\xbc\xaf\x27\x1c"}, "hw.7z is a 7z archive, which cannot be opened here"),
    "a RAR archive": ({"hw.rar": b"Rar!\x1a\x07\x00"}, "hw.rar is a RAR archive, which cannot be opened here"),
    "a damaged archive": ({"hw.zip": b"PK\x03\x04..."}, "hw.zip is an archive that is damaged"),
    "an archive without a notebook": ({"hw.zip": zipped({"hw.py": "x"})}, "hw.zip is an archive without a notebook"),
    "folders that lie too deep": ({f"{'/'.join('abcdefghijklmno')}/x.ipynb": b"{}"}, "lies too deep"),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_a_student_without_a_notebook_has_a_row_that_says_what_was_handed_in(tmp_path, case):
    files, problem = LEFT_OUT[case]
    files = {f"bob/{name}".rstrip("/"): content for name, content in files.items()}
    found = collected(tmp_path / "class", {f"alice/{SOFTMAX}.ipynb": notebook(), **files})
    entry = entry_of_student(found, "bob")
    assert problem in entry.problem
    assert f"expected the notebook {SOFTMAX}.ipynb" in entry.problem or "expected one of" in entry.problem
    with pytest.raises(NotebookError, match="There is nothing to mark"):
        entry.read(100)


def test_what_lies_beside_a_notebook_is_ignored_with_a_reason(tmp_path):
    beside = {"alice/helper.py": b"", "alice/data/x.csv": b"", "alice/.DS_Store": b"", "alice/empty": None}
    found = collected(tmp_path / "class", {f"alice/{SOFTMAX}.ipynb": notebook(), **beside, "grades.csv": b""})
    assert students_in(found) == {("alice", SOFTMAX)}
    reasons = {each.path.name: each.reason for each in found.ignored}
    assert reasons["helper.py"] == "a Python file, beside what alice handed in"
    assert reasons["grades.csv"] == "a table, which belongs to no student"
    assert reasons["empty"] == "an empty folder"
    assert reasons.keys() == {"helper.py", "x.csv", ".DS_Store", "empty", "grades.csv"}


def test_a_file_named_after_another_assignment_has_a_row_of_its_own(tmp_path):
    found = collected(tmp_path / "class", {f"alice/{SOFTMAX}.ipynb": notebook(), f"alice/{SCRATCH}.py": b""})
    assert students_in(found) == {("alice", SOFTMAX), ("alice", SCRATCH)}
    assert "a Python file" in next(entry.problem for entry in found.entries if entry.assignment == SCRATCH)


def test_an_empty_folder_of_nbgraders_is_a_row_of_its_assignment(tmp_path):
    files = {f"alice/{SOFTMAX}/{SOFTMAX}.ipynb": notebook(), f"alice/{SCRATCH}": None}
    assert students_in(collected(tmp_path / "class", files)) == {("alice", SOFTMAX), ("alice", SCRATCH)}


def test_links_and_pipes_are_rows_and_never_opened(tmp_path):
    secret = fill(tmp_path / "elsewhere", {f"{SOFTMAX}.ipynb": notebook()})
    links = {"mallory": secret, f"eve_{SOFTMAX}.ipynb": secret / f"{SOFTMAX}.ipynb", "round": tmp_path / "class"}
    folder = fill(tmp_path / "class", {f"alice/{SOFTMAX}.ipynb": notebook(), **links})
    os.mkfifo(folder / f"pip_{SOFTMAX}.ipynb")
    found = collect(folder, {SOFTMAX: RELEASES[SOFTMAX]})
    account_for(folder, found)
    assert {entry.student for entry in found.entries} == {"alice", "mallory", "eve", "round", "pip"}
    for entry in found.entries:
        if entry.student != "alice":
            assert "links are not followed" in entry.problem or "never opened" in entry.problem
            with pytest.raises(NotebookError):
                entry.read(100)


def test_the_folder_itself_may_be_a_link(tmp_path):
    fill(tmp_path / "there", {f"alice/{SOFTMAX}.ipynb": notebook()})
    (tmp_path / "here").symlink_to(tmp_path / "there")
    assert students_in(collect(tmp_path / "here", RELEASES)) == {("alice", SOFTMAX)}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who becomes somebody else")
def test_a_folder_that_cannot_be_read_is_a_row_and_does_not_stop_the_others(tmp_path_factory):
    folder = fill(tmp_path_factory.mktemp("open") / "class", {f"alice/{SOFTMAX}.ipynb": notebook(), "bob/x": b""})
    for parent in folder.parents:
        if parent.stat().st_mode & 0o055 != 0o055:
            parent.chmod(0o755)
    (folder / "bob").chmod(0o700)
    releases = {SOFTMAX: fill(folder.parent / "release", {"x.ipynb": notebook()}) / "x.ipynb"}
    os.seteuid(65534)
    try:
        found = collect(folder, releases)
    finally:
        os.seteuid(0)
    assert "bob is a folder that cannot be read" in entry_of_student(found, "bob").problem
    assert entry_of_student(found, "alice").problem == ""
    assert found.counts.found == found.counts.rows == 2


def test_what_the_grader_has_written_is_ignored(tmp_path):
    folder = tmp_path / "class"
    files = {f"alice/{SOFTMAX}.ipynb": notebook(), f"out/feedback/alice/{SOFTMAX}.json": b"{}", "gradebook.db": b""}
    own = [folder / "out", folder / "gradebook.db", tmp_path / "elsewhere"]
    found = collected(folder, files, own=own)
    assert students_in(found) == {("alice", SOFTMAX)}
    assert {(each.path.name, each.reason) for each in found.ignored} == {
        ("out", "what this grader has written"),
        ("gradebook.db", "what this grader has written"),
    }


def test_an_empty_folder_says_what_was_expected(tmp_path):
    with pytest.raises(NotebookError, match=r"student_notebook\.ipynb"):
        collected(tmp_path / "class", {"notes.txt": b""})


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotebookError, match="no such folder"):
        collect(tmp_path / "no such folder", RELEASES)


def test_only_an_archive_of_several_notebooks_is_to_be_unpacked(tmp_path):
    archive = zipped({f"{name}/{SOFTMAX}.ipynb": notebook() for name in ("ada", "bob")})
    for around in ("", "HW4/"):
        with pytest.raises(NotebookError, match="unpack the archive"):
            collected(tmp_path / f"class {around}", {f"{around}export.zip": archive})


@pytest.mark.parametrize("around", ["", "HW4/"])
def test_an_archive_of_several_beside_students_is_a_row_that_says_so(tmp_path, around):
    archive = zipped({f"{name}/{SOFTMAX}.ipynb": notebook() for name in ("ada", "bob")})
    files = {f"{around}{name}/{SOFTMAX}.ipynb": notebook() for name in ("cyd", "dan")}
    found = collected(tmp_path / "class", {f"{around}late.zip": archive, **files})
    assert {entry.student for entry in found.entries if not entry.problem} == {"cyd", "dan"}
    (problem,) = [entry.problem for entry in found.entries if entry.problem]
    assert problem == "late.zip holds notebooks in several folders (ada, bob); unpack it and grade again."


def test_a_notebook_named_after_the_assignment_alone_belongs_to_the_folder(tmp_path):
    assert students_in(collected(tmp_path / "alice", {f"{SOFTMAX}.ipynb": notebook()})) == {("alice", SOFTMAX)}


def test_a_single_file_belongs_to_the_assignment_in_its_name(tmp_path):
    names = [SOFTMAX, SCRATCH]
    for file, assignment in ((f"alice_{SCRATCH}.ipynb", SCRATCH), (f"{SOFTMAX}.ipynb", SOFTMAX), ("mine.ipynb", "")):
        assert entry_of(tmp_path / file, names) == Entry(file, assignment, tmp_path / file)
    assert entry_of(tmp_path / "mine.ipynb", [SOFTMAX]).assignment == SOFTMAX


def test_a_single_file_is_recognised_by_its_content(tmp_path):
    releases = {name: RELEASES[name] for name in (SOFTMAX, SCRATCH)}
    fill(
        tmp_path,
        {"mine.ipynb": notebook(SCRATCH), "hw.zip": zipped({"x.ipynb": notebook()}), "a.py": b"", "b.ipynb": b"?"},
    )
    assert entry_of(tmp_path / "mine.ipynb", releases).assignment == SCRATCH
    archive = entry_of(tmp_path / "hw.zip", releases)
    assert (archive.student, archive.assignment, archive.read(10**7)) == ("hw.zip", SOFTMAX, notebook())
    assert "a Python file" in entry_of(tmp_path / "a.py", releases).problem
    assert "not a notebook" in entry_of(tmp_path / "b.ipynb", releases).problem
    assert "No such file" in entry_of(tmp_path / "none.ipynb", releases).problem


def test_a_file_is_read_up_to_one_byte_beyond_the_limit(tmp_path):
    file = tmp_path / "x.ipynb"
    file.write_bytes(b"x" * 1000)
    assert (len(read_file(file, 100)), len(read_file(file, 1000)), len(read_file(file, 9999))) == (101, 1000, 1000)


def test_pipes_folders_and_links_are_refused_without_opening(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to("/etc/hostname")
    (tmp_path / "dangling.ipynb").symlink_to(tmp_path / "none")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("pipe", "folder", "link", "dangling"):
        with pytest.raises(NotebookError, match="a link, a folder or a pipe"):
            read_file(tmp_path / f"{name}.ipynb", 10)
    with pytest.raises(NotebookError, match="No such file"):
        read_file(tmp_path / "none.ipynb", 10)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_entries_can_be_pickled(tmp_path):
    found = collected(tmp_path / "class", {"alice/hw.zip": zipped({"x.ipynb": notebook()}), "bob": None})
    assert pickle.loads(pickle.dumps(found)) == found


NAMES = st.sampled_from(
    [
        "alice",
        "bob",
        "HW4",
        SOFTMAX,
        ".git",
        "__MACOSX",
        "José",
        "Jose\u0301",
        "old",
        "a b",
        "Ada_1_assignsubmission_file_",
    ]
)
FILES = st.sampled_from(
    [
        f"{SOFTMAX}.ipynb", "hw.ipynb", f"bob_{SOFTMAX}.ipynb", f"s01_5511_900101_{SCRATCH}.ipynb", "hw.zip", "x.py",
        "timestamp.txt", "grades.csv", ".DS_Store", "noise", "Ada_1_assignsubmission_file_hw.ipynb", "index.html",
    ]
)  # fmt: skip
CONTENTS = {
    "nothing": b"",
    "damaged": b"{",
    "no notebook": b"{}",
    "softmax": notebook(),
    "scratch": notebook(SCRATCH),
    "of another course": notebook(FASHION),
    "an archive": zipped({"x.ipynb": notebook()}),
    "no archive": b"PK\x03\x04",
    "a folder": None,
}
PLACES = st.tuples(st.lists(NAMES, max_size=4).map(tuple), FILES)
TREES = st.dictionaries(PLACES, st.sampled_from(sorted(CONTENTS)), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES)
def test_whatever_is_there_is_accounted_for_once(tmp_path_factory, tree):
    folder = tmp_path_factory.mktemp("tree")
    for (folders, name), content in tree.items():
        path = folder.joinpath(*folders)
        path.mkdir(parents=True, exist_ok=True)
        if CONTENTS[content] is None:
            (path / f"{name} empty").mkdir(exist_ok=True)
        else:
            (path / name).write_bytes(CONTENTS[content])
    try:
        found = collect(folder, {name: RELEASES[name] for name in (SOFTMAX, SCRATCH)})
    except (NotebookError, ValueError) as error:
        refusal = str(error)
        if not any(text in refusal for text in ("nothing to grade", "whose notebooks", "unpack the archive")):
            raise
    else:
        account_for(folder, found)
