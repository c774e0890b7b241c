"""Markdown as newsrooms type it: CommonMark 0.31 with tables, in which dates and numbers stay what they are. Pure."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize
from markdown_it.token import Token

from feeds.grams import is_cjk
from feeds.intake.clean import without_controls

_KEPT_APART = "\ufdd0"
"""A noncharacter, of which `without_controls` has left none: before a dot it keeps a number from being an item's."""
# 2026. 5. 24. and 5. 24. begin many lines here. No list is numbered so.
_DAY = r"\d{1,2}(?:\.(?!\d)|[ \t]*\([월화수목금토일]\))"
_DATE = re.compile(
    rf"^([ \t>]*(?:(?:[-*+]|\d{{1,3}}[.)])[ \t]+)*)(\d{{4,9}}(?=[.)](?:[ \t]|$))|\d{{1,2}}(?=\.[ \t]+{_DAY}))", re.M
)


def markdown_html(text: str) -> str:
    """Markdown as HTML that is not clean yet."""
    html: str = _MARKDOWN.render(_DATE.sub(rf"\1\2{_KEPT_APART}", without_controls(text)))
    return html.replace(_KEPT_APART, "")


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Emphasis that ends or begins beside Hangul: `**대구(Daegu)**는`.

    CommonMark (section 6.2) expects a space beside a mark that has punctuation on its other side. Korean puts its
    endings there, and Chinese and Japanese write no spaces.
    """
    start, known = state.pos, len(state.delimiters)
    if not tokenize(state, silent):
        return False
    if state.src[start] == "*":
        before = state.src[start - 1 : start] or " "
        after = state.src[state.pos : state.pos + 1] or " "
        for delimiter in state.delimiters[known:]:
            # A single one before a sign is a mark of a footnote more often than the beginning of emphasis.
            delimiter.open |= is_cjk(before) and not after.isspace() and delimiter.length > 1
            delimiter.close |= is_cjk(after) and not before.isspace()
    return True


def _numbers(state: StateCore) -> None:
    """An item that is not numbered as it is counted keeps its number; that all are numbered 1 is a habit and means to
    count."""
    lists: list[tuple[int, list[Token]]] = []
    for token in state.tokens:
        match token.type:
            case "ordered_list_open" | "bullet_list_open":
                start = token.attrGet("start")
                lists.append((1 if start is None else int(start), []))
            case "list_item_open":
                lists[-1][1].append(token)
            case "ordered_list_close":
                _keep_numbers(*lists.pop())
            case "bullet_list_close":
                lists.pop()


def _keep_numbers(start: int, items: Sequence[Token]) -> None:
    if all(item.info == "1" for item in items):
        return
    for place, item in enumerate(items):
        if item.info.isdigit():
            if int(item.info) != start + place:
                item.attrSet("value", str(int(item.info)))
            start = int(item.info) - place


_MARKDOWN = MarkdownIt("commonmark", {"maxNesting": 20, "html": True}).enable("table")
_MARKDOWN.inline.ruler.at("emphasis", _emphasis)
_MARKDOWN.core.ruler.after("block", "numbers", _numbers)
