"""An article comes in: what a reader made of a page is stored once, however often it is read. A shell."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from feeds.clock import Clock
from feeds.errors import NotFound
from feeds.intake.division import resolve_division
from feeds.intake.draft import Draft
from feeds.intake.fingerprint import fingerprint
from feeds.model import Article, Change, Newsroom, State
from feeds.store import articles, changes, reading
from feeds.store.articles import Filing, Source
from feeds.store.database import Database, Session

_STILL_NEWS = timedelta(days=1)


class Outcome(StrEnum):
    """What a page did to the store."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    UPDATED = "draft updated"
    CORRECTED = "corrected"
    LEFT_ALONE = "left alone: withdrawn here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of a page: its article, and whether it is public and mails were left out."""

    article_id: int
    outcome: Outcome
    state: State
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Takes drafts in, one transaction each: whole or not at all."""

    database: Database
    newsroom: Newsroom
    clock: Clock

    def take(
        self, draft: Draft, *, division: str | None = None, board: str | None = None, publish: bool = False
    ) -> Arrival:
        """Store a draft under its source's identity; `division` and `board` are the editor's word over the page's.

        A post that changed since becomes a correction if it is published here. Publishing mails nobody about an old
        release: only one registered today or yesterday is news, and one without a date is not known to be.
        NotFound for a division or board that the city does not have.
        """
        filing = self._filing(draft, division, board)
        mark = fingerprint(draft)
        source = Source(key=str(draft.identity or f"page/{mark}"), fingerprint=mark, address=draft.address)
        with self.database.write() as session:
            changes.take_turn(session)
            known = articles.source_of(session, source.key)
            if known is None:
                stored = articles.add(
                    session,
                    draft.content,
                    filing=filing,
                    source=source,
                    authority=self.newsroom.city.authority,
                    now=self.clock(),
                )
                article_id, outcome = stored.id, Outcome.ADDED
            else:
                article_id = known[0]
                outcome = self._again(session, article_id, known[1], draft, filing, source)
            change = None
            if publish and reading.get(session, article_id).state is State.DRAFT:
                change = self.publish(session, reading.get(session, article_id), undated_is_news=False)
            state = reading.get(session, article_id).state
        return Arrival(article_id=article_id, outcome=outcome, state=state, quiet=change is not None and change.quiet)

    def _again(
        self, session: Session, article_id: int, known_mark: str, draft: Draft, filing: Filing, source: Source
    ) -> Outcome:
        """A post that is here already: nothing, an updated draft, or a correction."""
        stored = reading.get(session, article_id)
        if known_mark == source.fingerprint:
            if stored.state is not State.DRAFT or (filing.division, filing.board) == (stored.division, stored.board):
                return Outcome.UNCHANGED
            articles.file(session, article_id, division=filing.division or stored.division, board=filing.board)
            return Outcome.UPDATED
        if stored.state is State.WITHDRAWN:
            return Outcome.LEFT_ALONE
        words = {"en": "The text was changed at its source.", "ko": "원문이 수정되었습니다."}
        note = words.get(draft.content.language, words["en"])
        now = self.clock()
        change = articles.revise(session, article_id, draft.content, note=note, now=now, filing=filing, source=source)
        return Outcome.CORRECTED if change else Outcome.UPDATED

    def publish(self, session: Session, draft: Article, *, undated_is_news: bool, mail: bool = False) -> Change:
        """Publish a draft under the day it was registered on; nobody is mailed about what is older than yesterday.

        `undated_is_news` is what an editor says by publishing it, and what no machine can know of a page without date;
        `mail` is an editor's word that this one is news whatever its age.
        """
        now = self.clock()
        today = now.astimezone(self.newsroom.city.zone).date()
        day = draft.registered_on
        return articles.publish(
            session,
            draft.id,
            fallback_division=self.newsroom.city.fallback_division,
            now=now,
            dated=_midnight(day, self.newsroom) if day is not None and day < today else None,
            quiet=not mail and (not undated_is_news if day is None else not today - _STILL_NEWS <= day <= today),
        )

    def _board(self, named: str | None) -> str | None:
        """The board of this slug, id at the source, or name in any language; None where none is meant."""
        boards = self.newsroom.city.boards
        return next((b.slug for b in boards if named and named in (b.slug, b.source_id, *b.names.values())), None)

    def check_filing(self, division: str | None, board: str | None) -> None:
        """NotFound for a division or board that an editor names and the city does not have."""
        if division is not None and self.newsroom.division(division) is None:
            raise NotFound("division", division)
        if board is not None and self._board(board) is None:
            raise NotFound("board", board)

    def _filing(self, draft: Draft, division: str | None, board: str | None) -> Filing:
        self.check_filing(division, board)
        filed = self._board(board)
        source_id = draft.identity.board_id if draft.identity else None
        return Filing(
            division=division or resolve_division(self.newsroom.city, draft.division),
            board=filed or self._board(source_id) or self._board(draft.board),
            telephone=draft.telephone,
            registered_on=draft.registered_on,
            licence=self.newsroom.city.licence,
        )


def _midnight(day: date, newsroom: Newsroom) -> datetime:
    """The first instant of a local day, by which a release is dated whose hour nobody knows."""
    return datetime.combine(day, time(), tzinfo=newsroom.city.zone)
