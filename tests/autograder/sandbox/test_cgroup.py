"""Control groups; version 2 is tried on a tree of files, since a machine has only one version."""

import os

import pytest

from d2l_autograder.sandbox import Limits, cgroup, delegation

LIMITS = Limits(memory=64 << 20, processes=7)


@pytest.fixture
def version_2(tmp_path, monkeypatch):
    """Make a user's session as systemd does: app.slice delegates its controllers to term.scope."""
    monkeypatch.setattr(delegation, "SYSTEMD", tmp_path)
    root = tmp_path / "cgroup"
    scope = root / "user.slice/app.slice/term.scope"
    scope.mkdir(parents=True)
    for folder, delegated in {root: "memory pids cpu", scope.parent: "memory pids", scope: ""}.items():
        (folder / "cgroup.subtree_control").write_text(delegated)
        (folder / "cgroup.procs").write_text("")
    (root / "cgroup.controllers").write_text("cpu memory pids")
    own = tmp_path / "own"
    own.write_text("0::/user.slice/app.slice/term.scope\n")
    return root, own, scope


def kernel_makes(monkeypatch, *names):
    """Make the files in each new group that the kernel would make."""
    real = os.mkdir

    def mkdir(path, mode=0o777):
        real(path, mode)
        for name in names:
            with open(os.path.join(path, name), "w") as file:  # noqa: PTH118, PTH123
                file.write("0\n")

    monkeypatch.setattr(os, "mkdir", mkdir)


def test_version_2_makes_a_sibling_with_limits(version_2, monkeypatch):
    root, own, scope = version_2
    kernel_makes(monkeypatch, "memory.max", "memory.swap.max", "pids.max", "memory.peak", "memory.events", "cpu.stat")
    group = cgroup.make(LIMITS, root, own)
    assert group.folders == (group.memory,)
    assert group.memory.parent == scope.parent
    assert int((group.memory / "memory.max").read_text()) == LIMITS.memory
    assert int((group.memory / "pids.max").read_text()) == LIMITS.processes
    assert not group.is_out_of_memory
    (group.memory / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    (group.memory / "memory.peak").write_text("123\n")
    (group.memory / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    assert (group.is_out_of_memory, group.peak, group.cpu_seconds) == (True, 123, 2.5)


def test_version_2_without_delegated_controllers_makes_none(version_2):
    root, own, scope = version_2
    (scope.parent / "cgroup.subtree_control").write_text("cpu")
    (root / "cgroup.subtree_control").write_text("cpu")
    assert cgroup.make(LIMITS, root, own) is None
    assert list(root.rglob("d2l-sandbox-*")) == []


def test_a_group_that_cannot_limit_memory_is_removed_again(version_2, monkeypatch):
    root, own, _ = version_2
    assert cgroup.make(LIMITS, root, own) is None
    assert list(root.rglob("d2l-sandbox-*")) == []


def test_a_machine_without_control_groups_is_no_error(tmp_path):
    assert cgroup.make(LIMITS, tmp_path, tmp_path / "none") is None
    (tmp_path / "own").write_text("")
    assert cgroup.make(LIMITS, tmp_path, tmp_path / "own") is None


def test_groups_of_a_dead_grader_are_removed(version_2):
    root, own, scope = version_2
    stale, ours = scope.parent / "d2l-sandbox-99999999-0", scope.parent / f"d2l-sandbox-{os.getpid()}-77"
    stale.mkdir()
    ours.mkdir()
    cgroup.make(LIMITS, root, own)
    assert (stale.exists(), ours.exists()) == (False, True)


@pytest.mark.sandbox
def test_a_real_group_is_made_and_removed():
    group = cgroup.make(LIMITS)
    if group is None:
        pytest.skip("no control group may be made here: run as root, or in a systemd session that delegates memory")
    assert all(folder.is_dir() for folder in group.folders)
    assert not group.is_out_of_memory
    group.remove()
    assert not any(folder.exists() for folder in group.folders)
