"""Delivery: claim what is due, hand it over on as many connections as are to be had, until none is left. A shell.

No message is sent inside a transaction. Every answer is settled before the next message is written to the same
connection, so that a killed process repeats at most one message per open connection, under its old Message-ID.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from feeds.clock import Clock
from feeds.errors import StoreError
from feeds.model import Newsroom
from feeds.store.database import Database
from feeds.store.kept import UNFLUSHED
from notifier import quiet
from notifier.addressing import Addressing
from notifier.claims import Claims
from notifier.crew import Crew, Width
from notifier.dkim import Signer
from notifier.domains import Domains
from notifier.envelope import ReturnAddresses
from notifier.journal import Journal
from notifier.ledger.deliveries import LEASE
from notifier.load import Load, Share
from notifier.model import Delivery
from notifier.receipts import Receipts, receipts, receipts_of
from notifier.refusals import Refusals
from notifier.retry import OUTAGE_PAUSE
from notifier.supply import FIRST
from notifier.tally import DeliveryRun
from notifier.tokens import Tokens
from notifier.transport.promise import SignInRefused, Transport, TransportUnavailable

log = structlog.get_logger()
_LOOKING_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a sender has learned of the mail server and of those behind it, from one run to the next."""

    width: Width
    domains: Domains = field(default_factory=Domains)
    refusals: Refusals = field(default_factory=Refusals)


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
    journal: Journal | None = None
    """Where it is noted whom a mail server does not know."""
    draining_seconds: float = 20.0
    """How long the mail server may take with what is on the wire once we are told to end (F08: 30 seconds in all)."""
    stopping: Event = field(default_factory=Event)
    knowledge: Knowledge = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is known of the mail server yet."""
        object.__setattr__(self, "knowledge", Knowledge(Width(self.transport.connections)))

    def stop(self) -> None:
        """Finish the messages on the wire and give the rest back: this sender is about to end."""
        self.stopping.set()

    def run(self) -> DeliveryRun:
        """Send everything that is due now; stops early where the mail server cannot be used."""
        done = DeliveryRun()
        with ExitStack() as stack:
            claims = Claims(
                self.database,
                self.newsroom,
                self.tokens,
                self.clock,
                uuid4().hex,
                self.journal,
                pulse=stack.enter_context(self.database.pulse()),
                questions=stack.enter_context(self.database.line()),
                answers=stack.enter_context(self.database.line(UNFLUSHED)),
            )
            noted = None
            folder = receipts_of(self.database)  # another machine could not read it: none where there may be others
            if folder is not None:
                claims.recover(folder)
                noted = stack.enter_context(receipts(folder, claims.owner))
            claims.expire()
            first = self._claim(claims, FIRST)
            if first is not None:
                asyncio.run(self._send(first, claims, done, noted))
        return done

    def _claim(self, claims: Claims, limit: int) -> Sequence[Delivery] | None:
        """The next that may go out at this moment; None where nothing is due any more, or we are about to end."""
        while not self.stopping.is_set():
            claimed = claims.take(limit)
            if not claimed:
                return None
            due = self._due(claimed, claims)
            if due:
                return due
        return None

    def _due(self, batch: Sequence[Delivery], claims: Claims) -> list[Delivery]:
        """What of a batch may go out at this moment; the rest is given back until it may."""
        held: dict[tuple[datetime, str], list[int]] = {}
        due: list[Delivery] = []
        for one in batch:
            wait = self._quiet_until(one) or self._slowed_until(one)
            if wait is None:
                due.append(one)
            else:
                held.setdefault(wait, []).append(one.id)
        for (until, why), ids in held.items():
            claims.give_back(ids, until, why)
        return due

    def _slowed_until(self, one: Delivery) -> tuple[datetime, str] | None:
        """Until when its domain has asked us to wait, to the second so that many are given back at once."""
        token = self.knowledge.domains.token(one.domain, self.clock())
        if token is None:
            return None
        whole = token.replace(microsecond=0) + timedelta(seconds=1)
        return whole, f"{one.domain} takes no more at the moment"

    def _quiet_until(self, one: Delivery) -> tuple[datetime, str] | None:
        """Until when advertising has to wait where its person is, and in words; None for what may go now."""
        if not one.advertising:
            return None
        city = self.newsroom.city
        try:
            zone = ZoneInfo(one.zone) if one.zone else city.zone
        except ZoneInfoNotFoundError:
            log.error("delivery.zone_unknown", zone=one.zone)
            zone = city.zone
        until = quiet.held_until(self.clock(), zone, city.advertising)
        return (until, quiet.note(until, zone)) if until else None

    async def _send(self, first: Sequence[Delivery], claims: Claims, done: DeliveryRun, noted: Receipts | None) -> None:
        load = Load(
            claim=partial(self._claim, claims),
            claims=claims,
            addressing=Addressing(self.newsroom, self.tokens, self.addresses, self.signer),
            jitter=self.jitter,
            waits=lambda one: one.advertising and not self._due([one], claims),
            stopping=self.stopping,
            done=done,
            refusals=self.knowledge.refusals,
            domains=self.knowledge.domains,
            receipts=noted,
        )
        load.supply.fill(first)
        await self._carry(load)

    async def _carry(self, load: Load) -> None:
        claims, done, supply = load.claims, load.done, load.supply
        crew = Crew(self.knowledge.width)
        alive = asyncio.create_task(_stay_alive(claims))
        ending = asyncio.create_task(self._end_in_time(crew))
        try:
            failures = await crew.run(partial(self._work, load, crew), lambda: len(supply) if load.goes_on else 0)
            await load.close()
        finally:
            alive.cancel()
            ending.cancel()
            left = await supply.close()
            at = self.clock() + (OUTAGE_PAUSE if done.unavailable else timedelta())
            claims.give_back([one.id for one in left], at, done.unavailable)
        # Only now, when no message is on any wire: a failure in one conversation must not cut off the others.
        for failure in (*failures, supply.failure):
            if failure is not None:
                raise failure

    async def _end_in_time(self, crew: Crew) -> None:
        """A server that says nothing keeps nobody from ending."""
        while not self.stopping.is_set():
            await asyncio.sleep(_LOOKING_SECONDS)
        await asyncio.sleep(self.draining_seconds)
        log.warning("delivery.unanswered", seconds=self.draining_seconds)
        crew.give_up()

    async def _work(self, load: Load, crew: Crew) -> None:
        """One connection's share of the load."""
        share = Share(load)
        try:
            async with self.transport.connect() as connection:
                crew.opened(connection.drop)
                try:
                    await connection.carry(share)
                finally:
                    crew.closed()
        except SignInRefused as error:
            # Once more with the same words would be the next step to being locked out (F37).
            await load.hold(f"the mail server does not let us sign in: {error}")
        except TransportUnavailable as error:
            # A server may close after so many messages, or have no more connections for us than are open: that asks
            # for a new one later, no more.
            if not share.settled and not crew.refused():
                load.end(str(error))


async def _stay_alive(claims: Claims) -> None:
    """Renew the claims while a slow server takes its time."""
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        try:
            await asyncio.to_thread(claims.renew)
        except StoreError as error:
            log.warning("delivery.renewal", cause=str(error))
