"""The Dockerfiles, .devcontainer and docs/containers.md agree with each other and with what they call."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import json5
import pytest

from d2l_authoring.links import binder_url

ROOT = Path(__file__).parents[2]
DOCKERFILES = ["Dockerfile", "binder/Dockerfile"]
DOCS = (ROOT / "docs/containers.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL) for line in block.splitlines()]


def instructions(name):
    """Return the instructions of a Dockerfile, each in one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [" ".join(line.split()) for line in text.replace("\\\n", " ").splitlines() if line]


def of_kind(kind, name="Dockerfile"):
    return [line.removeprefix(kind).strip() for line in instructions(name) if line.startswith(kind)]


def development():
    return json5.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))


def commands_of_make(*goals):
    command = ["make", "--dry-run", "--always-make", *goals]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_installs_the_lock_by_setup_sh_before_it_has_the_code(name):
    lines = instructions(name)
    assert {line.split()[1] for line in lines if line.startswith("FROM")} <= {"debian:bookworm-slim", "environment"}
    lock, packages = lines.index("COPY setup.sh requirements.lock ./"), lines.index("RUN sh setup.sh packages")
    code = next(place for place, line in enumerate(lines) if line.startswith("COPY --chown") and line.endswith(" . ."))
    assert lock < packages < code
    assert not any("pip install" in line for line in lines)
    user = lines.index("USER reader" if name == "Dockerfile" else "USER $NB_USER")
    assert user < packages, "root would own the environment, and nobody could complete it"
    assert of_kind("USER", name)[-1] != "root"


def test_the_image_takes_packages_that_system_packages_sh_knows():
    (named,) = re.findall(r"sh system-packages\.sh ([a-z -]+)", " ".join(instructions("Dockerfile")))
    (known,) = re.findall(r'packages=.*"(.*)"', (ROOT / "system-packages.sh").read_text(encoding="utf-8"))
    assert {"bubblewrap", "util-linux"} == set(named.split()) & set(known.split())


@pytest.mark.parametrize(("package", "status"), [("util-linux", 0), ("no-such-package", 1)])
def test_system_packages_sh_asks_only_for_the_packages_that_it_is_told(package, status, tmp_path):
    for program in ("setpriv", "prlimit", "id"):
        (tmp_path / program).write_text("#!/bin/sh\necho 1000\n")
        (tmp_path / program).chmod(0o755)
    command = ["/bin/sh", ROOT / "system-packages.sh", package]  # as a user who may install nothing
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert (package in done.stderr) == bool(status)


def test_the_context_has_what_the_image_needs_and_nothing_of_a_course():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "a folder of submissions must not get into an image"
    allowed = {path.name for rule in rules if rule.startswith("!") for path in ROOT.glob(rule[1:])}
    assert len(allowed) >= sum(rule.startswith("!") for rule in rules), "a rule names a file that is not there"
    copied = {name for line in of_kind("COPY") for name in line.split()[:-1] if name[0] not in "-."}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {target.partition(".")[0] for target in declared["project"]["scripts"].values()}
    assert copied | packages | {"Makefile", "pyproject.toml", "hatch_build.py", "notebooks", "answers"} <= allowed
    assert not {"tests", "work", "build", ".git"} & allowed


def test_extras_are_targets_of_the_makefile():
    for goal in {word for extra in re.findall(r"EXTRAS=(\w+)", DOCS) for word in extra.split()}:
        assert f"requirements-{goal}.lock" in commands_of_make(goal)


def test_one_port_is_listened_on_forwarded_and_documented():
    (port,) = of_kind("EXPOSE")
    assert f'"--port", "{port}"' in of_kind("CMD")[0]
    assert development()["forwardPorts"] == [int(port)]
    assert set(development()["portsAttributes"]) == {port}
    assert set(re.findall(r"--publish 127\.0\.0\.1:\d+:(\d+)", DOCS)) == {port}


def test_the_development_container_is_a_stage_with_an_ordinary_user():
    settings = development()
    assert [line for line in of_kind("FROM") if line.endswith(f" AS {settings['build']['target']}")]
    assert (ROOT / ".devcontainer" / settings["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"
    assert settings["remoteUser"] in of_kind("USER")
    assert of_kind("FROM")[-1] == "environment", "docker build and Binder take the last stage"
    shell, script = settings["postCreateCommand"].split()
    assert subprocess.run([shell, "-n", ROOT / script], check=False).returncode == 0
    assert of_kind("WORKDIR")[0] in (ROOT / script).read_text(encoding="utf-8")


def test_without_the_images_environment_the_folder_gets_its_own(tmp_path):
    """As where the editor has given the container's user another user id than the image's."""
    programs = {
        "bin/make": f"mkdir -p .venv/bin; cp {tmp_path}/python .venv/bin/",
        "python": "echo copies refreshed",
    }
    (tmp_path / "bin").mkdir()
    for name, script in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    script = (ROOT / ".devcontainer/create.sh").read_text(encoding="utf-8").replace("/chapter/", "/no/such/folder/")
    (tmp_path / "folder").mkdir()
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path / "folder", env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "copies refreshed\n"
    assert not (tmp_path / "folder" / ".venv").is_symlink()


@pytest.mark.parametrize("name", DOCKERFILES)
def test_what_an_image_runs_is_correct_shell(name):
    for script in of_kind("RUN", name):
        done = subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=range(len(COMMANDS)))
def test_a_documented_command_is_for_every_shell_and_lets_in_nobody_else(command):
    assert subprocess.run(["bash", "-n"], input=command, text=True, check=False).returncode == 0
    words = shlex.split(command)
    if words[:2] != ["docker", "run"]:
        assert words[0] in {"docker", "mkdir"}
        return
    images = re.findall(r"--tag (\S+)", DOCS)
    image = next((place for place, word in enumerate(words) if word in images), None)
    assert image is not None, "no command builds this image"
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert words[image + 1 :][:1] in ([], *([script] for script in scripts))
    for option, value in pairwise(words):
        assert option != "--publish" or value.startswith("127.0.0.1:")
        assert option != "--volume" or value.partition(":/")[2].startswith("chapter/work")


def test_a_container_keeps_work_where_the_documented_volume_is():
    (home,) = re.findall(r"HOME=(\S+)", of_kind("ENV")[0])
    assert home == f"{of_kind('WORKDIR')[0]}/work", "d2l-helpers lab copies to work"
    assert f"linear-networks:{home} " in DOCS


def test_binder_starts_where_its_links_lead():
    (path,) = parse_qs(urlsplit(binder_url("00_start_here.ipynb", "https://github.com/ann/linear")).query)["urlpath"]
    shown = ROOT / of_kind("WORKDIR", "binder/Dockerfile")[-1].removeprefix("$HOME/")
    assert (shown / path.removeprefix("lab/tree/")).is_file()
    default = json5.loads((ROOT / "d2l_helpers/lab/config/jupyter_lab_config.json").read_text())["LabApp"][
        "default_url"
    ]
    assert (shown / default.partition("/tree/")[2]).is_file()


def test_git_keeps_line_ends_on_which_a_container_can_run_scripts():
    scripts = ["setup.sh", "system-packages.sh", ".devcontainer/create.sh", "Makefile", "d2l_helpers/__main__.py"]
    done = subprocess.run(["git", "check-attr", "eol", *scripts], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.count("eol: lf") == len(scripts)


def test_git_takes_no_binary_file_for_text():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    binary = [name for name in listed.split("\0") if name and b"\0" in (ROOT / name).read_bytes()]
    command = ["git", "check-attr", "text", *binary]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.count("text: unset") == len(binary) > 0, done.stdout


def test_git_ignores_the_link_that_the_development_container_makes():
    assert ".venv" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines(), ".venv/ would be a folder only"
