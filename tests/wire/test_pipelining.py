"""Commands in one write: what a server that takes them sees, and what is made of answers that come as they like."""

import asyncio
import socket
from collections import Counter

import pytest

from notifier.model import DeliveryState
from notifier.transport.envelopes import doubled
from notifier.transport.replies import Lost, Replies
from tests.builders import publish
from tests.wire.conftest import Post
from tests.wire.server import Behaviour, Relay, mail_server

ACCEPTED, DEFERRED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.REJECTED


def planned(post: Post, *people: str) -> None:
    post.follow(*people)
    publish(post.database)
    assert post.plan() == len(people)


def test_the_end_of_a_message_and_the_next_envelope_come_together(post: Post) -> None:
    """The server answers a message only when the next one's envelope is there."""
    planned(post, "a@example.org", "b@example.org", "c@example.org")
    with mail_server(Behaviour(waits_for_next=2), pipelining=True) as server:
        post.sender(server.port).run()
    assert len(server.accepted) == 3
    assert server.connections == 1
    assert post.states() == {ACCEPTED: 3}


@pytest.mark.parametrize("takes_for_nobody", [False, True])
def test_f25_a_refused_recipient_costs_no_connection_and_nobody_gets_its_message(
    post: Post, takes_for_nobody: bool
) -> None:
    planned(post, "gone@example.org", "a@example.org", "lost@example.org", "b@example.org")
    refused = dict.fromkeys(("gone@example.org", "lost@example.org"), "550 5.1.1 no such person")
    with mail_server(Behaviour(recipients=refused, takes_for_nobody=takes_for_nobody), pipelining=True) as server:
        post.sender(server.port).run()
    assert [one.recipient for one in server.accepted] == ["a@example.org", "b@example.org"]
    assert server.connections == 1
    assert post.states() == {ACCEPTED: 2, REJECTED: 2}


def test_f18_an_end_that_is_never_answered_is_given_up_and_others_go_on(post: Post, mail_server: Relay) -> None:
    people = [f"reader{n}@example.org" for n in range(12)]
    planned(post, *people)
    with mail_server(Behaviour(never_answers=1)) as server:
        post.sender(server.port, connections=2, reply_seconds=1.0).run()
        (silent,) = server.taken
        assert len(server.accepted) == 11
        assert post.states() == {ACCEPTED: 11, DEFERRED: 1}
        post.clock.forward(minutes=10)
        post.sender(server.port).run()
    assert Counter(one.recipient for one in server.accepted) == dict.fromkeys(people, 1)
    (again,) = server.to(silent.recipient)
    assert again.message["Message-ID"] == silent.message["Message-ID"]


def test_f32_an_answer_in_drips_has_one_limit_for_all_of_it(post: Post, mail_server: Relay) -> None:
    planned(post, "a@example.org")
    with mail_server(Behaviour(drips=0.2)) as server:
        post.sender(server.port, command_seconds=1.0).run()
    assert server.accepted == []
    assert post.states() == {DEFERRED: 1}


def read(pieces: list[bytes], number: int, *, end: bool = False) -> list[tuple[int, str]]:
    """What is read of a server that writes these pieces, each by itself, and then perhaps goes away."""

    async def talk() -> list[tuple[int, str]]:
        ours, theirs = socket.socketpair()
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
        replies = Replies(transport)
        try:
            for piece in pieces:
                theirs.sendall(piece)
                await asyncio.sleep(0)
            if end:
                theirs.close()
            return [await replies.next(2.0) for _ in range(number)]
        finally:
            theirs.close()
            transport.abort()

    return asyncio.run(talk())


SAID = b"250-mail.test\r\n250-8BITMIME\r\n250 HELP\r\n354 go on\r\n550 5.1.1 \xed\x95\x9c\n250\r\n"
MEANT = [(250, "mail.test 8BITMIME HELP"), (354, "go on"), (550, "5.1.1 한"), (250, "")]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_replies_are_the_same_however_they_are_cut(size: int) -> None:
    assert read([SAID[at : at + size] for at in range(0, len(SAID), size)], 4) == MEANT


def test_f19_what_was_said_before_the_connection_went_is_read() -> None:
    assert read([SAID], 4, end=True) == MEANT
    with pytest.raises(Lost):
        read([SAID], 5, end=True)


@pytest.mark.parametrize("said", [b"hello\r\n", b"250x\r\n", b"250-" + b"x" * 40_000, b"250-a\r\n" * 9_000])
def test_what_is_no_reply_ends_the_connection(said: bytes) -> None:
    with pytest.raises(Lost, match="answer"):
        read([said], 1)


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (b".a\r\n..b\r\nc.\r\n", b"..a\r\n...b\r\nc.\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"no end", b"no end\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_a_dot_that_begins_a_line_is_doubled(message: bytes, sent: bytes) -> None:
    assert doubled(message) == sent
