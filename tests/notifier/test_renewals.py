"""Consent is asked for anew: by dates, with reminders, once; and silence ends it, but never unsaid."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from notifier import consent, renewals
from notifier.ledger.tables import consent as consents
from notifier.ledger.tables import delivery, renewal, run, subscriber, subscription
from notifier.model import Cadence, DeliveryState, Kind, Subscriber
from tests.notifier.conftest import Desk

READER = "reader@example.org"
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(3, 24)


@pytest.mark.parametrize(
    ("agreed", "months", "over"),
    [
        ("2024-02-29", 24, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2022-02-28", 24, "2024-02-28"),
        ("2026-02-28", 24, "2028-02-28"),
        ("2024-12-31", 24, "2026-12-31"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2026-01-01", 24, "2028-01-01"),
    ],
)
def test_a_consent_is_over_on_its_day_or_the_last_of_a_month_without_it(agreed: str, months: int, over: str) -> None:
    assert consent.over_on(date.fromisoformat(agreed), months) == date.fromisoformat(over)


@given(DAYS, DAYS, MONTHS)
def test_who_is_asked_on_a_day_is_who_is_due_by_then(agreed: date, today: date, months: int) -> None:
    assert (agreed <= consent.latest_to_ask(today, months)) == (consent.asked_on(agreed, months) <= today)


@given(DAYS, MONTHS, st.integers(0, 900))
def test_nobody_has_less_time_than_the_notice_nor_mail_after_their_consent_where_runs_are_daily(
    agreed: date, months: int, late: int
) -> None:
    today = consent.asked_on(agreed, months) + timedelta(days=late)
    ends = consent.ends_on(agreed, today, months)
    assert ends >= today + consent.NOTICE
    assert late or ends == consent.over_on(agreed, months)


def at(desk: Desk, text: str) -> renewals.RenewalsRun | None:
    """A run at a local time of the city."""
    desk.clock.at = datetime.fromisoformat(text).replace(tzinfo=desk.newsroom.city.zone)
    return desk.renewals.run()


def deliver(desk: Desk, state: DeliveryState = DeliveryState.ACCEPTED) -> None:
    """Settle every mail that is on its way."""
    with desk.database.write() as session:
        session.execute(update(delivery).where(delivery.c.state == DeliveryState.PENDING).values(state=state))


def asked(desk: Desk, address: str = READER) -> list[str]:
    return [mail.subject for mail in desk.mails(address, Kind.RENEWAL)]


def reader(desk: Desk) -> Subscriber:
    """Somebody who agreed on 20 May 2026; they are asked on 20 April 2028."""
    return desk.follow(READER, Cadence.WEEKLY, "water")


def to_the_end(desk: Desk) -> None:
    for day in ("2028-04-20", "2028-05-04", "2028-05-17", "2028-05-20"):
        at(desk, f"{day}T09:00")
        deliver(desk)


def test_somebody_is_asked_reminded_twice_and_let_go_each_on_its_day(desk: Desk) -> None:
    person = reader(desk)
    assert at(desk, "2028-04-19T20:00") == renewals.RenewalsRun()
    assert at(desk, "2028-04-20T09:00") == renewals.RenewalsRun(asked=1)
    (first,) = desk.mails(READER, Kind.RENEWAL)
    assert "on Wednesday 20 May 2026" in " ".join(first.text.split())
    assert "ends on Saturday 20 May 2028" in " ".join(first.text.split())
    deliver(desk)
    assert at(desk, "2028-05-03T09:00") == renewals.RenewalsRun()
    assert at(desk, "2028-05-04T09:00") == renewals.RenewalsRun(reminded=1)
    deliver(desk)
    assert at(desk, "2028-05-16T09:00") == renewals.RenewalsRun()
    assert at(desk, "2028-05-17T09:00") == renewals.RenewalsRun(reminded=1)
    deliver(desk)
    assert at(desk, "2028-05-19T09:00") == renewals.RenewalsRun()
    assert len(desk.live(person)) == 1
    assert at(desk, "2028-05-20T09:00") == renewals.RenewalsRun(lapsed=1)
    assert desk.live(person) == []
    with desk.database.read() as session:
        assert session.execute(select(subscription.c.end_reason)).scalars().all() == ["consent lapsed"]
    assert [subject.startswith("Reminder: ") for subject in asked(desk)] == [False, True, True]
    assert at(desk, "2028-05-21T09:00") == renewals.RenewalsRun()


def test_a_day_has_one_run_and_a_second_one_mails_nobody(desk: Desk) -> None:
    reader(desk)
    assert at(desk, "2028-04-20T09:00") is not None
    assert at(desk, "2028-04-20T12:00") is None
    with desk.database.write() as session:
        # As if it had been killed before its end was written down.
        session.execute(update(run).where(run.c.cadence == "renewal").values(outcome="begun"))
    assert at(desk, "2028-04-20T12:10") == renewals.RenewalsRun()
    assert len(asked(desk)) == 1


def test_nobody_is_asked_by_night_and_what_it_missed_is_done_by_day(desk: Desk) -> None:
    reader(desk)
    for night in ("2028-04-20T21:00", "2028-04-21T08:59"):
        assert at(desk, night) is None
    assert at(desk, "2028-04-21T09:00") == renewals.RenewalsRun(asked=1)


def test_who_answers_has_a_record_of_it_and_is_asked_two_years_later(desk: Desk) -> None:
    person = reader(desk)
    at(desk, "2028-04-20T09:00")
    assert desk.renewals.renew(person.id, language="ko")
    assert desk.renewals.renew(person.id, language="ko")
    with desk.database.read() as session:
        given = session.execute(select(consents).order_by(consents.c.id)).all()
        states = session.execute(select(delivery.c.state)).scalars().all()
    assert [(one.source, one.language) for one in given] == [("staff", "en"), ("renewal", "ko")]
    assert given[1].at == desk.clock()
    assert given[1].text_version.startswith("renewal ")
    assert states == [DeliveryState.SKIPPED_RENEWED]
    at(desk, "2028-05-20T09:00")
    assert len(desk.live(person)) == 1
    assert at(desk, "2030-03-21T09:00") == renewals.RenewalsRun(asked=1)


def test_another_consent_answers_too(desk: Desk) -> None:
    person = reader(desk)
    at(desk, "2028-04-20T09:00")
    deliver(desk)
    desk.clock.forward(days=1)
    desk.follow(READER, Cadence.DAILY, "climate")
    to_the_end(desk)
    assert len(asked(desk)) == 1
    assert len(desk.live(person)) == 2


def test_a_late_answer_brings_everything_back_for_thirty_days_and_then_nothing_is_kept(desk: Desk) -> None:
    person, other = reader(desk), desk.follow("other@example.org", Cadence.DAILY)
    to_the_end(desk)
    assert desk.live(person) == desk.live(other) == []
    desk.clock.forward(days=29)
    assert desk.forgetting.run() == 0
    assert desk.renewals.can_renew(person.id)
    assert desk.renewals.renew(person.id, language="en")
    assert [(str(one.scope), one.cadence) for one in desk.live(person)] == [("division=water", Cadence.WEEKLY)]
    desk.clock.forward(days=1)
    assert desk.forgetting.run() == 1
    assert not desk.renewals.renew(other.id, language="en")
    with desk.database.read() as session:
        assert session.execute(select(subscriber.c.address)).scalars().all() == [READER]


def test_who_pauses_is_asked_afterwards_and_not_let_go_meanwhile(desk: Desk) -> None:
    person = reader(desk)
    at(desk, "2028-04-10T09:00")
    desk.personal.pause(person.id, date(2028, 9, 1), catch_up=False)
    to_the_end(desk)
    assert asked(desk) == []
    desk.clock.at = datetime(2028, 9, 1, 8, tzinfo=desk.newsroom.city.zone)
    desk.digests.run()
    assert at(desk, "2028-09-01T09:00") == renewals.RenewalsRun(asked=1)
    assert "ends on Sunday 1 October 2028" in " ".join(desk.mails(READER, Kind.RENEWAL)[0].text.split())


def test_who_pauses_while_asked_has_the_last_reminder_and_three_days_afterwards(desk: Desk) -> None:
    person = reader(desk)
    at(desk, "2028-04-20T09:00")
    deliver(desk)
    desk.personal.pause(person.id, date(2028, 9, 1), catch_up=False)
    at(desk, "2028-06-20T09:00")
    assert (len(asked(desk)), len(desk.live(person))) == (1, 1)
    desk.clock.at = datetime(2028, 9, 1, 8, tzinfo=desk.newsroom.city.zone)
    desk.digests.run()
    assert at(desk, "2028-09-01T09:00") == renewals.RenewalsRun(reminded=1)
    deliver(desk)
    assert at(desk, "2028-09-03T09:00") == renewals.RenewalsRun()
    assert at(desk, "2028-09-04T09:00") == renewals.RenewalsRun(lapsed=1)


def test_nobody_is_let_go_while_the_last_reminder_waits_and_one_given_up_is_sent_again(desk: Desk) -> None:
    person = reader(desk)
    for day in ("2028-04-20", "2028-05-04"):
        at(desk, f"{day}T09:00")
        deliver(desk)
    at(desk, "2028-05-17T09:00")
    assert at(desk, "2028-05-20T09:00") == renewals.RenewalsRun()
    deliver(desk, DeliveryState.EXPIRED)
    assert at(desk, "2028-05-21T09:00") == renewals.RenewalsRun(reminded=1)
    deliver(desk)
    assert len(desk.live(person)) == 1
    assert at(desk, "2028-05-24T09:00") == renewals.RenewalsRun(lapsed=1)


def test_who_follows_nothing_is_not_asked_and_a_city_may_ask_nobody(desk: Desk) -> None:
    person = reader(desk)
    desk.follow("other@example.org", Cadence.DAILY)
    desk.following.stop(person.id, reason="page")
    never = renewals.Renewals(desk.database, desk.newsroom, desk.renewals.letters, desk.clock, 0)
    desk.clock.at = datetime(2028, 4, 20, 9, tzinfo=desk.newsroom.city.zone)
    assert never.run() is None
    assert desk.renewals.run() == renewals.RenewalsRun(asked=1)
    assert asked(desk) == []


def test_batches_leave_nobody_out_and_people_alike_share_a_mail(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewals, "AT_ONCE", 3)
    for number in range(10):
        desk.follow(f"r{number}@example.org", Cadence.DAILY, language="ko" if number % 2 else "en")
    assert at(desk, "2028-04-20T09:00") == renewals.RenewalsRun(asked=10)
    assert {len(asked(desk, f"r{number}@example.org")) for number in range(10)} == {1}
    assert desk.counted()["mailing"] == 2
    deliver(desk)
    assert at(desk, "2028-05-17T09:00") == renewals.RenewalsRun(reminded=10)
    deliver(desk)
    assert at(desk, "2028-05-20T09:00") == renewals.RenewalsRun(lapsed=10)
    with desk.database.read() as session:
        assert set(session.execute(select(renewal.c.outcome)).scalars()) == {"lapsed"}


def test_erasure_takes_what_was_asked_with_it_and_a_copy_shows_it(desk: Desk) -> None:
    person = reader(desk)
    at(desk, "2028-04-20T09:00")
    kept = desk.personal.copy(person.id)
    assert kept is not None
    assert [one["until_on"] for one in kept["asked_again"]] == ["2028-05-20"]  # type: ignore[attr-defined]
    desk.personal.erase(person.id)
    with desk.database.read() as session:
        assert session.execute(select(renewal)).all() == []
