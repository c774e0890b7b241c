"""What becomes of a page that comes in, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from feeds.arrivals import Arrival, Arrivals
from feeds.errors import CivicwireError, NotFound, RowRefused
from feeds.incoming import DISCARDED, ArrivalRefused, Foreseen, Outcome, Wish
from feeds.intake.draft import Draft, Identity
from feeds.intake.source import Skipped
from feeds.model import ChangeKind, Newsroom, State
from feeds.readiness import Lack
from feeds.store import articles, audit, changes, desk_list, reading, search, topics
from feeds.store.database import Database
from tests.builders import NOW, Hands, content, withdraw

IDENTITY = Identity(host="www.example.org", board_id="BBS_1", post_id="7")
PAGE = Draft(content=content("Parks open"), division="Water", telephone="053-1", identity=IDENTITY)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def arrivals(database: Database, newsroom: Newsroom, clock: Hands) -> Arrivals:
    return Arrivals(database, newsroom, clock)


def test_a_page_becomes_a_draft_filed_as_it_says(arrivals: Arrivals, database: Database) -> None:
    arrival = arrivals.take(PAGE)
    with database.read() as session:
        stored = reading.get(session, arrival.article_id)
    assert (arrival.outcome, stored.state) == (Outcome.ADDED, State.DRAFT)
    assert (stored.division, stored.board, stored.telephone, stored.licence) == ("water", "news", "053-1", "KOGL-1")


def test_b54_an_unknown_division_and_date_stay_unknown_in_a_draft(arrivals: Arrivals, database: Database) -> None:
    arrival = arrivals.take(replace(PAGE, division="Somewhere else"))
    with database.read() as session:
        stored = reading.get(session, arrival.article_id)
    assert (stored.division, stored.registered_on) == (None, None)


def test_b55_the_same_page_again_changes_nothing_wherever_it_was_posted(arrivals: Arrivals, database: Database) -> None:
    first = arrivals.take(replace(PAGE, address="http://www.example.org/?nttId=7&bbsId=BBS_1"))
    again = arrivals.take(replace(PAGE, address="https://www.example.org/?bbsId=BBS_1&nttId=7"))
    assert (again.article_id, again.outcome) == (first.article_id, Outcome.UNCHANGED)
    with database.read() as session:
        assert reading.get(session, first.article_id).revision == 1


def test_a_page_without_address_is_known_by_what_it_says(arrivals: Arrivals) -> None:
    page = replace(PAGE, identity=None)
    first, again = arrivals.take(page), arrivals.take(page)
    other = arrivals.take(replace(page, content=content("Another release")))
    assert (again.outcome, again.article_id) == (Outcome.UNCHANGED, first.article_id)
    assert other.outcome is Outcome.ADDED


def test_a_changed_post_updates_a_draft_and_corrects_a_published_article(
    arrivals: Arrivals, database: Database, clock: Hands
) -> None:
    arrivals.take(PAGE)
    second = replace(PAGE, content=content("Parks open late"))
    assert arrivals.take(second, publish=True).outcome is Outcome.UPDATED
    clock.forward(hours=1)
    third = arrivals.take(replace(PAGE, content=content("Parks open very late")))
    assert third.outcome is Outcome.CORRECTED
    with database.read() as session:
        stored = reading.get(session, third.article_id)
        kinds = [change.kind for change in changes.window(session, 0, 99)]
    assert (stored.content.title, stored.revision) == ("Parks open very late", 3)
    assert stored.correction_note == "The text was changed at its source."
    assert kinds == [ChangeKind.PUBLISHED, ChangeKind.CORRECTED]


def test_what_we_withdrew_is_not_brought_back_by_its_source(arrivals: Arrivals, database: Database) -> None:
    first = arrivals.take(PAGE, publish=True)
    withdraw(database, first.article_id)
    again = arrivals.take(replace(PAGE, content=content("Once more")), publish=True)
    assert (again.outcome, again.state) == (Outcome.WITHDRAWN_HERE, State.WITHDRAWN)


@pytest.mark.parametrize("state", [State.DRAFT, State.SCHEDULED, State.PUBLISHED])
@pytest.mark.parametrize("wish", [Wish(), Wish(publish=True), Wish(division="transport")])
def test_b55_what_somebody_wrote_here_is_not_replaced_by_its_source_and_that_is_told_once(
    arrivals: Arrivals, database: Database, clock: Hands, state: State, wish: Wish
) -> None:
    one = arrivals.take(PAGE, publish=state is State.PUBLISHED).article_id
    with database.write() as session:
        if state is State.SCHEDULED:
            articles.schedule(session, one, at=NOW + timedelta(hours=9))
        articles.revise(session, one, content("Parks open, at last"), note="A word.", now=NOW, author="editor")
        before, head = reading.get(session, one), changes.head(session)
    clock.forward(hours=1)
    changed = replace(PAGE, content=content("Parks stay shut"))
    (foreseen,), (taken,) = arrivals.foresee([changed], wish), arrivals.take_all([changed], wish)
    for answer in (foreseen, taken):
        assert isinstance(answer, Foreseen)
        assert (answer.outcome, answer.state) == (Outcome.EDITED_HERE, state)
    with database.read() as session:
        assert (reading.get(session, one), changes.head(session)) == (before, head)
        (told,) = audit.entries(session, article_id=one, action="source_changed")
    assert told.actor == "intake"
    assert arrivals.take(changed).outcome is Outcome.UNCHANGED
    assert arrivals.take(PAGE).outcome is Outcome.EDITED_HERE


def test_b55_a_text_that_came_from_its_source_after_all_follows_it_on(arrivals: Arrivals, database: Database) -> None:
    one = arrivals.take(PAGE).article_id
    with database.write() as session:
        articles.revise(session, one, content("Edited"), note=None, now=NOW, author="editor")
        articles.revise(session, one, PAGE.content, note=None, now=NOW)
    assert arrivals.take(replace(PAGE, content=content("Newer"))).outcome is Outcome.UPDATED


def test_the_licence_of_the_city_is_taken_when_an_article_first_comes(
    arrivals: Arrivals, database: Database, newsroom: Newsroom, clock: Hands
) -> None:
    one = arrivals.take(PAGE, publish=True).article_id
    later = Arrivals(database, Newsroom(replace(newsroom.city, licence="KOGL-4"), newsroom.base_url), clock)
    assert later.take(replace(PAGE, content=content("Parks open late"))).outcome is Outcome.CORRECTED
    with database.read() as session:
        assert reading.get(session, one).licence == "KOGL-1"


def test_b55_a_draft_that_was_discarded_comes_back_only_if_it_is_asked_for(
    arrivals: Arrivals, database: Database
) -> None:
    one = arrivals.take(PAGE).article_id
    with database.write() as session:
        articles.discard(session, one, now=NOW)
    other = replace(PAGE, identity=replace(IDENTITY, post_id="8"))
    for coming in (PAGE, replace(PAGE, content=content("Changed"))):
        foreseen, (taken, new) = (
            arrivals.foresee([coming], Wish(publish=True)),
            arrivals.take_all([coming, other], Wish()),
        )
        assert foreseen == [DISCARDED] == [taken]
        assert isinstance(new, Arrival)
    with pytest.raises(ArrivalRefused, match="discarded here"):
        arrivals.take(PAGE)
    asked = Wish(discarded=True)
    (foreseen_again,), (again,) = arrivals.foresee([PAGE], asked), arrivals.take_all([PAGE], asked)
    assert isinstance(again, Arrival)
    assert _told(foreseen_again) == _told(again)
    assert again.outcome is Outcome.ADDED
    assert arrivals.take(PAGE).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("registered", "quiet", "shown"),
    [
        (None, True, date(2026, 5, 20)),
        (date(2019, 7, 17), True, date(2019, 7, 17)),
        (date(2026, 5, 18), True, date(2026, 5, 18)),
        (date(2026, 5, 19), False, date(2026, 5, 19)),
        (date(2026, 5, 20), False, date(2026, 5, 20)),
    ],
)
def test_b56_only_what_was_registered_today_or_yesterday_is_news(
    arrivals: Arrivals, database: Database, newsroom: Newsroom, registered: date | None, quiet: bool, shown: date
) -> None:
    arrival = arrivals.take(replace(PAGE, registered_on=registered), publish=True)
    assert arrival.quiet is quiet
    with database.read() as session:
        published = reading.get(session, arrival.article_id).published_at
    assert published is not None
    assert published.astimezone(newsroom.city.zone).date() == shown


def test_an_editor_files_it_elsewhere_by_slug_only(arrivals: Arrivals, database: Database) -> None:
    arrival = arrivals.take(PAGE, division="transport")
    with database.read() as session:
        assert reading.get(session, arrival.article_id).division == "transport"
    with pytest.raises(NotFound, match="division nowhere"):
        arrivals.take(replace(PAGE, identity=None), division="nowhere")
    with database.read() as session:
        assert len(desk_list.listing(session)) == 1


def test_a_draft_can_be_filed_by_the_editor_though_its_page_has_not_changed(
    arrivals: Arrivals, database: Database
) -> None:
    page = replace(PAGE, division="Road Division")
    first = arrivals.take(page)
    again = arrivals.take(page, division="transport", board="news")
    assert (again.article_id, again.outcome) == (first.article_id, Outcome.UPDATED)
    with database.read() as session:
        stored = reading.get(session, first.article_id)
    assert (stored.division, stored.board, stored.revision) == ("transport", "news", 1)
    assert arrivals.take(page, division="transport", board="news").outcome is Outcome.UNCHANGED


def test_a_board_is_known_by_its_id_at_the_source_or_by_its_name_and_never_guessed(
    arrivals: Arrivals, database: Database
) -> None:
    unnamed = arrivals.take(replace(PAGE, identity=None))
    named = arrivals.take(replace(PAGE, identity=None, board="City News", content=content("Another")))
    with database.read() as session:
        assert reading.get(session, unnamed.article_id).board is None
        assert reading.get(session, named.article_id).board == "news"


def test_a_changed_page_read_by_several_at_once_is_one_correction(arrivals: Arrivals, database: Database) -> None:
    arrivals.take(PAGE, publish=True)
    changed = replace(PAGE, content=content("Parks open late"))
    with ThreadPoolExecutor(4) as several:
        outcomes = list(several.map(lambda _: arrivals.take(changed).outcome, range(4)))
    assert sorted(outcomes) == sorted([Outcome.CORRECTED, *[Outcome.UNCHANGED] * 3])
    with database.read() as session:
        assert changes.head(session) == 2


def test_b55_a_new_page_read_by_several_at_once_is_one_article(arrivals: Arrivals, database: Database) -> None:
    with ThreadPoolExecutor(4) as several:
        arrived = list(several.map(lambda _: arrivals.take(PAGE), range(4)))
    assert len({one.article_id for one in arrived}) == 1
    assert [one.outcome for one in arrived].count(Outcome.ADDED) == 1


def _posts(number: int, **values: object) -> list[Draft]:
    """Drafts of as many posts of one board."""
    return [
        replace(
            PAGE,
            content=content(f"Release {n}"),
            identity=replace(IDENTITY, post_id=str(n)),
            registered_on=date(2019, 7, 17),
            **values,  # type: ignore[arg-type]
        )
        for n in range(number)
    ]


def _taken(answers: object) -> list[Arrival]:
    assert isinstance(answers, list)
    assert all(isinstance(one, Arrival) for one in answers), answers
    return answers


def test_many_at_once_are_what_each_would_be(arrivals: Arrivals, database: Database) -> None:
    posts = _posts(7)
    taken = _taken(arrivals.take_all(posts[:5], Wish(publish=True)))
    alone = arrivals.take(posts[5], publish=True)
    with database.read() as session:
        stored = [reading.get(session, one.article_id) for one in [*taken, alone]]
        log = changes.window(session, 0, 99)
    assert [one.content for one in stored] == [post.content for post in posts[:6]]
    assert len({(one.state, one.division, one.board, one.published_at, one.updated_at) for one in stored}) == 1
    assert [(change.number, change.article_id, change.kind, change.quiet) for change in log] == [
        (n + 1, one.id, ChangeKind.PUBLISHED, True) for n, one in enumerate(stored)
    ]
    assert len({one.guid for one in stored}) == 6


def test_what_came_in_bulk_is_found_by_its_words(arrivals: Arrivals, database: Database) -> None:
    posts = _posts(3)
    posts[1] = replace(posts[1], content=content("심야 버스를 늘린다", "ko"))
    taken = _taken(arrivals.take_all(posts, Wish(publish=True)))
    with database.read() as session:
        found = search.search(session, search.Query(text="버스"))
    assert [hit.article.id for hit in found.hits] == [taken[1].article_id]


def test_b55_a_batch_taken_again_changes_nothing(arrivals: Arrivals, database: Database) -> None:
    first = _taken(arrivals.take_all(_posts(5), Wish(publish=True)))
    again = _taken(arrivals.take_all(_posts(5), Wish(publish=True)))
    assert [one.article_id for one in again] == [one.article_id for one in first]
    assert {one.outcome for one in again} == {Outcome.UNCHANGED}
    with database.read() as session:
        assert changes.head(session) == 5


def test_b55_a_run_that_ended_half_way_goes_on_where_it_ended(arrivals: Arrivals, database: Database) -> None:
    arrivals.take_all(_posts(3), Wish(publish=True))
    outcomes = [one.outcome for one in _taken(arrivals.take_all(_posts(5), Wish(publish=True)))]
    assert outcomes == [Outcome.UNCHANGED] * 3 + [Outcome.ADDED] * 2
    with database.read() as session:
        assert len(desk_list.listing(session)) == 5


def test_a_post_that_stands_twice_in_a_batch_is_one_article(arrivals: Arrivals, database: Database) -> None:
    taken = _taken(arrivals.take_all([PAGE, PAGE, replace(PAGE, content=content("Newer"))], Wish(publish=True)))
    assert [one.outcome for one in taken] == [Outcome.ADDED, Outcome.UNCHANGED, Outcome.CORRECTED]
    with database.read() as session:
        assert reading.get(session, taken[0].article_id).content.title == "Newer"


@pytest.mark.parametrize(
    "wish",
    [Wish(), Wish(publish=True), Wish(division="transport"), Wish(division="transport", publish=True)],
    ids=["drafts", "published", "filed", "filed and published"],
)
def test_what_is_foreseen_is_what_happens_and_nothing_is_written(
    arrivals: Arrivals, database: Database, wish: Wish
) -> None:
    def post(post_id: str, **different: object) -> Draft:
        return replace(PAGE, identity=replace(IDENTITY, post_id=post_id), **different)  # type: ignore[arg-type]

    ids = {one: arrivals.take(post(one)).article_id for one in ("draft", "same", "urgent", "hour", "lost")}
    ids |= {one: arrivals.take(post(one)).article_id for one in ("written", "discarded")}
    ids |= {one: arrivals.take(post(one), publish=True).article_id for one in ("public", "stays", "gone", "blanked")}
    withdraw(database, ids["gone"])
    for one in ("urgent", "lost"):
        _urgent(database, ids[one])
    with database.write() as session:
        articles.revise(session, ids["written"], content("Written here"), note=None, now=NOW, author="editor")
        articles.discard(session, ids["discarded"], now=NOW)
        for one in ("hour", "lost"):
            articles.schedule(session, ids[one], at=NOW + timedelta(hours=1))
    changed = content("Changed")
    coming = [
        *(post(one, content=changed) for one in ("draft", "urgent", "hour", "lost", "public", "gone", "new")),
        *(post(one, content=changed) for one in ("written", "discarded")),
        *(post(one) for one in ("same", "stays")),
        post("news", registered_on=NOW.date()),
        *(post(one, content=replace(changed, body_text="")) for one in ("textless", "blanked")),
        post("strange", division="Somewhere else"),
        post("refused", topics=("nothing",)),
    ]
    with database.read() as session:
        before = desk_list.listing(session)
        head = changes.head(session)
    foreseen = arrivals.foresee(coming, wish)
    with database.read() as session:
        assert (desk_list.listing(session), changes.head(session)) == (before, head)
    happened = arrivals.take_all(coming, wish)
    assert len({str(one) for one in foreseen}) > 6
    for said, done in zip(foreseen, happened, strict=True):
        assert _told(said) == _told(done)


def _told(answer: Foreseen | Skipped | CivicwireError) -> tuple[object, ...]:
    if isinstance(answer, CivicwireError | Skipped):
        return (str(answer),)
    return answer.outcome, answer.state, answer.quiet, answer.lacking, answer.unknown_division


def test_where_nothing_is_stored_yet_every_draft_is_foreseen_as_new_and_no_store_is_asked(
    newsroom: Newsroom, clock: Hands
) -> None:
    nowhere = Arrivals(Database("sqlite:////nowhere/at/all.db"), newsroom, clock)
    coming = [PAGE, replace(PAGE, division="Somewhere else"), replace(PAGE, content=content("Bonjour", "fr"))]
    known, strange, refused = nowhere.foresee_first(coming, Wish())
    assert (_told(known)[0], _told(strange)[-1], _told(refused)) == (
        Outcome.ADDED,
        "Somewhere else",
        ("the city writes no fr",),
    )


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"content": content("Bonjour", "fr")}, "the city writes no fr"),
        ({"topics": ("summit", "nothing")}, "there is no topic nothing"),
        ({"telephone": "1" * 41}, "the telephone is longer"),
        ({"identity": replace(IDENTITY, post_id="x" * 300)}, "the id of the post is longer"),
    ],
)
def test_b51_one_that_does_not_fit_is_refused_alone(
    arrivals: Arrivals, database: Database, different: dict[str, object], reason: str
) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summit"})
    posts = _posts(3)
    posts[1] = replace(posts[1], **different)  # type: ignore[arg-type]
    answers = arrivals.take_all(posts, Wish())
    assert isinstance(answers[1], ArrivalRefused)
    assert reason in str(answers[1])
    assert [isinstance(one, Arrival) for one in answers] == [True, False, True]
    with pytest.raises(ArrivalRefused, match=reason):
        arrivals.take(posts[1])
    with database.read() as session:
        assert len(desk_list.listing(session)) == 2


def test_b51_one_that_the_database_itself_refuses_does_not_take_the_others_with_it(
    arrivals: Arrivals, database: Database
) -> None:
    with database.write() as session:
        session.exec_driver_sql("CREATE UNIQUE INDEX refuses ON article (telephone)")
    posts = [replace(post, telephone=f"053-{n % 3}") for n, post in enumerate(_posts(4))]
    answers = arrivals.take_all(posts, Wish(publish=True))
    assert [type(one) for one in answers] == [Arrival, Arrival, Arrival, RowRefused]
    with database.read() as session:
        assert len(desk_list.listing(session)) == 3
        assert changes.head(session) == 3


def test_topics_of_the_vocabulary_are_kept(arrivals: Arrivals, database: Database) -> None:
    with database.write() as session:
        topics.add(session, "summit", {"en": "Summit"})
    arrival = arrivals.take(replace(PAGE, topics=("summit",)))
    with database.read() as session:
        assert reading.get(session, arrival.article_id).topics == ("summit",)


def test_what_has_no_text_stays_a_draft_and_says_why(arrivals: Arrivals, database: Database) -> None:
    empty = replace(PAGE, content=content("Only a picture", body_html='<img src="x" alt="">', body_text=""))
    for _ in range(2):
        arrival = arrivals.take(empty, publish=True)
        assert (arrival.state, arrival.lacking) == (State.DRAFT, (Lack("ready.text"),))
    with database.read() as session:
        assert changes.head(session) == 0


def test_b51_a_source_cannot_blank_what_is_public_and_the_dry_run_says_so(
    arrivals: Arrivals, database: Database
) -> None:
    one = arrivals.take(PAGE, publish=True).article_id
    with database.read() as session:
        before, head = reading.get(session, one), changes.head(session)
    blank = replace(PAGE, content=content("Parks open", body_html="", body_text=" "))
    other = replace(PAGE, identity=replace(IDENTITY, post_id="8"))
    foreseen, happened = arrivals.foresee([blank, other], Wish()), arrivals.take_all([blank, other], Wish())
    for refused, taken in (foreseen, happened):
        assert isinstance(refused, ArrivalRefused)
        assert str(refused) == "it is public here and comes again without text: the public text stays"
        assert isinstance(taken, Foreseen)
    with database.read() as session:
        assert (reading.get(session, one), changes.head(session)) == (before, head)


@pytest.mark.parametrize("known", [False, True])
def test_a_release_whose_hour_is_known_is_dated_by_it(arrivals: Arrivals, database: Database, known: bool) -> None:
    at = datetime(2019, 7, 17, 1, 30, tzinfo=UTC)
    page = replace(PAGE, registered_on=date(2019, 7, 17), registered_at=at)
    if known:
        arrivals.take(page)
    arrival = arrivals.take(page, publish=True)
    with database.read() as session:
        assert reading.get(session, arrival.article_id).published_at == at
    assert arrival.quiet


def test_a_published_batch_without_division_goes_to_the_fallback(arrivals: Arrivals, database: Database) -> None:
    taken = _taken(arrivals.take_all(_posts(2, division="Somewhere"), Wish(publish=True)))
    with database.read() as session:
        assert {reading.get(session, one.article_id).division for one in taken} == {"press"}


def test_an_empty_batch_is_nothing(arrivals: Arrivals) -> None:
    assert arrivals.take_all([], Wish(publish=True)) == []


def _urgent(database: Database, article_id: int) -> None:
    with database.write() as session:
        stored = reading.get(session, article_id)
        filing = replace(articles.filing_of(stored), urgent=True)
        articles.revise(session, article_id, stored.content, note=None, now=NOW, filing=filing)


def test_b55_a_page_taken_in_again_leaves_what_an_editor_has_filed(arrivals: Arrivals, database: Database) -> None:
    page = replace(PAGE, division="", identity=replace(IDENTITY, board_id="BBS_9"))
    one = arrivals.take(page).article_id
    with database.write() as session:
        articles.file(session, one, division="climate", board="news")
        articles.ask_approval(session, one, by="editor", now=NOW, publish_at=None)
        before = reading.get(session, one)
    assert arrivals.take(page).outcome is Outcome.UNCHANGED
    with database.read() as session:
        assert reading.get(session, one) == before
    changed = replace(page, content=content("Parks open late"), telephone=None)
    assert arrivals.take(changed).outcome is Outcome.UPDATED
    with database.read() as session:
        after = reading.get(session, one)
    assert (after.division, after.board, after.telephone, after.approval) == ("climate", "news", "053-1", None)


def test_nothing_urgent_is_published_by_taking_its_page_in(arrivals: Arrivals, database: Database) -> None:
    one = arrivals.take(PAGE).article_id
    _urgent(database, one)
    again = arrivals.take(PAGE, publish=True)
    assert (again.state, again.lacking) == (State.DRAFT, (Lack("ready.approval"),))


@pytest.mark.parametrize("urgent", [True, False])
def test_a_scheduled_article_whose_source_changed_waits_for_people_again_if_it_is_urgent(
    arrivals: Arrivals, database: Database, urgent: bool
) -> None:
    one = arrivals.take(PAGE).article_id
    if urgent:
        _urgent(database, one)
    with database.write() as session:
        articles.schedule(session, one, at=NOW + timedelta(hours=1))
    arrivals.take(replace(PAGE, content=content("Another text")))
    with database.read() as session:
        stored = reading.get(session, one)
    assert stored.content.title == "Another text"
    assert stored.state is (State.DRAFT if urgent else State.SCHEDULED)


def test_a_second_run_that_publishes_says_so_and_is_written_down(arrivals: Arrivals, database: Database) -> None:
    one = arrivals.take(PAGE).article_id
    again = arrivals.take(PAGE, publish=True)
    assert (again.outcome, again.state) == (Outcome.PUBLISHED, State.PUBLISHED)
    with database.read() as session:
        assert [(entry.actor, entry.action) for entry in audit.entries(session, article_id=one)] == [
            ("intake", "publish")
        ]


def test_a_division_that_nobody_is_called_is_told_of(arrivals: Arrivals) -> None:
    assert arrivals.take(replace(PAGE, division="Somewhere else")).unknown_division == "Somewhere else"
    assert arrivals.take(replace(PAGE, identity=None)).unknown_division == ""


def test_what_gives_a_date_that_cannot_be_read_is_never_published_by_a_run(arrivals: Arrivals) -> None:
    """It would stand above what is newest, dated by the run. Once somebody has written the day, it is published."""
    unread = replace(PAGE, registered_on=None, registered_at=None, unread_date="2019-02-30")
    (foreseen,) = arrivals.foresee([unread], Wish(publish=True))
    taken = arrivals.take(unread, publish=True)
    again = arrivals.take(unread, publish=True)
    assert isinstance(foreseen, Foreseen)
    for one in (foreseen, taken, again):
        assert (one.state, [lack.word for lack in one.lacking]) == (State.DRAFT, ["ready.date"])
    with arrivals.database.write() as session:
        stored = reading.get(session, taken.article_id)
        filing = replace(articles.filing_of(stored), registered_on=date(2019, 2, 28))
        articles.revise(session, stored.id, stored.content, note=None, now=arrivals.clock(), filing=filing)
    assert arrivals.take(unread, publish=True).state is State.PUBLISHED
