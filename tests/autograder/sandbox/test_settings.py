"""Limits that a sandbox can have, and the environment that it gets."""

import pytest

from d2l_autograder.sandbox import Limits, Setup
from d2l_helpers.errors import ArgumentError


def test_limits_are_positive():
    for wrong in (0, -1, float("inf"), float("nan"), True, "1"):
        with pytest.raises(ArgumentError, match="memory="):
            Limits(memory=wrong)


def test_nothing_of_the_graders_environment_is_passed_on(monkeypatch):
    monkeypatch.setenv("D2L_SECRET", "secret")
    variables = Setup().variables()
    assert "D2L_SECRET" not in variables
    assert variables["PYTHONPATH"].split(":")[0] == "/sandbox/library"


def test_the_stand_in_for_the_labels_passes_the_checksum_only_inside_a_sandbox(tmp_path):
    setup = Setup(data=tmp_path)
    assert set(setup.first_message(Limits(), is_confined=True)["checksums"]) == {"t10k-labels"}
    assert setup.first_message(Limits(), is_confined=False)["checksums"] == {}
