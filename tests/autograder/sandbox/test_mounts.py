"""What student code can see: d2l_helpers and the environment; neither our other packages nor what must stay hidden."""

import sys
from pathlib import Path

import pytest
from support.hostile import SMALL

import d2l_helpers
from d2l_autograder.batch.grader import Grader
from d2l_autograder.batch.store import Store
from d2l_autograder.collect import Entry
from d2l_autograder.sandbox import Limits, Sandbox, Setup, mounts
from d2l_helpers.errors import SandboxError

HELPERS = Path(d2l_helpers.__file__).parent
CHECKOUT = HELPERS.parent


def bound(arguments):
    """List what is bound, as pairs of paths outside and inside."""
    return [tuple(arguments[i + 1 : i + 3]) for i, part in enumerate(arguments) if part == "--ro-bind"]


def covered(arguments):
    return [arguments[i + 1] for i, part in enumerate(arguments) if part == "--tmpfs"]


@pytest.fixture
def site_packages(tmp_path, monkeypatch):
    """Make a folder of installed packages that every sandbox shows."""
    folder = tmp_path / "environment" / "site-packages"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    return folder


def test_of_ours_only_d2l_helpers_and_the_workers_files_are_bound():
    inside = [pair for pair in bound(mounts.arguments(None)) if Path(pair[0]).is_relative_to(CHECKOUT)]
    environment = [pair for pair in inside if Path(pair[0]).is_relative_to(sys.prefix)]
    assert sorted(set(inside) - set(environment)) == [
        (str(CHECKOUT / "d2l_autograder" / "sandbox" / "surroundings.py"), "/sandbox/surroundings.py"),
        (str(CHECKOUT / "d2l_autograder" / "sandbox" / "worker.py"), "/sandbox/worker.py"),
        (str(CHECKOUT / "d2l_autograder" / "sandbox" / "worker_messages.py"), "/sandbox/worker_messages.py"),
        (str(HELPERS), "/sandbox/library/d2l_helpers"),
    ]


def test_our_other_packages_are_covered_where_they_are_installed(site_packages):
    names = ("d2l_autograder", "d2l_authoring", "d2l_helpers", "numpy")
    for name in names:
        (site_packages / name).mkdir()
    (site_packages / "d2l_helpers" / "exercises").mkdir()
    arguments = mounts.arguments(None)
    assert (str(site_packages), str(site_packages)) in bound(arguments)
    names = ("d2l_authoring", "d2l_autograder", "d2l_helpers/exercises")
    assert covered(arguments) == ["/sandbox/library/d2l_helpers/exercises", *(str(site_packages / n) for n in names)]


def test_our_other_packages_are_covered_where_only_the_base_of_an_environment_has_them(tmp_path, monkeypatch):
    package = tmp_path / "base" / "lib" / "python3.11" / "site-packages" / "d2l_autograder"
    package.mkdir(parents=True)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    assert str(package) in covered(mounts.arguments(None))


def test_our_other_packages_are_covered_where_the_environment_is_the_checkout(monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(CHECKOUT))
    arguments = mounts.arguments(None)
    assert (str(CHECKOUT), str(CHECKOUT)) in bound(arguments)
    hidden = ("d2l_authoring", "d2l_autograder", "d2l_helpers/exercises")
    assert {str(CHECKOUT / name) for name in hidden} <= set(covered(arguments))


def test_our_other_packages_are_covered_where_a_link_leads_to_the_environment(tmp_path, site_packages, monkeypatch):
    (site_packages / "d2l_autograder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "environment")
    monkeypatch.setattr(sys, "path", [*sys.path, str(link / "site-packages")])
    assert str(link / "site-packages" / "d2l_autograder") in covered(mounts.arguments(None))


@pytest.mark.parametrize("what", ["answers", "course", "submissions"])
def test_a_sandbox_refuses_to_show_what_must_stay_hidden(what, site_packages):
    path = site_packages / what
    path.mkdir()
    with pytest.raises(SandboxError) as refusal:
        mounts.require_hidden([path])
    assert str(path) in str(refusal.value)
    assert str(site_packages) in refusal.value.got
    assert "elsewhere" in refusal.value.remedy


def test_a_link_to_what_the_sandbox_shows_is_refused_and_a_link_from_there_is_not(tmp_path, site_packages):
    (site_packages / "answers").mkdir()
    (tmp_path / "link").symlink_to(site_packages / "answers")
    (tmp_path / "key").mkdir()
    (site_packages / "key").symlink_to(tmp_path / "key")
    mounts.require_hidden([tmp_path / "key"])
    mounts.require_hidden([site_packages / "key"])  # inside, that link leads to nothing
    with pytest.raises(SandboxError, match="must stay hidden"):
        mounts.require_hidden([tmp_path / "link"])


def test_an_environment_that_is_the_checkout_is_refused(monkeypatch):
    mounts.require_hidden([CHECKOUT / "answers"])
    monkeypatch.setattr(sys, "prefix", str(CHECKOUT))
    with pytest.raises(SandboxError, match="must stay hidden"):
        mounts.require_hidden([CHECKOUT / "answers"])


def test_a_folder_above_what_the_sandbox_shows_may_be_hidden(site_packages):
    mounts.require_hidden([site_packages.parents[1], CHECKOUT])  # of them it shows only the part that it binds


def test_every_link_to_the_interpreter_is_shown(tmp_path, monkeypatch):
    real, second, first = tmp_path / "usr" / "python3.x", tmp_path / "usr" / "python3", tmp_path / "bin" / "python"
    for folder in (real.parent, first.parent):
        folder.mkdir()
    real.touch()
    second.symlink_to("python3.x")
    first.symlink_to(second)
    monkeypatch.setattr(sys, "executable", str(first))
    monkeypatch.setattr(sys, "_base_executable", str(real))
    assert {str(real), str(second), str(first)} <= {*mounts.arguments(None)}


@pytest.mark.sandbox
def test_student_code_sees_d2l_helpers_but_no_check_and_none_of_our_other_packages(opened, site_packages):
    for name in ("d2l_autograder", "d2l_authoring", "d2l_helpers/exercises"):
        (site_packages / name).mkdir(parents=True)
        (site_packages / name / "__init__.py").touch()
    with opened() as sandbox:
        look = "import os\nprint(sorted(os.listdir('/sandbox/library/d2l_helpers')))"
        shown = sandbox.run("look", look).printed
        assert shown == f"{sorted(path.name for path in HELPERS.iterdir())}\n"
        found = sandbox.run("find", f"print([*os.walk({str(site_packages)!r})])").printed
        assert "__init__" not in found
        assert "d2l_autograder" in found  # as an empty folder


@pytest.mark.sandbox
def test_a_sandbox_does_not_start_where_the_key_would_be_seen(site_packages):
    (site_packages / "answers").mkdir()
    with pytest.raises(SandboxError, match="must stay hidden"):
        Sandbox(Limits(**SMALL), Setup(hidden=(site_packages / "answers",))).start()


@pytest.mark.sandbox
@pytest.mark.parametrize("seen", ["submitted", "results"])
def test_a_grader_refuses_where_submissions_or_results_would_be_seen(seen, site_packages, tmp_path):
    places = {name: tmp_path / name / name for name in ("submitted", "results")}
    places[seen] = site_packages / "course" / seen
    grader = Grader({}, b"", Store(places["results"]))
    entry = Entry("ada", "04_softmax_regression", places["submitted"] / "ada.ipynb")
    with pytest.raises(SandboxError, match="must stay hidden"):
        list(grader.grade([entry]))
