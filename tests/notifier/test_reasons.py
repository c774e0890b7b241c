"""Who follows by words is told which of theirs a release holds, and nobody is told another's. On both engines."""

from sqlalchemy import select

from feeds.scope import Scope
from feeds.store import reading
from notifier.ledger import erasing, history
from notifier.ledger.tables import delivery
from notifier.model import Cadence, Kind
from notifier.preview import Preview
from notifier.rehearsal import Rehearsal
from tests.builders import correct, withdraw
from tests.notifier.conftest import Desk

NOW, DAILY = Cadence.IMMEDIATE, Cadence.DAILY
BUSES, NIGHT, TRAMS = Scope(words="buses OR trams"), Scope(("environment",), words="NIGHT"), Scope(words="trams")


def reasons(desk: Desk) -> dict[str, list[str | None]]:
    """What each address is told of why, mail by mail."""
    told: dict[str, list[str | None]] = {}
    with desk.database.read() as session:
        for row in session.execute(select(delivery).order_by(delivery.c.id)):
            told.setdefault(row.address, []).append(row.reason)
    return told


def test_each_is_told_of_their_own_wishes_and_of_the_words_as_they_stand_in_the_text(desk: Desk) -> None:
    for address, wishes in {
        "one@example.org": [BUSES],
        "two@example.org": [Scope(("climate",)), NIGHT, TRAMS, BUSES],
        "plain@example.org": [Scope(("climate",))],
    }.items():
        for scope in wishes:
            desk.wish(address, NOW, scope)
    desk.publish("Night Buses run later")
    assert desk.alerts.run().planned == 3
    found = "“buses | trams” (in this release: Buses)"
    assert reasons(desk) == {
        "one@example.org": [f"You get this mail because you follow {found}."],
        "two@example.org": [
            f"You get this mail because you follow Environment Bureau, with “night” (in this release: Night); {found}."
        ],
        "plain@example.org": [None],
    }
    (mailing,) = {desk.mails(address)[0].mailing for address in reasons(desk)}
    assert mailing


def test_it_is_said_in_the_language_of_the_person(desk: Desk) -> None:
    desk.wish("ko@example.org", NOW, Scope(words="buses -trams"), language="ko")
    desk.publish()
    desk.alerts.run()
    assert reasons(desk)["ko@example.org"] == [
        "신청하신 조건에 맞는 보도자료여서 보내 드립니다: ‘-trams buses’ (찾은 단어: buses)"
    ]


def test_a_wish_for_what_holds_none_of_its_words_is_named_alone(desk: Desk) -> None:
    desk.wish("one@example.org", NOW, Scope(words="NOT trams"))
    desk.publish()
    desk.alerts.run()
    assert reasons(desk)["one@example.org"] == ["You get this mail because you follow “-trams”."]


def test_what_is_followed_in_digests_or_since_then_or_no_more_is_no_reason_of_an_alert(desk: Desk) -> None:
    person = desk.wish("one@example.org", NOW, BUSES)
    desk.wish("one@example.org", DAILY, Scope(words="night"))
    desk.wish("one@example.org", NOW, Scope(words="later"))
    (last,) = [one for one in desk.live(person) if one.scope.words == "later"]
    desk.following.stop(person.id, only=last.id, reason="page")
    desk.publish("Night buses run later")
    desk.wish("one@example.org", NOW, Scope(words="run"))
    desk.alerts.run()
    (said,) = reasons(desk)["one@example.org"]
    assert said == "You get this mail because you follow “buses | trams” (in this release: buses)."


def test_a_correction_names_what_the_corrected_text_holds(desk: Desk) -> None:
    desk.wish("one@example.org", NOW, BUSES)
    desk.wish("one@example.org", NOW, Scope(words="later"))
    change = desk.publish("Night buses run later")
    desk.alerts.run()
    correct(desk.database, change.article_id, "Night trams run late", now=desk.clock())
    desk.alerts.run()
    assert desk.mails("one@example.org")[1].kind is Kind.CORRECTION
    assert reasons(desk)["one@example.org"][1] == (
        "You get this mail because you follow “buses | trams” (in this release: trams)."
    )


def test_a_correction_that_holds_none_of_their_words_is_told_as_to_everybody(desk: Desk) -> None:
    desk.wish("one@example.org", NOW, BUSES)
    change = desk.publish("Night buses run later")
    desk.alerts.run()
    correct(desk.database, change.article_id, "Night ferries run late", now=desk.clock())
    desk.alerts.run()
    assert reasons(desk)["one@example.org"][1] is None


def test_a_digest_tells_of_each_release_by_which_words_it_is_there(desk: Desk) -> None:
    for address in ("one@example.org", "two@example.org"):
        desk.wish(address, DAILY, BUSES)
        desk.wish(address, DAILY, Scope(words="night"))
    desk.wish("plain@example.org", DAILY, Scope(("climate",)))
    desk.publish("Night Buses run later")
    desk.publish("Trams")
    desk.publish("Ferries")
    desk.morning()
    (mail,), (other,), (plain,) = (desk.mails(f"{name}@example.org") for name in ("one", "two", "plain"))
    assert mail.mailing == other.mailing != plain.mailing
    assert "Words found: Buses, Night" in mail.text
    assert "Words found: Trams" in mail.text
    assert "Words found" not in plain.text


def test_a_digest_made_again_tells_the_same_words(desk: Desk) -> None:
    desk.wish("one@example.org", DAILY, BUSES)
    gone = desk.publish("Trams")
    desk.publish("Night Buses")
    desk.morning()
    withdraw(desk.database, gone.article_id, now=desk.clock())
    desk.digests.run()
    (mail,) = desk.mails("one@example.org")
    assert "Words found: Buses" in mail.text
    assert "Trams" not in mail.text


def test_staff_and_the_person_see_why_and_erasure_takes_it(desk: Desk) -> None:
    person = desk.wish("one@example.org", NOW, BUSES)
    desk.wish("two@example.org", NOW, Scope(words="night"))
    desk.publish("Night buses")
    desk.alerts.run()
    with desk.database.read() as session:
        (sent,) = history.of_address(session, "one@example.org")
    assert sent.reason is not None
    assert "“buses | trams”" in sent.reason
    copy = desk.personal.copy(person.id)
    assert copy is not None
    assert "buses" in str(copy["mails"])
    assert "“night”" not in str(copy["mails"])
    with desk.database.write() as session:
        erasing.erase(session, ["one@example.org"])
    assert "buses" not in str(reasons(desk))


def test_the_mail_that_all_share_and_the_previews_hold_nobodys_words(desk: Desk) -> None:
    desk.wish("one@example.org", NOW, Scope(words="night NOT secret"))
    desk.wish("two@example.org", NOW, BUSES)
    change = desk.publish("Night buses")
    desk.alerts.run()
    (mail,) = desk.mails("one@example.org")
    assert "secret" not in mail.text
    letters = desk.alerts.letters
    with desk.database.read() as session:
        article = reading.get(session, change.article_id)
        (theirs,) = Rehearsal(desk.newsroom, letters, desk.clock, 24).mails(session, Kind.ALERT, "two@example.org")
    shown = Preview(letters).mail(article)
    copy = letters.alert_copy(article, language="en", sent_on=desk.clock().date())
    assert "secret" not in shown.text + shown.html + copy + theirs.text + theirs.html
    assert "because this address follows releases" in " ".join(shown.text.split())
    assert "“buses | trams” (in this release: buses)" in " ".join(theirs.text.split())
