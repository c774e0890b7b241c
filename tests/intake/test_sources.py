"""Which source reads what: by the beginning of an input, never by trying."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from feeds.errors import PageRefused
from feeds.intake import sources
from feeds.intake.csv_table import column_names, rows
from feeds.intake.draft import Draft, ListPage, Refused
from feeds.intake.source import Source
from feeds.intake.text_stream import MAX_LINE
from tests.intake.given import csv_of, given, records
from tests.intake.layouts import page

DUMP = csv_of([["NTT_ID", "BBS_ID", "NTT_SJ", "NTT_CN"], ["1", "B", "a", "b"]]).encode()
FEED = b'<rss version="2.0"><channel><title>a</title></channel></rss>'
XHTML = b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html><body>a</body></html>'


@pytest.mark.parametrize(
    ("content", "name", "source"),
    [
        (DUMP, "export", "dump"),
        (DUMP, "export.csv", "dump"),
        (b"\xef\xbb\xbf" + DUMP, "export.csv", "dump"),
        (DUMP.decode().encode("utf-16"), "export.csv", "dump"),
        (b"title,text\na,b\n", "archive", "csv"),
        (b"what,is,this\n", "archive.csv", "csv"),
        (b'{"title": "a"}\n', "archive", "jsonl"),
        (b"anything", "archive.jsonl", "jsonl"),
        (FEED, "news", "feed"),
        (b"<?xml version='1.0'?>\n<!-- <rss> -->\n" + FEED, "news.html", "feed"),
        (FEED.decode().encode("utf-16"), "news", "feed"),
        (b"<rdf:RDF xmlns:rdf='x'>", "news", "feed"),
        (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", "news", "feed"),
        (XHTML, "page.html", "page"),
        (b"<!DOCTYPE html><html><body><rss></body></html>", "page.html", "page"),
        (page().encode(), "page.txt", "page"),
        (b"<svg xmlns='x'/>", "page", "page"),
        (b"", "page", "page"),
        (bytes(range(256)), "page", "page"),
    ],
)
def test_an_input_is_recognised_by_its_beginning(content: bytes, name: str, source: str) -> None:
    assert sources.source_of(given(content, name)).name == source


@pytest.mark.parametrize("content", [DUMP, FEED, XHTML, b'{"title": "a"}', b"title,text\na,b\n", page().encode()])
def test_no_two_sources_recognise_the_same_input(content: bytes) -> None:
    assert len([one for one in sources.ALL.values() if one.recognises(given(content))]) <= 1


def test_every_file_in_the_folder_of_sources_is_one() -> None:
    assert set(sources.ALL) == {"page", "folder", "dump", "feed", "csv", "jsonl"}
    for source in sources.ALL.values():
        held: Source = source
        assert callable(held.recognises)


def test_a_name_on_the_command_line_is_believed_over_the_beginning() -> None:
    (record,) = records(page().encode(), "archive.csv", source="page")
    assert isinstance(record.reading, Draft | Refused | ListPage)
    with pytest.raises(PageRefused, match="no column NTT_CN"):
        records(b"ntt_id,ntt_sj,bbs_id\n1,a,b\n")


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../outside.html", "0" * 1_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (gzip.compress(b"0" * 1_000_000), "gzip"),
        (_zip(), "zip"),
        (bz2.compress(b"0" * 1000), "bzip2"),
        (lzma.compress(b"0" * 1000), "xz"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "Office"),
        (b"a.txt" + b"\0" * 252 + b"ustar" + b"\0" * 300, "tar"),
    ],
)
@pytest.mark.parametrize("source", [None, "page", "csv", "dump", "feed", "jsonl"])
def test_b53_what_is_packed_is_refused_unopened_whatever_it_is_called(
    content: bytes, name: str, source: str | None
) -> None:
    with pytest.raises(PageRefused, match=rf"packed \({name if name != 'Office' else 'an old Office'}"):
        records(content, "archive.csv", source=source)


def test_the_first_line_has_to_name_columns() -> None:
    for content in (b"", b"\n", b"a,,b\n", b'"a\n', b",".join(b"c%d" % n for n in range(201))):
        with pytest.raises(PageRefused, match="name every column"):
            list(rows(given(content, "x.csv")))
    assert column_names(b"x" * 30_000) == ()


def test_b51_a_line_without_end_is_refused_in_bounded_memory() -> None:
    with pytest.raises(PageRefused, match="line 2 is longer"):
        list(rows(given(b"title,text\n" + b"x" * (2 * MAX_LINE), "x.csv")))


def test_b51_a_quote_that_is_never_closed_ends_the_reading_with_its_line() -> None:
    content = b'title,text\na,b\nc,"' + b"one more line\n" * (MAX_LINE // 10)
    with pytest.raises(PageRefused, match="from line 3 on: a field is longer"):
        list(rows(given(content, "x.csv")))


def test_a_quote_inside_a_field_is_named() -> None:
    with pytest.raises(PageRefused, match="from line 2 on: a quote stands inside a field"):
        list(rows(given(b'title,text\n"a "b" c",d\n', "x.csv")))


@pytest.mark.parametrize("content", [b"title,text\n" + bytes(range(128, 256)) * 20, b"title,text\n" + b"\0a" * 500])
def test_b51_what_is_no_text_is_no_table(content: bytes) -> None:
    with pytest.raises(PageRefused, match="the file is not text"):
        list(rows(given(content, "x.csv")))


def test_b52_utf_16_that_breaks_off_is_refused_with_its_line() -> None:
    content = csv_of([["title", "text"], ["a", "b"]]).encode("utf-16") + b"\x00\xdc\x00"
    with pytest.raises(PageRefused, match="cannot be read"):
        list(rows(given(content, "x.csv")))


def test_empty_rows_are_passed_over() -> None:
    found = list(rows(given(b"title,text\n\na,b\n,\n\nc,d\n", "x.csv")))
    assert [(row.place, row.values["title"]) for row in found] == [("line 3", "a"), ("line 6", "c")]
