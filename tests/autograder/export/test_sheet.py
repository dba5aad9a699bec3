"""Tables of which single cells change: every other character stays, and cells are those that csv reads."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_autograder.collect.sheet import SEPARATORS, decoded, sheet_of
from d2l_helpers.errors import ArgumentError

CHARACTERS = 'ab",;\t \r\né李'
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def rows_in(text, separator=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def values_of(sheet):
    return [[cell.value for cell in row] for row in sheet.rows]


@given(st.text(CHARACTERS, max_size=40), st.sampled_from(SEPARATORS))
def test_cells_are_those_of_pythons_csv(text, separator):
    try:
        sheet = sheet_of("x", text, separator)
    except ArgumentError:  # csv reads on to the end of the file, and a mark would land anywhere
        assert text.count('"') > 0
        return
    assert values_of(sheet) == rows_in(text, separator)
    assert sheet.with_cells({}) == text.encode()


tables = st.lists(st.lists(st.text(CHARACTERS, max_size=8), min_size=1, max_size=5), min_size=1, max_size=6)


@given(tables, st.sampled_from(SEPARATORS), st.sampled_from(["\r\n", "\n"]), st.sampled_from(ENCODINGS), st.data())
def test_only_the_cells_that_are_given_change(table, separator, end, encoding, data):
    stream = io.StringIO()
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    csv.writer(stream, delimiter=separator, lineterminator=end, quoting=quoting).writerows(table)
    contents = stream.getvalue().encode(encoding)
    text, found, mark = decoded("x", contents)
    sheet = sheet_of("x", text, separator, found, mark)
    places = [(row, column) for row, cells in enumerate(sheet.rows) for column in range(len(cells))]
    chosen = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=4)) if places else []
    values = {place: data.draw(st.sampled_from(["8.5", "8,5", "7"])) for place in chosen}
    after, found_after, mark_after = decoded("x", sheet.with_cells(values))
    assert (found_after, mark_after) == (found, mark)
    changed = sheet_of("x", after, separator)
    expected = [
        [values.get((row, column), cell.value) for column, cell in enumerate(cells)]
        for row, cells in enumerate(sheet.rows)
    ]
    assert values_of(changed) == expected
    assert after.count("\r") == text.count("\r") - sum(sheet.value(*place).count("\r") for place in values)


@pytest.mark.parametrize("encoding", [*ENCODINGS, "cp1252"])
def test_a_file_keeps_its_encoding_and_its_byte_order_mark(encoding):
    contents = "Name;Note\r\nZoë;1\r\n".encode(encoding)
    sheet = sheet_of("x", *reordered(decoded("x", contents)))
    assert sheet.with_cells({}) == contents
    assert sheet.with_cells({(1, 1): "2"}) == "Name;Note\r\nZoë;2\r\n".encode(encoding)


def reordered(found):
    text, encoding, mark = found
    return text, ";", encoding, mark


def test_bytes_that_windows_does_not_know_stay():
    contents = b"Name,Grade\nZo\x81\xeb,1\n"
    text, encoding, mark = decoded("x", contents)
    assert sheet_of("x", text, ",", encoding, mark).with_cells({(1, 1): "2"}) == b"Name,Grade\nZo\x81\xeb,2\n"


@pytest.mark.parametrize("contents", [b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00", codecs.BOM_UTF8 + b"\xff\xfe"])
def test_what_is_no_text_is_refused(contents):
    with pytest.raises(ArgumentError, match="no text"):
        decoded("grades.xlsx", contents)


def test_a_quotation_mark_without_an_end_is_named_with_its_line():
    with pytest.raises(ArgumentError, match="line 3"):
        sheet_of("x.csv", 'a,b\n1,2\n"3,4\n5,6\n', ",")


def test_new_cells_are_added_at_the_end_and_quoted_as_needed():
    sheet = sheet_of("x", 'a,b\n1\n\n"3",4\n', ",")
    assert sheet.with_cells({(0, 2): "c", (1, 2): "8,5", (3, 0): "7", (3, 2): ""}) == b'a,b,c\n1,,"8,5"\n\n"7",4,\n'
