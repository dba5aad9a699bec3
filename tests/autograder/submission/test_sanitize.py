"""Sanitized outputs: text and pictures stay, nothing that could run."""

import base64
import io
import json
import struct
import zlib

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from d2l_autograder.submission.sanitize import join_lines, sanitize_outputs

SIGNATURE = b"\x89PNG\r\n\x1a\n"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def display(kind="display_data", **data):
    return {"output_type": kind, "metadata": {}, "data": {key.replace("_", "/"): value for key, value in data.items()}}


def chunk(kind, content=b""):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width=3, height=2, *, between=(), after=b"", text=None):
    """Return a picture made by hand, with further chunks before its pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\x80\x80\x80" * 2)
    ending = chunk(b"IDAT", pixels) + chunk(b"IEND") + after
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(between) + ending


def kept_picture(picture):
    """Return the picture that is left of an output with one, or None."""
    (output,) = sanitize_outputs([display(image_png=base64.b64encode(picture).decode())])
    left = output.data.get("image/png")
    return None if left is None else base64.b64decode(left)


def text_of(value):
    (output,) = sanitize_outputs([{"output_type": "stream", "name": "stdout", "text": value}])
    return output.text


def test_text_and_pictures_stay():
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "red").save(file, "PNG", pnginfo=None)
    lines = base64.encodebytes(file.getvalue()).decode()  # as notebooks have it, in lines
    (printed, shown) = sanitize_outputs(
        [
            {"output_type": "stream", "name": "stderr", "text": ["a\n", "b"]},
            display("execute_result", text_plain="<Figure>", image_png=lines.splitlines(keepends=True)),
        ]
    )
    assert printed.text == "a\nb"
    assert shown.data["text/plain"] == "<Figure>"
    with Image.open(io.BytesIO(base64.b64decode(shown.data["image/png"]))) as picture:
        assert (picture.size, picture.getpixel((0, 0))) == ((640, 480), (255, 0, 0))


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "image/svg+xml",
        "application/javascript",
        "text/markdown",
        "text/latex",
        "application/vnd.jupyter.widget-view+json",
        "application/vnd.plotly.v1+json",
        "application/pdf",
        "image/jpeg",
        "image/gif",
    ],
)
def test_what_could_run_or_load_something_is_left_out(kind):
    output = display(text_plain="here") | {"metadata": {"isolated": False}}
    output["data"][kind] = "<img src=x onerror=alert(1)>"
    (kept,) = sanitize_outputs([output])
    assert kept == nbformat.v4.new_output("display_data", data={"text/plain": "here"})


@pytest.mark.parametrize("kind", ["error", "update_display_data", "pyout", "", None, 5, ["stream"], {}])
def test_other_kinds_of_outputs_are_left_out(kind):
    assert sanitize_outputs([display(kind, text_plain="here"), {"output_type": kind, "evalue": "<script>"}]) == []


@pytest.mark.parametrize("outputs", [None, 5, "stream", {"output_type": "stream"}, [None, 5, [], "x"]])
def test_what_is_no_list_of_outputs_becomes_an_empty_list(outputs):
    assert sanitize_outputs(outputs) == []


def test_outputs_are_cut_to_twenty_of_twenty_thousand_characters():
    many = [{"output_type": "stream", "name": "stdout", "text": "x" * 10_000_000}] * 500
    assert [len(output.text) for output in sanitize_outputs(many)] == [20_000] * 20


TEXTS = {
    "red": ("\x1b[31mred\x1b[0m", "red"),
    "the terminal's title": ("\x1b]0;mark: 100 %\x07here\x1b]8;;http://x\x1b\\there", "herethere"),
    "a cleared screen": ("\x1b[2J\x1b[1;1Hforged\x1bc", "forged"),
    "an escape that does not end": ("\x1b[", ""),
    "a progress bar": ("1%\r2%\r\n", "1%\n2%\n"),
    "a bell, a backspace, a null and eight-bit controls": ("a\x07b\x08c\0d\x9b31me\x85\u2028f", "abcd31mef"),
    "a tab and other scripts": ("a\tb\n∇θ 数学 é\u0301 🙂", "a\tb\n∇θ 数学 é\u0301 🙂"),
    "half a character": ("\ud800", "?"),
    "numbers among lines": (["a", 1, None, ["b"], "c"], "ac"),
    "no text": ({"a": 1}, ""),
}


@pytest.mark.parametrize("case", TEXTS)
def test_text_loses_what_controls_a_terminal(case):
    text, kept = TEXTS[case]
    assert text_of(text) == kept


def test_a_deeply_nested_text_is_left_out():
    deep = json.loads("[" * 900 + "]" * 900)
    assert text_of([deep, "x"]) == "x"
    assert join_lines(deep) == ""
    (output,) = sanitize_outputs([display(text_plain=deep, image_png=deep)])
    assert output.data == {"text/plain": ""}


def test_a_picture_keeps_only_the_chunks_that_draw_it():
    text = chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1_000_000)))
    animation = chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", bytes(26)) + chunk(b"fdAT", bytes(9))
    dots = chunk(b"pHYs", struct.pack(">IIB", 3937, 3937, 1))
    crowded = png(between=(text, bomb, dots, animation), after=b"PK\x03\x04<script>alert(1)</script>")
    assert kept_picture(crowded) == png(between=(dots,))
    assert kept_picture(png()) == png()


BAD_PICTURES = {
    "nothing": b"",
    "the signature alone": SIGNATURE,
    "html that calls itself a picture": b"<html>" + bytes(40),
    "html behind the signature": SIGNATURE + b"<script>alert(1)</script>" + bytes(40),
    "another first chunk": SIGNATURE + chunk(b"tEXt", bytes(13)) + png()[8:],
    "a header of another length": SIGNATURE + struct.pack(">I", 14) + png()[12:],
    "no width": png(width=0),
    "a giant": png(width=50_000),
    "a giant in height": png(height=2**31 - 1),
    "no end": png()[:-12],
    "cut off": png()[:-1],
    "a chunk longer than the file": png(between=(struct.pack(">I", 2**32 - 1) + b"IDAT",)),
    "a second header": png(between=(chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)),)),
    "too large": png(between=(chunk(b"tEXt", bytes(2 << 20)),)),
    "a gif": b"GIF89a" + bytes(40),
}


@pytest.mark.parametrize("case", BAD_PICTURES)
def test_a_damaged_or_forged_picture_is_left_out(case):
    assert kept_picture(BAD_PICTURES[case]) is None


@pytest.mark.parametrize(
    "value", ["", "!!!", "iVBORw0KGgo", "data:image/png;base64,iVBORw0KGgo=", "é", 5, None, {}, [5]]
)
def test_what_is_no_base64_is_left_out(value):
    (output,) = sanitize_outputs([display(text_plain="here", image_png=value)])
    assert output.data == {"text/plain": "here"}


@given(st.binary(max_size=60), st.integers(8, 80))
def test_any_bytes_become_a_whole_picture_or_none(noise, place):
    for picture in (noise, SIGNATURE + noise, png()[:place] + noise, png()[:place] + noise + png()[place:]):
        kept = kept_picture(picture)
        assert kept is None or (kept.startswith(SIGNATURE) and kept[-8:-4] == b"IEND")


@given(json_values)
@settings(max_examples=30)
def test_any_json_becomes_outputs_that_make_a_valid_notebook(value):
    kinds = ("stream", "display_data", "execute_result", value)
    outputs = [
        {"output_type": kind, "text": value, "data": data} for kind in kinds for data in (value, {"text/plain": value})
    ]
    for given_outputs in (value, [value], outputs):
        cell = nbformat.v4.new_code_cell("", outputs=sanitize_outputs(given_outputs))
        notebook = nbformat.v4.new_notebook(cells=[cell])
        nbformat.validate(notebook)
        nbformat.writes(notebook).encode()
