"""What is to come in: a draft held against the city and filed, and what that does to what is here already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from feeds.errors import CivicwireError, NotFound
from feeds.intake.division import by_spelling, spelling
from feeds.intake.draft import Draft
from feeds.intake.fingerprint import fingerprint
from feeds.intake.source import Skipped
from feeds.model import Article, Content, Newsroom, State
from feeds.readiness import Lack, lacking
from feeds.store.articles import Filing, Source
from feeds.store.bulk import Known

_MAX_KEY = 255
_MAX_TELEPHONE = 40


class Outcome(StrEnum):
    """What a page did to the store."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    UPDATED = "draft updated"
    PUBLISHED = "published"
    """A draft that said the same already."""
    CORRECTED = "corrected"
    EDITED_HERE = "left alone: edited here"
    """Its source has changed, and so has its text here: which of them is right, people decide."""
    WITHDRAWN_HERE = "left alone: withdrawn here"

    @property
    def is_left_alone(self) -> bool:
        """Whether its source has changed and the article stays as it is."""
        return self in (Outcome.EDITED_HERE, Outcome.WITHDRAWN_HERE)


DISCARDED = Skipped("its draft was discarded here: --discarded takes it in again")
"""What becomes of a post whose draft somebody destroyed."""


class ArrivalRefused(CivicwireError):
    """A draft that this newsroom cannot take in: it names what there is not, or does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What becomes of a page: whether it is public then and mails are left out, and what keeps it a draft."""

    outcome: Outcome
    state: State
    quiet: bool = False
    lacking: tuple[Lack, ...] = ()
    """What it lacks to be public, where it was to be published and could not be."""
    unknown_division: str = ""
    """What the source calls its division, where no division of the city is called so."""
    told: Article | None = None
    """The article, where its followers are told of it: as news, or that it was corrected. Of one that is not stored
    yet what they look for is there, and no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an editor says of all drafts of a run, over what their pages say."""

    division: str | None = None
    board: str | None = None
    publish: bool = False
    discarded: bool = False
    """Also take in again what was discarded here."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft that fits this city, where it is filed, and what it is known by."""

    draft: Draft
    filing: Filing
    source: Source


@dataclass(frozen=True, slots=True)
class Reception:
    """Where drafts are looked at before they are stored: nothing of it asks the store."""

    newsroom: Newsroom

    def check_filing(self, division: str | None, board: str | None) -> None:
        """NotFound for a division or board that an editor names and the city does not have."""
        if division is not None and self.newsroom.division(division) is None:
            raise NotFound("division", division)
        if board is not None and self._board(board) is None:
            raise NotFound("board", board)

    def prepared(
        self, drafts: Sequence[Draft], wish: Wish, vocabulary: frozenset[str] | None
    ) -> list[Prepared | ArrivalRefused]:
        """Each draft as it is to be stored, or why it cannot be; with no `vocabulary` topics are taken on trust."""
        divisions = by_spelling(self.newsroom.city)
        return [self._one_prepared(draft, wish, vocabulary, divisions) for draft in drafts]

    def _one_prepared(
        self, draft: Draft, wish: Wish, vocabulary: frozenset[str] | None, divisions: Mapping[str, str]
    ) -> Prepared | ArrivalRefused:
        source = source_of(draft)
        unknown = [topic for topic in draft.topics if vocabulary is not None and topic not in vocabulary]
        reasons = [
            reason
            for reason, is_wrong in (
                (f"the city writes no {draft.content.language}", draft.content.language not in self._languages),
                (f"there is no topic {', '.join(unknown)}", bool(unknown)),
                (
                    f"the telephone is longer than {_MAX_TELEPHONE} characters",
                    len(draft.telephone or "") > _MAX_TELEPHONE,
                ),
                (f"the id of the post is longer than {_MAX_KEY} characters", len(source.key) > _MAX_KEY),
            )
            if is_wrong
        ]
        if reasons:
            return ArrivalRefused("; ".join(reasons))
        return Prepared(draft, self._filing(draft, wish, divisions), source)

    @property
    def _languages(self) -> tuple[str, ...]:
        return self.newsroom.city.languages

    def _board(self, named: str | None) -> str | None:
        """The board of this slug, id at the source, or name in any language; None where none is meant."""
        boards = self.newsroom.city.boards
        return next((b.slug for b in boards if named and named in (b.slug, b.source_id, *b.names.values())), None)

    def _filing(self, draft: Draft, wish: Wish, divisions: Mapping[str, str]) -> Filing:
        named = self.newsroom.division(wish.division) if wish.division else None
        source_id = draft.identity.board_id if draft.identity else None
        return Filing(
            division=named.slug if named else divisions.get(spelling(draft.division)),
            board=self._board(wish.board) or self._board(source_id) or self._board(draft.board),
            telephone=draft.telephone,
            registered_on=draft.registered_on,
            licence=self.newsroom.city.licence,
            topics=draft.topics or None,
        )


def source_of(draft: Draft) -> Source:
    """What a draft is known by: its post, or what it says."""
    mark = fingerprint(draft)
    return Source(key=str(draft.identity or f"page/{mark}"), fingerprint=mark, address=draft.address)


def renewal(known: Known, one: Prepared, wish: Wish) -> tuple[Outcome, Filing]:
    """What a page does to what is known of it, and where that is filed then.

    What an editor has filed stays as they filed it, unless whoever takes it in names another place; what they wrote
    stays as they wrote it. ArrivalRefused for a correction that lacks what nothing is public without.
    """
    filing = replace(
        one.filing,
        division=(one.filing.division if wish.division else None) or known.division or one.filing.division,
        board=(one.filing.board if wish.board else None) or known.board or one.filing.board,
    )
    if is_same(known, one):
        moves = known.state is State.DRAFT and (filing.division, filing.board) != (known.division, known.board)
        return Outcome.UPDATED if moves else Outcome.UNCHANGED, filing
    match known.state:
        case State.WITHDRAWN:
            return Outcome.WITHDRAWN_HERE, filing
        case _ if known.edited:
            return Outcome.EDITED_HERE, filing
        case State.PUBLISHED:
            missing = ", ".join(str(lack) for lack in lacking(one.draft.content))
            if missing:
                raise ArrivalRefused(f"it is public here and comes again without {missing}: the public text stays")
            return Outcome.CORRECTED, filing
        case _:
            return Outcome.UPDATED, filing


def is_same(known: Known, one: Prepared) -> bool:
    """Whether a page says what it said when it was last taken in."""
    return known.fingerprint == one.source.fingerprint


def loses_its_hour(stored: Article, content: Content) -> bool:
    """Whether two people agreed on another text, or what came is not fit to be published by itself."""
    return stored.state is State.SCHEDULED and (stored.urgent or bool(lacking(content)))
