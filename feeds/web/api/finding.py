"""Searching over the API: the same as on the page, among what is published."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from feeds.grams import QUERY_CHARACTERS
from feeds.marking import Piece
from feeds.query import WordsRefused, demand_whole
from feeds.store import search
from feeds.web.api import answers, documenting, views
from feeds.web.api.call import Calling
from feeds.web.api.filters import Filters, demand_known, demand_single
from feeds.web.api.problems import FieldError, Saying, invalid
from feeds.web.api.replies import shown

router = APIRouter(generate_unique_id_function=lambda route: route.name)


class Order(StrEnum):
    """In what order."""

    BEST = "best"
    NEWEST = "newest"


class Wish(Filters):
    """What is looked for."""

    q: Annotated[
        str,
        Field(
            max_length=QUERY_CHARACTERS,
            description='All of these words; "a phrase" as it stands; AND, OR, NOT and parentheses.',
        ),
    ]
    order: Order = Order.BEST
    offset: Annotated[int, Field(ge=0, le=search.FARTHEST)] = 0


@router.get(
    "/search",
    dependencies=[Depends(demand_single)],
    summary="Search what is published",
    tags=["reading"],
    response_model=answers.Hits,
    responses=documenting.told(422),
    openapi_extra=documenting.reading(),
)
def search_articles(call: Calling, wish: Annotated[Wish, Query()]) -> Response:
    """Articles that hold all the words, also within longer Korean words; what fits best is first."""
    newsroom = call.office.newsroom
    try:
        demand_whole(wish.q)
    except WordsRefused as refused:
        raise invalid(FieldError("q", Saying(f"problem.field.words.{refused.fault}", refused.bounds))) from refused
    query = search.Query(
        text=wish.q,
        divisions=tuple(sorted({inner for slug in wish.division for inner in newsroom.within(slug)})),
        boards=(wish.board,) if wish.board else (),
        topics=(wish.topic,) if wish.topic else (),
        language=wish.language,
        since=wish.since,
        until=wish.until,
        newest=wish.order is Order.NEWEST,
        limit=wish.limit,
        offset=wish.offset,
    )
    with call.office.database.read() as session:
        demand_known(session, newsroom, wish)
        found = search.search(session, query)
    hits = [
        answers.Hit(article=brief, title=_pieces(hit.title), snippet=_pieces(hit.snippet))
        for hit in found.hits
        if (brief := views.listed(hit.article, newsroom))
    ]
    return shown(call, answers.Hits(hits=hits, total=found.total, more=found.more))


def _pieces(pieces: tuple[Piece, ...]) -> list[answers.Piece]:
    return [answers.Piece(text=piece.text, marked=piece.marked) for piece in pieces]
