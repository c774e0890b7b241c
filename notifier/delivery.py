"""Delivery: claim what is due, check it once more, hand it over, write down the answer. A shell.

No message is sent inside a transaction. Every answer is settled before the next message uses the same connection, so
that a killed process repeats at most one message per open connection, under its old Message-ID.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from feeds.clock import Clock
from feeds.errors import StoreError
from feeds.model import Newsroom
from feeds.store.database import Database, Session
from notifier import mime, quiet
from notifier.addresses import masked
from notifier.dkim import Signer
from notifier.envelope import ReturnAddresses, Way
from notifier.ledger import deliveries, embargo_mail
from notifier.ledger.deliveries import LEASE
from notifier.links import Links, archive_path
from notifier.message_ids import message_id
from notifier.model import Delivery, DeliveryState, Kind
from notifier.placeholders import MailContent, fill
from notifier.retry import LIVES, OUTAGE_PAUSE, Reply, Stage, verdict
from notifier.tokens import Tokens
from notifier.transport.promise import Connection, Transport, TransportUnavailable

log = structlog.get_logger()
BATCH = 50
"""How many deliveries are claimed at once for each connection."""
REMAKING_PAUSE = timedelta(minutes=1)
"""Until a digest is made again without a withdrawn release: the digests' own tick does it."""


@dataclass(slots=True)
class DeliveryRun:
    """What a run did: how many deliveries ended in which state, and why the server could not be used, if so."""

    states: Counter[DeliveryState] = field(default_factory=Counter)
    unavailable: str | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Hands due deliveries to the transport until none is left."""

    database: Database
    newsroom: Newsroom
    tokens: Tokens
    transport: Transport
    clock: Clock
    jitter: random.Random
    addresses: ReturnAddresses | None = None
    """Where what cannot be delivered comes back to; without it, to the sender's address."""
    signer: Signer | None = None
    """Signs by DKIM; without it the relay does, or nobody."""
    stopping: Event = field(default_factory=Event)

    def stop(self) -> None:
        """Finish the messages on the wire and give the rest back: this sender is about to end."""
        self.stopping.set()

    def run(self) -> DeliveryRun:
        """Send everything that is due now; stops early where the mail server cannot be used."""
        done = DeliveryRun()
        owner = uuid4().hex
        with self.database.write() as session:
            deliveries.expire(session, lives=LIVES, now=self.clock())
        while self._goes_on(done):
            with self.database.write() as session:
                limit = BATCH * self.transport.connections
                batch = deliveries.claim(session, owner=owner, now=self.clock(), limit=limit)
            if not batch:
                break
            now_or_later = [(one, self._quiet_until(one)) for one in batch]
            self._hold_back([(one, held) for one, held in now_or_later if held], owner)
            due = [one for one, held in now_or_later if not held]
            if due:
                asyncio.run(self._send(due, owner, done))
        return done

    def _quiet_until(self, one: Delivery) -> tuple[datetime, ZoneInfo] | None:
        """Until when advertising has to wait where its person is; None for what may go now."""
        if not one.advertising:
            return None
        city = self.newsroom.city
        try:
            zone = ZoneInfo(one.zone) if one.zone else city.zone
        except ZoneInfoNotFoundError:
            log.error("delivery.zone_unknown", zone=one.zone)
            zone = city.zone
        until = quiet.held_until(self.clock(), zone, city.advertising)
        return (until, zone) if until else None

    def _hold_back(self, held: Sequence[tuple[Delivery, tuple[datetime, ZoneInfo]]], owner: str) -> None:
        together: dict[tuple[datetime, ZoneInfo], list[int]] = {}
        for one, end in held:
            together.setdefault(end, []).append(one.id)
        for (until, zone), ids in together.items():
            self._give_back(ids, owner, until, quiet.note(until, zone))

    async def _send(self, batch: Sequence[Delivery], owner: str, done: DeliveryRun) -> None:
        queue = list(reversed(batch))
        width = min(self.transport.connections, len(queue))
        alive = asyncio.create_task(self._stay_alive(owner))
        try:
            workers = (self._work(queue, owner, done) for _ in range(width))
            outcomes = await asyncio.gather(*workers, return_exceptions=True)
        finally:
            alive.cancel()
            at = self.clock() + (OUTAGE_PAUSE if done.unavailable else timedelta())
            self._give_back([one.id for one in queue], owner, at, done.unavailable)
        # Only now, when no message is on any wire: a failure in one conversation must not cut off the others.
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _stay_alive(self, owner: str) -> None:
        """Renew the claims while a slow server takes its time."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            try:
                await asyncio.to_thread(self._renew, owner)
            except StoreError as error:
                log.warning("delivery.renewal", cause=str(error))

    def _renew(self, owner: str) -> None:
        with self.database.write() as session:
            deliveries.renew(session, owner=owner, now=self.clock())

    async def _work(self, queue: list[Delivery], owner: str, done: DeliveryRun) -> None:
        """One connection's share of the queue; on a lost connection, a new one."""
        while queue and self._goes_on(done):
            handed_over = 0
            try:
                async with self.transport.connect() as connection:
                    while queue and self._goes_on(done):
                        reply = await self._hand_over(connection, queue.pop(), owner, done, queue)
                        if reply is not None and reply.code in (0, 421):
                            break
                        handed_over += 1
            except TransportUnavailable as error:
                if handed_over:
                    continue  # a server may close after so many messages: that asks for a new connection, no more
                if done.unavailable is None:
                    log.warning("delivery.unavailable", cause=str(error), waiting=len(queue))
                done.unavailable = str(error)

    def _goes_on(self, done: DeliveryRun) -> bool:
        return done.unavailable is None and not self.stopping.is_set()

    async def _hand_over(
        self, connection: Connection, one: Delivery, owner: str, done: DeliveryRun, queue: list[Delivery]
    ) -> Reply | None:
        """One delivery's way over the wire; None where it was not sent after all."""
        held = self._quiet_until(one)  # the hour may have struck since it was claimed
        if held is not None:
            await asyncio.to_thread(self._hold_back, [(one, held)], owner)
            return None
        objection = await asyncio.to_thread(self._objection, one, owner)
        if objection is DeliveryState.PENDING:
            queue.append(one)
            done.unavailable = "sending is held"
            return None
        if objection is DeliveryState.DEFERRED:
            await asyncio.to_thread(self._give_back, [one.id], owner, self.clock() + REMAKING_PAUSE, None)
            return None
        if objection is not None:
            if objection is not DeliveryState.SENDING:
                await asyncio.to_thread(self._settle, one, owner, objection, None, done)
            return None
        try:
            message = self._message(one)
        except ValueError as error:
            # One that cannot be written fails alone; the others go on.
            reply = Reply(550, f"5.6.0 the message cannot be written: {error}")
            await asyncio.to_thread(self._settle_reply, one, owner, reply, done)
            return None
        try:
            reply = await connection.send(sender=self._envelope_sender(one), recipient=one.address, message=message)
        except TransportUnavailable:
            queue.append(one)
            raise
        await asyncio.to_thread(self._settle_reply, one, owner, reply, done)
        return reply

    def _envelope_sender(self, one: Delivery) -> str:
        """Each delivery's own (VERP), so that a report says of itself whom it speaks of."""
        return self.addresses.address(Way.BOUNCE, one.id) if self.addresses else self.newsroom.city.sender_address

    def _leave_address(self, one: Delivery) -> str | None:
        """Where a mail program writes to when its reader leaves, if somebody reads that."""
        if self.addresses is None or one.subscriber_id is None:
            return None
        return self.addresses.address(Way.LEAVE, one.subscriber_id)

    def _message(self, one: Delivery) -> bytes:
        now = self.clock()
        links = Links(self.newsroom, self.tokens).of(one, now=now)
        filled = fill(MailContent(subject=one.subject, text=one.text, html=one.html), links)
        headers = mime.headers_for(
            newsroom=self.newsroom,
            language=one.language,
            subject=filled.subject,
            sender_name=self.newsroom.city.sender_name(one.language),
            sender_address=self.newsroom.city.sender_address,
            recipient=one.address,
            message_id=self._message_id(one),
            date=now,
            kind=one.kind,
            unsubscribe_url=links.get("unsubscribe"),
            manage_url=links.get("manage"),
            leave_address=self._leave_address(one),
            archive_url=self.newsroom.url(archive_path(one.divisions, self.newsroom)),
        )
        message = mime.build(headers=headers, text=filled.text, html=filled.html)
        return self.signer.sign(message, now=now) if self.signer else message

    def _message_id(self, one: Delivery) -> str:
        """Derived from the delivery: a repeat is recognisable, and nobody can guess another's."""
        domain = self.newsroom.city.sender_address.rpartition("@")[2]
        return message_id(self.tokens, domain, delivery_id=one.id, mailing_id=one.mailing_id, address=one.address)

    def _objection(self, one: Delivery, owner: str) -> DeliveryState | None:
        with self.database.read() as session:
            hashes = self.tokens.address_hashes(one.address)
            said = deliveries.objection(session, one, owner=owner, hashes=hashes)
            if said is None and one.kind is Kind.EMBARGO:
                return embargo_mail.objection(session, one, self.newsroom.lineage, now=self.clock())
            return said

    def _settle_reply(self, one: Delivery, owner: str, reply: Reply, done: DeliveryRun) -> None:
        decided = verdict(
            reply,
            kind=one.kind,
            attempts=one.attempts,
            repeats=one.repeats,
            created_at=one.created_at,
            now=self.clock(),
            jitter=self.jitter,
        )
        self._settle(one, owner, decided.state, reply, done, decided.next_attempt_at)

    def _settle(
        self,
        one: Delivery,
        owner: str,
        state: DeliveryState,
        reply: Reply | None,
        done: DeliveryRun,
        next_attempt_at: datetime | None = None,
    ) -> None:
        kept = self._write_down(
            lambda session: deliveries.settle(
                session,
                one.id,
                owner=owner,
                state=state,
                now=self.clock(),
                reply=f"{reply.code} {reply.text}" if reply else None,
                next_attempt_at=next_attempt_at,
                repeated=reply is not None and reply.code == 0 and reply.stage is Stage.MESSAGE,
            )
        )
        if kept:
            done.states[state] += 1
            log.info("delivery.settled", delivery=one.id, kind=one.kind, to=masked(one.address), state=state)

    def _write_down(self, settle: Callable[[Session], bool]) -> bool:
        """What a server has answered is not forgotten because the database is busy: try for two minutes."""
        for pause in (0.5, 2, 5, 10, 20, 40, 40):
            try:
                with self.database.write() as session:
                    return settle(session)
            except StoreError as error:
                log.warning("delivery.unrecorded", cause=str(error), again_in=pause)
                time.sleep(pause)
        with self.database.write() as session:
            return settle(session)

    def _give_back(self, ids: Sequence[int], owner: str, at: datetime, cause: str | None) -> None:
        with self.database.write() as session:
            deliveries.give_back(session, ids, owner=owner, at=at, reply=cause)
