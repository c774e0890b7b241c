"""One change of an article, as each operation makes it: in one transaction, from the version that it names."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from feeds.desk import Desk
from feeds.errors import Stale
from feeds.model import Article
from feeds.staff import Actor
from feeds.store import reading
from feeds.store.database import Session
from feeds.web.api import answers, documenting, problems, views
from feeds.web.api.call import Call, Calling, Reply
from feeds.web.api.drafting import Drafting
from feeds.web.api.etags import tag_of
from feeds.web.api.fields import LARGEST_ID
from feeds.web.api.kept_media import KeptMedia
from feeds.web.api.seeing import seen

ArticleId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The article's number.")]
ANSWER = answers.Article | answers.Receipt
"""What is answered to a change: the article to a token that may read it, to others a receipt."""
_Do = Callable[[Session, Actor, Article], Article]


class Change:
    """A request to change an article."""

    def __init__(self, request: Request, call: Calling, article_id: ArticleId) -> None:
        """Take what the request says; nothing is looked up yet."""
        self._request = request
        self._call = call
        self._article_id = article_id

    @property
    def desk(self) -> Desk:
        """Where it is carried out."""
        return self._call.office.desk

    def drafting(self, session: Session) -> Drafting:
        """What makes articles of fields."""
        return drafting(self._call, session)

    def by(self, do: _Do) -> Response:
        """Carry it out, and answer the article as it is then."""
        return self.to(lambda session, actor, article: reply(self._call, session, do(session, actor, article)))

    def to(self, do: Callable[[Session, Actor, Article], Reply]) -> Response:
        """Carry out what leaves something else to be answered. Problem 412, with the article as it stands, for a
        change that was made from an old version: both can then be shown to who made it."""
        try:
            return self._call.change(self._request, self._article_id, do)
        except Stale as error:
            problem = problems.of_error(error)
            with self._call.office.database.read() as session:
                article = reading.get(session, self._article_id)
                if not self._call.sees(article):
                    raise problem from error
                page = seen(self._call, session, article)
            tag = _tag(article, page)
            extra = {"article": page.model_dump(mode="json"), "version": article.version, "etag": tag}
            raise replace(problem, headers={"ETag": tag}, extra=extra) from error


Changing = Annotated[Change, Depends()]
"""What an endpoint takes to change an article."""


def operation(
    router: APIRouter, method: str, path: str, right: str, summary: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a function the operation at this path below an article; a token needs the right for it."""
    return router.api_route(
        f"/articles/{{article_id:int}}{path}",
        methods=[method],
        summary=summary,
        response_model=ANSWER,
        responses=documenting.told(403, 404, 409, 412, 422, 428, headers=documenting.ETAG | documenting.REPLAYED),
        openapi_extra=documenting.writing(right),
    )


def drafting(call: Call, session: Session) -> Drafting:
    """What makes articles of the fields that a program sent."""
    office = call.office
    return Drafting(office.newsroom, office.words["en"], KeptMedia(session, office.media), office.clock())


def reply(call: Call, session: Session, article: Article, *, status: int = 200, **headers: str) -> Reply:
    """The article as this caller sees it; what it may not read it is given a receipt of."""
    if not call.sees(article):
        given = views.receipt(article, call.office.newsroom)
        return Reply(status, given.model_dump_json(), {"ETag": tag_of(article)} | headers)
    page = seen(call, session, article)
    return Reply(status, page.model_dump_json(), {"ETag": _tag(article, page)} | headers)


def _tag(article: Article, page: answers.Article) -> str:
    return tag_of(article, [one.article for one in page.twins])
