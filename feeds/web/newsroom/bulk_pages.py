"""Many drafts at once: published without mail, filed under a division, or destroyed. What cannot be done is said first,
and stops nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.closing import lacking_of
from feeds.errors import Conflict, Forbidden, NotFound
from feeds.model import Article, Division, Newsroom, State
from feeds.staff import Actor
from feeds.store import reading
from feeds.store.database import Session
from feeds.web.newsroom import desk_views
from feeds.web.newsroom.desk_views import Line
from feeds.web.newsroom.door import Form, Visitor, route
from feeds.web.newsroom.mending import to_mend
from feeds.web.newsroom.room import Room, whole
from feeds.web.newsroom.wish import wish_of
from feeds.words import Words

MOST = 50
"""How many are decided about at once: a page of the list."""
_PATH = "/newsroom/articles/many"


class Act(StrEnum):
    """What is done with them."""

    PUBLISH = "publish"
    FILE = "file"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Pick:
    """One that was chosen, and its version as the list showed it."""

    id: int
    version: int

    def __str__(self) -> str:
        """It as a form writes it."""
        return f"{self.id}.{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One that stays as it is, and why. `line` is None for one that cannot be shown, `missing` as of `to_mend`."""

    id: int
    line: Line | None
    why: str
    missing: Sequence[tuple[str, str]] = ()


def picks_of(values: Iterable[str]) -> tuple[Pick, ...]:
    """The chosen ones of a form, each once and at most 50; a value that is none is left out."""
    found: dict[int, Pick] = {}
    for value in values:
        number, _, version = value.partition(".")
        if whole(number) and whole(version):
            found.setdefault(whole(number), Pick(whole(number), whole(version)))
    return tuple(found.values())[:MOST]


def obstacle(article: Article | None, pick: Pick, act: Act, actor: Actor, newsroom: Newsroom) -> str | None:
    """Why this cannot be done with an article, as the end of a word's key; None where it can.

    What is another's and not public is not there at all.
    """
    if article is None or not (article.state.is_public or actor.covers(newsroom, article.division)):
        return "gone"
    if not actor.covers(newsroom, article.division):
        return "theirs"
    if article.version != pick.version:
        return "changed"
    if article.state is not State.DRAFT:
        return "state"
    if article.approval is not None:
        return "waiting"
    if act is Act.PUBLISH and article.urgent:
        return "urgent"
    if act is Act.PUBLISH and lacking_of(article, newsroom):
        return "not_ready"
    return None


@dataclass(frozen=True, slots=True)
class BulkPages:
    """The page before, on which everything is said, and the page after. Publication from here mails nobody."""

    room: Room

    @property
    def routes(self) -> list[Route]:
        """One address, to be asked for what would happen and told to do it."""
        door = self.room.door
        return [route(_PATH, get=door.page(self.ask), post=door.action(self.carry_out))]

    def ask(self, request: Request, visitor: Visitor) -> Response:
        """What would happen to the chosen ones, and what cannot."""
        query = request.query_params
        picks = picks_of(query["page"].split() if "all" in query and "page" in query else query.getlist("pick"))
        act = _act(query.get("do", ""))
        fit, left = self._sorted(request, visitor, picks, act)
        return self._page(request, visitor, act, fit, left, back=query.get("list", ""))

    def carry_out(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Do it to each in a transaction of its own; one that is not any more as it was seen stays as it is."""
        act, picks, words = _act(form.get("do")), picks_of(form.all("pick")), self.room.words(request)
        fit, left = self._sorted(request, visitor, picks, act)
        if self._names_others(visitor, picks):
            self.room.door.note_forbidden(request, visitor)
        division = form.get("division")
        if act is Act.FILE and division not in {one.slug for one in self._divisions(visitor)}:
            return self._page(request, visitor, act, fit, left, back=form.get("list"), fault="bulk.division_missing")
        done: list[Line] = []
        for one in fit:
            try:
                with self.room.database.write() as session:
                    self._do(session, visitor.actor, act, one.article, division)
            except (Conflict, NotFound, Forbidden):
                left.append(Left(id=one.article.id, line=one, why=words("bulk.why.changed")))
            else:
                done.append(one)
        return self._page(request, visitor, act, done, left, back=form.get("list"), is_done=True)

    # Steps

    def _do(self, session: Session, actor: Actor, act: Act, article: Article, division: str) -> None:
        desk = self.room.desk
        if act is Act.PUBLISH:
            desk.publish(session, actor, article.id, expected=article.version, mail=False)
        elif act is Act.FILE:
            desk.file(session, actor, article.id, division, expected=article.version)
        else:
            desk.discard(session, actor, article.id, expected=article.version)

    def _sorted(
        self, request: Request, visitor: Visitor, picks: Sequence[Pick], act: Act
    ) -> tuple[list[Line], list[Left]]:
        """Those with which it can be done, and those with which it cannot, in the order in which they were chosen."""
        newsroom, words = self.room.newsroom, self.room.words(request)
        with self.room.database.read() as session:
            found = reading.by_id(session, [pick.id for pick in picks])
        fit, left = list[Line](), list[Left]()
        for pick in picks:
            article = found.get(pick.id)
            why = obstacle(article, pick, act, visitor.actor, newsroom)
            if article is not None and why is None:
                fit.append(desk_views.line(article, newsroom, words))
            else:
                left.append(_left(pick.id, None if why == "gone" else article, why or "gone", newsroom, words))
        return fit, left

    def _names_others(self, visitor: Visitor, picks: Sequence[Pick]) -> bool:
        """Whether a form names releases of divisions that are not theirs: no page of ours offers those."""
        with self.room.database.read() as session:
            found = reading.by_id(session, [pick.id for pick in picks])
        return not all(visitor.actor.covers(self.room.newsroom, article.division) for article in found.values())

    def _divisions(self, visitor: Visitor) -> list[Division]:
        """Those they may file under."""
        newsroom = self.room.newsroom
        return [one for one in newsroom.divisions if visitor.actor.covers(newsroom, one.slug)]

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        act: Act,
        fit: Sequence[Line],
        left: Sequence[Left],
        *,
        back: str,
        fault: str | None = None,
        is_done: bool = False,
    ) -> Response:
        newsroom, words = self.room.newsroom, self.room.words(request)
        fallback = newsroom.division(newsroom.city.fallback_division)
        case = ("done" if is_done else "title") if fit else "none"
        return self.room.door.render(
            request,
            visitor,
            "newsroom/many.html",
            status=422 if fault else 200,
            title=words(f"bulk.{act}.{case}", n=len(fit)) if fit or left else words("bulk.nothing"),
            act=act.value,
            fit=fit,
            left=left,
            picks=[Pick(one.article.id, one.article.version) for one in fit],
            is_done=is_done,
            unfiled=sum(one.article.division is None for one in fit) if act is Act.PUBLISH and not is_done else 0,
            fallback=fallback.name(words.language) if fallback else "",
            divisions=desk_views.grouped(self._divisions(visitor), words.language) if act is Act.FILE else (),
            fault=words(fault) if fault else None,
            back=_query(back, newsroom),
        )


def _act(text: str) -> Act:
    if text not in list(Act):
        raise NotFound("thing to do with many", text[:20])
    return Act(text)


def _left(article_id: int, article: Article | None, why: str, newsroom: Newsroom, words: Words) -> Left:
    line = desk_views.line(article, newsroom, words) if article is not None else None
    missing = (
        to_mend(lacking_of(article, newsroom), article_id, words) if article is not None and why == "not_ready" else ()
    )
    return Left(id=article_id, line=line, why=words(f"bulk.why.{why}"), missing=missing)


def _query(text: str, newsroom: Newsroom) -> str:
    """The query of the list from which one came, put together anew: nothing of it is taken on trust."""
    return wish_of(dict(parse_qsl(text[:2_000], errors="replace")), newsroom).query()
