"""Mark one submission in real sandboxes, and answers to mark."""

from __future__ import annotations

import dataclasses

import nbformat
from support.leftovers import need_a_sandbox
from support.submitted import ASSIGNMENTS

from d2l_authoring.compose import compose
from d2l_autograder.batch.marker import setup_for
from d2l_autograder.marking.marking import mark_submission
from d2l_autograder.sandbox import Limits, Sandbox, Session
from d2l_autograder.submission.submission import read_submission

SCRATCH, DATA, GLUON = "02_linear_regression_scratch", "05_fashion_mnist", "07_softmax_regression_gluon"

LOSS = """
def safe_squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
"""
SPLIT = """
def split_indices(num_examples, num_held_out, seed):
    order = numpy.random.RandomState(seed).permutation(num_examples)
    return order[num_held_out:], order[:num_held_out]
"""
BATCHES = """
def full_batches(batch_size, features, labels):
    order = list(range(len(features)))
    random.shuffle(order)
    order = np.array(order, dtype="int32")
    for start in range(0, len(features) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        yield features.take(rows, axis=0), labels.take(rows, axis=0)
"""


def mark(notebook, answers, limits=None, cover=None, extra=(), sessions=None):
    """Mark a submission with these answers; the other exercises are untouched, and `extra` are cells of its own.

    `cover` is a cell that runs first in each sandbox; the sessions that are opened are added to `sessions`.
    """
    assignment = ASSIGNMENTS[notebook]
    submitted = compose(assignment.release, handed_out(assignment) | answers)
    submitted.cells[2:2] = [nbformat.v4.new_code_cell(source) for source in extra]
    return mark_contents(notebook, nbformat.writes(submitted).encode(), limits, cover, sessions)


def mark_contents(notebook, contents, limits=None, cover=None, sessions=None):
    """Mark the bytes of a submitted notebook; the arguments are those of `mark`."""
    need_a_sandbox()
    assignment, limits = ASSIGNMENTS[notebook], limits or Limits(seconds=30, total_seconds=200)
    submission = read_submission(contents, assignment)

    def supply(hash_seed=0):
        sandbox = Sandbox(limits, dataclasses.replace(setup_for(assignment), hash_seed=hash_seed)).__enter__()
        if cover:
            sandbox.run("cover", cover)
        return sandbox

    sessions = [] if sessions is None else sessions

    def open_session():
        sessions.append(Session(limits, supply))
        return sessions[-1]

    marks = mark_submission(submission, assignment, b"of this test", open_session)
    return {mark.exercise: mark for mark in marks}


def handed_out(assignment):
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in assignment.release.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
