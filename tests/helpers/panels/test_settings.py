"""A function's parameters become sliders, at the function's own defaults, or are refused with a reason."""

import functools
import inspect
import math
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Literal

import ipywidgets as widgets
import mxnet
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mxnet import autograd, gluon, npx

from d2l_helpers.errors import ArgumentError
from d2l_helpers.panels.controls import as_text
from d2l_helpers.panels.settings import single_choices, sliders

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


async def coroutine(lr=0.1):
    return lr


async def asynchronous_generator(lr=0.1):
    yield lr


@pytest.mark.parametrize("train", [coroutine, asynchronous_generator])
def test_async_functions_are_refused(train):
    with pytest.raises(ArgumentError, match=f"async def {train.__name__}"):
        sliders(train)


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
    with pytest.raises(ArgumentError, match="numbers above 0 and up to 1,000,000 for lr"):
        sliders(with_defaults(**{name: default}))


@pytest.mark.parametrize("default", [2.5, 10.0])
@pytest.mark.parametrize("name", ["batch_size", "num_epochs"])
def test_counts_are_whole(name, default):
    with pytest.raises(ArgumentError, match="batch_size and num_epochs are whole numbers"):
        sliders(with_defaults(**{name: default}))


def test_any_function_with_such_parameters_is_accepted():
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
        (lambda lr: lr, "<lambda>(lr): lr has no default"),
        (lambda width, lr=0.1: lr, "<lambda>(width, lr=0.1): width has no default"),
        (lambda *args: args, "<lambda>(*args)"),
        (lambda **settings: settings, "<lambda>(**settings)"),
        (lambda lr=0.1, /: lr, "<lambda>(lr=0.1, /): lr cannot be given by its name"),
        (lambda net=None: net, "<lambda>(net=None)"),
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
    assert "def train(lr=0.1, batch_size=256" in message or "leave out the /" in message


class Mode(Enum):
    fast = 1
    slow = 2


class Scheme(StrEnum):
    HE = "he"
    XAVIER = "xavier"


def ends(control):
    """Return a slider's lowest and highest value."""
    if isinstance(control, widgets.FloatLogSlider):
        return 10**control.min, 10**control.max
    if isinstance(control, widgets.SelectionSlider):
        return control.options[0], control.options[-1]
    return control.min, control.max


@pytest.mark.parametrize(
    ("default", "kind", "low", "high"),
    [
        (64, "SelectionSlider", 4, 1024),
        (100, "SelectionSlider", 4, 1024),
        (16, "SelectionSlider", 1, 256),
        (10**6, "SelectionSlider", 2**15, 2**23),
        (2, "IntSlider", 1, 10),
        (5, "IntSlider", 1, 20),
        (0, "IntSlider", 0, 10),
        (-3, "IntSlider", -12, 12),
        (np.int64(64), "SelectionSlider", 4, 1024),
        (0.9, "FloatSlider", 0, 0.99),
        (0.5, "FloatSlider", 0, 0.99),
        (0.0, "FloatSlider", 0, 1),
        (-0.5, "FloatSlider", -1, 1),
        (1e-3, "FloatLogSlider", 1e-5, 1e-1),
        (1e-8, "FloatLogSlider", 1e-10, 1e-6),
        (1e6, "FloatLogSlider", 1e4, 1e8),
        (1.0, "FloatLogSlider", 1e-2, 1e2),
        (np.float32(0.5), "FloatSlider", 0, 0.99),
        (Fraction(1, 2), "FloatSlider", 0, 0.99),
    ],
)
def test_any_number_gets_a_slider_of_a_sensible_range(default, kind, low, high):
    (control,) = sliders(with_defaults(any_name=default)).values()
    assert type(control).__name__ == kind
    assert control.description == "any name"
    assert control.value == default
    got = ends(control)
    assert got == (pytest.approx(low), pytest.approx(high))


@given(default=st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15).filter(lambda x: x == 0 or abs(x) > 1e-30))
def test_any_number_is_kept_as_it_is_and_lies_inside_its_range(default):
    (control,) = sliders(with_defaults(any_name=default)).values()
    assert control.value == default
    assert type(control.value) is type(default)
    low, high = ends(control)
    assert low <= default <= high
    assert low < high
    assert default <= 0 or low >= 0, "positive stays positive"
    step = getattr(control, "step", None)
    if isinstance(control, widgets.FloatSlider):  # else the page would move it
        assert (default - control.min) / step == pytest.approx(round((default - control.min) / step), abs=1e-6)


@pytest.mark.parametrize("default", [0.1, 0.123456789, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999])
def test_a_fraction_stays_below_one(default):
    (slider,) = sliders(with_defaults(momentum=default)).values()
    assert default <= slider.max < 1
    assert slider.value == default


@pytest.mark.parametrize("default", [math.inf, -math.inf, math.nan, 1e300, 1e-200, 10**400, np.float32("inf")])
def test_a_number_that_no_slider_can_show_is_refused(default):
    with pytest.raises(ArgumentError, match="0, or a number from 1e-30 to 1e\\+15"):
        sliders(with_defaults(lr=0.1, width=default))


def test_a_bool_has_a_check_box_and_a_known_string_its_family():
    made = sliders(with_defaults(nesterov=True, dropped=np.bool_(False), activation="relu", opt="adam"))
    assert [type(one).__name__ for one in made.values()] == ["Checkbox"] * 2 + ["SelectionSlider"] * 2
    assert [one.value for one in made.values()] == [True, False, "relu", "adam"]
    assert made["activation"].options == ("relu", "sigmoid", "tanh", "softrelu", "softsign")
    assert made["opt"].options == ("sgd", "nag", "adam", "rmsprop", "adagrad", "adadelta")


def test_gluon_knows_every_choice_that_is_offered():
    made = sliders(with_defaults(activation="relu", optimizer="sgd"))
    for activation in made["activation"].options:
        assert np.isfinite(npx.activation(mxnet.np.ones(2), activation).asnumpy()).all()
    for optimizer in made["optimizer"].options:
        layer = gluon.nn.Dense(1)
        layer.initialize()
        trainer = gluon.Trainer(layer.collect_params(), optimizer, {"learning_rate": 0.1})
        with autograd.record():
            loss = layer(mxnet.np.ones((1, 2))).sum()
        loss.backward()
        trainer.step(1)
        assert np.isfinite(layer.weight.data().asnumpy()).all()


def test_an_unknown_string_is_shown_alone_until_there_are_choices():
    made = sliders(with_defaults(lr=0.1, mode="fast"))
    assert made["mode"].options == ("fast",)
    (hint,) = single_choices(made, "train")
    assert hint.endswith("<code>helpers.retrain(train, mode=[&#x27;fast&#x27;, …])</code>")
    assert single_choices(sliders(with_defaults(mode="fast"), {"mode": ["fast", "slow"]}), "train") == []


def test_choices_come_from_an_enum_or_a_literal():
    def train(mode=Mode.slow, scheme=Scheme.HE, size: Literal[8, 16, 32] = 16, clip: Literal["a"] | None = None):
        return mode, scheme, size, clip

    made = sliders(train)
    assert [[value for _, value in made[name].options] for name in ("mode", "clip")] == [list(Mode), ["a", None]]
    assert [label for label, _ in made["mode"].options] == ["fast", "slow"]
    assert [value for _, value in made["scheme"].options] == list(Scheme)
    assert made["size"].options == (8, 16, 32)
    assert [one.value for one in made.values()] == [Mode.slow, Scheme.HE, 16, None]


def test_annotations_as_text_are_read_and_those_that_name_nothing_passed_over():
    names = {"Literal": Literal}
    exec("def train(a: 'Literal[1, 2]' = 1): pass\ndef other(a: 'Nothing' = 1): pass", names)
    assert sliders(names["train"])["a"].options == (1, 2)
    assert type(sliders(names["other"])["a"]).__name__ == "IntSlider"


def test_other_defaults_are_kept_and_have_no_control():
    made = sliders(lambda lr=0.1, net=None, sizes=(1, 2), loss=len, *args, **settings: lr)
    assert list(made) == ["lr"]


@pytest.mark.parametrize(
    ("default", "given", "kind", "low", "high"),
    [
        (64, (8, 512), "IntSlider", 8, 512),
        (64, (8, 512, 8), "IntSlider", 8, 512),
        (100, (8, 512, 8), "SelectionSlider", 8, 512),
        (-5, (-10, 0), "IntSlider", -10, 0),
        (0.9, (0, 1), "FloatSlider", 0, 1),
        (0.9, (0.5, 0.99), "FloatSlider", 0.5, 0.99),
        (0.9, (0.0, 1.0, 0.1), "FloatSlider", 0, 1),
        (0.95, (0.0, 1.0, 0.1), "SelectionSlider", 0, 1),
        (1e-3, (1e-6, 1e-1), "FloatLogSlider", 1e-6, 1e-1),
        (0, (0, 0.5), "FloatSlider", 0, 0.5),
        (np.int64(64), (np.int32(8), np.int64(512)), "IntSlider", 8, 512),
        (0.9, (0.01, 0.9), "FloatLogSlider", 0.01, 0.9),
    ],
)
def test_a_range_is_taken_as_it_is_given(default, given, kind, low, high):
    (control,) = sliders(with_defaults(width=default), {"width": given}).values()
    assert type(control).__name__ == kind
    assert control.value == default
    if kind == "SelectionSlider":
        values = [value if isinstance(value, int) else value[1] for value in control.options]
        assert (values[0], values[-1]) == (low, pytest.approx(high))
    else:
        assert ends(control) == pytest.approx((low, high))


@pytest.mark.parametrize(("default", "given"), [(0, (-0.5, 512)), (1e-4, (-0.5, 512)), (0.001, (0, 1))])
def test_a_default_just_above_the_low_end_is_reached(default, given):
    made = sliders(with_defaults(x=default), {"x": given})["x"]
    assert made.value == default


def test_the_books_ranges_can_be_given_too():
    train = with_defaults(lr=0.1, batch_size=256, num_epochs=10, sigma=0.01)
    ranges = {"lr": (0.05, 0.2), "batch_size": [32, 64, 256], "num_epochs": (1, 100), "sigma": (1e-5, 1)}
    made = sliders(train, ranges)
    assert ends(made["lr"]) == (0.05, 0.2)
    assert made["batch_size"].options == (32, 64, 256)
    assert (made["num_epochs"].min, made["num_epochs"].max) == (1, 100)
    assert ends(made["sigma"]) == pytest.approx((1e-5, 1))
    assert made["batch_size"].description == "batch size"


def test_choices_may_be_objects_of_any_type():
    made = sliders(
        with_defaults(activation="relu", clip=None, loss=len, size=8),
        {"activation": ["relu", "tanh"], "clip": [None, 1.0, 5], "loss": [len, sum], "size": range(8, 33, 8)},
    )
    assert made["activation"].options == ("relu", "tanh")
    assert made["clip"].options == (("none", None), ("1", 1.0), ("5", 5))
    assert made["loss"].options == (("len", len), ("sum", sum))
    assert made["size"].options == (8, 16, 24, 32)
    assert sliders(with_defaults(mode=Mode.slow), {"mode": Mode})["mode"].value is Mode.slow
    assert sliders(with_defaults(size=8), {"size": np.array([4, 8])})["size"].options == (4, 8)


@pytest.mark.parametrize(
    ("default", "given", "got"),
    [
        (64, (100, 512), "a range from 100 to 512"),
        (64, (512, 8), "a range from 512 to 8"),
        (64, (64, 64), "a range from 64 to 64"),
        (64, (8, math.inf), "inf"),
        (64, (math.nan, 512), "nan"),
        (64, (8, 10**400), "1000"),
        (64, (8,), "a tuple of 1 numbers"),
        (64, (8, 16, 32, 64), "a tuple of 4 numbers"),
        (64, (8, 512, 0), "a step of 0"),
        (64, (8, 512, -8), "a step of -8"),
        (64, (8, 512, 1000), "a step of 1000"),
        (65, (1, 10**6, 3), "333,334 steps"),
        (64, "8 to 512", "'8 to 512'"),
        (64, 512, "512"),
        (64, None, "None"),
        (64, {8, 64}, "{8, 64}"),
        (64, {"low": 8}, "{'low': 8}"),
        (64, [], "0 choices"),
        (64, (), "0 choices"),
        (64, [8, 16], "choices without the default 64"),
        (64, [8, 64, 8], "the choice 8 twice"),
        (64, list(range(10_000)), "10,000 choices"),
        (64, range(10**12), "1,000,000,000,000 choices"),
        ("relu", (1, 2), "a range of numbers, and the default 'relu'"),
        ("relu", ["tanh"], "choices without the default 'relu'"),
        (True, (0, 1), "a range of numbers, and the default True"),
        (None, (0, 1), "a range of numbers, and the default None"),
        (float("nan"), [float("nan"), 1.0], "the choice nan"),
    ],
)
def test_a_range_that_does_not_fit_is_refused_with_what_was_got(default, given, got):
    with pytest.raises(ArgumentError) as refused:
        sliders(with_defaults(lr=0.1, width=default), {"width": given})
    message = str(refused.value)
    assert message.startswith("Cannot make a control for width.\n")
    assert f"got:      {got}" in message
    assert "width=(8, 512)" in message


@pytest.mark.parametrize("given", [(0.0, 1), [0.1, -1], (0.1, 10**7)])
def test_the_books_parameters_stay_above_zero(given):
    with pytest.raises(ArgumentError, match="numbers above 0 and up to 1,000,000 for lr"):
        sliders(with_defaults(lr=0.1), {"lr": given})


def test_a_range_for_an_unknown_parameter_is_refused():
    with pytest.raises(ArgumentError) as refused:
        sliders(with_defaults(lr=0.1, width=64), {"widht": (8, 512)})
    assert "got:      widht=(8, 512)" in str(refused.value)
    assert "expected: one of the function's parameters: lr, width" in str(refused.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "none"),
        (16384, "16384"),
        (0.1, "0.1"),
        (1e-8, "1e-08"),
        (0.123456, "0.1235"),
        ("relu", "relu"),
        ("", "''"),
        ("<b>" * 20, "<b><b><b><b><b><b><b><b><b><b…"),
        (Mode.fast, "fast"),
        (len, "len"),
        ([1], "[1]"),
    ],
)
def test_values_are_shown_as_text(value, words):
    assert as_text(value) == words
