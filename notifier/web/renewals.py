"""The page of the link that says yes: mail goes on. Opening it changes nothing, for mail scanners follow links too."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifier.following import Following
from notifier.renewals import Renewals
from notifier.tokens import Purpose
from notifier.web.doorway import Doorway, route
from notifier.web.followed import shown
from notifier.web.wish import Fields


class RenewalPages:
    """Serves the page and takes the answer."""

    def __init__(self, renewals: Renewals, following: Following, doorway: Doorway) -> None:
        """Take the parts."""
        self._renewals = renewals
        self._following = following
        self._doorway = doorway

    @property
    def routes(self) -> list[Route]:
        """The one page."""
        return [route("/renew/{token}", self.show, self.take)]

    def show(self, request: Request) -> Response:
        """Shall mail go on? What it is, and until when it comes without an answer. Nothing has changed yet."""
        subscriber_id, problem = self._doorway.open(request, Purpose.RENEW)
        if subscriber_id is None or not self._renewals.can_renew(subscriber_id):
            return problem or self._doorway.expired(request, Purpose.RENEW)
        known, consent = self._following.followed(subscriber_id), self._renewals.standing(subscriber_id)
        words = self._doorway.words(request)
        return self._doorway.page(
            request,
            "renew.html",
            "renew.title",
            # The mail may have been passed on, and named the searches of its day alone.
            subscriptions=shown(self._following, known[1], words.language, words=words("manage.a_search"))
            if known
            else [],
            until=consent.until if consent else None,
        )

    def take(self, request: Request, _fields: Fields) -> Response:
        """It does; a second press answers the same, and both say when we ask again."""
        subscriber_id, problem = self._doorway.open(request, Purpose.RENEW)
        language = self._doorway.chrome.visit(request).language
        if subscriber_id is None or not self._renewals.renew(subscriber_id, language=language):
            return problem or self._doorway.expired(request, Purpose.RENEW)
        consent = self._renewals.standing(subscriber_id)
        return self._doorway.page(
            request, "renewed.html", "renewed.title", asked_on=consent.asked_on if consent else None
        )
