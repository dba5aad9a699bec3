"""Pairs of a class: the index finds what comparing all with all finds; copies are listed, honest answers are not."""

from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.honest_answers import STEPS, honest_answers, own_ways

from benchmarks.similarity.copies import CHANGES, changed
from d2l_autograder.similarity import compare
from d2l_autograder.similarity.answers import answer_of
from d2l_autograder.similarity.fingerprints import WINDOW
from d2l_autograder.similarity.pairs import FEWEST_TOKENS, LOWEST_SHARE, most_who_share
from d2l_autograder.similarity.passages import passages

OWN = {
    "top_k_accuracy": """
def top_k_accuracy(z, y, k):
    table = {}
    for position in range(len(y)):
        ranking = sorted(range(z.shape[1]), key=lambda c: (-float(z[position, c]), c == int(y[position])))
        table[position] = ranking.index(int(y[position])) + 1
    inside = [position for position, place in table.items() if place <= k]
    outside = len(table) - len(inside)
    return 1 - outside / max(len(table), 1)
""",
    "decide": """
def decide(p, costs):
    chosen = []
    for belief in p.asnumpy().tolist():
        bill = dict.fromkeys(range(costs.shape[1]), 0.0)
        for cause, chance in enumerate(belief):
            for action in bill:
                bill[action] = bill[action] + chance * float(costs[cause, action])
        cheapest = min(bill.values())
        chosen.append([action for action, price in bill.items() if price == cheapest][0])
    return np.array(chosen)
""",
}


def answers_of(sources):
    return [answer_of(name, [(source, source)]) for name, source in sources.items()]


@cache
def honest(seed, notebook):
    return answers_of(honest_answers(notebook, seed))


def class_of(count, notebook="06_softmax_regression_scratch"):
    return {f"s{seed:03}": honest(seed, notebook) for seed in range(count)}


def naive_pairs(answers, known=frozenset()):
    """Compare all with all by the definition: which pairs are listed, and the number of tokens in windows of each."""
    many = most_who_share(len(answers))
    everything = {(who, one.exercise): one.windows for who, group in answers.items() for one in group}

    def says_something(exercise, window):
        having = {who for (who, name), windows in everything.items() if name == exercise and window in windows}
        return window not in known and len(having) <= many

    said = {key: [says_something(key[1], window) for window in windows] for key, windows in everything.items()}
    own = {
        key: len({place + step for place, does in enumerate(flags) if does for step in range(WINDOW)})
        for key, flags in said.items()
    }
    listed = set()
    for first, second in combinations(sorted(answers), 2):
        shared = {}
        for (who, exercise), windows in everything.items():
            if who == first and (second, exercise) in everything:
                ignored = {window for window, does in zip(windows, said[who, exercise], strict=True) if not does}
                found = passages(windows, everything[second, exercise], ignored)
                shared[exercise] = sum(each.length for each in found)
        exercises = {exercise for _, exercise in everything}
        totals = [sum(own.get((who, exercise), 0) for exercise in exercises) for who in (first, second)]
        places = [(sum(shared.values()), totals)]
        places += [(count, [own[first, name], own[second, name]]) for name, count in shared.items()]
        if min(totals) >= FEWEST_TOKENS and any(
            count >= FEWEST_TOKENS and count >= LOWEST_SHARE * min(each) for count, each in places
        ):
            listed.add((first, second))
    return listed


def test_the_index_finds_what_comparing_all_with_all_finds():
    answers = class_of(25) | {
        "w1": answers_of(OWN),
        "w2": answers_of({name: changed(source, "all of these", 3) for name, source in OWN.items()}),
        "w3": answers_of({"decide": changed(OWN["decide"], "other names", 1)}),
    }
    found = {pair.students for pair in compare(answers).pairs}
    assert found == naive_pairs(answers) >= {("w1", "w2"), ("w1", "w3")}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_listed_whatever_was_changed(change):
    copied = {name: changed(source, change, 7) for name, source in OWN.items()}
    answers = class_of(100) | {"writer": answers_of(OWN), "copier": answers_of(copied)}
    (pair,) = compare(answers).pairs
    assert set(pair.students) == {"writer", "copier"}
    assert LOWEST_SHARE <= pair.share <= 1
    assert pair.tokens == sum(match.tokens for match in pair.matches)


def test_300_honest_answers_have_no_pair():
    assert compare(class_of(300)).pairs == ()


@pytest.mark.nightly
@pytest.mark.parametrize("notebook", STEPS)
def test_honest_answers_to_every_notebook_have_no_pair(notebook):
    for count in (2, 10, 30, 100, 300):
        assert compare(class_of(count, notebook)).pairs == ()


def test_people_who_write_everything_their_own_way_are_no_pair():
    for notebook, exercises in STEPS.items():
        people = min(len(ways) for steps in exercises.values() for ways in steps[1:])
        assert compare({f"s{n}": answers_of(own_ways(notebook, n)) for n in range(people)}).pairs == ()


def test_what_was_handed_out_and_the_solutions_do_not_count():
    answers = {"a": answers_of(OWN), "b": answers_of(OWN)}
    assert compare(answers).pairs
    known = frozenset(window for one in answers["a"] for window in one.windows)
    found = compare(answers, known)
    assert found.pairs == ()
    assert found.too_short == ("a", "b")


def test_what_many_have_does_not_count():
    answers = class_of(60) | {f"ring{n}": answers_of(OWN) for n in range(most_who_share(64) + 1)}
    assert compare(answers).pairs == ()
    del answers["ring0"]
    assert len(compare(answers).pairs) == 4 * 3 // 2


def test_a_short_answer_is_too_short_to_compare():
    line = {"loss": "def loss(y_hat, y):\n    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2"}
    found = compare({"a": answers_of(line), "b": answers_of(line)})
    assert found.pairs == ()
    assert found.too_short == ("a", "b")


def test_one_copied_exercise_among_others_is_named():
    answers = class_of(40)
    answers["s000"] = [one for one in answers["s000"] if one.exercise != "decide"] + answers_of(OWN)[1:]
    more = OWN["top_k_accuracy"].replace("place <= k", "place <= k and place > 0") + "    # longer\n"
    answers["w"] = answers_of({"top_k_accuracy": more, "decide": OWN["decide"]})
    (pair,) = compare(answers).pairs
    assert set(pair.students) == {"s000", "w"}
    assert "decide" in {match.answers[0].exercise for match in pair.matches}


def test_no_answers_have_no_pairs():
    assert compare({}).pairs == ()
    assert compare({"a": []}).too_short == ("a",)


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), max_size=40), st.lists(st.integers(0, 6), max_size=40), st.sets(st.integers(0, 6)))
def test_passages_are_apart_equal_and_say_something(first, second, ignored):
    found = passages(first, second, ignored, window=3)
    for side in (0, 1):
        taken = [passage[side] + step for passage in found for step in range(passage.length)]
        assert len(taken) == len(set(taken))
    for passage in found:
        assert passage.length >= 3
        for step in range(passage.length - 2):
            value = first[passage.first + step]
            assert value == second[passage.second + step]
            assert value not in ignored


@settings(deadline=None)
@given(st.lists(st.integers(), min_size=1, max_size=30, unique=True))
def test_an_answer_is_one_passage_of_its_copy(windows):
    (passage,) = passages(windows, windows, frozenset(), window=8)
    assert passage == (0, 0, len(windows) + 7)


def test_code_that_repeats_itself_takes_no_minutes():
    windows = [1, 2] * 2000
    assert passages(windows, windows, frozenset())
