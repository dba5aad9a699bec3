"""The training loop of the chapter, with d2l's signature; it returns the history and can be watched and stopped."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import starmap
from typing import Any

from d2l_helpers.errors import LossNotFinite
from d2l_helpers.training.argument_checks import (
    apply,
    check_first_batch,
    check_labels,
    check_training_arguments,
    no_batches,
)
from d2l_helpers.training.bar import progress_bar
from d2l_helpers.training.calls import explained
from d2l_helpers.training.compiled import compile_loss
from d2l_helpers.training.evaluation import Score, accuracy, score
from d2l_helpers.training.gradients import differentiate
from d2l_helpers.training.history import Epoch, FitProgress, History
from d2l_helpers.training.step import Step

__all__ = ["fit", "train_ch3", "watched"]

_SECONDS_BETWEEN_REPORTS = 0.05

Network = Callable[[Any], Any]
Batches = Iterable[tuple[Any, Any]]
Loss = Callable[..., Any]


@explained
def train_ch3(
    net: Network, train_iter: Batches, test_iter: Batches, loss: Loss, num_epochs: int, updater: Any
) -> History:
    """Train a classifier, as d2l's function of this name does, and return what was measured.

    Parameters
    ----------
    net : callable
        Returns scores (logits) of shape (batch, classes) for a batch; a Gluon block or a function.
    train_iter, test_iter : iterable of (X, y)
        Batches; y holds classes, shape (batch,). With `load_data_fashion_mnist`'s, Gluon's own layers without hooks,
        and a Gluon loss, network and loss are compiled, which is several times faster than the book's loop.
    loss : callable
        ``loss(y_hat, y)`` returns one loss per example, shape (batch,).
    num_epochs : int
        How many passes over `train_iter`, at least 1.
    updater : mxnet.gluon.Trainer or callable
        A Trainer, or ``updater(batch_size)``, which changes the parameters by their gradients.

    Returns
    -------
    History
        Loss and accuracy per epoch. A fit that is interrupted returns the epochs it finished.

    Raises
    ------
    ArgumentError
        If an argument cannot be worked with: an uninitialised network, a negative rate, an empty iterator, shapes or
        labels that do not belong together.
    LossNotFinite
        If the loss becomes infinite or NaN.
    """
    watch = getattr(_watchers, "watch", None)
    history = History()
    # A watcher shows the progress itself
    silent = watch is not None or bool(os.environ.get("TQDM_DISABLE"))
    reports = fit(net, train_iter, test_iter, loss, num_epochs, updater)
    with progress_bar(num_epochs, silent) as bar, _interrupts() as interrupt:
        for progress in reports:
            history = progress.history
            bar.update(progress.done - bar.n)
            if interrupt.is_set() or (watch and watch(progress) is False):
                history.stopped = True
                break
    return history


@explained
def fit(
    net: Network, train_iter: Batches, test_iter: Batches, loss: Loss, num_epochs: int, updater: Any
) -> Iterator[FitProgress]:
    """Train as `train_ch3` does, and report at each epoch's end and about every 50 ms in between.

    Arguments and errors are those of `train_ch3`; they are checked at once. The training continues when the
    next report is requested; to stop it, request no more.
    """
    check_training_arguments(net, loss, num_epochs, updater)
    check_first_batch(net, train_iter, loss)
    check_first_batch(net, test_iter, loss)
    return _reports(net, train_iter, test_iter, loss, num_epochs, updater)


@contextmanager
def watched(watch: Callable[[FitProgress], bool]) -> Iterator[None]:
    """Pass every report of the `train_ch3` calls inside, in this thread, to `watch`; if it returns False, they stop."""
    _watchers.watch = watch
    try:
        yield
    finally:
        del _watchers.watch


_watchers = threading.local()


def _reports(
    net: Network, train_iter: Batches, test_iter: Batches, loss: Loss, num_epochs: int, updater: Any
) -> Iterator[FitProgress]:
    step = Step(updater)
    compiled, compiled_test = (compile_loss(net, loss, each) for each in (train_iter, test_iter))
    history, reported = History(), time.monotonic()
    size = getattr(train_iter, "num_examples", 0)
    for epoch in range(num_epochs):
        sums = Score()
        parts = starmap(Score, compiled.train(step)) if compiled else _train_plainly(net, train_iter, loss, step)
        for part in parts:
            sums.add(part)
            if not math.isfinite(sums.loss_sum):
                raise _not_finite(epoch, sums, updater)
            is_last = sums.num_examples == size
            if not is_last and time.monotonic() - reported > _SECONDS_BETWEEN_REPORTS:
                done = sums.num_examples / size if size else 0.0  # the size is unknown until an epoch is done
                yield FitProgress(epoch + min(done, 1.0), num_epochs, history, net)
                reported = time.monotonic()
        if not sums.num_examples:
            raise no_batches(train_iter)
        size = sums.num_examples
        test = score(net, test_iter, loss, compiled_test)
        history.add(Epoch(sums.loss, sums.accuracy, test.loss, test.accuracy))
        yield FitProgress(epoch + 1, num_epochs, history, net)
        reported = time.monotonic()


def _train_plainly(net: Network, train_iter: Batches, loss: Loss, step: Step) -> Iterator[Score]:
    """Train one epoch of any network, loss and batches; yield the sums over each batch."""
    from mxnet import autograd

    for X, y in train_iter:
        with autograd.record():
            y_hat, losses = apply(net, loss, X, y)
        check_labels(y, y_hat.shape[1])
        differentiate(losses)
        step(len(y))
        yield Score(float(losses.sum()), accuracy(y_hat, y), len(y))


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Turn the first interrupt into an event: an exception could be lost inside one of MXNet's finalizers.

    The second one is an exception all the same, for code that never yields a report.
    """
    interrupt = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return

    def handle(*_: object) -> None:
        if interrupt.is_set():
            raise KeyboardInterrupt
        interrupt.set()

    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, previous)


def _not_finite(epoch: int, sums: Score, updater: Any) -> LossNotFinite:
    rate = getattr(updater, "learning_rate", None)
    return LossNotFinite(
        f"The loss is no longer finite in epoch {epoch + 1}, after {sums.num_examples} examples.",
        got=f"a loss of {sums.loss_sum}" + ("" if rate is None else f" with learning rate {rate:g}"),
        expected="a finite number",
        remedy="initialise the network again and train with a smaller learning rate",
    )
