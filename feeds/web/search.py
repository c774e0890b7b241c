"""The page where readers look for releases: by words, division, board, topic, language and days. A plain GET form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.addresses import feed_page_path, subscribe_path
from feeds.grams import QUERY_CHARACTERS
from feeds.localtime import instant_of
from feeds.model import Division, Newsroom, Topic
from feeds.query import WordsRefused, demand_whole
from feeds.scope import MAX_VALUES, Scope
from feeds.store import search, topics
from feeds.store.database import Database
from feeds.store.search import FARTHEST, Hit, Query
from feeds.web import views
from feeds.web.asking import Asking
from feeds.web.chrome import OWN_NAMES, Chrome, feed_links
from feeds.web.dates import asked_days
from feeds.web.views import Item

PATH = "/search"
A_PAGE = 20
_LAST_PAGE = FARTHEST // A_PAGE
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks for. Whatever in it is no filter of ours is as if it were not there."""

    text: str = ""
    refused: WordsRefused | None = None
    """Why the words cannot be looked for as they stand."""
    divisions: tuple[Division, ...] = ()
    boards: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    since: date | None = None
    until: date | None = None
    newest: bool = False
    page: int = 1
    dropped: tuple[tuple[str, str], ...] = ()
    """Values that nothing here is called, with the kind of each as a feed's address has it."""

    @classmethod
    def read(cls, given: ImmutableMultiDict[str, str], newsroom: Newsroom, vocabulary: Sequence[Topic]) -> "Asked":
        """Read the fields of the form, each within its bounds. Days the wrong way round are turned.

        ValueError for more divisions, boards and topics than a scope holds.
        """
        city = newsroom.city
        since, until = asked_days(given.get("from", ""), given.get("to", ""))
        text = " ".join(given.get("q", "").split())
        named = [("division", slug) for slug in given.getlist("division") if newsroom.division(slug) is None]
        named += [("board", slug) for slug in given.getlist("board") if slug not in {one.slug for one in city.boards}]
        named += [("lang", tag) for tag in given.getlist("language") if tag not in city.languages]
        made = cls(
            text=text,
            refused=_refused(text),
            divisions=_divisions(given.getlist("division"), newsroom),
            boards=_known(given.getlist("board"), [board.slug for board in city.boards]),
            topics=_known(given.getlist("topic"), [topic.slug for topic in vocabulary]),
            language=_one_of(given.get("language"), city.languages),
            since=since,
            until=until,
            newest=given.get("order") == "newest",
            page=_page(given.get("page", "")),
            dropped=tuple((kind, value) for kind, value in named if value)[:MAX_VALUES],
        )
        if len(made.divisions) + len(made.boards) + len(made.topics) > MAX_VALUES:
            raise ValueError(f"a search names at most {MAX_VALUES} divisions, boards and topics")
        return made

    @property
    def filters(self) -> list[tuple[str, str]]:
        """The filters that are on, as the form's fields have them."""
        fields = [("division", division.slug) for division in self.divisions]
        fields += [("board", slug) for slug in self.boards] + [("topic", slug) for slug in self.topics]
        given = {"language": self.language, "from": self.since, "to": self.until}
        return fields + [(name, str(value)) for name, value in given.items() if value]

    @property
    def wish(self) -> list[tuple[str, str]]:
        """All of it but its days, as a feed's address has it."""
        fields = [("lang" if name == "language" else name, value) for name, value in self.filters]
        return [("q", self.text)] * bool(self.text) + [one for one in fields if one[0] not in ("from", "to")]

    @property
    def scope(self) -> Scope | None:
        """What a feed and a mail can go on with, whatever days are asked for: both bring what is to come. None for
        words that would be read as others."""
        if self.refused or not self.anything:
            return None
        slugs = tuple(division.slug for division in self.divisions)
        return Scope(slugs, self.language, topics=self.topics, boards=self.boards, words=self.text)

    @property
    def dated(self) -> bool:
        """Whether days are asked for."""
        return bool(self.since or self.until)

    @property
    def anything(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.text or self.filters)

    def address(self, *, page: int = 1, filters: bool = True) -> str:
        """The address of this question, of another page of its answer, or without its filters."""
        fields = [("q", self.text), *(self.filters if filters else ())]
        fields += [("order", "newest")] if self.newest else []
        fields += [("page", str(page))] if page > 1 else []
        return f"{PATH}?{urlencode(fields)}"

    def query(self, newsroom: Newsroom) -> Query:
        """The question as the store is asked. Days are local ones, and the last belongs to it."""
        zone = newsroom.city.zone
        return Query(
            text=self.text,
            divisions=tuple({slug: None for one in self.divisions for slug in newsroom.within(one.slug)}),
            boards=self.boards,
            topics=self.topics,
            language=self.language,
            since=instant_of(self.since, time(), zone) if self.since else None,
            until=instant_of(self.until + _DAY, time(), zone) if self.until else None,
            newest=self.newest,
            limit=A_PAGE,
            offset=(self.page - 1) * A_PAGE,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One release in the list of results: the hit, and what lists of releases show of it."""

    hit: Hit
    item: Item


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Serves the page. `asking` answers for what there was once."""

    database: Database
    chrome: Chrome
    asking: Asking

    @property
    def routes(self) -> list[Route]:
        """The one address."""
        return [Route(PATH, self.show)]

    def show(self, request: Request) -> Response:
        """The form, and what was found."""
        visit = self.chrome.visit(request)
        newsroom, words = self.chrome.newsroom, self.chrome.words[visit.language]
        with self.database.read() as session:
            vocabulary = topics.known(session)
            try:
                asked = Asked.read(request.query_params, newsroom, vocabulary)
            except ValueError:
                return self.chrome.message(request, 400, "feed_many", text=words("error.feed_many.text", n=MAX_VALUES))
            results = search.search(session, asked.query(newsroom)) if asked.anything and not asked.refused else None
            if results and asked.page > results.pages(A_PAGE):
                asked = replace(asked, page=results.pages(A_PAGE))
                results = search.search(session, asked.query(newsroom))
        gone = self.asking.gone(request, asked.dropped, asked.wish) if asked.dropped else None
        if gone is not None:
            return gone
        bureaus = views.by_bureau(newsroom)
        offered = {division.slug for top, below in bureaus for division in (top, *below)}
        found = [Found(hit, views.item(hit.article, newsroom, words)) for hit in results.hits] if results else []
        last = results is None or asked.page >= results.pages(A_PAGE)
        return self.chrome.page(
            request,
            "search.html",
            status=400 if asked.refused else 200,
            fault=words(f"search.fault.{asked.refused.fault}", **asked.refused.bounds) if asked.refused else None,
            title=f"{asked.text} · {words('search.title')}" if asked.text else words("search.title"),
            asked=asked,
            results=results,
            found=found,
            first=(asked.page - 1) * A_PAGE + 1,
            most=QUERY_CHARACTERS,
            bureaus=bureaus,
            elsewhere=[one for one in asked.divisions if one.slug not in offered],
            topics=[one for one in vocabulary if not one.retired or one.slug in asked.topics],
            feeds=feed_links(asked.scope or Scope()),
            feed_page_path=feed_page_path,
            subscribe_path=subscribe_path,
            own_names=OWN_NAMES,
            previous_url=visit.link(asked.address(page=asked.page - 1)) if asked.page > 1 else None,
            next_url=visit.link(asked.address(page=asked.page + 1)) if not last else None,
            plain_url=visit.link(asked.address(filters=False)) if asked.filters else None,
        )


def _refused(text: str) -> WordsRefused | None:
    try:
        demand_whole(text)
    except WordsRefused as refused:
        return refused
    return None


def _divisions(slugs: Sequence[str], newsroom: Newsroom) -> tuple[Division, ...]:
    found = {one.slug: one for slug in slugs if (one := newsroom.division(slug)) is not None}
    return tuple(found[slug] for slug in sorted(found))


def _known(values: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Those that there are, in order."""
    return tuple(sorted(set(values) & set(known)))


def _one_of(value: str | None, known: Sequence[str]) -> str | None:
    return value if value in known else None


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return 1
    return max(1, min(int(text[:9]), _LAST_PAGE))
