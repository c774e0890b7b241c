"""What a mail server sees of a mail: exactly the headers that were meant, signed, whatever a title says."""

from dataclasses import replace
from email import policy
from email.parser import BytesParser

import dkim

from notifier.dkim import Key, Signer
from notifier.envelope import ReturnAddresses, Way
from notifier.model import DeliveryState
from tests.builders import publish
from tests.notifier.returned import DOMAIN
from tests.wire.conftest import Post
from tests.wire.server import Behaviour, mail_server

HOSTILE = "=?utf-8?q?=0ABcc:_evil=40x.test?="
INTENDED = [
    "DKIM-Signature", "DKIM-Signature", "From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Help",
    "List-Archive", "Auto-Submitted", "Feedback-ID", "Content-Language", "List-Unsubscribe", "List-Unsubscribe-Post",
    "MIME-Version", "Content-Type",
]  # fmt: skip


def test_b34_a_hostile_title_arrives_literally_with_exactly_the_intended_headers_and_signed(post: Post) -> None:
    post.follow("a@example.org")
    publish(post.database, HOSTILE)
    post.plan()
    domain = post.newsroom.city.sender_address.rpartition("@")[2]
    keys = (Key.made("one", algorithm="rsa"), Key.made("two", algorithm="ed25519"))
    addresses = ReturnAddresses(DOMAIN, post.tokens)
    with mail_server() as server:
        replace(post.sender(server.port), addresses=addresses, signer=Signer(domain, keys)).run()
    (one,) = server.accepted
    for reading in (policy.compat32, policy.default):
        message = BytesParser(policy=reading).parsebytes(one.content)
        assert sorted(message.keys()) == sorted(INTENDED)
    assert message["Subject"] == HOSTILE
    assert server.senders == [addresses.address(Way.BOUNCE, 1)]
    assert message["List-Unsubscribe"].endswith(f", <mailto:{addresses.address(Way.LEAVE, 1)}?subject=unsubscribe>")
    records = {f"{key.selector}._domainkey.{domain}.".encode(): key.record.encode() for key in keys}
    seen = dkim.DKIM(one.content)
    assert [seen.verify(index, dnsfunc=lambda name, timeout=5: records.get(name)) for index in (0, 1)] == [True, True]


def test_f38_f62_an_address_beyond_ascii_goes_where_it_is_taken_and_fails_alone_elsewhere(post: Post) -> None:
    post.follow("독자@example.org", "a@example.org", "독자@예.test")
    publish(post.database)
    post.plan()
    with mail_server() as server:
        post.sender(server.port).run()
    assert [one.recipient for one in server.accepted] == ["a@example.org"]
    assert post.states() == {DeliveryState.ACCEPTED: 1, DeliveryState.REJECTED: 2}
    publish(post.database, "Another")
    post.plan()
    with mail_server(Behaviour(extensions=("8BITMIME", "SMTPUTF8"))) as server:
        post.sender(server.port).run()
    taken = [one.recipient.encode("latin-1").decode() for one in server.accepted]
    assert sorted(taken) == ["a@example.org", "독자@example.org"]
