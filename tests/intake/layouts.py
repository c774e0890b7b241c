"""Where the pages of these tests are, and how a page in text form is set in HTML."""

import json
from html import escape
from pathlib import Path
from typing import Any

import pytest

from feeds.intake.board_page import read
from feeds.intake.draft import Draft

OWN = Path(__file__).parent / "pages"
SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "pages"


def index() -> list[Any]:
    """What a careful reader takes from each of the shared pages; skipped where they are not laid out."""
    path = SHARED / "index.jsonl"
    if not path.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="shared/pages is not beside this checkout"))]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [pytest.param(row, id=row["file"]) for row in rows]


def own(name: str, **where: str) -> Draft:
    """The draft of one of our own pages."""
    reading = read((OWN / name).read_bytes(), **where)
    assert isinstance(reading, Draft), reading
    return reading


def in_paragraphs(text: str) -> str:
    """Every line a paragraph, every blank line an empty one."""
    lines = (f"<p>{escape(line) if line.strip() else '&nbsp;'}</p>" for line in text.split("\n"))
    return f"<!DOCTYPE html><html><head><title>x</title></head><body><div>{''.join(lines)}</div></body></html>"


def in_line_breaks(text: str) -> str:
    """All of it in one element, with a break at every line's end."""
    lines = "<br>\n".join(escape(line) for line in text.split("\n"))
    return f"<!DOCTYPE html><html><head><title>x</title></head><body><div>{lines}</div></body></html>"


def page(values: str = "( T. 120)", body: str | None = None, title: str = "Park opens") -> str:
    """A small page in text form; a test states only what it is about."""
    text = body if body is not None else "The park is open.\n\nAll may come."
    return f"  1. home\n  2. News\n\nNews\n\n{title}\nDivision name\nDate of registration\n{values}\n\n{text}\n"
