"""Archives of a class: what a platform packed is no student's, whether it is all there is or left beside the files."""

import pytest
from support.handed_in import SOFTMAX, collected, entry_of_student, notebook, students_in, zipped

from d2l_helpers.errors import NotebookError

NOTEBOOK, ANOTHER = notebook(), notebook(answers=2)
S = f"{SOFTMAX}.ipynb"
CLASSES = {
    "Moodle": [f"Ada L_1_assignsubmission_file_/{S}", f"Bob_2_assignsubmission_file_/{S}"],
    "Moodle, flat": [f"Ada L_1_assignsubmission_file_{S}", f"Bob_2_assignsubmission_file_{S}"],
    "Canvas": [f"ada_5511_900101_{S}", f"bob_LATE_5512_900102_{S}"],
    "Blackboard": [f"HW 4_{user}_attempt_2026-01-31-10-00-00_{S}" for user in ("ada", "bob")],
    "Sakai": [f"HW 4/{user}, X({user})/Submission attachment(s)/{S}" for user in ("ada", "bob")],
    "Brightspace": [f"12-3 - {user} - Jan 31, 2026 1000 AM/{S}" for user in ("ada", "bob")],
    "nbgrader": [f"{user}/{SOFTMAX}/{S}" for user in ("ada", "bob")],
    "folders": [f"{user}/{S}" for user in ("ada", "bob")],
    "folders in one": [f"CS101/{user}/{S}" for user in ("ada", "bob")],
    "flat": [f"{user}_{S}" for user in ("ada", "bob")],
}
ARCHIVES = ["submissions.zip", "CS-HW4-11.zip", "export.zip", "Kurs.zip"]


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("case", CLASSES)
def test_a_class_in_an_archive_alone_is_to_be_unpacked(tmp_path, case, name):
    archive = zipped(dict.fromkeys(CLASSES[case], NOTEBOOK))
    with pytest.raises(NotebookError, match="unpack the archive"):
        collected(tmp_path / "class", {name: archive})


@pytest.mark.parametrize("case", ["Moodle", "Canvas", "Blackboard", "Sakai", "folders"])
def test_one_student_in_an_archive_is_not_called_as_the_archive(tmp_path, case):
    with pytest.raises(NotebookError, match="unpack the archive"):
        collected(tmp_path / "class", {"CS-HW4-11.zip": zipped({CLASSES[case][0]: NOTEBOOK})})


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("around", ["", "HW4/"])
@pytest.mark.parametrize("case", CLASSES)
def test_the_archive_beside_what_it_holds_is_ignored(tmp_path, case, around, name):
    files = {f"{around}{path}": NOTEBOOK for path in CLASSES[case]}
    before = collected(tmp_path / "before" / "class", files)
    found = collected(tmp_path / "class", {**files, name: zipped(dict.fromkeys(CLASSES[case], NOTEBOOK))})
    assert students_in(found) == students_in(before)
    assert [(each.path.name, each.reason.partition(" (")[0]) for each in found.ignored] == [
        (name, "an archive of notebooks that lie beside it")
    ]


def test_a_students_archive_that_names_others_is_the_students_row(tmp_path):
    files = dict.fromkeys(CLASSES["flat"], NOTEBOOK)
    found = collected(tmp_path / "class", {**files, "mal.zip": zipped(dict.fromkeys(files, ANOTHER))})
    assert "unpack it" in entry_of_student(found, "mal").problem
    assert {entry.student for entry in found.entries if not entry.problem} == {"ada", "bob"}


def test_each_students_own_archive_is_read(tmp_path):
    packed = {"ada.zip": S, "bob.zip": f"bob/{S}", "cyd_hw4.zip": f"my/{S}", f"dan_{SOFTMAX}.zip": f"src/{S}"}
    found = collected(tmp_path / "class", {name: zipped({member: NOTEBOOK}) for name, member in packed.items()})
    assert students_in(found) == {(student, SOFTMAX) for student in ("ada", "bob", "cyd", "dan")}
    assert not any(entry.problem for entry in found.entries)
