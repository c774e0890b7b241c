"""Which releases somebody at the desk wants to see, as the address of their list says it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from feeds.localtime import instant_of
from feeds.model import Newsroom, State
from feeds.staff import Actor
from feeds.store.desk_list import Desk
from feeds.web.dates import asked_days

_Kind = TypeVar("_Kind", bound=StrEnum)
LONGEST_SEARCH = 200
FARTHEST_PAGE = 10_000
_NAMES = {"since": "from", "until": "to"}
UNKNOWN = "-"
"""Asks for what has no division yet; the slug of no division."""


class Standing(StrEnum):
    """What of an article's standing one may ask for."""

    ANY = ""
    DRAFT = "draft"
    WAITING = "waiting"
    """Drafts that wait for anybody's approval."""
    MINE_TO_APPROVE = "approve"
    """Drafts that wait for the approval of who asks."""
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Whose(StrEnum):
    """Whose articles one may ask for."""

    OURS = "ours"
    """Those of the divisions one writes for."""
    ALL = "all"
    """Every one that one may see: of other divisions what is public."""
    MINE = "mine"
    """Those one has written at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a list shows. `division`, `language` and `topic` are empty where all are wanted."""

    q: str = ""
    state: Standing = Standing.ANY
    whose: Whose = Whose.OURS
    division: str = ""
    language: str = ""
    topic: str = ""
    since: date | None = None
    until: date | None = None
    """The first and the last day, in the city's zone, by the instant that the list shows of each."""
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anything out that the plain list shows."""
        return replace(self, page=1, whose=Whose.OURS) != Wish() or self.whose is Whose.MINE

    def query(self, *, page: int = 1) -> str:
        """The query of the address of another page of the same list."""
        values = asdict(self) | {"page": page}
        plain = asdict(Wish())
        asked = [(_NAMES.get(name, name), str(value)) for name, value in values.items() if value != plain[name]]
        return urlencode(asked)


def wish_of(query: Mapping[str, str], newsroom: Newsroom) -> Wish:
    """The wish of a query; a value that is none of ours asks for nothing."""
    division, language = query.get("division", ""), query.get("language", "")
    number = query.get("page", "1")
    since, until = asked_days(query.get("from", ""), query.get("to", ""))
    page = int(number) if number.isascii() and number.isdigit() and len(number) <= 9 else 1
    return Wish(
        q=" ".join(query.get("q", "").split())[:LONGEST_SEARCH],
        state=_one_of(Standing, query.get("state", ""), Standing.ANY),
        whose=_one_of(Whose, query.get("whose", ""), Whose.OURS),
        division=division if division == UNKNOWN or newsroom.division(division) else "",
        language=language if language in newsroom.city.languages else "",
        topic=query.get("topic", "")[:80],
        since=since,
        until=until,
        page=max(1, min(page, FARTHEST_PAGE)),
    )


def desk_of(wish: Wish, actor: Actor, newsroom: Newsroom, *, ids: tuple[int, ...] | None = None) -> Desk:
    """The wish as the store is asked; `ids` are what a search found. Never another division's unpublished articles."""
    own, zone = own_divisions(actor, newsroom), newsroom.city.zone
    divisions: tuple[str, ...] = ()
    if wish.division and wish.division != UNKNOWN:
        divisions = newsroom.within(wish.division)
    elif not wish.division and wish.whose is Whose.OURS and own is not None:
        # An editor of nothing yet sees nothing: an empty tuple would ask for all.
        divisions = own or ("",)
    states = {
        Standing.DRAFT: (State.DRAFT,),
        Standing.SCHEDULED: (State.SCHEDULED,),
        Standing.PUBLISHED: (State.PUBLISHED,),
        Standing.WITHDRAWN: (State.WITHDRAWN,),
    }
    return Desk(
        states=states.get(wish.state, ()),
        divisions=divisions,
        language=wish.language or None,
        topic=wish.topic or None,
        waiting=wish.state is Standing.WAITING,
        waits_for=actor.name if wish.state is Standing.MINE_TO_APPROVE else None,
        author=actor.name if wish.whose is Whose.MINE else None,
        unfiled=wish.division == UNKNOWN,
        hidden_of=own,
        ids=ids,
        since=instant_of(wish.since, time(), zone) if wish.since else None,
        until=instant_of(wish.until + timedelta(days=1), time(), zone) if wish.until else None,
    )


def to_approve(actor: Actor, newsroom: Newsroom) -> Desk:
    """What waits for the approval of this person."""
    return desk_of(Wish(state=Standing.MINE_TO_APPROVE), actor, newsroom)


def own_divisions(actor: Actor, newsroom: Newsroom) -> tuple[str, ...] | None:
    """Every slug under which an article of theirs may be filed; None where all are theirs."""
    if actor.divisions is None:
        return None
    return tuple(dict.fromkeys(slug for one in actor.divisions for slug in newsroom.within(one)))


def _one_of(kind: type[_Kind], text: str, otherwise: _Kind) -> _Kind:
    return kind(text) if text in list(kind) else otherwise
