"""Bold numbers without a mark, as Markdown and HTML write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2l_authoring.bold_numbers import unmarked_numbers
from d2l_authoring.prose import check_prose

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
NOTHING_BOLD_AND_UNMARKED = [
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
def test_a_bold_number_without_its_mark_is_found(markdown):
    assert unmarked_numbers(markdown) == [UNMARKED[markdown]]


@pytest.mark.parametrize("markdown", NOTHING_BOLD_AND_UNMARKED)
def test_everything_else_passes(markdown):
    assert unmarked_numbers(markdown) == []


def test_the_finding_names_the_cell_and_the_remedy(chapter):
    chapter.cells[3].source = "It got **83.0%** right, and **82.98%**<!--test_acc-->."
    assert check_prose(chapter) == [
        "result: 83.0% is bold but has no mark: record it and mark it, as in **83.0%**<!--test_acc-->, "
        "or do without bold type"
    ]


numbers = st.decimals(min_value=0, max_value=10**6, places=2).map(str) | st.integers(0, 10**9).map(str)
words = st.text(st.sampled_from("abcdefgh "), min_size=1).map(lambda text: f" x{text}x ")


@given(st.lists(st.tuples(words, numbers, st.sampled_from(["%", "", " epochs"]), st.booleans())), words)
def test_of_simple_prose_the_same_numbers_are_found_as_by_a_pattern(parts, last):
    marked = [f"{before}**{number}{unit}**{'<!--mark-->' * is_marked}" for before, number, unit, is_marked in parts]
    prose = "".join((*marked, last))
    assert unmarked_numbers(prose) == re.findall(r"\*\*([\d.]+(?:%| epochs)?)\*\*(?!<!--)", prose)


@given(st.text(st.sampled_from("*_<>b/`[](){}$%.,- \n|#0123456789exm!\\&"), max_size=200))
def test_no_source_breaks_it(markdown):
    for number in unmarked_numbers(markdown):
        assert re.search(r"\d", number)


@pytest.mark.parametrize("part", ["1-", "1 - ", "1/", "12 ", "1e5-", "<b>1", "[1](", "_1_ "])
def test_a_long_source_takes_no_longer_for_being_intricate(part):
    assert unmarked_numbers(f"**{part * 2000}x y z**") == []
