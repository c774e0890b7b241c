"""Rendering a feed: ours (feedgen behind the extension), all anew and after one new entry, against plain feedgen.

Seconds are of CPU: nothing here waits. What is put together after one new entry is compared with what feedgen itself
writes of the whole feed, byte for byte, before anything is timed.
"""

import argparse
import time
from datetime import timedelta
from types import ModuleType

from feedgen.feed import FeedGenerator

from bench.peers import in_turn
from feeds import words
from feeds.addresses import FEED_TYPES, article_path
from feeds.documents import atom, rss
from feeds.documents.entry import entry_of
from feeds.documents.feed import feed_of
from feeds.documents.splice import pieces
from feeds.model import Article, Newsroom, State
from feeds.scope import Scope
from tests.builders import BASE_URL, NOW, content, small_city

NEWSROOM = Newsroom(small_city(), BASE_URL)
SENTENCES = words.load("feeds")


def articles(number: int) -> list[Article]:
    """Releases of about 6 KB each."""
    body = "<p>" + "The council has decided on the night buses of the city. " * 105 + "</p>"
    return [
        Article(
            id=n,
            guid=f"tag:riverton.example.org,2026:{n}",
            state=State.PUBLISHED,
            revision=1,
            content=content(f"Release number {n}", body_html=body),
            division="climate",
            created_at=NOW,
            published_at=NOW + timedelta(minutes=n),
            updated_at=NOW + timedelta(minutes=n),
        )
        for n in range(1, number + 1)
    ]


def plain(found: list[Article]) -> bytes:
    """The same releases by feedgen alone: titles, links, dates and content, no more."""
    feed = FeedGenerator()
    feed.id("tag:riverton.example.org,2026:feed/all")
    feed.title("Riverton Newsroom")
    feed.description("All releases")
    feed.link(href=BASE_URL)
    for article in found:
        entry = feed.add_entry()
        entry.id(article.guid)
        entry.title(article.content.title)
        entry.link(href=NEWSROOM.url(article_path(article)))
        entry.summary(article.content.summary)
        entry.content(article.content.body_html)
        entry.published(article.published_at)
        entry.updated(article.updated_at)
    return bytes(feed.rss_str())


def main() -> None:
    """Print the least times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    found = articles(options.entries)
    entries = [entry_of(one, NEWSROOM, SENTENCES) for one in reversed(found)]
    feed = feed_of(
        newsroom=NEWSROOM,
        words=SENTENCES,
        scope=Scope(),
        language="en",
        topics={},
        entries=entries,
        updated=NOW,
        archives={"prev-archive": {name: f"{BASE_URL}/feeds/all/2026-05.{name}" for name in FEED_TYPES}},
    )
    kept = {module: [module.entry_bytes(entry) for entry in entries[1:]] for module in (rss, atom)}

    def after_one(module: ModuleType) -> list[bytes]:
        """What a publication costs: one entry is written, the others are taken as they are.

        A document stays in pieces: what compresses it reads them one after another.
        """
        return pieces(module.around(feed), [module.entry_bytes(entries[0]), *kept[module]])

    whole = {
        rss: rss.generator(feed).rss_str(xml_declaration=False),
        atom: atom.generator(feed).atom_str(xml_declaration=False),
    }
    for module, document in whole.items():
        made = b"".join(after_one(module))
        if not made.endswith(document) or made != module.render(feed):
            raise SystemExit("entries put together are not what feedgen writes")
    times = in_turn(
        {
            "plain feedgen, RSS": lambda: plain(found),
            "Civicwire, RSS, all anew": lambda: rss.render(feed),
            "Civicwire, Atom, all anew": lambda: atom.render(feed),
            "Civicwire, RSS, one new": lambda: after_one(rss),
            "Civicwire, Atom, one new": lambda: after_one(atom),
            "the same as one bytes object": lambda: b"".join(after_one(rss)),
        },
        rounds=options.rounds,
        clock=time.process_time,
    )
    base = times["plain feedgen, RSS"]
    for name, taken in times.items():
        print(f"{name:28} {taken * 1000:8.2f} ms   plain feedgen takes {base / taken:6.2f} times that")


if __name__ == "__main__":
    main()
