"""Delivery over real SMTP to a server that misbehaves: nobody is lost, nobody gets twice what was acknowledged."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.scope import Scope
from feeds.store.database import Database
from notifier.digests import Digests
from notifier.ledger import deliveries, holds
from notifier.ledger.deliveries import LEASE
from notifier.model import Cadence, DeliveryState
from notifier.transport.smtp import Tls
from tests import claiming
from tests.builders import NOW, SECRET, publish, withdraw
from tests.conftest import missing
from tests.wire.conftest import Post, on_each_engine
from tests.wire.server import Behaviour, Relay

ACCEPTED, DEFERRED = DeliveryState.ACCEPTED, DeliveryState.DEFERRED


def test_every_reader_gets_one_message_with_the_headers_of_a_list(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org", "b@example.org")
    publish(post.database, "Night buses run later")
    assert post.plan() == 2
    with mail_server() as server:
        post.sender(server.port).run()
    assert sorted(one.recipient for one in server.accepted) == ["a@example.org", "b@example.org"]
    assert server.connections == 1
    message = server.accepted[0].message
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<http://newsroom.test/unsubscribe/")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"]
    assert message.get_content_type() == "multipart/alternative"
    ids = [one.message["Message-ID"] for one in server.accepted]
    assert len(set(ids)) == 2
    assert post.states() == {ACCEPTED: 2}


def test_the_archive_that_a_mail_names_is_its_divisions_page_or_that_of_all(post: Post, mail_server: Relay) -> None:
    post.following.add("b@example.org", Scope(), Cadence.DAILY, language="en")
    post.follow("a@example.org")
    publish(post.database, "One", division="climate")
    post.plan()
    with mail_server() as server:
        post.sender(server.port).run()
        publish(post.database, "Two", division="water")
        post.clock.forward(days=1)
        Digests(post.database, post.newsroom, post.letters, post.clock).run()
        post.sender(server.port).run()
    (alert,) = server.to("a@example.org")
    (digest,) = server.to("b@example.org")
    assert alert.message["List-Archive"] == "<http://newsroom.test/divisions/climate>"
    assert digest.message["List-Archive"] == "<http://newsroom.test/>"


def test_a_line_that_begins_with_a_dot_arrives_with_it(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database, ".hidden and\n.more")
    post.plan()
    with mail_server() as server:
        post.sender(server.port).run()
    text = server.accepted[0].message.get_payload(0).get_payload(decode=True).decode()
    assert [line for line in text.splitlines() if line.startswith(".")]
    assert ".." not in text


def test_f16_a_drop_before_the_message_is_handed_over_is_tried_again(post: Post, mail_server: Relay) -> None:
    _one_after_a_fault(post, mail_server, Behaviour(drop_at_data=1))


@on_each_engine
def test_f17_a_lost_answer_is_repeated_once_under_the_same_message_id(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(drop_before_reply=1)) as server:
        post.sender(server.port).run()
        assert post.states() == {DEFERRED: 1}
        post.clock.forward(minutes=10)
        post.sender(server.port).run()
    assert post.states() == {ACCEPTED: 1}
    assert server.taken[0].message["Message-ID"] == server.accepted[0].message["Message-ID"]


def test_f17_a_second_lost_answer_is_unknown_and_not_repeated(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(drop_before_reply=9)) as server:
        for _ in range(4):
            post.sender(server.port).run()
            post.clock.forward(hours=3)
    assert post.states() == {DeliveryState.UNKNOWN: 1}
    assert len(server.taken) == 2


@on_each_engine
def test_f19_a_drop_right_after_the_answer_repeats_nothing(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org", "b@example.org")
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(drop_after_reply=1)) as server:
        post.sender(server.port).run()
        post.clock.forward(minutes=10)
        post.sender(server.port).run()
    assert Counter(one.recipient for one in server.accepted) == {"a@example.org": 1, "b@example.org": 1}
    assert post.states() == {ACCEPTED: 2}


def test_f20_a_reset_at_quit_counts_against_nobody(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(reset_at_quit=True)) as server:
        done = post.sender(server.port).run()
    assert done.unavailable is None
    assert post.states() == {ACCEPTED: 1}
    assert len(server.accepted) == 1


def test_f22_a_server_that_closes_after_some_messages_gets_a_new_connection(post: Post, mail_server: Relay) -> None:
    readers = [f"reader{n}@example.org" for n in range(7)]
    post.follow(*readers)
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(close_after=2)) as server:
        done = post.sender(server.port).run()
    assert done.unavailable is None
    assert Counter(one.recipient for one in server.accepted) == dict.fromkeys(readers, 1)
    assert server.connections == 4


def test_f24_a_deferred_address_holds_nobody_up_and_expires_in_the_end(post: Post, mail_server: Relay) -> None:
    post.follow("slow@example.org", "well@example.org")
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(recipients={"slow@example.org": "450 4.2.0 come back later"})) as server:
        post.sender(server.port).run()
        assert [one.recipient for one in server.accepted] == ["well@example.org"]
        for _ in range(40):
            post.clock.forward(hours=2, minutes=30)
            post.sender(server.port).run()
    assert post.states() == {ACCEPTED: 1, DeliveryState.EXPIRED: 1}
    assert server.commands.count("RCPT") < 40


def test_f22_one_recipient_whose_server_says_421_holds_nobody_up(post: Post, mail_server: Relay) -> None:
    post.follow("poison@example.org", *[f"reader{n}@example.org" for n in range(20)])
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(recipients={"poison@example.org": "421 4.7.0 slow down"})) as server:
        done = post.sender(server.port).run()
    assert done.unavailable is None
    assert len(server.accepted) == 20
    assert post.states() == {ACCEPTED: 20, DEFERRED: 1}


def test_f21_drops_before_the_message_was_asked_for_never_make_it_unknown(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(drop_at_data=3)) as server:
        for _ in range(4):
            post.sender(server.port).run()
            post.clock.forward(hours=1)
    assert len(server.accepted) == 1
    assert post.states() == {ACCEPTED: 1}


def test_f46_an_answer_that_cannot_be_recorded_at_once_is_recorded_later_and_the_mail_not_repeated(
    post: Post, mail_server: Relay
) -> None:
    post.follow("a@example.org", "b@example.org")
    publish(post.database)
    post.plan()
    path = str(post.database.url.database)
    with (
        mail_server() as server,
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
    ):

        def lock_for_a_moment() -> None:
            server.on_accept.wait(10)
            other.execute("PRAGMA busy_timeout = 5000")
            other.execute("BEGIN IMMEDIATE")
            time.sleep(1)
            other.execute("COMMIT")

        locker = threading.Thread(target=lock_for_a_moment)
        locker.start()
        post.sender(server.port).run()
        locker.join()
        post.clock.forward(hours=1)
        post.sender(server.port).run()
    assert len(server.accepted) == 2
    assert post.states() == {ACCEPTED: 2}


@on_each_engine
def test_f67_a_digest_claimed_before_a_withdrawal_goes_out_without_it(post: Post, mail_server: Relay) -> None:
    post.following.add("a@example.org", Scope(), Cadence.DAILY, language="en")
    wrong, _ = publish(post.database, "Wrong from the start"), publish(post.database, "Right all along")
    digests = Digests(post.database, post.newsroom, post.letters, post.clock)
    post.clock.forward(days=1)
    digests.run()
    with post.database.write() as session:
        (stale,) = deliveries.claim(session, owner="early", now=post.clock(), limit=9)
    withdraw(post.database, wrong.article_id, now=post.clock())
    digests.run()
    hashes = post.tokens.address_hashes(stale.address)
    with post.database.write() as session:
        assert claiming.objection(session, stale, owner="early", hashes=hashes) is DEFERRED
        deliveries.give_back(session, [stale.id], owner="early", at=post.clock())
    with mail_server() as server:
        post.sender(server.port).run()
    text = server.accepted[0].message.get_payload(0).get_payload(decode=True).decode()
    assert "Right all along" in text
    assert "Wrong from the start" not in text


def test_f25_a_refused_address_is_tried_once(post: Post, mail_server: Relay) -> None:
    post.follow("gone@example.org", "well@example.org")
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(recipients={"gone@example.org": "550 5.1.1 no such person"})) as server:
        for _ in range(3):
            post.sender(server.port).run()
            post.clock.forward(hours=3)
    assert post.states() == {ACCEPTED: 1, DeliveryState.REJECTED: 1}
    assert server.commands.count("RCPT") == 2


def test_f26_a_policy_refusal_rejects_nobody(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(recipients={"a@example.org": "550 5.7.1 your address is blocked"})) as server:
        post.sender(server.port).run()
    assert post.states() == {DEFERRED: 1}


def test_f27_a_temporary_refusal_after_the_message_is_tried_again(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    behaviour = Behaviour(data="451 4.3.0 try later")
    with mail_server(behaviour) as server:
        post.sender(server.port).run()
        assert post.states() == {DEFERRED: 1}
        behaviour.data = None
        post.clock.forward(minutes=10)
        post.sender(server.port).run()
    assert len(server.accepted) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(Behaviour(banner="554 5.3.2 not today"), id="f30-refused-at-the-door"),
        pytest.param(Behaviour(banner=None), id="f29-no-banner"),
        pytest.param(Behaviour(mail="550 5.7.1 sender not allowed"), id="refused-sender"),
        pytest.param(Behaviour(mail="421 4.3.2 shutting down"), id="shutting-down"),
    ],
)
def test_a_server_that_cannot_be_used_leaves_everything_waiting(
    post: Post, mail_server: Relay, behaviour: Behaviour
) -> None:
    post.follow("a@example.org", "b@example.org")
    publish(post.database)
    post.plan()
    with mail_server(behaviour) as server:
        done = post.sender(server.port, connect_seconds=1.0).run()
        assert done.unavailable
        assert post.states() == {DEFERRED: 2}
        assert server.connections == 1
    with mail_server() as well:
        post.clock.forward(minutes=1)
        post.sender(well.port).run()
    assert post.states() == {ACCEPTED: 2}


def test_f28_a_relay_that_is_down_uses_up_no_attempts(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for _ in range(10):
        assert post.sender(port).run().unavailable == f"127.0.0.1:{port}: Connection refused"
        post.clock.forward(hours=4)
    with mail_server() as server:
        post.sender(server.port).run()
    assert len(server.accepted) == 1


def test_what_waited_longer_than_news_lives_is_expired_and_not_sent(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with post.database.write() as session:
        holds.put(session, "over the holidays", now=NOW)
    post.clock.forward(days=3)
    with post.database.write() as session:
        holds.release(session)
    with mail_server() as server:
        post.sender(server.port).run()
    assert server.accepted == []
    assert post.states() == {DeliveryState.EXPIRED: 1}


def test_f35_where_tls_is_required_nothing_is_sent_in_clear(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with mail_server() as server:
        done = post.sender(server.port, tls=Tls.REQUIRED).run()
    assert done.unavailable is not None
    assert "MAIL" not in server.commands
    assert post.states() == {DEFERRED: 1}


def test_f37_a_refused_sign_in_is_tried_once(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    behaviour = Behaviour(extensions=("AUTH PLAIN",), auth="535 5.7.8 wrong password")
    with mail_server(behaviour) as server:
        done = post.sender(server.port, username="relay", password="wrong", connections=4).run()
        assert "535" in (done.unavailable or "")
        for _ in range(3):
            post.clock.forward(hours=1)
            post.sender(server.port, username="relay", password="wrong", connections=4).run()
    assert server.commands.count("AUTH") == 1
    assert post.states() == {DEFERRED: 1}
    with post.database.read() as session:
        assert "does not let us sign in" in (holds.reason(session) or "")


def test_f62_one_address_that_smtp_cannot_carry_fails_alone(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org", "b@example.org", "c@example.org")
    publish(post.database)
    post.plan()
    with post.database.write() as session:
        for table in ("subscriber", "delivery"):
            session.exec_driver_sql(f"UPDATE {table} SET address = 'bad>\r\nRCPT TO:<x' WHERE address LIKE 'b@%'")
    with mail_server() as server:
        post.sender(server.port).run()
    assert sorted(one.recipient for one in server.accepted) == ["a@example.org", "c@example.org"]
    assert post.states() == {ACCEPTED: 2, DeliveryState.REJECTED: 1}


@on_each_engine
def test_f67_a_release_withdrawn_before_the_wire_is_not_sent(post: Post, mail_server: Relay) -> None:
    post.follow("a@example.org")
    change = publish(post.database)
    post.plan()
    withdraw(post.database, change.article_id)
    with mail_server() as server:
        post.sender(server.port).run()
    assert server.accepted == []
    assert post.states() == {DeliveryState.SKIPPED_WITHDRAWN: 1}


@on_each_engine
def test_f68_who_leaves_during_a_run_gets_nothing_more(post: Post, mail_server: Relay) -> None:
    readers = [f"reader{n:02}@example.org" for n in range(30)]
    post.follow(*readers)
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(pause=0.02)) as server:
        running = threading.Thread(target=post.sender(server.port).run)
        running.start()
        server.on_accept.wait(10)
        post.following.stop(30, reason="one click")
        running.join()
    assert server.to("reader29@example.org") == []
    assert post.states() == {ACCEPTED: 29, DeliveryState.SKIPPED_LEFT: 1}


@on_each_engine
def test_f68_nobody_who_left_before_the_run_gets_anything_on_any_connection(post: Post, mail_server: Relay) -> None:
    readers = [f"reader{n:02}@example.org" for n in range(20)]
    post.follow(*readers)
    publish(post.database)
    post.plan()
    for number in range(1, 11):
        post.following.stop(number, reason="one click")
    with mail_server() as server:
        post.sender(server.port, connections=8).run()
    assert sorted(one.recipient for one in server.accepted) == readers[10:]
    assert post.states() == {ACCEPTED: 10, DeliveryState.SKIPPED_LEFT: 10}


@on_each_engine
def test_f69_a_hold_in_the_middle_of_a_run_stops_it_and_survives(post: Post, mail_server: Relay) -> None:
    post.follow(*[f"reader{n:02}@example.org" for n in range(30)])
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(pause=0.02)) as server:
        running = threading.Thread(target=post.sender(server.port).run)
        running.start()
        server.on_accept.wait(10)
        with post.database.write() as session:
            holds.put(session, "stop the presses", now=NOW)
        at_hold = len(server.accepted)
        running.join()
        assert len(server.accepted) <= at_hold + 1
        post.clock.forward(hours=1)
        post.sender(server.port).run()
        assert len(server.accepted) <= at_hold + 1
        with post.database.write() as session:
            holds.release(session)
        post.sender(server.port).run()
    assert len({one.recipient for one in server.accepted}) == len(server.accepted) == 30


@on_each_engine
def test_f08_a_sender_that_is_told_to_stop_finishes_its_message_and_gives_the_rest_back(
    post: Post, mail_server: Relay
) -> None:
    post.follow(*[f"reader{n:02}@example.org" for n in range(40)])
    publish(post.database)
    post.plan()
    with mail_server(Behaviour(pause=0.02)) as server:
        sender = post.sender(server.port)
        running = threading.Thread(target=sender.run)
        running.start()
        server.on_accept.wait(10)
        sender.stop()
        running.join(20)
        assert not running.is_alive()
        sent = len(server.accepted)
        assert sent < 40
        states = post.states()
        assert states[ACCEPTED] == sent
        assert DeliveryState.SENDING not in states
        post.sender(server.port).run()
    assert Counter(one.recipient for one in server.accepted).most_common(1)[0][1] == 1
    assert post.states() == {ACCEPTED: 40}


@pytest.mark.parametrize("silent", ["after the message", "at the door"])
def test_f08_a_server_that_says_nothing_keeps_no_sender_from_ending(
    post: Post, mail_server: Relay, silent: str
) -> None:
    """What was handed over is in doubt and sent once more under its Message-ID; what was not is only given back."""
    post.follow(*[f"reader{n:02}@example.org" for n in range(4)])
    publish(post.database)
    post.plan()
    quiet = Behaviour(never_answers=1) if silent == "after the message" else Behaviour(banner=None)
    with mail_server(quiet) as server:
        sender = replace(post.sender(server.port), draining_seconds=0.05)
        running = threading.Thread(target=sender.run)
        running.start()
        deadline = time.monotonic() + 10
        while not (server.taken or (quiet.banner is None and server.connections)) and time.monotonic() < deadline:
            time.sleep(0.005)
        sender.stop()
        running.join(10)
        assert not running.is_alive()
        assert post.states() == {DEFERRED: 4}
    post.clock.forward(minutes=10)
    with mail_server() as server:
        post.sender(server.port).run()
    assert post.states() == {ACCEPTED: 4}
    assert len(server.accepted) == 4


def test_a_claim_is_renewed_while_its_owner_lives(post: Post) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with post.database.write() as session:
        (one,) = deliveries.claim(session, owner="slow", now=NOW, limit=9)
    later = NOW + LEASE - timedelta(seconds=1)
    with post.database.write() as session:
        deliveries.renew(session, owner="slow", now=later)
        assert deliveries.claim(session, owner="other", now=NOW + LEASE, limit=9) == []
        assert [two.id for two in deliveries.claim(session, owner="other", now=later + LEASE, limit=9)] == [one.id]


def test_f36_a_ca_file_that_cannot_be_read_leaves_everything_waiting(
    post: Post, mail_server: Relay, tmp_path: Path
) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with mail_server() as server:
        done = post.sender(server.port, tls=Tls.REQUIRED, ca_file=tmp_path / "none.pem").run()
    assert "cannot use the CA file" in (done.unavailable or "")
    assert post.states() == {DEFERRED: 1}


_KILLED = """
import random, sys
from feeds import words
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store.database import Database
from notifier.digests import Digests
from notifier.delivery import Sender
from notifier.tokens import Tokens
from notifier.transport.smtp import SmtpOptions, SmtpTransport, Tls
from tests.builders import BASE_URL, SECRET, Hands, small_city
transport = SmtpTransport(SmtpOptions(host="127.0.0.1", port=int(sys.argv[2]), tls=Tls.NONE, connections=2))
newsroom = Newsroom(small_city(), BASE_URL)
Sender(Database(sys.argv[1]), newsroom, Tokens([SECRET]), transport, Hands(), random.Random(1)).run()
"""


@on_each_engine
def test_f01_a_killed_sender_loses_nobody_and_repeats_one_message_a_connection_at_most(
    post: Post, mail_server: Relay
) -> None:
    readers = [f"reader{n:03}@example.org" for n in range(150)]
    post.follow(*readers)
    publish(post.database)
    assert post.plan() == 150
    kills = 4
    with mail_server(Behaviour(pause=0.02)) as server:
        for number in range(1, kills + 1):
            sender = _sender_process(post.database, server.port)
            deadline = time.monotonic() + 30
            while len(server.accepted) < number * 20 and time.monotonic() < deadline:
                time.sleep(0.001)
            sender.send_signal(signal.SIGKILL)
            sender.wait()
            post.clock.at += LEASE + timedelta(minutes=1)
            with post.database.write() as session:  # the sender's clock stands still: let its leases be over
                session.exec_driver_sql("UPDATE delivery SET lease_until = created_at WHERE state = 'sending'")
        post.sender(server.port, connections=2).run()
    copies = Counter(one.recipient for one in server.accepted)
    assert set(copies) == set(readers)
    assert sum(copies.values()) - len(readers) <= kills * 2
    for reader in readers:
        assert len({one.message["Message-ID"] for one in server.to(reader)}) == 1
    assert post.states() == {ACCEPTED: 150}


def _sender_process(database: Database, port: int) -> "subprocess.Popen[bytes]":
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-c", _KILLED, database.url.render_as_string(hide_password=False), str(port)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": root},  # noqa: TID251
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.postfix
def test_postfix_takes_what_we_send(post: Post, tmp_path: Path) -> None:
    """smtp-sink is Postfix's own SMTP server for tests: it refuses what breaks the protocol."""
    sink = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if sink is None:
        missing("postfix", "smtp-sink is not installed")
    assert sink is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tmp_path.chmod(0o777)
    user = ["-u", "postfix"] if os.geteuid() == 0 else []
    server = subprocess.Popen([sink, *user, "-D", "mail.%M", f"127.0.0.1:{port}", "10"], cwd=tmp_path)
    try:
        _wait_for_port(port)
        post.follow("a@example.org", "b@example.org")
        publish(post.database, "국제뮤지컬축제, 여름을 연다")
        post.plan()
        post.sender(port).run()
    finally:
        server.terminate()
        server.wait(10)
    assert post.states() == {ACCEPTED: 2}
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("mail.*"))
    assert kept.count(b"X-Rcpt-Args: <") == 2
    assert SECRET.encode() not in kept


def _wait_for_port(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail("the server did not come up")


def _one_after_a_fault(post: Post, mail_server: Relay, behaviour: Behaviour) -> None:
    post.follow("a@example.org")
    publish(post.database)
    post.plan()
    with mail_server(behaviour) as server:
        post.sender(server.port).run()
        post.clock.forward(minutes=10)
        post.sender(server.port).run()
    assert len(server.accepted) == 1
    assert post.states() == {ACCEPTED: 1}
