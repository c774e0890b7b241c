"""The page of the link that says yes: mail goes on. Opening it changes nothing, for mail scanners follow links too."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifier.renewals import Renewals
from notifier.tokens import Purpose
from notifier.web.doorway import Doorway, route
from notifier.web.wish import Fields


class RenewalPages:
    """Serves the page and takes the answer."""

    def __init__(self, renewals: Renewals, doorway: Doorway) -> None:
        """Take the parts."""
        self._renewals = renewals
        self._doorway = doorway

    @property
    def routes(self) -> list[Route]:
        """The one page."""
        return [route("/renew/{token}", self.show, self.take)]

    def show(self, request: Request) -> Response:
        """Shall mail go on? Nothing has changed yet."""
        subscriber_id, problem = self._doorway.open(request, Purpose.RENEW)
        if subscriber_id is None or not self._renewals.can_renew(subscriber_id):
            return problem or self._doorway.expired(request, Purpose.RENEW)
        return self._doorway.ask(request, "renew")

    def take(self, request: Request, _fields: Fields) -> Response:
        """It does; a second press answers the same."""
        subscriber_id, problem = self._doorway.open(request, Purpose.RENEW)
        language = self._doorway.chrome.visit(request).language
        if subscriber_id is None or not self._renewals.renew(subscriber_id, language=language):
            return problem or self._doorway.expired(request, Purpose.RENEW)
        return self._doorway.done(request, "renewed")
