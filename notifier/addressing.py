"""From a mailing to the message of one person: links, headers, signature, envelope."""

from dataclasses import dataclass, field
from datetime import datetime

from feeds.model import Newsroom
from notifier import mime
from notifier.dkim import Signer
from notifier.envelope import ReturnAddresses, Way
from notifier.links import Links, archive_path
from notifier.message_ids import message_id
from notifier.model import Delivery
from notifier.placeholders import MailContent
from notifier.stencil import Stencil
from notifier.tokens import Tokens
from notifier.transport.promise import Outgoing

_MOST_READY = 100
"""How many mailings are kept ready: a batch is mostly of few, but confirmations have one each."""


@dataclass(frozen=True, slots=True)
class Addressing:
    """Writes what goes to one person."""

    newsroom: Newsroom
    tokens: Tokens
    returns: ReturnAddresses | None = None
    """Where what cannot be delivered comes back to; without it, to the sender's address."""
    signer: Signer | None = None
    """Signs by DKIM; without it the relay does, or nobody."""
    _ready: dict[tuple[int, int], Stencil] = field(default_factory=dict)
    _dated: dict[int, str] = field(default_factory=dict)

    def outgoing(self, one: Delivery, now: datetime) -> Outgoing:
        """The message and its envelope. ValueError where it cannot be written."""
        links = Links(self.newsroom, self.tokens).of(one, now=now)
        stencil = self._stencil(one, now)
        own = mime.headers_of_one(
            recipient=one.address,
            message_id=self._message_id(one),
            date=self._date(now),
            help_url=links.get("manage") or self.newsroom.url("/feeds"),
            unsubscribe_url=links.get("unsubscribe") if one.kind.is_list_mail else None,
            leave_address=self._leave_address(one),
        )
        message = stencil.message(own, links)
        if self.signer is not None:
            message = self.signer.sign(message, now=now)
        return Outgoing(one.id, self._envelope_sender(one), one.address, message, dotless=True)

    def _stencil(self, one: Delivery, now: datetime) -> Stencil:
        """That of its mailing, made for the first who gets it."""
        key = one.mailing_id, one.edition
        known = self._ready.get(key)
        if known is None:
            if len(self._ready) >= _MOST_READY:
                self._ready.clear()
            city = self.newsroom.city
            archive = self.newsroom.url(archive_path(one.divisions, self.newsroom))

            def headers(subject: str | None) -> list[tuple[str, str]]:
                return mime.headers_of_all(
                    newsroom=self.newsroom,
                    language=one.language,
                    subject=subject,
                    sender_name=city.sender_name(one.language),
                    sender_address=city.sender_address,
                    kind=one.kind,
                    archive_url=archive,
                )

            content = MailContent(subject=one.subject, text=one.text, html=one.html)
            shared = Links(self.newsroom, self.tokens).shared(one.mailing_id, now=now)
            known = self._ready[key] = Stencil(content, headers, shared)
        return known

    def _date(self, now: datetime) -> str:
        """The Date of every message of one second."""
        second = int(now.timestamp())
        known = self._dated.get(second)
        if known is None:
            known = mime.dated(now, self.newsroom)
            self._dated.clear()
            self._dated[second] = known
        return known

    def _envelope_sender(self, one: Delivery) -> str:
        """Each delivery's own (VERP), so that a report says of itself whom it speaks of."""
        return self.returns.address(Way.BOUNCE, one.id) if self.returns else self.newsroom.city.sender_address

    def _leave_address(self, one: Delivery) -> str | None:
        """Where a mail program writes to when its reader leaves, if somebody reads that."""
        if self.returns is None or one.subscriber_id is None:
            return None
        return self.returns.address(Way.LEAVE, one.subscriber_id)

    def _message_id(self, one: Delivery) -> str:
        """Derived from the delivery: a repeat is recognisable, and nobody can guess another's."""
        domain = self.newsroom.city.sender_address.rpartition("@")[2]
        return message_id(self.tokens, domain, delivery_id=one.id, mailing_id=one.mailing_id, address=one.address)
