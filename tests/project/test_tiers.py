"""The three tiers of tests in the Makefile, and what no test command may do."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest
from support.lacking import lacking
from support.locks import ROOT

TIERS = ("check", "test", "test-all")
PYTEST = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]


def commands(target: str) -> str:
    """Return what `make TARGET` would run."""
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def chosen(target: str) -> set[str]:
    """Return the marks that a tier leaves out."""
    said = re.search(r'-m "not \(([a-z or]+)\)"', commands(target))
    assert said, target
    return set(said[1].split(" or "))


@pytest.mark.parametrize("target", TIERS)
def test_no_tier_installs_system_packages(target):
    assert not re.search(r"apt|sudo|system-packages", commands(target))


def test_each_tier_runs_more_than_the_one_before():
    marks = {mark.partition(":")[0] for mark in PYTEST["markers"]}
    check, test, everything = map(chosen, TIERS)
    assert check == marks
    assert check > test > everything == {"timing", "cuda"}
    assert "-m timing" in commands("test-all"), "what is timed runs afterwards, with the machine to itself"


def test_ci_says_that_it_is_ci_and_installs_system_packages_first():
    lines = [line.partition(" #")[0] for line in (ROOT / ".ci" / "run").read_text().splitlines()]
    assert lines.index("export CI=true") < lines.index("make system-packages") < lines.index("make test")


def test_the_push_hook_is_the_first_tier():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert "entry: make check" in hooks
    assert "stages: [pre-push]" in hooks


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_what_is_lacking_fails_in_ci_and_is_skipped_elsewhere(ci, outcome, monkeypatch):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="install it"):
        lacking("install it")
