"""The same as a user without powers."""

from support.nobody import pass_as_nobody


def test_hostile_cells_probes_and_doctor_without_powers(tmp_path):
    tests = [f"tests/isolation/test_{name}.py" for name in ("hostile", "sessions", "sandbox_doctor", "cgroup")]
    pass_as_nobody(tests, tmp_path / "aside", seconds=500)
