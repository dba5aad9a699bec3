"""The command ``d2l-grade grade``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from d2l_autograder.cli.places import EXISTING_FOLDER, FOLDER, Place
from d2l_autograder.command.program import away_from_current_folder, stopped_by_interrupts
from d2l_autograder.command.trusted_places import require_folder_for_marks, require_trusted

if TYPE_CHECKING:
    from d2l_autograder.command.releases import Releases

__all__ = ["folder_of_class", "grade", "options_without"]


@click.command(short_help="Mark a notebook, or a folder of what students handed in.")
@click.argument("submissions", type=Place(exists=True))
@click.option("--out", type=FOLDER, help="Folder for the marks; by default the course.")
@click.option("--course", "folder", type=EXISTING_FOLDER, help="The course; by default the current folder.")
@click.option("--notebooks", type=FOLDER, help="Without a course; by default this project's.")
@click.option("--answers", type=FOLDER, help="Their answer key; by default this project's.")
@click.option("--platform", help="Where the files come from; by default recognised.")
@click.option("--names", metavar="REGEX", help="Finds (?P<student>…) in files' names.")
@click.option("--roster", type=Place(exists=True, dir_okay=False), help="CSV or gradebook.db with all students.")
@click.option("--groups", type=Place(exists=True, dir_okay=False), help="CSV that says who hands in together.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Notebooks to mark at a time.")
@click.option("--again", is_flag=True, help="Mark also what has a result; the new one counts.")
@click.option("--preview", is_flag=True, help="Print whose marks would change; write nothing.")
@click.option("--gradescope", is_flag=True, help="Write results.json for Gradescope, too.")
@click.option("--cluster", metavar="ADDRESS", help="Mark on dask workers: tls://HOST:8786, or local.")
@click.option("--tls-ca-file", type=Place(dir_okay=False), help="For --cluster: the authority's certificate.")
@click.option("--tls-cert", type=Place(dir_okay=False), help="For --cluster: a certificate that it has signed.")
@click.option("--tls-key", type=Place(dir_okay=False), help="For --cluster: the certificate's key.")
@click.option("--no-sandbox", is_flag=True, help="Only for your own notebooks, never for a student's.")
def grade(
    submissions: Path,
    out: Path | None,
    folder: Path | None,
    notebooks: Path | None,
    answers: Path | None,
    no_sandbox: bool,
    preview: bool,
    cluster: str | None,
    tls_ca_file: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    **options: Any,
) -> None:
    """Mark a notebook or a folder. The exit status is 1 if not all was marked."""
    with stopped_by_interrupts() as interrupts, away_from_current_folder() as current:
        from d2l_autograder.command import grade as command
        from d2l_autograder.command.releases import choose_releases

        # A preview writes nothing, not even what Python compiles of the key
        sys.dont_write_bytecode = sys.dont_write_bytecode or preview
        releases = choose_releases(submissions, current, folder, notebooks, answers)
        if cluster and (no_sandbox or not submissions.is_dir()):
            raise click.UsageError("--cluster marks a folder of submissions, in the workers' sandboxes.")
        if not submissions.is_dir():
            sys.exit(command.grade_one(submissions, releases, not no_sandbox))
        out = folder_of_class(submissions, out, releases, options)
        elsewhere = (
            command.open_cluster(cluster, (tls_ca_file, tls_cert, tls_key), options["jobs"]) if cluster else None
        )
        settings = command.ClassOptions(is_sandboxed=not no_sandbox, cluster=elsewhere, **options)
        if preview:
            from d2l_autograder.command.preview import preview_class

            sys.exit(preview_class(submissions, out, releases, interrupts, settings))
        sys.exit(command.grade_class(submissions, out, releases, interrupts, settings))


def folder_of_class(submissions: Path, out: Path | None, releases: Releases, options: Mapping[str, Any]) -> Path:
    """Return the folder for what is written about a class; students can change neither it nor the tables."""
    if out is None and releases.course:
        out = releases.course.folder
    if out is None:
        raise click.UsageError("There is no course here. Pass --course, or say with --out DIRECTORY where marks go.")
    require_trusted(submissions, {f"the {name}": options[name] for name in ("roster", "groups") if options[name]})
    require_folder_for_marks(out, submissions)
    return out


def options_without(*names: str) -> list[click.Parameter]:
    """Return the options of ``grade`` without some of them, and without its argument, for commands that share them."""
    return [one for one in grade.params if one.name not in ("submissions", *names)]
