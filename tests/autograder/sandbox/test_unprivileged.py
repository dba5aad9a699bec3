"""The attacks once more as an unprivileged user: without root, bubblewrap and the limits on memory work differently."""

import pytest
from support.nobody import pass_as_nobody

pytestmark = [pytest.mark.sandbox, pytest.mark.nightly]


def test_attacks_sessions_and_doctor_pass_as_an_unprivileged_user(tmp_path):
    names = (
        "hostile honest_code memory clock template mounts session sandbox_doctor cgroup no_start group_faults"
        " limits_not_held"
    )
    tests = [f"tests/autograder/sandbox/test_{name}.py" for name in names.split()]
    pass_as_nobody(tests, tmp_path / "aside", seconds=900)
