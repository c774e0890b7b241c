"""Killed again and again while an embargo lifts, the service publishes it once and tells each once."""

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta

from sqlalchemy import func, select

from feeds.model import ChangeKind, State
from feeds.staff import SHELL
from feeds.store.tables import change
from notifier.ledger import deliveries
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState, Kind
from tests import claiming
from tests.builders import SECRET
from tests.house.sources import ROOT
from tests.notifier.conftest import Desk
from tests.notifier.test_embargoes import TITLE, Rooms
from tests.wire.server import mail_server

HAD_IT, LATE, READER, DIGESTED = (f"{name}@example.org" for name in ("had-it", "late", "reader", "digested"))


def test_f02_f03_f04_f07_killed_before_every_commit_at_the_lift_it_is_public_once_and_nobody_is_told_twice(
    desk: Desk, letters: Letters
) -> None:
    """The hour is also that of the digests. Whose mail under embargo was still on its way is told as everybody is."""
    rooms, day = Rooms(desk, letters), desk.clock().astimezone(desk.newsroom.city.zone).date() + timedelta(days=1)
    for address, cadence in (
        (HAD_IT, Cadence.IMMEDIATE),
        (HAD_IT, Cadence.DAILY),
        (LATE, Cadence.IMMEDIATE),
        (READER, Cadence.IMMEDIATE),
        (DIGESTED, Cadence.DAILY),
    ):
        desk.follow(address, cadence, *(("climate",) if cadence is Cadence.IMMEDIATE else ()))
    for address in (HAD_IT, LATE):
        rooms.press.accredit("operator", address, date(2026, 12, 31))
    local = desk.clock().astimezone(desk.newsroom.city.zone)
    hour = local.replace(day=day.day, hour=8, minute=0)
    one = rooms.draft()
    with desk.database.write() as session:
        rooms.newsdesk.schedule(session, SHELL, one.id, at=hour, expected=one.version, mail=True, embargo=True)
    rooms.embargoes.run()
    with desk.database.write() as session:
        for mail in deliveries.claim(session, owner="a test", now=desk.clock(), limit=10):
            if mail.address == LATE:
                deliveries.give_back(session, [mail.id], owner="a test", at=hour)
            else:
                settled = {"owner": "a test", "state": DeliveryState.ACCEPTED, "now": desk.clock()}
                claiming.settle(session, mail.id, **settled)  # type: ignore[arg-type]
    url = desk.database.url.render_as_string(hide_password=False)
    with mail_server() as server:
        command = [sys.executable, "-m", "tests.notifier.lifting", url, str(server.port), hour.isoformat(), SECRET]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True)
        said = done.stdout.splitlines()
        kills = len(said) - 1
        assert said == ["killed"] * kills + ["ended 0"], done.stdout + done.stderr
        assert kills > 3
    assert rooms.now(one.id).state is State.PUBLISHED
    with desk.database.read() as session:
        published = select(func.count()).where(change.c.article_id == one.id, change.c.kind == ChangeKind.PUBLISHED)
        assert session.execute(published).scalar_one() == 1
    assert [mail.kind for mail in desk.mails(HAD_IT)] == [Kind.EMBARGO]
    assert [mail.kind for mail in desk.mails(LATE)] == [Kind.EMBARGO, Kind.ALERT]
    assert [mail.kind for mail in desk.mails(READER)] == [Kind.ALERT]
    assert [mail.kind for mail in desk.mails(DIGESTED)] == [Kind.DIGEST]
    copies = Counter(mail.recipient for mail in server.accepted)
    assert set(copies) == {LATE, READER, DIGESTED}
    assert sum(copies.values()) - len(copies) <= kills, "copies whose acknowledgement was lost with the process"
    for address in copies:
        mails = server.to(address)
        assert len({mail.message["Message-ID"] for mail in mails}) == 1
        assert all(TITLE in mail.content.decode() for mail in mails)
    with desk.database.read() as session:
        states = sum((Counter(each) for each in deliveries.balance(session).values()), Counter())
    assert states == {DeliveryState.ACCEPTED: 4, DeliveryState.SKIPPED_LIFTED: 1}
