"""Files that a student hands in beside a notebook, in the hope that the grader runs, imports or believes them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "04_softmax_regression"

# Modules that Python, this project, or a library of ours imports: some before any line of ours runs
MODULES = (
    *("__future__", "argparse", "csv", "fnmatch", "json", "pathlib", "re", "secrets", "sqlite3", "typing"),
    *("click", "filelock", "jinja2", "markupsafe", "nbformat", "numpy", "rich", "tqdm"),
    *("sitecustomize", "usercustomize", "conftest", "setup", "worker", "planted_backend"),
    *("nbgrader_config", "jupyter_config", "jupyter_nbconvert_config", "jupyter_server_config", "ipython_config"),
)
PACKAGES = ("d2l", "d2l_authoring", "d2l_helpers", "matplotlib", "mxnet", "nbgrader", "pandas", "traitlets", "IPython")


def plant(folder: Path, canary: Path) -> None:
    """Write all of them to a folder; each appends its name to the canary when it runs.

    Parameters
    ----------
    folder : Path
        A student's folder, or the folder of all submissions.
    canary : Path
        Must not exist afterwards.
    """
    folder.mkdir(parents=True, exist_ok=True)
    code = f"open({str(canary)!r}, 'a').write(__name__ + '\\n')\n"
    for name in MODULES:
        write(folder / f"{name}.py", code)
    for name in PACKAGES:
        write(folder / name / "__init__.py", code)
    for place in (".ipython/profile_default/startup/00.py", ".jupyter/jupyter_config.py", "templates/null.py"):
        write(folder / place, code)
    write(folder / "planted.pth", f"import os; {code}")
    write(folder / "matplotlibrc", "backend: module://planted_backend\n")
    write(folder / "pyvenv.cfg", f"home = {folder}\ninclude-system-site-packages = false\n")
    write(folder / ".env", f"PYTHONSTARTUP={folder}/conftest.py\nPYTHONPATH={folder}\n")
    write(folder / "alembic.ini", f"[alembic]\nscript_location = {folder}\n")
    write(folder / "env.py", code)
    write(folder / "jupyter_config.json", json.dumps({"NbGrader": {"db_url": f"sqlite:///{folder}/gradebook.db"}}))
    write(folder / "secret", "0" * 64)
    plant_course(folder, code)
    plant_results(folder)
    plant_gradebook(folder / "gradebook.db")


def plant_course(folder: Path, code: str) -> None:
    """Write a course whose key runs the code, where a course, and where a checkout of this project has them."""
    write(folder / "course.json", json.dumps({"answers": "answers", "assignments": [NAME]}))
    shutil.copytree(ROOT / "answers", folder / "answers", dirs_exist_ok=True)
    for module in (folder / "answers").rglob("*.py"):
        module.write_text(f"from __future__ import annotations\n{code}{module.read_text(encoding='utf-8')}")
    for place in (folder / "release" / NAME, folder / "notebooks", folder / "source" / NAME):
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "notebooks" / f"{NAME}.ipynb", place)


def plant_results(folder: Path) -> None:
    """Write results with full marks, under names that a store has."""
    marks = [{"exercise": "stable_softmax", "title": "", "points": 999, "earned": 999, "verdict": "right"}]
    result = {"student": "ada", "assignment": NAME, "status": "marked", "marks": marks, "digest": "0" * 64}
    write(folder / "results" / "ada" / f"{NAME}-{'0' * 16}.json", json.dumps(result))


def plant_gradebook(file: Path) -> None:
    """Write a gradebook with a trigger and a view in the places of tables."""
    connection = sqlite3.connect(file)
    connection.executescript(
        "CREATE TABLE alembic_version (version_num VARCHAR(32)); CREATE TABLE student (id TEXT);"
        "CREATE VIEW grade AS SELECT 999 AS auto_score;"
        "CREATE TRIGGER forged AFTER INSERT ON student BEGIN UPDATE student SET id = 'mallory'; END;"
    )
    connection.close()


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
