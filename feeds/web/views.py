"""What pages of releases show: from articles to the pieces that templates print."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby
from operator import itemgetter

import structlog

from feeds.addresses import article_path, division_path, feed_page_path, subscribe_path, wish_fields
from feeds.documents.entry import words_of
from feeds.figures import with_figures
from feeds.history import Step, StepKind
from feeds.model import Article, Division, Newsroom, hour_is_known
from feeds.scope import Scope
from feeds.web.chrome import OWN_NAMES
from feeds.web.dates import clock_time, local_day
from feeds.words import Words

log = structlog.get_logger()
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


@dataclass(frozen=True, slots=True)
class Twin:
    """The same release in another language: what the link to it says, and in which language that release is."""

    text: str
    url: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """What a page offers to follow, and about how many releases a month that is."""

    heading: str
    scope: Scope
    monthly: int
    action: str = "/subscribe"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The scope as the sign-up form has it."""
        return wish_fields(self.scope)

    @property
    def form(self) -> str:
        """The sign-up form, filled in."""
        return subscribe_path(self.scope)

    @property
    def feed_page(self) -> str:
        """The page of the feed."""
        return feed_page_path(self.scope)


def item(article: Article, newsroom: Newsroom, words: Words, readable: Collection[int] = ()) -> Item:
    """A release as a list shows it, in words of the reader's language.

    Of its twins, only those that are `readable` are named: that there is another is nobody's business yet.
    """
    slug = article.division or newsroom.city.fallback_division
    division = newsroom.division(slug)
    return Item(
        article=article,
        url=article_path(article),
        division_name=division.name(words.language) if division else slug,
        division_url=division_path(division.slug if division else slug),
        time=_time(article, newsroom),
        tags=tuple(_tags(article, words, readable)),
    )


def by_day(
    articles: Sequence[Article], newsroom: Newsroom, words: Words, readable: Collection[int] = ()
) -> list[tuple[date, list[Item]]]:
    """Releases in the given order, gathered by their local day of publication. `readable` as for `item`.

    One that cannot be shown is left out and logged.
    """
    shown: list[tuple[date, Item]] = []
    for article in articles:
        try:
            on = local_day(article.published_at or article.created_at, newsroom.city.zone)
            shown.append((on, item(article, newsroom, words, readable)))
        except Exception as error:  # one article of any brokenness must not take the page with it (F61)
            log.error("page.left_out", article=article.id, cause=f"{type(error).__name__}: {error}")
    return [(on, [one for _, one in of_day]) for on, of_day in groupby(shown, key=itemgetter(0))]


def follow_of(division: Division | None, monthly: int, words: Words) -> Follow | None:
    """What a page of this division offers to follow, all releases where it is of none; nothing of a retired one."""
    if division is not None and division.retired:
        return None
    if division is None:
        return Follow(heading=words("follow.heading_all"), scope=Scope(), monthly=monthly)
    heading = words("follow.heading_division", name=division.name(words.language))
    return Follow(heading=heading, scope=Scope((division.slug,)), monthly=monthly)


def contact_of(article: Article, newsroom: Newsroom, words: Words) -> tuple[str, str]:
    """Whom to ask about a release, by name and telephone: who issued it or goes on with its work, else the city."""
    division = newsroom.current(article.division or newsroom.city.fallback_division)
    if article.telephone:
        return item(article, newsroom, words).division_name, article.telephone
    if division and division.telephone and not division.retired:
        return division.name(words.language), division.telephone
    return newsroom.city.name(words.language), newsroom.city.telephone


def offered(twins: Sequence[Article], words: Words) -> list[Twin]:
    """Links to the same release in other languages."""
    return [
        Twin(words("tag.also_in", name=tongue(twin.content.language, words)), article_path(twin), twin.content.language)
        for twin in twins
    ]


def tongue(language: str, words: Words) -> str:
    """What a language is called in the reader's, where there is a word for it; else by its own people, or its tag."""
    key = f"tongue.{language}"
    return words(key) if key in words.sentences else OWN_NAMES.get(language, language)


def time_of(step: Step, article: Article, newsroom: Newsroom) -> str | None:
    """The time of a step in an article's history, where more than its day is known."""
    return _time(article, newsroom) if step.kind is StepKind.PUBLISHED else clock_time(step.at, newsroom.city.zone)


def body_of(article: Article, newsroom: Newsroom, words: Mapping[str, Words]) -> str:
    """The article's HTML as our pages show it, our own words in it in its language. Nothing is loaded from another
    host, so a picture is a link to it.

    Headings are directly below the page's own, none left out (WCAG 2.2, 1.3.1).

    Cleaned HTML holds h3 and h4 only; a text that begins with h4 has nothing above it.
    """
    say = words_of(words, article.content.language, newsroom)
    html = _PICTURE.sub(_picture_link(say), article.content.body_html)
    rise = 1 if "<h3" in html else 2
    html = _HEADING.sub(lambda tag: f"<{tag[1]}h{int(tag[2]) - rise}", html)
    return with_figures(html, article.content.pictures, url=lambda path: path, say=say)


def _picture_link(words: Words) -> Callable[[re.Match[str]], str]:
    def link(tag: re.Match[str]) -> str:
        given = dict(_ATTRIBUTE.findall(tag[1]))
        if not given.get("src"):
            return ""
        text = given.get("alt") or escape(words("article.picture"))
        return f'<a class="picture" href="{given["src"]}" rel="external noopener">{text}</a>'

    return link


def by_bureau(newsroom: Newsroom) -> list[tuple[Division, list[Division]]]:
    """Every bureau with the divisions below it that issue releases today, in the city's order."""
    divisions = newsroom.divisions
    tops = [division for division in divisions if division.parent is None]
    below = {top.slug: set(newsroom.within(top.slug)) - {top.slug} for top in tops}
    return [(top, [division for division in divisions if division.slug in below[top.slug]]) for top in tops]


def earlier(newsroom: Newsroom) -> list[tuple[Division, Division | None]]:
    """Every division that was retired, with the one that goes on with its work today, if any does."""
    going_on = ((division, newsroom.current(division.slug)) for division in newsroom.earlier_divisions)
    return [(division, None if now is None or now.retired else now) for division, now in going_on]


def _tags(article: Article, words: Words, readable: Collection[int]) -> list[tuple[str, str]]:
    tags = []
    if article.urgent:
        tags.append(("urgent", words("tag.urgent")))
    if article.correction_note:
        tags.append(("corrected", words("tag.corrected")))
    if article.content.language != words.language:
        tags.append(("lang", words("tag.lang", name=OWN_NAMES.get(article.content.language, article.content.language))))
    others = [language for language, one in article.twins if one in readable]
    return tags + [("twin", words("tag.also_in", name=tongue(language, words))) for language in others]


def _time(article: Article, newsroom: Newsroom) -> str | None:
    """The time of publication, where more than its day is known."""
    zone = newsroom.city.zone
    if article.published_at is None or not hour_is_known(article, zone):
        return None
    return clock_time(article.published_at, zone)
