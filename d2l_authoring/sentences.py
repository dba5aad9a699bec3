"""Count the words of each sentence in a notebook's prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["long_sentences", "sentences"]

MOST_WORDS = 40
_QUOTED = 60  # characters of a sentence in a finding

_WORD = "\N{MATHEMATICAL SCRIPT CAPITAL W}"  # stands for a formula or a code span: a letter that no prose has
# Code comes first: a dollar sign in it begins no formula
_CODE_OR_FORMULA = re.compile(
    r"""
    (?P<fence> ^[ \t]* (?P<mark>`{3,}|~{3,}) .*? ^[ \t]* (?P=mark) )
    | (?<!`) (?P<ticks>`++) (?: (?!\n[ \t]*\n) . )+?  (?<!`) (?P=ticks) (?!`)
    | \\\$
    | \$\$ (?P<display> .+? ) \$\$
    | \$ (?![\s$]) (?P<inline> (?: (?!\n[ \t]*\n) [^$] )+? ) (?<![\s\\]) \$ (?!\d)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_TAGS = re.compile(r"<!--.*?-->|<[^<>]*>", re.DOTALL)
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)")
_ABBREVIATIONS = {"e.g.", "i.e.", "cf.", "vs.", "al.", "approx.", "resp.", "ca.", "dr.", "mr.", "mrs.", "ms.", "prof."}
_BEFORE_A_NUMBER = {"fig.", "figs.", "eq.", "eqs.", "sec.", "ch.", "no.", "nos.", "p.", "pp.", "vol.", "ed."}
_BEFORE_MORE = ("etc.", "…")  # do not end a sentence whose next word is in small letters
_INITIAL = re.compile(r"[A-Z]\.")  # as in R. A. Fisher


def long_sentences(markdown: str) -> Iterator[str]:
    """Yield a finding for each sentence of more than 40 words.

    Parameters
    ----------
    markdown : str
        The source of a cell.
    """
    for sentence in sentences(markdown):
        count = len(_words(sentence))
        if count > MOST_WORDS:
            shown = sentence.replace(_WORD, "…")
            yield f"has a sentence of {count} words, more than {MOST_WORDS}: {shown[:_QUOTED]}"


def sentences(markdown: str) -> list[str]:
    """Split prose into sentences; a formula, and code within a line, is one word.

    A paragraph and a list's item end a sentence. Headings, tables, blocks of code, tags, comments and the descriptions
    of pictures are left out.

    Parameters
    ----------
    markdown : str
        The source of a cell.
    """
    found = []
    for paragraph in _paragraphs(_CODE_OR_FORMULA.sub(_plain, markdown)):
        start = 0
        for end in _END.finditer(paragraph):
            if _ends(paragraph, start, end):
                found.append(paragraph[start : end.end()].strip())
                start = end.end()
        found.append(paragraph[start:].strip())
    return [sentence for sentence in found if _words(sentence)]


def _words(sentence: str) -> list[str]:
    return [word for word in sentence.split() if any(map(str.isalnum, word))]


def _plain(found: re.Match[str]) -> str:
    """Put one word in the place of code or a formula; a formula may end the sentence."""
    if found["fence"] or found[0] == r"\$":
        return found[0]
    formula = found["display"] or found["inline"] or ""
    return _WORD + "." * formula.rstrip(" \n}").endswith(".")


def _paragraphs(markdown: str) -> Iterator[str]:
    """Yield the text of each paragraph and list item."""
    inside = ""  # a heading or a table
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown):
        if token.type in ("heading_open", "table_open"):
            inside = token.type.removesuffix("_open")
        elif token.type == f"{inside}_close":
            inside = ""
        elif token.type == "html_block":
            yield _TAGS.sub(" ", token.content)
        elif token.type == "inline" and not inside:
            yield "".join(map(_text, token.children or []))


def _text(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type == "text" else _WORD if token.type == "code_inline" else ""


def _ends(paragraph: str, start: int, end: re.Match[str]) -> bool:
    """Return whether a full stop or another mark ends the sentence, and not only an abbreviation."""
    before, after = paragraph[start : end.end()].split(), paragraph[end.end() :].lstrip()
    word = before[-1].lstrip("([\"'“‘").rstrip("\"'”’)]")
    if word.lower() in _ABBREVIATIONS or _INITIAL.fullmatch(word):
        return False
    if word.lower() in _BEFORE_A_NUMBER:
        return not after[:1].isdigit()
    return not (word.lower().endswith(_BEFORE_MORE) and after[:1].islower())
