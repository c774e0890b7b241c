"""Publishing over the API: how an article becomes public, is corrected, and is taken back."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from feeds.model import Article
from feeds.staff import Actor
from feeds.store.database import Session
from feeds.web.api.changing import Changing, operation
from feeds.web.api.fields import Asking, Correction, PublicFields, Publishing, Scheduling, Withdrawal
from feeds.web.api.sentences import sentence

router = APIRouter(generate_unique_id_function=lambda route: route.name, tags=["publishing"])


@operation(router, "POST", "/publish", "publish", "Publish a draft or a scheduled article at once")
def publish_article(change: Changing, fields: Annotated[Publishing | None, Body()] = None) -> Response:
    """It is public everywhere at once, and those who follow are mailed within two minutes: for one of
    them the newsroom can still undo that.

    With `embargo_until` it is scheduled for that instant, and accredited journalists have it at once.
    """
    asked = fields or Publishing()

    def do(session: Session, actor: Actor, article: Article) -> Article:
        if asked.embargo_until is None:
            return change.desk.publish(session, actor, article.id, expected=article.version, mail=asked.mail)
        at = change.drafting(session).instant("embargo_until", asked.embargo_until)
        return change.desk.schedule(
            session, actor, article.id, at=at, expected=article.version, mail=asked.mail, embargo=True
        )

    return change.by(do)


@operation(router, "POST", "/schedule", "publish", "Let an article become public by itself")
def schedule_article(change: Changing, fields: Scheduling) -> Response:
    """It becomes public at this instant; one that is scheduled is moved there."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        at = change.drafting(session).instant("at", fields.at)
        return change.desk.schedule(session, actor, article.id, at=at, expected=article.version, mail=fields.mail)

    return change.by(do)


@operation(router, "POST", "/unschedule", "publish", "Make a scheduled article a draft again")
def unschedule_article(change: Changing) -> Response:
    """It does not become public by itself any more."""
    return change.by(
        lambda session, actor, article: change.desk.unschedule(session, actor, article.id, expected=article.version)
    )


@operation(router, "POST", "/approval", "write", "Ask a second person to publish a draft")
def ask_approval(change: Changing, fields: Annotated[Asking | None, Body()] = None) -> Response:
    """A member of staff approves on the newsroom's pages; no program can. What is urgent needs this."""
    asked = fields or Asking()

    def do(session: Session, actor: Actor, article: Article) -> Article:
        at = change.drafting(session).instant("at", asked.at) if asked.at else None
        return change.desk.ask_approval(session, actor, article.id, expected=article.version, at=at, mail=asked.mail)

    return change.by(do)


@operation(router, "DELETE", "/approval", "write", "Take a request for approval back")
def end_approval(change: Changing) -> Response:
    """It is an ordinary draft again."""
    return change.by(
        lambda session, actor, article: change.desk.decline(session, actor, article.id, expected=article.version)
    )


@operation(router, "POST", "/correct", "correct", "Correct a published article")
def correct_article(change: Changing, fields: Correction) -> Response:
    """Readers are told what changed, and those who were alerted are mailed."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        note = sentence("note", fields.note)
        content, filing = change.drafting(session).changed(article, fields)
        return change.desk.correct(session, actor, article.id, content, filing, note=note, expected=article.version)

    return change.by(do)


@operation(router, "POST", "/amend", "correct", "Make a minor edit to a published article")
def amend_article(change: Changing, fields: PublicFields) -> Response:
    """For a slip of the pen: readers are told nothing, and nobody is mailed."""

    def do(session: Session, actor: Actor, article: Article) -> Article:
        content, filing = change.drafting(session).changed(article, fields)
        return change.desk.amend(session, actor, article.id, content, filing, expected=article.version)

    return change.by(do)


@operation(router, "POST", "/withdraw", "withdraw", "Take a published article back")
def withdraw_article(change: Changing, fields: Withdrawal) -> Response:
    """Its page says so with the reason, feeds tell their readers, and mail that is not sent yet drops it.

    With `mail` those who got it by mail are told by mail.
    """

    def do(session: Session, actor: Actor, article: Article) -> Article:
        reason = sentence("reason", fields.reason)
        return change.desk.withdraw(
            session, actor, article.id, reason=reason, mail=fields.mail, expected=article.version
        )

    return change.by(do)
