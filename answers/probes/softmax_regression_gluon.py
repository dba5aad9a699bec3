"""Hidden probes of the answers to notebooks/07_softmax_regression_gluon.ipynb."""

from d2l_autograder.agreement import agree
from d2l_autograder.key import Probe, runs_in_sandbox
from d2l_helpers.exercises.expectations import expect


def _logits_and_labels(rng):
    n, classes = map(int, rng.integers((6, 3), (11, 7)))
    y = rng.permutation(n) % classes  # each class occurs
    return rng.normal(0.0, 1.5, (n, classes)), y.astype("int32")


def _sure_and_wrong(rng):
    Z, y = _logits_and_labels(rng)
    n, classes = Z.shape
    y %= classes - 1  # the last class does not occur, so y does not tell how many there are
    Z[range(n), y] -= rng.uniform(150.0, 1000.0, n)
    Z[0] -= 2.0 * Z[0]  # in the first row, the right class gets the high logit
    return Z + rng.uniform(-1000.0, 1000.0, (n, 1)), y


def _weights(rng):
    shape = rng.integers(2, 6, rng.integers(1, 4))
    lr, wd = rng.uniform(0.1, 0.9, 2).tolist()
    return rng.normal(0.0, 1.0, shape), rng.normal(0.0, 1.0, shape), lr, wd


@runs_in_sandbox
def _new_and_given(function, w, gradient, lr, wd):
    return function(w, gradient, lr, wd), w, gradient


def _several_weights(rng):
    return [_weights(rng) for _ in range(3)]


def _judge_new_weights(got, expected, calls):
    for answer, right in zip(got, expected, strict=True):
        expect(isinstance(answer, tuple) and len(answer) == 3, "something else than weights", "the new weights")
        agree(answer[0], right[0], "the new weights")


def _judge_all_weights(got, expected, calls):
    """Check the new weights, too: the old ones alone were there before the call."""
    _judge_new_weights(got, expected, calls)
    for answer, right in zip(got, expected, strict=True):
        agree(answer[1], right[1], "the old weights, after the call")
        agree(answer[2], right[2], "the gradient, after the call")


def _falling_twice(rng):
    return [_turning(rng) for _ in range(6)]  # the epoch of one training could be guessed


def _turning(rng):
    patience = int(rng.integers(2, 5))
    almost = patience - 1  # one epoch short of the patience: training goes on
    runs = [
        rng.uniform(0.7, 1.0, rng.integers(1, 4)),
        [rng.uniform(0.6, 0.65)],
        rng.uniform(0.7, 0.9, almost),
        [rng.uniform(0.5, 0.55)],
        rng.uniform(0.7, 0.9, almost),
        [rng.uniform(0.42, 0.48)],  # to be kept
        rng.uniform(0.7, 0.9, patience),
        rng.uniform(0.1, 0.4, rng.integers(1, 4)),
    ]
    return [round(float(loss), 4) for run in runs for loss in sorted(run, reverse=True)], patience


def _many_short_runs(rng):
    lengths = rng.integers(1, 9, 60).tolist()
    return [((rng.integers(5, 15, length) / 10).tolist(), int(rng.integers(1, 5))) for length in lengths]


def _two_layers(rng, bias=1.0):
    hidden, inputs, outputs = (rng.permutation(4) + 2)[:3].tolist()  # no two are equal
    shapes = (hidden, inputs), (hidden,), (outputs, hidden), (outputs,)
    return tuple(rng.normal(0.0, 1.0 if len(shape) == 2 else bias, shape) for shape in shapes)


def _two_layers_without_biases(rng):
    return _two_layers(rng, bias=0.0)


PROBES = {
    "loss_and_gradient": (
        Probe("ordinary logits", _logits_and_labels),
        Probe("logits of hundreds, for and against the right class", _sure_and_wrong),
    ),
    "weight_decay_step": (
        Probe("the new weights", _several_weights, _new_and_given, _judge_new_weights, draws=1),
        Probe(
            "the old weights and the gradient, afterwards",
            _several_weights,
            _new_and_given,
            _judge_all_weights,
            draws=1,
            sandboxes=(1,),
        ),
    ),
    "epoch_to_keep": (
        Probe("losses that turn, and turn again", _falling_twice, draws=1),
        Probe("equal losses, and runs that end early", _many_short_runs, draws=1),
    ),
    "merged": (
        Probe("layers whose biases are 0", _two_layers_without_biases),
        Probe("layers with biases", _two_layers),
    ),
}
