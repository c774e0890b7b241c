"""What operators do with the tokens of programs, and the record of it. A shell; each deed is one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from feeds.clock import Clock
from feeds.errors import Conflict, NotFound
from feeds.model import Newsroom
from feeds.staff import Right
from feeds.store import api_tokens, audit
from feeds.store.api_tokens import LONGEST_NAME, ApiToken
from feeds.store.database import Database

LONGEST_LIFE = 3650
"""Days that a token may last, unless it lasts until it is revoked."""


class TokenRefused(Conflict):
    """A token that cannot be so; `word` is the key of the sentence a person is shown."""

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(detail)
        self.word = word


@dataclass(frozen=True, slots=True)
class HandedToken:
    """A token and its text: shown once."""

    token: ApiToken
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Programs:
    """Keeps the tokens. Every method takes `by`, whom the audit log names."""

    database: Database
    newsroom: Newsroom
    clock: Clock

    def make(
        self, by: str, name: str, *, divisions: Sequence[str] | None, scopes: Iterable[Right], days: int | None
    ) -> HandedToken:
        """Make a token for these divisions, None meaning every one; it lasts so many days, or until it is revoked.

        TokenRefused, or NotFound for a division.
        """
        rights, now = frozenset(scopes), self.clock()
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise TokenRefused("token.fault_name", f"a token needs a name of at most {LONGEST_NAME} characters")
        if not rights:
            raise TokenRefused("token.fault_scopes", "a token needs at least one scope")
        if divisions is not None and not divisions:
            raise TokenRefused("token.fault_divisions", "a token needs at least one division")
        if days is not None and not 1 <= days <= LONGEST_LIFE:
            raise TokenRefused("token.fault_lasts", f"a token lasts 1 to {LONGEST_LIFE} days")
        for slug in divisions or ():
            if self.newsroom.division(slug) is None:
                raise NotFound("division", slug)
        with self.database.write() as session:
            if api_tokens.is_taken(session, name):
                raise TokenRefused("token.fault_name", f"there is, or was, a token “{name}” already")
            token, text = api_tokens.add(
                session,
                name,
                divisions=divisions,
                scopes=rights,
                now=now,
                by=by,
                expires_at=None if days is None else now + timedelta(days=days),
            )
            details: dict[str, object] = {
                "divisions": "all" if token.divisions is None else list(token.divisions),
                "scopes": sorted(rights),
            }
            audit.record(session, at=now, actor=by, action="token_add", subject=name, details=details)
        return HandedToken(token, text)

    def revoke(self, by: str, token_id: int) -> ApiToken:
        """End a token at once and for good. NotFound if there is none; one that was revoked before stays so."""
        now = self.clock()
        with self.database.write() as session:
            before = api_tokens.get(session, token_id)
            if before.revoked_at is not None:
                return before
            api_tokens.revoke(session, token_id, now)
            audit.record(session, at=now, actor=by, action="token_revoke", subject=before.name)
            return api_tokens.get(session, token_id)

    def known(self) -> tuple[ApiToken, ...]:
        """Every token there is or was, the latest first."""
        with self.database.read() as session:
            return api_tokens.known(session)

    def named(self, name: str) -> ApiToken:
        """The token of this name. NotFound if there is none."""
        for token in self.known():
            if token.name == name:
                return token
        raise NotFound("token", name)
