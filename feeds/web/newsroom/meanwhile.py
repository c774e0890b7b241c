"""The page that says: it is not any more as your page showed it. Nothing was done; this is what happened meanwhile."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from feeds.difference import Piece, difference, summarised
from feeds.errors import Conflict, NotReady, Stale
from feeds.model import Article, Content, State
from feeds.store import audit, reading
from feeds.store.database import Session
from feeds.web.newsroom import desk_views
from feeds.web.newsroom.audit_pages import line
from feeds.web.newsroom.door import Visitor
from feeds.web.newsroom.mending import to_mend
from feeds.web.newsroom.room import Room, Seen, number_of

MOST_DEEDS = 20


def carry_out(
    room: Room,
    request: Request,
    visitor: Visitor,
    seen: Seen,
    deed: Callable[[Session], Article],
    *,
    done: str,
    wanted: State | None = None,
) -> Response:
    """Do it in one transaction and lead back to the article; where that is not as it was seen, say so instead."""
    try:
        with room.database.write() as session:
            article = deed(session)
    except Conflict as error:
        return meanwhile(room, request, visitor, number_of(request), seen, error, wanted=wanted)
    return room.back(request, article.id, done=done)


def meanwhile(
    room: Room,
    request: Request,
    visitor: Visitor,
    article_id: int,
    seen: Seen,
    error: Conflict,
    *,
    wanted: State | None = None,
) -> Response:
    """409: who did what since the form was made, what of the text changed, and the way to look again.

    `wanted` is the state that the form would have brought about: that it is so already is good news, and said so.
    """
    newsroom, words = room.newsroom, room.words(request)
    with room.database.read() as session:
        article = room.desk.read(session, visitor.actor, article_id)
        entries = audit.entries(session, article_id=article_id, limit=MOST_DEEDS)
        texts = {one.number: one.content for one in reading.revisions(session, article_id, public=False)}
    before, after = texts.get(seen.revision), article.content
    case = _case(article, seen, error, wanted)
    return room.door.render(
        request,
        visitor,
        "newsroom/meanwhile.html",
        status=409,
        title=words(f"meanwhile.{case}.heading"),
        text=words(f"meanwhile.{case}.text", state=words(f"standing.{desk_views.standing(article)}")),
        reasons=to_mend(error.lacks, article.id, words) if isinstance(error, NotReady) else [],
        article=article,
        line=desk_views.line(article, newsroom, words),
        deeds=[line(one, {article.id: article}, newsroom, words) for one in entries if one.id > seen.entry],
        passages=passages(before, after) if before is not None and seen.revision != article.revision else [],
    )


def passages(before: Content, after: Content) -> list[tuple[str, Sequence[Piece | None]]]:
    """What changed between two texts: the key of each part's name, and its pieces; None stands for what is left out."""
    parts = {
        "title": (before.title, after.title),
        "subtitle": (before.subtitle or "", after.subtitle or ""),
        "summary": (before.summary, after.summary),
        "text": (before.body_text, after.body_text),
    }
    return [(part, summarised(difference(old, new))) for part, (old, new) in parts.items() if old != new]


def _case(article: Article, seen: Seen, error: Conflict, wanted: State | None) -> str:
    if article.state is wanted and not isinstance(error, Stale):
        return f"already_{wanted}"
    if isinstance(error, NotReady):
        return "not_ready"
    return "impossible" if article.version == seen.version else "changed"
