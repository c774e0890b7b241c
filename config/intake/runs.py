"""One run of the intake: records stream in, drafts go to the store in batches, and each is told of in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from config.intake.inputs import Opener, readable, shown
from config.intake.mails import Mails
from config.intake.progress import Move
from config.intake.telling import Answer, Telling
from feeds.arrivals import Arrivals
from feeds.errors import PageRefused, StoreError
from feeds.incoming import Outcome, Wish
from feeds.intake import sources
from feeds.intake.draft import Draft, Refused
from feeds.intake.source import Record, Skipped
from feeds.outgoing import FetchRefused

BATCH = 250
BATCH_CHARACTERS = 4_000_000
"""A transaction ends at whichever comes first, so that memory and the wait of other writers are bounded."""
_TWICE = Skipped("the same post stands twice in what was given: the first is taken")

_EMPTY = Skipped("it holds no records")


@dataclass
class Run:
    """Reads what is named and takes it in; a dry run, which needs no store, says what would become of it."""

    opener: Opener
    arrivals: Arrivals
    wish: Wish
    telling: Telling
    mails: Mails
    move: Move
    dry_run: bool
    has_store: bool
    source: str | None = None
    _waiting: list[tuple[str, Record]] = field(default_factory=list)
    _characters: int = 0
    _seen: set[int] = field(default_factory=set)
    _done: int = 0

    def run(self, paths: Sequence[str]) -> None:
        """Everything, in order. StoreError where the store cannot be used any longer: all before it is kept."""
        self.telling.begin()
        try:
            for path in paths:
                for record in self._records(path):
                    self._take(shown(path), record)
            self._flush()
            self._note(paths)
        except StoreError as error:
            if self._done and not self.dry_run:
                raise StoreError(
                    f"{error}\n{self._done:,} records were read before that: run it again to go on"
                ) from error
            raise
        finally:
            self.telling.end()

    def _records(self, path: str) -> Iterator[Record]:
        """The records of one input; what ends its reading is its last record."""
        try:
            with self.opener.opened(path) as given, readable():
                is_empty = True
                for record in sources.records(given, self.source):
                    is_empty = False
                    yield record
                if is_empty:
                    yield Record("", _EMPTY)
        except PageRefused as refusal:
            yield Record("", Refused(title=None, reasons=refusal.reasons))
        except FetchRefused as refusal:
            yield Record("", Refused(title=None, reasons=(str(refusal),)))

    def _take(self, path: str, record: Record) -> None:
        draft = record.reading
        if isinstance(draft, Draft):
            if draft.identity is not None:
                key = hash(str(draft.identity))
                if key in self._seen:
                    record = Record(record.place, _TWICE)
                self._seen.add(key)
            self._characters += len(draft.content.body_html) + len(draft.content.body_text)
        self._waiting.append((path, record))
        if len(self._waiting) >= BATCH or self._characters >= BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        drafts = [record.reading for _, record in self._waiting if isinstance(record.reading, Draft)]
        found = self._answers(drafts)
        answers = iter(zip(found, self.mails.of(found), strict=True))
        for path, record in self._waiting:
            answer, reach = next(answers) if isinstance(record.reading, Draft) else (None, None)
            self.telling.add(path, record, answer, reach)
        self._done += len(self._waiting)
        if self._waiting:
            self.move(self._waiting[-1][0], self._done, *self.opener.position())
        self._waiting.clear()
        self._characters = 0

    def _note(self, paths: Sequence[str]) -> None:
        """The audit log says what was taken in, but not of a run that changed nothing."""
        counts = self.telling.counts
        changed = sum(
            counts[outcome] for outcome in (Outcome.ADDED, Outcome.UPDATED, Outcome.PUBLISHED, Outcome.CORRECTED)
        )
        if not self.dry_run and changed:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            self.arrivals.note(f"{shown(paths[0])}{more}", counts)

    def _answers(self, drafts: Sequence[Draft]) -> Sequence[Answer]:
        if not self.dry_run:
            return self.arrivals.take_all(drafts, self.wish)
        return (self.arrivals.foresee if self.has_store else self.arrivals.foresee_first)(drafts, self.wish)
