"""A teacher's own notebooks, as ``d2l-author new`` writes them, and changes of their modules."""

from __future__ import annotations

from pathlib import Path

from d2l_authoring.new_notebook import new_notebook

KEY = "# The key, which"  # begins the comment above the key


def own_notebook(folder: Path, name: str = "my_notebook") -> Path:
    """Write a new notebook and its module, and return the notebook."""
    folder.mkdir(exist_ok=True)
    return new_notebook(folder / name)[0]


def module_of(notebook: Path) -> Path:
    """Return the module of a notebook that `own_notebook` wrote."""
    return notebook.with_name(f"{notebook.stem.replace(' ', '_')}_exercises.py")


def change(file: Path, *changes: tuple[str, str]) -> Path:
    """Replace texts in a file, each of which must be there; return the file."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


def in_two_places(notebook: Path) -> Path:
    """Move the key of a notebook's module to a folder ``answers`` beside it, probes apart; return the folder."""
    file = module_of(notebook)
    public, _, key = file.read_text(encoding="utf-8").partition(KEY)
    imports = "from d2l_autograder.key import Answer, Probe, Wrong\n"
    assert imports in public
    file.write_text(public.replace(imports, ""), encoding="utf-8")
    answers, _, probes = key.partition("def _odd_numbers")
    folder = notebook.parent / "answers"
    (folder / "probes").mkdir(parents=True)
    (folder / file.name).write_text(f"{imports}\n{KEY}{answers}", encoding="utf-8")
    (folder / "probes" / file.name).write_text(f"{imports}\n\ndef _odd_numbers{probes}", encoding="utf-8")
    return folder
