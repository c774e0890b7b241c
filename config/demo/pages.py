"""The mail catcher in the browser, at /dev/mail: in the demonstration only."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from config.demo.mailbox import Caught, Mailbox
from feeds.web.chrome import Chrome

_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"


@dataclass(frozen=True, slots=True)
class MailPages:
    """Shows what was caught."""

    mailbox: Mailbox
    chrome: Chrome

    @property
    def routes(self) -> list[Route]:
        """The list, one mail, and its HTML part alone for a frame."""
        return [
            Route("/dev/mail", self.list),
            Route("/dev/mail/{number:int}", self.one),
            Route("/dev/mail/{number:int}/html", self.html),
        ]

    def list(self, request: Request) -> Response:
        """Every mail, newest first."""
        visit = self.chrome.visit(request)
        mails = [
            {
                "link": visit.link(f"/dev/mail/{number}"),
                "to": caught.recipient,
                "subject": str(caught.message["Subject"]),
                "time": self._time(caught),
            }
            for number, caught in enumerate(self.mailbox.messages)
        ]
        title = self.chrome.words[visit.language]("demo.heading")
        return self.chrome.page(request, "dev_mail_list.html", title=title, mails=mails[::-1])

    def one(self, request: Request) -> Response:
        """One mail: both parts, its links and its headers."""
        caught = self._caught(request)
        visit = self.chrome.visit(request)
        message = caught.message
        subject = str(message["Subject"])
        mail = {
            "subject": subject,
            "to": caught.recipient,
            "headers": [(name, str(value)) for name, value in message.items()],
            "text": caught.part("plain"),
            "links": caught.links,
            "html_url": f"/dev/mail/{request.path_params['number']}/html",
        }
        list_url = visit.link("/dev/mail")
        return self.chrome.page(request, "dev_mail.html", title=subject, mail=mail, list_url=list_url)

    def html(self, request: Request) -> Response:
        """The HTML part alone, under a policy of its own: mails carry their style inside."""
        return HTMLResponse(self._caught(request).part("html"), headers={"Content-Security-Policy": _MAIL_POLICY})

    def _caught(self, request: Request) -> Caught:
        number: int = request.path_params["number"]
        if number >= len(self.mailbox.messages):
            raise HTTPException(404)
        return self.mailbox.messages[number]

    def _time(self, caught: Caught) -> str:
        sent = parsedate_to_datetime(str(caught.message["Date"]))
        return f"{sent.astimezone(self.chrome.newsroom.city.zone):%Y-%m-%d %H:%M}"
