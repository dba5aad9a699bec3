import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_authoring.sentences import long_sentences, sentences


def counts(markdown):
    return [len(sentence.split()) for sentence in sentences(markdown)]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("One two three. Four five? Six!", [3, 2, 1]),
        ("One two\nthree four", [4]),
        ("One two.\n\nThree", [2, 1]),
        ("A list: \n\n- one two\n- three\n", [2, 2, 1]),
        ("1. one two. Three\n2. four", [2, 1, 1]),
        ("> one two\n", [2]),
        ("Rates, e.g. of 0.1, i.e. small ones, cf. Fig. 3.", [10]),
        ("Lines, curves, etc. are drawn. Points etc. Then more.", [5, 2, 2]),
        ("One, two, … and so on. But … Then four.", [6, 2, 2]),
        ("R. A. Fisher measured irises.", [5]),
        ("It costs 2.5 s. Then 3 s.", [4, 3]),
        ("**Predict.** Which one?", [1, 2]),
        ("He said “no.” Then he went.", [3, 3]),
        ("It is No. 3. I say no. So be it.", [4, 3, 3]),
        ("Who wrote it (in 2019.) And why?", [5, 2]),
        ("[A link that is long](https://example.org/a.b) ends.", [6]),
        ("well-known — and so", [3 + 1]),
    ],
)
def test_sentences_end_where_readers_end_them(markdown, expected):
    assert counts(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("The loss $-\\log p_y$ is small.", [5]),
        ("The loss is\n$$\\sum_i l_i = \\frac{1}{2} x . y$$\nwhere it is.", [7]),
        ("The loss is $$a = b.$$ Then more.", [4, 2]),
        ("The cell `net(X) - y. Then` shows ``a ` b``.", [5]),
        ("It costs \\$5 and `$HOME` or \\$6.", [7]),
        ("The `x`-axis, $k$-th class", [4]),
        ("Between $a$ and $b$", [4]),
        ("In $5$ of $6$ cases", [5]),
        ("One $ two\n\nthree $ four", [3, 3]),
        ("One ` two\n\nthree ` four", [3, 3]),
    ],
)
def test_a_formula_and_a_code_span_are_one_word(markdown, expected):
    assert counts(markdown) == expected


@pytest.mark.parametrize(
    "left_out",
    [
        "# A heading of words",
        "A heading\n=========",
        "```python\nx = 1 and 2\n\ny = $3\n```",
        "~~~\none two\n~~~",
        "    indented code of words",
        "| one | two |\n|---|---|\n| three words here | four |",
        "<!-- a comment of words -->",
        '<img src="a.svg" alt="a description of words">',
        "![a description of words](a.svg)",
        "---",
    ],
)
def test_what_is_no_prose_is_left_out(left_out):
    assert counts(left_out) == []
    assert counts(f"One two.\n\n{left_out}\n\nThree.") == [2, 1]


def test_marks_and_tags_within_a_sentence_are_no_words():
    assert counts("It is **83.0%**<!--test_acc--> now, in <b>all</b>.") == [6]
    assert counts("<details><summary>Four words are here.</summary>\n\nThree more words.\n\n</details>") == [4, 3]


def test_only_more_than_40_words_are_a_finding():
    assert list(long_sentences("word " * 39 + "end. " + "word " * 39 + "end.")) == []
    (finding,) = long_sentences("A `net` " + "word " * 38 + "end. Short.")
    assert (
        finding
        == "has a sentence of 41 words, more than 40: A … word word word word word word word word word word word w"
    )


@given(st.text(alphabet='a .!?$`\\\n|-#<>&~*[]()…"1', max_size=80))
def test_any_text_can_be_split(markdown):
    for sentence in sentences(markdown):
        assert sentence.strip() == sentence != ""
