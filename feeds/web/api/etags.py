"""Which version of an article a program has, and which it wants to change (RFC 9110, sections 8.8.3 and 13.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from feeds.errors import Stale
from feeds.model import Article
from feeds.web.api.problems import Problem, Saying

_STRONG = re.compile(r'\s*"[\x21\x23-\x7e]*"\s*')
_MOST = 20


def tag_of(article: Article, twins: Sequence[int] = ()) -> str:
    """The entity tag of an article as staff see it.

    It names `twins`, those that they are shown: others are linked, or become public, without a new version of this
    article.
    """
    return f'"{_version(article)}{"".join(f".{one}" for one in twins)}"'


@dataclass(frozen=True, slots=True)
class Tags:
    """The versions that a change may be made from; `any` where the header says so."""

    given: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    """Those that something on the way has weakened: they match nothing (RFC 9110, section 13.1.1)."""
    any: bool = False

    def demand(self, article: Article) -> None:
        """Stale unless the article is at one of these versions; Problem 412 where only a weak tag names its version."""
        if self.any or _version(article) in _versions(self.given):
            return
        if _version(article) in _versions(self.weak):
            tag = tag_of(article)
            extra = {"version": article.version, "etag": tag}
            raise Problem(412, Saying("problem.detail.weak_version", {"tag": tag}), headers={"ETag": tag}, extra=extra)
        raise Stale(article.id, article.version)


def demand_tags(header: str | None) -> Tags:
    """What If-Match says. Problem 428 without it, 400 for what is none."""
    if header is None:
        raise Problem(428, Saying("problem.detail.version_needed"), "version-needed")
    if header.strip() == "*":
        return Tags(any=True)
    parts = header.split(",")
    if len(parts) > _MOST:
        raise Problem(400, Saying("problem.detail.many_versions"))
    # A weak tag never matches here, and what is no tag does not either (section 13.1.1).
    strong = tuple(part.strip() for part in parts if _STRONG.fullmatch(part))
    weak = tuple(one.removeprefix("W/") for part in parts if (one := part.strip()).startswith("W/"))
    if not strong and "W/" not in header:
        raise Problem(400, Saying("problem.detail.no_version"))
    return Tags(given=strong, weak=weak)


def _versions(tags: Sequence[str]) -> set[str]:
    return {tag.strip('"').partition(".")[0] for tag in tags}


def _version(article: Article) -> str:
    return f"{article.id}-{article.version}"
