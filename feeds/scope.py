"""What somebody wants to follow. Canonical: two spellings of the same wish are equal and print alike."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

MAX_DIVISIONS = 50


@dataclass(frozen=True, slots=True)
class Scope:
    """Divisions (none means all) in sorted order, and a language of the releases (None means every one)."""

    divisions: tuple[str, ...] = ()
    language: str | None = None

    def __post_init__(self) -> None:
        """Bring the divisions into canonical order; more than 50 raise ValueError."""
        object.__setattr__(self, "divisions", tuple(sorted(set(self.divisions))))
        if len(self.divisions) > MAX_DIVISIONS:
            raise ValueError(f"a scope holds at most {MAX_DIVISIONS} divisions")

    def __str__(self) -> str:
        """The canonical query: `division=a&division=b&lang=ko`, empty for everything."""
        pairs = [("division", slug) for slug in self.divisions]
        if self.language:
            pairs.append(("lang", self.language))
        return urlencode(pairs)

    @classmethod
    def parse(cls, query: str) -> "Scope":
        """The scope of a canonical query; ValueError for a key we do not know."""
        divisions: list[str] = []
        language = None
        for key, value in parse_qsl(query, strict_parsing=bool(query)):
            if key == "division":
                divisions.append(value)
            elif key == "lang":
                language = value
            else:
                raise ValueError(f"a scope has no {key}")
        return cls(tuple(divisions), language)

    def matches(self, lineage: tuple[str, ...], language: str) -> bool:
        """Whether a release of a division, given with the bureaus above it, in `language` is followed."""
        return (not self.divisions or any(slug in self.divisions for slug in lineage)) and (
            self.language is None or self.language == language
        )
