"""A history has one entry per epoch for each quantity that was measured."""

import math

from d2l_helpers.training.history import Epoch, History


def test_a_list_stays_empty_until_its_quantity_is_measured():
    history = History()
    history.add(Epoch(0.5))
    history.add(Epoch(0.4, train_acc=0.8))
    assert (history.train_loss, history.held_out_loss, history.held_out_acc) == ([0.5, 0.4], [], [])
    assert len(history) == len(history.train_acc) == 2
    assert math.isnan(history.train_acc[0])
    assert history.train_acc[1] == 0.8


def test_nan_stands_for_what_only_other_epochs_measured():
    history = History()
    for loss, held_out_acc in ((0.5, 0.7), (0.4, None), (0.3, 0.9)):
        history.add(Epoch(loss, held_out_acc=held_out_acc))
    assert history.held_out_acc[0::2] == [0.7, 0.9]
    assert math.isnan(history.held_out_acc[1])


def test_all_numbers_are_converted_to_float():
    import mxnet
    import numpy as np

    history = History()
    history.add(Epoch(np.float32(0.5), held_out_loss=mxnet.np.array(0.25)))
    assert [type(value) for value in (*history.train_loss, *history.held_out_loss)] == [float, float]
    assert (history.train_loss, history.held_out_loss) == ([0.5], [0.25])
