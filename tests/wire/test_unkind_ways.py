"""Ways to mail servers that are slow, shy, lost or far away: everybody gets their mail in the end, once."""

import socket
import sqlite3
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import OperationalError

from notifier.ledger.tables import delivery
from notifier.model import DeliveryState
from notifier.transport.smtp import SmtpOptions
from tests.builders import publish
from tests.wire.conftest import Post, on_each_engine
from tests.wire.server import Behaviour, Relay

ACCEPTED, DEFERRED = DeliveryState.ACCEPTED, DeliveryState.DEFERRED


def planned(post: Post, number: int) -> list[str]:
    people = [f"reader{n:02}@example.org" for n in range(number)]
    post.follow(*people)
    publish(post.database)
    assert post.plan() == number
    return people


def attempts(post: Post) -> int:
    with post.database.read() as session:
        return session.execute(select(func.max(delivery.c.attempts))).scalar_one()


def test_f23_a_greylisted_third_has_everything_within_15_minutes_and_six_attempts(
    post: Post, mail_server: Relay
) -> None:
    people = planned(post, 9)
    grey = dict.fromkeys(people[::3], "451 4.7.1 greylisted, come back in five minutes")
    behaviour = Behaviour(recipients=grey)
    began = post.clock()
    with mail_server(behaviour) as server:
        for minute in range(15):
            if minute == 5:
                grey.clear()
            post.sender(server.port).run()
            if post.states() == {ACCEPTED: 9}:
                break
            post.clock.forward(minutes=1)
    assert post.states() == {ACCEPTED: 9}
    assert Counter(one.recipient for one in server.accepted) == dict.fromkeys(people, 1)
    assert attempts(post) <= 6
    assert post.clock() - began < timedelta(minutes=15)


def test_f31_a_server_that_is_slow_with_every_word_is_waited_for(post: Post, mail_server: Relay) -> None:
    planned(post, 2)
    with mail_server(Behaviour(tarpit=0.04)) as server:
        post.sender(server.port, connect_seconds=1.0, command_seconds=1.0).run()
    assert post.states() == {ACCEPTED: 2}
    assert len(server.accepted) == 2


def test_f33_the_answer_to_a_message_may_take_longer_than_any_other(post: Post, mail_server: Relay) -> None:
    """RFC 5321, section 4.5.3.2.6: ten minutes."""
    planned(post, 1)
    with mail_server(Behaviour(pause=0.4)) as server:
        post.sender(server.port, command_seconds=0.2, reply_seconds=5.0).run()
    assert post.states() == {ACCEPTED: 1}
    assert len(server.accepted) == 1
    assert SmtpOptions(host="", port=25).reply_seconds >= 600


def test_f39_no_server_is_ever_named_a_second_recipient(post: Post, mail_server: Relay) -> None:
    planned(post, 5)
    with mail_server() as server:
        post.sender(server.port).run()
    assert post.states() == {ACCEPTED: 5}
    named = [verb for verb in server.commands if verb in ("MAIL", "RCPT")]
    assert named == ["MAIL", "RCPT"] * 5


def test_f40_a_relay_whose_name_is_not_known_leaves_everything_waiting(post: Post, mail_server: Relay) -> None:
    planned(post, 2)
    done = post.sender(25, host="relay.invalid").run()
    assert done.unavailable == "relay.invalid:25: no such host is known"
    assert post.states() == {DEFERRED: 2}
    assert attempts(post) == 0
    post.clock.forward(minutes=1)
    with mail_server() as server:
        post.sender(server.port).run()
    assert post.states() == {ACCEPTED: 2}


def test_f70_a_network_that_swallows_everything_is_left_in_time_and_counts_against_nobody(
    post: Post, mail_server: Relay
) -> None:
    """What is sent to a full queue of connections is answered by nothing, as behind a cable that is cut."""
    planned(post, 2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(deaf.getsockname())
        done = post.sender(deaf.getsockname()[1], connect_seconds=0.3).run()
        for one in waiting:
            one.close()
    assert done.unavailable is not None
    assert post.states() == {DEFERRED: 2}
    assert attempts(post) == 0
    post.clock.forward(minutes=1)
    with mail_server() as server:
        post.sender(server.port).run()
    assert post.states() == {ACCEPTED: 2}


@on_each_engine
@pytest.mark.parametrize(
    "said",
    [pytest.param("disk I/O error", id="f43-disk"), pytest.param("deadlock detected", id="f51-deadlock")],
)
def test_what_could_not_be_written_down_at_first_is_written_down_and_not_sent_again(
    post: Post, mail_server: Relay, said: str
) -> None:
    """The commit fails in which an acceptance would be stored: nobody takes it for stored, and it is tried again."""
    planned(post, 1)
    failures: list[str] = []

    def note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        connection.info["settles"] = "UPDATE delivery" in statement and "RETURNING" in statement

    def fail(connection: Connection) -> None:
        if connection.info.get("settles") and not failures:
            failures.append(said)
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError(said))

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", fail)
    try:
        with mail_server() as server:
            post.sender(server.port).run()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", fail)
    assert failures
    assert post.states() == {ACCEPTED: 1}
    assert len(server.accepted) == 1
