"""What somebody wants to follow. Canonical: two spellings of the same wish are equal and print alike. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from feeds.grams import line as grams_line
from feeds.model import Article, Newsroom
from feeds.query import demand_whole, holds, read, written

MAX_VALUES = 50
"""How many divisions, topics and boards one scope holds together."""
_KEYS = ("division", "topic", "board", "q", "lang", "article")


@dataclass(frozen=True, slots=True)
class Scope:
    """Divisions, topics and boards by slug, in sorted order; words; a language of the releases.

    Of each kind one is enough, and every kind that is named must be met; a kind without values asks for nothing.
    Or it is one `article` by id, and nothing besides: who follows that wants to hear what becomes of it.
    `words` are those of a search (`feeds.query`), with AND, OR and NOT: what they say must hold.
    """

    divisions: tuple[str, ...] = ()
    language: str | None = None
    topics: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    words: str = ""
    article: int | None = None

    def __post_init__(self) -> None:
        """Bring everything into canonical order and spelling; more than 50 values raise ValueError."""
        for kind in ("divisions", "topics", "boards"):
            object.__setattr__(self, kind, tuple(sorted(set(getattr(self, kind)))))
        if self.values > MAX_VALUES:
            raise ValueError(f"a scope holds at most {MAX_VALUES} divisions, topics and boards")
        object.__setattr__(self, "words", written(read(self.words)))
        if self.article is not None and (self.values or self.words or self.language or self.article < 1):
            raise ValueError("who follows one article follows nothing besides by the same wish")

    @property
    def values(self) -> int:
        """How many divisions, topics and boards it names."""
        return len(self.divisions) + len(self.topics) + len(self.boards)

    @property
    def division(self) -> str | None:
        """The one division that is all it asks for; None for any other scope."""
        alone = len(self.divisions) == 1 and self == Scope(self.divisions)
        return self.divisions[0] if alone else None

    def __str__(self) -> str:
        """The canonical query: `division=a&division=b&topic=c&board=d&q=words&lang=ko`; empty for everything.

        That of one article is `article=12`.
        """
        pairs = [("division", slug) for slug in self.divisions]
        pairs += [("topic", slug) for slug in self.topics]
        pairs += [("board", slug) for slug in self.boards]
        pairs += [("q", self.words)] if self.words else []
        pairs += [("lang", self.language)] if self.language else []
        pairs += [("article", str(self.article))] if self.article is not None else []
        return urlencode(pairs)

    @classmethod
    def parse(cls, query: str) -> "Scope":
        """The scope of a query; ValueError for a key we do not know."""
        return cls.of(parse_qsl(query, strict_parsing=bool(query)))

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Scope":
        """The scope of the fields of a query; ValueError for a field we do not know, or too many values.

        WordsRefused, a ValueError too, for words that would be read as others: never is a wish made a wider one.
        """
        found: dict[str, list[str]] = {key: [] for key in _KEYS}
        for key, value in pairs:
            if key not in found:
                raise ValueError(f"a scope has no {key}")
            found[key].append(value)
        words = found["q"]
        for one in words:
            demand_whole(one)
        joined = " ".join(words if len(words) < 2 else (f"({one})" for one in map(_spelt, words) if one))
        demand_whole(joined)
        return cls(
            divisions=tuple(found["division"]),
            topics=tuple(found["topic"]),
            boards=tuple(found["board"]),
            words=joined,
            language=found["lang"][-1] if found["lang"] else None,
            article=_number(found["article"][-1]) if found["article"] else None,
        )

    def matches(self, article: Article, lineage: tuple[str, ...], line: str | None = None) -> bool:
        """Whether an article is followed, as its current revision stands.

        `lineage` are the slugs of its division and of what is above it; `line` its text as `feeds.grams.line` gives it,
        for whoever asks many scopes about one article.
        """
        if self.article is not None:
            return self.article == article.id
        if not (
            (not self.divisions or not set(self.divisions).isdisjoint(lineage))
            and (not self.topics or not set(self.topics).isdisjoint(article.topics))
            and (not self.boards or article.board in self.boards)
            and (self.language is None or self.language == article.content.language)
        ):
            return False
        wanted = read(self.words)
        if wanted is None:  # asked last: only a text takes long to look through
            return True
        return holds(grams_line(article.content.texts) if line is None else line, wanted)

    def present(self, newsroom: Newsroom) -> "Scope":
        """The same wish today: each division under its present slug, or that of who goes on with its work."""
        going_on = ((slug, newsroom.current(slug)) for slug in self.divisions)
        return replace(self, divisions=tuple(division.slug if division else slug for slug, division in going_on))


def _spelt(words: str) -> str:
    return written(read(words))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ValueError("an article is named by its number")
    return int(text)
