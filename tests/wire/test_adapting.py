"""What a sender learns of the mail server and of those behind it: how much, how fast, and when to stop."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from feeds.scope import Scope
from notifier.digests import Digests
from notifier.ledger import holds, signups, suppressions
from notifier.model import Cadence, DeliveryState
from notifier.refusals import TOO_MANY
from tests.builders import publish
from tests.wire.conftest import Post
from tests.wire.server import Behaviour, Relay

ACCEPTED, DEFERRED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.REJECTED
People = Callable[[int], Sequence[str]]


def alerted(post: Post, readers: Sequence[str]) -> None:
    """Each of these has one alert waiting."""
    post.follow(*readers)
    publish(post.database)
    post.plan()


def why_held(post: Post) -> str | None:
    with post.database.read() as session:
        return holds.reason(session)


@pytest.mark.parametrize("said", ["550 5.1.1 no such person", "554 your network is blocked", "550 5.7.1 not from you"])
def test_f26_where_everybody_is_refused_sending_is_held_and_nobody_suffers(
    post: Post, mail_server: Relay, people: People, said: str
) -> None:
    readers = people(TOO_MANY + 20)
    alerted(post, readers)
    behaviour = Behaviour(recipients=dict.fromkeys(readers, said))
    sender_of = post.sender
    with mail_server(behaviour) as server:
        done = sender_of(server.port).run()
        assert server.commands.count("RCPT") <= TOO_MANY + 1
        assert said in (done.unavailable or "")
        assert said in (why_held(post) or "")
        assert set(post.states()) <= {DEFERRED, DeliveryState.PENDING}
        with post.database.read() as session:
            assert suppressions.count(session) == {}
        behaviour.recipients = {}
        with post.database.write() as session:
            holds.release(session)
        post.clock.forward(hours=3)
        sender_of(server.port).run()
    assert post.states() == {ACCEPTED: len(readers)}
    assert Counter(one.recipient for one in server.accepted) == dict.fromkeys(readers, 1)


def test_f26_who_was_on_the_wire_when_sending_was_held_suffers_no_more_than_those_before(
    post: Post, mail_server: Relay, people: People
) -> None:
    readers = people(TOO_MANY + 60)
    alerted(post, readers)
    behaviour = Behaviour(recipients=dict.fromkeys(readers, "550 5.1.1 no such person"), drips=0.001)
    with mail_server(behaviour) as server:
        sender = post.sender(server.port, connections=6)
        sender.run()
        assert server.most_at_once > 1
        assert DeliveryState.REJECTED not in post.states()
        behaviour.recipients, behaviour.drips = {}, None
        with post.database.write() as session:
            holds.release(session)
        post.clock.forward(hours=3)
        sender.run()
    assert post.states() == {ACCEPTED: len(readers)}
    with post.database.read() as session:
        assert suppressions.count(session) == {}


def test_f25_who_is_no_such_person_gets_no_more_list_mail_once_the_server_has_taken_another(
    post: Post, mail_server: Relay
) -> None:
    alerted(post, ["gone@example.org", "full@example.org", "well@example.org"])
    said = {"gone@example.org": "550 5.1.1 no such person", "full@example.org": "552 5.2.2 too much mail"}
    with mail_server(Behaviour(recipients=said)) as server:
        post.sender(server.port).run()
        publish(post.database, "Another day")
        post.plan()
        post.sender(server.port).run()
    assert post.states() == {ACCEPTED: 2, REJECTED: 3, DeliveryState.SKIPPED_SUPPRESSED: 1}
    with post.database.read() as session:
        assert suppressions.count(session) == {"hard_bounce": 1}


def test_f25_a_stranger_whose_address_there_is_not_is_asked_once_by_a_form(post: Post, mail_server: Relay) -> None:
    alerted(post, ["well@example.org"])
    behaviour = Behaviour(recipients={"nobody@example.org": "550 5.1.1 no such person"})
    with mail_server(behaviour) as server:
        post.following.ask("nobody@example.org", Scope(), Cadence.DAILY, language="en")
        post.following.ask("nobody@example.org", Scope(), Cadence.DAILY, language="en")
        post.sender(server.port).run()
        post.following.ask("nobody@example.org", Scope(), Cadence.DAILY, language="en")
        publish(post.database, "Another day")
        post.plan()
        post.sender(server.port).run()
    with post.database.read() as session:
        assert suppressions.count(session) == {"nowhere": 1}
        assert signups.asked_since(session, post.clock() - timedelta(days=1), "nobody@example.org") == 2


def test_f34_a_server_that_takes_two_connections_is_asked_for_no_more(
    post: Post, mail_server: Relay, people: People
) -> None:
    alerted(post, people(60))
    with mail_server(Behaviour(most_connections=2, pause=0.01)) as server:
        done = post.sender(server.port, connections=8).run()
    assert done.unavailable is None
    assert post.states() == {ACCEPTED: 60}
    assert server.most_at_once == 2
    assert server.turned_away <= 2, "it was told once what there is"


def test_connections_grow_to_what_was_allowed_and_no_further(post: Post, mail_server: Relay, people: People) -> None:
    alerted(post, people(80))
    with mail_server(Behaviour(pause=0.02)) as server:
        post.sender(server.port, connections=5).run()
    assert server.most_at_once == 5
    assert post.states() == {ACCEPTED: 80}


def test_one_message_is_worth_one_connection(post: Post, mail_server: Relay) -> None:
    alerted(post, ["a@example.org"])
    with mail_server() as server:
        post.sender(server.port, connections=8).run()
    assert server.connections == 1


def test_f22_a_domain_that_asks_for_less_gets_less_and_the_others_go_on(
    post: Post, mail_server: Relay, people: People
) -> None:
    busy = [f"reader{n:03}@busy.test" for n in range(200)]
    alerted(post, [*busy, *people(40)])
    behaviour = Behaviour(recipients=dict.fromkeys(busy, "450 4.7.1 too many at once"))
    with mail_server(behaviour) as server:
        sender = post.sender(server.port)
        sender.run()
        assert {one.recipient for one in server.accepted} == set(people(40))
        asked = server.commands.count("RCPT") - 40
        assert asked < 100, "the rest waits for its token"
        behaviour.recipients = {}
        for _ in range(40):
            post.clock.forward(seconds=30)
            sender.run()
    assert post.states() == {ACCEPTED: 240}
    assert Counter(one.recipient for one in server.accepted) == dict.fromkeys([*busy, *people(40)], 1)


def test_f66_an_urgent_release_goes_out_in_the_middle_of_a_digest(
    post: Post, mail_server: Relay, people: People
) -> None:
    for email in people(250):
        post.following.add(email, Scope(), Cadence.DAILY, language="en")
    publish(post.database)
    post.follow("duty@example.org")
    post.clock.forward(days=1)
    Digests(post.database, post.newsroom, post.letters, post.clock).run()
    with mail_server(Behaviour(pause=0.004)) as server:

        def warn() -> None:
            server.on_accept.wait(10)
            publish(post.database, "Leave the river bank", urgent=True)
            post.plan()

        newsroom = threading.Thread(target=warn)
        newsroom.start()
        post.sender(server.port).run()
        newsroom.join()
    order = [one.recipient for one in server.accepted]
    assert len(order) == 251
    assert order.index("duty@example.org") < 200


def test_f34_a_server_that_lets_go_of_one_connection_after_another_meets_no_storm(
    post: Post, mail_server: Relay, people: People
) -> None:
    alerted(post, people(120))
    with mail_server(Behaviour(most_connections=1, close_after=20)) as server:
        for _ in range(6):
            post.sender(server.port, connections=6).run()
            post.clock.forward(minutes=2)
    assert post.states() == {ACCEPTED: 120}
    assert server.connections <= 20


def test_f37_a_password_that_was_changed_costs_one_attempt_where_many_connections_were_known(
    post: Post, mail_server: Relay, people: People
) -> None:
    alerted(post, people(40))
    behaviour = Behaviour(extensions=("AUTH PLAIN",), pause=0.01)
    with mail_server(behaviour) as server:
        sender = post.sender(server.port, username="relay", password="right", connections=4)
        sender.run()
        assert server.commands.count("AUTH") == 4
        behaviour.auth = "535 5.7.8 no longer"
        publish(post.database, "Another day")
        post.plan()
        sender.run()
    assert server.commands.count("AUTH") == 5
    assert post.states()[ACCEPTED] == 40
