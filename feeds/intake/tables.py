"""A table written anew: rows of cells, with a head where there is one. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_STRONG = re.compile(r"^(?:<strong>(.*)</strong>)$", re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell, and how many columns and rows it takes."""

    html: str
    is_head: bool = False
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `is_head` says that its source calls it part of the head."""

    cells: tuple[Cell, ...]
    is_head: bool = False


def table_html(rows: Sequence[Row], *, caption: str = "") -> str:
    """The table. A first row that is bold throughout is its head: that is how people make one in Word."""
    rows = [row for row in rows if row.cells]
    if not any(cell.html for row in rows for cell in row.cells):
        return f"<p>{caption}</p>" if caption else ""
    size = 0
    while size < len(rows) - 1 and (rows[size].is_head or all(cell.is_head for cell in rows[size].cells)):
        size += 1
    if not size and len(rows) > 1 and all(_bold(cell) for cell in rows[0].cells):
        size = 1
    head = [_row([replace(cell, is_head=True) for cell in row.cells]) for row in rows[:size]]
    body = [_row(row.cells) for row in rows[size:]]
    said = f"<caption>{caption}</caption>" if caption else ""
    top = f"<thead>{''.join(head)}</thead>" if head else ""
    return f"<table>{said}{top}<tbody>{''.join(body)}</tbody></table>"


def _bold(cell: Cell) -> bool:
    found = _STRONG.match(cell.html)
    return found is not None and "<strong>" not in found[1]


def _row(cells: Sequence[Cell]) -> str:
    return f"<tr>{''.join(map(_cell, cells))}</tr>"


def _cell(cell: Cell) -> str:
    name = "th" if cell.is_head else "td"
    spans = (("colspan", cell.across), ("rowspan", cell.down))
    given = "".join(f' {name}="{size}"' for name, size in spans if size > 1)
    # What heads a column is bold already.
    html = _STRONG.sub(r"\1", cell.html) if cell.is_head and _bold(cell) else cell.html
    return f"<{name}{given}>{html}</{name}>"
