"""The newsroom and the press around the notifier's desk, for what is told under embargo."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from feeds.desk import Desk as Newsdesk
from feeds.model import Article
from feeds.publication import Publications
from feeds.staff import SHELL
from feeds.store import articles, reading
from feeds.store.articles import Filing
from notifier import holding, restored
from notifier.embargoes import Embargoes
from notifier.ledger import deliveries, embargo_mail
from notifier.messages import Letters
from notifier.model import Cadence, DeliveryState, Kind
from notifier.press import Press
from tests import claiming
from tests.builders import content
from tests.notifier.conftest import Desk

HOUR = timedelta(hours=1)
TITLE = "Zeppelin lands at noon"
JOURNALIST = "journalist@example.org"
UNTIL = date(2026, 12, 31)


class Rooms:
    """The newsroom and the press around the notifier's desk."""

    def __init__(self, desk: Desk, letters: Letters) -> None:
        self.desk = desk
        self.clock = desk.clock
        self.database = desk.database
        self.newsdesk = Newsdesk(desk.newsroom, desk.clock)
        self.press = Press(desk.database, desk.newsroom, desk.following.tokens, desk.clock)
        self.letters = letters
        self.staff = SHELL
        self.embargoes = Embargoes(desk.database, desk.newsroom, letters, desk.clock)
        self.publications = Publications(desk.database, desk.newsroom, desk.clock)

    def draft(self, title: str = TITLE, *, division: str = "climate", urgent: bool = False) -> Article:
        """A draft that is ready."""
        with self.database.write() as session:
            return articles.add(
                session,
                content(title),
                filing=Filing(division=division, urgent=urgent),
                authority="riverton.example.org,2026",
                now=self.clock(),
            )

    def now(self, article_id: int) -> Article:
        """It as it stands."""
        with self.database.read() as session:
            return reading.get(session, article_id)

    def release(self, *, mail: bool = True, **values: object) -> Article:
        """A release under embargo for an hour, its mails planned."""
        one = self.draft(**values)  # type: ignore[arg-type]
        with self.database.write() as session:
            self.newsdesk.schedule(
                session, SHELL, one.id, at=self.clock() + HOUR, expected=one.version, mail=mail, embargo=True
            )
        self.embargoes.run()
        return self.now(one.id)

    def act(self, do: Callable[..., object], article_id: int, **values: object) -> None:
        """Something that staff do, and what it makes the notifier plan."""
        with self.database.write() as session:
            version = reading.get(session, article_id).version
            do(session, SHELL, article_id, expected=version, **values)
        self.embargoes.run()

    def edit(self, article_id: int, title: str) -> None:
        """Another text."""
        with self.database.read() as session:
            filing = articles.filing_of(reading.get(session, article_id))
        with self.database.write() as session:
            version = reading.get(session, article_id).version
            self.newsdesk.edit(session, SHELL, article_id, content(title), filing, expected=version)

    def lift(self) -> None:
        """The hour comes."""
        self.clock.forward(hours=1)
        assert self.publications.run() == 1

    def sent(self, kind: Kind = Kind.EMBARGO) -> None:
        """A server takes every mail of a kind that waits."""
        with self.database.write() as session:
            for one in deliveries.claim(session, owner="a test", now=self.clock(), limit=100):
                if one.kind is kind:
                    claiming.settle(
                        session, one.id, owner="a test", state=DeliveryState.ACCEPTED, now=self.clock(), reply="250 ok"
                    )
                else:
                    deliveries.give_back(session, [one.id], owner="a test", at=self.clock())

    def skip(self, state: DeliveryState) -> None:
        """What waits is not sent, for this reason."""
        with self.database.write() as session:
            for one in deliveries.claim(session, owner="a test", now=self.clock(), limit=100):
                claiming.settle(session, one.id, owner="a test", state=state, now=self.clock(), reply=None)

    def restore(self, *, taken_at: datetime, lost: timedelta) -> None:
        """What there is was a backup of an instant, is restored so much later, and let go on without sending again."""
        self.clock.at = taken_at + lost
        with self.database.write() as session:
            restored.begin(session, taken_at=taken_at, accepted=(), now=self.clock())
        with self.database.write() as session:
            holding.release(session, "operator", newsroom=self.desk.newsroom, now=self.clock())

    def objection(self, address: str = JOURNALIST) -> DeliveryState | None:
        """What is said against the one claimed mail to an address, just before the wire."""
        with self.database.write() as session:
            claimed = deliveries.claim(session, owner="a test", now=self.clock(), limit=100)
            (one,) = [each for each in claimed if each.address == address]
            said = embargo_mail.objection(session, one, self.desk.newsroom.lineage, now=self.clock())
            deliveries.give_back(session, [each.id for each in claimed], owner="a test", at=self.clock())
        return said


def with_a_journalist(desk: Desk, letters: Letters) -> Rooms:
    """They are accredited and follow the bureau above the division, in a weekly digest."""
    rooms = Rooms(desk, letters)
    desk.follow(JOURNALIST, Cadence.WEEKLY, "environment")
    rooms.press.accredit("operator", JOURNALIST, UNTIL)
    return rooms
