"""The training loop of the chapter, with d2l's signature; it returns the history and can be watched and stopped."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm.auto import tqdm

from d2l_helpers.errors import LossNotFinite
from d2l_helpers.training.arguments import (
    apply,
    check_first_batch,
    check_labels,
    check_training_arguments,
    no_batches,
)
from d2l_helpers.training.compiled import CompiledGradient, compile_gradient, compile_loss
from d2l_helpers.training.evaluation import Score, accuracy, score
from d2l_helpers.training.history import Epoch, History, Progress
from d2l_helpers.training.updates import checked_step, compile_sgd

__all__ = ["fit", "train_ch3", "watched"]

# MXNet runs behind Python: without waiting now and then, a stop would come after a long queue of batches.
_BATCHES_BETWEEN_WAITS = 16
_SECONDS_BETWEEN_REPORTS = 0.05


def train_ch3(
    net: Callable[[Any], Any],
    train_iter: Iterable[tuple[Any, Any]],
    test_iter: Iterable[tuple[Any, Any]],
    loss: Callable[..., Any],
    num_epochs: int,
    updater: Any,
) -> History:
    """Train a classifier, as d2l's function of this name does, and return what was measured.

    Parameters
    ----------
    net : callable
        Gives scores (logits) of shape (batch, classes) for a batch; a Gluon block or a function.
    train_iter, test_iter : iterable of (X, y)
        Batches; y holds classes, shape (batch,). With `load_data_fashion_mnist`'s, a Gluon network and a Gluon loss
        the whole step is compiled, which is many times faster than the book's loop.
    loss : callable
        ``loss(y_hat, y)`` gives one loss an example, shape (batch,).
    num_epochs : int
        How many passes over `train_iter`, at least 1.
    updater : mxnet.gluon.Trainer or callable
        A Trainer, or ``updater(batch_size)`` that changes the parameters by their gradients.

    Returns
    -------
    History
        Loss and accuracy an epoch. A fit that is interrupted returns the epochs it finished.

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
    reports = fit(net, train_iter, test_iter, loss, num_epochs, updater)
    # A watcher shows the progress itself; tqdm's notebook bar does not look at TQDM_DISABLE
    silent = watch is not None or bool(os.environ.get("TQDM_DISABLE"))
    bar_format = "{l_bar}{bar}| {remaining}"
    with tqdm(total=num_epochs, leave=False, bar_format=bar_format, disable=silent) as bar, _interrupts() as interrupt:
        for progress in reports:
            history = progress.history
            bar.update(progress.done - bar.n)
            if interrupt.is_set() or (watch and watch(progress) is False):
                history.stopped = True
                break
    return history


def fit(
    net: Callable[[Any], Any],
    train_iter: Iterable[tuple[Any, Any]],
    test_iter: Iterable[tuple[Any, Any]],
    loss: Callable[..., Any],
    num_epochs: int,
    updater: Any,
) -> Iterator[Progress]:
    """Train as `train_ch3` does, and report at each epoch's end and about every 50 ms in between.

    Arguments and errors are those of `train_ch3`; they are checked at once. The training goes on as reports are asked
    for: to stop it, stop asking.
    """
    check_training_arguments(net, loss, num_epochs, updater)
    check_first_batch(net, train_iter, loss)
    check_first_batch(net, test_iter, loss)
    return _reports(net, train_iter, test_iter, loss, num_epochs, updater)


def _reports(
    net: Callable[[Any], Any],
    train_iter: Iterable[tuple[Any, Any]],
    test_iter: Iterable[tuple[Any, Any]],
    loss: Callable[..., Any],
    num_epochs: int,
    updater: Any,
) -> Iterator[Progress]:
    gradient = compile_gradient(net, loss, train_iter)
    step = (compile_sgd(updater, gradient.loss) if gradient else None) or checked_step(updater)
    compiled_test = compile_loss(net, loss, test_iter)
    history, reported = History(), time.monotonic()
    size = getattr(train_iter, "num_examples", 0)
    for epoch in range(num_epochs):
        epoch_score = Score()
        for part in _train_compiled(gradient, step) if gradient else _train_plainly(net, train_iter, loss, step):
            epoch_score.add(part.loss_sum, part.hits, part.num_examples)
            if not math.isfinite(epoch_score.loss_sum):
                raise _not_finite(epoch, epoch_score, updater)
            is_last = epoch_score.num_examples == size
            if not is_last and time.monotonic() - reported > _SECONDS_BETWEEN_REPORTS:
                done = epoch_score.num_examples / size if size else 0.0  # unknown until an epoch is done
                yield Progress(epoch + min(done, 1.0), num_epochs, history, net)
                reported = time.monotonic()
        if not epoch_score.num_examples:
            raise no_batches(train_iter)
        size = epoch_score.num_examples
        test = score(net, test_iter, loss, compiled_test)
        history.add(Epoch(epoch_score.loss, epoch_score.accuracy, test.loss, test.accuracy))
        yield Progress(epoch + 1, num_epochs, history, net)
        reported = time.monotonic()


@contextmanager
def watched(watch: Callable[[Progress], bool]) -> Iterator[None]:
    """Let `watch` see every report of the `train_ch3` calls inside, in this thread; False from it stops the fit."""
    _watchers.watch = watch
    try:
        yield
    finally:
        del _watchers.watch


_watchers = threading.local()


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Take the first interrupt as an event: as an exception it is lost when it meets one of MXNet's finalizers.

    The second one is an exception all the same, for code that never gives a report.
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


def _train_compiled(gradient: CompiledGradient, step: Callable[[int], None]) -> Iterator[Score]:
    """Train one epoch; give what every few batches summed up to, after waiting for them."""
    num_examples = 0
    for number, rows in enumerate(gradient.loss.minibatches(), start=1):
        gradient(rows)
        step(len(rows))
        num_examples += len(rows)
        if number % _BATCHES_BETWEEN_WAITS == 0:
            yield Score(*gradient.tally(), num_examples)
            num_examples = 0
    if num_examples:
        yield Score(*gradient.tally(), num_examples)


def _train_plainly(
    net: Callable[[Any], Any],
    train_iter: Iterable[tuple[Any, Any]],
    loss: Callable[..., Any],
    step: Callable[[int], None],
) -> Iterator[Score]:
    """Do the same for any network, loss and batches."""
    from mxnet import autograd

    for X, y in train_iter:
        with autograd.record():
            y_hat, losses = apply(net, loss, X, y)
        check_labels(y, y_hat.shape[1])
        losses.backward()
        step(len(y))
        yield Score(float(losses.sum()), accuracy(y_hat, y), len(y))


def _not_finite(epoch: int, total: Score, updater: Any) -> LossNotFinite:
    rate = getattr(updater, "learning_rate", None)
    return LossNotFinite(
        f"The loss is no longer finite in epoch {epoch + 1}, after {total.num_examples} examples.",
        got=f"a loss of {total.loss_sum}" + ("" if rate is None else f" with learning rate {rate:g}"),
        expected="a finite number",
        remedy="initialise the network again and train with a smaller learning rate",
    )
