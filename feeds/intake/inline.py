"""Runs of text with a look, put together into the inline HTML of one line. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

_SPACE = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f]+")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Look:
    """How a run is set: as a link, bold, italic, struck out, and raised (`sup`) or lowered (`sub`)."""

    href: str = ""
    bold: bool = False
    italic: bool = False
    struck: bool = False
    shift: str = ""

    def shared(self, other: "Look") -> "Look":
        """What two runs have in common: the look of the space between them."""
        return Look(
            href=self.href if self.href == other.href else "",
            bold=self.bold and other.bold,
            italic=self.italic and other.italic,
            struck=self.struck and other.struck,
            shift=self.shift if self.shift == other.shift else "",
        )

    @property
    def tags(self) -> tuple[tuple[str, str], ...]:
        """The elements around the run from the outside in, each as its name and its attributes."""
        return tuple(
            (name, attributes)
            for name, attributes, is_set in (
                ("a", f' href="{escape(self.href)}"', self.href),
                ("strong", "", self.bold),
                ("em", "", self.italic),
                ("s", "", self.struck),
                (self.shift, "", self.shift),
            )
            if is_set
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line; `html` is one that is written already, such as a picture."""

    text: str
    look: Look = Look()
    html: str = ""


BREAK = Run("", html="<br>")


def lines(runs: Sequence[Run], *, plain: bool = False) -> list[str]:
    """The paragraphs of a line: two breaks or more end one. None of them is empty. `plain` leaves out what is bold.

    Every run of white space is one space, and none stands at an end or just within an element.
    """
    paragraphs: list[list[list[Run]]] = [[]]
    line: list[Run] = []
    for run in [*runs, BREAK]:
        if run is not BREAK:
            line.append(run)
        elif any(_is_seen(one) for one in line):
            paragraphs[-1].append(line)
            line = []
        else:
            line = []
            if paragraphs[-1]:
                paragraphs.append([])
    written = ("<br>".join(filter(None, (_line(one, plain=plain) for one in each))) for each in paragraphs)
    return [one for one in written if one]


def _is_seen(run: Run) -> bool:
    return bool(run.html or _INVISIBLE.sub("", _SPACE.sub("", run.text)))


def _line(runs: Sequence[Run], *, plain: bool) -> str:
    words = [one for run in runs for one in _words(run, plain=plain)]
    while words and not _is_seen(words[0]):
        words.pop(0)
    while words and not _is_seen(words[-1]):
        words.pop()
    written: list[str] = []
    opened: list[tuple[str, str]] = []
    gap = False
    before = Look()
    for word in words:
        if not _is_seen(word):
            gap = True
            continue
        if gap:
            written += [*_turn(opened, before.shared(word.look)), " "]
        written += _turn(opened, word.look)
        written.append(word.html or escape(word.text, quote=False))
        before, gap = word.look, False
    return "".join([*written, *_turn(opened, Look())])


def _words(run: Run, *, plain: bool) -> Iterator[Run]:
    """A run as what is seen and the space around it."""
    look = replace(run.look, bold=False) if plain else run.look
    if run.html:
        yield Run("", look, run.html)
        return
    text = _INVISIBLE.sub("", _SPACE.sub(" ", run.text))
    core = text.strip(" ")
    if text.startswith(" "):
        yield Run(" ")
    if core:
        yield Run(core, look)
        if text.endswith(" "):
            yield Run(" ")


def _turn(opened: list[tuple[str, str]], look: Look) -> Iterator[str]:
    """The tags that lead from one look to the next."""
    wanted = look.tags
    same = 0
    while same < min(len(opened), len(wanted)) and opened[same] == wanted[same]:
        same += 1
    while len(opened) > same:
        yield f"</{opened.pop()[0]}>"
    for tag in wanted[same:]:
        opened.append(tag)
        yield f"<{tag[0]}{tag[1]}>"


def without(runs: Sequence[Run], length: int) -> list[Run]:
    """The runs without their first `length` characters."""
    kept: list[Run] = []
    for run in runs:
        cut = min(length, len(run.text))
        length -= cut
        kept.append(replace(run, text=run.text[cut:]) if cut else run)
    return kept
