"""Blocks that an article has no element for, such as `div`, as paragraphs: what stood on a line of its own stays so.
Pure."""

import re

_GONE_NAMES = (
    "div section article main header footer nav address center pre form fieldset legend dl dt dd details summary hr "
    "h1 h2 h5 h6"
)
GONE = frozenset(_GONE_NAMES.split())
"""Blocks that become lines of their own."""
_RANKS = {"h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}
_INLINE_NAMES = "a strong em b i s del strike sup sub q cite abbr img br"
_INLINE = frozenset(_INLINE_NAMES.split())
_VOID = frozenset({"br", "img"})
_FLOWING = frozenset({"blockquote", "aside"})
"""What paragraphs may stand in; in everything else a line ends with a break."""
_GONE_TAG = re.compile(rf"</?(?:{'|'.join(sorted(GONE))})[ >]")
_TAG = re.compile(r"(<(/?)([a-z0-9]+)((?: [a-z]+=\"[^\"]*\")*)>)")
_NOTHING = re.compile(r"<(a|strong|em|b|i|s|del|strike|sup|sub|q|cite|abbr|p)((?: [a-z]+=\"[^\"]*\")*)></\1>")


def in_paragraphs(html: str) -> str:
    """HTML as a serializer writes it, every element closed, without the blocks in `GONE`: their lines are kept.

    Headings of other ranks become those that an article has. What holds none of them comes back as it is.
    """
    if not _GONE_TAG.search(html):
        return html
    writer = _Writer()
    rest = 0
    for found in _TAG.finditer(html):
        writer.text(html[rest : found.start()])
        rest = found.end()
        writer.tag(found[3], closes=bool(found[2]), attributes=found[4])
    writer.text(html[rest:])
    writer.end_paragraph()
    *paragraphs, end = "".join(writer.written).split("</p>")
    written = "".join([*(f"{_without_last_breaks(one)}</p>" for one in paragraphs), end])
    for _ in range(3):  # what stood around blocks may be left around nothing
        written = _NOTHING.sub(lambda found: found[0] if " id=" in found[2] else "", written)
    return written


def _without_last_breaks(html: str) -> str:
    """HTML without the breaks and spaces at its end. Looked for from there: a text may be all spaces."""
    end = len(html)
    while True:
        while end and html[end - 1].isspace():
            end -= 1
        if not html.endswith("<br>", 0, end):
            return html[:end]
        end -= len("<br>")


class _Writer:
    """What was written so far, and the elements that are open."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._open: list[str] = []
        self._filled = [False]
        """Of each open element, and of the whole, whether something stands on its current line."""
        self._in_paragraph = self._is_due = False
        self._verbatim = self._apart = 0
        """How many open elements keep line ends; and in how many no paragraph may stand."""

    @property
    def _is_flow(self) -> bool:
        return not self._apart

    def text(self, text: str) -> None:
        if self._verbatim:
            begins = self._is_flow and not self._in_paragraph
            for place, line in enumerate((text.removeprefix("\n") if begins else text).split("\n")):
                if place:
                    self._piece("<br>")
                self._text(line)
        else:
            self._text(text)

    def tag(self, name: str, *, closes: bool, attributes: str) -> None:
        ranked = _RANKS.get(name)
        if name in GONE and not ranked:
            self._verbatim = max(0, self._verbatim + (-1 if closes else 1)) if name == "pre" else self._verbatim
            self._line_ends()
            return
        tag = f"<{'/' if closes else ''}{ranked or name}{attributes}>"
        if name in _INLINE:
            self._inline(name, tag, closes=closes)
            return
        if self._in_paragraph and not closes:
            self._end_inlines()
        self.end_paragraph()
        self._is_due = False
        self.written.append(tag)
        self._opened_or_closed(ranked or name, closes=closes)

    def end_paragraph(self) -> None:
        if self._in_paragraph and self._is_flow:
            self.written[-1] = self.written[-1].rstrip()
            self.written.append("</p>")
            self._in_paragraph = self._is_due = False
            self._filled[-1] = False

    def _text(self, text: str) -> None:
        if not text.strip():
            self.written.append(text)
        elif self._is_flow and not self._in_paragraph:
            self._piece(text.lstrip())
        else:
            self._piece(text)

    def _piece(self, html: str) -> None:
        """Something that is seen: it opens a paragraph where one is due, or a line."""
        if self._is_flow and not self._in_paragraph:
            if html == "<br>":
                return
            self.written.append("<p>")
            self._in_paragraph = True
        elif self._is_due:
            self.written.append("<br>")
        self._is_due = False
        self._filled[-1] = True
        self.written.append(html)

    def _inline(self, name: str, tag: str, *, closes: bool) -> None:
        if closes:
            if name not in _VOID and self._open[-1:] != [name]:
                return  # it ended with its paragraph
            self.written.append(tag)
        else:
            self._piece(tag)
        if name not in _VOID:
            self._opened_or_closed(name, closes=closes)

    def _opened_or_closed(self, name: str, *, closes: bool) -> None:
        if not closes:
            self._open.append(name)
            self._apart += name not in _FLOWING
            self._filled.append(False)
        elif self._open:
            self._apart -= self._open.pop() not in _FLOWING
            self._filled.pop()
            self._filled[-1] = True

    def _end_inlines(self) -> None:
        """No paragraph holds a block: what is open in it ends before one."""
        while self._open and self._open[-1] in _INLINE:
            self.written.append(f"</{self._open[-1]}>")
            self._opened_or_closed(self._open[-1], closes=True)

    def _line_ends(self) -> None:
        if self._is_flow:
            self.end_paragraph()
        elif self._filled[-1]:
            self._is_due = True
