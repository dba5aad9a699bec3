"""The workflows for GitHub: their systems have what the tests need."""

from __future__ import annotations

import pytest
import yaml
from packaging.version import Version
from support.locks import ROOT

from d2l_autograder.sandbox.remedies import MINIMUM

BUBBLEWRAP = {"ubuntu-22.04": "0.6.1", "ubuntu-24.04": "0.9.0"}


@pytest.mark.parametrize("name", ["test", "nightly"])
def test_the_sandbox_can_start_where_no_test_may_be_skipped(name):
    (job,) = yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8"))["jobs"].values()
    assert job["env"] == {"CI": "true"}
    assert Version(BUBBLEWRAP[job["runs-on"]]) >= Version(MINIMUM)
    steps = [step.get("run", "") for step in job["steps"]]
    allowed = next(place for place, step in enumerate(steps) if "apparmor_restrict_unprivileged_userns=0" in step)
    assert steps.index("make system-packages") < allowed < len(steps) - 1
