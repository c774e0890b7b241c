"""Which scope the address of a feed or of its page asks for; or the page that says why there is none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from feeds.addresses import feed_page_path
from feeds.model import Board, Division, Newsroom, Topic
from feeds.naming import tongue, wish_names
from feeds.query import WordsRefused
from feeds.scope import MAX_VALUES, Scope
from feeds.store import divisions, topics
from feeds.store.database import Database
from feeds.web.chrome import Chrome
from feeds.words import Words

ALL = "all"
SELECT = "select"
_FIELDS = 300
_SUGGESTED = 3
_LEAST_PART = 3
"""Letters of a name that are enough to tell it by; of Korean two syllables are."""
_KEYS = {key: key for key in ("division", "topic", "board", "q", "lang")} | {"language": "lang"}
"""The fields of a feed's address, and `language`, as search has it."""
_ALIKE = 0.75
_MARKETING = re.compile(r"utm_|.*clid$|[^a-z]*$", re.IGNORECASE)
"""Fields that programs hang on any address, and that ask for nothing."""


class Unknown(Exception):
    """Values of an address that nothing here is called, each with the field that it was given for; a field that is none
    itself is given for none. `rest` are the fields that are known."""

    def __init__(self, values: Sequence[tuple[str, str]], rest: Sequence[tuple[str, str]]) -> None:
        super().__init__(*(value for _, value in values))
        self.values = values
        self.rest = rest


@dataclass(frozen=True, slots=True)
class Asking:
    """Reads addresses of feeds."""

    database: Database
    chrome: Chrome

    def scope(self, request: Request, slug: str, *, of_page: bool = False) -> Scope | Response:
        """The scope of `/feeds/{slug}`, or the page that says why there is none: 404, 410 or 400.

        In the address of a page `language` is that of the releases, for `lang` is that of the page.
        """
        try:
            pairs = pairs_of(request)
        except ValueError:
            return self.chrome.message(request, 400)
        if of_page:
            pairs = [("lang" if key == "language" else key, value) for key, value in pairs if key != "lang"]
        if slug.lower() not in (ALL, SELECT):
            pairs.append(("division", slug))
        vocabulary: Sequence[Topic] = ()
        if any(key.lower() in ("topic", "board") for key, _ in pairs):
            vocabulary = self.vocabulary()
        return self.scope_of(request, pairs, vocabulary, selects=slug.lower() == SELECT)

    def scope_of(
        self, request: Request, pairs: Sequence[tuple[str, str]], vocabulary: Sequence[Topic], *, selects: bool = True
    ) -> Scope | Response:
        """The scope of an address's fields, or the page that says why there is none: 404 or 400.

        Where they are to select, fields of which none is known lead nowhere: nobody who names some asks for everything.
        """
        try:
            if selects and (strange := _only_strange(pairs)):
                raise Unknown(strange, ())
            return scope_of(pairs, self.chrome.newsroom, vocabulary)
        except Unknown as unknown:
            return self._unknown(request, unknown, vocabulary)
        except WordsRefused as refused:
            text = self.words(request)(f"error.feed_words.{refused.fault}", **refused.bounds)
            return self.chrome.message(request, 400, "feed_words", text=text)
        except ValueError:
            text = self.words(request)("error.feed_many.text", n=MAX_VALUES)
            return self.chrome.message(request, 400, "feed_many", text=text)

    def _unknown(self, request: Request, unknown: Unknown, vocabulary: Sequence[Topic]) -> Response:
        """404 that names what is not known, and what it may have been meant for; 410 for what there was once."""
        gone = self.gone(request, unknown.values, unknown.rest)
        if gone is not None:
            return gone
        words, city, visit = self.words(request), self.chrome.newsroom.city, self.chrome.visit(request)
        kinds: tuple[Sequence[Division | Board | Topic], ...] = (city.divisions, city.boards, vocabulary)
        names = {one.slug: one.name(words.language) for kind in kinds for one in kind}
        scopes = {one.slug: Scope(topics=(one.slug,)) for one in vocabulary}
        scopes |= {one.slug: Scope(boards=(one.slug,)) for one in city.boards}
        scopes |= {one.slug: Scope((one.slug,)) for one in city.divisions}
        values = [value for _, value in unknown.values]
        every = {name: slug for kind in kinds for one in kind for slug in [one.slug] for name in one.names.values()}
        found = [slug for value in values for slug in _near(value, names, every)]
        if any(key == "lang" for key, _ in unknown.values):
            names |= {one: tongue(one, words) for one in city.languages}
            scopes |= {one: Scope(language=one) for one in city.languages}
            found = [*city.languages, *found]
        near = list(dict.fromkeys(found))[:_SUGGESTED]
        fields = [one for value in values for one in get_close_matches(value.lower()[:80], _KEYS, n=1, cutoff=_ALIKE)]
        text = words("error.feed.unknown", values=", ".join(value[:80] for value in values[:5]))
        if fields:
            text += " " + words("error.feed.near", values=", ".join(dict.fromkeys(fields)))
        elif any(not key for key, _ in unknown.values):
            text += " " + words("error.feed.fields", values=", ".join(dict.fromkeys(_KEYS.values())))
        return self.chrome.message(
            request,
            404,
            "feed",
            text=text,
            near=[(f"{names[slug]} ({slug})", visit.link(feed_page_path(scopes[slug]))) for slug in near],
            action=(words("feeds.title"), visit.link("/feeds")),
        )

    def gone(
        self, request: Request, values: Sequence[tuple[str, str]], rest: Sequence[tuple[str, str]]
    ) -> Response | None:
        """410 that says what became of these values and leads to the feed that goes on: of the `rest` that was asked
        for, or of all releases. None if one of the values never was anything here."""
        with self.database.read() as session:
            once = divisions.past(session, values)
            known = {(one.kind, one.value.lower()) for one in once}
            if not values or not known.issuperset((kind, value.lower()) for kind, value in values):
                return None
            vocabulary = topics.by_slug(session)
        words, newsroom = self.words(request), self.chrome.newsroom
        said = [
            words(
                f"error.feed_gone.{one.kind}",
                name=tongue(one.value, words) if one.kind == "lang" else one.name(words.language),
            )
            for one in once[:_SUGGESTED]
        ]
        onward = _left(rest)
        name = words("scope.and").join(wish_names(onward, newsroom, words, vocabulary)) or words("scope.all")
        rest_goes_on = [words("error.feed_gone.rest")] if onward != Scope() else []
        text = " ".join([*said, words("error.feed_gone.where"), *rest_goes_on])
        page = self.chrome.visit(request).link(feed_page_path(onward))
        action = (words("error.feed_gone.onward", name=name), page)
        return self.chrome.message(request, 410, "feed_gone", text=text, action=action)

    def vocabulary(self, *, retired: bool = True) -> Sequence[Topic]:
        """The topics, without the retired ones where they are not wanted."""
        with self.database.read() as session:
            return topics.known(session, retired=retired)

    def words(self, request: Request) -> Words:
        """The sentences in the reader's language."""
        return self.chrome.words[self.chrome.visit(request).language]


def scope_of(pairs: Sequence[tuple[str, str]], newsroom: Newsroom, vocabulary: Sequence[Topic]) -> Scope:
    """The scope of an address's fields; what is no field of a scope, nor nearly one, is as if it were not there.

    A division is the one that goes on with its work today. Unknown names values that there are not; ValueError is
    for more than fit, and WordsRefused for words that would be read as others.
    """
    known: Mapping[str, Mapping[str, str]] = {
        "topic": {topic.slug: topic.slug for topic in vocabulary},
        "board": {board.slug: board.slug for board in newsroom.city.boards},
        "lang": {language.lower(): language for language in newsroom.city.languages},
    }
    found: list[tuple[str, str]] = []
    unknown: list[tuple[str, str]] = []
    for name, given in pairs:
        value, key = given.strip().lower(), _KEYS.get(name.lower(), "")
        if not value:
            continue
        if not key:
            # A slip in the name of a field must not lead to more than was asked for.
            # A slip in the name of a field must not lead to more than was asked for.
            unknown += [("", name)] if get_close_matches(name.lower(), _KEYS, n=1, cutoff=_ALIKE) else []
            continue
        if key == "division":
            division = newsroom.current(value)
            present = division.slug if division else None
        else:
            present = given if key == "q" else known[key].get(value)
        if present is None:
            unknown.append((key, value))
        else:
            found.append((key, present))
    if unknown:
        raise Unknown(list(dict.fromkeys(unknown)), found)
    return Scope.of(found)


def _only_strange(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields that are none of ours, where no other is given."""
    names = dict.fromkeys(name for name, value in pairs if value.strip() and not _MARKETING.match(name))
    return [] if any(name.lower() in _KEYS for name in names) else [("", name) for name in names]


def _left(rest: Sequence[tuple[str, str]]) -> Scope:
    """The scope of what is left of an address; that of all releases where these fields make none."""
    try:
        return Scope.of(rest)
    except ValueError:
        return Scope()


def pairs_of(request: Request) -> list[tuple[str, str]]:
    """The fields of the query; ValueError for what is none."""
    query = request.scope["query_string"].decode("ascii")
    return parse_qsl(query, max_num_fields=_FIELDS, encoding="utf-8", errors="strict")


def asked_address(request: Request) -> str:
    """Path and query, as they were asked."""
    path, query = (request.scope[name].decode("latin-1") for name in ("raw_path", "query_string"))
    return f"{path}?{query}" if query else path


def _near(value: str, names: Mapping[str, str], every: Mapping[str, str]) -> list[str]:
    """Slugs that this may have been meant for: alike themselves or by a name in any language, or this is a part of
    either. `every` are their slugs by all their names."""
    by_name = {name.lower(): slug for name, slug in every.items()}
    close = get_close_matches(value[:80], names, n=_SUGGESTED, cutoff=0.6)
    close += [by_name[name] for name in get_close_matches(value[:80], by_name, n=_SUGGESTED, cutoff=0.6)]
    if len(value) >= (_LEAST_PART if value.isascii() else 2):
        close += [slug for name, slug in by_name.items() if value in slug or value in name]
    return list(dict.fromkeys(close))
