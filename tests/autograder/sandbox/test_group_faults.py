"""Where no control group can be made, the reason and the remedy are those of this machine; tried on trees of files."""

import os

import pytest

from d2l_autograder.sandbox import delegation, group_faults
from d2l_autograder.sandbox.group_faults import explain_no_group, version
from d2l_autograder.sandbox.machine import Machine

SESSION = "user.slice/user-1000.slice/session-2.scope"
SERVICE = "user.slice/user-1000.slice/user@1000.service"
VERSION_1 = {"memory/cgroup.procs": "", "pids/cgroup.procs": ""}
VERSION_2 = {"cgroup.controllers": "cpuset cpu io memory pids"}


@pytest.fixture
def explained(tmp_path, monkeypatch):
    """Explain for a machine of these files, as this user, in this group."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    def explain(groups, user=1000, path="/", systemd=False, files=None, read_only=False):
        root = tmp_path / "groups"
        root.mkdir()
        for name, text in groups.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        for name, text in (files or {}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        own = tmp_path / "own"
        own.write_text(f"0::/{path}\n")
        monkeypatch.setattr(delegation, "SYSTEMD", tmp_path if systemd else tmp_path / "none")
        monkeypatch.setattr(group_faults, "_is_read_only", lambda root: read_only)
        return explain_no_group(Machine(tmp_path, user, "6.1.0", "x86_64"), root, own)

    return explain


def test_none_mounted(explained):
    assert "mount -t cgroup2" in explained({}).remedy


@pytest.mark.parametrize("groups", [{"cgroup.controllers": "cpu pids"}, {"pids/cgroup.procs": ""}])
def test_memory_disabled_at_boot(explained, groups):
    fault = explained(groups)
    assert "without the controller memory" in fault.cause
    assert "cgroup_enable=memory" in fault.remedy


def test_a_container_with_read_only_groups(explained):
    fault = explained(VERSION_2, user=0, files={".dockerenv": ""}, read_only=True)
    assert "read-only in this container (docker)" in fault.cause
    assert "docker run --privileged" in fault.remedy


def test_version_1_as_a_user(explained):
    assert "systemd.unified_cgroup_hierarchy=1" in explained(VERSION_1).remedy


def test_a_session_without_delegation(explained):
    fault = explained(VERSION_2, path=SESSION, systemd=True)
    assert SESSION in fault.cause
    assert "systemd-run --user --scope -p Delegate=yes d2l-grade grade" in fault.remedy


def test_a_user_manager_without_the_memory_controller(explained):
    groups = VERSION_2 | {f"{SERVICE}/cgroup.controllers": "pids", f"{SERVICE}/app.slice/cgroup.procs": ""}
    assert "systemctl edit user@.service" in explained(groups, path=f"{SERVICE}/app.slice", systemd=True).remedy


def test_root_under_systemd(explained):
    assert explained(VERSION_2, user=0, path="system.slice/a.service", systemd=True).remedy.startswith(
        "systemd-run --sc"
    )


def test_a_group_of_another_user_without_systemd(explained):
    assert "grade as root" in explained(VERSION_2).remedy


def test_the_mounted_versions(tmp_path):
    assert version(tmp_path) == "none"
    (tmp_path / "unified").mkdir()
    (tmp_path / "unified/cgroup.controllers").touch()
    assert version(tmp_path) == "2"
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory/cgroup.procs").touch()
    assert version(tmp_path) == "1 and 2"


def test_what_this_machine_lacks_has_a_remedy():
    fault = explain_no_group()
    assert fault.cause
    assert fault.remedy


@pytest.mark.skipif(not hasattr(os, "getxattr"), reason="only Linux has control groups")
def test_a_group_that_systemd_has_not_delegated_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(delegation, "SYSTEMD", tmp_path)
    group = tmp_path / "groups/system.slice/a.service"
    group.mkdir(parents=True)
    (tmp_path / "groups/cgroup.controllers").write_text("memory pids")
    (group / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (group / "cgroup.subtree_control").write_text("")
    own = tmp_path / "own"
    own.write_text("0::/system.slice/a.service\n")
    assert delegation.parents(tmp_path / "groups", own) is None
    assert (group / "cgroup.subtree_control").read_text() == ""
    assert not (group / delegation.LEAF).exists()
