"""A release is withdrawn by a program while its alert is on the wire to a real mail server."""

import random
import threading
from collections import Counter

from notifier.delivery import Sender
from notifier.ledger import deliveries
from notifier.model import DeliveryState
from notifier.transport.smtp import SmtpOptions, SmtpTransport, Tls
from tests.api.program import Program, read
from tests.web.conftest import Site
from tests.wire.server import Behaviour, mail_server

PEOPLE = 8
ACCEPTED, WITHDRAWN = DeliveryState.ACCEPTED, DeliveryState.SKIPPED_WITHDRAWN


class _Slow(dict[str, str]):
    """What the server says to recipients: from the third on it says nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.go = threading.Event()
        self._count = 0

    def get(self, recipient: str, default: str = "") -> str:  # type: ignore[override]
        self._count += 1
        if self._count == 3:
            self.asked.set()
            assert self.go.wait(20), "nobody let the server go on"
        return default


def _balance(site: Site) -> list[dict[DeliveryState, int]]:
    with site.database.read() as session:
        return list(deliveries.balance(session).values())


def test_b47_f67_what_is_withdrawn_on_the_wire_goes_to_nobody_else_and_the_balance_agrees(
    site: Site, cms: Program
) -> None:
    """Two have it, the third's is in flight on the one connection: no more than that one may still leave."""
    for number in range(PEOPLE):
        site.follow(f"reader{number}@example.org", "climate", cadence="immediate")
    article = cms.create(publish=True)
    assert site.parts.alerts.run().planned == PEOPLE
    slow = _Slow()
    with mail_server(Behaviour(recipients=slow)) as server:
        options = SmtpOptions(host="127.0.0.1", port=server.port, tls=Tls.NONE, connections=1)
        parts = site.parts
        sender = Sender(
            site.database, parts.newsroom, parts.tokens, SmtpTransport(options), site.clock, random.Random(7)
        )
        running = threading.Thread(target=sender.run)
        running.start()
        assert slow.asked.wait(20)
        withdrawn = cms.change(article, "/withdraw", {"reason": "It was wrong."})
        slow.go.set()
        running.join(20)
        assert not running.is_alive()
        assert read(withdrawn)["state"] == "withdrawn"
        assert _balance(site) == [{ACCEPTED: 3, WITHDRAWN: PEOPLE - 3}]
        site.clock.forward(hours=1)
        site.parts.alerts.run()
        sender.run()
    assert Counter(one.recipient for one in server.accepted).most_common(1)[0][1] == 1
    assert len(server.accepted) == 3
    assert _balance(site) == [{ACCEPTED: 3, WITHDRAWN: PEOPLE - 3}]
