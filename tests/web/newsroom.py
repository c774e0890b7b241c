"""Somebody who is signed in to the newsroom: through the real form, with the cookies that a browser would keep."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from feeds.access.passwords import made_up
from feeds.staff import Role, login_name
from feeds.store import staff
from feeds.store.staff import Person
from tests.web.browser import FORM, Answer, Browser, Fields
from tests.web.conftest import Site

OWN_PAGE = (("origin", "http://newsroom.test"), ("sec-fetch-site", "same-origin"))
_PROOF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class File:
    """A file as a form sends it."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(slots=True)
class Staff:
    """A browser in the newsroom. It keeps cookies, follows no redirect, and sends forms with the proof of its stay."""

    browser: Browser
    name: str = ""
    password: str = field(default="", repr=False)
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    _proof: str | None = None

    @property
    def csrf(self) -> str:
        """The proof that forms of this stay carry."""
        if self._proof is None:
            page = self.get("/newsroom/password")
            found = _PROOF.search(page.text)
            assert found is not None, f"{page.status}: nobody is signed in"
            self._proof = found[1]
        return self._proof

    def get(self, target: str, **headers: str) -> Answer:
        """GET; names of headers are written with underscores."""
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self._ask("GET", target, named)

    def post(
        self, target: str, fields: Fields | dict[str, str] = (), *, proof: str | None = None, **headers: str
    ) -> Answer:
        """POST a form from a page of this stay."""
        pairs = [("csrf", self.csrf if proof is None else proof), *_pairs(fields)]
        body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
        named = {"origin": OWN_PAGE[0][1], "sec-fetch-site": OWN_PAGE[1][1], "content-type": FORM}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask("POST", target, list(named.items()), body.encode())

    def upload(
        self, target: str, fields: Fields | dict[str, str] = (), *, files: Sequence[tuple[str, File]] = ()
    ) -> Answer:
        """POST a form with files (`multipart/form-data`, RFC 7578)."""
        edge = "----a-boundary-of-these-tests"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in [("csrf", self.csrf), *_pairs(fields)]
        ]
        for name, file in files:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n'
            parts.append(f"{head}Content-Type: {file.media_type}\r\n\r\n".encode() + file.content + b"\r\n")
        body = b"".join(parts) + f"--{edge}--\r\n".encode()
        named = [*OWN_PAGE, ("content-type", f"multipart/form-data; boundary={edge}")]
        return self._ask("POST", target, named, body)

    def sign_in(self, name: str, password: str, *, then: str = "", **headers: str) -> Answer:
        """Fill in the sign-in form and send it."""
        fields = [("name", name), ("password", password), ("next", then)]
        body = "&".join(f"{key}={_quoted(value)}" for key, value in fields)
        named = [*OWN_PAGE, ("content-type", FORM), *headers.items()]
        answer = self._ask("POST", "/newsroom/sign-in", named, body.encode())
        self._proof = None
        return answer

    def _ask(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes = b"") -> Answer:
        given = [("accept-language", self.language), *headers]
        if self.cookies:
            given.append(("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        answer = self.browser.ask(method, target, headers=given, body=body)
        for name, value in answer.pairs:
            if name == "set-cookie":
                self._keep(value)
        return answer

    def _keep(self, header: str) -> None:
        pair, *attributes = header.split("; ")
        name, _, value = pair.partition("=")
        if "Max-Age=0" in attributes or value in ("", '""'):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


def employ(
    site: Site,
    name: str = "chief",
    *,
    role: Role = Role.CHIEF,
    divisions: Sequence[str] = (),
    password: str | None = None,
    must_change: bool = False,
) -> tuple[Person, str]:
    """Give somebody an account, quickly; answers them and their password."""
    login = login_name(name)
    assert login is not None
    password = password or made_up()
    with site.database.write() as session:
        person = staff.add(
            session,
            name=login,
            role=role,
            divisions=divisions,
            password_hash=site.parts.passwords.hash(password),
            must_change=must_change,
            now=site.clock(),
        )
    return person, password


def signed_in(
    site: Site, name: str = "chief", *, role: Role = Role.CHIEF, divisions: Sequence[str] = (), language: str = "en"
) -> Staff:
    """A browser in which somebody new is signed in. An editor without divisions has `climate`."""
    if role is Role.EDITOR and not divisions:
        divisions = ("climate",)
    person, password = employ(site, name, role=role, divisions=divisions)
    member = Staff(site.browser, person.name, password, language=language)
    answer = member.sign_in(person.name, password)
    assert answer.status == 303, answer.text
    return member


def _pairs(fields: Fields | dict[str, str]) -> list[tuple[str, str]]:
    return list(fields.items()) if isinstance(fields, dict) else list(fields)


def _quoted(text: str) -> str:
    return quote_plus(text)
