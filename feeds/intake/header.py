"""The head of a board page: breadcrumb, title, the two labels and their values. Nothing is taken from the body."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from feeds.intake import labels
from feeds.intake.blocks import Block, Kind
from feeds.intake.labels import DATE, DIVISION, OTHER, TELEPHONE, TITLE

_SKIP = re.compile(
    r"(skip (navigation|to (main )?(content|contents|navigation|menu))|(본문|주메뉴|메인메뉴|메뉴).{0,6}바로\s?가기)",
    re.I,
)
_CRUMB = re.compile(r"(\d{1,2})[.)]\s+(\S.*)")
_HOME = {"home", "홈", "main", "메인"}
_NEAR = 8
_MAX_TITLE = 500
_MAX_VALUES = 300

NO_LABEL = "there is no line “{0}”"
_LABEL_NAMES = {DIVISION: "Division name", DATE: "Date of registration"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the head of a page states; the body's blocks begin at `end`."""

    title: str
    end: int
    division: str = ""
    registered_on: date | None = None
    telephone: str | None = None
    board: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoHeader:
    """Why there is no head of an article; `title` if at least that was found."""

    title: str | None
    reasons: tuple[str, ...]


def find_header(blocks: Sequence[Block], board: str | None = None) -> Header | NoHeader:
    """The head of the page, or every reason why it has none. `board` is the last crumb if it is known already."""
    anchors = _anchors(blocks)
    missing = tuple(NO_LABEL.format(_LABEL_NAMES[name]) for name in (DIVISION, DATE) if name not in anchors)
    if missing:
        first = min(anchors.values(), default=None)
        title = _title_before(blocks, first, board or last_crumb(blocks)) if first is not None else None
        ends_there = first is not None and max(anchors.values()) == len(blocks) - 1
        return NoHeader(title, missing + (("the page ends within its head",) if ends_there else ()))
    start = min(anchors.values())
    board = board or last_crumb(blocks[:start])
    values = _Values()
    end = values.read(blocks, start)
    title = values.title or _title_before(blocks, _first_label(blocks, start), board)
    if not title:
        return NoHeader(None, ("there is no title before the line “Division name”",))
    return Header(
        title=title[:_MAX_TITLE],
        end=end,
        division=values.division,
        registered_on=values.day,
        telephone=values.telephone,
        board=board,
        remarks=tuple(values.remarks),
    )


def _anchors(blocks: Sequence[Block]) -> dict[str, int]:
    """Where the two labels stand: the first place where both are near each other, else what there is."""
    seen: dict[str, int] = {}
    for place, block in enumerate(blocks):
        for name, _ in labels.labels_in(block.text) or ():
            if name in {DIVISION, DATE}:
                seen[name] = place
        if len(seen) == 2 and max(seen.values()) - min(seen.values()) <= _NEAR:
            return seen
    return {} if len(seen) == 2 else seen


def header_titles(blocks: Sequence[Block]) -> list[str]:
    """The title before each pair of labels: several different ones mean several articles on one page."""
    titles: list[str] = []
    offset = 0
    while offset < len(blocks):
        anchors = _anchors(blocks[offset:])
        if len(anchors) < 2:
            break
        title = _title_before(blocks[offset:], min(anchors.values()), None)
        if title and title not in titles:
            titles.append(title)
        offset += max(anchors.values()) + 1
    return titles


def last_crumb(blocks: Sequence[Block]) -> str | None:
    """The last step of a breadcrumb that begins at home: as numbered lines, items, or one line with `>`."""
    trail: list[str] = []
    found: str | None = None
    for block in blocks:
        step = _CRUMB.fullmatch(block.text)
        name = step[2] if step else block.text if block.kind is Kind.ITEM else None
        if name is None:
            trail = []
            on_one_line = [part.strip() for part in re.split(r"[>›»]", block.text)]
            if len(on_one_line) > 1 and on_one_line[0].lower() in _HOME and len(block.text) < 200:
                found = on_one_line[-1] or None
        elif name.lower() in _HOME:
            trail = [name]
        elif trail:
            trail.append(name)
            found = name
    return found


def _first_label(blocks: Sequence[Block], start: int) -> int:
    """The first of the lines of labels and values that lead up to `start`."""
    while start > 0 and (
        labels.labels_in(blocks[start - 1].text)
        or (start > 1 and blocks[start - 1].role in {"dd", "td"} and labels.labels_in(blocks[start - 2].text))
    ):
        start -= 1
    return start


def _title_before(blocks: Sequence[Block], start: int, board: str | None) -> str | None:
    """The line before the labels, unless that is the breadcrumb or the board's own heading.

    A second line belongs to it where the board's heading shows that it can be nothing else.
    """
    run: list[Block] = []
    for block in reversed(blocks[max(0, start - 4) : start]):
        if block.kind in {Kind.IMAGE, Kind.WHOLE} or (block.kind is Kind.CELL and not block.text):
            continue
        if _is_furniture(block, board):
            break
        run.append(block)
        if not block.joined:
            break
    if not run:
        return None
    if len(run) == 2 and board and not run[1].joined and run[1].gap:
        return f"{run[1].text} {run[0].text}"
    return run[0].text


def _is_furniture(block: Block, board: str | None) -> bool:
    crumb = _CRUMB.fullmatch(block.text)
    return (
        block.kind is Kind.ITEM
        or (crumb is not None and (crumb[2].lower() in _HOME or crumb[2] == board))
        or block.text == board
        or _SKIP.match(block.text) is not None
    )


class _Values:
    """Gathers the values of the labels, line by line."""

    def __init__(self) -> None:
        self.title = ""
        self.division = ""
        self.day: date | None = None
        self.telephone: str | None = None
        self.remarks: list[str] = []
        self._pending: list[str] = []

    def read(self, blocks: Sequence[Block], start: int) -> int:
        """Take labels and values from `start` on; answers where they end."""
        place = _first_label(blocks, start)
        while place < len(blocks):
            block = blocks[place]
            named = labels.labels_in(block.text)
            if named is not None and (place <= start or self._is_label(block, named)):
                for name, text in named:
                    self._pending = [*self._pending, name] if not text else []
                    if text:
                        self._take(text, [name])
            elif self._is_value(block):
                self._take(block.text, self._pending)
                if block.role or self.telephone or self.division:
                    self._pending = []
            else:
                break
            place += 1
        return place

    @staticmethod
    def _is_label(block: Block, named: list[tuple[str, str]]) -> bool:
        """A later label belongs to the head if it is one of the two, or follows without a blank line."""
        return block.gap == 0 or any(name in {DIVISION, DATE} for name, _ in named)

    def _is_value(self, block: Block) -> bool:
        if block.role in {"dd", "td"}:
            return bool(self._pending)
        if block.kind not in {Kind.LINE, Kind.ITEM, Kind.CELL} or labels.labels_in(block.text) is not None:
            return False
        if len(block.text) > _MAX_VALUES:
            return False
        value = labels.value_of(block.text)
        if value.is_formal and not value.name:
            return self.telephone is None and (block.gap == 0 or (value.day is None and not value.remarks))
        if not self._pending or block.gap:
            return False
        if value.is_formal:
            return labels.may_be_name(value.name)
        if set(self._pending) <= {OTHER, TELEPHONE}:
            return re.fullmatch(r"[\d\s,()+-]+|.*\.\w{2,4}", block.text) is not None
        return set(self._pending) == {TITLE} or labels.is_office(value.name)

    def _take(self, text: str, fields: Sequence[str]) -> None:
        if not text or (fields and set(fields) <= {OTHER}):
            return
        if fields and set(fields) <= {TITLE}:
            self.title = text
            return
        value = labels.value_of(text[:_MAX_VALUES])
        self.remarks += [remark for remark in value.remarks if remark not in self.remarks]
        self.day = self.day or value.day
        self.telephone = self.telephone or value.telephone
        if TELEPHONE in fields and not self.telephone and re.fullmatch(r"\+?[\d\s()\-–]{3,20}", text):
            self.telephone = text
        elif list(fields) == [DATE] and value.name and not value.is_formal and not labels.is_office(value.name):
            self.remarks.append(f"the date of registration “{value.name}” could not be read")
        elif value.name and not self.division and not (set(fields) <= {TELEPHONE} and fields):
            self._name(value.name)

    def _name(self, name: str) -> None:
        if any(sign.isalpha() for sign in name) and labels.may_be_name(name):
            self.division = name
