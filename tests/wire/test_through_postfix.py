"""Through a whole Postfix: out over TLS to a neighbour, and back as the bounce that suppresses an address."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import dkim
import pytest

from config.postbox import listening
from notifier.bounces import Ourselves
from notifier.delivery import Sender
from notifier.dkim import Key, Signer
from notifier.envelope import ReturnAddresses, Way
from notifier.ledger import suppressions
from notifier.model import DeliveryState
from notifier.parking import Parking
from notifier.returns import Returns
from notifier.transport.smtp import Tls
from tests.builders import SECRET, publish
from tests.notifier.returned import DOMAIN
from tests.wire.certificates import self_signed
from tests.wire.conftest import Post
from tests.wire.postfix import Postfix, postfix
from tests.wire.server import Behaviour, MailServer, mail_server

pytestmark = pytest.mark.postfix
GONE = "gone@far.test"
COMMAND = Path(sys.executable).with_name("civicwire")


@dataclass(frozen=True, slots=True)
class Relay:
    """Postfix between us, a neighbour that refuses somebody, and our own door for what comes back."""

    post: Post
    postfix: Postfix
    neighbour: MailServer
    returns: Returns
    certificate: Path

    def sender(self, **options: object) -> Sender:
        given = {"tls": Tls.REQUIRED, "ca_file": self.certificate}
        return replace(self.post.sender(self.postfix.port, **(given | options)), addresses=self.returns.addresses)

    def suppressed(self, address: str) -> bool:
        with self.post.database.read() as session:
            return suppressions.find(session, self.post.tokens.address_hashes(address)) is not None


@pytest.fixture
def relay(post: Post, tmp_path: Path) -> Iterator[Relay]:
    certificate = self_signed(tmp_path, "IP:127.0.0.1")
    addresses = ReturnAddresses(DOMAIN, post.tokens)
    us = Ourselves(DOMAIN, post.newsroom.city.sender_address)
    returns = Returns(post.database, addresses, us, post.tokens, post.clock, Parking(tmp_path / "parked"), post.journal)
    refusing = Behaviour(recipients={GONE: "550 5.1.1 nobody of this name"})
    with mail_server(refusing) as neighbour, listening(returns, "127.0.0.1", 0) as door:
        routes = {"far.test": f"smtp:[127.0.0.1]:{neighbour.port}", DOMAIN: f"lmtp:inet:127.0.0.1:{door}"}
        with postfix(certificate, local="town.test", routes=routes) as server:
            yield Relay(post, server, neighbour, returns, certificate)


def test_f35_f36_f38_a_mail_arrives_whole_over_tls_and_under_a_certificate_nobody_vouches_for_it_stays(
    relay: Relay,
) -> None:
    post = relay.post
    with smtplib.SMTP("127.0.0.1", relay.postfix.port, timeout=10) as client:
        client.ehlo()
        assert {"pipelining", "8bitmime", "smtputf8", "starttls", "size"} <= client.esmtp_features.keys()
    post.follow("a@town.test", "독자@town.test", "b@far.test")
    publish(post.database, ".국제뮤지컬축제, 여름을 연다")
    post.plan()
    refused = relay.sender(ca_file=None).run().unavailable or ""
    assert "its certificate is not accepted: self-signed certificate" in refused
    assert post.states() == {DeliveryState.DEFERRED: 3}

    post.clock.forward(minutes=1)
    domain = post.newsroom.city.sender_address.rpartition("@")[2]
    keys = (Key.made("one", algorithm="rsa"), Key.made("two", algorithm="ed25519"))
    replace(relay.sender(), signer=Signer(domain, keys)).run()
    assert post.states() == {DeliveryState.ACCEPTED: 3}
    records = {f"{key.selector}._domainkey.{domain}.".encode(): key.record.encode() for key in keys}
    messages = relay.postfix.delivered(2)
    relay.postfix.wait(lambda: bool(relay.neighbour.accepted))
    (onward,) = relay.neighbour.accepted
    sent = [*(bytes(one) for one in messages), onward.content]
    for raw in sent:
        seen = dkim.DKIM(raw)
        assert [seen.verify(index, dnsfunc=lambda name, timeout=5: records.get(name)) for index in (0, 1)] == [True] * 2
    for message in [*messages, onward.message]:
        assert any("using TLSv1" in str(hop) for hop in message.get_all("Received", []))
    ours = {f"<{relay.returns.addresses.address(Way.BOUNCE, number)}>" for number in (1, 2, 3)}
    senders = {*(message["Return-Path"] for message in messages), f"<{relay.neighbour.senders[0]}>"}
    assert senders == ours


def test_b81_what_a_server_behind_postfix_refuses_comes_back_and_says_of_itself_whom_it_means(
    relay: Relay, tmp_path: Path
) -> None:
    post = relay.post
    post.follow(GONE, "a@town.test")
    publish(post.database)
    post.plan()
    relay.sender().run()
    relay.postfix.wait(lambda: relay.suppressed(GONE))
    assert post.states() == {DeliveryState.ACCEPTED: 1, DeliveryState.BOUNCED: 1}
    assert not relay.suppressed("a@town.test")
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "CIVICWIRE_DATABASE_URL": post.database.url.render_as_string(),
        "CIVICWIRE_SECRET_KEY": SECRET,
    }
    shown = subprocess.run(
        [COMMAND, "subscribers", "show", GONE], cwd=tmp_path, env=environment, capture_output=True, timeout=60
    )
    said = shown.stdout.decode()
    assert "No list mail is sent to it: hard bounce (since 2026-05-20, by report 5.1.1)" in said
    assert "nobody of this name" in said
