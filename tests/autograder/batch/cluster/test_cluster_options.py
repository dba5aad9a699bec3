"""``d2l-grade grade --cluster``: what is refused before anything is marked; a local batch needs no dask."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner
from support.batches import NAME, ROOT, environment, hand_in, notebook

from d2l_autograder.__main__ import _commands
from d2l_autograder.batch.cluster.address import COMMANDS
from d2l_helpers.errors import ArgumentError, LibraryUnusable


@pytest.fixture
def submitted(tmp_path):
    return hand_in(tmp_path / "submitted", {"ada": notebook()})


def grade(submissions, out, *options):
    return CliRunner().invoke(_commands, ["grade", str(submissions), "--out", str(out), *map(str, options)])


def test_an_unprotected_cluster_is_refused_before_anything_is_written(submitted, tmp_path):
    done = grade(submitted, tmp_path / "out", "--cluster", "tcp://10.0.0.1:8786")
    assert isinstance(done.exception, ArgumentError)
    assert all(command in str(done.exception) for command in COMMANDS)
    assert not (tmp_path / "out").exists()


@pytest.mark.cluster
@pytest.mark.parametrize("options", [(), ("--tls-cert", "cert.pem"), ("--tls-ca-file", "nowhere.pem")])
def test_a_protected_cluster_without_certificates_is_refused(submitted, tmp_path, options):
    done = grade(submitted, tmp_path / "out", "--cluster", "tls://10.0.0.1:8786", *options)
    assert isinstance(done.exception, ArgumentError)
    assert all(command in str(done.exception) for command in COMMANDS)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [("--no-sandbox",), ()], ids=["without a sandbox", "one notebook"])
def test_a_cluster_marks_a_class_in_sandboxes_only(submitted, tmp_path, options):
    what = submitted if options else submitted / "ada" / f"{NAME}.ipynb"
    done = grade(what, tmp_path / "out", "--cluster", "local", *options)
    assert done.exit_code == 2
    assert "--cluster marks a folder of submissions, in the workers' sandboxes" in done.output


def test_without_dask_a_cluster_is_refused_with_the_remedy(submitted, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "d2l_autograder.batch.cluster.connection", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = grade(submitted, tmp_path / "out", "--cluster", "local")
    assert isinstance(done.exception, LibraryUnusable)
    assert "make cluster" in str(done.exception)


def test_a_local_batch_and_a_workers_task_import_no_dask():
    modules = "d2l_autograder.command.grade, d2l_autograder.batch.cluster.task, d2l_autograder.batch.cluster.workplace"
    code = f"import sys, {modules}; print(sorted({{'dask', 'distributed'}} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
