"""Articles in the store: taken in, scheduled, published, corrected, withdrawn. What readers must hear of writes its
change. Every function that takes `expected` raises Stale if that is not the article's present version.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, insert, select, update

from feeds.errors import Conflict, NotFound, Stale
from feeds.model import Article, Change, ChangeKind, Content, State, StepKind, filed_of
from feeds.store import changes, embargoes, search_index, twins, undoing
from feeds.store.database import Session
from feeds.store.reading import get
from feeds.store.staff_tables import audit
from feeds.store.tables import article, article_topic, attachment, discarded_source, picture, revision

NO_WINDOW = timedelta()
"""Mails do not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an article was taken from: its key there, a fingerprint of what was read, and its address, if any."""

    key: str
    fingerprint: str
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What an article says about itself besides its text. `topics` and `urgent` stay as they are where None."""

    division: str | None = None
    board: str | None = None
    telephone: str | None = None
    registered_on: date | None = None
    licence: str | None = None
    topics: tuple[str, ...] | None = None
    urgent: bool | None = None

    @property
    def columns(self) -> dict[str, object]:
        """The columns of the article's row that this sets."""
        values = asdict(self)
        del values["topics"]
        if self.urgent is None:
            del values["urgent"]
        return values


def filing_of(article: Article) -> Filing:
    """What an article says about itself now, to change some of it."""
    return Filing(
        division=article.division,
        board=article.board,
        telephone=article.telephone,
        registered_on=article.registered_on,
        licence=article.licence,
        topics=article.topics,
        urgent=article.urgent,
    )


def add(
    session: Session,
    content: Content,
    *,
    filing: Filing,
    authority: str,
    now: datetime,
    source: Source | None = None,
    author: str | None = None,
) -> Article:
    """Store a draft and read it back. See `store`."""
    article_id = store(session, content, filing=filing, authority=authority, now=now, source=source, author=author)
    return get(session, article_id)


def store(
    session: Session,
    content: Content,
    *,
    filing: Filing,
    authority: str,
    now: datetime,
    source: Source | None = None,
    author: str | None = None,
) -> int:
    """Store a draft; answers its id.

    Its guid is a tag: URI (RFC 4151) minted here once, whatever its address becomes.
    """
    values = (
        {"urgent": False}
        | filing.columns
        | {
            "guid": f"tag:{authority}:{uuid4().hex}",
            "state": State.DRAFT,
            "revision": 1,
            "version": 1,
            "created_at": now,
        }
    )
    if source is not None:
        values |= _source_columns(source)
    article_id: int = session.execute(insert(article).values(**values).returning(article.c.id)).scalar_one()
    _write_revision(session, article_id, 1, content, note=None, author=author, now=now)
    _write_topics(session, article_id, filing)
    return article_id


def publish(
    session: Session,
    article_id: int,
    *,
    fallback_division: str,
    now: datetime,
    dated: datetime | None = None,
    quiet: bool = False,
    undo: timedelta = NO_WINDOW,
    expected: int | None = None,
) -> Change:
    """Make a draft or a scheduled article visible and write the change; one without division goes to the fallback.

    `dated` is the instant of publication that readers see, for what was published elsewhere before; `quiet` means
    that nobody is mailed, `undo` for how long its mails wait. Conflict if it is public already.
    """
    changes.take_turn(session)
    before = _not_yet_public(session, article_id, "published")
    _set(
        session,
        article_id,
        expected,
        **_NO_APPROVAL,
        state=State.PUBLISHED,
        division=before.division or fallback_division,
        publish_at=None,
        embargoed=False,
        published_at=dated or now,
        updated_at=dated or now,
        mail=not quiet,
    )
    search_index.place(session, article_id)
    change = changes.record(
        session, article_id=article_id, revision=before.revision, kind=ChangeKind.PUBLISHED, at=now, quiet=quiet
    )
    if not quiet:
        undoing.begin(session, [change.number], at=change.at, lasts=undo)
    if before.embargoed and before.publish_at is not None:
        lifted, until = StepKind.LIFTED, before.publish_at
        embargoes.record(session, article_id, before.revision, lifted, at=now, until=until, change=change.number)
    return change


def schedule(
    session: Session, article_id: int, *, at: datetime, mail: bool | None = None, expected: int | None = None
) -> None:
    """Let a draft become visible by itself at this instant, or move that of a scheduled one. Conflict if public.

    `mail` says whether who follows it is told then; None: if it is news.
    """
    _not_yet_public(session, article_id, "scheduled")
    _set(session, article_id, expected, **_NO_APPROVAL, state=State.SCHEDULED, publish_at=at, mail=mail)


def unschedule(session: Session, article_id: int, *, now: datetime, expected: int | None = None) -> None:
    """Make a scheduled article a draft again; it is under no embargo then. Conflict if it is not scheduled."""
    found = get(session, article_id)
    if found.state is not State.SCHEDULED:
        raise Conflict(f"article {article_id} is {found.state}, not scheduled")
    embargoes.end(session, article_id, now=now)
    _set(session, article_id, expected, state=State.DRAFT, publish_at=None, mail=None)


def set_aside(session: Session, article_id: int, *, now: datetime) -> bool:
    """Make a scheduled article a draft without reading it, for one whose rows are damaged; False if it is not such."""
    embargoes.end(session, article_id, now=now)
    wanted = update(article).where(article.c.id == article_id, article.c.state == State.SCHEDULED)
    freed = wanted.values(state=State.DRAFT, publish_at=None, mail=None, version=article.c.version + 1)
    return session.execute(freed.returning(article.c.id)).first() is not None


def ask_approval(
    session: Session,
    article_id: int,
    *,
    by: str,
    now: datetime,
    publish_at: datetime | None,
    mail: bool | None = None,
    expected: int | None = None,
) -> None:
    """Note that a draft waits for a second person, who publishes it at once or at `publish_at`. Conflict otherwise.

    Any later change of the article voids the request: what is approved is what was seen.
    """
    found = get(session, article_id)
    if found.state is not State.DRAFT:
        raise Conflict(f"article {article_id} is {found.state}; only a draft waits for approval")
    asked = {"approval_asked_by": by, "approval_asked_at": now, "approval_version": found.version + 1}
    _set(session, article_id, expected, **asked, publish_at=publish_at, mail=mail)


def end_approval(session: Session, article_id: int, *, expected: int | None = None) -> None:
    """Take a request for approval back, or decline it: the article is an ordinary draft again."""
    if get(session, article_id).approval is None:
        raise Conflict(f"article {article_id} does not wait for approval")
    _set(session, article_id, expected, **_NO_APPROVAL, publish_at=None)


def discard(session: Session, article_id: int, *, now: datetime, expected: int | None = None) -> None:
    """Destroy a draft and all its revisions; of one that was imported, its source stays known as discarded.

    Conflict if it is public, scheduled, or was under embargo once.
    """
    changes.take_turn(session)  # before the row: who publishes waits for the two in this order
    found = get(session, article_id)
    if found.state is not State.DRAFT:
        raise Conflict(f"article {article_id} is no draft: only a draft can be destroyed")
    if found.embargoed_at is not None:
        raise Conflict(f"article {article_id} was released under embargo: the record of who saw it is kept with it")
    _set(session, article_id, expected)
    twins.unlink(session, article_id, now=now)
    session.execute(update(audit).where(audit.c.article_id == article_id).values(article_id=None))
    search_index.remove(session, article_id)
    for table in (picture, attachment, article_topic, revision):
        session.execute(delete(table).where(table.c.article_id == article_id))
    gone = delete(article).where(article.c.id == article_id).returning(article.c.source_key)
    key = session.execute(gone).scalar_one()
    if key is not None:
        session.execute(insert(discarded_source).values(source_key=key, discarded_at=now))


def file(
    session: Session, article_id: int, *, division: str | None, board: str | None, expected: int | None = None
) -> None:
    """File a draft under a division and a board. Conflict if it is public already."""
    changes.take_turn(session)
    _not_yet_public(session, article_id, "filed elsewhere")
    _set(session, article_id, expected, division=division, board=board)


def revise(
    session: Session,
    article_id: int,
    content: Content,
    *,
    note: str | None,
    now: datetime,
    filing: Filing | None = None,
    source: Source | None = None,
    author: str | None = None,
    undo: timedelta = NO_WINDOW,
    expected: int | None = None,
) -> Change | None:
    """Freeze a new revision. Of a published article it is a correction, whose change is answered, and `note` says
    what changed; without a note it is a minor edit, of which readers are told nothing. Of any other there is no change.
    `undo` says for how long the mails of a correction wait.

    Conflict if the article is withdrawn.
    """
    changes.take_turn(session)
    before = get(session, article_id)
    if before.state is State.WITHDRAWN:
        raise Conflict(f"article {article_id} is withdrawn and cannot be corrected")
    number = before.revision + 1
    public = before.state is State.PUBLISHED
    values: dict[str, object] = {"revision": number}
    if filing is not None:
        values |= filing.columns | {"division": filing.division or before.division}
    if source is not None:
        values |= _source_columns(source)
    if not public:
        # A scheduled article keeps its hour; a request for approval was about another text.
        voided = {**_NO_APPROVAL, "publish_at": None} if before.approval else {}
        _set(session, article_id, expected, **values, **voided, updated_at=now)
        if before.embargoed and before.publish_at is not None:
            embargoes.record(session, article_id, number, StepKind.REVISED, at=now, until=before.publish_at)
        change = None
    else:
        _set(session, article_id, expected, **values)
        kind = ChangeKind.EDITED if note is None else ChangeKind.CORRECTED
        change = changes.record(
            session,
            article_id=article_id,
            revision=number,
            kind=kind,
            at=now,
            quiet=note is None,
            filed_before=_filed_before(before, content, filing),
        )
        if note is not None and before.embargoed_at is not None:
            corrected, until = StepKind.CORRECTED, before.published_at or now
            embargoes.record(session, article_id, number, corrected, at=now, until=until, change=change.number)
        if note is not None:
            undoing.begin(session, [change.number], at=change.at, lasts=undo)
            latest = max(change.at, before.updated_at or change.at)
            session.execute(update(article).where(article.c.id == article_id).values(updated_at=latest))
    _keep_filed(session, before)
    if filing is not None:
        _write_topics(session, article_id, filing)
    _write_revision(session, article_id, number, content, note=note if public else None, author=author, now=now)
    return change


def withdraw(
    session: Session,
    article_id: int,
    *,
    reason: str,
    now: datetime,
    mail: bool = False,
    expected: int | None = None,
) -> Change:
    """Take a published article back, with a reason that readers are told. Conflict if it is not published.

    `mail` says whether those who got it by mail are told by mail.
    """
    changes.take_turn(session)
    before = get(session, article_id)
    if before.state is not State.PUBLISHED:
        raise Conflict(f"article {article_id} is {before.state}; only a published one can be withdrawn")
    _set(session, article_id, expected, state=State.WITHDRAWN, withdrawal_reason=reason)
    undoing.drop(session, article_id)
    search_index.place(session, article_id)
    change = changes.record(
        session, article_id=article_id, revision=before.revision, kind=ChangeKind.WITHDRAWN, at=now, quiet=not mail
    )
    session.execute(update(article).where(article.c.id == article_id).values(updated_at=change.at))
    return change


_NO_APPROVAL: dict[str, object] = {
    "approval_asked_by": None,
    "approval_asked_at": None,
    "approval_version": None,
}


def _filed_before(before: Article, content: Content, filing: Filing | None) -> Mapping[str, object] | None:
    """What an article is filed under, if it will be filed elsewhere; None if not."""
    filed = {"division": before.division, "board": before.board, "topics": list(before.topics)}
    filed["language"] = before.content.language
    will_be = filed | {"language": content.language}
    if filing is not None:
        will_be |= {"division": filing.division or before.division, "board": filing.board}
        will_be |= {} if filing.topics is None else {"topics": sorted(set(filing.topics))}
    return None if will_be == filed else filed


def _not_yet_public(session: Session, article_id: int, done: str) -> Article:
    found = get(session, article_id)
    if found.state.is_public:
        raise Conflict(f"article {article_id} is {found.state}; only a draft or a scheduled one can be {done}")
    return found


def _set(session: Session, article_id: int, expected: int | None, **values: object) -> None:
    """Write columns of the row and count its version up, in one statement, so that of two editors one is told."""
    wanted = update(article).where(article.c.id == article_id)
    if expected is not None:
        wanted = wanted.where(article.c.version == expected)
    written = wanted.values(version=article.c.version + 1, **values).returning(article.c.id)
    if session.execute(written).first() is None:
        current = session.execute(select(article.c.version).where(article.c.id == article_id)).scalar()
        raise NotFound("article", article_id) if current is None else Stale(article_id, current)


def _source_columns(source: Source) -> Mapping[str, object]:
    return {
        "source_key": source.key,
        "source_fingerprint": source.fingerprint,
        "source_address": source.address,
    }


def _write_topics(session: Session, article_id: int, filing: Filing) -> None:
    if filing.topics is None:
        return
    session.execute(delete(article_topic).where(article_topic.c.article_id == article_id))
    rows = [{"article_id": article_id, "topic": slug} for slug in sorted(set(filing.topics))]
    if rows:
        session.execute(insert(article_topic), rows)


def _keep_filed(session: Session, before: Article) -> None:
    """Freeze with the revision that is replaced what stood beside it: from here on the article says it of the next."""
    values = asdict(filed_of(before))
    values["registered_on"] = before.registered_on.isoformat() if before.registered_on else None
    replaced = update(revision).where(revision.c.article_id == before.id, revision.c.number == before.revision)
    session.execute(replaced.values(filed=values))


def revision_rows(
    article_id: int,
    number: int,
    content: Content,
    *,
    note: str | None,
    author: str | None,
    now: datetime,
) -> tuple[dict[str, object], list[dict[str, object]], list[dict[str, object]]]:
    """The rows that freeze a content: of the revision, its pictures and its attachments."""
    values: dict[str, object] = {
        "article_id": article_id,
        "number": number,
        "language": content.language,
        "title": content.title,
        "subtitle": content.subtitle,
        "summary": content.summary,
        "body_html": content.body_html,
        "body_text": content.body_text,
        "markdown": content.markdown,
        "footnotes": [asdict(footnote) for footnote in content.footnotes],
        "note": note,
        "author": author,
        "created_at": now,
    }
    key: dict[str, object] = {"article_id": article_id, "revision": number}
    pictures = [key | {"position": position} | asdict(part) for position, part in enumerate(content.pictures)]
    attachments = [key | {"position": position} | asdict(part) for position, part in enumerate(content.attachments)]
    return values, pictures, attachments


def _write_revision(
    session: Session,
    article_id: int,
    number: int,
    content: Content,
    *,
    note: str | None,
    author: str | None,
    now: datetime,
) -> None:
    values, pictures, attachments = revision_rows(article_id, number, content, note=note, author=author, now=now)
    session.execute(insert(revision).values(**values))
    for table, rows in ((picture, pictures), (attachment, attachments)):
        if rows:
            session.execute(insert(table), rows)
    search_index.index(session, article_id, content)
