"""Clean HTML as Markdown that renders to the same HTML again. Pure.

Where Markdown has no words for something, such as a cell over two columns, that piece stays HTML: CommonMark
(0.31, sections 4.6 and 6.6) lets it stand between the rest.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bs4 import Tag
from markdownify import MarkdownConverter
from selectolax.lexbor import LexborHTMLParser, LexborNode

from feeds.commonmark import markdown_html
from feeds.intake.clean import clean_html
from feeds.writing import LONGEST_TEXT

_BLOCKS = {"p", "h3", "h4", "ul", "ol", "table", "blockquote", "figure", "aside"}
# White space beside a block says nothing; beside an inline element it parts two words.
_BETWEEN = re.compile(
    r"\s*(</?(?:p|h3|h4|ul|ol|li|table|caption|thead|tbody|tr|td|th|blockquote|figure|figcaption|aside|br)\b[^>]*>)\s*"
)
_SPACES = re.compile(r"[ \t\r\n]+")
_LISTS = ("<ul", "<ol")
_ONE_LINE = {"_inline", "td", "th", "h3", "h4"}
_MOST_BLOCKS = 1_000
_MOST_SIGNS = 10_000
"""Of the text itself and of the elements around it: each `<` is one."""
_PARTS = 16
"""Into so many parts goes what does not render to itself: all is looked at four times at most."""
_APART = "\n\n<!-- -->\n\n"
"""A comment, which is cleaned away: it keeps two lists of one kind from being one."""
# A table that Markdown has: a head, and one line in each cell.
_PLAIN_TABLE = re.compile(r"<table><thead>(?!.*(?:span=|<(?:br|p|ul|ol|img|caption)\b))", re.S)
# What would be understood as Markdown, anywhere in a line and at its beginning.
# Of a link its closing bracket: to look from the opening one for it takes time that grows with the square of the text.
_SIGNS = re.compile(r"[\\`*<]|(?<!\w)_|_(?!\w)|\](?=\s*[(:\[])|!(?=\[)|&(?=#?\w+;)")
_MARKS = re.compile(
    r"^(?:(?P<mark>[-+](?=\s|$)|#{1,6}(?=\s|$)|>|=+\s*$|-+\s*$|~~~|\|)|(?P<number>\d{1,9})(?=[.)](?:\s|$)))"
)


def markdown_of(html: str) -> str:
    """Markdown of HTML that is clean. Rendered and cleaned it is equal to that, but for white space between elements;
    text outside all paragraphs becomes one. What is longer than a text may be, or has more blocks or signs of Markdown
    than any release, stays HTML: it would take minutes."""
    body = LexborHTMLParser(html).body
    blocks = list(_blocks(body)) if body is not None else []
    if len(html) > LONGEST_TEXT or len(blocks) > _MOST_BLOCKS or len(_SIGNS.findall(html)) > _MOST_SIGNS:
        return _joined(blocks, [_as_it_is(block) for block in blocks])
    return _joined(blocks, list(_written(blocks, [_converted(block, tagged=False) for block in blocks])))


def _blocks(body: LexborNode) -> Iterator[str]:
    """The pieces of a text from top to bottom; what stands outside all blocks is a paragraph."""
    loose = ""
    for node in body.iter(include_text=True):
        if node.tag not in _BLOCKS:
            loose += node.html or ""
            continue
        if loose.strip():
            yield f"<p>{loose.strip()}</p>"
        loose = ""
        yield node.html or ""
    if loose.strip():
        yield f"<p>{loose.strip()}</p>"


def _written(blocks: Sequence[str], texts: Sequence[str]) -> Iterator[str]:
    """The text of each block that renders to it: all are looked at together, in parts where one of them does not."""
    if not blocks or _same(_joined(blocks, texts), "".join(blocks)):
        yield from texts
    elif len(blocks) > 1:
        size = -(-len(blocks) // _PARTS)
        for start in range(0, len(blocks), size):
            yield from _written(blocks[start : start + size], texts[start : start + size])
    else:
        # A letter may follow a mark directly, which CommonMark does not read as the end of an emphasis after a sign.
        tagged = _converted(blocks[0], tagged=True)
        yield tagged if _same(tagged, blocks[0]) else _as_it_is(blocks[0])


def _joined(blocks: Sequence[str], texts: Sequence[str]) -> str:
    written = ""
    for place, (block, text) in enumerate(zip(blocks, texts, strict=True)):
        if place:
            are_alike = block.startswith(_LISTS) and block[:3] == blocks[place - 1][:3]
            written += _APART if are_alike else "\n\n"
        written += text
    return written


def _converted(html: str, *, tagged: bool) -> str:
    if html.startswith("<table") and not _PLAIN_TABLE.match(html):
        return _as_it_is(html)
    try:
        return _Converter(tagged=tagged).convert(html).strip("\n")
    except RecursionError:  # as deep as `clean` allows, but too deep for the converter
        return _as_it_is(html)


def _as_it_is(html: str) -> str:
    """HTML in one piece: an empty line would end it."""
    return re.sub(r"\s*\n\s*", " ", html)


def _same(text: str, html: str) -> bool:
    return _seen(clean_html(markdown_html(text), base=None)) == _seen(html)


def _seen(html: str) -> str:
    return _SPACES.sub(" ", _BETWEEN.sub(r"\1", html))


class _Converter(MarkdownConverter):
    """Writes Markdown and escapes no more than it must; `tagged` keeps the elements of emphasis, and marks each line
    that ends."""

    def __init__(self, *, tagged: bool) -> None:
        super().__init__(
            heading_style="ATX", bullets="-", sup_symbol="<sup>", sub_symbol="<sub>", newline_style="BACKSLASH"
        )
        self._tagged = tagged

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """A text in which no sign means anything."""
        signs = _SIGNS.sub(r"\\\g<0>", _SPACES.sub(" ", text))
        return signs.replace("|", r"\|") if {"td", "th"} & parent_tags else signs

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """The end of a line, which is one as it is typed."""
        return self._usual("br", el, text, parent_tags) if self._tagged or parent_tags & _ONE_LINE else "\n"

    def convert_strong(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Strong emphasis."""
        return f"<strong>{text}</strong>" if self._tagged else self._usual("strong", el, text, parent_tags)

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Emphasis."""
        return f"<em>{text}</em>" if self._tagged else self._usual("em", el, text, parent_tags)

    def convert_s(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """What is struck out, for which CommonMark has no sign."""
        return f"<s>{text}</s>"

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A paragraph, of which no line begins like anything else."""
        return self._usual("p", el, _unmarked(text.strip()), parent_tags)

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """An item; only its first line is text for certain."""
        first, end, rest = text.strip().partition("\n")
        is_text = not (isinstance(el.next_element, Tag) and el.next_element.name in _BLOCKS)
        return self._usual("li", el, (_unmarked(first) if is_text else first) + end + rest, parent_tags)

    def _usual(self, name: str, el: Tag, text: str, parent_tags: set[str]) -> str:
        # Its author states no types for what is made at run time.
        usual: Any = getattr(super(), f"convert_{name}")
        return str(usual(el, text, parent_tags))


def _unmarked(text: str) -> str:
    return "\n".join(_MARKS.sub(_escaped, line.strip(" ")) for line in text.split("\n"))


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if found["mark"] else f"{found[0]}\\"
