"""Paragraphs that are items of a list, each with its level, put into lists. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_COUNTED = re.compile(
    r"\s*[(\[<]?(?:\d{1,3}|[A-Za-z]|[ivxlcdm]{1,6}|[IVXLCDM]{1,6}|[가-하ㄱ-ㅎ]|[①-⑳])\s*[.)\]>]|\s*[①-⑳]"
)
_BULLET = re.compile(r"\s*(?:[·•●○■□▪▫◦◆◇▶►➢✓ü§o-]|\d{1,3}[.)]|[A-Za-z][.)]|[가-하][.)])[\s\u00a0]+")
_NUMBER = re.compile(r"\W*([0-9]{1,4})(?:\W|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item: `level` 1 is the outermost; `marked` says that its bullet or number stands apart from its text.

    `number` is what stands before it, where that is known.
    """

    level: int
    ordered: bool
    html: str
    marked: bool = True
    number: int | None = None

    def marked_by(self, mark: str) -> "Item":
        """The item with what stands before it: whether that counts, and what number it is in digits."""
        number = _NUMBER.match(mark)
        is_counted = _COUNTED.match(mark) is not None
        return replace(self, ordered=is_counted, marked=True, number=int(number[1]) if number else None)


def typed_mark(line: str) -> str:
    """The bullet or number that somebody typed before a line, with the space behind it; empty where there is none."""
    found = _BULLET.match(line)
    return found[0] if found else ""


def nested(items: Sequence[Item]) -> str:
    """The items as lists within lists. Where a level is skipped, the item stands one below the one before."""
    return "".join(_list(list(items)))


def _list(items: list[Item]) -> list[str]:
    written: list[str] = []
    while items:
        level, ordered = items[0].level, items[0].ordered
        name = "ol" if ordered else "ul"
        start = (items[0].number or 1) if ordered else 1
        written.append(f'<ol start="{start}">' if start > 1 else f"<{name}>")
        while items and not (items[0].level <= level and items[0].ordered != ordered):
            first, below = items.pop(0), []
            while items and items[0].level > level:
                below.append(items.pop(0))
            level = min(level, first.level)
            number = (first.number if ordered else None) or start
            opening = f'<li value="{number}">' if number != start else "<li>"
            start = number + 1
            written += [f"{opening}{first.html}", *_list(below), "</li>"]
        written.append(f"</{name}>")
    return written
