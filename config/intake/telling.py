"""What a run of `civicwire intake` tells: a table or an object on standard output, refusals on standard error."""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.commands.console import print_table
from config.intake.refusals import RefusalFile
from feeds.arrivals import Arrival
from feeds.errors import CivicwireError
from feeds.incoming import Foreseen, Outcome
from feeds.intake.draft import Draft, ListPage, Refused
from feeds.intake.report import as_json
from feeds.intake.source import Record, Skipped
from feeds.model import State
from feeds.reach import Reach
from feeds.words import Words

SHOWN_ROWS = 40
"""Rows of a table: a run shows its first, a dry run as many tables as it takes."""
SHOWN_LINES = 20
REFUSED, SKIPPED = "refused", "skipped"
MAILS = ("news", "at_once", "in_digests", "corrections", "of_corrections")
"""What is counted of mails: releases that are news, the mails of their own about them, the times that digests tell of
one; corrections that anybody is mailed about, and those mails."""
Answer = Foreseen | Skipped | CivicwireError
"""What became of a draft, or would become of it."""
_LEFT_ALONE = {
    Outcome.EDITED_HERE: "its source has changed, but it was edited here since it came: it stays as it is",
    Outcome.WITHDRAWN_HERE: "its source has changed, but it was withdrawn here: it stays as it is",
}


@dataclass
class Telling:
    """Takes records one by one, in order, and tells of them. What it keeps does not grow with them."""

    words: Words
    refusals: RefusalFile | None
    dry_run: bool
    as_json: bool
    counts: Counter[str] = field(default_factory=Counter)
    _rows: list[list[object]] = field(default_factory=list)
    _remarks: Counter[str] = field(default_factory=Counter)
    _first_remarks: list[str] = field(default_factory=list)
    _drafts: bool = False
    _quiet: int = 0
    _mails: Counter[str] = field(default_factory=Counter)
    _unread: int = 0
    _first_unread: str = ""

    def begin(self) -> None:
        """Before the first record."""
        if self.as_json:
            sys.stdout.write('{"pages": [')

    def add(self, path: str, record: Record, answer: Answer | None = None, reach: Reach | None = None) -> None:
        """Tell of a record, of what became of it, and of whom that is mailed to."""
        reading = record.reading
        if isinstance(answer, CivicwireError) and isinstance(reading, Draft):
            reading = Refused(title=reading.content.title, reasons=(str(answer),))
        if isinstance(answer, Skipped):
            reading = answer
        report: dict[str, object] = {"path": path, "place": record.place, **as_json(reading)}
        what = _what(reading, answer)
        match answer:
            case Foreseen():
                article = answer.article_id if isinstance(answer, Arrival) else None
                report |= {"article": article, "outcome": what, "state": str(answer.state), "mailed": reach is not None}
                if reach is not None:
                    report["mails"] = {"at_once": reach.immediate, "in_digests": reach.in_digests}
                    self._count_mails(answer.outcome, reach)
                self._quiet += answer.state is State.PUBLISHED and answer.quiet
                if answer.unknown_division:
                    filed = "filed under the fallback" if answer.state is State.PUBLISHED else "unknown here"
                    self._remark(path, record, f"no division is called “{answer.unknown_division}”: {filed}")
                if answer.outcome.is_left_alone:
                    self._leave(path, record, what, answer.outcome)
                for lack in answer.lacking:
                    self._remark(path, record, f"not published: {lack.said(self.words)}")
        number = sum(self.counts.values())
        self.counts[what] += 1
        if isinstance(reading, Draft):
            self._note_date(reading)
            for remark in reading.remarks:
                self._remark(path, record, remark)
        else:
            self._refuse(path, record, reading, what)
        if self.as_json:
            sys.stdout.write((",\n" if number else "\n") + json.dumps(report, ensure_ascii=False))
        elif self.dry_run or number < SHOWN_ROWS:
            self._rows.append(self._row(path, report, what))
            # Whoever asks what would happen is told of every record, page by page, so that none has to be kept.
            if self.dry_run and len(self._rows) == SHOWN_ROWS:
                self._print_rows()
        if report.get("state") == "draft":
            self._drafts = True

    def end(self) -> None:
        """After the last record: the table or the rest of the object, what to look at, and the sum."""
        kept = self.refusals.close() if self.refusals else None
        if self.as_json:
            mails = {name: self._mails[name] for name in MAILS}
            sys.stdout.write(f'],\n"counts": {json.dumps(self.counts)},\n"mails": {json.dumps(mails)},\n')
            sys.stdout.write(f'"refused_file": {json.dumps(str(kept) if kept else None, ensure_ascii=False)}}}\n')
        else:
            self._print(kept)
        hidden = self.counts[REFUSED] - SHOWN_LINES
        read = sum(self.counts.values()) - self.counts[REFUSED] - self.counts[SKIPPED]
        if self._unread * 2 > read:
            print(
                f"civicwire: {self._unread:,} of {read:,} releases give a date that cannot be read, such as "
                f"“{self._first_unread}”: they have no day of registration, "
                "and a run that publishes leaves them drafts",
                file=sys.stderr,
            )
        if hidden > 0:
            place = f": {kept} names all" if kept else ""
            print(f"civicwire: {hidden} more are refused{place}", file=sys.stderr)

    def _count_mails(self, outcome: Outcome, reach: Reach) -> None:
        if outcome is Outcome.CORRECTED:
            self._mails["corrections"] += reach.immediate > 0
            self._mails["of_corrections"] += reach.immediate
        else:
            self._mails["news"] += 1
            self._mails["at_once"] += reach.immediate
            self._mails["in_digests"] += reach.in_digests

    def _note_date(self, draft: Draft) -> None:
        """Count a date that is written and cannot be read: where most are, it is their form that nobody knows."""
        if draft.unread_date:
            self._unread += 1
            self._first_unread = self._first_unread or draft.unread_date

    def _leave(self, path: str, record: Record, what: str, outcome: Outcome) -> None:
        """Tell of an article that its source would change: somebody has to look whether it should be changed here."""
        sentence, reading = _LEFT_ALONE[outcome], record.reading
        if self.refusals is not None:
            title = reading.content.title if isinstance(reading, Draft) else ""
            self.refusals.add(path, record.place, what, title, sentence)
        self._remark(path, record, sentence)

    def _refuse(self, path: str, record: Record, reading: ListPage | Refused | Skipped, what: str) -> None:
        sentence = _sentence(reading)
        if self.refusals is not None:
            title = reading.title if isinstance(reading, Refused) else None
            self.refusals.add(path, record.place, what, title or "", sentence)
        if what == SKIPPED:
            self._remark(path, record, f"skipped: {sentence}")
        elif self.counts[REFUSED] <= SHOWN_LINES:
            print(f"civicwire: {_at(path, record.place)}: {sentence}", file=sys.stderr)

    def _remark(self, path: str, record: Record, remark: str) -> None:
        self._remarks[remark] += 1
        if len(self._first_remarks) <= SHOWN_LINES:
            self._first_remarks.append(f"{_at(_name(path), record.place)}: {remark}")

    def _row(self, path: str, report: Mapping[str, object], what: str) -> list[object]:
        row = [
            _at(_name(path), str(report["place"])),
            report["kind"],
            report["title"],
            report.get("division") or "unknown",
            report.get("date") or "unknown",
            report.get("telephone"),
        ]
        return [*row, what] if self.dry_run else [*row, report.get("article"), what, report.get("state")]

    def _print_rows(self) -> None:
        columns = ["page", "kind", "title", "division", "registered", "telephone"]
        columns += ["would be"] if self.dry_run else ["article", "outcome", "state"]
        if self._rows:
            print_table(columns, self._rows)
        self._rows.clear()

    def _print(self, kept: Path | None) -> None:
        self._print_rows()
        total = sum(self.counts.values())
        if total > SHOWN_ROWS and not self.dry_run:
            print(f"… and {total - SHOWN_ROWS:,} more.")
        self._print_remarks()
        if total > 1:
            said = ", ".join(f"{number:,} {what}" for what, number in self.counts.most_common())
            print(f"{total:,} records {'would be' if self.dry_run else 'read'}: {said}.")
        if kept:
            print(f"What was not taken in, and why: {kept}")
        if self._drafts and not self.dry_run:
            print("Drafts are not public: “civicwire articles publish NUMBER” publishes one and mails who follows it.")
        if self._quiet:
            published = "Would be published" if self.dry_run else "Published"
            print(f"{published} without mail: only a release registered today or yesterday is known to be news.")
        self._print_mails()

    def _print_mails(self) -> None:
        """Nobody is mailed by surprise: what a run mails stands at its end, and at that of the dry run before it."""
        news, at_once, in_digests, corrections, of_corrections = (self._mails[name] for name in MAILS)
        go, tell = ("would go", "would tell") if self.dry_run else ("go", "tell")
        if news:
            told = f"{_many(in_digests, 'person')} of it" if news == 1 else f"of them {_many(in_digests, 'time')}"
            digests = f", and digests {tell} {told}" if in_digests else ""
            is_news = "is" if news == 1 else "are"
            print(f"Of these {news:,} {is_news} news: {_many(at_once, 'mail')} {go} out at once{digests}.")
        if corrections:
            print(f"{_many(of_corrections, 'mail')} {go} out at once about corrections, of {corrections:,} of these.")

    def _print_remarks(self) -> None:
        if len(self._first_remarks) <= SHOWN_LINES:
            lines = self._first_remarks
        else:
            lines = [f"{number:,} times: {remark}" for remark, number in self._remarks.most_common(SHOWN_LINES)]
        for line in lines:
            print(line)


def _many(number: int, what: str) -> str:
    plural = {"person": "people"}.get(what, f"{what}s")
    return f"{number:,} {what if number == 1 else plural}"


def _what(reading: object, answer: Answer | None) -> str:
    match reading:
        case Skipped():
            return SKIPPED
        case Draft() if isinstance(answer, Foreseen):
            return str(answer.outcome)
    return REFUSED


def _name(path: str) -> str:
    """How a table names an input: a file without its folder, an address whole."""
    return path if "://" in path else Path(path).name


def _at(path: str, place: str) -> str:
    return f"{path}, {place}" if place else path


def _sentence(reading: ListPage | Refused | Skipped) -> str:
    match reading:
        case ListPage(titles=titles):
            return f"a list of {len(titles)} articles, not one: give the page of each"
        case Skipped(reason=reason):
            return reason
    return "; ".join(reading.reasons)
