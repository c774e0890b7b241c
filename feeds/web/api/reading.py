"""Reading over the API: articles page by page, one with its revisions, and what they are filed under."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from feeds.errors import NotFound
from feeds.model import Article, State
from feeds.staff import Actor
from feeds.store import paging, reading, topics
from feeds.store.database import Session
from feeds.store.paging import Wanted
from feeds.web.api import answers, cursors, documenting, views
from feeds.web.api.call import Call, Calling
from feeds.web.api.etags import tag_of
from feeds.web.api.fields import LARGEST_ID, Instant, Language, Slug
from feeds.web.api.problems import FieldError, Problem, invalid
from feeds.web.api.replies import shown

router = APIRouter(generate_unique_id_function=lambda route: route.name)
ArticleId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The article's number.")]
Cursor = Annotated[str, StringConstraints(pattern=cursors.PATTERN), Field(description="`next` of a page.")]
A_PAGE = 20
LARGEST_PAGE = 100


class Filters(BaseModel):
    """Which articles."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[State, Field(description="Others than `published` are shown to a token, of its divisions.")] = (
        State.PUBLISHED
    )
    division: Annotated[list[Slug], Field(max_length=50, description="With those below it; several are allowed.")] = []
    board: Slug | None = None
    topic: Slug | None = None
    language: Language | None = None
    since: Annotated[Instant, Field(description="Published at this instant or later.")] | None = None
    until: Annotated[Instant, Field(description="Published before this instant.")] | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = A_PAGE


@router.get(
    "/articles",
    summary="List articles, the newest first",
    tags=["reading"],
    response_model=answers.ArticlePage,
    responses=documenting.told(422),
    openapi_extra=documenting.reading(),
)
def list_articles(call: Calling, wish: Annotated[Filters, Query()]) -> Response:
    """Published articles, page by page; to a token also what else there is of its divisions."""
    newsroom = call.office.newsroom
    try:
        after = cursors.place_of(wish.cursor)
    except ValueError as error:
        raise invalid(FieldError("cursor", str(error))) from error
    with call.office.database.read() as session:
        demand_known(call, session, wish.division, wish.board, wish.topic)
        wanted = Wanted(
            state=wish.state,
            divisions=_divisions(call, wish),
            board=wish.board,
            topic=wish.topic,
            language=wish.language,
            since=wish.since,
            until=wish.until,
        )
        found, following = paging.page(session, wanted, after=after, limit=wish.limit)
    page = answers.ArticlePage(
        articles=[views.brief(one, newsroom) for one in found], next=cursors.cursor_of(following)
    )
    return shown(call, page)


@router.get(
    "/articles/{article_id:int}",
    summary="Read one article",
    tags=["reading"],
    response_model=answers.Article,
    responses=documenting.told(304, 404, 410, headers=documenting.ETAG),
    openapi_extra=documenting.reading(fresh=True),
)
def read_article(request: Request, call: Calling, article_id: ArticleId) -> Response:
    """A published article with its text. 404 for what is not public, 410 with the reason for what was withdrawn; a
    token that may read its division is shown both."""
    with call.office.database.read() as session:
        article = visible(call, session, article_id)
        known = reading.by_id(session, [one for _, one in article.twins])
    staff = call.sees(article)
    twins = {one.id for one in known.values() if staff or one.state is State.PUBLISHED}
    page = views.whole(article, call.office.newsroom, staff=staff, twins=twins)
    return shown(call, page, request=request, etag=tag_of(article) if staff else None)


@router.get(
    "/articles/{article_id:int}/revisions",
    summary="List the revisions of an article",
    tags=["reading"],
    response_model=answers.RevisionList,
    responses=documenting.told(404, 410),
    openapi_extra=documenting.reading(),
)
def list_revisions(call: Calling, article_id: ArticleId) -> Response:
    """Every state of the text since publication, the oldest first; a token that may read its division is shown all."""
    with call.office.database.read() as session:
        article = visible(call, session, article_id)
        staff = call.sees(article)
        found = reading.revisions(session, article_id, public=not staff)
    briefs = [
        answers.RevisionBrief(
            number=one.number,
            title=one.content.title,
            note=one.note,
            author=one.author if staff else None,
            created_at=one.created_at,
        )
        for one in found
    ]
    return shown(call, answers.RevisionList(revisions=briefs))


@router.get(
    "/articles/{article_id:int}/revisions/{number:int}",
    summary="Read one revision of an article",
    tags=["reading"],
    response_model=answers.Revision,
    responses=documenting.told(404, 410),
    openapi_extra=documenting.reading(),
)
def read_revision(call: Calling, article_id: ArticleId, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    """One state of the text."""
    with call.office.database.read() as session:
        article = visible(call, session, article_id)
        staff = call.sees(article)
        found = reading.revisions(session, article_id, public=not staff)
    for one in found:
        if one.number == number:
            return shown(call, views.revision(one, staff=staff))
    raise NotFound("revision", number)


@router.get(
    "/divisions",
    summary="List the divisions",
    tags=["reading"],
    response_model=answers.DivisionList,
    responses=documenting.told(),
    openapi_extra=documenting.reading(),
)
def list_divisions(call: Calling) -> Response:
    """Every division that issues or issued articles."""
    newsroom = call.office.newsroom
    listed = [views.division(one, newsroom) for one in newsroom.city.divisions]
    return shown(call, answers.DivisionList(divisions=listed))


@router.get(
    "/boards",
    summary="List the boards",
    tags=["reading"],
    response_model=answers.BoardList,
    responses=documenting.told(),
    openapi_extra=documenting.reading(),
)
def list_boards(call: Calling) -> Response:
    """Every board that releases are posted on."""
    boards = [
        answers.Board(slug=one.slug, names=dict(one.names), path={key: list(path) for key, path in one.path.items()})
        for one in call.office.newsroom.city.boards
    ]
    return shown(call, answers.BoardList(boards=boards))


@router.get(
    "/topics",
    summary="List the topics",
    tags=["reading"],
    response_model=answers.TopicList,
    responses=documenting.told(),
    openapi_extra=documenting.reading(),
)
def list_topics(call: Calling) -> Response:
    """Every word of the vocabulary."""
    with call.office.database.read() as session:
        found = topics.known(session)
    listed = [answers.Topic(slug=one.slug, names=dict(one.names), retired=one.retired) for one in found]
    return shown(call, answers.TopicList(topics=listed))


def visible(call: Call, session: Session, article_id: int) -> Article:
    """The article if this caller may know of it. NotFound for what is not public, Problem 410 for what was."""
    article = reading.get(session, article_id)
    if article.state is State.PUBLISHED or call.sees(article):
        return article
    if article.state is State.WITHDRAWN:
        extra = {"withdrawn_at": article.updated_at.isoformat()} if article.updated_at else {}
        raise Problem(410, f"This article was withdrawn: {article.withdrawal_reason}", extra=extra)
    raise NotFound("article", article_id)


def demand_known(call: Call, session: Session, divisions: list[str], board: str | None, topic: str | None) -> None:
    """Problem 422 for a filter that names what there is not: a slip must not look like an empty list."""
    newsroom = call.office.newsroom
    wrong = [FieldError("division", f"there is no division {one}") for one in divisions if not newsroom.division(one)]
    if board is not None and board not in {one.slug for one in newsroom.city.boards}:
        wrong.append(FieldError("board", f"there is no board {board}"))
    if topic is not None and topic not in {one.slug for one in topics.known(session)}:
        wrong.append(FieldError("topic", f"there is no topic {topic}"))
    if wrong:
        raise invalid(*wrong)


def _divisions(call: Call, wish: Filters) -> tuple[str, ...] | None:
    """The slugs to look under; of what is not published only those that the caller reads as staff."""
    newsroom = call.office.newsroom
    asked = {inner for slug in wish.division for inner in newsroom.within(slug)} if wish.division else None
    if wish.state is State.PUBLISHED:
        return None if asked is None else tuple(sorted(asked))
    reader: Actor | None = call.reader
    if reader is None:
        raise Problem(401 if call.token is None else 403, f"Articles that are {wish.state} are shown to a token alone.")
    if reader.divisions is None:
        return None if asked is None else tuple(sorted(asked))
    own = {inner for slug in reader.divisions for inner in newsroom.within(slug)}
    return tuple(sorted(own if asked is None else own & asked))
