"""The desk: every release of any state in a list, and one of them with all that is known of it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.addresses import article_path as public_path
from feeds.closing import lacking_of
from feeds.likeness import likeliest
from feeds.model import Article, Newsroom, State
from feeds.publication import is_news, is_overdue
from feeds.reach import Embargoed
from feeds.store import audit, desk_list, reading, search, topics, undoing
from feeds.store.database import Session
from feeds.web import views
from feeds.web.newsroom import desk_views
from feeds.web.newsroom.audit_pages import Line, line
from feeds.web.newsroom.bulk_pages import Pick
from feeds.web.newsroom.door import Visitor, route
from feeds.web.newsroom.mending import to_mend
from feeds.web.newsroom.revision_pages import revision_path
from feeds.web.newsroom.room import Room, Seen, number_of, whole
from feeds.web.newsroom.wish import UNKNOWN, Standing, Whose, desk_of, wish_of
from feeds.words import Words

A_PAGE = 50
MOST_FOUND = 1_000
"""How many articles a search looks through: the best ones."""
DEEDS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class DeskPages:
    """Shows the list and one article. Whatever is done with an article is done elsewhere."""

    room: Room

    @property
    def routes(self) -> list[Route]:
        """Both pages."""
        door = self.room.door
        return [
            route("/newsroom", get=door.page(self.releases)),
            route("/newsroom/articles/{id:int}", get=door.page(self.article)),
        ]

    def releases(self, request: Request, visitor: Visitor) -> Response:
        """Releases of any state, the latest first; one that cannot be read is named and stops no other."""
        newsroom, words = self.room.newsroom, self.room.words(request)
        wish = wish_of(request.query_params, newsroom)
        with self.room.database.read() as session:
            desk = desk_of(wish, visitor.actor, newsroom, ids=_found(session, wish.q))
            found = desk_list.page(session, desk, limit=A_PAGE, offset=(wish.page - 1) * A_PAGE)
            total = desk_list.listed(session, desk)
            vocabulary = topics.known(session)
        link = self.room.chrome.visit(request).link

        def page(number: int) -> str:
            query = wish.query(page=number)
            return link(f"/newsroom?{query}" if query else "/newsroom")

        lines = [desk_views.line(one, newsroom, words) for one in found if isinstance(one, Article)]
        return self.room.door.render(
            request,
            visitor,
            "newsroom/list.html",
            title=words("desk.title"),
            lines=lines,
            picks=[Pick(one.article.id, one.article.version) for one in lines if one.state == State.DRAFT],
            damaged=[one for one in found if not isinstance(one, Article)],
            total=total,
            wish=wish,
            standings=[(one.value, words(f"desk.state.{one.name.lower()}")) for one in Standing],
            whoses=[(one.value, words(f"desk.whose.{label}")) for one, label in _whoses(visitor)],
            divisions=desk_views.grouped(newsroom.city.divisions, words.language),
            unknown=UNKNOWN if visitor.actor.divisions is None else None,
            topics=vocabulary,
            kept=[("lang", words.language)] if self.room.chrome.visit(request).chosen else [],
            done=_said(request, words, "done"),
            newer_url=page(wish.page - 1) if wish.page > 1 else None,
            older_url=page(wish.page + 1) if wish.page * A_PAGE < total else None,
        )

    def article(self, request: Request, visitor: Visitor) -> Response:
        """One article as it stands, what may be done with it, and everything that was."""
        newsroom, words = self.room.newsroom, self.room.words(request)
        with self.room.database.read() as session:
            article = self.room.desk.read(session, visitor.actor, number_of(request))
            is_mine = visitor.actor.covers(newsroom, article.division)
            missing = () if article.state.is_public else lacking_of(article, newsroom)
            allowed = desk_views.may(article, visitor.actor, newsroom, missing)
            vocabulary = {topic.slug: topic.name(words.language) for topic in topics.known(session)}
            context: dict[str, Any] = {
                "article": article,
                "line": desk_views.line(article, newsroom, words),
                "may": allowed,
                "missing": to_mend(missing, article.id, words),
                "seen": Seen.now(session, article),
                "topics": [vocabulary.get(slug, slug) for slug in article.topics],
                "twins": [desk_views.twin(one, words) for one in self._twins(session, visitor, article)],
                "likely": [desk_views.twin(one, words) for one in self._likely(session, visitor, article)],
                "revisions": list(reversed(reading.revisions(session, article.id, public=not is_mine))),
                "deeds": self._deeds(session, article, words) if is_mine else [],
                "posted": self.room.posted(session, article.id) if article.state.is_public else (),
                "embargoed": self._embargoed(session, article) if is_mine else None,
                "undo": desk_views.undo_of(undoing.waiting(session), article, newsroom, self.room.clock()),
                "reach": None if article.state.is_public else self.room.reach(session, article),
            }
        is_to_be_news = is_news(article, newsroom, self.room.clock(), at=article.publish_at)
        return self.room.door.render(
            request,
            visitor,
            "newsroom/article.html",
            title=article.content.title,
            body=views.body_of(article, newsroom, self.room.chrome.words),
            public_url=public_path(article) if article.state is State.PUBLISHED else None,
            is_mine=is_mine,
            will_mail=article.mail if article.mail is not None else is_to_be_news,
            published=desk_views.publication_day(article, newsroom, words) if article.published_at else None,
            withdrawn_at=_moment_of_withdrawal(article, newsroom, words),
            publish_at=desk_views.moment(article.publish_at, newsroom, words) if article.publish_at else None,
            overdue=is_overdue(article, self.room.clock()),
            asked_at=desk_views.moment(article.approval.asked_at, newsroom, words) if article.approval else None,
            language_name=desk_views.language_name,
            revision_path=revision_path,
            done=_said(request, words, "done"),
            problem=_said(request, words, "problem"),
            **context,
        )

    def _embargoed(self, session: Session, article: Article) -> Embargoed | None:
        """Who has it, or had it, under embargo; None where nobody could."""
        return self.room.embargoed(session, article.id) if article.embargoed_at is not None else None

    def _deeds(self, session: Session, article: Article, words: Words) -> list[Line]:
        """What was done with it, in sentences, the latest first."""
        entries = audit.entries(session, article_id=article.id, limit=DEEDS_SHOWN)
        return [line(one, {article.id: article}, self.room.newsroom, words) for one in entries]

    def _twins(self, session: Session, visitor: Visitor, article: Article) -> list[Article]:
        """The twins that this person may see."""
        found = reading.by_id(session, [one for _, one in article.twins])
        return [one for one in found.values() if self._sees(visitor, one)]

    def _likely(self, session: Session, visitor: Visitor, article: Article) -> list[Article]:
        """What may be its twin, of those this person may link it to."""
        if article.state is State.WITHDRAWN or not visitor.actor.covers(self.room.newsroom, article.division):
            return []
        found = [one for one in desk_list.near(session, article) if one.state is not State.WITHDRAWN]
        return likeliest(article, found, self.room.newsroom.city.zone)

    def _sees(self, visitor: Visitor, article: Article) -> bool:
        return article.state.is_public or visitor.actor.covers(self.room.newsroom, article.division)


def _said(request: Request, words: Words, kind: str) -> str | None:
    """What the address says was done, or what the problem is: a sentence of ours, or nothing."""
    key = f"decision.{kind}.{request.query_params.get(kind, '')}"
    return words(key) if key in words.sentences else None


def _moment_of_withdrawal(article: Article, newsroom: Newsroom, words: Words) -> str | None:
    if article.state is not State.WITHDRAWN or article.updated_at is None:
        return None
    return desk_views.moment(article.updated_at, newsroom, words)


def _found(session: Session, text: str) -> tuple[int, ...] | None:
    """The articles that a search finds, and the one whose number was asked for; None where nothing was."""
    if not text:
        return None
    number = whole(text.removeprefix("#"))
    return (*search.ids(session, text, limit=MOST_FOUND), *([number] if number else []))


def _whoses(visitor: Visitor) -> list[tuple[Whose, str]]:
    """Whose articles one may ask for, with the label of each; who has all divisions is not asked which are theirs."""
    if visitor.actor.divisions is None:
        return [(Whose.OURS, "all"), (Whose.MINE, "mine")]
    return [(one, one.value) for one in Whose]
