"""The door for mail that comes back, over real SMTP and LMTP."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from config.postbox import CONNECTIONS, listening
from feeds.errors import CivicwireError
from feeds.store.database import Database
from notifier.bounces import Finding, Ourselves
from notifier.envelope import COMPLAINTS, ReturnAddresses, Way
from notifier.ledger import bounces as ledger
from notifier.ledger import suppressions
from notifier.model import DeliveryState
from notifier.parking import Parking
from notifier.received import LONGEST
from notifier.returns import Returns
from tests.builders import publish
from tests.notifier.returned import DOMAIN, complaint, delivery_status
from tests.wire.conftest import Post
from tests.wire.server import mail_server

READER = "a@example.org"


@pytest.fixture
def returns(post: Post, tmp_path: Path) -> Returns:
    us = Ourselves(DOMAIN, post.newsroom.city.sender_address)
    addresses = ReturnAddresses(DOMAIN, post.tokens)
    return Returns(post.database, addresses, us, post.tokens, post.clock, Parking(tmp_path / "parked"), post.journal)


@contextmanager
def speaking(port: int, kind: type[smtplib.SMTP] = smtplib.SMTP) -> Iterator[smtplib.SMTP]:
    with kind("127.0.0.1", port, timeout=20) as client:
        yield client


def deliver(post: Post, returns: Returns) -> str:
    """Send an alert over SMTP; answers the envelope sender that the mail server saw."""
    post.follow(READER)
    publish(post.database)
    post.plan()
    with mail_server() as server:
        replace(post.sender(server.port), addresses=returns.addresses).run()
    (sender,) = server.senders
    return sender


def counted(returns: Returns) -> dict[Finding, int]:
    with returns.database.read() as session:
        return ledger.tallies(session, returns.clock().date())


def suppressed(returns: Returns) -> bool:
    with returns.database.read() as session:
        return suppressions.find(session, returns.tokens.address_hashes(READER)) is not None


@pytest.mark.parametrize("kind", [smtplib.SMTP, smtplib.LMTP])
def test_a_bounce_finds_its_way_from_the_envelope_to_the_suppression(
    post: Post, returns: Returns, kind: type[smtplib.SMTP]
) -> None:
    to = deliver(post, returns)
    assert to.startswith("bounce+1.")
    assert to.endswith("@" + DOMAIN)
    with listening(returns, "127.0.0.1", 0) as port, speaking(port, kind) as client:
        assert client.sendmail("", [to], delivery_status("somebody@else.test")) == {}
        assert suppressed(returns), "it is written down before it is acknowledged"
    assert post.states() == {DeliveryState.BOUNCED: 1}


def test_without_a_bounce_domain_mail_comes_from_the_sender(post: Post) -> None:
    post.follow(READER)
    publish(post.database)
    post.plan()
    with mail_server() as server:
        post.sender(server.port).run()
    assert server.senders == [post.newsroom.city.sender_address]


def test_b80_f65_a_flood_of_forged_reports_is_turned_away_before_it_is_read_and_counted(
    post: Post, returns: Returns
) -> None:
    to = deliver(post, returns)
    with listening(returns, "127.0.0.1", 0) as port, speaking(port) as client:
        client.ehlo()
        client.mail("")
        for number in range(2000):
            code, _ = client.rcpt(f"bounce+{number}.{'a' * 24}@{DOMAIN}")
            assert code == 550
        # Who means well is heard in the middle of it.
        assert client.rcpt(to)[0] == 250
        assert client.data(delivery_status(to))[0] == 250
        client.mail("")
        assert client.rcpt("a@example.org")[0] == 550
    assert counted(returns) == {Finding.FORGED: 2001, Finding.HARD: 1}
    assert not list(returns.parking.folder.glob("*"))


def test_one_recipient_at_a_time(post: Post, returns: Returns) -> None:
    one, two = (returns.addresses.address(Way.LEAVE, number) for number in (1, 2))
    with listening(returns, "127.0.0.1", 0) as port, speaking(port) as client:
        refused = client.sendmail("a@example.org", [one, two], b"Subject: unsubscribe\r\n\r\n")
    assert refused == {two: (452, b"4.5.3 one recipient at a time")}


def test_b84_complaints_have_an_address_and_need_a_token_too(post: Post, returns: Returns) -> None:
    to = deliver(post, returns)
    with listening(returns, "127.0.0.1", 0) as port, speaking(port) as client:
        client.sendmail("fbl@mailbox.test", [f"{COMPLAINTS}@{DOMAIN}"], complaint("fbl@x.test", mail_from="x@y.test"))
        assert not suppressed(returns)
        client.sendmail("fbl@mailbox.test", [f"{COMPLAINTS}@{DOMAIN}"], complaint("fbl@x.test", mail_from=to))
    assert suppressed(returns)
    assert counted(returns) == {Finding.FORGED: 1, Finding.COMPLAINT: 1}


def test_b86_what_is_too_long_is_refused_and_the_door_stays_open(post: Post, returns: Returns) -> None:
    to = deliver(post, returns)
    with listening(returns, "127.0.0.1", 0) as port:
        with speaking(port) as client:
            client.ehlo()
            assert client.esmtp_features["size"] == str(LONGEST)
            assert client.mail("", ["size=26214400"])[0] == 552
            client.mail("")
            client.rcpt(to)
            assert client.data((b"x" * 900 + b"\r\n") * (LONGEST // 900))[0] == 552
        with speaking(port) as client:
            client.ehlo()
            client.mail("")
            client.rcpt(to)
            with pytest.raises((smtplib.SMTPException, OSError)):
                client.data(b"x" * (5 << 20))  # one line without end: hung up on
        with speaking(port) as client:
            client.sendmail("", [to], delivery_status(to))
    assert suppressed(returns)


def test_f65_too_many_at_once_are_asked_to_come_again(returns: Returns) -> None:
    with ExitStack() as stack, listening(returns, "127.0.0.1", 0) as port:
        for _ in range(CONNECTIONS):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            assert one.recv(3) == b"220"
        with socket.create_connection(("127.0.0.1", port), timeout=20) as late:
            assert late.recv(3) == b"421"
        one.close()
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as again:
                if again.recv(3) == b"220":
                    break
        else:
            pytest.fail("who left made no room")


def test_a_mail_is_not_acknowledged_that_could_not_be_written_down(
    post: Post, returns: Returns, tmp_path: Path
) -> None:
    to = deliver(post, returns)
    broken = replace(returns, database=Database(f"sqlite:///{tmp_path / 'none' / 'civicwire.db'}"))
    with listening(broken, "127.0.0.1", 0) as port, speaking(port) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("", [to], delivery_status(to))
        assert refused.value.smtp_code == 451


def test_a_port_that_is_taken_is_one_clear_line(returns: Returns) -> None:
    with (
        listening(returns, "127.0.0.1", 0) as port,
        pytest.raises(CivicwireError, match=f"127.0.0.1:{port}"),
        listening(returns, "127.0.0.1", port),
    ):
        pass
