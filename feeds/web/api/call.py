"""One request as it came through the gate, and what answers it."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response

from feeds.clock import Clock
from feeds.desk import Desk
from feeds.errors import Forbidden, Hidden
from feeds.media.keeper import MediaStore
from feeds.model import Article, Newsroom
from feeds.staff import Actor, Right
from feeds.store import changes, idempotency, reading
from feeds.store.api_tokens import ApiToken
from feeds.store.database import Database, Session
from feeds.web.api.etags import demand_tags
from feeds.web.api.problems import Problem, Saying, unauthorized
from feeds.words import Words

SCOPE = "civicwire.call"
"""Where the gate leaves the call in the request's scope."""
_KEY = re.compile(r'"([ !#-~]{1,255})"|([!#-~](?:[ !#-~]{0,253}[!#-~])?)')
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Office:
    """The parts that answer. `words` are those of every language, by its tag."""

    database: Database
    newsroom: Newsroom
    desk: Desk
    media: MediaStore
    words: Mapping[str, Words]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered to a request that was done; `body` is JSON text, or empty."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, **more: str) -> Response:
        """The answer with more headers."""
        response = Response(self.body.encode(), self.status, headers=dict(self.headers) | more)
        if self.body:
            response.headers["content-type"] = _JSON
        return response


@dataclass(slots=True)
class Mark:
    """What is found out about a request on its way: that it asked for what its token may not do."""

    forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A request that the gate let through: who asks, if they showed a token, and the body, whole."""

    office: Office
    token: ApiToken | None
    body: bytes = field(repr=False, default=b"")
    mark: Mark = field(default_factory=Mark)

    @property
    def reader(self) -> Actor | None:
        """Who reads, if they may see more than everybody."""
        actor = self.token.actor if self.token else None
        return actor if actor and Right.READ in actor.rights else None

    def sees(self, article: Article) -> bool:
        """Whether they see this article as staff do."""
        return self.reader is not None and self.reader.covers(self.office.newsroom, article.division)

    def act(self, request: Request, do: Callable[[Session, Actor], Reply]) -> Response:
        """Do what is asked in one transaction, with the answer kept under the request's key, if it gives one.

        The first answer again for a repeat; 422 where the key was used for another request. What is refused leaves
        no trace: a repeat of that is judged anew.
        """
        if self.token is None:
            raise unauthorized()
        key = _key(request)
        with self.office.database.write() as session:
            if key is None:
                return do(session, self.token.actor).response()
            wanted = _hash(request, self.body)
            now = self.office.clock()
            kept = idempotency.claim(session, self.token.id, key, request_hash=wanted, now=now)
            if kept is not None:
                if kept.request_hash != wanted:
                    raise Problem(422, Saying("problem.detail.key_used"), "key-used")
                return Reply(kept.status, kept.body, kept.headers).response(**{"Idempotent-Replayed": "true"})
            reply = do(session, self.token.actor)
            idempotency.settle(session, self.token.id, key, status=reply.status, headers=reply.headers, body=reply.body)
            return reply.response()

    def change(self, request: Request, article_id: int, do: Callable[[Session, Actor, Article], Reply]) -> Response:
        """Act on an article that is there for this token, at the version that If-Match names.

        Problem 428 without If-Match, Stale where the article is at another version, Forbidden for another division's,
        and Hidden where that is not public. The version that `do` gets is the one it has to pass on.
        """

        def checked(session: Session, actor: Actor) -> Reply:
            tags = demand_tags(request.headers.get("if-match"))
            # Of two who change it at once the second waits here, and then looks at what the first has made of it.
            changes.take_turn(session)
            article = reading.get(session, article_id)
            if not actor.covers(self.office.newsroom, article.division):
                if article.state.is_public:
                    raise Forbidden(f"{actor.name} does not write for the division {article.division}")
                raise Hidden("article", article_id)
            tags.demand(article)
            return do(session, actor, article)

        return self.act(request, checked)


def _call(request: Request) -> Call:
    call: Call = request.scope[SCOPE]
    return call


Calling = Annotated[Call, Depends(_call)]
"""What an endpoint takes to know the call."""


def _key(request: Request) -> str | None:
    """The request's key: an RFC 8941 string, or the same without its quotes. Problem 400 for what cannot be one."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    key = _KEY.fullmatch(given)
    if key is None:
        raise Problem(400, Saying("problem.detail.key_form"))
    return key[1] or key[2]


def _hash(request: Request, body: bytes) -> str:
    """What makes two requests the same: method, address, form and body. If-Match may differ: one may have looked."""
    asked = f"{request.method}\n{request.url.path}\n{request.url.query}\n{request.headers.get('content-type', '')}\n"
    return hashlib.sha256(asked.encode() + body).hexdigest()
