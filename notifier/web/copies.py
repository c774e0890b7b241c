"""The web copies of alerts and digests: the same for everybody who got the mail, without any person's links.

A copy is made anew whenever it is read, from the releases as they stand: what was corrected since is shown as it is
now, and what was withdrawn is not shown.
"""

from dataclasses import dataclass
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import article_path
from feeds.clock import Clock
from feeds.model import Article, State, Topic
from feeds.store import reading, topics
from feeds.store.database import Database
from feeds.web.chrome import Chrome
from notifier.bursts import releases_of
from notifier.collected import Collected
from notifier.ledger import mailings
from notifier.ledger.mailings import Mailed
from notifier.messages import Letters
from notifier.model import Kind
from notifier.tokens import Purpose, TokenExpired, TokenInvalid, Tokens
from notifier.web.doorway import Guesses, refuse

COPIED = (Kind.ALERT, Kind.CORRECTION, Kind.DIGEST)
# A mail brings its style with it. Nothing runs, and only we are asked for pictures; no link tells where it stood.
_SECRET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
_HEADERS = _SECRET | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
    "form-action 'none'; frame-ancestors 'self'; base-uri 'none'",
}


@dataclass(frozen=True, slots=True)
class Copies:
    """Serves the copy of a mailing to whoever has its address."""

    database: Database
    letters: Letters
    tokens: Tokens
    chrome: Chrome
    clock: Clock
    guesses: Guesses

    @property
    def routes(self) -> list[Route]:
        """The one address of a mailing."""

        async def answer(request: Request) -> Response:
            return await run_in_threadpool(self.show, request)

        return [Route("/mail/{token}", answer, methods=["GET"])]

    def show(self, request: Request) -> Response:
        """The copy; the article's own page for an alert of a release that was withdrawn; 404 where there is none."""
        try:
            mailing_id = self.tokens.read(Purpose.MAIL, request.path_params["token"], now=self.clock())
        except (TokenExpired, TokenInvalid):
            return self._wrong(request)
        with self.database.read() as session:
            mailed = mailings.mailed(session, mailing_id)
            articles = reading.by_id(session, mailed.articles) if mailed else {}
            vocabulary = topics.by_slug(session)
        if mailed is None or mailed.kind not in COPIED:
            return self._none(request)
        if mailed.kind is Kind.DIGEST:
            return self._digest(request, mailed, articles, vocabulary)
        if mailed.plan is not None:
            return self._together(mailed, articles)
        return self._alert(request, mailed, articles)

    def _alert(self, request: Request, mailed: Mailed, articles: dict[int, Article]) -> Response:
        article = next(iter(articles.values()), None)
        if article is None:
            return self._none(request)
        if article.state is not State.PUBLISHED:
            return RedirectResponse(article_path(article), status_code=303, headers=_HEADERS)
        html = self.letters.alert_copy(article, language=mailed.language, sent_on=self._day(mailed))
        return self._page(mailed, html)

    def _together(self, mailed: Mailed, articles: dict[int, Article]) -> Response:
        told = [articles[number] for number in releases_of(mailed.plan or {}) if number in articles]
        shown = [one for one in told if one.state is State.PUBLISHED]
        away = len(told) - len(shown)
        day = self._day(mailed)
        html = self.letters.together_copy(shown, language=mailed.language, withdrawn=away, sent_on=day)
        return self._page(mailed, html)

    def _digest(
        self, request: Request, mailed: Mailed, articles: dict[int, Article], vocabulary: dict[str, Topic]
    ) -> Response:
        if mailed.plan is None:
            return self._none(request)
        collected = Collected.from_document(mailed.plan)
        shown = {number: one for number, one in articles.items() if one.state is State.PUBLISHED}
        html = self.letters.digest_copy(
            collected.shown(shown, lambda under: self.letters.heading(under, vocabulary, mailed.language)),
            language=mailed.language,
            cadence=collected.cadence,
            span=collected.span,
            withdrawn=len(articles) - len(shown),
            sent_on=self._day(mailed),
        )
        return self._page(mailed, html)

    def _day(self, mailed: Mailed) -> date:
        return mailed.created_at.astimezone(self.chrome.newsroom.city.zone).date()

    def _none(self, request: Request) -> Response:
        return self.chrome.message(request, 404, "link", headers=_SECRET)

    def _wrong(self, request: Request) -> Response:
        answer = refuse(request, self.chrome, self.guesses, self.clock)
        answer.headers.update(_SECRET)
        return answer

    def _page(self, mailed: Mailed, html: str) -> Response:
        return HTMLResponse(html, headers=_HEADERS | {"Content-Language": mailed.language})
