"""Changing articles over the API: every request is one transaction at the desk, with the answer kept under its key."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from feeds.model import Article
from feeds.staff import Actor
from feeds.store import reading
from feeds.store.database import Session
from feeds.web.api import answers, documenting, views
from feeds.web.api.call import Call, Calling, Reply
from feeds.web.api.drafting import Drafting
from feeds.web.api.etags import tag_of
from feeds.web.api.fields import (
    ArticleFields,
    Asking,
    Correction,
    NewArticle,
    Publishing,
    Scheduling,
    TwinFields,
    Withdrawal,
)
from feeds.web.api.kept_media import KeptMedia
from feeds.web.api.problems import API
from feeds.web.api.reading import ArticleId
from feeds.web.api.sentences import sentence

router = APIRouter(generate_unique_id_function=lambda route: route.name)
_CHANGE = documenting.told(403, 404, 409, 412, 422, 428, headers=documenting.ETAG | documenting.REPLAYED)
_VERSIONED = Callable[[Session, Actor, Article], Article]


def _drafting(call: Call, session: Session) -> Drafting:
    office = call.office
    return Drafting(office.newsroom, office.words, KeptMedia(session, office.media), office.clock())


def _reply(call: Call, session: Session, article: Article, *, status: int = 200, **headers: str) -> Reply:
    """The article as it is now, as staff see it."""
    twins = reading.by_id(session, [one for _, one in article.twins])
    page = views.whole(article, call.office.newsroom, staff=True, twins=twins)
    return Reply(status, page.model_dump_json(), {"ETag": tag_of(article)} | headers)


def _change(call: Call, request: Request, article_id: int, do: _VERSIONED) -> Response:
    """Change an article and answer it as it is then."""
    return call.change(
        request, article_id, lambda session, actor, article: _reply(call, session, do(session, actor, article))
    )


@router.post(
    "/articles",
    summary="Create an article, and publish it with the same request if you like",
    tags=["writing"],
    status_code=201,
    response_model=answers.Article,
    responses=documenting.told(
        403, 409, 422, success=201, headers=documenting.ETAG | documenting.LOCATION | documenting.REPLAYED
    ),
    openapi_extra=documenting.writing("write", version=False),
)
def create_article(request: Request, call: Calling, fields: NewArticle) -> Response:
    """Store a draft. With `publish` it is public at once, with `publish_at` by itself at that instant; both need the
    scope `publish` too, and either everything is done or nothing."""
    desk = call.office.desk

    def do(session: Session, actor: Actor) -> Reply:
        drafting = _drafting(call, session)
        content, filing = drafting.new(fields)
        article = desk.create(session, actor, content, filing)
        if fields.publish:
            article = desk.publish(session, actor, article.id, expected=article.version, mail=fields.mail)
        elif fields.publish_at is not None:
            at = drafting.instant("publish_at", fields.publish_at)
            article = desk.schedule(session, actor, article.id, at=at, expected=article.version, mail=fields.mail)
        return _reply(call, session, article, status=201, Location=f"{API}/articles/{article.id}")

    return call.act(request, do)


@router.patch(
    "/articles/{article_id:int}",
    summary="Edit a draft or a scheduled article",
    tags=["writing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("write"),
)
def edit_article(request: Request, call: Calling, article_id: ArticleId, fields: ArticleFields) -> Response:
    """Change what is not public yet. A request for approval is void then."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        content, filing = _drafting(call, session).changed(article, fields)
        return call.office.desk.edit(session, actor, article.id, content, filing, expected=article.version)

    return _change(call, request, article_id, do)


@router.delete(
    "/articles/{article_id:int}",
    summary="Destroy a draft",
    tags=["writing"],
    status_code=204,
    responses=documenting.told(403, 404, 409, 412, 422, 428, success=204, headers=documenting.REPLAYED),
    openapi_extra=documenting.writing("write"),
)
def discard_article(request: Request, call: Calling, article_id: ArticleId) -> Response:
    """Destroy a draft that was never public, with all its revisions."""

    def do(session: Session, actor: Actor, article: Article) -> Reply:
        call.office.desk.discard(session, actor, article.id, expected=article.version)
        return Reply(204)

    return call.change(request, article_id, do)


@router.post(
    "/articles/{article_id:int}/publish",
    summary="Publish a draft or a scheduled article at once",
    tags=["publishing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("publish"),
)
def publish_article(
    request: Request, call: Calling, article_id: ArticleId, fields: Annotated[Publishing | None, Body()] = None
) -> Response:
    """It is public everywhere at once, and those who follow are mailed within a minute."""
    mail = fields.mail if fields else None
    return _change(
        call,
        request,
        article_id,
        lambda session, actor, article: call.office.desk.publish(
            session, actor, article.id, expected=article.version, mail=mail
        ),
    )


@router.post(
    "/articles/{article_id:int}/schedule",
    summary="Let an article become public by itself",
    tags=["publishing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("publish"),
)
def schedule_article(request: Request, call: Calling, article_id: ArticleId, fields: Scheduling) -> Response:
    """It becomes public at this instant; one that is scheduled is moved there."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        at = _drafting(call, session).instant("at", fields.at)
        return call.office.desk.schedule(session, actor, article.id, at=at, expected=article.version, mail=fields.mail)

    return _change(call, request, article_id, do)


@router.post(
    "/articles/{article_id:int}/unschedule",
    summary="Make a scheduled article a draft again",
    tags=["publishing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("publish"),
)
def unschedule_article(request: Request, call: Calling, article_id: ArticleId) -> Response:
    """It does not become public by itself any more."""
    return _change(
        call,
        request,
        article_id,
        lambda session, actor, article: call.office.desk.unschedule(
            session, actor, article.id, expected=article.version
        ),
    )


@router.post(
    "/articles/{article_id:int}/approval",
    summary="Ask a second person to publish a draft",
    tags=["publishing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("write"),
)
def ask_approval(
    request: Request, call: Calling, article_id: ArticleId, fields: Annotated[Asking | None, Body()] = None
) -> Response:
    """A member of staff approves on the newsroom's pages; no program can. What is urgent needs this."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        at = _drafting(call, session).instant("at", fields.at) if fields and fields.at else None
        mail = fields.mail if fields else None
        return call.office.desk.ask_approval(session, actor, article.id, expected=article.version, at=at, mail=mail)

    return _change(call, request, article_id, do)


@router.delete(
    "/articles/{article_id:int}/approval",
    summary="Take a request for approval back",
    tags=["publishing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("write"),
)
def end_approval(request: Request, call: Calling, article_id: ArticleId) -> Response:
    """It is an ordinary draft again."""
    return _change(
        call,
        request,
        article_id,
        lambda session, actor, article: call.office.desk.decline(session, actor, article.id, expected=article.version),
    )


@router.post(
    "/articles/{article_id:int}/correct",
    summary="Correct a published article",
    tags=["publishing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("correct"),
)
def correct_article(request: Request, call: Calling, article_id: ArticleId, fields: Correction) -> Response:
    """Readers are told what changed, and those who were alerted are mailed."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        note = sentence("note", fields.note)
        content, filing = _drafting(call, session).changed(article, fields)
        return call.office.desk.correct(
            session, actor, article.id, content, filing, note=note, expected=article.version
        )

    return _change(call, request, article_id, do)


@router.post(
    "/articles/{article_id:int}/amend",
    summary="Make a minor edit to a published article",
    tags=["publishing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("correct"),
)
def amend_article(request: Request, call: Calling, article_id: ArticleId, fields: ArticleFields) -> Response:
    """For a slip of the pen: readers are told nothing, and nobody is mailed."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        content, filing = _drafting(call, session).changed(article, fields)
        return call.office.desk.amend(session, actor, article.id, content, filing, expected=article.version)

    return _change(call, request, article_id, do)


@router.post(
    "/articles/{article_id:int}/withdraw",
    summary="Take a published article back",
    tags=["publishing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("withdraw"),
)
def withdraw_article(request: Request, call: Calling, article_id: ArticleId, fields: Withdrawal) -> Response:
    """Its page says so with the reason, feeds tell their readers, and mail that is not sent yet drops it."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        reason = sentence("reason", fields.reason)
        return call.office.desk.withdraw(session, actor, article.id, reason=reason, expected=article.version)

    return _change(call, request, article_id, do)


@router.post(
    "/articles/{article_id:int}/twins",
    summary="Say that two articles are one release in two languages",
    tags=["writing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("write"),
)
def link_twins(request: Request, call: Calling, article_id: ArticleId, fields: TwinFields) -> Response:
    """Each then leads to the other, and to the twins that either has."""
    return _change(
        call,
        request,
        article_id,
        lambda session, actor, article: call.office.desk.link_twins(session, actor, article.id, fields.article),
    )


@router.delete(
    "/articles/{article_id:int}/twins",
    summary="Take an article out of its twins",
    tags=["writing"],
    response_model=answers.Article,
    responses=_CHANGE,
    openapi_extra=documenting.writing("write"),
)
def unlink_twin(request: Request, call: Calling, article_id: ArticleId) -> Response:
    """It is the same release as no other after all."""
    return _change(
        call,
        request,
        article_id,
        lambda session, actor, article: call.office.desk.unlink_twin(session, actor, article.id),
    )
