"""Uploads that no release took up are destroyed; what a release has, in any revision, stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeds.media.keeper import MediaStore, attachment, picture
from feeds.media.tidying import A_WEEK, MediaTidying
from feeds.model import Content
from feeds.store import articles
from feeds.store.articles import Filing
from feeds.store.database import Database
from feeds.store.media import Kept
from tests.builders import NOW, Hands, content
from tests.media.samples import PDF, shot

FUTURE = datetime(2101, 3, 1, tzinfo=UTC)
"""Files are dated by the disk: the tests' own day lies after whatever it says."""


class Room:
    """A store of files with its database and a clock."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.clock = Hands(FUTURE)
        self.database = database
        self.root = folder
        self.store = MediaStore(folder, self.clock)
        self.tidying = MediaTidying(database, self.store.folder, self.clock)

    def upload(self, given: bytes) -> Kept:
        prepared = self.store.prepare(given, file_name="a")
        with self.database.write() as session:
            return self.store.keep(session, prepared, by="editor")

    def draft(self, text: Content) -> int:
        with self.database.write() as session:
            filing = Filing(division="water")
            authority = "riverton.example.org,2026"
            return articles.store(session, text, filing=filing, authority=authority, now=self.clock())

    def known(self, kept: Kept) -> bool:
        with self.database.read() as session:
            return self.store.find(session, kept.name) is not None

    def files(self) -> int:
        return sum(path.is_file() for path in self.root.rglob("*"))

    def whole_round(self) -> int:
        """Every part of the folder has its turn."""
        gone = 0
        for _ in range(256):
            gone += self.tidying.run()
            self.clock.forward(hours=1)
        return gone


@pytest.fixture
def room(database: Database, tmp_path: Path) -> Room:
    return Room(database, tmp_path / "media")


def test_an_upload_that_no_release_took_up_is_destroyed_after_a_week_with_its_smaller_ones(room: Room) -> None:
    kept = room.upload(shot())
    assert room.files() == 3
    room.clock.at = FUTURE + A_WEEK
    assert room.tidying.run() == 0
    room.clock.at += timedelta(seconds=1)
    assert room.tidying.run() == 1
    assert not room.known(kept)
    assert room.files() == 0


def test_what_a_draft_has_stays_and_goes_with_it(room: Room) -> None:
    shown, beside = room.upload(shot(100, 100)), room.upload(PDF)
    number = room.draft(
        content(pictures=(picture(shown, caption="A hall"),), attachments=(attachment(beside, "a.pdf"),))
    )
    room.clock.forward(days=400)
    assert room.whole_round() == 0
    assert room.files() == 2
    with room.database.write() as session:
        articles.discard(session, number, now=NOW, expected=1)
    assert room.tidying.run() == 2
    assert room.files() == 0


def test_what_only_an_earlier_revision_has_stays(room: Room) -> None:
    kept = room.upload(PDF)
    number = room.draft(content(attachments=(attachment(kept, "a.pdf"),)))
    with room.database.write() as session:
        articles.revise(session, number, content("Without it"), note=None, now=room.clock())
    room.clock.forward(days=30)
    assert room.tidying.run() == 0
    assert room.known(kept)


def test_who_uploads_it_once_more_has_a_week_again(room: Room) -> None:
    kept = room.upload(PDF)
    room.clock.forward(days=5)
    room.upload(PDF)
    room.clock.forward(days=5)
    assert room.tidying.run() == 0
    assert room.known(kept)


def test_a_file_that_was_left_without_its_row_is_destroyed(room: Room) -> None:
    kept = room.upload(PDF)
    room.draft(content(attachments=(attachment(kept, "a.pdf"),)))
    room.store.prepare(shot(), file_name="a.jpg")
    (room.root / kept.name[:2] / ".newabc").write_bytes(b"half a file")
    assert room.files() == 5
    assert room.whole_round() == 4
    path = room.store.path(kept.name)
    assert path is not None
    assert room.files() == 1


def test_a_file_that_has_just_been_written_waits_for_its_row(room: Room) -> None:
    room.store.prepare(PDF, file_name="a.pdf")
    room.clock.at = datetime(2020, 1, 1, tzinfo=UTC)  # the disk says that it is younger than a week
    assert room.whole_round() == 0
    assert room.files() == 1


def test_a_store_without_a_folder_is_tidy(room: Room) -> None:
    assert room.whole_round() == 0
