"""What lists of releases show: pure, from articles to the pieces that templates print."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby

from feeds.addresses import article_path, division_path
from feeds.model import Article, Division, Newsroom, hour_is_known
from feeds.web.chrome import OWN_NAMES
from feeds.web.dates import clock_time, local_day
from feeds.words import Words

# Cleaned HTML quotes every attribute, and a ">" may stand inside one.
_PICTURE = re.compile(r'<img((?:\s+[\w-]+(?:="[^"]*")?)*)\s*/?>')
_ATTRIBUTE = re.compile(r'\s(src|alt)="([^"]*)"')
_HEADING = re.compile(r"<(/?)h([34])\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One release in a list: the division comes first. `time` is None where only a day is known."""

    article: Article
    url: str
    division_name: str
    division_url: str
    time: str | None
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """What a page offers to follow, and about how many releases a month that is."""

    heading: str
    scope_slug: str | None
    monthly: int
    action: str = "/subscribe"


def item(article: Article, newsroom: Newsroom, words: Words) -> Item:
    """A release as a list shows it, in words of the reader's language."""
    slug = article.division or newsroom.city.fallback_division
    division = newsroom.division(slug)
    return Item(
        article=article,
        url=article_path(article),
        division_name=division.name(words.language) if division else slug,
        division_url=division_path(slug),
        time=_time(article, newsroom),
        tags=tuple(_tags(article, words)),
    )


def by_day(articles: Sequence[Article], newsroom: Newsroom, words: Words) -> list[tuple[date, list[Item]]]:
    """Releases in the given order, gathered by their local day of publication."""
    zone = newsroom.city.zone
    return [
        (on, [item(article, newsroom, words) for article in of_day])
        for on, of_day in groupby(articles, key=lambda one: local_day(one.published_at or one.created_at, zone))
    ]


def body_of(article: Article, words: Words) -> str:
    """The article's HTML as our pages show it: nothing is loaded from another host, so a picture is a link to it.

    Headings are directly below the page's own, none left out (WCAG 2.2, 1.3.1).

    Cleaned HTML holds h3 and h4 only; a text that begins with h4 has nothing above it.
    """
    html = _PICTURE.sub(_picture_link(words), article.content.body_html)
    rise = 1 if "<h3" in html else 2
    return _HEADING.sub(lambda tag: f"<{tag[1]}h{int(tag[2]) - rise}", html)


def _picture_link(words: Words) -> Callable[[re.Match[str]], str]:
    def link(tag: re.Match[str]) -> str:
        given = dict(_ATTRIBUTE.findall(tag[1]))
        if not given.get("src"):
            return ""
        text = given.get("alt") or escape(words("article.picture"))
        return f'<a class="picture" href="{given["src"]}" rel="external noopener">{text}</a>'

    return link


def by_bureau(newsroom: Newsroom) -> list[tuple[Division, list[Division]]]:
    """Every bureau with the divisions below it, in the city's order."""
    divisions = newsroom.city.divisions
    tops = [division for division in divisions if division.parent is None]
    below = {top.slug: set(newsroom.within(top.slug)) - {top.slug} for top in tops}
    return [(top, [division for division in divisions if division.slug in below[top.slug]]) for top in tops]


def _tags(article: Article, words: Words) -> list[tuple[str, str]]:
    tags = []
    if article.urgent:
        tags.append(("urgent", words("tag.urgent")))
    if article.correction_note:
        tags.append(("corrected", words("tag.corrected")))
    if article.content.language != words.language:
        tags.append(("lang", words("tag.lang", name=OWN_NAMES.get(article.content.language, article.content.language))))
    return tags


def _time(article: Article, newsroom: Newsroom) -> str | None:
    """The time of publication, where more than its day is known."""
    zone = newsroom.city.zone
    if article.published_at is None or not hour_is_known(article, zone):
        return None
    return clock_time(article.published_at, zone)
