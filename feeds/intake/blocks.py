"""A page as a flat list of blocks: what the text form and the HTML form have in common.

A block is a line, an item, a heading, a picture ... with the number of blank lines before it. Whoever reads
blocks need not know which form they came from.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from html import escape
from typing import NamedTuple

from feeds.intake.clean import clean_line, without_controls

MAX_BLOCKS = 20_000
MAX_BLOCK_LENGTH = 50_000


class Kind(StrEnum):
    """What a block is by its form, before anybody asks what it says."""

    LINE = "line"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"
    CAPTION = "caption"
    IMAGE = "image"
    WHOLE = "whole"
    CELL = "cell"


class Piece(NamedTuple):
    """A stretch of text, or one tag of inline markup."""

    text: str
    is_tag: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture's address as the page writes it, and its alternative text."""

    source: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block. `gap` counts the blank lines before it; `raw` is the text before its whitespace was collapsed.

    `joined` says that only a line break parts it from the block before. `role` is the element (dt, dd, th, td)
    that holds it, where labels and values are told apart by markup. `linked` are the addresses of its links if
    it is nothing but links. `html` is the markup of what is kept whole.
    """

    kind: Kind
    pieces: tuple[Piece, ...] = ()
    gap: int = 0
    raw: str = ""
    joined: bool = False
    ordered: bool = False
    role: str = ""
    linked: tuple[str, ...] = ()
    image: Image | None = None
    html: str = ""

    @property
    def text(self) -> str:
        """What it says, as one clean line."""
        return "".join(piece.text for piece in self.pieces if not piece.is_tag)


def text_blocks(text: str) -> list[Block]:
    """The lines of a page in its text form; blank ones (also of no-break spaces) only count."""
    blocks: list[Block] = []
    gap = 0
    for raw in re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text):
        line = clean_line(raw)
        if not line:
            gap += 1
            continue
        blocks.append(
            Block(kind=Kind.LINE, pieces=(Piece(line),), gap=gap, raw=without_controls(raw).strip(), joined=gap == 0)
        )
        gap = 0
    return blocks


def tidy(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """`pieces` with every run of whitespace one space across them, none at the ends, and no empty markup."""
    kept: list[Piece] = []
    after_space = True
    for piece in pieces:
        if piece.is_tag:
            kept.append(piece)
            continue
        text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", _spaced(piece.text)))
        text = text.removeprefix(" ") if after_space else text
        if text:
            kept.append(Piece(text))
            after_space = text.endswith(" ")
    return _without_empty_markup(_right_trimmed(kept))


def _spaced(text: str) -> str:
    return re.sub("[\u200b\u2060\ufeff\u00ad]", "", without_controls(re.sub(r"[\x0b\x0c\x1c-\x1f\x85]", " ", text)))


def _right_trimmed(pieces: list[Piece]) -> list[Piece]:
    for place in range(len(pieces) - 1, -1, -1):
        if not pieces[place].is_tag:
            trimmed = pieces[place].text.rstrip()
            return [*pieces[:place], *([Piece(trimmed)] if trimmed else []), *pieces[place + 1 :]]
    return pieces


def _without_empty_markup(pieces: list[Piece]) -> tuple[Piece, ...]:
    kept: list[Piece] = []
    for piece in pieces:
        before = kept[-1] if kept else None
        if piece.is_tag and before and before.is_tag and piece.text.startswith("</") and before.text[1] != "/":
            kept.pop()
        else:
            kept.append(piece)
    return tuple(kept)


def without_prefix(block: Block, count: int) -> Block:
    """The block without its first `count` characters of text: a bullet, a mark."""
    pieces: list[Piece] = []
    for piece in block.pieces:
        if piece.is_tag or count <= 0:
            pieces.append(piece)
        else:
            if piece.text[count:]:
                pieces.append(Piece(piece.text[count:]))
            count -= len(piece.text)
    return replace(block, pieces=tidy(pieces))


def without_suffix(block: Block, count: int) -> Block:
    """The block without its last `count` characters of text."""
    keep = len(block.text) - count
    pieces: list[Piece] = []
    for piece in block.pieces:
        if piece.is_tag:
            pieces.append(piece)
        elif keep > 0:
            pieces.append(Piece(piece.text[:keep]))
            keep -= len(piece.text)
    return replace(block, pieces=tidy(pieces))


def inline_html(pieces: Iterable[Piece], raised: Iterable[tuple[int, int]] = ()) -> str:
    """The pieces as HTML; `raised` are ranges of their text that become superscripts."""
    spans = list(raised)
    out: list[str] = []
    at = 0
    for piece in pieces:
        if piece.is_tag:
            out.append(piece.text)
            continue
        done = at
        for start, end in spans:
            if at <= start and end <= at + len(piece.text):
                out.append(escape(piece.text[done - at : start - at], quote=False))
                out.append(f"<sup>{escape(piece.text[start - at : end - at], quote=False)}</sup>")
                done = end
        out.append(escape(piece.text[done - at :], quote=False))
        at += len(piece.text)
    return "".join(out)
