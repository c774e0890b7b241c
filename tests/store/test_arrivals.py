"""What becomes of a page that comes in, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from feeds.arrivals import Arrivals, Outcome
from feeds.errors import NotFound
from feeds.intake.draft import Draft, Identity
from feeds.model import ChangeKind, Newsroom, State
from feeds.store import changes, reading
from feeds.store.database import Database
from tests.builders import Hands, content, withdraw

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


def test_an_unknown_division_and_date_stay_unknown_in_a_draft(arrivals: Arrivals, database: Database) -> None:
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
    assert (again.outcome, again.state) == (Outcome.LEFT_ALONE, State.WITHDRAWN)


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
        assert len(reading.listing(session)) == 1


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
