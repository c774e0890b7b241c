"""Paragraphs that are items of a list, each with its level, put into lists. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


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
            written += [f"<li>{first.html}", *_list(below), "</li>"]
        written.append(f"</{name}>")
    return written
