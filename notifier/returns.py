"""Mail that comes back: read it, decide, write it down. A shell: each mail is one transaction, and none is answered.

Whoever hands a mail over may throw it away once `take` has answered: what it meant is in the ledger by then. Taking the
same mail twice changes nothing but the day's count.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from feeds.clock import Clock
from feeds.store import changes
from feeds.store.database import Database, Session
from notifier import bounces, message_ids, nowhere, reports
from notifier.addresses import masked
from notifier.bounces import Finding, Ourselves, Reason
from notifier.envelope import Mark, ReturnAddresses, Way
from notifier.journal import Journal
from notifier.ledger import bounces as ledger
from notifier.ledger import holds, signups, subscribers, suppressions
from notifier.ledger.bounces import Sent
from notifier.parking import Parking
from notifier.reports import Report, Sort
from notifier.tokens import Tokens

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Returns:
    """Takes the mail that comes to the bounce domain."""

    database: Database
    addresses: ReturnAddresses
    us: Ourselves
    tokens: Tokens
    clock: Clock
    parking: Parking
    journal: Journal

    def take(self, raw: bytes, recipient: str | None = None) -> Finding:
        """Do what a mail calls for and answer what it was; `recipient` is whom its envelope named, if that is known."""
        report = reports.read(raw)
        mark = self._mark(report, recipient)
        with self.database.write() as session:
            changes.take_turn(session)
            mark = mark or self._complained_of(session, report)
            sent = ledger.delivery_of(session, mark.subject) if mark and mark.way is Way.BOUNCE else None
            found = bounces.finding(report, mark, recipient=sent.address if sent else None, us=self.us)
            if sent is not None or (mark is not None and mark.way is Way.LEAVE):
                self._act(session, found, report, sent, mark)
            elif found not in (Finding.FORGED, Finding.PARKED):
                found = Finding.IGNORED  # an automatic answer, or what it speaks of is not kept any more
            ledger.tally(session, self.clock().date(), {found: 1})
        log.info("bounce.read", finding=found, status=report.status, to=masked(sent.address) if sent else None)
        return found

    def take_or_park(self, raw: bytes, recipient: str | None = None) -> Finding:
        """As `take`; what a person has to look at is kept in the parking folder while there is room."""
        found = self.take(raw, recipient)
        if found is Finding.PARKED and not self.parking.keep(raw):
            log.warning("bounce.no_room", folder=str(self.parking.folder))
        return found

    def count(self, numbers: Mapping[Finding, int]) -> None:
        """Count mails that were turned away before they were read."""
        with self.database.write() as session:
            ledger.tally(session, self.clock().date(), numbers)

    def tidy(self) -> int:
        """Destroy what has had its time; answers how many rows and files."""
        now = self.clock()
        with self.database.write() as session:
            gone = ledger.forget(session, before=now - ledger.KEPT)
        return gone + self.parking.tidy(now)

    def _mark(self, report: Report, recipient: str | None) -> Mark | None:
        """What an address in the mail proves: whom it was sent to, or, in a report, what came back with it."""
        found = self.addresses.find([*([recipient] if recipient else []), *report.whence.addressed])
        if found is None and (report.formal or report.sort is Sort.COMPLAINT):
            found = self.addresses.find(report.whence.returned)
        return found

    def _complained_of(self, session: Session, report: Report) -> Mark | None:
        """What the Message-ID in a complaint proves, for services that cut our addresses out of it."""
        if report.sort is not Sort.COMPLAINT:
            return None
        for text in report.whence.message_ids:
            number = message_ids.claimed(text, self.us.address.rpartition("@")[2])
            sent = ledger.delivery_of(session, number) if number is not None else None
            if sent is not None and message_ids.fits(
                text, self.tokens, delivery_id=sent.id, mailing_id=sent.mailing_id, address=sent.address
            ):
                return Mark(Way.BOUNCE, sent.id)
        return None

    def _act(self, session: Session, found: Finding, report: Report, sent: Sent | None, mark: Mark | None) -> None:
        now = self.clock()
        if sent is not None and found in (Finding.HARD, Finding.SOFT, Finding.REFUSED, Finding.COMPLAINT):
            new = ledger.note(session, sent, found, status=report.status, said=report.said, now=now)
            if new and found is Finding.REFUSED:
                self._refused(session, report)
            elif new and found is not Finding.COMPLAINT:
                self._bounced(session, found, report, sent)
        if sent is not None and sent.signup_id is not None and found is Finding.COMPLAINT:
            self._unasked(session, sent, report)
        person = sent.subscriber_id if sent else mark.subject if mark else None
        if found in (Finding.COMPLAINT, Finding.LEFT) and person is not None:
            reason = "complaint" if found is Finding.COMPLAINT else "mail"
            number = subscribers.stop(session, person, reason=reason, now=now)
            known = subscribers.get(session, person)
            if known is not None and number:
                self.journal.left(known.address)
            if found is Finding.COMPLAINT and known is not None:
                self._suppress(session, known.address, Reason.COMPLAINT, report.said)

    def _unasked(self, session: Session, sent: Sent, report: Report) -> None:
        """Nobody is asked again who called the question unwanted; whatever else is kept of the address ends too."""
        suppressions.lift(session, self.tokens.address_hashes(sent.address))
        self._suppress(session, sent.address, Reason.UNASKED, report.said)
        signups.drop(session, sent.address, now=self.clock())

    def _bounced(self, session: Session, found: Finding, report: Report, sent: Sent) -> None:
        """Give an address up at once, or when its score is full; not for a mail of before its person agreed anew."""
        if found is Finding.HARD and sent.signup_id and subscribers.find(session, sent.address) is None:
            # Nobody is written to there: the wish ends, and so does asking.
            source = f"report {report.status}"
            nowhere.give_up(session, self.tokens, self.journal, sent.address, source=source, now=self.clock())
            return
        agreed = ledger.agreed_at(session, sent.subscriber_id) if sent.subscriber_id else None
        if sent.subscriber_id is None or agreed is None or sent.created_at < agreed:
            return
        if found is Finding.HARD:
            self._suppress(session, sent.address, Reason.HARD, report.status)
            return
        bounced_at = ledger.soft_since(session, sent, agreed)
        if bounces.score(bounced_at, self.clock()) >= bounces.SOFT_LIMIT:
            self._suppress(session, sent.address, Reason.SOFT, report.status)

    def _suppress(self, session: Session, address: str, reason: Reason, source: str) -> None:
        kept = f"report {source}".strip()[:40]
        suppressions.add(session, self.tokens.address_hashes(address)[0], reason=reason, source=kept, now=self.clock())
        self.journal.suppressed(address, reason)

    def _refused(self, session: Session, report: Report) -> None:
        """Hold all sending where servers refuse what we are and not whom we write to."""
        since = self.clock() - bounces.REFUSALS_SINCE
        refusals = ledger.refusals(session, since)
        held = holds.reason(session) is not None
        sent = 0 if held else ledger.sent_since(session, since, at_most=refusals * bounces.REFUSED_SHARE)
        if not held and not bounces.is_refusing_us(refusals, sent):
            return
        if not held:
            reason = (
                f"mail servers refuse us: {refusals} of the last day's mails came back, the last with {report.status}"
            )
            holds.put(session, f"{reason} ({report.said})", now=self.clock())
            log.error("sending.held", cause=reason)
        ledger.spend_refusals(session)
