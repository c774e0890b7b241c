"""The public pages of one article: its text, what was changed in it since, and the notice that stands in its place."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import article_path, changes_path, feed_page_path, scope_path, subscribe_path
from feeds.clock import Clock
from feeds.errors import NotFound
from feeds.history import Step, steps
from feeds.model import Article, Division, State
from feeds.scope import Scope
from feeds.store import reading, topics
from feeds.store.database import Database, Session
from feeds.web import views
from feeds.web.chrome import OWN_NAMES, Chrome, Visit, feed_links
from feeds.web.refiled import told, topic_names

STEPS = 10
SHOWN_AT_MOST = 200_000
"""How many changes, and about how many characters of them, one page of changes shows; earlier ones have their own."""
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ArticlePages:
    """Serves an article's pages. `form_token` makes the proof that a form stood on a page of ours."""

    database: Database
    chrome: Chrome
    clock: Clock
    form_token: Callable[[], str]

    @property
    def routes(self) -> list[Route]:
        """The article and its changes."""
        return [
            Route("/articles/{id}", self.article),
            Route("/articles/{id}/{slug}", self.article),
            Route("/articles/{id}/{slug}/changes", self.changes),
        ]

    def article(self, request: Request) -> Response:
        """One article; a withdrawn one answers 410 with a notice, a draft is not there at all."""
        visit = self.chrome.visit(request)
        newsroom, words = self.chrome.newsroom, self.chrome.words[visit.language]
        with self.database.read() as session:
            article = _public(session, request)
            if article is None:
                return self.chrome.message(request, 404, "article")
            if article.state is State.WITHDRAWN:
                return self._withdrawn(request, article)
            if request.scope["path"] != unquote(article_path(article)):
                # Who leaves the title out means its changes, unless it is called so.
                asks_changes = request.path_params.get("slug") == "changes"
                there = changes_path(article) if asks_changes else article_path(article)
                return RedirectResponse(visit.link(there), status_code=301)
            twins = _twins(session, article)
            tagged = topics.named(session, article.topics) if article.topics else ()
            division = newsroom.current(article.division or newsroom.city.fallback_division)
            follow = views.follow_of(division, self._monthly(session, division), words)
        item = views.item(article, newsroom, words)
        return self.chrome.page(
            request,
            "article.html",
            title=article.content.title,
            item=item,
            article=article,
            contact=views.contact_of(article, newsroom, words),
            body=views.body_of(article, newsroom, self.chrome.words),
            changes_url=changes_path(article) if article.correction_note else None,
            topics=[(topic.name(visit.language), Scope(topics=(topic.slug,))) for topic in tagged],
            scope_path=scope_path,
            subscribe_path=subscribe_path,
            article_scope=Scope(article=article.id),
            feed_page_path=feed_page_path,
            feeds=feed_links(Scope((division.slug,)) if division else Scope()),
            feed_title=division.name(visit.language) if division else newsroom.city.newsroom_name(visit.language),
            form_token=self.form_token(),
            follow=follow,
            languages=self._languages(visit, twins),
            alternates=[(one.content.language, article_path(one)) for one in (article, *twins)] if twins else [],
            twins=views.offered(twins, words),
        )

    def changes(self, request: Request) -> Response:
        """What was changed in an article since it was published, word by word, the latest first."""
        visit = self.chrome.visit(request)
        newsroom, words = self.chrome.newsroom, self.chrome.words[visit.language]
        before = _number(request.query_params.get("before", ""))
        with self.database.read() as session:
            article = _public(session, request)
            if article is None:
                return self.chrome.message(request, 404, "article")
            if article.state is State.WITHDRAWN:
                return self._withdrawn(request, article)
            if request.scope["path"] != unquote(changes_path(article)):
                return RedirectResponse(visit.link(changes_path(article)), status_code=301)
            revisions = reading.revisions(session, article.id, below=before, limit=STEPS + 1)
        whole = len(revisions) <= STEPS
        shown = list(_as_many_as_fit(steps(article, revisions, whole=whole)))
        with self.database.read() as session:
            names = topic_names(session, [step.apart for step in shown], visit.language)
        earlier = bool(shown) and not (whole and len(shown) == len(revisions))
        return self.chrome.page(
            request,
            "changes.html",
            title=words("changes.title", title=article.content.title),
            item=views.item(article, newsroom, words),
            article=article,
            steps=[
                (step, views.time_of(step, article, newsroom), told(step.apart, newsroom, words, names))
                for step in shown
            ],
            newest_url=visit.link(changes_path(article)) if before else None,
            earlier_url=visit.link(f"{changes_path(article)}?before={shown[-1].number}") if earlier else None,
        )

    def _monthly(self, session: Session, division: Division | None) -> int:
        slugs = self.chrome.newsroom.within(division.slug) if division else ()
        return reading.count(session, divisions=slugs, since=self.clock() - _MONTH)

    def _withdrawn(self, request: Request, article: Article) -> Response:
        visit = self.chrome.visit(request)
        words = self.chrome.words[visit.language]
        item = views.item(article, self.chrome.newsroom, words)
        title = words("withdrawn.title")
        contact = views.contact_of(article, self.chrome.newsroom, words)
        return self.chrome.page(
            request, "withdrawn.html", status=410, title=title, item=item, article=article, contact=contact
        )

    def _languages(self, visit: Visit, twins: Sequence[Article]) -> list[tuple[str, str, str]]:
        """Where the masthead's languages lead from here: to the release in that language, if there is one."""
        there = {twin.content.language: f"{article_path(twin)}?lang={twin.content.language}" for twin in twins}
        codes = self.chrome.newsroom.city.languages
        return [(code, OWN_NAMES.get(code, code), there.get(code) or visit.in_language(code)) for code in codes]


def _public(session: Session, request: Request) -> Article | None:
    """The article that the address names; None where there is none that readers may know of."""
    number = _number(request.path_params["id"])
    if number is None:
        return None
    try:
        article = reading.get(session, number)
    except NotFound:
        return None
    return article if article.state.is_public else None


def _twins(session: Session, article: Article) -> list[Article]:
    """The same release in other languages, as far as it is published: of any other a reader learns nothing."""
    found = reading.by_id(session, [one for _, one in article.twins]) if article.twins else {}
    return [found[one] for _, one in article.twins if one in found and found[one].state is State.PUBLISHED]


def _as_many_as_fit(found: Iterator[Step]) -> Iterator[Step]:
    size = 0
    for step in found:
        size += step.apart.size
        yield step
        if size > SHOWN_AT_MOST:
            return


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
