"""A function's parameters become sliders, at the function's own defaults, or are refused with a reason."""

import functools
import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_helpers.errors import ArgumentError
from d2l_helpers.panels.settings import sliders

whole = st.integers(1, 10**6)
real = st.floats(0, 10**6, exclude_min=True)
not_positive = st.one_of(
    st.floats(max_value=0), st.integers(max_value=0), st.sampled_from([float("nan"), float("inf"), 1e300, 10**400])
)
no_number = st.none() | st.text() | st.booleans() | st.lists(st.integers()) | st.complex_numbers()


def with_defaults(**defaults):
    """Make a function with these parameters and defaults."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind, default=default) for name, default in defaults.items()]

    def train(**settings):
        return settings

    train.__signature__ = inspect.Signature(parameters)
    return train


class Train:
    def __init__(self, lr=0.1):
        self.lr = lr


@given(lr=real, batch_size=whole, num_epochs=whole, sigma=real)
def test_every_default_is_kept_as_it_is(lr, batch_size, num_epochs, sigma):
    defaults = {"lr": lr, "batch_size": batch_size, "num_epochs": num_epochs, "sigma": sigma}
    values = {name: slider.value for name, slider in sliders(with_defaults(**defaults)).items()}
    assert values == defaults
    assert list(values) == list(defaults)
    assert [type(value) for value in values.values()] == [float, int, int, float]


def test_numpy_numbers_are_numbers():
    made = sliders(with_defaults(lr=np.float32(0.5), batch_size=np.int64(300)))
    assert [slider.value for slider in made.values()] == [0.5, 300]


def test_the_books_defaults_lie_inside_ranges_worth_exploring():
    made = sliders(with_defaults(lr=0.1, batch_size=256, num_epochs=10, sigma=0.01))
    assert (made["lr"].min, made["lr"].max) == (-3, 1)
    assert (made["sigma"].min, made["sigma"].max) == (-4, 1)
    assert (made["num_epochs"].min, made["num_epochs"].max) == (1, 30)
    assert made["batch_size"].options == (1, 4, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
    assert [slider.description for slider in made.values()] == [
        "learning rate",
        "batch size",
        "epochs",
        "initial sigma",
    ]


@given(name=st.sampled_from(["lr", "batch_size", "num_epochs", "sigma"]), default=not_positive | no_number)
def test_a_default_that_no_slider_can_take_is_refused(name, default):
    with pytest.raises(ArgumentError, match="each with a default above 0"):
        sliders(with_defaults(**{name: default}))


@pytest.mark.parametrize("default", [2.5, 10.0])
@pytest.mark.parametrize("name", ["batch_size", "num_epochs"])
def test_counts_are_whole(name, default):
    with pytest.raises(ArgumentError, match="whole for batch_size and num_epochs"):
        sliders(with_defaults(**{name: default}))


def test_any_function_with_such_parameters_will_do():
    def only_by_name(*, lr=0.2):
        return lr

    partly = functools.partial(lambda lr, num_epochs=3: (lr, num_epochs), lr=0.5)
    assert [slider.value for slider in sliders(only_by_name).values()] == [0.2]
    assert [slider.value for slider in sliders(lambda num_epochs=3: num_epochs).values()] == [3]
    assert {name: slider.value for name, slider in sliders(partly).items()} == {"lr": 0.5, "num_epochs": 3}


@pytest.mark.parametrize(
    ("train", "got"),
    [
        (lambda: None, "<lambda>()"),
        (lambda lr: lr, "<lambda>(lr)"),
        (lambda lr=0.1, momentum=0.9: lr, "<lambda>(lr=0.1, momentum=0.9)"),
        (lambda *args: args, "<lambda>(*args)"),
        (lambda lr=0.1, **settings: lr, "<lambda>(lr=0.1, **settings)"),
        (lambda lr=0.1, /: lr, "<lambda>(lr=0.1, /)"),
        (Train, "<class"),
        (dict, "<class 'dict'>"),
        (min, "<built-in function min>"),
        (6, "6"),
        (None, "None"),
    ],
)
def test_anything_else_is_refused_with_what_was_got(train, got):
    with pytest.raises(ArgumentError) as refused:
        sliders(train)
    message = str(refused.value)
    assert f"got:      {got}" in message
    assert "lr, batch_size, num_epochs, sigma" in message
    assert "def train(lr=0.1, batch_size=256" in message
