"""Which limits are stated as not held follows from the user and the machine."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from d2l_autograder.sandbox import Limits, cgroup
from d2l_autograder.sandbox.limits_not_held import limits_not_held


def named():
    return {limit.what for limit in limits_not_held()}


def test_every_limit_that_a_control_group_would_hold_is_stated_where_there_is_none(monkeypatch):
    monkeypatch.setattr(cgroup, "make", lambda limits: None)
    assert "the memory of a submission's processes together" in named()


def test_a_user_who_shares_its_counts_with_the_sandboxes_is_told(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "what the kernel counts for each user" in named()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "what the kernel counts for each user" not in named()


def test_an_old_kernel_counts_the_processes_of_a_user_together(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for release, is_named in (("5.10.0-28-amd64", True), ("5.14.0", False), ("6.1.0-18-amd64", False)):
        monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(release=release))  # noqa: B023
        assert ("the number of processes of each submission" in named()) is is_named


def test_root_with_control_groups_holds_every_limit():
    group = cgroup.make(Limits())
    if os.geteuid() != 0 or group is None:
        pytest.skip("grade as root on a machine with control groups for memory and processes")
    group.remove()
    assert "the memory of a submission's processes together" not in named()


def test_each_says_why_and_what_to_do(monkeypatch):
    monkeypatch.setattr(cgroup, "make", lambda limits: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(Path, "read_text", lambda path: "0")
    limits = limits_not_held()
    assert len(limits) == 3
    assert all(limit.why and limit.remedy for limit in limits)
