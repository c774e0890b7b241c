"""The errors of this package, one small tree. Each says in one sentence what is wrong and what to do.

CivicwireError
├── NotFound        nothing has this name
├── Conflict        the article's state does not allow it
├── PageRefused     a page that is no article, with every reason
├── StoreError      the database cannot be used
│   └── StoreOutdated   its tables are not those of this version
└── AddressRefused  an e-mail address we cannot write to
"""


class CivicwireError(Exception):
    """Something a person can be told in one sentence."""


class NotFound(CivicwireError):
    """Nothing has this name."""

    def __init__(self, kind: str, name: object) -> None:
        super().__init__(f"there is no {kind} {name}")
        self.kind = kind
        self.name = name


class Conflict(CivicwireError):
    """The article's present state does not allow what was asked."""


class PageRefused(CivicwireError):
    """A page is not one article; `reasons` names everything that was missing."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class StoreError(CivicwireError):
    """The database cannot be used."""


class StoreOutdated(StoreError):
    """The database's tables are not those of this version."""


class AddressRefused(CivicwireError):
    """An e-mail address we cannot write to; `word` is the key of the sentence a person is shown."""

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(detail)
        self.word = word
