"""One file of the dataset is read only if its bytes are the published ones."""

import gzip
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from d2l_helpers.data.idx import FILES, read_verified
from d2l_helpers.errors import DataCorrupt

LABELS = FILES["t10k-labels"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(contents=st.binary(max_size=20_000), compressed=st.sampled_from([b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00"]))
def test_other_bytes_than_the_published_ones_are_refused(tmp_path, contents, compressed):
    path = tmp_path / "file"
    path.write_bytes(compressed + contents)
    with pytest.raises(DataCorrupt, match="t10k-labels-idx1-ubyte"):
        read_verified(path, LABELS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(where=st.integers(0, LABELS.size - 1), flip=st.integers(1, 255), cut=st.booleans())
def test_one_changed_or_missing_byte_is_refused(tmp_path, official, where, flip, cut):
    contents = bytearray(official["t10k-labels"])
    contents[where] ^= flip
    (tmp_path / "file").write_bytes(contents[:where] if cut else contents)
    with pytest.raises(DataCorrupt):
        read_verified(tmp_path / "file", LABELS)


def test_compression_is_recognised_without_the_name(tmp_path, official):
    (tmp_path / "renamed").write_bytes(gzip.compress(official["t10k-labels"].data))
    assert np.array_equal(read_verified(tmp_path / "renamed", LABELS), official["t10k-labels"])


def test_a_gz_file_is_decompressed_no_further_than_needed(tmp_path, monkeypatch):
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(10_000_000), compresslevel=1))
    read, original = [], gzip.GzipFile.readinto
    monkeypatch.setattr(gzip.GzipFile, "readinto", lambda *args: read.append(original(*args)) or read[-1])
    with pytest.raises(DataCorrupt, match="more than 10008 bytes"):
        read_verified(tmp_path / "bomb.gz", LABELS)
    assert sum(read) == LABELS.size + 1


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_verified(tmp_path / "pipe", LABELS)
