"""Pictures keep their pixels and nothing else."""

import base64
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from d2l_autograder.submission.pictures import KINDS, sanitized
from d2l_autograder.submission.sanitize import sanitize_attachments

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF"}
SECRET = b"<script>alert(1)</script>"


def picture(kind, mode="RGB", size=(40, 30), **options):
    """Return a picture with some content."""
    made = Image.effect_noise(size, 80).convert(mode)
    file = io.BytesIO()
    made.save(file, FORMATS[kind], **options)
    return file.getvalue()


def cleaned(kind, contents):
    left = sanitized(kind, base64.encodebytes(contents).decode())
    return None if left is None else base64.b64decode(left)


def pixels(contents):
    return [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(Image.open(io.BytesIO(contents)))]


OPTIONS = {
    "png": ("image/png", {}),
    "jpeg": ("image/jpeg", {}),
    "gif": ("image/gif", {"mode": "P"}),
    "grey jpeg": ("image/jpeg", {"mode": "L"}),
    "jpeg of four colours": ("image/jpeg", {"mode": "CMYK"}),
    "progressive jpeg": ("image/jpeg", {"progressive": True, "quality": 95}),
    "jpeg with restarts": ("image/jpeg", {"restart_marker_blocks": 2}),
    "palette png": ("image/png", {"mode": "P"}),
    "interlaced gif": ("image/gif", {"mode": "P", "interlace": 1}),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_the_pixels_stay(case):
    kind, options = OPTIONS[case]
    before = picture(kind, **options)
    assert pixels(cleaned(kind, before)) == pixels(before)


def test_a_moving_gif_stays():
    file = io.BytesIO()
    frames = [Image.effect_noise((20, 20), 80).convert("P") for _ in range(3)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50)
    assert pixels(cleaned("image/gif", file.getvalue())) == pixels(file.getvalue())


def test_comments_metadata_and_what_follows_the_end_are_left_out():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    jpeg = picture("image/jpeg", exif=exif, comment=SECRET)
    assert SECRET in jpeg
    for kind, contents in (
        ("image/jpeg", jpeg + SECRET),
        ("image/gif", picture("image/gif", mode="P", comment=SECRET) + SECRET),
        ("image/png", picture("image/png") + SECRET),
    ):
        assert SECRET in contents
        left = cleaned(kind, contents)
        assert SECRET not in left
        assert pixels(left) == pixels(contents)


HUGE = {
    "image/gif": b"GIF89a" + struct.pack("<HH", 5000, 10),
    "image/jpeg": b"\xff\xd8\xff\xc0\0\x11\x08" + struct.pack(">HH", 5000, 10) + b"\3" + bytes(9) + b"\xff\xd9",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_such_picture_is_left_out(kind):
    whole = picture(kind, mode="P" if kind == "image/gif" else "RGB")
    others = [picture(other, mode="P") for other in ("image/png", "image/gif") if other != kind]
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for contents in (b"", b"\xff\xd8", whole[: len(whole) // 2], svg, HUGE.get(kind, b""), *others):
        assert cleaned(kind, contents) is None
    assert sanitized(kind, "no base64") is None
    assert sanitized(kind, "A" * 2_000_000) is None


@given(st.sampled_from([*KINDS]), st.integers(0, 3000), st.binary(min_size=1, max_size=20), st.booleans())
def test_a_damaged_picture_raises_nothing(kind, place, damage, replaces):
    whole = picture(kind, mode="P" if kind == "image/gif" else "RGB")
    place %= len(whole)
    cleaned(kind, whole[:place] + damage + whole[place + (len(damage) if replaces else 0) :])
    cleaned(kind, damage)


def encoded(kind):
    return base64.b64encode(picture(kind, mode="P" if kind == "image/gif" else "RGB")).decode()


def test_attached_pictures_stay_under_their_names():
    given = {f"Bildschirmfoto {number}.x": {kind: encoded(kind)} for number, kind in enumerate(KINDS)}
    kept = sanitize_attachments(given)
    assert [*kept] == [*given]
    assert [[*bundle] for bundle in kept.values()] == [[kind] for kind in KINDS]


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "application/pdf", "image/webp", "text/plain"])
def test_other_attachments_are_left_out(kind):
    assert sanitize_attachments({"a.png": {kind: encoded("image/png")}}) == {}


def test_an_attachment_that_only_says_that_it_is_a_picture_is_left_out():
    assert sanitize_attachments({"a.png": {"image/png": base64.b64encode(SECRET).decode()}}) == {}


def test_few_attachments_stay():
    many = {f"{number}.png": {"image/png": encoded("image/png")} for number in range(50)}
    assert len(sanitize_attachments(many)) == 10
    assert sanitize_attachments({"x" * 1000: {"image/png": encoded("image/png")}}) == {}


json_values = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*KINDS]), inner),
    max_leaves=10,
)


@given(json_values)
def test_attachments_of_any_kind_are_read(value):
    sanitize_attachments(value)
    sanitize_attachments({"a": {"image/png": value}})
