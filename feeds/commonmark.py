"""Markdown as newsrooms type it: CommonMark 0.31 with tables, and dates, numbers and lines stay what they are. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import east_asian_width

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize
from markdown_it.rules_inline.newline import newline
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
_SIGN = re.compile(r"[□■▢▣○●◎◇◆△▲▽▼▷▶☞☆★※➀-➓①-⑳❶-❿ㅇ·∙•‣–—-][^\S\n]*\S|[가-하][.)][ \t]")
"""How offices begin a line of an outline."""
_SENTENCE_END = (".", "!", "?", ":", "。", "다", "요")
_NARROW = 60
"""Columns: whoever breaks lines before this means them."""


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
        if before.isdigit() and after.isdigit():  # 5*3*2 is a size
            for delimiter in state.delimiters[known:]:
                delimiter.open = delimiter.close = False
            return True
        for delimiter in state.delimiters[known:]:
            # A single one before a sign is a mark of a footnote more often than the beginning of emphasis.
            delimiter.open |= is_cjk(before) and not after.isspace() and delimiter.length > 1
            delimiter.close |= is_cjk(after) and not before.isspace()
    return True


def _line_end(state: StateInline, silent: bool) -> bool:
    """A line that was typed stays a line, unless an editor of programs has broken the whole paragraph at its margin."""
    known = len(state.tokens)
    if not newline(state, silent):
        return False
    for token in state.tokens[known:]:
        if token.type == "softbreak" and not _is_wrapped(state.src):
            token.type = "hardbreak"
    return True


@lru_cache(maxsize=16)
def _is_wrapped(paragraph: str) -> bool:
    """Whether each of its lines ends where the next word would not have fitted any more."""
    lines = [line.strip() for line in paragraph.split("\n")]
    widths = [_columns(line) for line in lines]
    widest = max(widths)
    if widest < _NARROW or any(_SIGN.match(line) for line in lines):
        return False
    if len(lines) == 2 and lines[0].endswith(_SENTENCE_END):
        return False
    words = (line.split(None, 1)[0] if line else "" for line in lines[1:])
    return all(width + 1 + _columns(word) > widest for width, word in zip(widths, words, strict=False))


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _outline(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line of an outline below an item of a list, as `※ 문의` is, is no part of that item unless it stands below its
    text: CommonMark (section 5.2) takes every line that begins no block for the item's, however it is indented."""
    is_outside = silent and state.sCount[start] < state.blkIndent
    return is_outside and _SIGN.match(state.src, state.bMarks[start] + state.tShift[start]) is not None


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
_MARKDOWN.inline.ruler.at("newline", _line_end)
_MARKDOWN.block.ruler.before("paragraph", "outline", _outline, {"alt": ["paragraph"]})
_MARKDOWN.core.ruler.after("block", "numbers", _numbers)
