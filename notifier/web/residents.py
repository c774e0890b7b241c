"""The residents' pages: sign up, confirm, leave. A GET changes nothing, for mail scanners follow links too."""

from dataclasses import replace

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feeds.addresses import article_path, feed_page_path
from feeds.errors import StoreError
from feeds.model import State
from feeds.naming import wish_names
from feeds.scope import Scope
from feeds.web.chrome import feed_links
from notifier import timing
from notifier.addresses import masked, normalise
from notifier.budgets import BudgetSpent
from notifier.following import Following
from notifier.model import Cadence, Signup, Timing
from notifier.personal import Personal
from notifier.tokens import Purpose
from notifier.web.doorway import Doorway, host_of, route
from notifier.web.followed import shown
from notifier.web.hours import timed
from notifier.web.pickers import FINDING, expected, picking
from notifier.web.wish import (
    OF_THE_SCOPE,
    Fields,
    Offer,
    Wish,
    asked_article,
    first,
    looked_for,
    only_finds,
    read_wish,
    scope_or_fault,
)

log = structlog.get_logger()


class Residents:
    """Serves the residents' pages."""

    def __init__(self, following: Following, personal: Personal, doorway: Doorway) -> None:
        """Take the parts."""
        self._following = following
        self._personal = personal
        self._doorway = doorway
        self._chrome = doorway.chrome

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind; only one-click unsubscription may be posted from elsewhere (RFC 8058)."""
        return [
            route("/subscribe", self.form, self.subscribe),
            Route("/subscribe/sent", self.sent),
            route("/confirm/{token}", self.confirm_page, self.confirm),
            route("/unsubscribe/{token}", self.unsubscribe_page, self.unsubscribe, own_page=False),
        ]

    def form_token(self) -> str:
        """The proof that a form stood on a page of ours within the last day."""
        return self._doorway.form_token()

    def form(self, request: Request) -> Response:
        """The sign-up form, filled in with what the address names and there is.

        While the database is away it stands without topics and without a look at what would come.
        """
        gone = self._gone(request, request.query_params.multi_items())
        if gone is not None:
            return gone
        language = self._chrome.visit(request).language
        try:
            asked, typed, faults = scope_or_fault(request.query_params.multi_items(), self._chrome.words[language])
        except ValueError:
            asked, typed, faults = Scope(), "", {}
        status = 400 if faults else 200
        try:
            offer = self._offer()
            found = looked_for(request.query_params.multi_items())
            wish = Wish(scope=offer.known(asked), typed=typed, language=language, errors=faults, find=found)
            return self._form_page(request, wish, offer, status=status, look=bool(str(wish.scope)) and not faults)
        except StoreError as error:
            if asked.topics:
                raise  # without the vocabulary the wish would read as a wider one
            log.warning("sign_up.without_topics", cause=str(error))
            offer = Offer(self._chrome.newsroom, ())
            wish = Wish(scope=offer.known(asked), typed=typed, language=language, errors=faults)
            return self._form_page(request, wish, offer, status=status)

    def subscribe(self, request: Request, fields: Fields) -> Response:
        """Take a wish; the answer is the same for every address, known or not."""
        gone = self._gone(request, fields)
        if gone is not None:
            return gone
        visit, offer = self._chrome.visit(request), self._offer()
        wish = read_wish(fields, offer, self._chrome.words[visit.language], stood_here=self._doorway.stood_here(fields))
        if only_finds(fields):
            return self._form_page(request, replace(wish, errors={}, finds=True), offer)
        if first(fields, "preview"):
            # Who only looks is told what is wrong with the wish, and of nothing that is not filled in yet.
            wish = replace(wish, errors={name: said for name, said in wish.errors.items() if name in OF_THE_SCOPE})
            return self._form_page(request, wish, offer, status=422 if wish.errors else 200, look=not wish.errors)
        if wish.errors:
            return self._form_page(request, wish, offer, status=422)
        if not self._doorway.is_machine(fields):
            address = normalise(first(fields, "email"))
            cadence, chosen = Cadence(wish.cadence), wish.timing
            host = host_of(request)
            try:
                self._following.ask(address, wish.scope, cadence, language=wish.language, timing=chosen, host=host)
            except BudgetSpent as spent:
                wish = replace(wish, errors={"budget": self._doorway.spent(request, spent)})
                return self._form_page(request, wish, offer, status=429, wait=spent.seconds)
        return RedirectResponse(visit.link("/subscribe/sent"), status_code=303)

    def _gone(self, request: Request, fields: Fields) -> Response | None:
        """The page instead of the form, for an article that cannot be followed: as its own page answers."""
        try:
            number = asked_article(fields)
        except ValueError:
            return self._chrome.message(request, 404, "article")
        if number is None:
            return None
        article = self._following.article(number)
        if article is None:
            return self._chrome.message(request, 404, "article")
        return self._doorway.expired(request, "gone") if article.state is State.WITHDRAWN else None

    def _offer(self) -> Offer:
        return Offer(self._chrome.newsroom, self._following.vocabulary())

    def sent(self, request: Request) -> Response:
        """Look into your mail: the same page for everybody."""
        return self._doorway.page(request, "sent.html", "sent.title")

    def confirm_page(self, request: Request) -> Response:
        """What will be followed, and the button that does it."""
        signup_id, problem = self._doorway.open(request, Purpose.CONFIRM)
        wish = self._following.waiting(signup_id) if signup_id is not None else None
        if wish is None:
            return problem or self._doorway.expired(request, Purpose.CONFIRM)
        if wish.confirmed_at is not None:
            return self._confirmed(request, wish)
        if self._following.is_over(wish.scope):
            return self._doorway.expired(request, "gone")
        if wish.mover_id is not None:
            return self._doorway.ask(request, "move", address_masked=masked(wish.address))
        language = self._chrome.visit(request).language
        return self._doorway.page(
            request,
            "confirm.html",
            "confirm.title",
            scope_label=self._following.labels(wish.scope, language),
            of_article=wish.scope.article is not None,
            corrected=self._corrected(wish),
            cadence=wish.cadence,
            comes_at=self._comes_at(request, wish),
            address_masked=masked(wish.address),
        )

    def _corrected(self, wish: Signup) -> str | None:
        """The page of the article that a wish is for, where it was corrected since the wish: no mail tells of that."""
        article = self._following.article(wish.scope.article) if wish.scope.article is not None else None
        if article is None or article.updated_at is None or article.updated_at <= wish.created_at:
            return None
        return article_path(article)

    def _comes_at(self, request: Request, wish: Signup) -> str | None:
        """The hour of the digests that a wish asks for; None where it asks for none."""
        words = self._chrome.words[self._chrome.visit(request).language]
        return None if wish.timing is None or wish.cadence is Cadence.IMMEDIATE else timing.said(wish.timing, words)

    def confirm(self, request: Request, _fields: Fields) -> Response:
        """Begin to follow; a second press answers the same."""
        signup_id, problem = self._doorway.open(request, Purpose.CONFIRM)
        wish = self._following.waiting(signup_id) if signup_id is not None else None
        if wish is None:
            return problem or self._doorway.expired(request, Purpose.CONFIRM)
        if wish.mover_id is not None:
            self._personal.move(wish.id)
        else:
            self._following.confirm(wish.id)
        return self._confirmed(request, wish)

    def _confirmed(self, request: Request, wish: Signup) -> Response:
        """What a confirmed wish has become: followed, or stopped since."""
        if wish.mover_id is not None:
            return self._moved(request, wish)
        person = self._following.is_followed(wish)
        if person is None:
            return self._doorway.expired(request, "gone" if self._following.is_over(wish.scope) else "stopped")
        language = self._chrome.visit(request).language
        return self._doorway.page(
            request,
            "confirmed.html",
            "confirmed.title",
            scope_label=self._following.labels(wish.scope, language),
            of_article=wish.scope.article is not None,
            corrected=self._corrected(wish),
            cadence=wish.cadence,
            comes_at=timing.said(person.timing, self._chrome.words[language]),
        )

    def _moved(self, request: Request, wish: Signup) -> Response:
        person = self._personal.move(wish.id)
        if person is None or person.address != wish.address:
            return self._doorway.expired(request, "stopped")
        return self._doorway.done(request, "moved", address_masked=masked(person.address))

    def unsubscribe_page(self, request: Request) -> Response:
        """One button; nothing has changed yet."""
        subscriber_id, problem = self._doorway.open(request, Purpose.UNSUBSCRIBE)
        if subscriber_id is None:
            return problem or self._doorway.expired(request, Purpose.UNSUBSCRIBE)
        known, words = self._following.followed(subscriber_id), self._doorway.words(request)
        return self._doorway.page(
            request,
            "unsubscribe.html",
            "unsubscribe.title",
            address_masked=masked(known[0].address) if known else "",
            subscriptions=shown(self._following, known[1], words.language, words=words("manage.a_search"))
            if known
            else [],
        )

    def unsubscribe(self, request: Request, fields: Fields) -> Response:
        """Stop all mail. A mail program posts `List-Unsubscribe=One-Click` from anywhere, without a cookie."""
        subscriber_id, problem = self._doorway.open(request, Purpose.UNSUBSCRIBE)
        if subscriber_id is None:
            return problem or self._doorway.expired(request, Purpose.UNSUBSCRIBE)
        if self._doorway.read(Purpose.AGAIN, first(fields, "again")) == subscriber_id:
            self._personal.take_back_end(subscriber_id)
            return self._doorway.done(request, "again")
        one_click = first(fields, "List-Unsubscribe") == "One-Click"
        if not one_click and not first(fields, "form_token"):
            return self.unsubscribe_page(request)
        self._following.stop(subscriber_id, reason="one click" if one_click else "page")
        # Only who sees this page can take it back, and not everybody whom one of the mails was passed on to.
        tokens = self._doorway.tokens
        again = tokens.issue(Purpose.AGAIN, subscriber_id, now=self._doorway.clock())
        return self._doorway.page(request, "unsubscribed.html", "unsubscribed.title", again=again)

    def _form_page(
        self,
        request: Request,
        wish: Wish,
        offer: Offer,
        *,
        status: int = 200,
        wait: int | None = None,
        look: bool = False,
    ) -> Response:
        newsroom, words = self._chrome.newsroom, self._chrome.words[self._chrome.visit(request).language]
        if wish.scope.article is not None:
            return self._article_page(request, wish, status, wait)
        picked = picking(wish, offer, self._chrome, words)
        return self._doorway.page(
            request,
            "subscribe.html",
            "subscribe.title",
            status=status,
            wait=wait,
            headers=FINDING,
            **picked,
            timed=timed(wish.timing or Timing(), newsroom, words),
            expected=expected(wish, self._following, newsroom, words) if look else None,
            feeds=feed_links(wish.scope),
            feed_page_path=feed_page_path,
            feed_title=words("scope.and").join(
                wish_names(wish.scope, newsroom, words, {topic.slug: topic for topic in offer.topics})
            ),
        )

    def _article_page(self, request: Request, wish: Wish, status: int, wait: int | None) -> Response:
        """The form for one article: nothing is to be chosen but the language of the mails."""
        article = self._following.article(wish.scope.article or 0)
        if article is None:
            return self._chrome.message(request, 404, "article")
        title, path = "follow_article.title", article_path(article)
        return self._doorway.page(
            request,
            "follow_article.html",
            title,
            status=status,
            wait=wait,
            form=wish,
            article=article,
            article_path=path,
        )
