"""How many people a release would reach: the number that staff see before it goes out is the number that is mailed."""

import random
from collections import Counter

import pytest
from sqlalchemy import update

from feeds.model import Article
from feeds.reach import Posted, Reach
from feeds.scope import Scope
from feeds.store import articles
from feeds.store.articles import Filing
from notifier.audience import Audience
from notifier.ledger.tables import delivery
from notifier.model import Cadence, DeliveryState, Kind
from tests.builders import content
from tests.notifier.conftest import Desk

IMMEDIATE, DAILY, WEEKLY = Cadence.IMMEDIATE, Cadence.DAILY, Cadence.WEEKLY


@pytest.fixture
def audience(desk: Desk) -> Audience:
    return Audience(desk.newsroom, desk.clock)


def written(desk: Desk, *, division: str | None = "climate", language: str = "en") -> Article:
    with desk.database.write() as session:
        return articles.add(
            session,
            content(language=language),
            filing=Filing(division=division),
            authority="riverton.example.org,2026",
            now=desk.clock(),
        )


def reach(desk: Desk, audience: Audience, article: Article) -> Reach:
    with desk.database.read() as session:
        return audience.reach(session, article)


def posted(desk: Desk, audience: Audience, article_id: int) -> tuple[Posted, ...]:
    with desk.database.read() as session:
        return audience.posted(session, article_id)


def test_nobody_is_reached_where_nobody_follows(desk: Desk, audience: Audience) -> None:
    found = reach(desk, audience, written(desk))
    assert (found.immediate, found.in_digests, found.everybody) == (0, 0, 0)


def test_people_are_counted_by_the_language_of_their_mails(desk: Desk, audience: Audience) -> None:
    desk.follow("one@example.org", IMMEDIATE)
    desk.follow("two@example.org", IMMEDIATE, "climate", language="ko")
    desk.follow("three@example.org", IMMEDIATE, "environment", language="ko")
    desk.follow("four@example.org", IMMEDIATE, "water")
    desk.follow("five@example.org", DAILY, "climate")
    desk.follow("six@example.org", WEEKLY)
    found = reach(desk, audience, written(desk))
    assert found == Reach(at_once={"en": 1, "ko": 2}, in_digests=2)
    assert (found.immediate, found.everybody) == (3, 5)


def test_who_follows_in_several_ways_is_counted_once_and_at_once(desk: Desk, audience: Audience) -> None:
    desk.follow("reader@example.org", IMMEDIATE, "climate")
    desk.follow("reader@example.org", IMMEDIATE, "climate", "environment")
    desk.follow("reader@example.org", DAILY)
    desk.follow("later@example.org", DAILY)
    desk.follow("later@example.org", WEEKLY, "climate")
    assert reach(desk, audience, written(desk)) == Reach(at_once={"en": 1}, in_digests=1)


def test_who_left_is_not_counted(desk: Desk, audience: Audience) -> None:
    person = desk.follow("reader@example.org", IMMEDIATE)
    desk.following.stop(person.id, reason="test")
    assert reach(desk, audience, written(desk)).everybody == 0


def test_who_wants_releases_in_one_language_is_counted_for_that_language_only(desk: Desk, audience: Audience) -> None:
    desk.following.add("reader@example.org", Scope((), "ko"), IMMEDIATE, language="en")
    assert reach(desk, audience, written(desk)).everybody == 0
    assert reach(desk, audience, written(desk, language="ko")) == Reach(at_once={"en": 1}, in_digests=0)


def test_an_article_without_division_reaches_those_of_the_fallback(desk: Desk, audience: Audience) -> None:
    desk.follow("press@example.org", IMMEDIATE, "press")
    desk.follow("climate@example.org", IMMEDIATE, "climate")
    assert reach(desk, audience, written(desk, division=None)).immediate == 1


def test_the_number_shown_before_is_the_number_planned_after(desk: Desk, audience: Audience) -> None:
    """Forty people with wishes thrown by a seeded die: the count and the planners are two ways to say the same."""
    die = random.Random(20260520)
    for number in range(40):
        address, language = f"reader{number}@example.org", die.choice(["en", "ko"])
        for _ in range(die.randint(1, 3)):
            divisions = die.sample(["environment", "climate", "water", "transport", "press"], die.randint(0, 2))
            wish = Scope(tuple(divisions), die.choice([None, None, "en", "ko"]))
            desk.following.add(address, wish, die.choice(list(Cadence)), language=language)
    one = written(desk, division="water", language="ko")
    before = reach(desk, audience, one)
    with desk.database.write() as session:
        articles.publish(session, one.id, fallback_division="press", now=desk.clock())
    desk.alerts.run()
    addresses = [f"reader{number}@example.org" for number in range(40)]
    alerted = [mail for address in addresses for mail in desk.mails(address, Kind.ALERT)]
    assert Counter(mail.language for mail in alerted) == Counter(before.at_once)
    desk.morning(days=7)
    assert len([mail for address in addresses for mail in desk.mails(address, Kind.DIGEST)]) == before.in_digests
    assert before.immediate > 5
    assert before.in_digests > 5


def test_what_became_of_an_articles_mails_is_told_by_kind(desk: Desk, audience: Audience) -> None:
    for number in range(4):
        desk.follow(f"reader{number}@example.org", IMMEDIATE)
    desk.follow("later@example.org", DAILY)
    change = desk.publish()
    assert posted(desk, audience, change.article_id) == ()
    desk.alerts.run()
    desk.morning()
    with desk.database.write() as session:
        for number, state in enumerate((DeliveryState.ACCEPTED, DeliveryState.REJECTED, DeliveryState.DEFERRED)):
            here = update(delivery).where(delivery.c.address == f"reader{number}@example.org")
            session.execute(here.values(state=state))
    assert posted(desk, audience, change.article_id) == (
        Posted(kind="alert", accepted=1, waiting=2, failed=1),
        Posted(kind="digest", accepted=0, waiting=1, failed=0),
    )
    assert [one.people for one in posted(desk, audience, change.article_id)] == [4, 1]
    assert posted(desk, audience, 999) == ()
