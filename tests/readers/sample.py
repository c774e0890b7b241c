"""Releases by their titles, as a feed."""

from collections.abc import Sequence
from datetime import timedelta

from feeds.documents.entry import entry_of
from feeds.documents.feed import Feed, feed_of
from feeds.model import Article, Attachment, Newsroom, State
from feeds.scope import Scope
from feeds.words import load
from tests.builders import BASE_URL, NOW, content, small_city

NEWSROOM = Newsroom(small_city(), BASE_URL)
WORDS = load("feeds")


def feed_of_titles(titles: Sequence[str], *, files: tuple[Attachment, ...] = ()) -> Feed:
    """The feed of releases with these titles, an hour apart, each with these files."""
    entries = [
        entry_of(
            Article(
                id=number,
                guid=f"tag:riverton.example.org,2026:article/{number}",
                state=State.PUBLISHED,
                revision=1,
                content=content(title, attachments=files),
                division="climate",
                created_at=NOW,
                published_at=NOW + timedelta(hours=number),
                updated_at=NOW + timedelta(hours=number),
            ),
            NEWSROOM,
            WORDS,
        )
        for number, title in enumerate(titles, start=1)
    ]
    return feed_of(
        newsroom=NEWSROOM,
        words=WORDS,
        scope=Scope(),
        language="en",
        topics={},
        entries=entries[::-1],
        updated=NOW,
    )
