"""The notifier's words as frozen values: cadence, subscriber, subscription, delivery and their states."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from feeds.scope import Scope


class Cadence(StrEnum):
    """How soon somebody wants to be told."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class Kind(StrEnum):
    """What a mailing is."""

    CONFIRMATION = "confirmation"
    WELCOME = "welcome"
    MANAGE_LINK = "manage_link"
    ALERT = "alert"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    DIGEST = "digest"
    RENEWAL = "renewal"
    ADDRESS_CONFIRM = "address_confirm"
    """To a new address: may we write here from now on?"""
    ADDRESS_CHANGED = "address_changed"
    """To the address before: nothing more comes here."""
    EMBARGO = "embargo"
    """To accredited journalists: a release that is not public yet."""
    EMBARGO_NOTICE = "embargo_notice"
    """To those who have one: its hour was moved, it does not come out, or it is public before its hour."""

    @property
    def is_list_mail(self) -> bool:
        """Whether it goes only to people who follow something, and says how to leave."""
        return self in _LIST_MAIL


class Priority(IntEnum):
    """Which mail goes before which other. URGENT before everything; who waits at a form is AWAITED, an alert PROMPT,
    and what is PATIENT can wait for them, but never for ever."""

    URGENT = 0
    AWAITED = 1
    PROMPT = 2
    PATIENT = 3

    @classmethod
    def of(cls, kind: Kind, *, urgent: bool) -> "Priority":
        """The priority of a mailing."""
        if urgent:
            return cls.URGENT
        if kind in (Kind.DIGEST, Kind.RENEWAL):
            return cls.PATIENT
        return cls.PROMPT if kind in _OF_NEWS else cls.AWAITED


_OF_NEWS = (Kind.ALERT, Kind.CORRECTION, Kind.WITHDRAWAL, Kind.EMBARGO, Kind.EMBARGO_NOTICE)
_LIST_MAIL = (
    *(Kind.WELCOME, Kind.ALERT, Kind.CORRECTION, Kind.WITHDRAWAL, Kind.DIGEST, Kind.RENEWAL),
    *(Kind.EMBARGO, Kind.EMBARGO_NOTICE),
)


class DeliveryState(StrEnum):
    """Where a delivery stands. The first three are open; the others are final.

    UNKNOWN: the connection was lost after the message was handed over, twice; it may or may not have arrived.
    BOUNCED: a server further on could not deliver it, and said so later. COMPLAINED: it arrived and was unwanted.
    """

    PENDING = "pending"
    SENDING = "sending"
    DEFERRED = "deferred"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SKIPPED_LEFT = "skipped_left"
    SKIPPED_SUPPRESSED = "skipped_suppressed"
    SKIPPED_WITHDRAWN = "skipped_withdrawn"
    SKIPPED_CORRECTED = "skipped_corrected"
    SKIPPED_RENEWED = "skipped_renewed"
    SKIPPED_ACCREDITATION = "skipped_accreditation"
    SKIPPED_LIFTED = "skipped_lifted"
    SKIPPED_RESTORED = "skipped_restored"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in OPEN

    @property
    def is_skipped(self) -> bool:
        """Whether it was not sent after all, for a reason of ours or of its person."""
        return self.startswith("skipped_")


OPEN = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEFERRED)


MORNING, EVENING = 8, 18
"""The hours of digests that are offered first; any other may be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a person's digests come: at a whole hour of the day in a zone, the city's own where `zone` is None."""

    hour: int = MORNING
    zone: str | None = None

    def __post_init__(self) -> None:
        """ValueError for an hour that no clock shows."""
        if self.hour not in range(24):
            raise ValueError("an hour is one of 0 to 23")


CAPS = (1, 2, 3, 5, 10, 20)
"""How many mails at once in a day a person may choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """No releases are sent until an instant; `catch_up` says whether those since change `since` come then, at once."""

    until: datetime
    since: int
    catch_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """An address that confirmed, the language its mails are written in, and when its digests come."""

    id: int
    address: str
    language: str
    created_at: datetime
    timing: Timing
    pictures: bool = True
    """Whether mails show the pictures of a release, or link to them and load nothing."""
    daily_cap: int | None = None
    """How many mails come at once in a day at most: 0 for as many as there are, None where nothing was chosen."""
    pause: Pause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A scope that a subscriber follows at a cadence; `cursor` is the last change it had its turn at."""

    id: int
    subscriber_id: int
    scope: Scope
    cadence: Cadence
    cursor: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signup:
    """A wish that waits for its confirmation; destroyed at `expires_at`."""

    id: int
    address: str
    scope: Scope
    cadence: Cadence
    language: str
    timing: Timing | None
    """None where nothing was chosen: it stays as it is."""
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None = None
    mover_id: int | None = None
    """The subscriber who asks to be written to at this address from now on; None where somebody asks to follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """One person of an audience, as planners see it."""

    subscriber_id: int
    address: str
    language: str
    pictures: bool = True
    wishes: tuple[Scope, ...] = ()
    """What they follow by words that holds what they are told, in the order it was asked for."""
    reason: str | None = None
    """Their own sentence of why they are told, where they have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A claimed delivery with what is needed to write its message."""

    id: int
    mailing_id: int
    edition: int
    kind: Kind
    language: str
    subject: str
    text: str
    html: str
    subscriber_id: int | None
    signup_id: int | None
    address: str
    attempts: int
    repeats: int
    created_at: datetime
    advertising: bool = False
    zone: str | None = None
    """That of its person, the city's own where None."""
    divisions: tuple[str, ...] = ()
    """Those of the articles that its mailing tells of."""
    reason: str | None = None
    """Its person's own sentence of why they are told, where they have one."""
    press_key: int | None = None
    """The number of the person's address under embargo; None where they have none."""

    @property
    def asks_again(self) -> bool:
        """Whether others of its kind would go to its address, for what is followed there or wished for."""
        return self.kind.is_list_mail or self.signup_id is not None

    @property
    def domain(self) -> str:
        """Where it goes to."""
        return self.address.rpartition("@")[2].casefold()
