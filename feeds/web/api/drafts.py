"""Writing over the API: articles that are not public yet, and the twins that they have in other languages."""

from fastapi import APIRouter, Request, Response

from feeds.model import Article
from feeds.staff import Actor
from feeds.store.database import Session
from feeds.web.api import changing, documenting
from feeds.web.api.call import Calling, Reply
from feeds.web.api.changing import Changing, operation
from feeds.web.api.fields import ArticleFields, NewArticle, TwinFields
from feeds.web.api.problems import API

router = APIRouter(generate_unique_id_function=lambda route: route.name, tags=["writing"])


@router.post(
    "/articles",
    summary="Create an article, and publish it with the same request if you like",
    status_code=201,
    response_model=changing.ANSWER,
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
        drafting = changing.drafting(call, session)
        content, filing = drafting.new(fields)
        article = desk.create(session, actor, content, filing)
        if fields.publish:
            article = desk.publish(session, actor, article.id, expected=article.version, mail=fields.mail)
        elif fields.publish_at is not None:
            at = drafting.instant("publish_at", fields.publish_at)
            article = desk.schedule(session, actor, article.id, at=at, expected=article.version, mail=fields.mail)
        return changing.reply(call, session, article, status=201, Location=f"{API}/articles/{article.id}")

    return call.act(request, do)


@operation(router, "PATCH", "", "write", "Edit a draft or a scheduled article")
def edit_article(change: Changing, fields: ArticleFields) -> Response:
    """Change what is not public yet. A request for approval is void then."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        content, filing = change.drafting(session).changed(article, fields)
        return change.desk.edit(session, actor, article.id, content, filing, expected=article.version)

    return change.by(do)


@router.delete(
    "/articles/{article_id:int}",
    summary="Destroy a draft",
    status_code=204,
    responses=documenting.told(403, 404, 409, 412, 422, 428, success=204, headers=documenting.REPLAYED),
    openapi_extra=documenting.writing("write"),
)
def discard_article(change: Changing) -> Response:
    """Destroy a draft that was never public, with all its revisions."""

    def do(session: Session, actor: Actor, article: Article) -> Reply:
        change.desk.discard(session, actor, article.id, expected=article.version)
        return Reply(204)

    return change.to(do)


@operation(router, "POST", "/twins", "write", "Say that two articles are one release in two languages")
def link_twins(change: Changing, fields: TwinFields) -> Response:
    """Each then leads to the other, and to the twins that either has."""
    return change.by(lambda session, actor, article: change.desk.link_twins(session, actor, article.id, fields.article))


@operation(router, "DELETE", "/twins", "write", "Take an article out of its twins")
def unlink_twin(change: Changing) -> Response:
    """It is the same release as no other after all."""
    return change.by(lambda session, actor, article: change.desk.unlink_twin(session, actor, article.id))
