"""Entries as they are kept: each article once, the broken ones with the reason, never more than there is room for."""

import gzip
from dataclasses import replace

import pytest
import zstandard
from sample_feed import MORNING, NEWSROOM, WORDS, article, feed, many

from feeds.documents import rss
from feeds.documents.entry import NOTHING, entry_of
from feeds.model import Article
from feeds.packed import pack
from feeds.renderings import FORMATS, Rendering, Renderings


def made(renderings: Renderings, one: Article, number: int = 1) -> Rendering:
    return renderings.make(one, NOTHING, number=number, at=MORNING)


def test_an_entry_is_kept_until_it_is_forgotten() -> None:
    renderings = Renderings(NEWSROOM, WORDS)
    one = made(renderings, article(1), number=7)
    assert renderings.last(1) is one
    assert one.number == 7
    assert renderings.last(2) is None
    renderings.forget([1, 2])
    assert renderings.last(1) is None


def test_what_is_kept_packed_is_what_each_format_writes() -> None:
    one = article(1, title="밤 버스", body_html="<p>Later.</p>")
    entry = entry_of(one, NEWSROOM, WORDS)
    renderings = Renderings(NEWSROOM, WORDS)
    rendering = made(renderings, one)
    pieces = renderings.pieces(rendering)
    assert pieces == {name: module.entry_bytes(entry) for name, module in FORMATS.items()}
    assert rendering.longest == max(map(len, pieces.values()))
    assert rendering.stamp == entry.stamp


@pytest.mark.parametrize(
    ("one", "problem"),
    [(article(2, title="\ud800"), "it has no title"), (article(3, attachments=(None,)), "'NoneType' object has no")],
)
def test_f61_an_article_that_cannot_be_rendered_is_kept_as_that_with_the_reason(one: Article, problem: str) -> None:
    rendering = made(Renderings(NEWSROOM, WORDS), one)
    assert rendering.stamp is None
    assert rendering.problem.startswith(problem)


def test_b65_entries_take_no_more_memory_than_they_may() -> None:
    size = made(Renderings(NEWSROOM, WORDS), article(1)).size
    renderings = Renderings(NEWSROOM, WORDS, bytes_kept=3 * size)
    for number in range(1, 30):
        made(renderings, article(number))
    kept = [number for number in range(1, 30) if renderings.last(number)]
    assert kept == [28, 29] or kept == [27, 28, 29]


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_unpacks_to_itself_from_every_encoding(name: str) -> None:
    document = FORMATS[name].render(feed(*many()))
    packed = pack([document])
    expected = packed.size
    assert not packed.has_gzip  # it is made when somebody asks
    assert gzip.decompress(packed.gzip) == packed.body("identity") == document
    assert zstandard.ZstdDecompressor().decompress(packed.zstd) == document
    assert packed.length == len(document)
    assert packed == pack([document[:7], b"", *(document[n : n + 1000] for n in range(7, len(document), 1000))])
    assert packed.size == len(packed.gzip) + len(packed.zstd)
    assert packed.size * 0.8 < expected < packed.size * 1.25  # memory is counted before, too
    assert max(len(packed.gzip), len(packed.zstd)) < len(document) / 5


def test_other_bytes_have_another_mark() -> None:
    one, other = article(1), replace(article(1), telephone="1")
    documents = [pack([rss.render(feed(shown))]) for shown in (one, one, other)]
    assert documents[0].mark == documents[1].mark != documents[2].mark
