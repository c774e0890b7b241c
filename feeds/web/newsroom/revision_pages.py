"""The texts that a release had: each as it was, what it changed, and the way to take it again."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.errors import NotFound
from feeds.history import apart
from feeds.store import reading
from feeds.web import views
from feeds.web.newsroom import desk_views
from feeds.web.newsroom.audit_pages import who
from feeds.web.newsroom.door import Visitor, route
from feeds.web.newsroom.room import Room, article_path, number_of, whole
from feeds.web.refiled import told, topic_names


@dataclass(frozen=True, slots=True)
class RevisionPages:
    """Shows a revision to staff who may read its release; of another division's, those that readers have seen."""

    room: Room

    @property
    def routes(self) -> list[Route]:
        """The page of a revision."""
        page = self.room.door.page(self.revision)
        return [route("/newsroom/articles/{id:int}/revisions/{number:int}", get=page)]

    def revision(self, request: Request, visitor: Visitor) -> Response:
        """One revision beside the one before it and the present one. NotFound where there is none."""
        newsroom, words = self.room.newsroom, self.room.words(request)
        number = whole(str(request.path_params["number"]))
        with self.room.database.read() as session:
            article = self.room.desk.read(session, visitor.actor, number_of(request))
            is_mine = visitor.actor.covers(newsroom, article.division)
            found = reading.revisions(session, article.id, public=not is_mine, below=number + 1, limit=2)
            if not found or found[-1].number != number:
                raise NotFound("revision", number)
            one, before = found[-1], found[-2] if len(found) > 1 else None
            present = reading.revisions(session, article.id, public=not is_mine, limit=1)[-1]
            is_present = number == article.revision
            changed = None if before is None else apart(article, before, one)
            since = None if is_present else apart(article, one, present)
            names = topic_names(session, [each for each in (changed, since) if each], words.language)
        allowed = desk_views.may(article, visitor.actor, newsroom, ())
        return self.room.door.render(
            request,
            visitor,
            "newsroom/revision.html",
            title=words("desk.revision", n=number),
            article=article,
            line=desk_views.line(article, newsroom, words),
            one=one,
            who=who(one.author, words) if one.author else None,
            body=views.body_of(replace(article, content=one.content), newsroom, self.room.chrome.words),
            before=before,
            is_present=is_present,
            apart=[
                (name, each, told(each, newsroom, words, names))
                for name, each in (("changed", changed), ("since", since))
                if each is not None
            ],
            take_url=None
            if is_present or not (allowed.edit or allowed.correct)
            else f"{article_path(article.id)}/edit?revision={number}",
            revision_path=revision_path,
        )


def revision_path(article_id: int, number: int) -> str:
    """Where staff see a revision."""
    return f"{article_path(article_id)}/revisions/{number}"
