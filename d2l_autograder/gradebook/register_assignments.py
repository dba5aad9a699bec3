"""A program that creates nbgrader's gradebook and registers assignments in it, with nbgrader's own code.

`gradebook` runs this file in a process of its own: once imported, nbgrader takes 50 MB until the process ends, and a
batch writes its gradebook while it marks. The request comes as JSON on the standard input; an error goes out as JSON.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Register ``{"database": FILE, "assignments": {NAME: NOTEBOOK}}``; if that fails, print what failed as JSON."""
    warnings.simplefilter("ignore")  # SQLAlchemy's, about how nbgrader calls it
    request = json.load(sys.stdin)
    try:
        _register(Path(request["database"]), request["assignments"])
    except _Refused as refused:
        json.dump(refused.args[0], sys.stdout)
    except Exception as error:  # sqlite's errors come wrapped by SQLAlchemy
        cause = getattr(error, "orig", error)
        name = getattr(cause, "sqlite_errorname", "")
        json.dump({"kind": "database", "name": name, "got": f"{type(cause).__name__}: {cause}"[:500]}, sys.stdout)


class _Refused(Exception):
    """A gradebook that nbgrader cannot use as it is."""


def _register(file: Path, assignments: Mapping[str, Any]) -> None:
    import nbformat
    import nbgrader
    from nbgrader.api import Gradebook
    from nbgrader.preprocessors import ComputeChecksums, SaveCells
    from sqlalchemy.engine import URL

    _prepare(file, Path(nbgrader.__file__).parent / "alembic")
    database = URL.create("sqlite", database=str(file))  # in a text, a ? in a folder's name would end the path
    with Gradebook(database) as book:
        for name, content in assignments.items():
            release = nbformat.from_dict(content)
            place = {"nbgrader": {"assignment": name, "notebook": name, "db_url": database}}
            book.update_or_create_assignment(name)
            try:
                for step in (ComputeChecksums(), SaveCells()):
                    release, _ = step.preprocess(release, place)
            except RuntimeError as error:
                raise _Refused({"kind": "cells", "assignment": name, "got": str(error)}) from error


def _prepare(file: Path, versions: Path) -> None:
    """Check the version of a gradebook, and write it into an empty one.

    nbgrader starts a program to find its version, which takes seconds.
    """
    import sqlite3
    from contextlib import closing

    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(versions))
    current = scripts.get_current_head()
    with closing(sqlite3.connect(file, timeout=10)) as database, database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            database.execute("INSERT INTO alembic_version VALUES (?)", (current,))
            return
        if "alembic_version" not in tables:
            raise _Refused({"kind": "foreign", "got": f"the tables {', '.join(sorted(tables))[:200]}"})
        found = [version for (version,) in database.execute("SELECT version_num FROM alembic_version")]
    if found != [current]:
        known = {script.revision for script in scripts.walk_revisions()}
        kind = "older" if known.issuperset(found) else "newer"
        raise _Refused({"kind": kind, "got": f"version {', '.join(map(str, found)) or 'unknown'}, not {current}"})


if __name__ == "__main__":
    main()
