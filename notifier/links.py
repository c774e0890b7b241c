"""What fills a mailing's placeholders: a person's own links and reason, and the link to its web copy. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.addresses import division_path
from feeds.model import Newsroom
from notifier.model import Delivery, Kind
from notifier.tokens import Purpose, Tokens


def archive_path(divisions: Sequence[str], newsroom: Newsroom) -> str:
    """The public page that lists what a mail tells of, whose articles are of these divisions (RFC 2369, section 3.6).

    Of one division it is that division's, as it is called today; else that of all releases.
    """
    known = {division.slug for division in map(newsroom.current, divisions) if division}
    return division_path(*known) if len(known) == 1 else "/"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the absolute addresses that carry a person's tokens."""

    newsroom: Newsroom
    tokens: Tokens

    def of(self, one: Delivery, *, now: datetime) -> Mapping[str, str]:
        """Every placeholder of a delivery's own that its message may hold: its addresses, and its person's reason."""
        links: dict[str, str] = {}
        if one.reason is not None:
            links["reason"] = one.reason
        if one.signup_id is not None:
            links["confirm"] = self.to(Purpose.CONFIRM, one.signup_id, now=now)
        if one.kind is Kind.ADDRESS_CHANGED:
            links["undo"] = self.to(Purpose.UNDO, one.id, now=now)
        if one.subscriber_id is not None:
            own = Purpose.MANAGE if one.kind is Kind.MANAGE_LINK else Purpose.FOLLOWS
            links["manage"] = self.to(own, one.subscriber_id, now=now)
            if one.press_key is not None:
                links["embargo"] = self.to(Purpose.EMBARGO, one.press_key, now=now)
            links["unsubscribe"] = self.to(Purpose.UNSUBSCRIBE, one.subscriber_id, now=now)
        if one.kind is Kind.RENEWAL and one.subscriber_id is not None:
            links["renew"] = self.to(Purpose.RENEW, one.subscriber_id, now=now)
        return links

    def shared(self, mailing_id: int, *, now: datetime) -> Mapping[str, str]:
        """Every placeholder that says the same in each message of a mailing: its links have no end."""
        return {"copy": self.to(Purpose.MAIL, mailing_id, now=now)}

    def to(self, purpose: Purpose, subject: int, *, now: datetime) -> str:
        """The address of a page that this token opens."""
        return self.newsroom.url(f"/{purpose}/{self.tokens.issue(purpose, subject, now=now)}")
