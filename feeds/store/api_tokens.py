"""The tokens of programs: kept as hashes, so that who reads the table can use none of them."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, insert, select, update

from feeds.errors import NotFound
from feeds.staff import Actor, Right
from feeds.store.database import Session
from feeds.store.staff_tables import api_token

LONGEST_NAME = 60
"""Characters of a token's name: the audit log writes it after "token "."""
_TEXT = re.compile(r"cw_([1-9][0-9]{0,14})_([A-Za-z0-9_-]{43})")
_USED_EVERY = timedelta(minutes=1)
_NOBODY = hashlib.sha256(b"no token has this hash").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token without its secret. `divisions` None means every one."""

    id: int
    name: str
    divisions: tuple[str, ...] | None
    scopes: frozenset[Right]
    created_at: datetime
    created_by: str
    used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Who acts when a program shows this token."""
        return Actor(name=f"token {self.name}", rights=self.scopes, divisions=self.divisions)

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything: it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def add(
    session: Session,
    name: str,
    *,
    divisions: Iterable[str] | None,
    scopes: Iterable[Right],
    now: datetime,
    by: str,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token; answers it, and its text, which nobody can ever read again.

    The name must not be taken, not even by one that was revoked: the audit log means one of them.
    """
    secret = secrets.token_urlsafe(32)
    values = {
        "name": name,
        "secret_hash": _hash(secret),
        "divisions": None if divisions is None else sorted(set(divisions)),
        "scopes": sorted(set(scopes)),
        "created_at": now,
        "created_by": by,
        "expires_at": expires_at,
    }
    made = session.execute(insert(api_token).values(**values).returning(api_token)).one()
    return _token(made), f"cw_{made.id}_{secret}"


def find(session: Session, text: str, now: datetime) -> ApiToken | None:
    """The token of this text if it opens anything now; None for any other text, after the same work."""
    given = _TEXT.fullmatch(text)
    wanted = select(api_token).where(api_token.c.id == (int(given[1]) if given else 0))
    row = session.execute(wanted).first()
    kept = row.secret_hash if row is not None else _NOBODY
    if not hmac.compare_digest(kept, _hash(given[2] if given else text)) or row is None:
        return None
    token = _token(row)
    return token if token.is_good(now) else None


def is_to_be_noted(token: ApiToken, now: datetime) -> bool:
    """Whether `note_use` has anything to write: not more than once a minute."""
    return token.used_at is None or now - token.used_at >= _USED_EVERY


def note_use(session: Session, token_id: int, now: datetime) -> None:
    """Write when a token was last used."""
    session.execute(update(api_token).where(api_token.c.id == token_id).values(used_at=now))


def known(session: Session) -> tuple[ApiToken, ...]:
    """Every token there is or was, the latest first."""
    return tuple(_token(row) for row in session.execute(select(api_token).order_by(api_token.c.id.desc())))


def get(session: Session, token_id: int) -> ApiToken:
    """The token of this number. NotFound if there is none."""
    row = session.execute(select(api_token).where(api_token.c.id == token_id)).first()
    if row is None:
        raise NotFound("token", token_id)
    return _token(row)


def is_taken(session: Session, name: str) -> bool:
    """Whether there is, or was, a token of this name."""
    return session.execute(select(api_token.c.id).where(api_token.c.name == name)).first() is not None


def maker(session: Session, actor: str) -> str | None:
    """Who made the token that the audit log calls `token NAME`; None for any other actor."""
    if not actor.startswith("token "):
        return None
    found = select(api_token.c.created_by).where(api_token.c.name == actor.removeprefix("token "))
    return session.execute(found).scalar()


def revoke(session: Session, token_id: int, now: datetime) -> None:
    """End a token for good."""
    session.execute(update(api_token).where(api_token.c.id == token_id).values(revoked_at=now))


def _hash(secret: str) -> str:
    # The secret is 256 random bits: it needs no slow hash.
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _token(row: Row[tuple[object, ...]]) -> ApiToken:
    values = dict(row._mapping)
    del values["secret_hash"]
    values["divisions"] = None if values["divisions"] is None else tuple(values["divisions"])
    values["scopes"] = frozenset(Right(scope) for scope in values["scopes"])
    return ApiToken(**values)
