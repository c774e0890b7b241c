"""From a mailing to the message of one person: links, headers, signature, envelope."""

from dataclasses import dataclass, field
from datetime import datetime

from feeds.model import Newsroom
from notifier import mime
from notifier.bodies import Bodies
from notifier.dkim import Signer
from notifier.envelope import ReturnAddresses, Way
from notifier.links import Links, archive_path
from notifier.message_ids import message_id
from notifier.model import Delivery
from notifier.placeholders import MailContent, filled_line
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
    _bodies: dict[tuple[int, int], Bodies] = field(default_factory=dict)

    def outgoing(self, one: Delivery, now: datetime) -> Outgoing:
        """The message and its envelope. ValueError where it cannot be written."""
        links = Links(self.newsroom, self.tokens).of(one, now=now)
        bodies = self._bodies_of(one)
        city = self.newsroom.city
        headers = mime.headers_for(
            newsroom=self.newsroom,
            language=one.language,
            subject=filled_line(one.subject, links),
            sender_name=city.sender_name(one.language),
            sender_address=city.sender_address,
            recipient=one.address,
            message_id=self._message_id(one),
            date=now,
            kind=one.kind,
            unsubscribe_url=links.get("unsubscribe"),
            manage_url=links.get("manage"),
            leave_address=self._leave_address(one),
            archive_url=self.newsroom.url(archive_path(one.divisions, self.newsroom)),
        )
        message = mime.assemble(headers=headers, text=bodies.text(links), html=bodies.html(links))
        if self.signer is not None:
            message = self.signer.sign(message, now=now)
        return Outgoing(one.id, self._envelope_sender(one), one.address, message)

    def _bodies_of(self, one: Delivery) -> Bodies:
        """Those of its mailing, made ready for the first who gets it."""
        key = one.mailing_id, one.edition
        if key not in self._bodies:
            if len(self._bodies) >= _MOST_READY:
                self._bodies.clear()
            self._bodies[key] = Bodies(MailContent(subject=one.subject, text=one.text, html=one.html))
        return self._bodies[key]

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
