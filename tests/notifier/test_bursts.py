"""What comes out within one window reaches a person in one mail. On both engines."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from feeds.model import Change
from feeds.scope import Scope
from notifier.ledger import mailings
from notifier.ledger.deliveries import Outcome, claim, settle
from notifier.ledger.objections import objections
from notifier.model import Cadence, DeliveryState, Kind
from tests.builders import correct, withdraw
from tests.notifier.conftest import Desk
from tests.store.test_scheduled import damage

NOW, DAILY = Cadence.IMMEDIATE, Cadence.DAILY
ONE, TWO, THREE = "one@example.org", "two@example.org", "three@example.org"
MINUTE = timedelta(seconds=60)


def burst(desk: Desk, *titles: str, divisions: Sequence[str] = ()) -> list[Change]:
    """Releases a second apart, of Climate where no division is named, and then their turn."""
    made = []
    for place, title in enumerate(titles):
        made.append(desk.publish(title, undo=MINUTE, division=divisions[place] if divisions else "climate"))
        desk.clock.forward(seconds=1)
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    return made


def against(desk: Desk) -> set[DeliveryState | None]:
    """What stands against the mails that are due."""
    with desk.database.write() as session:
        claimed = claim(session, owner="test", now=desk.clock(), limit=100)
        hashes = {one.id: (one.address,) for one in claimed}
        said = objections(
            session, claimed, owner="test", hashes=hashes, lineage=desk.newsroom.lineage, now=desk.clock()
        )
    return {said.get(one.id) for one in claimed}


def test_who_wants_several_gets_one_mail_with_the_text_of_each(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    first, second, third = burst(desk, "Night buses", "A new bench", "A tree planted")
    (mail,) = desk.mails(ONE)
    assert (mail.kind, mail.subject) == (Kind.ALERT, "Night buses and 2 more")
    assert mail.articles == (first.article_id, second.article_id, third.article_id)
    for title in ("Night buses", "A new bench", "A tree planted"):
        assert f"{title} from Monday on." in mail.text


def test_who_wants_one_of_them_gets_that_alone_and_in_its_own_form(desk: Desk) -> None:
    desk.follow(ONE, NOW, "water")
    desk.follow(TWO, NOW, "environment")
    desk.follow(THREE, NOW, "climate")
    burst(desk, "Night buses", "A new bench", divisions=("climate", "water"))
    assert [mail.subject for mail in desk.mails(ONE)] == ["A new bench"]
    assert [mail.subject for mail in desk.mails(TWO)] == ["Night buses and 1 more"]
    assert [mail.subject for mail in desk.mails(THREE)] == ["Night buses"]


def test_people_of_the_same_set_and_language_share_a_mailing(desk: Desk) -> None:
    people = [f"reader-{number}@example.org" for number in range(4)]
    for address in people:
        desk.follow(address, NOW)
    desk.follow(ONE, NOW, language="ko")
    burst(desk, "Night buses", "A new bench")
    assert len({desk.mails(address)[0].mailing for address in people}) == 1
    (korean,) = desk.mails(ONE)
    assert korean.subject == "Night buses 외 1건"


def test_neither_a_digest_nor_another_run_tells_any_of_them_again(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    desk.follow(ONE, DAILY, "climate")
    burst(desk, "Night buses", "A new bench")
    assert desk.alerts.run().planned == 0
    desk.morning()
    assert len(desk.mails(ONE)) == 1


def test_a_correction_of_one_of_them_reaches_who_had_them_together(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    first, _ = burst(desk, "Night buses", "A new bench")
    correct(desk.database, first.article_id, "Night buses after all", now=desk.clock())
    desk.alerts.run()
    assert [(mail.kind, mail.articles) for mail in desk.mails(ONE)][1:] == [(Kind.CORRECTION, (first.article_id,))]


def test_who_had_them_together_is_among_those_whom_a_withdrawal_of_one_is_told(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    first, second = burst(desk, "Night buses", "A new bench")
    with desk.database.write() as session:
        (one,) = claim(session, owner="test", now=desk.clock(), limit=10)
        settle(session, [Outcome(id=one.id, state=DeliveryState.ACCEPTED)], owner="test", now=desk.clock())
        held = [mailings.count_holders(session, change.article_id) for change in (first, second)]
    assert held == [1, 1]


def test_what_is_urgent_goes_alone(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    desk.publish("A new bench", undo=MINUTE)
    desk.publish("Boil the water", urgent=True)
    desk.publish("Night buses", undo=MINUTE)
    desk.alerts.run()
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    assert [mail.subject for mail in desk.mails(ONE)] == ["Urgent: Boil the water", "A new bench and 1 more"]


def test_what_was_withdrawn_in_the_window_is_in_no_mail(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    gone = desk.publish("Night buses", undo=MINUTE)
    desk.publish("A new bench", undo=MINUTE)
    withdraw(desk.database, gone.article_id, now=desk.clock())
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    assert [mail.subject for mail in desk.mails(ONE)] == ["A new bench"]


@pytest.mark.parametrize("how", ["withdrawn", "corrected"])
def test_a_mail_still_on_its_way_is_made_again_without_what_is_over(desk: Desk, how: str) -> None:
    desk.follow(ONE, NOW)
    first, second = burst(desk, "Night buses", "A new bench")
    if how == "withdrawn":
        withdraw(desk.database, first.article_id, now=desk.clock())
    else:
        correct(desk.database, first.article_id, "Night buses after all", now=desk.clock())
    assert DeliveryState.DEFERRED in against(desk)
    desk.alerts.run()
    desk.digests.run()
    mail = desk.mails(ONE)[0]
    assert (mail.subject, mail.articles) == ("A new bench", (second.article_id,))
    assert "Night buses" not in mail.text


def test_an_alert_waits_while_the_mails_of_its_correction_can_still_be_undone(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    change = desk.publish("Night buses")
    desk.alerts.run()
    correct(desk.database, change.article_id, "Night buses after all", now=desk.clock(), undo=MINUTE)
    assert against(desk) == {DeliveryState.DEFERRED}, "were it stopped, nobody would hear of the release"


def test_who_follows_by_words_is_told_which_of_theirs_were_found(desk: Desk) -> None:
    desk.wish(ONE, NOW, Scope(words="bench"))
    desk.wish(ONE, NOW, Scope(words="buses"))
    burst(desk, "Night buses", "A new bench")
    (mail,) = desk.mails(ONE)
    with desk.database.write() as session:
        (claimed,) = claim(session, owner="test", now=desk.clock(), limit=10)
    assert claimed.mailing_id == mail.mailing
    assert claimed.reason is not None
    assert "“bench”" in claimed.reason
    assert "“buses”" in claimed.reason


def test_f61_a_broken_release_keeps_no_other_waiting(desk: Desk) -> None:
    desk.follow(ONE, NOW)
    first, second, third = (desk.publish(title, undo=MINUTE) for title in ("Night buses", "A new bench", "A tree"))
    damage(desk.database, second.article_id)
    desk.clock.forward(seconds=60)
    desk.alerts.run()
    assert desk.told(ONE) == [first.article_id, third.article_id]
