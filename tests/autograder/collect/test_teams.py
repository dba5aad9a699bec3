"""Groups: one submission counts for all of a group, and whoever it is unclear for is named; nobody vanishes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.handed_in import FASHION, SOFTMAX, collected, notebook

from d2l_autograder.collect import Collection, Entry
from d2l_autograder.collect.roster import Person, Roster
from d2l_autograder.collect.shared import shared
from d2l_autograder.collect.teams import Teams, read_teams
from d2l_autograder.report.collected import collected_csv
from d2l_helpers.errors import ArgumentError

NOTEBOOK = notebook()
# "Group Categories CSV Format", developerdocs.instructure.com
CANVAS = (
    "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
    '"Lovelace, Ada",101,s01,ada,CS101,Team 1,7,\nBob,102,s02,bob,CS101,Team 1,7,\nCyd,103,s03,cyd,CS101,Team 2,8,\n'
    "Dan,104,s04,dan,CS101,,,\n"
)
# Moodle's list of participants, downloaded: docs.moodle.org, "Participants"
MOODLE = (
    '"First name","Last name","Email address",Groups\nAda,Lovelace,ada@x,"Team 1, Team 2"\n'
    "Bob,B,bob@x,Team 1\nCyd,C,cyd@x,\n"
)
PLAIN = "group,student\nTeam 1,ada\nTeam 1,bob\nTeam 2,cyd\n"


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a table and returns its path."""

    def write(contents, name="groups.csv"):
        file = tmp_path / name
        file.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return file

    return write


def who(found):
    """Return who gets a mark, and from whom."""
    return {(student.student, entry.student) for entry in found.entries for student in entry.for_all()}


@pytest.mark.parametrize(
    ("contents", "members"),
    [
        (CANVAS, {"Team 1": ("s01", "s02"), "Team 2": ("s03",)}),
        (MOODLE, {"Team 1": ("ada@x", "bob@x"), "Team 2": ("ada@x",)}),
        (PLAIN, {"Team 1": ("ada", "bob"), "Team 2": ("cyd",)}),
        ("Gruppe;Matrikelnummer\r\nTeam 1;007\r\n", {"Team 1": ("007",)}),
        ("sheet 1\n\nteam\tusername\nTeam 1\tada\n", {"Team 1": ("ada",)}),
        ('group,members\nTeam 1,"ada; bob"\nTeam 2,cyd\n', {"Team 1": ("ada", "bob"), "Team 2": ("cyd",)}),
        ("group,student\nTeam 1,ada\nTeam 1,ada\nTeam  1,bob\n", {"Team 1": ("ada", "bob")}),
        ("group,student\nTéam,ada\nTE\u0301AM,bob\nTeam,cyd\n", {"Téam": ("ada", "bob"), "Team": ("cyd",)}),
        ('group,members\nTeam 1,"Doe, Jane; Roe, Max;"\n', {"Team 1": ("Doe, Jane", "Roe, Max")}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_each_form_of_a_table_is_read(table, contents, members, encoding):
    assert read_teams(table(contents.encode(encoding))).members == members


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ("", "an empty file"),
        ("student,section\nada,1\n", "the headings 'student,section'"),
        ("group,student\n", "no student in a group"),
        ("group,student\nTeam 1,\n", "no student in a group|the headings"),
        ("group,id,name\nA,1,Ada\nB,1,Bob\n", "the id '1' for two students"),
        (b"PK\x03\x04\x00\x00\x00", "headings|no text"),
    ],
)
def test_another_table_is_refused_with_the_columns_that_it_needs(table, contents, said):
    with pytest.raises(ArgumentError, match=said) as caught:
        read_teams(table(contents))
    assert caught.value.failed == "Cannot use these groups."


def test_one_submission_counts_for_the_whole_group(tmp_path, table):
    files = {f"bob/{SOFTMAX}.ipynb": NOTEBOOK, f"dan/{SOFTMAX}.ipynb": NOTEBOOK}
    found = collected(tmp_path / "class", files, groups=table(PLAIN))
    assert who(found) == {("ada", "bob"), ("bob", "bob"), ("dan", "dan")}
    assert found.missing == (("cyd", SOFTMAX),)  # of whose group nobody handed in
    (ada,) = [each for entry in found.entries for each in entry.for_all() if each.student == "ada"]
    assert "handed in by bob" in ada.notes[-1]
    lines = collected_csv(found, tmp_path / "class").decode()
    assert f'counts for the group,"bob/{SOFTMAX}.ipynb",ada' in lines


def test_who_hands_in_alone_keeps_that_and_it_is_said(tmp_path, table):
    groups = "group,student\nT,ada\nT,bob\nT,cyd\n"
    files = {f"ada/{SOFTMAX}.ipynb": NOTEBOOK, f"bob/{SOFTMAX}.ipynb": notebook(answers=1)}
    for name, when in (("ada", "2026-03-01 10:00:00 UTC"), ("bob", "2026-03-01 11:00:00 UTC")):
        files[f"{name}/timestamp.txt"] = when.encode()
    found = collected(tmp_path / "class", files, groups=table(groups), platform="nbgrader")
    assert who(found) == {("ada", "ada"), ("bob", "bob"), ("cyd", "bob")}  # the last
    (note,) = found.about_groups
    assert note.startswith(f"T, {SOFTMAX}: ada, bob each handed in, and each has a mark of their own; ")
    assert note.endswith("for the others, what bob handed in counts")


def test_a_student_in_two_groups_that_hand_in_has_no_mark_and_is_missing(tmp_path, table):
    groups = "group,student\nA,ada\nA,eve\nB,bob\nB,eve\n"
    files = {f"{name}/{SOFTMAX}.ipynb": NOTEBOOK for name in ("ada", "bob")}
    found = collected(tmp_path / "class", files, groups=table(groups))
    assert who(found) == {("ada", "ada"), ("bob", "bob")}
    assert found.missing == (("eve", SOFTMAX),)
    assert found.about_groups == ("eve is in several groups: A, B", f"eve, {SOFTMAX}: no mark, as A, B each handed in")
    del files[f"bob/{SOFTMAX}.ipynb"]
    found = collected(tmp_path / "other", files, groups=table(groups))
    assert who(found) == {("ada", "ada"), ("eve", "ada")}


def test_a_folder_named_after_a_group_is_that_groups(tmp_path, table):
    files = {f"Team-1/{SOFTMAX}.ipynb": NOTEBOOK, f"Team 2/{SOFTMAX}.ipynb": NOTEBOOK}
    found = collected(tmp_path / "class", files, groups=table(PLAIN))
    assert who(found) == {("ada", "ada"), ("bob", "ada"), ("cyd", "cyd")}
    assert found.missing == ()


def test_a_folder_is_no_other_groups_of_a_like_name(table):
    found = read_teams(table("group,student\nGroup 1.1,ada\nGroup 11,bob\nTeam-A,cyd\n"))
    names = ("Group 1.1", "group  11", "Group 1_1", "team a", "Team_B")
    assert [found.named(name) for name in names] == ["Group 1.1", "Group 11", "", "Team-A", ""]


def test_strangers_in_the_table_are_named_and_ids_are_the_rosters(tmp_path, table):
    roster = table("id,first_name,last_name,email\ns01,Ada,Lovelace,ada@x\ns02,Bob,B,bob@x\n", "roster.csv")
    groups = table('email,group\nada@x,T\nbob@x,T\n"eve@x",T\n')
    found = collected(tmp_path / "class", {f"Ada Lovelace/{SOFTMAX}.ipynb": NOTEBOOK}, roster=roster, groups=groups)
    assert who(found) == {("s01", "s01"), ("s02", "s01"), ("eve@x", "s01")}
    assert found.strangers == ("eve@x",)
    assert found.missing == ()


def test_without_a_roster_a_name_in_the_table_is_found_by_the_folder(tmp_path, table):
    found = collected(tmp_path / "class", {f"Ada Lovelace/{SOFTMAX}.ipynb": NOTEBOOK}, groups=table(CANVAS))
    assert who(found) == {("Ada Lovelace", "Ada Lovelace"), ("s02", "Ada Lovelace")}
    assert set(found.missing) == {("s03", SOFTMAX)}


names = st.sampled_from("abcdef")


@given(
    st.dictionaries(st.sampled_from(["T", "U", "V"]), st.lists(names, max_size=4, unique=True), min_size=1),
    st.sets(st.tuples(names, st.sampled_from([SOFTMAX, FASHION]), st.booleans())),
)
def test_everybody_has_one_mark_or_is_missing(tmp_path_factory, groups, submitted):
    chosen = {(student, assignment): problem for student, assignment, problem in submitted}
    entries = tuple(
        Entry(student, assignment, tmp_path_factory.getbasetemp() / student, problem="none" * problem)
        for (student, assignment), problem in sorted(chosen.items())
    )
    people = [Person(name) for name in dict.fromkeys(name for group in groups.values() for name in group)]
    before = Collection(entries, found=len(entries))
    teams = Teams({name: tuple(group) for name, group in groups.items()}, Roster(people))
    found = shared(before, teams, None, [SOFTMAX, FASHION])
    assert {(one.student, one.assignment) for one in found.entries} == set(chosen)
    given = [(one.student, one.assignment) for entry in found.entries for one in entry.for_all()]
    assert len(given) == len(set(given))  # one each
    assert not set(given) & set(found.missing)
    about = {assignment for _, assignment in chosen}
    everybody = {person.ident for person in people} | {student for student, _ in chosen}
    handed_in = {student for student, _ in chosen}
    for student in everybody:
        for assignment in about:
            alone = student not in {person.ident for person in people} and (student, assignment) not in chosen
            assert ((student, assignment) in given or (student, assignment) in found.missing) != alone
    for entry in found.entries:  # slow and obvious: each member shares a group with who handed in
        for member in entry.members:
            assert any({member, entry.student} <= set(group) for group in groups.values())
            assert (member, entry.assignment) not in chosen
    assert handed_in <= everybody
