"""The mails of a digest are written before the transaction that addresses them; who is told what is decided in that."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from notifier.digests import Digests
from notifier.ledger.tables import delivery, mailing
from notifier.messages import Letters
from notifier.model import Cadence, Kind
from notifier.placeholders import MailContent
from tests.builders import correct
from tests.notifier.conftest import Desk

DAILY = Cadence.DAILY


class Interrupted(Letters):
    """Writes as ever; while it writes the first digest, somebody else does something."""

    meanwhile: Callable[[], object] | None = None

    def digest(self, *items: object, **known: object) -> MailContent:  # type: ignore[override]
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        return super().digest(*items, **known)  # type: ignore[arg-type]


def interrupted(desk: Desk, letters: Letters, act: Callable[[], object]) -> Desk:
    """The desk with such letters."""
    writes = Interrupted(letters._newsroom, letters._words, letters._templates)
    writes.meanwhile = act
    return replace(desk, digests=Digests(desk.database, desk.newsroom, writes, desk.clock))


def unused(desk: Desk) -> list[str]:
    """The digests that go to nobody."""
    with desk.database.read() as session:
        used = select(delivery.c.mailing_id)
        wanted = select(mailing.c.key).where(mailing.c.kind == Kind.DIGEST, mailing.c.id.not_in(used))
        return list(session.execute(wanted).scalars())


def test_while_digests_are_written_others_write_and_who_left_meanwhile_gets_none(desk: Desk, letters: Letters) -> None:
    desk.follow("stays@example.org", DAILY, "climate")
    leaves = desk.follow("leaves@example.org", DAILY, "water")
    desk.publish(division="climate")
    desk.publish(division="water")
    one = interrupted(desk, letters, lambda: desk.following.stop(leaves.id, reason="page"))
    one.morning()
    assert len(desk.mails("stays@example.org", Kind.DIGEST)) == 1
    assert desk.mails("leaves@example.org", Kind.DIGEST) == []
    assert unused(desk) == []


def test_what_comes_out_while_digests_are_written_is_in_the_next_one(desk: Desk, letters: Letters) -> None:
    desk.follow("reader@example.org", DAILY)
    first = desk.publish()
    late: list[int] = []
    one = interrupted(desk, letters, lambda: late.append(desk.publish("Trams").article_id))
    one.morning()
    assert desk.told("reader@example.org") == [first.article_id]
    one.morning()
    assert desk.told("reader@example.org") == [first.article_id, *late]


def test_what_is_corrected_while_digests_are_written_is_told_as_it_stands(desk: Desk, letters: Letters) -> None:
    desk.follow("reader@example.org", DAILY)
    first = desk.publish("Night buses")
    one = interrupted(desk, letters, lambda: correct(desk.database, first.article_id, "Night trams", now=desk.clock()))
    one.morning()
    (mail,) = desk.mails("reader@example.org", Kind.DIGEST)
    assert "Night trams" in mail.text
    assert unused(desk) == []
