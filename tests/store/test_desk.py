"""The newsroom's desk: who may do what, and that everything done is written down with it. On both engines."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.closing import DivisionClosed
from feeds.desk import ApprovalNeeded, Desk
from feeds.errors import Conflict, Forbidden, Hidden, NotFound, NotReady, Stale, Unchanged
from feeds.model import Article, ChangeKind, City, Newsroom, Picture, State
from feeds.publication import Publications
from feeds.staff import SHELL, Actor, Right, Role, person
from feeds.store import api_tokens, articles, audit, changes, desk_list, reading, topics
from feeds.store.articles import Filing, filing_of
from feeds.store.database import Database, Session
from tests.builders import NOW, Hands, content

HOUR = timedelta(hours=1)
EDITOR = person("water-editor", Role.EDITOR, ("water",))
SECOND = person("environment-editor", Role.EDITOR, ("environment",))
OTHER = person("transport-editor", Role.EDITOR, ("transport",))
CHIEF = person("chief", Role.CHIEF, ())
PROGRAM = Actor(name="token cms", rights=frozenset({Right.READ, Right.WRITE}), divisions=("water",))


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def desk(newsroom: Newsroom, clock: Hands) -> Desk:
    return Desk(newsroom, clock)


def written(database: Database, desk: Desk, *, urgent: bool = False, **values: object) -> Article:
    with database.write() as session:
        return desk.create(session, EDITOR, content(**values), Filing(division="water", urgent=urgent))  # type: ignore[arg-type]


def deeds(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(one.actor, one.action) for one in reversed(audit.entries(session))]


def test_a_release_from_first_draft_to_withdrawal_is_in_the_audit_log(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        one = desk.edit(session, EDITOR, one.id, content("Better"), filing_of(one), expected=one.version)
        one = desk.publish(session, EDITOR, one.id, expected=one.version)
        one = desk.correct(
            session, EDITOR, one.id, content("Best"), filing_of(one), note="A word.", expected=one.version
        )
        one = desk.amend(session, EDITOR, one.id, content("Best!"), filing_of(one), expected=one.version)
        one = desk.withdraw(session, CHIEF, one.id, reason="It was wrong.", expected=one.version)
    assert (one.state, one.withdrawal_reason) == (State.WITHDRAWN, "It was wrong.")
    mine = [("water-editor", action) for action in ("create", "edit", "publish", "correct", "amend")]
    assert deeds(database) == [*mine, ("chief", "withdraw")]


def test_an_edit_that_changes_nothing_leaves_no_revision_and_no_entry(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        assert desk.edit(session, EDITOR, one.id, one.content, filing_of(one), expected=one.version) == one
        public = desk.publish(session, EDITOR, one.id, expected=one.version)
        again = replace(filing_of(public), topics=None, urgent=None)
        assert desk.amend(session, EDITOR, one.id, public.content, again, expected=public.version) == public
        with pytest.raises(Stale):
            desk.amend(session, EDITOR, one.id, public.content, again, expected=one.version)
    assert deeds(database) == [("water-editor", "create"), ("water-editor", "publish")]


def test_a_draft_saved_unchanged_still_waits_for_its_second_person(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        asked = desk.ask_approval(session, EDITOR, one.id, expected=one.version)
        desk.edit(session, EDITOR, one.id, asked.content, filing_of(asked), expected=asked.version)
        assert desk.approve(session, CHIEF, one.id, expected=asked.version).state is State.PUBLISHED


def test_a_correction_that_corrects_nothing_is_refused(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        public = desk.publish(session, EDITOR, one.id, expected=one.version)
    with pytest.raises(Unchanged), database.write() as session:
        filing = filing_of(public)
        desk.correct(session, EDITOR, one.id, public.content, filing, note="A word.", expected=public.version)
    with database.read() as session:
        assert reading.get(session, one.id) == public
        assert [change.kind for change in changes.window(session, 0, changes.head(session))] == [ChangeKind.PUBLISHED]
    with database.write() as session:
        elsewhere = replace(filing_of(public), telephone="053-000-0000")
        moved = desk.correct(session, EDITOR, one.id, public.content, elsewhere, note="Call.", expected=public.version)
    assert moved.correction_note == "Call."


def test_what_fails_leaves_no_entry(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with pytest.raises(Stale), database.write() as session:
        desk.publish(session, EDITOR, one.id, expected=one.version + 1)
    assert deeds(database) == [("water-editor", "create")]


def test_b45_the_number_of_a_draft_that_was_destroyed_is_never_another_articles(database: Database, desk: Desk) -> None:
    """An edit, an approval or a link of the one would meet the other, at the same version."""
    first = written(database, desk)
    with database.write() as session:
        asked = desk.ask_approval(session, EDITOR, first.id, expected=first.version)
        desk.discard(session, EDITOR, first.id, expected=asked.version)
    second = written(database, desk, urgent=True)
    assert second.id > first.id
    with pytest.raises(NotFound), database.write() as session:
        desk.approve(session, CHIEF, first.id, expected=asked.version)


def test_b94_an_editor_may_not_touch_another_divisions_article(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        for act in (
            lambda: desk.edit(session, OTHER, one.id, content(), filing_of(one), expected=one.version),
            lambda: desk.publish(session, OTHER, one.id, expected=one.version),
            lambda: desk.schedule(session, OTHER, one.id, at=NOW + HOUR, expected=one.version),
            lambda: desk.ask_approval(session, OTHER, one.id, expected=one.version),
            lambda: desk.discard(session, OTHER, one.id, expected=one.version),
        ):
            with pytest.raises(Hidden):
                act()
        for act in (
            lambda: desk.create(session, OTHER, content(), Filing(division="water")),
            lambda: desk.create(session, OTHER, content(), Filing(division=None)),
            lambda: desk.edit(session, EDITOR, one.id, content(), Filing(division="transport"), expected=one.version),
        ):
            with pytest.raises(Forbidden):
                act()
        assert reading.get(session, one.id) == one


def test_who_writes_for_a_bureau_writes_for_its_divisions(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        assert desk.publish(session, SECOND, one.id, expected=one.version).state is State.PUBLISHED


def test_an_unpublished_article_of_others_is_as_if_it_were_not_there(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        assert desk.read(session, SECOND, one.id) == one
        with pytest.raises(NotFound):
            desk.read(session, OTHER, one.id)
        desk.publish(session, EDITOR, one.id, expected=one.version)
        assert desk.read(session, OTHER, one.id).id == one.id


def test_a_program_does_only_what_its_scopes_say(database: Database, desk: Desk) -> None:
    with database.write() as session:
        one = desk.create(session, PROGRAM, content(), Filing(division="water"))
        with pytest.raises(Forbidden, match="no right to publish"):
            desk.publish(session, PROGRAM, one.id, expected=one.version)
    assert deeds(database) == [("token cms", "create")]


def test_unknown_divisions_boards_and_topics_are_named(database: Database, desk: Desk) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summit"})
        for filing, named in (
            (Filing(division="moon"), "division moon"),
            (Filing(division="water", board="wall"), "board wall"),
            (Filing(division="water", topics=("summit", "moon")), "topic moon"),
        ):
            with pytest.raises(NotFound, match=named):
                desk.create(session, CHIEF, content(), filing)


def test_nothing_incomplete_is_published_scheduled_or_sent_for_approval(database: Database, desk: Desk) -> None:
    bare = Picture(caption="", media="a.jpg")
    sound = Picture(caption="A hall", credit="City", alt="A hall", media="b.jpg")
    one = written(database, desk, body_html="", body_text="", pictures=(sound, bare))
    with database.write() as session:
        for act in (
            lambda: desk.publish(session, EDITOR, one.id, expected=one.version),
            lambda: desk.schedule(session, EDITOR, one.id, at=NOW + HOUR, expected=one.version),
            lambda: desk.ask_approval(session, EDITOR, one.id, expected=one.version),
        ):
            with pytest.raises(NotReady) as lacking:
                act()
            named = ["text", "pictures.1.caption", "pictures.1.credit", "pictures.1.alt"]
            assert [lack.field for lack in lacking.value.lacks] == named


def test_a_decorative_picture_needs_no_description(database: Database, desk: Desk) -> None:
    shown = Picture(caption="A pattern", credit="City", media="a.jpg", decorative=True)
    one = written(database, desk, pictures=(shown,))
    with database.write() as session:
        assert desk.publish(session, EDITOR, one.id, expected=one.version).state is State.PUBLISHED


def test_a_correction_cannot_take_away_what_publication_needs(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        one = desk.publish(session, EDITOR, one.id, expected=one.version)
        with pytest.raises(NotReady):
            desk.amend(
                session, EDITOR, one.id, content(body_text="", body_html=""), filing_of(one), expected=one.version
            )


def test_what_is_public_is_corrected_and_what_is_not_is_edited(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        with pytest.raises(Conflict, match="only a published one"):
            desk.correct(session, EDITOR, one.id, content(), filing_of(one), note="A word.", expected=one.version)
        one = desk.publish(session, EDITOR, one.id, expected=one.version)
        with pytest.raises(Conflict, match="correct it instead"):
            desk.edit(session, EDITOR, one.id, content(), filing_of(one), expected=one.version)


def test_what_is_urgent_needs_a_second_person(database: Database, desk: Desk) -> None:
    one = written(database, desk, urgent=True)
    with database.write() as session:
        with pytest.raises(ApprovalNeeded):
            desk.publish(session, EDITOR, one.id, expected=one.version)
        with pytest.raises(ApprovalNeeded):
            desk.schedule(session, CHIEF, one.id, at=NOW + HOUR, expected=one.version)
        with pytest.raises(Conflict, match="does not wait"):
            desk.approve(session, SECOND, one.id, expected=one.version)
        one = desk.ask_approval(session, EDITOR, one.id, expected=one.version)
        for not_second in (EDITOR, SHELL):
            with pytest.raises(Forbidden, match="second person"):
                desk.approve(session, not_second, one.id, expected=one.version)
        with pytest.raises(Hidden):
            desk.approve(session, OTHER, one.id, expected=one.version)
        one = desk.approve(session, SECOND, one.id, expected=one.version)
    assert (one.state, one.urgent, one.approval) == (State.PUBLISHED, True, None)
    asked, approved, published = deeds(database)[1:]
    assert asked == ("water-editor", "ask_approval")
    assert (approved, published) == (("environment-editor", "approve"), ("environment-editor", "publish"))


@pytest.mark.parametrize("revoked", [False, True])
def test_whoever_made_the_token_that_asked_is_no_second_person(
    database: Database, desk: Desk, *, revoked: bool
) -> None:
    """Nor is a token a second person to its maker, whatever it may do."""
    one = written(database, desk, urgent=True)
    with database.write() as session:
        token, _ = api_tokens.add(session, "cms", divisions=None, scopes=Right, now=NOW, by=CHIEF.name)
        program = token.actor
        asked = desk.ask_approval(session, CHIEF, one.id, expected=one.version)
        with pytest.raises(Forbidden, match="second person"):
            desk.approve(session, program, one.id, expected=asked.version)
        back = desk.decline(session, CHIEF, one.id, expected=asked.version)
        asked = desk.ask_approval(session, program, one.id, expected=back.version)
        if revoked:
            api_tokens.revoke(session, token.id, NOW)
        with pytest.raises(Forbidden, match="second person"):
            desk.approve(session, CHIEF, one.id, expected=asked.version)
        assert desk.approve(session, SECOND, one.id, expected=asked.version).state is State.PUBLISHED


def test_what_was_approved_is_what_was_seen(database: Database, desk: Desk) -> None:
    one = written(database, desk, urgent=True)
    with database.write() as session:
        seen = desk.ask_approval(session, EDITOR, one.id, expected=one.version)
        desk.edit(session, EDITOR, one.id, content("Something else"), filing_of(seen), expected=seen.version)
    with pytest.raises(Conflict), database.write() as session:
        desk.approve(session, SECOND, one.id, expected=seen.version)
    with database.read() as session:
        assert reading.get(session, one.id).state is State.DRAFT


def test_an_approval_for_later_schedules(database: Database, desk: Desk, clock: Hands) -> None:
    one = written(database, desk, urgent=True)
    with database.write() as session:
        one = desk.ask_approval(session, EDITOR, one.id, expected=one.version, at=NOW + HOUR)
        one = desk.approve(session, CHIEF, one.id, expected=one.version)
    assert (one.state, one.publish_at) == (State.SCHEDULED, NOW + HOUR)


def test_an_approval_that_comes_after_the_wished_hour_publishes_at_once(
    database: Database, desk: Desk, clock: Hands
) -> None:
    one = written(database, desk)
    with database.write() as session:
        one = desk.ask_approval(session, EDITOR, one.id, expected=one.version, at=NOW + HOUR)
    clock.forward(hours=2)
    with database.write() as session:
        assert desk.approve(session, CHIEF, one.id, expected=one.version).state is State.PUBLISHED


def test_an_edit_of_an_urgent_scheduled_article_needs_two_people_again(database: Database, desk: Desk) -> None:
    one = written(database, desk, urgent=True)
    with database.write() as session:
        one = desk.ask_approval(session, EDITOR, one.id, expected=one.version, at=NOW + HOUR)
        one = desk.approve(session, CHIEF, one.id, expected=one.version)
        one = desk.edit(session, EDITOR, one.id, content("Another"), filing_of(one), expected=one.version)
    assert (one.state, one.publish_at) == (State.DRAFT, None)


def test_an_edit_of_an_ordinary_scheduled_article_keeps_its_hour(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        one = desk.schedule(session, EDITOR, one.id, at=NOW + HOUR, expected=one.version)
        one = desk.edit(session, EDITOR, one.id, content("Another"), filing_of(one), expected=one.version)
        assert (one.state, one.publish_at) == (State.SCHEDULED, NOW + HOUR)
        with pytest.raises(NotReady):
            desk.edit(
                session, EDITOR, one.id, content(body_text="", body_html=""), filing_of(one), expected=one.version
            )


def test_a_declined_request_leaves_a_draft(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        one = desk.ask_approval(session, EDITOR, one.id, expected=one.version)
        one = desk.decline(session, CHIEF, one.id, expected=one.version, reason="Say who decided.")
        assert (one.state, one.approval) == (State.DRAFT, None)
        with pytest.raises(Conflict):
            desk.decline(session, CHIEF, one.id, expected=one.version)
        (entry, *_) = audit.entries(session)
    assert entry.details == {"reason": "Say who decided."}


def test_an_instant_that_has_passed_is_no_schedule(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with pytest.raises(Conflict, match="has passed"), database.write() as session:
        desk.schedule(session, EDITOR, one.id, at=NOW, expected=one.version)


def test_a_discarded_draft_is_named_in_the_audit_log(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        desk.discard(session, EDITOR, one.id, expected=one.version)
        (entry, *_) = audit.entries(session)
    assert (entry.action, entry.subject) == ("discard", f"{one.id}: {one.content.title}")


def test_b46_two_who_publish_at_once_make_one_change(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    both = threading.Barrier(2)
    refused: list[Exception] = []

    def publish(actor: Actor) -> None:
        both.wait()
        try:
            with database.write() as session:
                desk.publish(session, actor, one.id, expected=one.version)
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=publish, args=(actor,)) for actor in (EDITOR, CHIEF)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert changes.head(session) == 1
    assert len(refused) == 1
    assert [action for _, action in deeds(database)] == ["create", "publish"]


def test_who_has_a_bureau_keeps_what_a_former_division_of_it_wrote(newsroom: Newsroom) -> None:
    assert SECOND.covers(newsroom, "water")
    assert not EDITOR.covers(newsroom, "environment")
    assert CHIEF.covers(newsroom, None)
    assert not EDITOR.covers(newsroom, None)


def test_each_role_includes_the_ones_before() -> None:
    assert Role.OPERATOR.includes(Role.CHIEF)
    assert Role.CHIEF.includes(Role.CHIEF)
    assert not Role.EDITOR.includes(Role.CHIEF)


def test_a_scheduled_article_is_published_by_the_clock_and_the_log_says_so(
    database: Database, desk: Desk, newsroom: Newsroom, clock: Hands
) -> None:
    one = written(database, desk)
    with database.write() as session:
        desk.schedule(session, EDITOR, one.id, at=NOW + HOUR, expected=one.version)
    publications = Publications(database, newsroom, clock)
    clock.forward(minutes=59, seconds=59)
    assert publications.run() == 0
    clock.forward(seconds=1)
    assert publications.run() == 1
    assert publications.run() == 0
    with database.read() as session:
        found = reading.get(session, one.id)
        (change,) = changes.window(session, 0, changes.head(session))
    assert (found.state, found.published_at, found.publish_at) == (State.PUBLISHED, NOW + HOUR, None)
    assert not change.quiet
    assert deeds(database)[-1] == ("clock", "publish")


def test_one_article_that_cannot_be_published_stops_no_other(
    database: Database, desk: Desk, newsroom: Newsroom, clock: Hands
) -> None:
    broken, sound = written(database, desk), written(database, desk)
    with database.write() as session:
        for one in (broken, sound):
            desk.schedule(session, EDITOR, one.id, at=NOW + HOUR, expected=one.version)
        articles.revise(session, broken.id, content(body_text="", body_html=""), note=None, now=NOW)
    clock.forward(hours=1)
    assert Publications(database, newsroom, clock).run() >= 1
    with database.read() as session:
        assert reading.get(session, sound.id).state is State.PUBLISHED


def test_whether_readers_are_told_is_decided_when_it_is_scheduled(
    database: Database, desk: Desk, newsroom: Newsroom, clock: Hands
) -> None:
    told, untold = written(database, desk), written(database, desk)
    with database.write() as session:
        old = Filing(division="water", registered_on=NOW.date() - timedelta(days=30))
        told = desk.edit(session, EDITOR, told.id, told.content, old, expected=told.version)
        desk.schedule(session, EDITOR, told.id, at=NOW + HOUR, expected=told.version, mail=True)
        asked = desk.ask_approval(session, EDITOR, untold.id, expected=untold.version, at=NOW + HOUR, mail=False)
        desk.approve(session, CHIEF, untold.id, expected=asked.version)
    clock.forward(hours=1)
    assert Publications(database, newsroom, clock).run() == 2
    with database.read() as session:
        quiet = {one.article_id: one.quiet for one in changes.window(session, 0, 2)}
    assert quiet == {told.id: False, untold.id: True}


def test_nothing_new_is_filed_under_a_division_that_was_closed(database: Database, clock: Hands, city: City) -> None:
    closed = replace(city.divisions[2], retired=NOW.date(), successor="climate", former=("pipes",))
    shop = Newsroom(replace(city, divisions=(*city.divisions[:2], closed, *city.divisions[3:])), "http://newsroom.test")
    desk = Desk(shop, clock)
    with database.write() as session:
        kept = articles.add(
            session, content(), filing=Filing(division="water"), authority="a.example.org,2026", now=NOW
        )
        with pytest.raises(DivisionClosed, match="division water was closed on 2026-05-20: file it under climate"):
            desk.create(session, CHIEF, content(), Filing(division="water"))
        assert desk.edit(session, CHIEF, kept.id, content(), filing_of(kept), expected=kept.version).division == "water"


@pytest.mark.parametrize(("successor", "word"), [("climate", "ready.merged"), (None, "ready.closed")])
def test_a_draft_of_a_division_that_was_closed_is_published_under_another_and_what_is_public_is_corrected(
    database: Database, clock: Hands, city: City, successor: str | None, word: str
) -> None:
    closed = replace(city.divisions[2], retired=NOW.date(), successor=successor)
    shop = Newsroom(replace(city, divisions=(*city.divisions[:2], closed, *city.divisions[3:])), "http://newsroom.test")
    before, after = Desk(Newsroom(city, "http://newsroom.test"), clock), Desk(shop, clock)
    with database.write() as session:
        public, kept = (before.create(session, CHIEF, content(), Filing(division="water")) for _ in range(2))
        public = before.publish(session, CHIEF, public.id, expected=public.version)
    acts: tuple[Callable[[Session], object], ...] = (
        lambda session: after.publish(session, CHIEF, kept.id, expected=kept.version),
        lambda session: after.schedule(session, CHIEF, kept.id, at=NOW + HOUR, expected=kept.version),
        lambda session: after.ask_approval(session, CHIEF, kept.id, expected=kept.version),
    )
    for act in acts:
        with pytest.raises(NotReady) as refused, database.write() as session:
            act(session)
        assert [(lack.field, lack.word) for lack in refused.value.lacks] == [("division", word)]
    with database.write() as session:
        filing = filing_of(public)
        now = after.correct(session, CHIEF, public.id, content("Now"), filing, note="x", expected=public.version)
        assert now.division == "water"
        moved = after.file(session, CHIEF, kept.id, "climate", expected=kept.version)
        assert after.publish(session, CHIEF, kept.id, expected=moved.version).state is State.PUBLISHED


def test_a_release_is_filed_under_the_slug_that_its_division_has_today(
    database: Database, clock: Hands, city: City
) -> None:
    renamed = replace(city.divisions[2], former=("pipes",))
    shop = Newsroom(
        replace(city, divisions=(*city.divisions[:2], renamed, *city.divisions[3:])), "http://newsroom.test"
    )
    with database.write() as session:
        assert Desk(shop, clock).create(session, CHIEF, content(), Filing(division="pipes")).division == "water"


def test_what_is_public_does_not_become_urgent_by_one_hand(database: Database, desk: Desk) -> None:
    one = written(database, desk)
    with database.write() as session:
        one = desk.publish(session, EDITOR, one.id, expected=one.version)
        urgent = replace(filing_of(one), urgent=True)
        one = desk.amend(session, EDITOR, one.id, content("Now"), urgent, expected=one.version)
        assert not one.urgent
        assert not desk.correct(session, EDITOR, one.id, content("!"), urgent, note="!", expected=one.version).urgent


@pytest.mark.parametrize(
    ("days", "mail", "shown"), [(0, None, 0), (1, None, 0), (1, True, 0), (1, False, 1), (2, None, 2), (400, True, 0)]
)
def test_who_is_told_of_a_release_as_new_finds_it_dated_by_that_moment(
    database: Database, desk: Desk, newsroom: Newsroom, days: int, mail: bool | None, shown: int
) -> None:
    one, day = written(database, desk), NOW.date() - timedelta(days=days)
    with database.write() as session:
        one = desk.edit(
            session, EDITOR, one.id, one.content, replace(filing_of(one), registered_on=day), expected=one.version
        )
        one = desk.publish(session, EDITOR, one.id, expected=one.version, mail=mail)
    assert one.published_at is not None
    assert one.published_at.astimezone(newsroom.city.zone).date() == NOW.date() - timedelta(days=shown)
    assert (one.published_at == NOW) is (shown == 0)
    assert one.registered_on == day


def test_a_release_that_waited_for_its_hour_is_dated_by_it(
    database: Database, desk: Desk, newsroom: Newsroom, clock: Hands
) -> None:
    one = written(database, desk)
    at = NOW + timedelta(days=5)
    with database.write() as session:
        today = replace(filing_of(one), registered_on=NOW.date())
        one = desk.edit(session, EDITOR, one.id, one.content, today, expected=one.version)
        desk.schedule(session, EDITOR, one.id, at=at, expected=one.version)
    clock.forward(days=5)
    Publications(database, newsroom, clock).run()
    with database.read() as session:
        (change,) = changes.window(session, 0, 1)
        assert (reading.get(session, one.id).published_at, change.quiet) == (at, False)


def test_a_twin_takes_no_language_that_the_other_has(database: Database, desk: Desk) -> None:
    one, other = written(database, desk), written(database, desk)
    with database.write() as session:
        filing = filing_of(other)
        other = desk.edit(session, EDITOR, other.id, content(language="ko"), filing, expected=other.version)
        desk.link_twins(session, EDITOR, one.id, other.id)
    with pytest.raises(Conflict, match="twin in en"), database.write() as session:
        desk.edit(session, EDITOR, other.id, content(), filing, expected=other.version)


def test_discarding_and_publishing_at_once_end_in_one_of_the_two(database: Database, desk: Desk) -> None:
    drafts = [written(database, desk) for _ in range(12)]
    failures: list[Exception] = []

    def act(deed: Callable[[Session, Article], object]) -> None:
        for one in drafts:
            try:
                with database.write() as session:
                    deed(session, one)
            except (Conflict, NotFound):
                pass
            except Exception as error:
                failures.append(error)

    deeds = (
        lambda session, one: desk.publish(session, CHIEF, one.id, expected=one.version),
        lambda session, one: desk.discard(session, EDITOR, one.id, expected=one.version),
    )
    threads = [threading.Thread(target=act, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with database.read() as session:
        left = desk_list.listing(session)
        assert {one.state for one in left} <= {State.PUBLISHED}
        assert changes.head(session) == len(left)


@pytest.mark.parametrize(
    ("registered", "mailed"),
    [(-2, False), (-1, True), (0, True), (1, True), (3, True), (4, False)],
    ids=["before yesterday", "yesterday", "today", "meanwhile", "its own day", "a day after it"],
)
def test_what_has_an_hour_is_news_if_it_is_registered_from_yesterday_on_and_not_after_it_is_public(
    database: Database, desk: Desk, registered: int, mailed: bool
) -> None:
    one, day = written(database, desk), NOW.date() + timedelta(days=registered)
    with database.write() as session:
        filing = replace(filing_of(one), registered_on=day)
        one = desk.edit(session, EDITOR, one.id, one.content, filing, expected=one.version)
        one = desk.schedule(session, EDITOR, one.id, at=NOW + timedelta(days=3), expected=one.version)
    assert one.mail is mailed


def test_another_hour_leaves_it_as_it_was_decided_who_is_mailed(database: Database, desk: Desk, clock: Hands) -> None:
    """What was news when its hour was set is not silent because the hour moved, nor what was to be silent mailed."""
    told, untold = written(database, desk), written(database, desk)
    with database.write() as session:
        filing = replace(filing_of(told), registered_on=NOW.date())
        told = desk.edit(session, EDITOR, told.id, told.content, filing, expected=told.version)
        told = desk.schedule(session, EDITOR, told.id, at=NOW + timedelta(days=5), expected=told.version)
        untold = desk.schedule(
            session, EDITOR, untold.id, at=NOW + timedelta(days=5), mail=False, expected=untold.version
        )
    clock.forward(days=3)
    with database.write() as session:
        for one, mailed in ((told, True), (untold, False)):
            moved = desk.schedule(session, EDITOR, one.id, at=NOW + timedelta(days=6), expected=one.version)
            assert moved.mail is mailed
            assert desk.publish(session, EDITOR, one.id, expected=moved.version).mail is mailed
