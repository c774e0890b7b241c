"""What somebody follows, in the words of their mails and pages, by the names that things have today."""

from feeds.errors import NotFound
from feeds.scope import Scope
from feeds.store import reading, topics
from feeds.store.database import Session
from notifier.messages import Letters


def labels_of(session: Session, scope: Scope, letters: Letters, language: str) -> list[str]:
    """The names of what a scope follows; none means everything. One article is named by its title."""
    if scope.article is not None:
        try:
            title = reading.get(session, scope.article).content.title
        except NotFound:
            title = str(scope.article)
        return [letters.corrections_of(title, language)]
    tagged = topics.named(session, scope.topics) if scope.topics else ()
    return letters.names(scope, {topic.slug: topic for topic in tagged}, language)
