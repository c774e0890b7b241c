"""Which releases may be one and the same in two languages: what a translation leaves as it is, and the day. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from feeds.model import Article

MOST = 3
ENOUGH = 4.0
"""More than the day, the telephone and the number of pictures make together: releases of one office share those."""
_SAME_DAY, _NEXT_DAY = 2.0, 1.0
_MARKS = 4.0
_IN_TITLE = 1.0
_ASIDE = 0.4

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = rf"(?P<month>(?:{'|'.join(_MONTHS)})[a-z]*\.?)"
_DATES = (
    re.compile(r"\b(?:19|20)\d\d[-./]\s?(?P<month>\d{1,2})[-./]\s?(?P<day>\d{1,2})\b"),
    re.compile(r"(?P<month>\d{1,2})\s?월\s?(?P<day>\d{1,2})\s?일"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s{_MONTH}"),
    re.compile(rf"\b{_MONTH}\s(?P<day>\d{{1,2}})\b"),
)
_TELEPHONE = re.compile(r"\b\d{2,4}-\d{3,4}-\d{4}\b")
_UNITS = {"천": 10**3, "만": 10**4, "억": 10**8, "조": 10**12, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_FIGURE = re.compile(rf"(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?)\s?(?P<unit>{'|'.join(_UNITS)})?")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LEAST = 10
_YEARS = (1900, 2100)


def likeliest(of: Article, among: Iterable[Article], zone: ZoneInfo) -> list[Article]:
    """At most three that may well be the same release as this one, the likeliest first; none that only may be."""
    scored = [(likeness(of, one, zone), one) for one in among]
    likely = sorted((pair for pair in scored if pair[0] >= ENOUGH), key=lambda pair: (-pair[0], pair[1].id))
    return [one for _, one in likely[:MOST]]


def likeness(one: Article, other: Article, zone: ZoneInfo) -> float:
    """How likely two articles are one release in two languages; from `ENOUGH` on they may well be.

    The figures, dates and names of one that stand in the other too weigh most: one of them may be chance, two hardly.
    """
    score = {0: _SAME_DAY, 1: _NEXT_DAY}.get(abs((_day(one, zone) - _day(other, zone)).days), 0.0)
    here, there = marks(_whole(one)), marks(_whole(other))
    shared = here & there
    if shared:
        part = _MARKS * len(shared) / min(len(here), len(there))
        in_title = _IN_TITLE if marks(one.content.title) & marks(other.content.title) else 0.0
        score += (part + in_title) * min(1.0, len(shared) / 2)
    if len(one.content.pictures) == len(other.content.pictures) > 0:
        score += _ASIDE
    if one.telephone is not None and one.telephone == other.telephone:
        score += _ASIDE
    return score


def marks(text: str) -> frozenset[str]:
    """What of a text stays when it is translated: days of the year, figures, and names in Latin letters.

    Years, single digits and telephone numbers say too little.
    """
    text = _TELEPHONE.sub(" ", text)
    found = set[str]()
    for form in _DATES:
        found.update(_day_of_year(match["month"], match["day"]) for match in form.finditer(text))
        text = form.sub(" ", text)
    found.update(f"{value:g}" for value in _figures(text) if value >= _LEAST and not _YEARS[0] <= value < _YEARS[1])
    found.update(word.casefold() for word in _WORD.findall(text) if not word.islower())
    return frozenset(found)


def _whole(article: Article) -> str:
    content = article.content
    return "\n".join(part for part in (content.title, content.subtitle, content.body_text) if part)


def _day(article: Article, zone: ZoneInfo) -> date:
    return article.registered_on or (article.published_at or article.created_at).astimezone(zone).date()


def _day_of_year(month: str, day: str) -> str:
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3]) + 1
    return f"{number}/{int(day)}"


def _figures(text: str) -> Iterator[float]:
    """The figures of a text; one that Korean writes in several steps (1만 1천) is one."""
    held, end = 0.0, 0
    for match in _FIGURE.finditer(text):
        value = float(match["number"].replace(",", "")) * _UNITS.get(match["unit"], 1)
        if held > value and match.start() <= end:
            held += value
        else:
            yield held
            held = value
        end = match.end() + 1 if match["unit"] in ("조", "억", "만") else 0
    yield held
