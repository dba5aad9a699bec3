"""``d2l-grade similar`` as a teacher calls it: on nbgrader's layout, on a platform's export, and on hostile input."""

import json
import os
import time

import pytest
from click.testing import CliRunner
from support.handed_in import zipped
from support.honest_answers import own_ways
from support.submitted import ASSIGNMENTS, ROOT

from d2l_authoring.compose import compose, stubs
from d2l_authoring.notebook_file import to_bytes
from d2l_autograder.__main__ import _commands
from d2l_helpers.errors import ArgumentError, D2LHelpersError, NotebookError

NAME = "06_softmax_regression_scratch"
RELEASE = ASSIGNMENTS[NAME].release
OWN = """
def decide(p, costs):
    chosen = []
    for belief in p.asnumpy().tolist():  # mine
        bill = dict.fromkeys(range(costs.shape[1]), 0.0)
        for cause, chance in enumerate(belief):
            for action in bill:
                bill[action] = bill[action] + chance * float(costs[cause, action])
        cheapest = min(bill.values())
        chosen.append([action for action, price in bill.items() if price == cheapest][0])
    return np.array(chosen)
"""
COPY = (
    OWN.replace("belief", "row").replace("bill", "prices").replace("# mine", "# </td><script>alert(1)</script>\x1b[2J")
)


def notebook(**answers):
    return to_bytes(compose(RELEASE, {name: cell.source for name, cell in stubs(RELEASE)} | answers))


def similar(folder, out, *options):
    """Run the command, which may end with any status but not with a traceback; return its output and the list."""
    done = CliRunner().invoke(_commands, ["similar", str(folder), "--out", str(out), *map(str, options)])
    if isinstance(done.exception, D2LHelpersError):  # which the program shows without a traceback
        raise done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    file = out / "similar.json"
    return done, json.loads(file.read_bytes()) if file.exists() else None


def hand_in(folder, files):
    for name, contents in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(contents)
    return folder


@pytest.fixture
def submitted(tmp_path):
    files = {f"s{n}/{NAME}/{NAME}.ipynb": notebook(**own_ways(NAME, n)) for n in range(3)}
    files[f"zoë <b>/{NAME}/{NAME}.ipynb"] = notebook(decide=COPY)
    files[f"ann/{NAME}/{NAME}.ipynb"] = notebook(decide=OWN)
    return hand_in(tmp_path / "submitted", files)


def test_a_copy_is_listed_printed_and_shown(submitted, tmp_path):
    done, found = similar(submitted, tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert found["version"] == 1
    (pair,) = found["pairs"]
    assert (pair["assignment"], pair["students"], pair["anchor"]) == (NAME, ["ann", "zoë <b>"], "pair-1")
    assert pair["shared_tokens"] >= 60
    assert pair["share"] >= 0.5
    (counts,) = found["assignments"]
    assert counts == {"assignment": NAME, "compared": 5, "too_short": 0, "not_read": 0, "pairs": 1}
    assert "ann and zoë <b>" in done.output
    assert "no proof of anything" in " ".join(done.output.split())
    page = (tmp_path / "out" / "similar.html").read_text()
    assert 'id="pair-1"' in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "⟨U+001B⟩" in page


def test_a_platforms_export_is_collected_as_grade_does(tmp_path):
    names = {"Ann Lee_111_assignsubmission_file_": OWN, "Zoe Ray_222_assignsubmission_file_": COPY}
    files = {f"{name}/{NAME}.ipynb": notebook(decide=source) for name, source in names.items()}
    files["Bo Li_333_assignsubmission_file_/work.zip"] = zipped({f"{NAME}.ipynb": notebook(decide=OWN + "# end\n")})
    done, found = similar(hand_in(tmp_path / "export", files), tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert len(found["pairs"]) == 3
    assert {student for pair in found["pairs"] for student in pair["students"]} == {"Ann Lee", "Zoe Ray", "Bo Li"}


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"{",
        b"\x00" * 1000,
        b"[" * 100_000,
        json.dumps({"cells": [{"cell_type": "code", "source": "(" * 50_000, "metadata": {}}] * 5}).encode(),
        notebook(decide="def decide(p, costs):\n    return " + "+".join("p" * 24_000)),
        notebook(decide="def decide(p, costs:\n"),
        notebook(decide="decide = 'x'\x0b\x0c\u202e\ud83d".encode(errors="replace").decode()),
        notebook(decide="def decide(p, costs):\n" + "    p = p + [p]\n" * 3000),
    ],
)
def test_one_bad_notebook_never_ends_the_comparison(submitted, tmp_path, contents):
    hand_in(submitted, {f"mallory/{NAME}/{NAME}.ipynb": contents, f"mallory2/{NAME}/{NAME}.ipynb": contents})
    began = time.monotonic()
    done, found = similar(submitted, tmp_path / "out")
    assert time.monotonic() - began < 60
    assert done.exit_code == 0, done.output
    assert ["ann", "zoë <b>"] in [pair["students"] for pair in found["pairs"]]


def test_nothing_is_executed(submitted, tmp_path):
    mark = tmp_path / "ran"
    evil = f"open({str(mark)!r}, 'w').write('x')\n%run {mark}.py\n!touch {mark}\n{OWN}"
    hand_in(submitted, {f"mallory/{NAME}/{NAME}.ipynb": notebook(decide=evil)})
    similar(submitted, tmp_path / "out")
    assert not mark.exists()


def test_a_folder_in_the_submissions_is_refused_as_the_place_of_the_page(submitted):
    with pytest.raises(ArgumentError, match="What students handed in may not be used"):
        similar(submitted, submitted / "ann")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_leaves_nothing_half_written(submitted, tmp_path):
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    with pytest.raises(ArgumentError, match="Cannot write"):
        similar(submitted, out)
    assert list(out.iterdir()) == []


def test_students_who_hand_in_together_are_no_pair(tmp_path):
    files = {f"{who}/{NAME}/{NAME}.ipynb": notebook(decide=OWN) for who in ("ann", "bob", "cem")}
    groups = tmp_path / "groups.csv"
    groups.write_text("group,student\none,ann\none,bob\n")
    _, found = similar(hand_in(tmp_path / "submitted", files), tmp_path / "out", "--groups", groups)
    assert [pair["students"] for pair in found["pairs"]] == [["ann", "cem"], ["bob", "cem"]]


def test_a_group_is_known_by_other_ids_than_the_submissions_have(tmp_path):
    files = {f"{who}/{NAME}/{NAME}.ipynb": notebook(decide=OWN) for who in ("ann", "bob")}
    roster, groups = tmp_path / "roster.csv", tmp_path / "groups.csv"
    roster.write_text("id,email\nann,ann@uni.example\nbob,bob@uni.example\n")
    groups.write_text("group,email\none,ann@uni.example\none,bob@uni.example\n")
    options = "--groups", groups, "--roster", roster
    _, found = similar(hand_in(tmp_path / "submitted", files), tmp_path / "out", *options)
    assert found["pairs"] == []


def test_the_same_run_writes_the_same_files(submitted, tmp_path):
    similar(submitted, tmp_path / "out")
    before = [(tmp_path / "out" / name).read_bytes() for name in ("similar.json", "similar.html")]
    similar(submitted, tmp_path / "out")
    assert [(tmp_path / "out" / name).read_bytes() for name in ("similar.json", "similar.html")] == before


def test_an_empty_folder_is_refused_in_words(tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(NotebookError, match="There is nothing to grade"):
        similar(tmp_path / "none", tmp_path / "out")
    assert not (tmp_path / "out" / "similar.json").exists()


def test_keys_and_notebooks_of_ones_own_are_taken(submitted, tmp_path):
    options = ("--notebooks", ROOT / "notebooks", "--answers", ROOT / "answers")
    done, found = similar(submitted, tmp_path / "out", *options)
    assert done.exit_code == 0, done.output
    assert len(found["pairs"]) == 1
