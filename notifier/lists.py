"""An operator's list of subscribers as a table: what a row must say, and cells that no spreadsheet runs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from feeds.errors import AddressRefused
from feeds.model import Newsroom
from feeds.query import WordsRefused
from feeds.scope import Scope
from notifier.addresses import normalise
from notifier.model import Cadence

COLUMNS = ("address", "scope", "cadence", "language", "consent_source", "consent_at", "consent_text")
"""Of an imported list. `address`, `consent_source` and `consent_at` must be there; the others may be left out."""
REQUIRED = ("address", "consent_source", "consent_at")
CONSENT_HOLDS = timedelta(days=730)
"""How long a consent holds before it has to be asked for anew."""
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")
UNSTATED = "not stated"
"""Which text people agreed to, where neither the list nor its operator says it."""
LONGEST_CONSENT = 40
"""Characters that say where somebody agreed, or to what."""
_SCOPES_KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row: who follows what, and where and when they agreed to it."""

    address: str
    scope: Scope
    cadence: Cadence
    language: str | None
    consent_source: str
    consent_at: datetime
    consent_text: str = UNSTATED
    """The name of the text that they agreed to, as the list's operator calls it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of a list for a newsroom with these topics, by slug."""

    newsroom: Newsroom
    topics: frozenset[str]
    consent_text: str = UNSTATED
    """That of every row that names none."""
    _scopes: dict[str, Scope] = field(default_factory=dict)

    def read(self, row: Mapping[str, str | None], *, now: datetime) -> Listed:
        """What a row says. ValueError with a sentence for the operator where it cannot be taken."""
        said = {name: unmarked((row.get(name) or "").strip()) for name in COLUMNS}
        missing = [name for name in REQUIRED if not said[name]]
        if missing:
            raise ValueError(f"{missing[0]} is missing")
        try:
            address = normalise(said["address"])
        except AddressRefused as refused:
            raise ValueError("not an address that we can write to") from refused
        for name in ("consent_source", "consent_text"):
            if len(said[name]) > LONGEST_CONSENT:
                raise ValueError(f"{name} has more than {LONGEST_CONSENT} characters")
        cadence = said["cadence"] or Cadence.DAILY
        if cadence not in list(Cadence):
            raise ValueError("cadence is none of immediate, daily, weekly")
        language = said["language"] or None
        if language is not None and language not in self.newsroom.city.languages:
            raise ValueError(f"language is none of {', '.join(self.newsroom.city.languages)}")
        return Listed(
            address=address,
            scope=self._scope(said["scope"]),
            cadence=Cadence(cadence),
            language=language,
            consent_source=said["consent_source"],
            consent_at=_consent_at(said["consent_at"], self.newsroom, now),
            consent_text=said["consent_text"] or self.consent_text,
        )

    def _scope(self, query: str) -> Scope:
        """A scope by its query; the first thousand of a list are kept, for many rows say the same."""
        known = self._scopes.get(query)
        if known is None:
            known = _scope(query, self.newsroom, self.topics)
            if len(self._scopes) < _SCOPES_KEPT:
                self._scopes[query] = known
        return known


def _scope(query: str, newsroom: Newsroom, topics: frozenset[str]) -> Scope:
    try:
        scope = Scope.parse(query).present(newsroom)
    except WordsRefused as error:
        raise ValueError(f"scope has {error}") from error
    except ValueError as error:
        raise ValueError("scope is not of the form division=a&topic=b&q=words") from error
    if scope.article is not None:
        raise ValueError("scope names one release, which people follow on its own page")
    known = {division.slug for division in newsroom.divisions}, topics, {one.slug for one in newsroom.city.boards}
    for named, slugs in zip((scope.divisions, scope.topics, scope.boards), known, strict=True):
        if not set(named) <= slugs:
            raise ValueError(f"scope names {min(set(named) - slugs)}, which there is not")
    if scope.language is not None and scope.language not in newsroom.city.languages:
        raise ValueError("scope names a language that there is not")
    return scope


def _consent_at(text: str, newsroom: Newsroom, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=newsroom.city.zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("consent_at is not a date such as 2026-05-20") from error
    if at > now:
        raise ValueError("consent_at is still to come")
    if at <= now - CONSENT_HOLDS:
        raise ValueError("the consent is older than two years: ask anew")
    return at


def safe(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run: one that begins like a formula gets an apostrophe (B57)."""
    return f"'{cell}" if cell.startswith(_RUN) else cell


def unmarked(cell: str) -> str:
    """The cell that `safe` made safe."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_RUN) else cell
