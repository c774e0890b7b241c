"""The addresses of this site as pure functions: paths begin with a slash, and old ones live for ever."""

import re
import unicodedata
from urllib.parse import parse_qsl, quote, urlencode

from feeds.model import Article
from feeds.months import Month
from feeds.scope import Scope

_NOT_WORD = re.compile(r"[\W_]+", re.UNICODE)
_SLUG_LENGTH = 60
FEED_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
LICENCES = {f"KOGL-{number}": f"https://www.kogl.or.kr/info/licenseType{number}.do" for number in range(1, 5)}
"""Where a licence is explained: the four types of the Korea Open Government License."""


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


def changes_path(article: Article) -> str:
    """Where people read what was changed in the article."""
    return f"{article_path(article)}/changes"


def division_path(slug: str) -> str:
    """Where people read a division's releases."""
    return f"/divisions/{slug}"


def media_path(name: str) -> str:
    """Where a picture that we keep is fetched."""
    return f"/media/{name}"


def smaller_name(name: str, width: int) -> str:
    """What a smaller picture, `width` pixels wide, made from one that we keep is called."""
    stem, _, extension = name.rpartition(".")
    return f"{stem}-{width}.{extension}"


def smaller_path(name: str, width: int) -> str:
    """Where that smaller picture is fetched."""
    return media_path(smaller_name(name, width))


def attachment_path(name: str, file_name: str) -> str:
    """Where a file that we keep is fetched, under the name that its reader will find it by."""
    return f"/media/{name}/{quote(file_name.replace('/', '_'), safe='')}"


def scope_feed_path(scope: Scope, extension: str) -> str:
    """The one address of a scope's feed in a format, and without one (`""`) what all of them begin with."""
    end = f".{extension}" if extension else ""
    if scope.division:
        return f"/feeds/{scope.division}{end}"
    return f"/feeds/select{end}?{scope}" if str(scope) else f"/feeds/all{end}"


def feed_page_path(scope: Scope) -> str:
    """The page of a scope's feed: what it is, how to follow it by reader or by mail. `language` is the releases'."""
    path = scope_feed_path(scope, "")
    return path.replace("lang=", "language=") if scope.language else path


def wish_fields(scope: Scope) -> list[tuple[str, str]]:
    """A scope as fields of the sign-up form, in which `language` is that of the mails."""
    return [("releases_in" if name == "lang" else name, value) for name, value in parse_qsl(str(scope))]


def subscribe_path(scope: Scope) -> str:
    """The sign-up form, filled in for a scope."""
    fields = wish_fields(scope)
    return f"/subscribe?{urlencode(fields)}" if fields else "/subscribe"


def archive_path(scope: Scope, month: Month, extension: str, *, part: int = 1, revision: int = 0) -> str:
    """An archive of a scope's feed: a month, or a later part of one that has many releases.

    `revision` makes it another address for whoever has seen an earlier state of the same month; 0 makes none.
    """
    stem, _, query = scope_feed_path(scope, "").partition("?")
    fields = [query] if query else []
    fields += [f"part={part}"] if part > 1 else []
    fields += [f"r={revision}"] if revision else []
    return f"{stem}/{month}.{extension}" + (f"?{'&'.join(fields)}" if fields else "")


def scope_path(scope: Scope) -> str:
    """The page of a scope: where people read what its feed holds."""
    if scope.division:
        return division_path(scope.division)
    fields = str(scope).replace("lang=", "language=")
    return f"/search?{fields}" if fields else "/"
