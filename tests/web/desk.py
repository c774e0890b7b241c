"""A desk in tests: people of the small city's newsroom, releases they have written, and the forms of their pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from feeds.model import Article
from feeds.scope import Scope
from feeds.staff import Actor, Role, person
from feeds.store import articles, audit, changes, reading
from feeds.store.articles import Filing
from feeds.store.tables import change
from notifier.ledger import subscribers
from notifier.model import Cadence
from tests.builders import content
from tests.web.browser import Answer
from tests.web.conftest import Site
from tests.web.newsroom import Staff, signed_in

ENVIRONMENT = person("environment-editor", Role.EDITOR, ("environment",))
TRANSPORT = person("transport-editor", Role.EDITOR, ("transport",))
CHIEF = person("press-chief", Role.CHIEF, ())
_HIDDEN = re.compile(r'<input type="hidden" name="(version|revision|entry|audience)" value="(\d+)">')


def enters(site: Site, actor: Actor, *, language: str = "en") -> Staff:
    """Somebody signs in."""
    role = Role.CHIEF if actor.divisions is None else Role.EDITOR
    return signed_in(site, actor.name, role=role, divisions=actor.divisions or (), language=language)


def written(site: Site, title: str = "Night buses run later", *, by: Actor = ENVIRONMENT, **values: object) -> Article:
    """A draft; values that are none of a filing's are the content's."""
    filing = {"division": "climate"} | {key: values.pop(key) for key in list(values) if key in _FILED}
    with site.database.write() as session:
        return site.parts.desk.create(session, by, content(title, **values), Filing(**filing))  # type: ignore[arg-type]


_FILED = ("division", "board", "topics", "urgent", "registered_on")


def edited(site: Site, article_id: int, title: str, *, by: Actor = CHIEF) -> Article:
    """Somebody changes a draft."""
    one = stored(site, article_id)
    with site.database.write() as session:
        filing = articles.filing_of(one)
        return site.parts.desk.edit(session, by, article_id, content(title), filing, expected=one.version)


def published(
    site: Site, title: str = "Night buses run later", *, by: Actor = ENVIRONMENT, **values: object
) -> Article:
    """A published article."""
    one = written(site, title, by=by, **values)
    with site.database.write() as session:
        return site.parts.desk.publish(session, by, one.id, expected=one.version)


def asked(site: Site, title: str = "Boil the water", *, by: Actor = ENVIRONMENT, **values: object) -> Article:
    """An urgent draft that waits for a second person."""
    one = written(site, title, by=by, urgent=True, **values)
    with site.database.write() as session:
        return site.parts.desk.ask_approval(session, by, one.id, expected=one.version)


def stored(site: Site, article_id: int) -> Article:
    """An article as it stands."""
    with site.database.read() as session:
        return reading.get(session, article_id)


def deeds(site: Site, article_id: int | None = None) -> list[tuple[str, str]]:
    """Who did what, the first first: with one article, or with everything but the door."""
    with site.database.read() as session:
        entries = audit.entries(session, article_id=article_id, limit=200)
    door = {"sign_in", "sign_in_failed", "sign_out"}
    return [(one.actor, one.action) for one in reversed(entries) if one.action not in door]


def told(site: Site) -> list[tuple[str, bool]]:
    """Every change of the log: its kind, and whether it is quiet."""
    with site.database.read() as session:
        wanted = select(change.c.kind, change.c.quiet).order_by(change.c.number)
        return [(row.kind, row.quiet) for row in session.execute(wanted)]


def crowd(site: Site, people: int, cadence: Cadence = Cadence.IMMEDIATE) -> None:
    """So many people follow everything."""
    with site.database.write() as session:
        head = changes.head(session)
        for number in range(people):
            address = f"{cadence}{number}@example.org"
            reader = subscribers.ensure(session, address, language="en", source="test", now=site.clock())
            subscribers.follow(session, reader.id, Scope(), cadence, now=site.clock(), cursor=head)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page about one article, and the forms on it."""

    member: Staff
    path: str
    answer: Answer

    def send(self, to: str, /, **values: str) -> Answer:
        """Press a button: the form's own hidden fields, and what was typed."""
        return self.member.post(f"{self.path}/{to}", dict(self.hidden()) | values)

    def hidden(self) -> Iterator[tuple[str, str]]:
        """What the form was made from."""
        found = dict(_HIDDEN.findall(self.answer.text))
        assert "version" in found, "the page has no form"
        yield from found.items()


def opened(member: Staff, article_id: int, page: str = "") -> Sheet:
    """Open an article's page, or one of the pages before a decision."""
    path = f"/newsroom/articles/{article_id}"
    answer = member.get(f"{path}/{page}" if page else path)
    assert answer.status == 200, (answer.status, answer.text)
    return Sheet(member, path, answer)


def sent_of(page: str) -> dict[str, str]:
    """What a browser would send of the editor's form as it was served; its buttons apart."""
    form = LexborHTMLParser(page).css_first("form[enctype]")
    assert form is not None, "the page has no form"
    sent: dict[str, str] = {}
    for node in form.css("input[name], textarea[name], select[name]"):
        given, kind = node.attributes, node.attributes.get("type") or "text"
        name = given["name"] or ""
        if node.tag == "textarea":
            sent[name] = node.text().removeprefix("\n").replace("\n", "\r\n")  # as HTML sends newlines
        elif node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            assert chosen is not None
            sent[name] = chosen.attributes.get("value") or ""
        elif kind in ("checkbox", "radio"):
            if "checked" in given:
                sent[name] = given.get("value") or "on"
        elif kind not in ("file", "submit", "button"):
            sent[name] = given.get("value") or ""
    return sent
