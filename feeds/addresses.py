"""The addresses of this site as pure functions: paths begin with a slash, and old ones live for ever."""

import re
import unicodedata
from urllib.parse import quote

from feeds.model import Article

_NOT_WORD = re.compile(r"[\W_]+", re.UNICODE)
_SLUG_LENGTH = 60
FEED_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}


def slug_of(title: str) -> str:
    """The readable part of an article's address: lower-case letters and digits of any script, at most 60 of them."""
    words = _NOT_WORD.split(unicodedata.normalize("NFC", title).lower())
    slug = ""
    for word in filter(None, words):
        longer = f"{slug}-{word}" if slug else word[:_SLUG_LENGTH]
        if len(longer) > _SLUG_LENGTH:
            break
        slug = longer
    return slug or "release"


def article_path(article: Article) -> str:
    """Where people read the article."""
    return f"/articles/{article.id}/{quote(slug_of(article.content.title))}"


def division_path(slug: str) -> str:
    """Where people read a division's releases."""
    return f"/divisions/{slug}"


def feed_path(slug: str, extension: str) -> str:
    """A feed of one division, or of all under the slug `all`."""
    return f"/feeds/{slug}.{extension}"
