"""What an export writes, what it leaves alone, what it takes away, and in which folder it does nothing at all."""

import fcntl
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from config.export.tree import MARK
from feeds.errors import CivicwireError
from feeds.store import twins
from tests.builders import small_city
from tests.export import sample
from tests.export.files import contents, leading_nowhere
from tests.export.sample import SPRING, Sample


@pytest.fixture
def newsroom(tmp_path: Path, prepared_file: Path) -> Sample:
    made = sample.empty(tmp_path, prepared_file)
    made.publish("Trees are planted", at=SPRING)
    made.publish("Old bus stops", division="transport", at=SPRING)
    made.publish("물이 맑아졌습니다", division="water", language="ko")
    return made


def retitle(newsroom: Sample, number: int, title: str) -> None:
    """Write a title, as a literal of SQL, past every check, as a hand in the database would."""
    wanted = text(f"UPDATE revision SET title = {title} WHERE article_id = {number}")
    newsroom.change(lambda session: session.execute(wanted))


def written(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The files that are new or another."""
    return {path for path, body in after.items() if before.get(path) != body}


def stems(paths: set[str]) -> set[str]:
    """The documents among files: without language and format."""
    return {path.removesuffix(".html").removesuffix(".opml").rsplit(".", 1)[0] for path in paths}


def test_a_second_run_has_nothing_to_write(newsroom: Sample, tmp_path: Path) -> None:
    first = newsroom.export(tmp_path / "tree")
    assert (first.done.is_whole, first.done.reload, first.counts.unchanged, first.counts.removed) == (True, True, 0, 0)
    assert not leading_nowhere(tmp_path / "tree")
    second = newsroom.export(tmp_path / "tree")
    assert (second.done.is_whole, second.done.reload) == (False, False)
    assert (second.counts.written, second.counts.removed) == (0, 0)
    assert second.counts.unchanged < first.counts.written
    assert second.done.cursor == first.done.cursor == 3


def test_after_one_release_only_what_shows_it_is_written(newsroom: Sample, tmp_path: Path) -> None:
    newsroom.export(tmp_path / "tree")
    before = contents(tmp_path / "tree")
    number = newsroom.publish("A new pipe", division="water")
    run = newsroom.export(tmp_path / "tree")
    after = contents(tmp_path / "tree")
    new = written(before, after)
    assert (run.done.is_whole, run.counts.written, run.counts.removed) == (False, len(new), 0)
    month = {f"{feed}/2026-05" for feed in ("all", "water", "environment", "select/board=news", "select/lang=en")}
    feeds = {feed.removesuffix("/2026-05") for feed in month}
    assert stems(new) == {
        f"articles/{number}/page",
        "index",
        "divisions/water",
        "divisions/environment",
        *(f"feeds/{name}" for name in month | feeds),
        "feeds/select/language=en",
    }


def test_what_followed_the_log_is_what_is_written_anew(newsroom: Sample, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    first, second = (
        newsroom.publish("Water is dear", division="water"),
        newsroom.publish("물값", division="water", language="ko"),
    )
    gone = newsroom.publish("A mistake", division="climate")
    newsroom.export(folder)
    steps: list[list[Callable[[], object]]] = [
        [
            lambda: newsroom.correct(1, "Trees are felled", division="water"),
            lambda: newsroom.change(lambda session: twins.link(session, first, second, now=newsroom.clock())),
            lambda: newsroom.withdraw(gone),
        ],
        [
            lambda: newsroom.publish("Out of the archive", division="climate", at=SPRING.replace(month=4)),
            lambda: newsroom.withdraw(second),
        ],
        [lambda: newsroom.clock.forward(days=20), lambda: newsroom.correct(2, "Old bus stops go")],
        [lambda: newsroom.clock.forward(days=20)],
    ]
    for number, acts in enumerate(steps):
        for act in acts:
            act()
        newsroom.export(folder)
        assert not leading_nowhere(folder)
        if number in (1, 3):
            newsroom.export(tmp_path / f"anew{number}")
            followed, anew = contents(folder), contents(tmp_path / f"anew{number}")
            assert {path: body for path, body in followed.items() if path in anew} == anew, number
            # A month that became empty goes on answering, as the program answers it.
            assert all("/2026-" in path for path in set(followed) - set(anew)), number


def test_what_is_withdrawn_leaves_with_its_files_and_a_notice_stands_there(newsroom: Sample, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    hall = newsroom.publish_with_files("The hall opens")
    newsroom.correct(1, "Trees are felled")
    newsroom.export(folder)
    assert {path.split("/")[0] for path in contents(folder)} >= {"media", "files"}
    newsroom.withdraw(hall)
    newsroom.withdraw(1)
    newsroom.export(folder)
    after = contents(folder)
    assert not [path for path in after if path.startswith(("media/", "files/"))]
    for number in (hall, 1):
        here = {path.split("/")[2] for path in after if path.startswith(f"articles/{number}/")}
        assert here == {f"gone.{face}.html" for face in ("en", "ko", "lang-en", "lang-ko")}
    assert "It was wrong." in after["articles/1/gone.en.html"].decode()
    assert not leading_nowhere(folder)


def test_a_changed_file_has_another_time_so_that_no_validator_stays(newsroom: Sample, tmp_path: Path) -> None:
    page = tmp_path / "tree" / "site" / "articles" / "1" / "page.en.html"
    newsroom.export(tmp_path / "tree")
    times = [page.stat().st_mtime]
    for title in ("Trees are plantes", "Trees are plantet"):  # the same length, within the same second
        newsroom.correct(1, title)
        newsroom.export(tmp_path / "tree")
        times.append(page.stat().st_mtime)
    assert times[0] < times[1] < times[2]
    assert times[2] == page.with_name(page.name + ".gz").stat().st_mtime


def test_another_city_file_makes_everything_anew_and_old_addresses_lead_on(newsroom: Sample, tmp_path: Path) -> None:
    newsroom.export(tmp_path / "tree")
    closed = tuple(
        replace(one, retired=date(2026, 5, 1), successor="climate") if one.slug == "water" else one
        for one in newsroom.city.divisions
    )
    later = replace(newsroom, city=replace(newsroom.city, divisions=closed))
    with pytest.raises(CivicwireError, match="names what there is not: division water"):
        later.export(tmp_path / "tree")
    run = later.export(tmp_path / "tree", wishes=())
    assert run.done.is_whole
    assert run.done.reload
    for name in ("nginx-maps.conf", "caddy-maps.conf"):
        assert "/feeds/climate" in (tmp_path / "tree" / "servers" / name).read_text()
    # Until the server has read its configuration again, what was there is not lost.
    assert (tmp_path / "tree" / "site" / "feeds" / "water.rss").exists()


def test_a_release_that_comes_out_during_a_run_is_in_the_tree_whole(newsroom: Sample, tmp_path: Path) -> None:
    newsroom.export(tmp_path / "tree")
    newsroom.publish("The first", division="water")
    calls, clock = [], newsroom.clock

    def busy() -> object:
        calls.append(1)
        if len(calls) in (5, 25):
            newsroom.publish(f"Meanwhile {len(calls)}", division="transport")
        return clock()

    run = replace(newsroom, clock=busy).export(tmp_path / "tree")  # type: ignore[arg-type]
    assert len(calls) > 25
    assert run.done.cursor == 6
    assert not leading_nowhere(tmp_path / "tree")
    newsroom.export(tmp_path / "anew")
    assert contents(tmp_path / "tree") == contents(tmp_path / "anew")


def test_more_than_one_part_of_a_month_leads_from_part_to_part(newsroom: Sample, tmp_path: Path) -> None:
    for number in range(4):
        newsroom.publish(f"Lamp {number}", division="press")
    newsroom.export(tmp_path / "tree", in_a_part=2)
    press = tmp_path / "tree" / "site" / "feeds" / "press"
    assert (press / "2026-05.2.rss").exists()
    assert not leading_nowhere(tmp_path / "tree")
    newsroom.withdraw(4)
    newsroom.withdraw(5)
    newsroom.export(tmp_path / "tree", in_a_part=2)
    # Where there was a part once, the whole month is read.
    assert (press / "2026-05.2.rss").read_bytes() == (press / "2026-05.rss").read_bytes()
    assert not leading_nowhere(tmp_path / "tree")


def test_f61_what_cannot_be_read_is_told_and_tried_by_every_run_until_it_can(newsroom: Sample, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    retitle(newsroom, 2, "X'ff00'")
    for _ in range(2):
        assert newsroom.export(folder).done.left_out == (2,)
        assert not leading_nowhere(folder)
    assert not [path for path in contents(folder) if path.startswith("articles/2/")]
    retitle(newsroom, 2, "'Old bus stops'")
    assert newsroom.export(folder).done.left_out == ()
    assert not leading_nowhere(folder)
    newsroom.export(tmp_path / "anew")
    assert contents(folder) == contents(tmp_path / "anew")


def test_f61_what_the_tree_had_of_an_article_stays_while_it_cannot_be_read(newsroom: Sample, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    hall = newsroom.publish_with_files("The hall opens")
    newsroom.export(folder)
    own = {path for path in contents(folder) if path.startswith((f"articles/{hall}/", "media/", "files/"))}
    retitle(newsroom, hall, "X'ff00'")
    run = newsroom.export(folder, wishes=())  # something else is another, so that everything is looked at
    assert (run.done.is_whole, run.done.left_out) == (True, (hall,))
    assert own <= set(contents(folder))
    assert not leading_nowhere(folder)


def test_what_is_repaired_during_a_run_has_its_page_before_what_leads_to_it(newsroom: Sample, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    retitle(newsroom, 2, "X'ff00'")
    clock, repaired = newsroom.clock, []

    def busy() -> object:
        if not repaired and (folder / "site" / "feeds" / "climate" / "2026-03.rss").exists():
            repaired.append(retitle(newsroom, 2, "'Bus'"))
        return clock()

    run = replace(newsroom, clock=busy).export(folder)  # type: ignore[arg-type]
    assert repaired
    assert run.done.left_out == ()
    assert "Bus" in contents(folder)["feeds/all.rss"].decode()
    assert not leading_nowhere(folder)


def test_a_folder_that_is_not_its_own_is_left_alone(newsroom: Sample, tmp_path: Path) -> None:
    other = tmp_path / "home"
    other.mkdir()
    (other / "letter.txt").write_text("Dear")
    with pytest.raises(CivicwireError, match="has not written"):
        newsroom.export(other)
    with pytest.raises(CivicwireError, match="has not written"):
        newsroom.export(other / "letter.txt")
    assert [one.name for one in other.iterdir()] == ["letter.txt"]


def test_two_runs_at_once_are_one(newsroom: Sample, tmp_path: Path) -> None:
    newsroom.export(tmp_path / "tree")
    with (tmp_path / "tree" / MARK).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(CivicwireError, match="another"):
            newsroom.export(tmp_path / "tree")


def test_a_damaged_memory_says_so_and_the_whole_tree_heals_it(newsroom: Sample, tmp_path: Path) -> None:
    newsroom.export(tmp_path / "tree")
    before = contents(tmp_path / "tree")
    (tmp_path / "tree" / "state.db").write_bytes(b"nothing of a database" * 100)
    (tmp_path / "tree" / "site" / "feeds" / "all.rss").write_bytes(b"half")
    (tmp_path / "tree" / "site" / "stray.html").write_text("Not ours")
    (tmp_path / "tree" / "drafts").mkdir()
    (tmp_path / "tree" / "drafts" / "7").write_text("half")
    with pytest.raises(CivicwireError, match="--whole"):
        newsroom.export(tmp_path / "tree")
    newsroom.export(tmp_path / "tree", whole=True)
    assert {path.name for path in (tmp_path / "tree").iterdir()} == {MARK, "site", "servers", "state.db"}
    (tmp_path / "tree" / "site" / "stray.html").unlink(missing_ok=True)
    assert (tmp_path / "tree" / "site" / "feeds" / "all.rss").read_bytes() == before["feeds/all.rss"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("topic=none", "names what there is not: topic none"),
        ("colour=red", "is no selection"),
        ("", "selects nothing"),
        ("&".join(f"division={one.slug}" for one in small_city().divisions) + "&q=" + "물길" * 20, "too long"),
        ("&".join(f"division=d{n}" for n in range(60)), "at most 50"),
    ],
)
def test_a_selection_that_is_none_is_named(newsroom: Sample, tmp_path: Path, wish: str, said: str) -> None:
    with pytest.raises(CivicwireError, match=said):
        newsroom.export(tmp_path / "tree", wishes=(wish,))
