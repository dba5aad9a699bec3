"""``d2l-grade``: its help fits one screen, and wrong calls are refused in a teacher's words."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner

from d2l_autograder.__main__ import _commands
from d2l_helpers.errors import ArgumentError

LINES, COLUMNS = 24, 80


def commands_below(command, *path):
    """Return the paths of a command and of all its subcommands, by their names."""
    paths = [path]
    for name, inner in getattr(command, "commands", {}).items():
        paths += commands_below(inner, *path, name)
    return paths


def call(*arguments):
    return CliRunner().invoke(_commands, list(map(str, arguments)), prog_name="d2l-grade", terminal_width=COLUMNS)


def test_the_commands_follow_a_class_from_its_course_to_the_marks():
    named = ("course", "course build", "grade", "watch", "export", "report", "similar", "bundle", "doctor")
    assert {" ".join(path) for path in commands_below(_commands)} == {"", *named}


@pytest.mark.parametrize("path", commands_below(_commands), ids=" ".join)
def test_the_help_fits_one_screen_and_cuts_no_sentence(path):
    done = call(*path, "--help")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0].startswith(" ".join(("Usage: d2l-grade", *path)))
    assert len(lines) < LINES  # the prompt takes one
    assert max(map(len, lines)) <= COLUMNS
    assert "..." not in done.output.partition("\n")[2]


@pytest.mark.parametrize("path", commands_below(_commands), ids=" ".join)
def test_every_option_says_what_it_does(path):
    command = _commands
    for name in path:
        command = command.commands[name]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_a_folder_outside_a_course_needs_a_place_for_marks(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "04_softmax_regression.ipynb").write_text("{}")
    (tmp_path / "submitted").mkdir()
    done = call("grade", tmp_path / "submitted", "--notebooks", tmp_path / "notebooks")
    assert done.exit_code == 2
    assert "--out DIRECTORY" in done.output


def test_a_folder_without_notebooks_says_what_is_missing(tmp_path):
    (tmp_path / "submitted").mkdir()
    done = call("grade", tmp_path / "submitted", "--notebooks", tmp_path, "--out", tmp_path)
    assert isinstance(done.exception, ArgumentError)
    assert "There are no notebooks to mark submissions against." in str(done.exception)


def test_a_course_that_has_released_nothing_says_what_to_run(tmp_path):
    (tmp_path / "submitted").mkdir()
    (tmp_path / "course.json").write_text(json.dumps({"answers": ".", "assignments": ["04_softmax_regression"]}))
    done = call("grade", tmp_path / "submitted", "--course", tmp_path)
    assert isinstance(done.exception, ArgumentError)
    assert "nbgrader generate_assignment 04_softmax_regression" in str(done.exception)


@pytest.mark.parametrize("points", ["stable_softmax", "stable_softmax=many"])
def test_points_that_are_no_number_are_refused_with_an_example(points, tmp_path):
    done = call("course", "build", tmp_path, "--answers", tmp_path, "--notebooks", tmp_path, "--points", points)
    assert done.exit_code == 2
    assert "stable_softmax=3" in done.output
