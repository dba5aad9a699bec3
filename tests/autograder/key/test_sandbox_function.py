"""What is sent into a sandbox brings along all that it uses: every other name is found."""

# ruff: noqa: F821 (the functions below use names that are not there)

import math
from functools import lru_cache

import numpy as np
import pytest

from d2l_autograder.key.sandbox_function import SandboxFunction, runs_in_sandbox

LIMIT = 3
sorted = sorted  # a module's own name in the place of a builtin


def helper(value):
    return value


def names_a_global(function, x):
    return function(x) * LIMIT


def calls_a_helper(function, x):
    return helper(function(x))


def reads_an_attribute_of_a_global(function, x):
    return math.log(function(x))


def uses_a_global_in_a_nested_function(function, x):
    def inner():
        return LIMIT

    return inner()


def uses_a_global_in_a_lambda(function, x):
    return (lambda y: y + LIMIT)(x)


def uses_a_global_in_a_comprehension(function, x):
    return [function(each) for each in range(LIMIT)]


def uses_a_global_in_a_comprehensions_body(function, x):
    return {each: LIMIT * each for each in x}


def uses_a_global_in_a_generator(function, x):
    return sum(each * LIMIT for each in x)


def uses_a_global_in_a_class_body(function, x):
    class Own:
        limit = LIMIT

    return Own.limit


def uses_a_global_in_a_method(function, x):
    class Own:
        def method(self):
            return LIMIT

    return Own().method()


def uses_a_global_as_a_base_class(function, x):
    class Own(SandboxFunction):
        pass

    return Own


def has_a_global_for_a_default(function, x=LIMIT):
    return function(x)


def has_a_nested_default(function, x):
    def inner(y=LIMIT):
        return y

    return inner()


def has_an_annotation(function, x: np.ndarray):
    return function(x)


def has_an_annotated_result(function, x) -> np.ndarray:
    return function(x)


def reads_what_it_declares_global(function, x):
    global LIMIT
    return LIMIT


def writes_a_global(function, x):
    global written
    written = x
    return function(x)


def deletes_a_global(function, x):
    global deleted
    del deleted


def calls_a_replaced_builtin(function, x):
    return sorted(function(x))


def asks_for_the_modules_name(function, x):
    return __name__


def is_undefined(function, x):
    return nowhere(x)


def imports_the_autograder(function, x):
    from d2l_autograder.agreement import agree

    return agree(x, x)


def imports_the_checks(function, x):
    from d2l_helpers import exercises

    return exercises


def imports_a_check(function, x):
    from d2l_helpers.exercises.checking import judge

    return judge


def imports_a_part_of_the_autograder(function, x):
    import d2l_autograder.agreement

    return d2l_autograder


def imports_relatively(function, x):
    from . import shared

    return shared


def imports_a_sibling(function, x):
    from .shared.parts import part

    return part


MISSING = {
    names_a_global: ["LIMIT"],
    calls_a_helper: ["helper"],
    reads_an_attribute_of_a_global: ["math"],
    uses_a_global_in_a_nested_function: ["LIMIT"],
    uses_a_global_in_a_lambda: ["LIMIT"],
    uses_a_global_in_a_comprehension: ["LIMIT"],
    uses_a_global_in_a_comprehensions_body: ["LIMIT"],
    uses_a_global_in_a_generator: ["LIMIT"],
    uses_a_global_in_a_class_body: ["LIMIT"],
    uses_a_global_in_a_method: ["LIMIT"],
    uses_a_global_as_a_base_class: ["SandboxFunction"],
    has_a_global_for_a_default: ["LIMIT"],
    has_a_nested_default: ["LIMIT"],
    has_an_annotation: ["np"],
    has_an_annotated_result: ["np"],
    reads_what_it_declares_global: ["LIMIT"],
    writes_a_global: ["written"],
    deletes_a_global: ["deleted"],
    calls_a_replaced_builtin: ["sorted"],
    asks_for_the_modules_name: ["__name__"],
    is_undefined: ["nowhere"],
    imports_the_autograder: ["d2l_autograder.agreement"],
    imports_the_checks: ["d2l_helpers.exercises"],
    imports_a_check: ["d2l_helpers.exercises.checking"],
    imports_a_part_of_the_autograder: ["d2l_autograder.agreement"],
    imports_relatively: ["."],
    imports_a_sibling: [".shared.parts"],
}


@pytest.mark.parametrize("function", MISSING, ids=lambda function: function.__name__)
def test_a_name_that_is_not_brought_along_is_found(function):
    assert runs_in_sandbox(function).missing() == MISSING[function]


def uses_its_parameters(function, *arguments, scale=2, **options):
    return [function(each * scale) for each in arguments]


def imports_what_it_uses(function, x):
    import os.path
    from collections import Counter as Count

    import numpy as np
    from mxnet import autograd, gluon

    with autograd.record():
        return np.array(x), gluon.nn, Count(x), os.path


def reads_attributes_called_as_globals(function, x):
    return x.LIMIT, function.helper, x.math.log


def defines_what_it_uses(function, x):
    def inner(y):
        return [z + offset for z in y if z != LIMIT]

    offset, LIMIT = 1, 2

    class Own(dict):
        size = 1
        twice = size * 2

        def method(self):
            return super().method(), self.size, __class__

    try:
        first, *rest = inner(x)
    except ValueError as error:
        return str(error), Own
    if (found := function(first)) is None:
        raise AssertionError("no result")
    return {name: [value] for name, value in zip("ab", (found, rest), strict=True)}


def calls_itself(function, depth):
    return function(depth) if depth == 0 else calls_itself(function, depth - 1)


def has_a_plain_default(function, x=(1, -2.5, "text"), y=None):
    return max(function(x), key=lambda value: (value, y))


@pytest.mark.parametrize(
    "function",
    [
        uses_its_parameters,
        imports_what_it_uses,
        reads_attributes_called_as_globals,
        defines_what_it_uses,
        calls_itself,
        has_a_plain_default,
    ],
    ids=lambda function: function.__name__,
)
def test_a_function_that_brings_all_along_has_nothing_missing(function):
    sent = runs_in_sandbox(function)
    assert sent.missing() == []
    namespace = {}
    exec(sent.source, namespace)
    assert namespace[sent.name].__code__.co_names == function.__code__.co_names


@runs_in_sandbox
def marked(function, x):
    """Documented."""
    return [function(each) for each in x]


def test_the_source_that_is_sent_leaves_the_marker_out():
    assert marked.source.startswith("def marked(function, x):\n")
    assert marked(abs, [-1, 2]) == [1, 2]
    namespace = {}
    exec(marked.source, namespace)
    assert namespace["marked"](abs, [-1, 2]) == [1, 2]


@runs_in_sandbox
@lru_cache
def decorated(function, x):
    return function(x)


def test_another_decorator_is_a_name_not_brought_along():
    assert SandboxFunction(decorated.function.__wrapped__).missing() == ["lru_cache"]


def test_a_variable_of_the_function_around_it_is_not_brought_along():
    offset, total = 1, sum
    sum_ = total

    @runs_in_sandbox
    def inner(function, x):
        return sum_(function(x)) + offset

    assert inner.missing() == ["offset", "sum_"]


def test_a_builtin_that_the_function_around_it_replaces_is_not_brought_along():
    def around(sum):
        @runs_in_sandbox
        def inner(function, x):
            return sum(function(x))

        return inner

    assert around(max).missing() == ["sum"]


made = {}
exec("def unseen(function, x):\n    return x", made)


@pytest.mark.parametrize("function", [lambda function, x: function(x), made["unseen"]], ids=["lambda", "exec"])
def test_what_has_no_definition_to_send_is_refused(function):
    with pytest.raises(ValueError, match="def"):
        runs_in_sandbox(function).missing()
