"""environment.yml: its pins are the project's, and its packages work with the CPU twin of its CUDA wheel."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib

import nbformat
import pytest
import yaml
from support.environments import cpu_twin
from support.locks import PYTHONS, ROOT, pins

from d2l_helpers.records import split_outputs

FLAGSHIP = ROOT / "notebooks" / "07_softmax_regression_gluon.ipynb"


def name_of(requirement: str) -> str:
    return re.split(r"[=<>\[ ]", requirement, maxsplit=1)[0].lower()


@pytest.fixture(scope="module")
def environment() -> dict[str, object]:
    return yaml.safe_load((ROOT / "environment.yml").read_text())


@pytest.fixture(scope="module")
def pip_part(environment) -> list[str]:
    return environment["dependencies"][-1]["pip"]


@pytest.fixture(scope="module")
def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_gives_python_and_cuda(environment):
    assert {"python=3.11", "cudatoolkit=10.1"} <= {str(item) for item in environment["dependencies"]}


def test_it_has_the_projects_packages_and_no_others(pip_part, project):
    ours = {name_of(requirement) for requirement in project["dependencies"]}
    assert {name_of(requirement) for requirement in pip_part} == ours - {"mxnet"} | {"mxnet-cu101mkl"}
    assert "mxnet-cu101mkl==1.6.0.post0" in pip_part


def test_its_versions_are_the_locks_for_its_python(pip_part):
    locked = pins("requirements.lock", "3.11")
    others = [requirement for requirement in pip_part if not requirement.startswith("mxnet")]
    assert others == [f"{name_of(requirement)}=={locked[name_of(requirement)]}" for requirement in others]


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_fits_the_project(project, python):
    from packaging.requirements import Requirement

    locked = pins("requirements.lock", python)
    for requirement in map(Requirement, [*project["dependencies"], *project["optional-dependencies"]["dev"]]):
        assert locked[requirement.name] in requirement.specifier, requirement


def test_numpy_is_1_where_the_numbers_were_recorded_and_2_above():
    majors = {python: pins("requirements.lock", python)["numpy"].partition(".")[0] for python in PYTHONS}
    assert majors == {"3.11": "1", "3.12": "2", "3.13": "2", "3.14": "2"}


@pytest.mark.nightly
@pytest.mark.network
def test_its_packages_train_with_the_cpu_twin_to_the_recorded_numbers(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        """
import json
import d2l_helpers as helpers
import mxnet
from d2l import mxnet as d2l
from mxnet import gluon, init, npx
from mxnet.gluon import nn
npx.set_np()
helpers.seed_all(0)
net = nn.Sequential()
net.add(nn.Dense(10))
net.initialize(init.Normal(sigma=0.01))
trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
history = helpers.train_ch3(
    net, *helpers.load_data_fashion_mnist(256), gluon.loss.SoftmaxCrossEntropyLoss(), 2, trainer)
print(json.dumps({"mxnet": mxnet.__version__, **vars(history)}))
"""
    )
    run = subprocess.run([cpu_twin(), script], capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    measured = json.loads(run.stdout.splitlines()[-1])
    assert measured["mxnet"] == "1.6.0"
    cells = nbformat.read(FLAGSHIP, as_version=4).cells
    (cell,) = (cell for cell in cells if cell.id == "record-training")
    recorded, _ = split_outputs(cell.outputs)
    for name, metric in recorded.items():
        assert measured[name] == pytest.approx(metric.value[:2], abs=metric.tolerance), name
