"""The body of a board page: subtitle, paragraphs, captions, lists and notes, told apart by how the page sets them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median_low

from feeds.intake import phrases
from feeds.intake.blocks import Block, Image, Kind, without_prefix, without_suffix
from feeds.intake.footnotes import Notes, find_notes

_END = re.compile(
    r"(?:(?:go|back) to (?:the )?list|list|목록(?:으로|보기)?|이전\s?글.*|다음\s?글.*|이전|다음|"
    r"prev(?:ious)?(?: (?:post|article|page))?|next(?: (?:post|article|page))?|"
    r"print|인쇄(?:하기)?|top|맨\s?위로|share|공유(?:하기)?)",
    re.I,
)
_COLOPHON = re.compile(
    r"copyright\b|copyrights\b|ⓒ|©|all rights reserved|.{0,30}만족도\s?조사|are you satisfied with", re.I
)
_POST_LINK = re.compile(r"nttId=|selectBoard(?:List|Article)", re.I)


class PartKind(StrEnum):
    """What a part of an article is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    FIGURE = "figure"
    NOTE = "note"
    QUOTE = "quote"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its words in `block` (none for a picture without caption), its picture if the page has one."""

    kind: PartKind
    block: Block | None = None
    image: Image | None = None
    ordered: bool = False

    @property
    def text(self) -> str:
        """What it says."""
        return self.block.text if self.block else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What follows the head of a page. The lines of `notes` count the parts."""

    subtitle: str | None
    parts: tuple[Part, ...]
    notes: Notes


def read_body(blocks: Sequence[Block], title: str) -> Body:
    """The body in `blocks`, which begin after the head; a title that is repeated there is dropped."""
    rest = _without_title(_until_end(blocks), title)
    subtitle, rest = _take_subtitle(rest)
    texts = [block.text for block in rest]
    items = frozenset(number for number, block in enumerate(rest) if block.kind is Kind.ITEM)
    note_lines = find_notes(texts, items=items).note_lines
    parts = _Parts(rest, note_lines).read()
    notes = find_notes(
        [part.text for part in parts],
        items=frozenset(number for number, part in enumerate(parts) if part.kind is PartKind.NOTE),
    )
    return Body(subtitle=subtitle, parts=tuple(parts), notes=notes)


def _until_end(blocks: Sequence[Block]) -> list[Block]:
    """The blocks before the buttons and the colophon that some pages print under an article."""
    kept: list[Block] = []
    for block in blocks:
        if _COLOPHON.match(block.text) or (_END.fullmatch(block.text) and len(block.text) < 100):
            break
        if block.linked and all(_POST_LINK.search(href) for href in block.linked):
            continue
        if block.kind is not Kind.CELL or block.text:
            kept.append(block)
    return kept


def _without_title(blocks: list[Block], title: str) -> list[Block]:
    """Without a first line, or up to three, that only repeat the title, whatever its marks."""
    wanted = phrases.skeleton(title)
    said = ""
    for count, block in enumerate(blocks[:3], start=1):
        said += phrases.skeleton(block.text)
        if said == wanted and wanted:
            return blocks[count:]
    return blocks


def _take_subtitle(blocks: list[Block]) -> tuple[str | None, list[Block]]:
    """The first block, if it reads as a headline and a text follows it; and what is left."""
    for place, block in enumerate(blocks):
        if block.kind is Kind.IMAGE:
            continue
        after = blocks[place + 1 :]
        beside_image = place > 0 and block.gap == 0
        if not after or beside_image or block.kind not in {Kind.LINE, Kind.HEADING}:
            return None, blocks
        text = phrases.undashed(block.text)
        runs_on = after[0].gap == 0 and after[0].joined and after[0].text[:1].islower()
        if runs_on or not any(later.text for later in after) or not phrases.is_subtitle(text):
            return None, blocks
        if phrases.bullet_length(text) or phrases.symbol_font_letter(block.raw) or phrases.marked_caption(text):
            return None, blocks
        return text, blocks[:place] + after
    return None, blocks


class _Parts:
    """Says of every block what it is, from what it says and from the blocks around it."""

    def __init__(self, blocks: Sequence[Block], note_lines: frozenset[int]) -> None:
        self._blocks = blocks
        self._notes = note_lines
        letters = Counter(phrases.symbol_font_letter(block.raw) for block in blocks)
        self._letters = {letter for letter, count in letters.items() if letter and count > 1}
        self._numbered = _numbered_runs(blocks)
        self._solid = [self._is_solid(number) for number in range(len(blocks))]
        self._first_prose = self._solid.index(True) if True in self._solid else len(blocks)
        self._usual_gap = self._usual()
        self._captions = self._caption_places()

    def read(self) -> list[Part]:
        parts: list[Part] = []
        for number, block in enumerate(self._blocks):
            if number in self._captions and self._captions[number] is not None:
                continue
            parts.append(self._part(number, block))
        return parts

    def _part(self, number: int, block: Block) -> Part:
        if number in self._notes:
            return Part(kind=PartKind.NOTE, block=block)
        if block.kind is Kind.IMAGE:
            caption = next((line for line, image in self._captions.items() if image == number), None)
            words = _unmarked(self._blocks[caption]) if caption is not None else None
            return Part(kind=PartKind.FIGURE, block=words, image=block.image)
        if block.kind is Kind.WHOLE:
            return Part(kind=PartKind.WHOLE, block=block)
        if number in self._captions:
            return Part(kind=PartKind.FIGURE, block=_unmarked(block))
        bullet = self._bullet(number)
        if bullet or block.kind is Kind.ITEM:
            ordered = block.ordered or number in self._numbered
            return Part(kind=PartKind.ITEM, block=without_prefix(block, bullet), ordered=ordered)
        if block.kind is Kind.QUOTE:
            return Part(kind=PartKind.QUOTE, block=block)
        return Part(kind=PartKind.HEADING if self._is_heading(number) else PartKind.PARAGRAPH, block=block)

    def _bullet(self, number: int) -> int:
        block = self._blocks[number]
        if number in self._numbered:
            return self._numbered[number]
        letter = phrases.symbol_font_letter(block.raw)
        if letter in self._letters and letter:
            return len(block.text) - len(block.text[1:].lstrip())
        return phrases.bullet_length(block.text)

    def _is_solid(self, number: int) -> bool:
        block = self._blocks[number]
        if block.kind in {Kind.IMAGE, Kind.CAPTION, Kind.HEADING} or phrases.marked_caption(block.text):
            return False
        return block.kind in {Kind.WHOLE, Kind.ITEM} or bool(self._bullet(number)) or phrases.is_prose(block.text)

    def _usual(self) -> int:
        """The usual number of blank lines between two paragraphs: what the page sets off is set off from this."""
        gaps = [
            block.gap
            for number, block in enumerate(self._blocks)
            if number and self._solid[number] and self._solid[number - 1]
        ]
        return median_low(gaps) if gaps else min((block.gap for block in self._blocks[1:]), default=0)

    def _caption_places(self) -> dict[int, int | None]:
        """The captions, each with the place of its picture if the page has that."""
        places: dict[int, int | None] = {}
        for number, block in enumerate(self._blocks):
            if block.kind is Kind.IMAGE:
                line = self._caption_of(number, places)
                if line is not None:
                    places[line] = number
        for number, block in enumerate(self._blocks):
            if number not in places and (
                block.kind is Kind.CAPTION or self._is_marked(number) or self._is_set_off(number)
            ):
                places[number] = None
        return places

    def _caption_of(self, image: int, taken: dict[int, int | None]) -> int | None:
        after, before = image + 1, image - 1
        if after < len(self._blocks) and self._blocks[after].gap <= 2 and self._may_be_caption(after):
            return after
        near = before >= 0 and before not in taken and self._blocks[image].gap == 0
        return before if near and before > self._first_prose and self._may_be_caption(before) else None

    def _may_be_caption(self, number: int) -> bool:
        block = self._blocks[number]
        if block.kind is Kind.CAPTION or self._is_marked(number):
            return True
        return self._is_short(number) and block.kind is Kind.LINE

    def _is_marked(self, number: int) -> bool:
        block = self._blocks[number]
        return block.kind is Kind.LINE and phrases.marked_caption(block.text) is not None

    def _is_short(self, number: int) -> bool:
        block = self._blocks[number]
        plain = block.kind in {Kind.LINE, Kind.HEADING} and number not in self._notes
        return plain and not self._bullet(number) and phrases.is_short_line(block.text)

    def _is_set_off(self, number: int) -> bool:
        if number <= self._first_prose or not self._is_short(number) or self._blocks[number].kind is Kind.HEADING:
            return False
        gap_after = self._blocks[number + 1].gap if number + 1 < len(self._blocks) else 0
        return max(self._blocks[number].gap, gap_after) > self._usual_gap

    def _is_heading(self, number: int) -> bool:
        if self._blocks[number].kind is Kind.HEADING:
            return True
        parted = number > self._first_prose and self._solid[number - 1]
        leads = number + 1 < len(self._blocks) and self._solid[number + 1]
        return parted and leads and self._is_short(number) and ":" not in self._blocks[number].text


def _numbered_runs(blocks: Sequence[Block]) -> dict[int, int]:
    """The lines of numbered lists, which count from 1 without a gap, each with the length of its number."""
    found: dict[int, int] = {}
    run: list[tuple[int, int]] = []
    for place, block in enumerate([*blocks, Block(kind=Kind.CELL)]):
        number = phrases.number_of(block.text) if block.kind is Kind.LINE else None
        if number is None or number[0] != len(run) + 1:
            if len(run) > 1:
                found.update(run)
            run = []
        if number is not None and number[0] == len(run) + 1:
            run.append((place, number[1]))
    return found


def _unmarked(block: Block) -> Block:
    before, after = phrases.marked_caption(block.text) or (0, 0)
    stripped = without_suffix(without_prefix(block, before), after)
    return replace(stripped, kind=Kind.CAPTION)
