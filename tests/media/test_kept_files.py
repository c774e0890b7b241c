"""What is kept of an uploaded picture or file, and what is refused."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from feeds.errors import StoreError
from feeds.media import files
from feeds.media.folder import Folder, stored_name
from feeds.media.keeper import MAX_FILE_BYTES, MAX_PICTURE_BYTES, MediaStore, attachment, picture
from feeds.media.refusal import MediaRefused
from feeds.store.database import Database
from tests.builders import Hands
from tests.media.samples import OLE, PDF, SVG, packed, shot

MANY = packed(*((str(number), b"") for number in range(files._MOST_MEMBERS + 1)))


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media", Hands())


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (SVG, "media.svg"),
        (b"<svg onload=alert(1)>", "media.svg"),
        (b"\xef\xbb\xbf<!-- a drawing --><SVG><foreignObject/></SVG>", "media.svg"),
        (b"GIF89a" + SVG, "media.broken"),
        (b"", "media.empty"),
        (bytes(MAX_FILE_BYTES + 1), "media.too_large"),
        (b"\xff\xd8\xff" + bytes(MAX_PICTURE_BYTES), "media.picture_too_large"),
        (b"<!doctype html><script>alert(1)</script>", "media.type"),
        (b"  <b>bold</b>", "media.type"),
        (b"MZ\x90\x00 a program", "media.type"),
        (b"\x7fELF", "media.type"),
        (b"   \n", "media.type"),
        (b"\x00\x00\x00\x18ftypheic a photograph that no browser shows", "media.type"),
        (b"a caf\xe9 ", "media.text_encoding"),
        ("대구".encode("utf-16"), "media.text_encoding"),
        (packed(("[Content_Types].xml", b"x"), ("word/vbaProject.bin", b"x")), "media.macros"),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "media.macros"),
        (OLE, "media.type"),
        (b"PK\x03\x04 cut off", "media.broken"),
        (MANY, "media.members"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_b58_what_cannot_be_kept_is_refused_with_its_reason(
    store: MediaStore, tmp_path: Path, content: bytes, word: str
) -> None:
    with pytest.raises(MediaRefused) as refused:
        store.prepare(content, file_name="photo.jpg")
    assert refused.value.word == word
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "media_type", "extension"),
    [
        (PDF, "application/pdf", "pdf"),
        (b"HWP Document File V3.00", "application/x-hwp", "hwp"),
        (OLE + b"HWP Document File", "application/x-hwp", "hwp"),
        (OLE + "WordDocument".encode("utf-16-le"), "application/msword", "doc"),
        (packed(("mimetype", b"application/hwp+zip")), "application/hwp+zip", "hwpx"),
        (
            packed(("mimetype", b"application/vnd.oasis.opendocument.text")),
            "application/vnd.oasis.opendocument.text",
            "odt",
        ),
        (
            packed(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        ),
        (packed(("../../evil.sh", b"rm")), "application/zip", "zip"),
        ("가, 나\n".encode(), "text/plain; charset=utf-8", "txt"),
        ("가, 나\n".encode("cp949"), "text/plain; charset=euc-kr", "txt"),
    ],
)
def test_a_file_is_what_its_bytes_say(store: MediaStore, content: bytes, media_type: str, extension: str) -> None:
    kept = store.prepare(content, file_name="photo.jpg").kept
    assert (kept.media_type, kept.name) == (media_type, f"{hashlib.sha256(content).hexdigest()}.{extension}")
    path = store.path(kept.name)
    assert path is not None
    assert path.read_bytes() == content


def test_a_picture_is_called_by_what_is_kept_of_it(store: MediaStore, tmp_path: Path) -> None:
    kept = store.prepare(shot(), file_name="report.pdf").kept
    path = store.path(kept.name)
    assert path is not None
    assert (kept.name, kept.media_type) == (f"{hashlib.sha256(path.read_bytes()).hexdigest()}.jpg", "image/jpeg")
    stem = kept.name.removesuffix(".jpg")
    assert {found.name for found in on_disk(tmp_path)} == {kept.name, f"{stem}-480.jpg", f"{stem}-960.jpg"}


def test_a_table_is_told_from_a_text_by_its_name(store: MediaStore) -> None:
    assert store.prepare(b"a,b\n1,2\n", file_name="Budget.CSV").kept.media_type == "text/csv; charset=utf-8"


def test_b53_an_archive_is_never_unpacked(store: MediaStore, tmp_path: Path) -> None:
    bomb = packed(("../outside.txt", b"0" * 5_000_000), ("mimetype", b"0" * 5_000_000))
    store.prepare(bomb, file_name="a.zip")
    assert [path.suffix for path in on_disk(tmp_path)] == [".zip"]


def test_b53_the_type_that_an_archive_states_is_read_only_where_it_is_short(store: MediaStore) -> None:
    bomb = packed(("mimetype", b"application/hwp+zip" + b" " * 5_000_000))
    assert store.prepare(bomb, file_name="a.hwpx").kept.media_type == "application/zip"


def test_the_same_picture_twice_is_one_file(store: MediaStore, tmp_path: Path) -> None:
    first, second = (store.prepare(shot(), file_name=name).kept for name in ("a.jpg", "b.jpg"))
    assert first == second
    assert len(on_disk(tmp_path)) == 3


def test_a_file_without_its_row_is_found_by_the_next_upload(store: MediaStore, sqlite_database: Database) -> None:
    prepared = store.prepare(shot(), file_name="a.jpg")
    with sqlite_database.read() as session:
        assert store.find(session, prepared.kept.name) is None
    for _ in range(2):
        with sqlite_database.write() as session:
            store.keep(session, store.prepare(shot(), file_name="a.jpg"), by="editor")
    with sqlite_database.read() as session:
        assert store.find(session, prepared.kept.name) == prepared.kept


def test_a_file_that_was_cut_off_is_written_anew(store: MediaStore) -> None:
    path = store.path(store.prepare(PDF, file_name="a.pdf").kept.name)
    assert path is not None
    path.write_bytes(PDF[:5])
    store.prepare(PDF, file_name="a.pdf")
    assert path.read_bytes() == PDF


def test_a_write_that_fails_leaves_nothing_behind(store: MediaStore, tmp_path: Path) -> None:
    name = f"{hashlib.sha256(PDF).hexdigest()}.pdf"
    (tmp_path / "media" / name[:2] / name).mkdir(parents=True)  # a folder stands where the file should be
    with pytest.raises(StoreError, match="cannot keep a file in"):
        store.prepare(PDF, file_name="a.pdf")
    assert on_disk(tmp_path) == []


def test_a_kept_file_is_read_back_from_both_engines(store: MediaStore, database: Database) -> None:
    prepared = store.prepare(shot(), file_name="a.jpg")
    with database.write() as session:
        kept = store.keep(session, prepared, by="editor")
        assert store.find(session, kept.name) == kept


def test_f41_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file stands where the folder should be")
    with pytest.raises(StoreError, match="cannot keep a file in"):
        MediaStore(tmp_path / "media", Hands()).prepare(PDF, file_name="a.pdf")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../civicwire.db",
        "ab/../../civicwire.db",
        "/etc/passwd",
        "a" * 64,
        f"{'a' * 63}.jpg",
        f"{'A' * 64}.jpg",
        f"{'a' * 64}.jpg\n",
        f"{'a' * 64}-0.jpg",
        f"{'a' * 64}-0480.jpg",
        f"{'a' * 64}-٤٨٠.jpg",
        f"{'a' * 64}-480.jpg/..",
        f".new{'a' * 60}.jpg",
    ],
)
def test_no_other_name_leads_to_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "civicwire.db").write_bytes(b"secret")
    assert stored_name(name) is None
    assert Folder(tmp_path / "media").path(name) is None


def test_a_link_out_of_an_archive_is_not_followed(store: MediaStore, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as made:
        link = zipfile.ZipInfo("mimetype")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    content = archive.read_bytes()
    os.unlink(archive)
    assert store.prepare(content, file_name="a.zip").kept.media_type == "application/zip"
    assert len(on_disk(tmp_path)) == 1


def test_a_file_that_is_no_picture_is_not_shown_as_one(store: MediaStore) -> None:
    kept = store.prepare(PDF, file_name="a.pdf").kept
    with pytest.raises(MediaRefused, match="no_picture"):
        picture(kept, caption="A plan")
    assert attachment(kept, "  a plan\r\n.pdf ").name == "a plan .pdf"


def test_what_is_said_of_a_picture_is_cleaned_and_a_decorative_one_says_nothing(store: MediaStore) -> None:
    kept = store.prepare(shot(), file_name="a.jpg").kept
    shown = picture(kept, caption=" The\nhall ", credit="", alt="A crowd", decorative=True)
    assert (shown.caption, shown.credit, shown.alt, shown.decorative) == ("The hall", None, None, True)
