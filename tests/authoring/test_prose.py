"""Marked numbers against recorded metrics, and bold numbers without a mark, as Markdown and HTML write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_authoring.prose import check_prose, unmarked_numbers
from d2l_helpers.records import METRICS_TYPE


def findings(chapter, prose):
    chapter.cells[3].source = prose
    return check_prose(chapter)


@pytest.mark.parametrize(
    "prose",
    [
        "no number at all <!-- a remark of several words -->",
        "**83.0%**<!--test_acc-->",
        "83%<!--test_acc-->",
        "`0.8298`<!--test_acc-->",
        "__82.98 %__ <!-- test_acc -->",
        "from 0.79<!--loss[0]--> to *0.571*<!--loss[1]-->, that is 0.6<!--loss[-1]-->",
        "between 82.5-83.0%<!--test_acc-->",
    ],
)
def test_a_correct_number_passes_in_any_typography(chapter, prose):
    assert findings(chapter, prose) == []


@pytest.mark.parametrize(
    ("prose", "message"),
    [
        ("**83.7%**<!--test_acc-->", "prose says 83.7%, but test_acc is recorded as 82.98%"),
        ("83.0<!--test_acc-->", "prose says 83.0, but test_acc is recorded as 0.8298"),
        ("\N{MINUS SIGN}0.83<!--test_acc-->", "prose says \N{MINUS SIGN}0.83, but test_acc is recorded as 0.8298"),
        ("0.57<!--loss[0]-->", "prose says 0.57, but loss[0] is recorded as 0.7866"),
        ("0.57<!--loss[\N{MINUS SIGN}2]-->", "prose says 0.57, but loss[\N{MINUS SIGN}2] is recorded as 0.7866"),
        ("0.57<!--loss[2]-->", "prose quotes loss[2], but loss is a list: choose from loss[0] to loss[1]"),
        ("0.57<!--loss[-3]-->", "prose quotes loss[-3], but loss is a list: choose from loss[0] to loss[1]"),
        ("0.57<!--loss-->", "prose quotes loss, but loss is a list: choose from loss[0] to loss[1]"),
        ("0.83<!--test_acc[0]-->", "prose quotes test_acc[0], but test_acc is one number"),
        ("0.83<!--train_acc-->", "prose quotes train_acc, which no cell records"),
        (
            "83,0 percent<!--test_acc-->",
            "no number stands before <!--test_acc-->; write it as in **83.0%**<!--test_acc-->",
        ),
        ("1,83.0%<!--test_acc-->", "no number stands before <!--test_acc-->; write it as in **83.0%**<!--test_acc-->"),
    ],
)
def test_a_wrong_number_is_found(chapter, prose, message):
    assert findings(chapter, prose) == [f"result: {message}"]


def test_every_wrong_number_of_a_cell_is_found(chapter):
    assert len(findings(chapter, "1%<!--test_acc--> 2%<!--test_acc-->")) == 2


def test_a_name_recorded_with_two_values_is_found(chapter):
    again = chapter.cells[1]
    again.outputs = [dict(chapter.cells[2].outputs[0])]
    assert check_prose(chapter) == []
    again.outputs = [
        {"output_type": "display_data", "data": {METRICS_TYPE: {"test_acc": {"value": 1, "tolerance": 0}}}}
    ]
    assert check_prose(chapter)[0].startswith("train-the-model: test_acc is recorded a second time")


def test_a_malformed_record_is_found(chapter):
    chapter.cells[2].outputs[0].data[METRICS_TYPE]["test_acc"]["value"] = "0.83"
    found = check_prose(chapter)
    assert found[0].startswith("train-the-model: The metric 'test_acc' cannot be recorded or compared: got '0.83'")
    assert found[1] == "result: prose quotes test_acc, which no cell records"


UNMARKED = {
    "**83.0%**": "83.0%",
    "__83%__": "83%",
    "***0.448***": "0.448",
    "**1,234** images": "1,234",
    "**10 000**": "10 000",
    "**10 epochs**": "10 epochs",
    "**5ms**": "5ms",
    "**3x** and more": "3x",
    "**83&nbsp;%**": "83 %",
    "**\N{MINUS SIGN}0.5**": "\N{MINUS SIGN}0.5",
    "**≈ 3**": "≈ 3",
    "**about 80%**": "about 80%",
    "**1.5e-3**": "1.5e-3",
    "**3 × 10⁻⁵**": "3 × 10⁻⁵",
    "**80–85%**": "80–85%",
    "**0.5 ± 0.1**": "0.5 ± 0.1",
    "**1 of 10**": "1 of 10",
    "**½**": "½",
    "**$83$**": "83",
    "**`0.448`**": "0.448",
    "<b>83 %</b>": "83 %",
    "<STRONG class='x'>7</STRONG>": "7",
    "<div><b>83%</b></div>": "83%",
    "- it got **83%** of them": "83%",
    "> **83%**": "83%",
    "## The **83%**": "83%",
    "| a | b |\n|---|---|\n| **5** | c |": "5",
    "[**83%**](https://example.org)": "83%",
    "**[83%](https://example.org)**": "83%",
    "**83%** <!-- a remark of several words -->": "83%",
    "**83%** right<!--test_acc-->": "83%",
    "**83%**.<!--test_acc-->": "83%",
    "**83%**, not **84%**<!--test_acc-->": "83%",
}
MARKED_OR_NO_BOLD_NUMBER = [
    "**83.0%**<!--test_acc-->",
    "**83.0%**\n<!-- loss[-1] -->",
    "***83.0%***<!--test_acc-->",
    "[**83%**](https://example.org)<!--test_acc-->",
    "**83%<!--test_acc-->**",
    "<b>83%</b><!--test_acc-->",
    "| a |\n|---|\n| **5**<!--five--> |",
    "83%, *83%*, \\*\\*83%\\*\\*, 2 ** 3 ** 4",
    "`**83%**`",
    "```\n**83%**\n```",
    "~~~python\n2**83**4\n~~~",
    "    **83%**",
    "<!-- **83%** -->",
    "**What you will see**",
    "**3 ways to fail**",
    "**1. Predict**",
    "**Step 3**",
    "**3rd**",
    "**t-10k**",
    "**2020's MXNet**",
    "**5 or more trips**",
    "**83%",
    "<b>",
    "",
]


@pytest.mark.parametrize("markdown", UNMARKED)
def test_a_bold_number_without_a_mark_is_found(markdown):
    assert unmarked_numbers(markdown) == [UNMARKED[markdown]]


@pytest.mark.parametrize("markdown", MARKED_OR_NO_BOLD_NUMBER)
def test_marked_numbers_and_other_bold_text_pass(markdown):
    assert unmarked_numbers(markdown) == []


def test_an_unmarked_number_is_a_finding_with_its_remedy(chapter):
    chapter.cells[3].source = "It got **83.0%** right, and **82.98%**<!--test_acc-->."
    assert check_prose(chapter) == [
        "result: 83.0% is bold but has no mark: record it and mark it, as in **83.0%**<!--test_acc-->, "
        "or do without bold type"
    ]


numbers = st.decimals(min_value=0, max_value=10**6, places=2).map(str) | st.integers(0, 10**9).map(str)
words = st.text(st.sampled_from("abcdefgh "), min_size=1).map(lambda text: f" x{text}x ")


@given(st.lists(st.tuples(words, numbers, st.sampled_from(["%", "", " epochs"]), st.booleans())), words)
def test_a_simple_pattern_finds_the_same_numbers_in_simple_prose(parts, last):
    marked = [f"{before}**{number}{unit}**{'<!--mark-->' * is_marked}" for before, number, unit, is_marked in parts]
    prose = "".join((*marked, last))
    assert unmarked_numbers(prose) == re.findall(r"\*\*([\d.]+(?:%| epochs)?)\*\*(?!<!--)", prose)


@given(st.text(st.sampled_from("*_<>b/`[](){}$%.,- \n|#0123456789exm!\\&"), max_size=200))
def test_any_markdown_is_accepted(markdown):
    for number in unmarked_numbers(markdown):
        assert re.search(r"\d", number)


@pytest.mark.parametrize("part", ["1-", "1 - ", "1/", "12 ", "1e5-", "<b>1", "[1](", "_1_ "])
def test_long_intricate_sources_do_not_backtrack(part):
    assert unmarked_numbers(f"**{part * 2000}x y z**") == []
