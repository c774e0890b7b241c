"""A backup is whole whenever it is made, and what comes of it is held, knows who left since, and repeats nothing."""

import hashlib
import json
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.backup.archive import MANIFEST
from config.backup.making import target
from config.holder import schedule_held
from feeds.errors import CivicwireError
from feeds.media.folder import Folder
from feeds.scope import Scope
from feeds.store import articles, changes, reading
from feeds.store.database import Database
from notifier.bounces import Reason
from notifier.ledger import bounces, suppressions
from notifier.ledger.tables import delivery, subscriber
from notifier.model import Cadence, DeliveryState, Kind
from notifier.receipts import receipts_of
from tests.backup.conftest import House, MakeHouse
from tests.builders import content

A, B, C = "a@example.org", "b@example.org", "c@example.org"


def test_f52_a_backup_made_while_mail_is_sent_is_consistent_and_a_copy_elsewhere_sends_nothing_until_it_is_released(
    house: House, house_at: MakeHouse, tmp_path: Path
) -> None:
    people = [f"reader{number}@example.org" for number in range(40)]
    for one in people:
        house.follow(one)
    house.publish()
    house.parts.alerts.run()
    house.server.behaviour.pause = 0.01
    sending = threading.Thread(target=house.parts.sender.run)
    sending.start()
    house.server.on_accept.wait(10)
    path = house.backup()
    sending.join(30)
    assert house.got == sorted(people)

    elsewhere = house_at(f"sqlite:///{tmp_path / 'elsewhere' / 'civicwire.db'}")
    elsewhere.clock.forward(hours=2)
    done = elsewhere.restore(path, replace=False)
    assert elsewhere.held() == "restored from the backup of 2026-05-20 03:00 UTC"
    waiting = done.prospect.waiting.get(Kind.ALERT, 0)
    assert 0 < waiting + done.taken <= len(people)
    with elsewhere.parts.database.read() as session:
        assert session.execute(select(func.count()).select_from(delivery)).scalar_one() == len(people)
    elsewhere.tick()
    elsewhere.publish("A second release")
    elsewhere.tick()
    assert elsewhere.got == []
    assert elsewhere.release() == waiting
    elsewhere.tick()
    assert elsewhere.got == sorted(people)  # of the second release, and of nothing that they have had
    assert elsewhere.states()[DeliveryState.SKIPPED_RESTORED] == waiting


def test_f53_what_the_backup_had_still_to_send_is_skipped_and_what_is_new_is_told(house: House) -> None:
    house.follow(A)
    house.follow(B, Cadence.DAILY)
    house.publish("Of before")
    path = house.backup()  # its alert is not planned yet, and tomorrow's digest not due
    house.clock.forward(days=1)
    house.tick()
    assert house.got == [A, B]

    done = house.restore(path)
    assert (done.prospect.changes, done.prospect.digests) == (1, ((Cadence.DAILY, "08:00 Asia/Seoul"),))
    house.tick()
    assert house.states() == {}  # nothing is planned before somebody has decided
    house.publish("Of after")
    assert house.release() == 0
    house.tick()
    assert house.got == [A, A, B]
    house.clock.forward(days=1)
    house.tick()
    assert house.got == [A, A, B, B]
    assert "Of after" in house.server.to(B)[-1].content.decode()
    assert "Of before" not in house.server.to(B)[-1].content.decode()


def test_f53_a_digest_whose_hour_had_not_come_loses_nothing(house: House) -> None:
    house.follow(B, Cadence.DAILY)
    house.clock.forward(days=1)
    house.tick()
    house.publish("Of before")
    path = house.backup()
    house.clock.forward(hours=2)
    house.restore(path)
    house.release()
    house.clock.forward(days=1)
    house.tick()
    assert house.got == [B]


def test_f53_it_is_all_sent_where_somebody_says_so(house: House) -> None:
    house.follow(A)
    house.follow(B)
    house.publish()
    house.parts.alerts.run()
    path = house.backup()
    house.restore(path)
    assert house.release(resend=True) == 0
    house.tick()
    assert house.got == [A, B]


def test_f53_what_was_scheduled_for_between_is_published_again_and_mailed_to_nobody(house: House) -> None:
    house.follow(A)
    with house.parts.database.write() as session:
        filing, authority = articles.Filing(division="climate"), house.parts.newsroom.city.authority
        draft = articles.add(session, content("At four"), filing=filing, authority=authority, now=house.clock())
        articles.schedule(session, draft.id, at=house.clock() + timedelta(hours=1), mail=True)
    path = house.backup()
    house.clock.forward(hours=2)
    house.tick()
    assert house.got == [A]
    done = house.restore(path)
    assert (done.prospect.scheduled, done.prospect.overdue) == (1, 1)
    house.tick()
    with house.parts.database.read() as session:
        assert reading.get(session, draft.id).state == "published"
    house.release()
    house.tick()
    assert house.got == [A]


def test_f53_who_left_ended_a_wish_was_erased_or_suppressed_since_is_so_again(house: House) -> None:
    first, second = Scope(("climate",)), Scope(("water",))
    one, two, three = house.follow(A), house.follow(B, scope=first), house.follow(C)
    house.follow(B, scope=second)
    gone = house.follow("d@example.org")
    back = house.follow("e@example.org")
    path = house.backup()
    house.clock.forward(hours=1)
    house.parts.following.stop(one.id, reason="one click")
    house.parts.following.stop(two.id, only=house.live(B)[0].id, reason="manage page")
    house.parts.personal.erase(gone.id)
    house.parts.following.stop(back.id, reason="page")
    house.parts.personal.take_back_end(back.id)
    with house.parts.database.write() as session:
        mark = house.parts.tokens.address_hashes(C)[0]
        suppressions.add(session, mark, reason=Reason.HARD, source="report", now=house.clock())
        house.parts.journal.suppressed(C, Reason.HARD)
    del three

    done = house.restore(path)
    assert done.warnings == ()
    assert done.applied is not None
    assert (done.applied.left, done.applied.ended, done.applied.erased, done.applied.suppressed) == (1, 1, 1, 1)
    assert (house.live(A), [one.scope for one in house.live(B)]) == ([], [second])
    with house.parts.database.read() as session:
        assert "d@example.org" not in session.execute(select(subscriber.c.address)).scalars().all()
    house.release()
    house.publish()
    house.tick()
    assert house.got == ["e@example.org"]  # B follows water alone, of which this is not
    assert DeliveryState.SKIPPED_SUPPRESSED in house.states()


def test_f53_a_journal_that_is_missing_or_of_another_key_is_said(house: House, house_at: MakeHouse) -> None:
    path = house.backup()
    house.parts.journal.path.unlink()
    assert "cannot be read" in house.restore(path).warnings[0]
    (other,) = [house_at(house.parts.settings.database_url)]
    object.__setattr__(other.parts.settings, "secret_key", ("another-key-that-nobody-had-before-1234",))
    other.clock.forward(minutes=1)
    done = other.restore(path)
    assert done.applied is None
    assert "not that of the backup" in done.warnings[0]


def test_f53_receipts_written_since_the_backup_say_what_was_sent(house: House) -> None:
    house.follow(A)
    house.follow(B)
    house.publish()
    house.parts.alerts.run()
    path = house.backup()
    folder = receipts_of(house.parts.database)
    assert folder is not None
    folder.mkdir()
    with house.parts.database.read() as session:
        number = session.execute(select(delivery.c.id).where(delivery.c.address == A)).scalar_one()
    (folder / "somebody-killed").write_text(f"{number}\n{number + 999}\n")
    assert house.restore(path).taken == 1
    assert house.states() == {DeliveryState.ACCEPTED: 1, DeliveryState.PENDING: 1}
    assert not list(folder.iterdir())
    house.release(resend=True)
    house.tick()
    assert house.got == [B]


def test_no_number_that_a_link_may_name_comes_again_after_a_restore(house: House) -> None:
    path = house.backup()
    before = house.follow(A)
    house.publish()
    house.parts.alerts.run()
    with house.parts.database.read() as session:
        sent = session.execute(select(func.max(delivery.c.id))).scalar_one()
    house.restore(path)
    after = house.follow(B)
    house.publish("Another")
    house.release()
    house.parts.alerts.run()
    assert after.id > before.id
    with house.parts.database.read() as session:
        assert session.execute(select(func.min(delivery.c.id))).scalar_one() > sent
        assert changes.head(session) == 1  # the log has no gaps


def test_pictures_come_with_the_backup_and_those_that_are_here_stay(
    house: House, house_at: MakeHouse, tmp_path: Path
) -> None:
    name = "ab" + "0" * 62 + ".jpg"
    house.parts.media.folder.write(name, b"a picture")
    (house.parts.media.folder.root / "ab" / ".newdraft").write_bytes(b"half")
    path = house.backup()
    elsewhere = house_at(f"sqlite:///{tmp_path / 'b' / 'civicwire.db'}")
    other = "cd" + "0" * 62 + ".jpg"
    elsewhere.parts.media.folder.write(other, b"another")
    elsewhere.restore(path)
    assert list(Folder(elsewhere.parts.media.folder.root).names()) == [name, other]


def test_what_is_there_is_replaced_only_on_demand_and_kept_beside(house: House) -> None:
    house.follow(A)
    path = house.backup()
    house.follow(B)
    with pytest.raises(CivicwireError, match="--replace"):
        house.restore(path, replace=False)
    assert house.live(B)
    assert house.held() is None
    done = house.restore(path)
    assert house.live(B) == []
    assert done.before is not None
    with Database(f"sqlite:///{done.before}").read() as session:
        assert session.execute(select(func.count()).select_from(subscriber)).scalar_one() == 2


def test_a_database_that_is_served_or_open_elsewhere_is_left_alone(house: House) -> None:
    house.follow(A)
    path = house.backup()
    with schedule_held(house.parts.database, house.clock()), pytest.raises(CivicwireError, match="is served already"):
        house.restore(path)
    other = Database(house.parts.settings.database_url)
    with other.read() as session:
        changes.head(session)
    with pytest.raises(CivicwireError, match="another process has"):
        house.restore(path)
    other.close()
    assert house.held() is None
    assert house.live(A)
    house.restore(path)


def test_f47_a_damaged_database_is_replaced_and_no_backup_is_made_of_it(house: House) -> None:
    for number in range(300):
        house.follow(f"reader{number}@example.org")
    path = house.backup()
    house.parts.database.close()
    file = Path(house.parts.database.url.database or "")
    with file.open("r+b") as damaged:
        damaged.seek(file.stat().st_size // 2)
        damaged.write(b"\xff" * 65536)
    with pytest.raises(CivicwireError, match="damaged"):
        house.backup("b.zip")
    assert not (house.folder / "b.zip").exists()
    house.restore(path)
    assert house.live("reader299@example.org")


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6])
def test_a_backup_that_is_cut_or_changed_is_refused_in_one_line_with_nothing_changed(house: House, at: float) -> None:
    house.follow(A)
    path = house.backup()
    whole = path.read_bytes()
    cut = house.folder / "cut.zip"
    cut.write_bytes(whole[: int(len(whole) * at)])
    place = int((len(whole) - 1) * at)
    changed = house.folder / "changed.zip"
    changed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
    for bad in (cut, changed):
        with pytest.raises(CivicwireError) as refused:
            house.restore(bad)
        assert "\n" not in str(refused.value)
        assert str(bad) in str(refused.value)
    assert house.held() is None
    assert house.live(A)


@pytest.mark.parametrize("name", ["media/../../outside.txt", "../outside.txt", "/tmp/outside.txt", "receipts/../x"])
def test_b53_a_backup_whose_manifest_names_a_file_outside_is_refused_and_nothing_is_written(
    house: House, name: str
) -> None:
    path, bad, text = house.backup(), house.folder / "outside.zip", b"written outside"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bad, "w") as made:
        manifest = json.loads(source.read(MANIFEST))
        for member in manifest["members"]:
            made.writestr(member, source.read(member))
        made.writestr(name, text)
        manifest["members"][name] = {"size": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        made.writestr(MANIFEST, json.dumps(manifest))
    with pytest.raises(CivicwireError, match="is not what its manifest says"):
        house.restore(bad)
    assert house.held() is None
    assert not list(house.folder.parent.rglob("outside.txt"))


@pytest.mark.postgres
def test_f52_f53_on_postgresql(server_house: House) -> None:
    house = server_house
    for one in (A, B, C):
        house.follow(one)
    house.publish()
    house.parts.alerts.run()
    path = house.backup()
    house.clock.forward(hours=2)
    house.tick()
    assert house.got == [A, B, C]
    left = house.live(C)[0]
    house.parts.following.stop(left.subscriber_id, reason="one click")
    with pytest.raises(CivicwireError, match="--replace"):
        house.restore(path, replace=False)

    other = Database(house.parts.settings.database_url)
    with other.read() as session:
        changes.head(session)
    with pytest.raises(CivicwireError, match="1 other connections"):
        house.restore(path)
    other.close()

    done = house.restore(path)
    assert house.held() == "restored from the backup of 2026-05-20 03:00 UTC"
    assert done.prospect.waiting == {Kind.ALERT: 3}
    assert done.applied is not None
    assert done.applied.left == 1
    house.tick()
    assert len(house.got) == 3
    house.publish("Another")
    assert house.release() == 3
    house.tick()
    assert house.got == [A, A, B, B, C]
    with house.parts.database.read() as session:
        assert bounces.tallies(session, house.clock().date()) == {}
        assert session.execute(select(func.max(delivery.c.id))).scalar_one() > 10_000_000


def test_a_backup_overwrites_no_file_and_a_folder_gets_one_that_says_when(house: House) -> None:
    path = house.backup()
    before = path.read_bytes()
    with pytest.raises(CivicwireError, match="already"):
        house.backup()
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o077 == 0
    assert sorted(one.name for one in house.folder.iterdir()) == ["a.zip"]  # and nothing half made
    assert target(house.folder, "2026-05-20T030000Z") == house.folder / "civicwire-2026-05-20T030000Z.zip"
