"""Random inputs of probes: no student can foresee them, and a regrade draws the same."""

import os
import stat
import subprocess
import sys

import pytest

from d2l_autograder.random_generators import course_secret, generator
from d2l_helpers.errors import ArgumentError

SECRET = b"of this test"
MAKE = "import sys; from pathlib import Path; from d2l_autograder.random_generators import course_secret"


def first(*place, secret=SECRET):
    return int(generator(secret, *place).integers(2**62))


def test_a_purpose_has_the_same_numbers_whatever_was_drawn_before():
    places = [("04", "digest", "softmax", "logits", str(number)) for number in range(50)]
    drawn = [first(*place) for place in places]
    assert [first(*place) for place in reversed(places)] == drawn[::-1]
    assert len(set(drawn)) == 50


def test_the_numbers_stay_the_same_in_later_versions():
    assert first("04_softmax_regression", "digest", "softmax", "logits", "0") == 1035219333462999410


def test_other_secrets_and_other_purposes_draw_other_numbers():
    places = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), ("1:a",), ("a1:b",), (), ("",), ("é",)]
    drawn = [first(*place, secret=secret) for place in places for secret in (SECRET, b"another", b"")]
    assert len(set(drawn)) == len(drawn)


def test_a_secret_is_made_once_and_read_by_its_owner_only(tmp_path):
    file = tmp_path / "course" / "secret"
    before = os.umask(0)
    try:
        made = course_secret(file)
    finally:
        os.umask(before)
    assert len(made) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert course_secret(file) == made
    assert course_secret(tmp_path / "other") != made
    assert [path.name for path in file.parent.iterdir()] == ["secret"]


def test_processes_at_once_get_the_same_secret(tmp_path):
    code = f"{MAKE}; sys.stdin.read(1); sys.stdout.buffer.write(course_secret(Path({str(tmp_path / 'secret')!r})))"
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = [subprocess.Popen([sys.executable, "-c", code], **options) for _ in range(3)]
    for process in processes:
        process.stdin.write(b"!")
        process.stdin.flush()  # all have imported what they need, or nearly
    said = {process.communicate()[0] for process in processes}
    assert said == {course_secret(tmp_path / "secret")}
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("contents", [b"", b"\n" * 100, b"secret", b"x" * 31])
def test_a_secret_that_can_be_guessed_is_refused(tmp_path, contents):
    (tmp_path / "secret").write_bytes(contents)
    with pytest.raises(ArgumentError, match="too short"):
        course_secret(tmp_path / "secret")
    (tmp_path / "secret").write_bytes(b"x" * 32)
    assert course_secret(tmp_path / "secret") == b"x" * 32
