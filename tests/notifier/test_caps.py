"""How many mails come at once in a day is a person's choice; what is more is in their next digest. On both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.alerts import Alerts
from notifier.ledger.deliveries import claim
from notifier.model import Cadence, Kind, Timing
from notifier.press import Press
from notifier.tokens import Tokens
from tests.builders import SECRET, correct, withdraw
from tests.notifier.conftest import Desk

NOW, DAILY, WEEKLY = Cadence.IMMEDIATE, Cadence.DAILY, Cadence.WEEKLY
ONE, TWO = "one@example.org", "two@example.org"
MINUTE = timedelta(seconds=60)


def capped(desk: Desk, number: int | None, address: str = ONE, *divisions: str) -> int:
    """A person who follows at once and wants so many mails a day; answers their id."""
    person = desk.follow(address, NOW, *divisions)
    desk.personal.set_cap(person.id, number)
    return person.id


def out(desk: Desk, *titles: str, **values: object) -> list[int]:
    """Releases an hour apart, each alerted of; answers their numbers."""
    made = []
    for title in titles:
        made.append(desk.publish(title, **values).article_id)
        desk.alerts.run()
        desk.clock.forward(hours=1)
    return made


def subjects(desk: Desk, address: str = ONE, *kinds: Kind) -> list[str]:
    return [mail.subject for mail in desk.mails(address, *kinds)]


def test_what_exceeds_the_cap_is_in_the_next_digest_once(desk: Desk) -> None:
    capped(desk, 2)
    first, second, third, fourth = out(desk, "A", "B", "C", "D")
    assert desk.told(ONE) == [first, second]
    desk.morning()
    digest = desk.mails(ONE)[-1]
    assert (digest.kind, digest.articles) == (Kind.DIGEST, (third, fourth))
    desk.morning()
    assert len(desk.told(ONE)) == 4


def test_who_chose_nothing_gets_every_release_at_once(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    assert len(out(desk, *"ABCDE")) == len(subjects(desk)) == 5
    desk.morning()
    assert len(subjects(desk)) == 5


def test_after_a_day_there_is_room_again(desk: Desk) -> None:
    capped(desk, 1)
    out(desk, "A", "B")
    desk.clock.forward(hours=22)
    desk.digests.run()
    out(desk, "C")
    assert subjects(desk, ONE, Kind.ALERT) == ["A", "C"]


def test_what_is_urgent_passes_the_cap_and_takes_nothing_of_it(desk: Desk) -> None:
    capped(desk, 1)
    out(desk, "Boil the water", "No swimming", urgent=True)
    out(desk, "A", "B")
    assert subjects(desk) == ["Urgent: Boil the water", "Urgent: No swimming", "A"]


def test_a_correction_of_what_was_alerted_passes_the_cap(desk: Desk) -> None:
    capped(desk, 1)
    first, kept = out(desk, "A", "B")
    correct(desk.database, first, "A, corrected", now=desk.clock())
    correct(desk.database, kept, "B, corrected", now=desk.clock())
    desk.alerts.run()
    assert subjects(desk) == ["A", "Corrected: A, corrected"]
    desk.morning()
    digest = desk.mails(ONE)[-1]
    assert "B, corrected" in digest.text
    correct(desk.database, kept, "B, once more", now=desk.clock())
    desk.alerts.run()
    assert subjects(desk)[-1] == "Corrected: B, once more", "no digest would tell it, for they have none"


def test_a_burst_counts_as_one_mail(desk: Desk) -> None:
    capped(desk, 1)
    for title in ("A", "B", "C"):
        desk.publish(title, undo=MINUTE)
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    assert subjects(desk) == ["A and 2 more"]


def test_a_burst_beyond_the_cap_is_in_the_digest(desk: Desk) -> None:
    capped(desk, 1)
    out(desk, "A")
    for title in ("B", "C"):
        desk.publish(title, undo=MINUTE)
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    assert subjects(desk) == ["A"]
    desk.morning()
    assert len(desk.mails(ONE)[-1].articles) == 2


def test_what_was_withdrawn_meanwhile_is_in_no_digest(desk: Desk) -> None:
    capped(desk, 1)
    _, kept = out(desk, "A", "B")
    withdraw(desk.database, kept, now=desk.clock())
    desk.morning()
    assert subjects(desk) == ["A"]


def test_it_comes_at_the_hour_of_the_person(desk: Desk) -> None:
    person = capped(desk, 1)
    desk.personal.set_timing(person, Timing(hour=18))
    out(desk, "A", "B")
    desk.clock.at = desk.clock.at.replace(hour=8, minute=59)
    desk.digests.run()
    assert subjects(desk, ONE, Kind.DIGEST) == []
    desk.clock.forward(minutes=1)
    desk.digests.run()
    assert len(subjects(desk, ONE, Kind.DIGEST)) == 1


def test_it_comes_by_the_daily_digest_also_to_who_has_a_weekly_one(desk: Desk) -> None:
    capped(desk, 1)
    desk.follow(ONE, WEEKLY, "climate")
    out(desk, "A", "B")
    desk.morning()
    assert len(desk.mails(ONE)[-1].articles) == 1
    desk.morning(days=7)
    assert len(desk.told(ONE)) == 2


def test_it_stands_in_one_digest_with_what_is_followed_daily(desk: Desk) -> None:
    capped(desk, 1, ONE, "water")
    desk.follow(ONE, DAILY, "transport")
    out(desk, "A", "B", division="water")
    out(desk, "C", division="transport")
    desk.morning()
    assert len(desk.mails(ONE, Kind.DIGEST)) == 1
    assert len(desk.mails(ONE)[-1].articles) == 2


@pytest.mark.parametrize("cadence", [DAILY, WEEKLY])
def test_another_cadence_meanwhile_loses_and_repeats_nothing(desk: Desk, cadence: Cadence) -> None:
    person = desk.follow(ONE, NOW)
    desk.personal.set_cap(person.id, 1)
    told = out(desk, "A", "B", "C")
    desk.change(person, cadence)
    told += out(desk, "D")
    desk.morning()
    desk.morning(days=7)
    assert sorted(desk.told(ONE)) == told


def test_who_leaves_meanwhile_is_told_nothing_more(desk: Desk) -> None:
    person = capped(desk, 1)
    out(desk, "A", "B")
    desk.following.stop(person, reason="page")
    desk.morning()
    assert subjects(desk) == ["A"]


def test_a_pause_meanwhile_loses_and_repeats_nothing(desk: Desk) -> None:
    person = capped(desk, 1)
    told = out(desk, "A", "B")
    day = (desk.clock() + timedelta(days=3)).date()
    desk.personal.pause(person, day, catch_up=True)
    told += out(desk, "C")
    for _ in range(5):
        desk.morning()
        desk.alerts.run()
    assert sorted(desk.told(ONE)) == told


def test_the_digest_says_why_it_comes_to_who_follows_nothing_by_it(desk: Desk) -> None:
    capped(desk, 1)
    desk.follow(TWO, DAILY)
    out(desk, "A", "B")
    with desk.database.write() as session:
        claim(session, owner="test", now=desk.clock(), limit=10)
    desk.morning()
    with desk.database.write() as session:
        said = {one.address: one.reason for one in claim(session, owner="test", now=desk.clock(), limit=10)}
    assert "more releases came out" in (said[ONE] or "")
    assert said[TWO] is None


def test_a_default_holds_for_who_chose_nothing_but_for_no_accredited_journalist(desk: Desk) -> None:
    alerts = replace(desk.alerts, cap=1)
    for address in ("plain", "free", "journalist", "strict"):
        desk.follow(f"{address}@example.org", NOW)
    desk.personal.set_cap(capped(desk, 0, "free@example.org"), 0)
    press = Press(desk.database, desk.newsroom, Tokens([SECRET]), desk.clock)
    until = (desk.clock() + timedelta(days=90)).date()
    press.accredit("operator", "journalist@example.org", until, ())
    press.accredit("operator", "strict@example.org", until, ())
    capped(desk, 2, "strict@example.org")
    for title in ("A", "B", "C"):
        desk.publish(title)
        assert isinstance(alerts, Alerts)
        alerts.run()
        desk.clock.forward(hours=1)
    counted = {name: len(desk.mails(f"{name}@example.org")) for name in ("plain", "free", "journalist", "strict")}
    assert counted == {"plain": 1, "free": 3, "journalist": 3, "strict": 2}


def test_only_a_number_that_is_offered_can_be_chosen(desk: Desk) -> None:
    person = desk.follow(ONE, NOW)
    for number in (-1, 4, 1000):
        with pytest.raises(ValueError, match="offered"):
            desk.personal.set_cap(person.id, number)
