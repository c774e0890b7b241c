"""The accounts of staff: operators give them, change them and take them away."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.access.accounts import AccountRefused, Accounts, Handed
from feeds.clock import Clock
from feeds.errors import NotFound
from feeds.staff import Role
from feeds.store import api_tokens, staff
from feeds.store.database import Database
from feeds.store.staff import Person
from feeds.web import views
from feeds.web.chrome import Chrome
from feeds.web.newsroom.door import Door, Form, Visitor, route
from feeds.words import Words

STAFF = "/newsroom/staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a form says that somebody may do, to be shown again where it cannot be."""

    name: str = ""
    role: str = Role.EDITOR
    divisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffPages:
    """Serves the accounts, to operators alone."""

    door: Door
    accounts: Accounts
    database: Database
    chrome: Chrome
    clock: Clock

    @property
    def routes(self) -> list[Route]:
        """Every page of this kind."""
        page, action = self.door.page, self.door.action
        return [
            route(STAFF, get=page(self.everyone, role=Role.OPERATOR), post=action(self.add, role=Role.OPERATOR)),
            route(
                f"{STAFF}/{{id:int}}",
                get=page(self.one, role=Role.OPERATOR),
                post=action(self.change, role=Role.OPERATOR),
            ),
        ]

    def everyone(self, request: Request, visitor: Visitor) -> Response:
        """Everybody, and the form that adds somebody."""
        return self._list(request, visitor, Wish())

    def add(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Give somebody an account; their first password is shown this once and kept nowhere."""
        wish = _wish(form)
        try:
            handed = self.accounts.add(visitor.name, wish.name, role=Role(wish.role), divisions=wish.divisions)
        except AccountRefused as error:
            return self._list(request, visitor, wish, fault=self._words(request)(error.word))
        return self._hand_over(request, visitor, handed)

    def one(self, request: Request, visitor: Visitor) -> Response:
        """One person: what they may do, a new password, and the end of the account."""
        person = self._person(request)
        done = request.query_params.get("done", "")
        words = self._words(request)
        said = words(f"staff.done.{done}") if done in ("changed", "closed", "reopened") else None
        return self._one(request, visitor, person, _of(person), done=said)

    def change(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Do what a person's page asks: change, reset, close or reopen."""
        person, what = self._person(request), form.get("action")
        try:
            if what == "reset":
                return self._hand_over(request, visitor, self.accounts.reset(visitor.name, person.id))
            if what == "close":
                self.accounts.close(visitor.name, person.id)
                return self.door.done(request, f"{STAFF}/{person.id}", "closed")
            if what == "reopen":
                self.accounts.reopen(visitor.name, person.id)
                return self.door.done(request, f"{STAFF}/{person.id}", "reopened")
            if what != "change":
                raise NotFound("action", what[:40])
            wish = _wish(form)
            self.accounts.change(visitor.name, person.id, role=Role(wish.role), divisions=wish.divisions)
        except AccountRefused as error:
            again = _wish(form) if what == "change" else _of(person)
            return self._one(request, visitor, person, again, fault=self._words(request)(error.word))
        return self.door.done(request, f"{STAFF}/{person.id}", "changed")

    # Pages

    def _list(self, request: Request, visitor: Visitor, wish: Wish, *, fault: str | None = None) -> Response:
        with self.database.read() as session:
            people = staff.everyone(session)
        return self.door.render(
            request,
            visitor,
            "newsroom/staff.html",
            title=self._words(request)("staff.title"),
            status=422 if fault else 200,
            people=[(person, self._names(request, person)) for person in people],
            wish=wish,
            fault=fault,
            roles=list(Role),
            groups=views.by_bureau(self.chrome.newsroom),
        )

    def _one(
        self,
        request: Request,
        visitor: Visitor,
        person: Person,
        wish: Wish,
        *,
        fault: str | None = None,
        done: str | None = None,
    ) -> Response:
        with self.database.read() as session:
            made = [one for one in api_tokens.known(session) if one.created_by == person.name]
        return self.door.render(
            request,
            visitor,
            "newsroom/person.html",
            title=person.name,
            tokens=[one.name for one in made if one.is_good(self.clock())],
            status=422 if fault else 200,
            person=person,
            wish=wish,
            fault=fault,
            done=done,
            roles=list(Role),
            groups=views.by_bureau(self.chrome.newsroom),
        )

    def _hand_over(self, request: Request, visitor: Visitor, handed: Handed) -> Response:
        return self.door.render(
            request,
            visitor,
            "newsroom/handed.html",
            title=self._words(request)("staff.handed.title", name=handed.person.name),
            person=handed.person,
            password=handed.password,
        )

    def _person(self, request: Request) -> Person:
        number = request.path_params["id"]
        if number >= 2**63:
            raise NotFound("person", "of this number")
        with self.database.read() as session:
            return staff.get(session, number)

    def _names(self, request: Request, person: Person) -> str:
        """The divisions of an editor, in words."""
        known = ((self.chrome.newsroom.division(slug), slug) for slug in person.divisions)
        language = self.chrome.visit(request).language
        return ", ".join(division.name(language) if division else slug for division, slug in known)

    def _words(self, request: Request) -> Words:
        return self.chrome.words[self.chrome.visit(request).language]


def _wish(form: Form) -> Wish:
    """A form's wish. NotFound for a role there is not: no form of ours offers it."""
    role = form.get("role", Role.EDITOR)
    if role not in list(Role):
        raise NotFound("role", role[:40])
    return Wish(name=form.get("name")[:200], role=role, divisions=form.all("division"))


def _of(person: Person) -> Wish:
    return Wish(name=person.name, role=person.role, divisions=person.divisions)
