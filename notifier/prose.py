"""An article's body as the text part of a mail says it: all that its HTML says, set for reading without any. Pure.

A link gives its address behind its words, between the signs of RFC 3986, appendix C, and each address once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from selectolax.lexbor import LexborHTMLParser, LexborNode

from notifier.typesetting import COLUMNS, columns, underline, wrap

_DEEPEST = 100
_STRUCK = frozenset({"s", "del", "strike"})
"""What a text without looks would say as if it still held."""
_INDENTED_AT_MOST = 30
_GAP = 2
"""Columns between those of a table."""
_BLOCKS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre"),
    *("figure", "figcaption", "aside", "table", "caption", "hr"),
}


def prose(html: str) -> str:
    """The text, in lines of at most 78 columns but for addresses. `html` is clean, its links are in full."""
    body = LexborHTMLParser(html).body
    return "\n\n".join(_Prose().blocks(body, "", "", 0)) if body is not None else ""


@dataclass(slots=True)
class _Prose:
    """Writes one text."""

    _given: set[str] = field(default_factory=set)
    """The addresses that stand in it already."""

    def blocks(self, node: LexborNode, first: str, rest: str, depth: int) -> list[str]:
        """The blocks in a node, each in its lines; the first begins with `first`, all else with `rest`."""
        done: list[str] = []
        run: list[LexborNode] = []

        def lead() -> str:
            return rest if done else first

        def end_run() -> None:
            text = self._line(run, depth)
            run.clear()
            if text:
                done.append(wrap(text, lead(), rest))

        for child in node.iter(include_text=True):
            if depth > _DEEPEST or (child.tag not in _BLOCKS and not _holds_blocks(child)):
                run.append(child)
                continue
            end_run()
            done += self._block(child, lead(), rest, depth + 1)
        end_run()
        return done

    def _block(self, node: LexborNode, first: str, rest: str, depth: int) -> list[str]:
        indented = len(rest) < _INDENTED_AT_MOST
        match node.tag:
            case "h2" if not rest:
                title = self._line([node], depth)
                return [underline(title)] if title else []
            case "ul" | "ol" if indented:
                return self._list(node, first, rest, depth)
            case "blockquote" if indented:
                return _as_one(self.blocks(node, first + "> ", rest + "> ", depth), rest + ">")
            case "figcaption":
                said = self._line([node], depth)
                return [wrap(f"[{said}]", first, rest)] if said else []
            case "table":
                return self._table(node, first, rest, depth)
            case "dd" if indented:
                return self.blocks(node, first + "  ", rest + "  ", depth)
        return self.blocks(node, first, rest, depth)

    def _list(self, node: LexborNode, first: str, rest: str, depth: int) -> list[str]:
        number = _number(node, "start", 1)
        done: list[str] = []
        for item in (child for child in node.iter() if child.tag == "li"):
            number = _number(item, "value", number)
            mark = f"{number}. " if node.tag == "ol" else "- "
            number += 1
            done += self.blocks(item, (rest if done else first) + mark, rest + " " * len(mark), depth)
        return ["\n".join(done)] if done else []

    def _table(self, node: LexborNode, first: str, rest: str, depth: int) -> list[str]:
        """In columns where they have room, else row by row; a cell that has a heading is named by it then."""
        done = [wrap(self._line([one], depth), first, rest) for one in node.css("caption")]
        rows = [self._cells(row, depth) for row in node.css("tr")]
        rows = [row for row in rows if any(row)]
        if not rows:
            return done
        headed = len(rows) > 1 and any(all(cell.tag == "th" for cell in _cells_of(row)) for row in node.css("tr")[:1])
        widths = [max(map(columns, column)) for column in zip_longest(*rows, fillvalue="")]
        if columns(rest) + sum(widths) + _GAP * (len(widths) - 1) <= COLUMNS:
            ruled = [rows[0], ["-" * width for width in widths], *rows[1:]] if headed else rows
            return [*done, "\n".join(rest + _in_columns(row, widths) for row in ruled)]
        if headed and len(widths) > 1:
            return [*done, *("\n".join(_named(rows[0], row, rest)) for row in rows[1:])]
        return [*done, "\n".join(wrap(" | ".join(filter(None, row)), rest, rest + "  ") for row in rows)]

    def _cells(self, row: LexborNode, depth: int) -> list[str]:
        """The cells of a row, each in one line; what one spans besides stays empty."""
        cells: list[str] = []
        for cell in _cells_of(row):
            span = cell.attributes.get("colspan") or "1"
            text = " ".join(self._line([cell], depth).split())
            cells += [text, *[""] * (min(int(span), 20) - 1 if span.isdecimal() else 0)]
        return cells

    def _line(self, nodes: Sequence[LexborNode], depth: int) -> str:
        """What stands in one block, with the line ends that it was given."""
        text = "".join(self._said(node, depth) for node in nodes)
        return re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text)).strip()

    def _said(self, node: LexborNode, depth: int) -> str:
        if node.tag == "-text":
            return re.sub(r"\s+", " ", node.text_content or "")
        if node.tag == "br":
            return "\n"
        if node.tag in _STRUCK:
            return ""
        if depth > _DEEPEST:
            return f" {node.text() or ''} "
        within = "".join(self._said(child, depth + 1) for child in node.iter(include_text=True))
        match node.tag:
            case "a":
                return self._link(within, node.attributes.get("href") or "")
            case "q":
                return f"“{within}”"
            case tag if tag in _BLOCKS or tag in ("td", "th"):
                return f" {within} "
        return within

    def _link(self, words: str, href: str) -> str:
        """A link's words, and behind them its address where they do not say it and nothing has said it before."""
        address = _readable(href)
        if not address or not words.strip() or address in self._given:
            return words
        self._given.add(address)
        if _bare(address) == _bare(words) or (href.startswith("tel:") and _digits(href) in _digits(words)):
            return words
        end = len(words.rstrip())
        return f"{words[:end]} <{address}>{words[end:]}"


def _number(node: LexborNode, name: str, otherwise: int) -> int:
    given = node.attributes.get(name) or ""
    return int(given) if re.fullmatch(r"[0-9]{1,4}", given) else otherwise


def _holds_blocks(node: LexborNode) -> bool:
    return node.tag != "-text" and any(child.tag in _BLOCKS for child in node.traverse())


def _cells_of(row: LexborNode) -> Iterator[LexborNode]:
    return (cell for cell in row.iter() if cell.tag in ("td", "th"))


def _as_one(blocks: Sequence[str], between: str) -> list[str]:
    return [f"\n{between}\n".join(blocks)] if blocks else []


def _in_columns(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - columns(cell) + _GAP) for cell, width in zip(row, widths, strict=False))
    return "".join(padded).rstrip()


def _named(headings: Sequence[str], row: Sequence[str], rest: str) -> Iterator[str]:
    for heading, cell in zip_longest(headings, row, fillvalue=""):
        if cell:
            yield wrap(f"{heading}: {cell}" if heading else cell, rest, rest + "  ")


def _readable(href: str) -> str:
    """An address as a person writes it; empty for none, and for a place within the text."""
    if href.startswith("mailto:"):
        return href[len("mailto:") :].partition("?")[0]
    if href.startswith("tel:"):
        return href[len("tel:") :]
    if not href.startswith("http"):
        return ""
    return re.sub(r"[\s<>]", lambda sign: f"%{ord(sign[0]):02X}", href.strip())


def _bare(address: str) -> str:
    """What of an address is said also where its beginning or its last slash is left out."""
    return re.sub(r"^https?://(www\.)?|^www\.", "", address.strip().casefold()).rstrip("/")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
