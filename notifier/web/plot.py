"""Bars for pages, as whole numbers in the units of an SVG's view box. Pure; the numbers themselves stand in a table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of one part of a column or a row, `part` counted from 0."""

    part: int
    x: float
    y: float
    width: float
    height: float


def columns(numbers: Sequence[Sequence[int]], *, width: float, height: float, gap: float = 1) -> list[Bar]:
    """Columns side by side, the parts of each on top of one another; the highest fills the height.

    What is there is seen: a part is never lower than 1.
    """
    most = max((sum(parts) for parts in numbers), default=0)
    if not most:
        return []
    step = width / len(numbers)
    bars = []
    for place, parts in enumerate(numbers):
        bottom = height
        for part, number in enumerate(parts):
            if number:
                tall = max(1.0, number / most * height)
                bottom -= tall
                bars.append(
                    Bar(part, round(place * step + gap / 2, 2), round(bottom, 2), round(step - gap, 2), round(tall, 2))
                )
    return bars


def row(parts: Sequence[int], *, most: int, width: float, height: float) -> list[Bar]:
    """One row, its parts beside one another; a row of `most` fills the width."""
    bars, left = [], 0.0
    for part, number in enumerate(parts):
        if number and most:
            wide = max(1.0, number / most * width)
            bars.append(Bar(part, round(left, 2), 0, round(wide, 2), height))
            left += wide
    return bars
