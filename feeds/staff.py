"""Who may do what in the newsroom: people by their role, programs by their token. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from feeds.errors import Forbidden
from feeds.model import Newsroom


class Role(StrEnum):
    """What a person is here for. Each may do what the ones before may."""

    EDITOR = "editor"
    """Writes and publishes for certain divisions."""
    CHIEF = "chief"
    """Writes and publishes for all, and keeps the topics."""
    OPERATOR = "operator"
    """Keeps the accounts and the tokens too."""

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what the other may."""
        return list(Role).index(self) >= list(Role).index(other)


class Right(StrEnum):
    """What may be done with articles: the scopes of a token. A person has all of them."""

    READ = "read"
    WRITE = "write"
    PUBLISH = "publish"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    MEDIA = "media"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who acts on articles, as the audit log names them. `divisions` None means every one.

    Only a person can be the second of two who publish something urgent.
    """

    name: str
    rights: frozenset[Right]
    divisions: tuple[str, ...] | None = None
    is_person: bool = False

    def covers(self, newsroom: Newsroom, division: str | None) -> bool:
        """Whether articles of this division are theirs: of one they have, below one, or that went before one.

        An article whose division is unknown belongs to those who have every division.
        """
        if self.divisions is None:
            return True
        return division is not None and not set(self.divisions).isdisjoint(newsroom.lineage(division))

    def may(self, right: Right, newsroom: Newsroom, division: str | None) -> bool:
        """Whether they have this right on articles of this division."""
        return right in self.rights and self.covers(newsroom, division)

    def demand(self, right: Right, newsroom: Newsroom, division: str | None) -> None:
        """Forbidden unless they have this right on articles of this division."""
        if right not in self.rights:
            raise Forbidden(f"{self.name} has no right to {right}")
        if not self.covers(newsroom, division):
            raise Forbidden(f"{self.name} does not write for the division {division or 'that is still unknown'}")


def person(name: str, role: Role, divisions: Iterable[str]) -> Actor:
    """A member of staff as an actor: an editor has certain divisions, the others have all."""
    mine = tuple(divisions) if role is Role.EDITOR else None
    return Actor(name=name, rights=frozenset(Right), divisions=mine, is_person=True)


SHELL = Actor(name="shell", rights=frozenset(Right))
"""Whoever may run commands on the machine."""
INTAKE = "intake"
"""What the audit log calls a page that was taken in again and changed something."""
CLOCK = "clock"
"""What the audit log calls a publication that came by itself."""
STRANGER = "stranger"
"""What the audit log calls whoever tries passwords at the door."""

LONGEST_NAME = 40
_SOUND_NAME = re.compile("[a-z0-9._@가-힣ぁ-ゖァ-ヺ一-鿿-]+")
_NOBODYS_NAMES = {"shell", CLOCK, STRANGER, "intake", "token"}


def login_name(text: str) -> str | None:
    """What a person signs in with, in the one form that is stored and compared; None for what can be nobody's name.

    NFKC and case-folded, of scripts that are not taken for one another and of no sign that cannot be seen, so that no
    two people's names look the same: Latin without marks, Hangul, kana, Han, digits, and `. _ - @`.
    """
    if len(text) > 4 * LONGEST_NAME:
        return None
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())
    sound = _SOUND_NAME.fullmatch(name) is not None
    if not sound or not 2 <= len(name) <= LONGEST_NAME or name in _NOBODYS_NAMES:
        return None
    return name
