"""The audit log: who did what and when, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.model import Article, Newsroom
from feeds.staff import CLOCK, SHELL, STRANGER, Role
from feeds.store import audit, reading
from feeds.store.audit import Entry
from feeds.store.database import Database
from feeds.web.chrome import Chrome
from feeds.web.newsroom.door import Door, Visitor, route
from feeds.words import Words

A_PAGE = 50
_LONGEST = 100
_NOT_PEOPLE = (CLOCK, SHELL.name, STRANGER, "intake")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry as the page says it. `article` is None where it is about none, or one that is gone."""

    at: datetime
    who: str
    did: str
    what: str | None
    article: Article | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditPages:
    """Serves the audit log. Chief editors and operators see all; an editor what concerns them."""

    door: Door
    database: Database
    chrome: Chrome

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind."""
        return [route("/newsroom/audit", get=self.door.page(self.show))]

    def show(self, request: Request, visitor: Visitor) -> Response:
        """The latest entries, of one person, one release or one kind of deed; `before` leads to older ones."""
        words = self.chrome.words[self.chrome.visit(request).language]
        asked = {key: request.query_params.get(key, "")[:_LONGEST] for key in ("who", "did", "article")}
        article_id, before = _number(asked["article"]), _number(request.query_params.get("before", ""))
        sees_all = visitor.role.includes(Role.CHIEF)
        nothing = bool(asked["article"]) and article_id is None
        with self.database.read() as session:
            found = audit.entries(
                session,
                actor=asked["who"] or None,
                action=asked["did"] or None,
                article_id=article_id,
                before=before,
                limit=0 if nothing else A_PAGE + 1,
                reader=None if sees_all else visitor.name,
                divisions=_within(self.chrome.newsroom, visitor),
            )
            shown = found[:A_PAGE]
            articles = reading.by_id(session, [one.article_id for one in shown if one.article_id is not None])
            actors = audit.actors(session) if sees_all else ()
            actions = audit.actions(session)
        older = None
        if len(found) > A_PAGE:
            query = {key: value for key, value in asked.items() if value} | {"before": str(shown[-1].id)}
            older = self.chrome.visit(request).link(f"/newsroom/audit?{urlencode(query)}")
        return self.door.render(
            request,
            visitor,
            "newsroom/audit.html",
            title=words("audit.title"),
            lines=[line(one, articles, self.chrome.newsroom, words) for one in shown],
            older=older,
            asked=asked,
            is_first=before is None,
            people=[(name, who(name, words)) for name in actors],
            deeds=sorted(((action, did(action, words)) for action in actions), key=lambda pair: pair[1]),
            sees_all=sees_all,
        )


def line(entry: Entry, articles: Mapping[int, Article], newsroom: Newsroom, words: Words) -> Line:
    """An entry in words of the reader's language. Pure."""
    return Line(
        at=entry.at,
        who=who(entry.actor, words),
        did=did(entry.action, words),
        what=entry.subject,
        article=articles.get(entry.article_id) if entry.article_id is not None else None,
        notes=tuple(_notes(entry, newsroom, words)),
    )


def did(action: str, words: Words) -> str:
    """What was done, as the audit log says it; an action that has no words keeps its name."""
    key = f"audit.did.{action}"
    return words(key) if key in words.sentences else action


def who(actor: str, words: Words) -> str:
    """Who did it: a person or a token by name, everything else in words."""
    return words(f"audit.who.{actor}") if actor in _NOT_PEOPLE else actor


def _notes(entry: Entry, newsroom: Newsroom, words: Words) -> list[str]:
    """What is worth knowing besides, of the details that pages know."""
    details = entry.details
    notes = [f"“{details[key]}”" for key in ("note", "reason") if details.get(key)]
    if "mail" in details:
        notes.append(words("audit.note.mail") if details["mail"] else words("audit.note.no_mail"))
    if details.get("told_by_mail"):
        notes.append(words("audit.note.told_by_mail"))
    if details.get("role") in list(Role):
        notes.append(words(f"role.{details['role']}"))
    divisions = details.get("divisions")
    if isinstance(divisions, list) and divisions:
        known = [(newsroom.division(str(slug)), str(slug)) for slug in divisions]
        notes.append(", ".join(division.name(words.language) if division else slug for division, slug in known))
    names = details.get("names")
    if isinstance(names, dict):
        notes.append(" · ".join(str(name) for name in names.values()))
    if details.get("off_schedule"):
        notes.append(words("audit.note.off_schedule"))
    if "tries" in details:
        notes.append(words("audit.note.tries", n=details["tries"]))
    if "twin" in details:
        notes.append(words("audit.note.twin", n=details["twin"]))
    return notes


def _within(newsroom: Newsroom, visitor: Visitor) -> tuple[str, ...]:
    """Every slug under which an editor's releases may be filed."""
    return tuple({slug for own in visitor.actor.divisions or () for slug in newsroom.within(own)})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
