"""Who reads a feed, by what their programs say of themselves."""

import pytest

from feeds.readers import Reader, Readers, product
from tests.builders import Hands

ALL, ATOM = "/feeds/all.rss", "/feeds/all.atom"


class Counted(Readers):
    """With a clock that a test moves."""

    def __init__(self, most: int = 100) -> None:
        self.hands = Hands()
        super().__init__(most=most, now=lambda: self.hands().timestamp())


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("NetNewsWire/6.1.4 (macOS)", "NetNewsWire"),
        ("Feedly/1.0 (+https://example.org/fetcher.html; 42 subscribers; like FeedFetcher-Google)", "Feedly"),
        ("Feedbin feed-id:1373711 - 142 subscribers", "Feedbin"),
        ("NewsBlur Feed Fetcher - 12 subscribers - https://example.org", "NewsBlur Feed Fetcher"),
        ("Mozilla/5.0 (compatible; theoldreader; 3 subscribers; feed-id=ab)", "theoldreader"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Mozilla"),
        ("", ""),
        ("/(;", ""),
        ("a\x07b/1", "ab"),
    ],
)
def test_a_program_is_called_what_it_calls_itself(agent: str, name: str) -> None:
    assert product(agent) == name


def test_each_address_is_a_reader_once_however_often_and_in_whichever_format_it_asks() -> None:
    readers = Counted()
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        readers.saw(ALL, b"Newsboat/2.21", client)
        readers.saw(ATOM, b"Newsboat/2.21", client)
    assert readers.of(ALL) == readers.of(ALL, ATOM) == (Reader("Newsboat", 2, False),)
    assert readers.of("/feeds/climate.rss") == ()


def test_an_aggregator_counts_for_as_many_as_it_said_last() -> None:
    readers = Counted()
    for count in (40, 42):
        readers.hands.forward(hours=1)
        readers.saw(ALL, f"Feedly/1.0 (+https://example.org/fetcher; {count} subscribers)".encode(), f"192.0.2.{count}")
    readers.saw(ALL, b"Feedbin feed-id:1 - 7 subscribers", "192.0.2.9")
    readers.saw(ALL, b"Feedbin feed-id:2 - 1 subscriber", "192.0.2.9")
    readers.saw(ALL, b"NetNewsWire/6", "192.0.2.7")
    assert readers.of(ALL) == (
        Reader("Feedly", 42, True),
        Reader("Feedbin", 8, True),
        Reader("NetNewsWire", 1, False),
    )


def test_who_did_not_ask_for_a_day_reads_no_more() -> None:
    readers = Counted()
    readers.saw(ALL, b"a", "192.0.2.1")
    readers.hands.forward(hours=25)
    readers.saw(ALL, b"b", "192.0.2.1")
    assert [one.name for one in readers.of(ALL)] == ["b"]


def test_more_than_may_be_known_are_not_counted_until_others_have_left() -> None:
    readers = Counted(most=3)
    for n in range(5):
        readers.saw(ALL, b"a", f"192.0.2.{n}")
    assert readers.of(ALL) == (Reader("a", 3, False),)
    assert readers.is_full
    readers.hands.forward(hours=25)
    readers.saw(ALL, b"a", "192.0.2.9")
    assert readers.of(ALL) == (Reader("a", 1, False),)
    assert not readers.is_full
