"""Advertising over real SMTP: marked as the law asks, held by night where its reader is, and never lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header

import pytest

from feeds import words
from feeds.model import Advertising, Newsroom
from feeds.scope import Scope
from feeds.store.database import Database
from notifier import messages
from notifier.digests import Digests
from notifier.ledger import history, subscribers
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState, Timing
from notifier.tokens import Tokens
from tests.builders import BASE_URL, SECRET, Hands, publish, small_city
from tests.wire.conftest import Post
from tests.wire.server import Accepted, MailServer, mail_server

NIGHT = datetime(2026, 5, 20, 13, 0, tzinfo=UTC)
"""22:00 in Seoul, 09:00 in New York."""
KOREAN, ENGLISH, ABROAD = "korean@example.org", "english@example.org", "abroad@example.org"
ADDRESSES = {"en": "1 City Hall Road", "ko": "시청로 1"}


@pytest.fixture
def post(sqlite_database: Database) -> Post:
    marked = Advertising(divisions=("transport",), boards=("news",), topics=("festival",), addresses=ADDRESSES)
    newsroom = Newsroom(replace(small_city(), advertising=marked), BASE_URL)
    letters = Letters(newsroom, words.load("feeds", "notifier"), messages.environment())
    return Post(sqlite_database, newsroom, letters, Tokens([SECRET]), Hands(NIGHT))


def follow(post: Post, address: str, *, language: str = "en", zone: str | None = None) -> None:
    person = post.following.add(address, Scope(), Cadence.IMMEDIATE, language=language)
    if zone:
        with post.database.write() as session:
            subscribers.set_timing(session, person.id, Timing(zone=zone), now=post.clock())


def subject(one: Accepted) -> str:
    return str(make_header(decode_header(one.message["Subject"])))


def text(one: Accepted) -> str:
    part = one.message.get_payload(0)
    return part.get_payload(decode=True).decode()  # type: ignore[union-attr]


def held(post: Post) -> int:
    with post.database.read() as session:
        return history.in_quiet_hours(session)


def send(post: Post, server: MailServer) -> list[str]:
    """Everything that may go now; answers to whom, in all so far."""
    post.sender(server.port).run()
    return sorted(one.recipient for one in server.accepted)


def test_advertising_waits_for_eight_where_its_reader_is_and_is_never_lost(post: Post) -> None:
    follow(post, KOREAN, language="ko")
    follow(post, ABROAD, zone="America/New_York")
    publish(post.database, "Summer festival", division="transport", now=NIGHT)
    assert post.plan() == 2
    with mail_server() as server:
        assert send(post, server) == [ABROAD]
        assert held(post) == 1
        with post.database.read() as session:
            (waiting,) = history.of_address(session, KOREAN)
        assert (waiting.state, waiting.attempts) == (DeliveryState.DEFERRED, 0)
        assert waiting.reply == "quiet hours: not before 2026-05-21 08:00 Asia/Seoul"
        post.clock.at = NIGHT + timedelta(hours=9, minutes=59)
        assert send(post, server) == [ABROAD]
        post.clock.at = NIGHT + timedelta(hours=10)
        assert send(post, server) == [ABROAD, KOREAN]
    assert held(post) == 0


def test_what_is_ordinary_or_urgent_goes_by_night_too(post: Post) -> None:
    follow(post, ENGLISH)
    publish(post.database, "Water is off", division="water", now=NIGHT)
    publish(post.database, "Bridge closed", division="transport", urgent=True, now=NIGHT)
    post.plan()
    with mail_server() as server:
        assert send(post, server) == [ENGLISH, ENGLISH]
    assert [subject(one) for one in server.accepted] == ["Urgent: Bridge closed", "Water is off"]
    assert "advertisement" not in text(server.accepted[1])


def test_a_retry_by_night_waits_as_well(post: Post) -> None:
    post.clock.at = NIGHT - timedelta(minutes=61)
    follow(post, ENGLISH)
    publish(post.database, "Summer festival", division="transport", now=post.clock())
    post.plan()
    with mail_server() as server:
        server.behaviour.recipients[ENGLISH] = "451 4.7.1 come back later"
        assert send(post, server) == []
        server.behaviour.recipients.clear()
        post.clock.at = NIGHT
        assert send(post, server) == []
        assert held(post) == 1
        post.clock.at = NIGHT + timedelta(hours=10)
        assert send(post, server) == [ENGLISH]


def test_the_subject_begins_with_the_mark_of_the_law_and_the_mail_says_who_sends_and_how_to_refuse(post: Post) -> None:
    post.clock.at = NIGHT - timedelta(hours=6)
    follow(post, KOREAN, language="ko")
    follow(post, ENGLISH)
    publish(post.database, "Summer festival", division="transport", now=post.clock())
    post.plan()
    with mail_server() as server:
        send(post, server)
    (english,), (korean,) = server.to(ENGLISH), server.to(KOREAN)
    assert subject(korean) == "(광고) Summer festival"
    assert subject(english) == "(광고) [Advertisement] Summer festival"
    for one in (english, korean):
        said = " ".join(text(one).split())
        for piece in ("1 City Hall Road", "시청로 1", "newsroom@riverton.example.org", "120"):
            assert piece in said
        assert "무료 수신거부" in said
        assert "free of charge" in said


def test_a_digest_by_night_tells_what_is_ordinary_at_once_and_the_advertising_at_eight(post: Post) -> None:
    person = post.following.add(ENGLISH, Scope(), Cadence.DAILY, language="en")
    with post.database.write() as session:
        subscribers.set_timing(session, person.id, Timing(hour=22), now=post.clock())
    post.clock.at = NIGHT + timedelta(hours=1)
    publish(post.database, "Water is off", division="water", now=post.clock())
    publish(post.database, "Summer festival", division="transport", now=post.clock())
    digests = Digests(post.database, post.newsroom, post.letters, post.clock)
    post.clock.at = NIGHT + timedelta(days=1)
    digests.run()
    with mail_server() as server:
        assert send(post, server) == [ENGLISH]
        assert "Summer festival" not in text(server.accepted[0])
        assert "(광고)" not in subject(server.accepted[0])
        assert digests.run() == []
        post.clock.at = NIGHT + timedelta(days=1, hours=10)
        digests.run()
        send(post, server)
    later = server.accepted[1]
    assert subject(later).startswith("(광고) [Advertisement] ")
    assert "Summer festival" in text(later)
    assert "Water is off" not in text(later)
    assert len(server.accepted) == 2
