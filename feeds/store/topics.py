"""The managed vocabulary of topics."""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, insert, select, update

from feeds.errors import Conflict, NotFound
from feeds.model import Topic
from feeds.store.database import Session
from feeds.store.tables import article_topic, topic


def known(session: Session, *, retired: bool = True) -> tuple[Topic, ...]:
    """Every topic in order of its slug; without the retired ones where they are not wanted."""
    wanted = select(topic).order_by(topic.c.slug)
    if not retired:
        wanted = wanted.where(topic.c.retired.is_(False))
    return tuple(Topic(**row._mapping) for row in session.execute(wanted))


def by_slug(session: Session) -> dict[str, Topic]:
    """Every topic, retired or not, by its slug."""
    return {one.slug: one for one in known(session)}


def named(session: Session, slugs: Iterable[str]) -> tuple[Topic, ...]:
    """The topics with these slugs, retired or not, in order of their slugs."""
    wanted = select(topic).where(topic.c.slug.in_(list(slugs))).order_by(topic.c.slug)
    return tuple(Topic(**row._mapping) for row in session.execute(wanted))


def used(session: Session) -> dict[str, int]:
    """How many articles of any state have each topic."""
    counted = select(article_topic.c.topic, func.count()).group_by(article_topic.c.topic)
    return {row[0]: row[1] for row in session.execute(counted)}


def add(session: Session, slug: str, names: Mapping[str, str]) -> None:
    """Add a topic. Conflict if the vocabulary has this slug."""
    if session.execute(select(topic.c.slug).where(topic.c.slug == slug)).first() is not None:
        raise Conflict(f"there is a topic {slug} already")
    session.execute(insert(topic).values(slug=slug, names=dict(names), retired=False))


def change(session: Session, slug: str, *, names: Mapping[str, str], retired: bool) -> None:
    """Rename a topic, retire it or bring it back. NotFound if there is none."""
    wanted = update(topic).where(topic.c.slug == slug).values(names=dict(names), retired=retired)
    if session.execute(wanted.returning(topic.c.slug)).first() is None:
        raise NotFound("topic", slug)
