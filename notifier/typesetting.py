"""How text is set in a mail: text wrapped to columns, an article's HTML fitted to what mail readers show. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import nh3

COLUMNS = 78
_MARKS = re.compile("[\ufdd0-\ufdef\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LEAD = re.compile(r"[ \t]{0,8}(?:(?:> ?){1,6}|[-*•·○※▪□◦] +|\d{1,2}[.)] +)?")
_LINK = re.compile(r"https?://\S+")


def without_marks(text: str) -> str:
    """The text without what no text may hold: controls, lone surrogates, and the marks of our own placeholders."""
    return _MARKS.sub("", text)


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: two for a wide sign such as Hangul, none for a combining one."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


@lru_cache(maxsize=8192)
def _columns_of(sign: str) -> int:
    wide = unicodedata.east_asian_width(sign) in "WF"
    return 1 + wide - (unicodedata.category(sign) in ("Mn", "Me", "Cf"))


def wrap(text: str, first: str = "", rest: str | None = None) -> str:
    """The text in lines of at most 78 columns, beginning with `first` and going on with `rest`; links stay whole.

    Lines and blank lines of the text are kept; a list's mark hangs, a quotation's `>` is repeated.
    """
    rest = " " * columns(first) if rest is None else rest
    lines: list[str] = []
    for line in text.splitlines():
        lead = _LEAD.match(line)
        mark = lead[0] if lead else ""
        hang = mark if ">" in mark else " " * columns(mark)
        before = first if not lines else rest
        lines += _wrapped(line[len(mark) :].split(), before + mark.expandtabs(2), rest + hang)
    return "\n".join(line.rstrip() for line in lines)


def _wrapped(words: list[str], first: str, rest: str) -> Iterator[str]:
    line, bare, taken = first, True, columns(first)
    for word in words:
        wide = columns(word)
        if not bare and taken + 1 + wide > COLUMNS:
            yield line
            line, bare, taken = rest, True, columns(rest)
        is_whole = taken + wide <= COLUMNS or _LINK.search(word) is not None
        while not is_whole and len(head := _head(word, COLUMNS - taken)) < len(word):
            yield line + head
            word, line, taken = word[len(head) :], rest, columns(rest)
        gap = "" if bare else " "
        line, bare = line + gap + word, False
        taken += len(gap) + columns(word)
    yield line


def _head(word: str, room: int) -> str:
    """The longest beginning of a word that takes at most `room` columns, one sign at least.

    It looks no further than that: a text may be one word of 200,000 signs.
    """
    for end, sign in enumerate(word):
        room -= columns(sign)
        if room < 0 and end:
            return word[:end]
    return word


def underline(text: str, sign: str = "-") -> str:
    """The wrapped text with a line beneath it as long as its longest line."""
    wrapped = wrap(text)
    return wrapped + "\n" + sign * max(map(columns, wrapped.splitlines()), default=0)


_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd"),
    *("blockquote", "q", "cite", "figure", "figcaption", "aside", "div", "span", "pre", "code"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "a", "abbr", "time"),
    *("b", "strong", "i", "em", "u", "s", "small", "mark", "ins", "del", "sub", "sup", "ruby", "rt", "rp"),
}
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "abbr": {"title"},
    "aside": {"role"},
    "ol": {"start"},
    "li": {"value"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}


def mail_html(html: str, base_url: str) -> str:
    """An article's body without pictures, with links in full and headings that follow on the mail's own h1.

    Links into the body itself lose their address, since mail readers do not keep the anchors.
    """
    clean = nh3.clean(
        _MARKS.sub("", html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=lambda tag, name, value: None if name == "href" and value.startswith("#") else value,
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative=("rewrite_with_base", f"{base_url}/"),
        link_rel=None,
    )
    outline: list[int] = []

    def renumbered(match: re.Match[str]) -> str:
        level = int(match[2])
        if not match[1]:
            while outline and outline[-1] >= level:
                outline.pop()
            outline.append(level)
        return f"<{match[1]}h{min(6, 1 + len(outline))}{match[3]}>"

    numbered = re.sub(r"<(/?)h([1-6])((?: [^>]*)?)>", renumbered, clean)
    # A picture that is not shown leaves nothing behind, not even its frame.
    return re.sub(r"<figure(?: [^>]*)?>\s*</figure>", "", numbered)
