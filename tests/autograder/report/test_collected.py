"""The overview of what was handed in counts in words that fit the number."""

from pathlib import Path

import pytest
from rich.console import Console

from d2l_autograder.collect import Collection, Entry
from d2l_autograder.report.collected import collected_text


@pytest.mark.parametrize(
    ("entries", "parts", "first", "second"),
    [
        (1, 0, "1 file or folder: 1 with a row", "1 row"),
        (1, 1, "2 files and folders: 1 with a row, 1 that belongs to these", "1 row"),
        (2, 2, "4 files and folders: 2 with a row, 2 that belong to these", "2 rows"),
        (0, 0, "0 files and folders: 0 with a row", "0 rows"),
    ],
)
def test_one_is_said_as_one(entries, parts, first, second):
    collection = Collection(
        tuple(Entry(f"s{number}", "04", Path(f"s{number}")) for number in range(entries)),
        found=entries + parts,
        parts=tuple(Path(f"p{number}") for number in range(parts)),
    )
    console = Console(width=100)
    with console.capture() as captured:
        console.print(collected_text(collection))
    assert captured.get().splitlines() == [first, second]
