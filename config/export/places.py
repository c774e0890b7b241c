"""Which addresses the exported tree holds, and in which file each lies. Pure.

An address and its file say the same, so that a web server needs no list: `docs/operate/export` holds the rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.export.facts import LONGEST_NAME
from feeds.addresses import article_path, changes_path, division_path, feed_page_path, scope_feed_path
from feeds.errors import CivicwireError
from feeds.model import Article, Newsroom, Topic
from feeds.months import Month
from feeds.scope import Scope


@dataclass(frozen=True, slots=True)
class Face:
    """One of the forms in which a page is served: in a language, which its address chose or not."""

    language: str
    chosen: bool

    @property
    def name(self) -> str:
        """What its files end in, before the ending of their kind: `ko`, and `lang-ko` where the address chose."""
        return f"lang-{self.language}" if self.chosen else self.language


@dataclass(frozen=True, slots=True)
class Place:
    """An address without a language, the path of its file below the site, and the status that it is served with.

    A page has a file for each of its faces, `<stem>.<face><ending>`; a document one, `<stem><ending>`.
    """

    address: str
    stem: str
    ending: str
    has_faces: bool = True
    status: int = 200

    def file(self, face: Face | None = None) -> str:
        """The path of a file."""
        return f"{self.stem}.{face.name}{self.ending}" if face else f"{self.stem}{self.ending}"

    def asked(self, face: Face | None = None) -> str:
        """What is asked for to fill it."""
        if face is None or not face.chosen:
            return self.address
        return f"{self.address}{'&' if '?' in self.address else '?'}lang={face.language}"


def faces(newsroom: Newsroom) -> list[Face]:
    """Every form of a page."""
    return [Face(language, chosen) for language in newsroom.city.languages for chosen in (False, True)]


def page(address: str, stem: str, *, status: int = 200) -> Place:
    """A page for people."""
    return Place(address, stem, ".html", status=status)


def listed(slug: str | None, number: int) -> Place:
    """A page of the list of all releases, or of a division's."""
    path, stem = (division_path(slug), f"divisions/{slug}") if slug else ("/", "index")
    return page(path, stem) if number == 1 else page(f"{path}?page={number}", f"{stem}/{number}")


def article_folder(article_id: int) -> str:
    """Where everything about an article lies."""
    return f"articles/{article_id}"


def article(one: Article) -> Place:
    """An article's page. Its file has no slug: whatever the title is or was called, every address leads to it."""
    return page(article_path(one), f"{article_folder(one.id)}/page")


def article_changes(one: Article, before: str = "") -> Place:
    """What was changed in an article; `before` begins further back."""
    path, stem = changes_path(one), f"{article_folder(one.id)}/changes"
    return page(f"{path}?before={before}", f"{stem}.{before}") if before else page(path, stem)


def article_notice(one: Article) -> Place:
    """What stands in the place of an article that was withdrawn."""
    return page(article_path(one), f"{article_folder(one.id)}/gone", status=410)


def scopes(newsroom: Newsroom, topics: Sequence[Topic], chosen: Sequence[Scope]) -> list[Scope]:
    """What has a feed in the tree: everything, each division, board, topic and language, and what was chosen beside."""
    city = newsroom.city
    divisions = [one.slug for one in city.divisions if newsroom.current(one.slug) == one]
    found = [Scope(), *(Scope((slug,)) for slug in divisions)]
    found += [Scope(boards=(one.slug,)) for one in city.boards]
    found += [Scope(topics=(one.slug,)) for one in topics]
    found += [Scope(language=language) for language in city.languages]
    return list(dict.fromkeys([*found, *chosen]))


def feed_stem(scope: Scope) -> str:
    """The path of a feed's files before their ending: the query of a selection stands for its name."""
    path, _, query = scope_feed_path(scope, "").partition("?")
    stem = path.removeprefix("/")
    return f"{stem}/{query}" if query else stem


def feed(scope: Scope, extension: str) -> Place:
    """The feed of a scope in a format."""
    return Place(scope_feed_path(scope, extension), feed_stem(scope), f".{extension}", has_faces=False)


def feed_page(scope: Scope, before: str = "") -> Place:
    """The page of a feed; `before` shows the months before one."""
    path, _, query = feed_page_path(scope).partition("?")
    address = feed_page_path(scope)
    stem = path.removeprefix("/") + (f"/{query}" if query else "")
    if not before:
        return page(address, stem)
    return page(f"{address}{'&' if query else '?'}before={before}", f"{stem}/before-{before}")


def archive(scope: Scope, month: Month, part: int, extension: str) -> Place:
    """A month of a feed, or a later part of one."""
    stem, _, query = scope_feed_path(scope, "").partition("?")
    fields = [query] if query else []
    fields += [f"part={part}"] if part > 1 else []
    address = f"{stem}/{month}.{extension}" + (f"?{'&'.join(fields)}" if fields else "")
    name = f"{month}.{part}" if part > 1 else str(month)
    return Place(address, f"{feed_stem(scope)}/{name}", f".{extension}", has_faces=False)


def directory() -> Iterator[Place]:
    """What lists the feeds."""
    yield Place("/feeds.opml", "feeds", ".opml")
    yield page("/feeds", "feeds")


def gone(slugs: Sequence[str]) -> Iterator[Place]:
    """Divisions that the city file knew once: their pages and feeds say so."""
    for slug in slugs:
        yield page(division_path(slug), f"divisions/{slug}.gone", status=410)
        yield page(f"/feeds/{slug}.rss", f"feeds/{slug}.gone", status=410)


def missing() -> Place:
    """What is shown where nothing is."""
    return page("/404", "404", status=404)


def selection(query: str, newsroom: Newsroom, topics: Sequence[Topic]) -> Scope:
    """A scope that somebody wants a feed of, written as the query of its address: `topic=summit&lang=ko`.

    CivicwireError for what is none, for what names something that there is not, and for what no file can be named by.
    """
    try:
        scope = Scope.parse(query.removeprefix("?"))
    except ValueError as error:
        raise CivicwireError(f"“{query}” is no selection such as topic=summit&lang=ko: {error}") from error
    city = newsroom.city
    known = {
        "division": {one.slug for one in city.divisions if newsroom.current(one.slug) == one},
        "topic": {one.slug for one in topics},
        "board": {one.slug for one in city.boards},
        "lang": set(city.languages),
    }
    languages = (scope.language,) if scope.language else ()
    asked = {"division": scope.divisions, "topic": scope.topics, "board": scope.boards, "lang": languages}
    unknown = [f"{kind} {value}" for kind in asked for value in asked[kind] if value not in known[kind]]
    if unknown:
        raise CivicwireError(f"the selection “{query}” names what there is not: {', '.join(unknown)}")
    if not str(scope):
        raise CivicwireError(f"“{query}” selects nothing: all releases have a feed anyway")
    if len(str(scope)) > LONGEST_NAME:
        raise CivicwireError(f"the selection “{query[:60]}…” is too long to be the name of a file")
    return scope
