"""The errors of this package, one small tree. Each says in one sentence what is wrong and what to do.

CivicwireError
├── NotFound        nothing has this name
│   └── Hidden      something has, which this person may know nothing of
├── Conflict        the article's state does not allow it
│   ├── Stale       somebody else changed it meanwhile
│   ├── Unchanged   a correction that corrects nothing
│   └── NotReady    it lacks what publication needs
├── Forbidden       this person may not do that
├── PageRefused     a page that is no article, with every reason
├── StoreError      the database cannot be used
│   ├── RowRefused      it can, but not with this row
│   └── StoreOutdated   its tables are not those of this version
├── Misconfigured   a setting, or a file that one names, cannot be so
└── AddressRefused  an e-mail address we cannot write to
"""

from feeds.readiness import Lack


class CivicwireError(Exception):
    """Something a person can be told in one sentence."""


class NotFound(CivicwireError):
    """Nothing has this name."""

    def __init__(self, kind: str, name: object) -> None:
        super().__init__(f"there is no {kind} {name}")
        self.kind = kind
        self.name = name


class Hidden(NotFound):
    """It is there and not for this person: they are answered as for what is not there, and the try is noted."""


class Conflict(CivicwireError):
    """The article's present state does not allow what was asked."""


class Stale(Conflict):
    """An edit was made from a version that is not the present one; `current` is the present one."""

    def __init__(self, article_id: int, current: int) -> None:
        super().__init__(f"article {article_id} was changed meanwhile: look at version {current} and edit again")
        self.article_id = article_id
        self.current = current


class Unchanged(Conflict):
    """A correction in which nothing differs from what is published: readers would be told of nothing."""

    def __init__(self, article_id: int) -> None:
        super().__init__(f"nothing in article {article_id} would differ: change what is wrong, and correct it then")


class NotReady(Conflict):
    """An article lacks what publication needs; `lacks` says what, and where it can be written."""

    def __init__(self, article_id: int, lacks: tuple[Lack, ...]) -> None:
        super().__init__(f"article {article_id} cannot be published yet: {', '.join(map(str, lacks))}")
        self.article_id = article_id
        self.lacks = lacks


class Forbidden(CivicwireError):
    """This person, or this token, may not do that."""


class PageRefused(CivicwireError):
    """A page is not one article; `reasons` names everything that was missing."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class StoreError(CivicwireError):
    """The database cannot be used."""


class RowRefused(StoreError):
    """The database cannot hold a row that was given it, or not beside what it holds: nothing else is wrong with it."""


class StoreOutdated(StoreError):
    """The database's tables are not those of this version."""


class Misconfigured(CivicwireError):
    """A setting, or a file that a setting names, cannot be so: nothing is started with it."""


class AddressRefused(CivicwireError):
    """An e-mail address we cannot write to; `word` is the key of the sentence a person is shown."""

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(detail)
        self.word = word
