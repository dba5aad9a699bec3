"""The three datasets of the capstone: what is in them, and that their parts are apart."""

import numpy as np
import pytest

import d2l_helpers as helpers
from d2l_helpers.errors import ArgumentError

SIZES = {"penguins": (206, 68, 68), "digits": (1079, 359, 359), "fashion": (50_000, 10_000, 10_000)}
WIDTHS = {"penguins": 4, "digits": 64, "fashion": 784}


@pytest.mark.parametrize("name", SIZES)
def test_a_dataset_has_three_parts_of_labelled_rows(name):
    data = helpers.load_capstone(name)
    parts = (data.train, data.held_out, data.test)
    assert tuple(len(X) for X, _ in parts) == tuple(len(y) for _, y in parts) == SIZES[name]
    for X, y in parts:
        assert X.shape[1] == WIDTHS[name] == len(data.features)
        assert (X.dtype, y.dtype) == (np.float32, np.int32)
        assert set(y.asnumpy().tolist()) == set(range(len(data.classes)))
        assert np.isfinite(X.asnumpy()).all()


@pytest.mark.parametrize("name", ["penguins", "digits"])
def test_no_row_is_in_two_parts_and_the_split_is_always_the_same(name):
    data, again = helpers.load_capstone(name), helpers.load_capstone(name)
    rows = [set(map(bytes, X.asnumpy())) for X, _ in (data.train, data.held_out, data.test)]
    assert not rows[0] & rows[1] | rows[0] & rows[2] | rows[1] & rows[2]
    assert (data.test[0].asnumpy() == again.test[0].asnumpy()).all()


def test_the_published_rows_are_there():
    data = helpers.load_capstone("penguins")
    labels = np.concatenate([y.asnumpy() for _, y in (data.train, data.held_out, data.test)])
    assert dict(zip(data.classes, np.bincount(labels).tolist(), strict=True)) == {
        "Adelie": 151,
        "Chinstrap": 68,
        "Gentoo": 123,
    }
    X = np.concatenate([X.asnumpy() for X, _ in (data.train, data.held_out, data.test)])
    assert [39.1, 18.7, 181, 3750] in X.round(1).astype(float).round(1).tolist()
    digits = helpers.load_capstone("digits")
    labels = np.concatenate([y.asnumpy() for _, y in (digits.train, digits.held_out, digits.test)])
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert max(X.asnumpy().max() for X, _ in (digits.train, digits.held_out, digits.test)) == 16


@pytest.mark.parametrize("name", ["iris", "", None, 3, ["digits"], pytest.param(10**5000, id="huge")])
def test_an_unknown_dataset_is_refused(name):
    with pytest.raises(ArgumentError, match="no such dataset"):
        helpers.load_capstone(name)
