"""The newsroom's page that shows any mail as any subscriber would get it. Who looked at whose is in the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.clock import Clock
from feeds.desk import Desk
from feeds.errors import AddressRefused, NotFound
from feeds.staff import Role
from feeds.store import audit
from feeds.store.database import Database, Session
from feeds.web.chrome import Chrome
from feeds.web.newsroom.door import Door, Form, Visitor, route
from notifier.addresses import normalise
from notifier.ledger import subscribers
from notifier.model import Kind
from notifier.placeholders import MailContent
from notifier.rehearsal import Rehearsal

MAILS = "/newsroom/mails"
# A mail carries its style inside, and the page's own frame inherits this; the page's script is ours.
_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for, to be shown again."""

    kind: str = Kind.ALERT
    email: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsals:
    """Serves the form and the mail, to operators alone: whose mail it is, is nobody else's business."""

    door: Door
    database: Database
    desk: Desk
    chrome: Chrome
    rehearsal: Rehearsal
    clock: Clock

    @property
    def routes(self) -> list[Route]:
        """The one page. Looking is a POST, for it is noted, and an address belongs in no address."""
        page, action = self.door.page, self.door.action
        return [route(MAILS, get=page(self.ask, role=Role.OPERATOR), post=action(self.show, role=Role.OPERATOR))]

    def ask(self, request: Request, visitor: Visitor) -> Response:
        """The form."""
        return self._page(request, visitor, Asked())

    def show(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """The form with the mail below it, or both of a digest; or with the sentence that says why there is none."""
        asked = Asked(form.get("kind")[:40], form.get("email").strip()[:254], form.get("article").strip()[:15])
        if asked.kind not in list(Kind) or (asked.article and not _is_number(asked.article)):
            return self._page(request, visitor, asked, fault="rehearsal.article_unknown", field="article")
        try:
            address = normalise(asked.email)
        except AddressRefused as refused:
            return self._page(request, visitor, asked, fault=refused.word, field="email")
        kind, number = Kind(asked.kind), int(asked.article) if asked.article else None
        try:
            with self.database.write() as session:
                about = self.desk.read(session, visitor.actor, number) if number is not None else None
                mails = self.rehearsal.mails(session, kind, address, about)
                note(session, visitor.name, kind, address, number, at=self.clock())
        except NotFound as missing:
            field = "email" if missing.kind == "subscriber" else "article"
            return self._page(request, visitor, asked, fault=f"rehearsal.{field}_unknown", field=field)
        return self._page(request, visitor, asked, mails=mails)

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        asked: Asked,
        *,
        mails: Sequence[MailContent] = (),
        fault: str | None = None,
        field: str = "",
    ) -> Response:
        words = self.chrome.words[self.chrome.visit(request).language]
        return self.door.render(
            request,
            visitor,
            "newsroom/rehearsal.html",
            title=words("rehearsal.title"),
            status=422 if fault else 200,
            headers={"Content-Security-Policy": _POLICY},
            asked=asked,
            kinds=[(kind.value, words(f"rehearsal.kind.{kind.value}")) for kind in Kind],
            mails=mails,
            fault=words(fault) if fault else None,
            field=field,
        )


def note(session: Session, actor: str, kind: Kind, address: str, article_id: int | None, *, at: datetime) -> None:
    """Write to the audit log that somebody looked at somebody's mail: at whose by number, for no address is kept."""
    person = subscribers.find(session, address)
    details: dict[str, object] = {"kind": kind, "subscriber": person.id if person else None}
    subject = f"{kind.value}, {details['subscriber']}"
    audit.record(
        session, at=at, actor=actor, action="rehearse", article_id=article_id, subject=subject, details=details
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
