"""By what lists and searches are narrowed, and that nothing is asked for that there is not."""

from collections import Counter
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from feeds.model import Newsroom
from feeds.store import reading, topics
from feeds.store.database import Session
from feeds.web.api.fields import Instant, Language, Slug
from feeds.web.api.problems import FieldError, Saying, invalid, none

A_PAGE = 20
LARGEST_PAGE = 100


class Filters(BaseModel):
    """Which articles, and how many of them at once."""

    model_config = ConfigDict(extra="forbid")

    division: Annotated[list[Slug], Field(max_length=50, description="With those below it; several are allowed.")] = []
    board: Slug | None = None
    topic: Slug | None = None
    language: Language | None = None
    since: Annotated[Instant, Field(description="Published at this instant or later.")] | None = None
    until: Annotated[Instant, Field(description="Published before this instant.")] | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = A_PAGE


def demand_single(request: Request) -> None:
    """Problem 422 for a filter that is given several times and is one: which of them is meant nobody can know."""
    asked = Counter(name for name, _ in request.query_params.multi_items() if name != "division")
    wrong = [FieldError(name, Saying("problem.field.several")) for name, times in asked.items() if times > 1]
    if wrong:
        raise invalid(*wrong)


def demand_known(session: Session, newsroom: Newsroom, wish: Filters, *, is_public: bool = True) -> None:
    """Problem 422 for a filter that names what there is not: a slip must not look like an empty list.

    Of what is not public (`is_public` False) any language may be asked for: drafts come in whatever their source is in.
    """
    wrong = [FieldError("division", none("division", one)) for one in wish.division if not newsroom.division(one)]
    if wish.board is not None and wish.board not in {one.slug for one in newsroom.city.boards}:
        wrong.append(FieldError("board", none("board", wish.board)))
    if wish.topic is not None and wish.topic not in {one.slug for one in topics.known(session)}:
        wrong.append(FieldError("topic", none("topic", wish.topic)))
    if wish.language is not None and is_public and not _is_spoken(session, newsroom, wish.language):
        wrong.append(FieldError("language", none("language", wish.language)))
    if wrong:
        raise invalid(*wrong)


def _is_spoken(session: Session, newsroom: Newsroom, language: str) -> bool:
    """Whether anybody writes in it here, or something that was taken in is in it."""
    return language in newsroom.city.languages or bool(reading.newest(session, language=language, limit=1))
