"""Delivery: claim what is due, hand it over on as many connections as there may be, until none is left. A shell.

No message is sent inside a transaction. Every answer is settled before the next message is written to the same
connection, so that a killed process repeats at most one message per open connection, under its old Message-ID.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from feeds.clock import Clock
from feeds.errors import StoreError
from feeds.model import Newsroom
from feeds.store.database import Database
from notifier import quiet
from notifier.addressing import Addressing
from notifier.claims import Claims
from notifier.dkim import Signer
from notifier.envelope import ReturnAddresses
from notifier.ledger.deliveries import LEASE
from notifier.load import DeliveryRun, Load
from notifier.model import Delivery
from notifier.receipts import Receipts, receipts
from notifier.retry import OUTAGE_PAUSE
from notifier.tokens import Tokens
from notifier.transport.promise import Transport, TransportUnavailable

log = structlog.get_logger()


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
        claims = Claims(self.database, self.newsroom, self.tokens, self.clock, uuid4().hex)
        with ExitStack() as stack:
            noted = None
            folder = self._receipts
            if folder is not None:
                claims.recover(folder)
                noted = stack.enter_context(receipts(folder, claims.owner))
            claims.expire()
            while done.unavailable is None and not self.stopping.is_set():
                batch = claims.take()
                if not batch:
                    break
                due = self._due(batch, claims)
                if due:
                    asyncio.run(self._send(due, claims, done, noted))
        return done

    @property
    def _receipts(self) -> Path | None:
        """Where acceptances are noted before they are in the ledger: beside a database that is a file."""
        if not self.database.is_sqlite:
            return None  # another machine could not read it
        path = Path(self.database.url.database or "")
        return path.with_name(path.name + ".receipts")

    def _due(self, batch: Sequence[Delivery], claims: Claims) -> list[Delivery]:
        """What of a batch may go out at this hour; the rest is given back until it may."""
        held: dict[tuple[datetime, ZoneInfo], list[int]] = {}
        due: list[Delivery] = []
        for one in batch:
            end = self._quiet_until(one)
            if end is None:
                due.append(one)
            else:
                held.setdefault(end, []).append(one.id)
        for (until, zone), ids in held.items():
            claims.give_back(ids, until, quiet.note(until, zone))
        return due

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

    async def _send(self, batch: Sequence[Delivery], claims: Claims, done: DeliveryRun, noted: Receipts | None) -> None:
        with self.database.pulse() as pulse:
            await self._carry(self._load(batch, claims, done, noted, pulse))

    def _load(
        self,
        batch: Sequence[Delivery],
        claims: Claims,
        done: DeliveryRun,
        noted: Receipts | None,
        pulse: Callable[[], int] | None,
    ) -> Load:
        return Load(
            queue=list(reversed(batch)),
            claims=claims,
            addressing=Addressing(self.newsroom, self.tokens, self.addresses, self.signer),
            jitter=self.jitter,
            waits=lambda one: one.advertising and not self._due([one], claims),
            stopping=self.stopping,
            done=done,
            pulse=pulse,
            receipts=noted,
        )

    async def _carry(self, load: Load) -> None:
        width = min(self.transport.connections, len(load.queue))
        claims, done = load.claims, load.done
        alive = asyncio.create_task(_stay_alive(claims))
        try:
            outcomes = await asyncio.gather(*(self._work(load) for _ in range(width)), return_exceptions=True)
            await load.close()
        finally:
            alive.cancel()
            at = self.clock() + (OUTAGE_PAUSE if done.unavailable else timedelta())
            claims.give_back([one.id for one in load.queue], at, done.unavailable)
        # Only now, when no message is on any wire: a failure in one conversation must not cut off the others.
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _work(self, load: Load) -> None:
        """One connection's share of the load; on a lost connection, a new one."""
        while load.goes_on:
            settled = load.settled
            try:
                async with self.transport.connect() as connection:
                    await connection.carry(load)
            except TransportUnavailable as error:
                if load.settled > settled:
                    continue  # a server may close after so many messages: that asks for a new connection, no more
                load.end(str(error))


async def _stay_alive(claims: Claims) -> None:
    """Renew the claims while a slow server takes its time."""
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        try:
            await asyncio.to_thread(claims.renew)
        except StoreError as error:
            log.warning("delivery.renewal", cause=str(error))
