"""Reading over the API: articles page by page, one with its revisions, and what they are filed under."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field, StringConstraints

from feeds.errors import NotFound
from feeds.model import State
from feeds.store import paging, reading, topics
from feeds.store.paging import Wanted
from feeds.web.api import answers, cursors, documenting, seeing, views
from feeds.web.api.call import Calling
from feeds.web.api.changing import ArticleId
from feeds.web.api.etags import tag_of
from feeds.web.api.filters import Filters, demand_known, demand_single
from feeds.web.api.problems import FieldError, Saying, invalid
from feeds.web.api.replies import shown

router = APIRouter(generate_unique_id_function=lambda route: route.name, tags=["reading"])
Cursor = Annotated[str, StringConstraints(pattern=cursors.PATTERN), Field(description="`next` of a page.")]


class ListFilters(Filters):
    """Which articles of a list."""

    state: Annotated[State, Field(description="Others than `published` are shown to a token, of its divisions.")] = (
        State.PUBLISHED
    )
    cursor: Cursor | None = None


@router.get(
    "/articles",
    dependencies=[Depends(demand_single)],
    summary="List articles, the newest first",
    response_model=answers.ArticlePage,
    responses=documenting.told(422),
    openapi_extra=documenting.reading(),
)
def list_articles(call: Calling, wish: Annotated[ListFilters, Query()]) -> Response:
    """Published articles, page by page; to a token also what else there is of its divisions."""
    newsroom = call.office.newsroom
    try:
        after = cursors.place_of(wish.cursor)
    except ValueError as error:
        raise invalid(FieldError("cursor", Saying("problem.field.cursor"))) from error
    with call.office.database.read() as session:
        demand_known(session, newsroom, wish, is_public=wish.state is State.PUBLISHED)
        wanted = Wanted(
            state=wish.state,
            divisions=seeing.divisions(call, wish.state, wish.division),
            board=wish.board,
            topic=wish.topic,
            language=wish.language,
            since=wish.since,
            until=wish.until,
        )
        found, following = paging.page(session, wanted, after=after, limit=wish.limit)
    page = answers.ArticlePage(
        articles=[brief for one in found if (brief := views.listed(one, newsroom))], next=cursors.cursor_of(following)
    )
    return shown(call, page)


@router.get(
    "/articles/{article_id:int}",
    summary="Read one article",
    response_model=answers.Article,
    responses=documenting.told(304, 404, 410, headers=documenting.ETAG),
    openapi_extra=documenting.reading(fresh=True),
)
def read_article(request: Request, call: Calling, article_id: ArticleId) -> Response:
    """A published article with its text. 404 for what is not public, 410 with the reason for what was withdrawn; a
    token that may read its division is shown both."""
    with call.office.database.read() as session:
        article = seeing.visible(call, session, article_id)
        page = seeing.seen(call, session, article)
    if not call.sees(article):
        return shown(call, page, request=request)
    return shown(call, page, request=request, etag=tag_of(article, [one.article for one in page.twins]))


@router.get(
    "/articles/{article_id:int}/revisions",
    summary="List the revisions of an article",
    response_model=answers.RevisionList,
    responses=documenting.told(404, 410),
    openapi_extra=documenting.reading(),
)
def list_revisions(call: Calling, article_id: ArticleId) -> Response:
    """Every state of the text since publication, the oldest first; a token that may read its division is shown all."""
    with call.office.database.read() as session:
        article = seeing.visible(call, session, article_id)
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
    response_model=answers.Revision,
    responses=documenting.told(404, 410),
    openapi_extra=documenting.reading(),
)
def read_revision(call: Calling, article_id: ArticleId, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    """One state of the text."""
    with call.office.database.read() as session:
        article = seeing.visible(call, session, article_id)
        staff = call.sees(article)
        found = reading.revisions(session, article_id, public=not staff)
    for one in found:
        if one.number == number:
            return shown(call, views.revision(one, staff=staff))
    raise NotFound("revision", number)


@router.get(
    "/divisions",
    summary="List the divisions",
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
