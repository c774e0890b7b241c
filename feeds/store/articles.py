"""Articles in the store: taken in, published, corrected, withdrawn. What readers must hear of writes its change."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import insert, select, update

from feeds.errors import Conflict, NotFound
from feeds.model import Article, Change, ChangeKind, Content, State
from feeds.store import changes
from feeds.store.database import Session
from feeds.store.reading import get
from feeds.store.tables import article, attachment, picture, revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an article was taken from: its key there, a fingerprint of what was read, and its address, if any."""

    key: str
    fingerprint: str
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What an article says about itself besides its text."""

    division: str | None = None
    board: str | None = None
    telephone: str | None = None
    registered_on: date | None = None
    licence: str | None = None
    urgent: bool = False


def add(
    session: Session,
    content: Content,
    *,
    filing: Filing,
    authority: str,
    now: datetime,
    source: Source | None = None,
) -> Article:
    """Store a draft. Its guid is a tag: URI (RFC 4151) minted here once, whatever its address becomes."""
    values = asdict(filing) | {
        "guid": f"tag:{authority}:{uuid4().hex}",
        "state": State.DRAFT,
        "revision": 1,
        "created_at": now,
    }
    if source is not None:
        values |= _source_columns(source)
    article_id: int = session.execute(insert(article).values(**values).returning(article.c.id)).scalar_one()
    _write_revision(session, article_id, 1, content, note=None, now=now)
    return get(session, article_id)


def publish(
    session: Session,
    article_id: int,
    *,
    fallback_division: str,
    now: datetime,
    dated: datetime | None = None,
    quiet: bool = False,
) -> Change:
    """Make a draft visible and write the change; a draft without division is filed under the fallback.

    `dated` is the instant of publication that readers see, for what was published elsewhere before; `quiet` means
    that nobody is mailed. Conflict if it is not a draft.
    """
    changes.take_turn(session)
    draft = get(session, article_id)
    if draft.state is not State.DRAFT:
        raise Conflict(f"article {article_id} is {draft.state}; only a draft can be published")
    _set(
        session,
        article_id,
        state=State.PUBLISHED,
        division=draft.division or fallback_division,
        published_at=dated or now,
        updated_at=dated or now,
    )
    return changes.record(
        session, article_id=article_id, revision=draft.revision, kind=ChangeKind.PUBLISHED, at=now, quiet=quiet
    )


def file(session: Session, article_id: int, *, division: str | None, board: str | None) -> None:
    """File a draft under a division and a board. Conflict if it is public already."""
    if get(session, article_id).state is not State.DRAFT:
        raise Conflict(f"article {article_id} is public; only a draft can be filed elsewhere")
    _set(session, article_id, division=division, board=board)


def revise(
    session: Session,
    article_id: int,
    content: Content,
    *,
    note: str,
    now: datetime,
    filing: Filing | None = None,
    source: Source | None = None,
) -> Change | None:
    """Freeze a new revision: of a published article it is a correction, whose change is answered; of a draft, none.

    Conflict if the article is withdrawn.
    """
    changes.take_turn(session)
    before = get(session, article_id)
    if before.state is State.WITHDRAWN:
        raise Conflict(f"article {article_id} is withdrawn and cannot be corrected")
    number = before.revision + 1
    public = before.state is State.PUBLISHED
    _write_revision(session, article_id, number, content, note=note if public else None, now=now)
    values: dict[str, object] = {"revision": number}
    if filing is not None:
        values |= asdict(filing) | {"division": filing.division or before.division}
    if source is not None:
        values |= _source_columns(source)
    if not public:
        _set(session, article_id, **values)
        return None
    change = changes.record(
        session, article_id=article_id, revision=number, kind=ChangeKind.CORRECTED, at=now, quiet=False
    )
    _set(session, article_id, **values, updated_at=max(change.at, before.updated_at or change.at))
    return change


def withdraw(session: Session, article_id: int, *, reason: str, now: datetime) -> Change:
    """Take a published article back, with a reason that readers are told. Conflict if it is not published."""
    changes.take_turn(session)
    before = get(session, article_id)
    if before.state is not State.PUBLISHED:
        raise Conflict(f"article {article_id} is {before.state}; only a published one can be withdrawn")
    change = changes.record(
        session, article_id=article_id, revision=before.revision, kind=ChangeKind.WITHDRAWN, at=now, quiet=False
    )
    _set(session, article_id, state=State.WITHDRAWN, updated_at=change.at, withdrawal_reason=reason)
    return change


def _set(session: Session, article_id: int, **values: object) -> None:
    wanted = update(article).where(article.c.id == article_id).values(**values).returning(article.c.id)
    if session.execute(wanted).first() is None:
        raise NotFound("article", article_id)


def _source_columns(source: Source) -> Mapping[str, object]:
    return {
        "source_key": source.key,
        "source_fingerprint": source.fingerprint,
        "source_address": source.address,
    }


def _write_revision(
    session: Session, article_id: int, number: int, content: Content, *, note: str | None, now: datetime
) -> None:
    key = {"article_id": article_id, "number": number}
    values = {
        "language": content.language,
        "title": content.title,
        "subtitle": content.subtitle,
        "summary": content.summary,
        "body_html": content.body_html,
        "body_text": content.body_text,
        "footnotes": [asdict(footnote) for footnote in content.footnotes],
        "note": note,
        "created_at": now,
    }
    session.execute(insert(revision).values(**key, **values))
    pictures = [asdict(part) for part in content.pictures]
    attachments = [asdict(part) for part in content.attachments]
    for table, parts in ((picture, pictures), (attachment, attachments)):
        rows = [
            {"article_id": article_id, "revision": number, "position": position} | part
            for position, part in enumerate(parts)
        ]
        if rows:
            session.execute(insert(table), rows)


def source_of(session: Session, key: str) -> tuple[int, str] | None:
    """The article taken from this source, and the fingerprint of what was read then; None if there is none."""
    wanted = select(article.c.id, article.c.source_fingerprint).where(article.c.source_key == key)
    row = session.execute(wanted).first()
    return (row[0], row[1]) if row else None
