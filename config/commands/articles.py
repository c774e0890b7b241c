"""`civicwire articles`: the newsroom from a shell."""

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from config.commands.console import opened, print_json, print_table, read_instant
from config.parts import Parts
from feeds.addresses import article_path
from feeds.errors import CivicwireError, NotFound, NotReady, PageRefused
from feeds.intake.board_page import read
from feeds.intake.decode import MAX_BYTES
from feeds.intake.draft import Draft
from feeds.model import Article, State
from feeds.publication import is_news
from feeds.staff import SHELL
from feeds.store import articles, desk_list, reading, undoing
from feeds.web.dates import stamp

_LONGEST = 1000


def run(
    *,
    action: str,
    article: int = 0,
    state: str | None = None,
    division: str | None = None,
    mail: bool = False,
    at: str | None = None,
    embargo_until: str | None = None,
    page: str = "",
    note: str = "",
    reason: str = "",
    as_json: bool,
) -> None:
    """Do one thing with articles and print how they stand."""
    with opened() as parts:
        if action == "list":
            _list(parts, state, as_json)
            return
        if action == "publish":
            try:
                if at and embargo_until:
                    raise CivicwireError("--at and --embargo-until exclude each other: one instant is enough")
                hour = at or embargo_until
                publish_at = read_instant(hour) if hour else None
                _publish(parts, article, division, mail=mail, at=publish_at, embargo=embargo_until is not None)
            except NotReady as error:
                said = (lack.said(parts.words["en"]) for lack in error.lacks)
                raise CivicwireError(f"article {article} cannot be published yet: {' '.join(said)}") from error
        elif action == "correct":
            _correct(parts, article, page, _line(note, "--note"))
        elif action == "withdraw":
            _withdraw(parts, article, _line(reason, "--reason"), mail=mail)
        with parts.database.read() as session:
            _show(parts, reading.get(session, article), as_json)


def _list(parts: Parts, state: str | None, as_json: bool) -> None:
    with parts.database.read() as session:
        found = desk_list.listing(session, state=State(state) if state else None)
    if as_json:
        print_json({"articles": [_object(parts, one) for one in found]})
        return
    rows = [(one.id, one.state, one.division or "unknown", one.content.language, one.content.title) for one in found]
    print_table(("number", "state", "division", "language", "title"), rows)


def _publish(
    parts: Parts, article_id: int, division: str | None, *, mail: bool, at: datetime | None, embargo: bool
) -> None:
    fallback = parts.newsroom.city.fallback_division
    if division is not None and parts.newsroom.division(division) is None:
        raise NotFound("division", division)
    with parts.database.write() as session:
        draft = reading.get(session, article_id)
        if division is not None:
            articles.file(session, article_id, division=division, board=draft.board)
            draft = reading.get(session, article_id)
        told = mail or None
        if at is not None:
            expected = draft.version
            done = parts.desk.schedule(session, SHELL, article_id, at=at, mail=told, expected=expected, embargo=embargo)
        else:
            done = parts.desk.publish(session, SHELL, article_id, expected=draft.version, mail=told)
        waiting = [one.until for one in undoing.waiting(session) if one.article_id == article_id]
    if waiting:
        until = max(waiting).astimezone(parts.newsroom.city.zone)
        print(
            f"civicwire: mails go out at {until:%H:%M:%S}; withdrawn before that, it is mailed to nobody",
            file=sys.stderr,
        )
    if draft.division is None:
        print(f"civicwire: no division is known: filed under {fallback}; --division says otherwise", file=sys.stderr)
    if not done.mail:
        print(f"civicwire: {_no_news(parts, draft, at)}: nobody is mailed without --mail", file=sys.stderr)


def _no_news(parts: Parts, draft: Article, at: datetime | None) -> str:
    """Why nobody is mailed, in a sentence."""
    if is_news(draft, parts.newsroom, parts.clock(), at=at):
        return "so it was decided when its hour was set"
    day, until = draft.registered_on, (at or parts.clock()).astimezone(parts.newsroom.city.zone).date()
    if day is not None and day > until:
        return f"registered on {day}, after the day on which it becomes public"
    return f"registered on {day}, no news any more"


def _correct(parts: Parts, article_id: int, page: str, note: str) -> None:
    try:
        with Path(page).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CivicwireError(f"{page}: the file cannot be read: {error.strerror}") from error
    draft = read(content)
    if not isinstance(draft, Draft):
        raise PageRefused(draft.reasons)
    with parts.database.write() as session:
        stored = reading.get(session, article_id)
        if not stored.state.is_public:
            raise CivicwireError(f"article {article_id} is a draft: publish it first")
        filing = articles.filing_of(stored)
        parts.desk.correct(session, SHELL, article_id, draft.content, filing, note=note, expected=stored.version)


def _withdraw(parts: Parts, article_id: int, reason: str, *, mail: bool) -> None:
    with parts.database.write() as session:
        version = reading.get(session, article_id).version
        parts.desk.withdraw(session, SHELL, article_id, reason=reason, mail=mail, expected=version)


def _line(text: str, option: str) -> str:
    text = " ".join(text.split())
    if not text or not text.isprintable() or len(text) > _LONGEST:
        raise CivicwireError(f"{option} must be a sentence of at most {_LONGEST} characters")
    return text


def _show(parts: Parts, one: Article, as_json: bool) -> None:
    found = _object(parts, one)
    if as_json:
        print_json(found)
    else:
        zone = parts.newsroom.city.zone
        shown = {name: stamp(value, zone) if isinstance(value, datetime) else value for name, value in found.items()}
        print_table(("field", "value"), list(shown.items()))


def _object(parts: Parts, one: Article) -> dict[str, object]:
    """An article as staff see it; the text itself is on its page."""
    found: dict[str, object] = {
        "number": one.id,
        "state": str(one.state),
        "title": one.content.title,
        "subtitle": one.content.subtitle,
        "language": one.content.language,
        "division": one.division,
        "board": one.board,
        "topics": list(one.topics),
        "urgent": one.urgent,
        "telephone": one.telephone,
        "registered": one.registered_on,
        "revision": one.revision,
        "scheduled": one.publish_at,
        "embargoed": one.embargoed,
        "published": one.published_at,
        "updated": one.updated_at,
        "correction": one.correction_note,
        "withdrawal": one.withdrawal_reason,
        "guid": one.guid,
        "source": one.source_address,
        "footnotes": [asdict(note) for note in one.content.footnotes],
    }
    if one.state.is_public:
        found["address"] = parts.newsroom.url(article_path(one))
    return found
