"""The vocabulary of topics: chief editors add, rename and retire."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.clock import Clock
from feeds.errors import Conflict, NotFound
from feeds.model import Topic
from feeds.staff import Role
from feeds.store import audit, topics
from feeds.store.database import Database, Session
from feeds.vocabulary import LONGEST, TopicWish, topic_wish
from feeds.web.chrome import OWN_NAMES, Chrome
from feeds.web.newsroom.door import Door, Form, Visitor, route
from feeds.words import Words

TOPICS = "/newsroom/topics"
_DEEDS = {"rename": "renamed", "retire": "retired", "restore": "restored"}
_DONE = ("added", *_DEEDS.values())


@dataclass(frozen=True, slots=True)
class TopicPages:
    """Serves the vocabulary, to chief editors and operators."""

    door: Door
    database: Database
    chrome: Chrome
    clock: Clock

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind."""
        page, action = self.door.page, self.door.action
        return [
            route(TOPICS, get=page(self.all, role=Role.CHIEF), post=action(self.add, role=Role.CHIEF)),
            route(f"{TOPICS}/{{slug}}", get=page(self.one, role=Role.CHIEF), post=action(self.change, role=Role.CHIEF)),
        ]

    def all(self, request: Request, visitor: Visitor) -> Response:
        """Every topic with its number of releases, and the form that adds one."""
        done = request.query_params.get("done", "")
        return self._list(request, visitor, None, done=done if done in _DONE else None)

    def add(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Add a topic."""
        wish = self._read(form, form.get("slug"))
        if wish.faults:
            return self._list(request, visitor, wish, faults=wish.faults)
        try:
            with self.database.write() as session:
                topics.add(session, wish.slug, wish.names)
                self._note(session, visitor, "topic_add", wish.slug, wish.names)
        except Conflict:
            return self._list(request, visitor, wish, faults=("vocabulary.fault.taken",))
        return self.door.done(request, TOPICS, "added")

    def one(self, request: Request, visitor: Visitor) -> Response:
        """One topic: its names, and whether it is offered."""
        topic = self._topic(request)
        return self._one(request, visitor, topic, TopicWish(slug=topic.slug, names=topic.names, faults=()))

    def change(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Do what a topic's page asks: rename, retire or restore."""
        topic, what = self._topic(request), form.get("action")
        if what not in _DEEDS:
            raise NotFound("action", what[:40])
        names, retired = topic.names, topic.retired if what == "rename" else what == "retire"
        if what == "rename":
            wish = self._read(form, topic.slug)
            if wish.faults:
                return self._one(request, visitor, topic, wish)
            names = wish.names
        with self.database.write() as session:
            topics.change(session, topic.slug, names=names, retired=retired)
            self._note(session, visitor, f"topic_{what}", topic.slug, names)
        return self.door.done(request, TOPICS, _DEEDS[what])

    # Pages

    def _list(
        self,
        request: Request,
        visitor: Visitor,
        wish: TopicWish | None,
        *,
        faults: tuple[str, ...] = (),
        done: str | None = None,
    ) -> Response:
        words = self._words(request)
        with self.database.read() as session:
            known, used = topics.known(session), topics.used(session)
        return self.door.render(
            request,
            visitor,
            "newsroom/topics.html",
            title=words("vocabulary.title"),
            status=422 if faults else 200,
            topics=[(topic, used.get(topic.slug, 0)) for topic in known],
            wish=wish or TopicWish(slug="", names={}, faults=()),
            faults=[("", words(fault)) for fault in faults],
            done=words(f"vocabulary.done.{done}") if done else None,
            tongues=self._tongues,
            longest=LONGEST,
        )

    def _one(self, request: Request, visitor: Visitor, topic: Topic, wish: TopicWish) -> Response:
        words = self._words(request)
        with self.database.read() as session:
            used = topics.used(session).get(topic.slug, 0)
        return self.door.render(
            request,
            visitor,
            "newsroom/topic.html",
            title=topic.name(words.language),
            status=422 if wish.faults else 200,
            topic=topic,
            used=used,
            wish=wish,
            faults=[("", words(fault)) for fault in wish.faults],
            tongues=self._tongues,
            longest=LONGEST,
        )

    @property
    def _tongues(self) -> list[tuple[str, str]]:
        return [(code, OWN_NAMES.get(code, code)) for code in self.chrome.newsroom.city.languages]

    def _topic(self, request: Request) -> Topic:
        slug = request.path_params["slug"]
        with self.database.read() as session:
            for topic in topics.known(session):
                if topic.slug == slug:
                    return topic
        raise NotFound("topic", slug[:80])

    def _read(self, form: Form, slug: str) -> TopicWish:
        languages = self.chrome.newsroom.city.languages
        return topic_wish(slug, {code: form.get(f"name-{code}") for code in languages}, languages)

    def _note(self, session: Session, visitor: Visitor, action: str, slug: str, names: Mapping[str, str]) -> None:
        details = {"names": dict(names)}
        audit.record(session, at=self.clock(), actor=visitor.name, action=action, subject=slug, details=details)

    def _words(self, request: Request) -> Words:
        return self.chrome.words[self.chrome.visit(request).language]
