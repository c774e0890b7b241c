"""The tables of who asked for what and what was sent. The promises to people are the unique indexes."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    false,
    text,
    true,
)

from feeds.store.schema import Document, Instant, metadata
from feeds.store.tables import Id

_WAITING = text("ended_at IS NULL")
_CAPPED = text("daily_cap > 0")
_PAUSED = text("paused_until IS NOT NULL")
_UNSENT = text("state IN ('pending', 'deferred')")
_CLAIMED = text("lease_until IS NOT NULL")
_UNFINISHED = text("state IN ('pending', 'sending', 'deferred')")

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Id, primary_key=True),
    # One person is one row, however the address was written.
    Column("address", String(320), nullable=False, unique=True),
    Column("language", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    # When digests come: a whole hour in a zone, the city's own where none is named; and since when that holds.
    Column("hour", SmallInteger, nullable=False, server_default=text("8")),
    Column("zone", String(64), nullable=True),
    Column("timed_at", Instant, nullable=True),
    Column("pictures", Boolean, nullable=False, server_default=true()),
    # A pause: until when, after which change it began, and whether what came out meanwhile is wanted afterwards.
    Column("paused_until", Instant, nullable=True),
    Column("paused_from", Id, nullable=True),
    Column("catch_up", Boolean, nullable=False, server_default=true()),
    # How many mails come at once in a day; nothing where the setting holds, 0 for as many as there are.
    Column("daily_cap", SmallInteger, nullable=True),
    Index("ix_subscriber_capped", "daily_cap", sqlite_where=_CAPPED, postgresql_where=_CAPPED),
    Index("ix_subscriber_paused", "paused_until", sqlite_where=_PAUSED, postgresql_where=_PAUSED),
    # A link that carries an id must never speak of another person later: no id is given twice.
    sqlite_autoincrement=True,
)

consent = Table(
    "consent",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("text_version", String(40), nullable=False),
    Column("language", String(16), nullable=False),
    Column("source", String(40), nullable=False),
)

signup = Table(
    "signup",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address", String(320), nullable=False, index=True),
    Column("scope", Text, nullable=False),
    Column("cadence", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    # Nothing where the form did not ask for an hour.
    Column("hour", SmallInteger, nullable=True),
    Column("zone", String(64), nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("confirmed_at", Instant, nullable=True),
    # Who asks to be written to at this address from now on, where that is what is to be confirmed.
    Column("mover_id", Id, nullable=True),
    sqlite_autoincrement=True,
)

renewal = Table(
    "renewal",
    metadata,
    # A consent is asked about once, and a person about one at a time.
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
    Column("agreed_at", Instant, primary_key=True),
    # Days in the city: when it was asked, and when mail ends without an answer.
    Column("asked_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    # How many mails have asked, and since when the last of them has been planned.
    Column("mails", SmallInteger, nullable=False),
    Column("mailed_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    Column("outcome", String(16), nullable=True),
    Index("uq_renewal_open", "subscriber_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_renewal_outcome", "outcome", "ended_at"),
)

_LIVE = text("ended_at IS NULL")
_NARROWED = text("ended_at IS NULL AND narrowed")
_OF_ARTICLE = text("ended_at IS NULL AND article_id IS NOT NULL")

subscription = Table(
    "subscription",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), nullable=False),
    Column("scope", Text, nullable=False),
    # The scope again in columns that a statement over all subscriptions can match: whether it names no division,
    Column("everything", Boolean, nullable=False),
    Column("language", String(16), nullable=True),
    # and whether it names more than divisions and a language, so that it has to be asked itself.
    Column("narrowed", Boolean, nullable=False, server_default=false()),
    # The one article that is followed, where a scope is that: no statement about divisions finds it.
    Column("article_id", Id, nullable=True),
    Column("cadence", String(16), nullable=False),
    # The last change that this subscription was told of, or had its turn at.
    Column("cursor", Id, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    Column("end_reason", String(40), nullable=True),
    # One live subscription per person and wish; ended ones stay as history with their reason.
    Index(
        "uq_subscription_live",
        "subscriber_id",
        "scope",
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    ),
    # The planners ask who of a cadence is behind.
    Index("ix_subscription_due", "cadence", "cursor", sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("ix_subscription_narrowed", "scope", sqlite_where=_NARROWED, postgresql_where=_NARROWED),
    Index("ix_subscription_article", "article_id", sqlite_where=_OF_ARTICLE, postgresql_where=_OF_ARTICLE),
)

subscription_division = Table(
    "subscription_division",
    metadata,
    Column("subscription_id", Id, ForeignKey("subscription.id"), primary_key=True),
    Column("division", String(80), primary_key=True, index=True),
)

run = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("cadence", String(16), nullable=False),
    Column("slot", String(80), nullable=False),
    Column("local_on", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("cut_at", Instant, nullable=False),
    Column("to_change", Id, nullable=False),
    Column("outcome", String(16), nullable=False),
    # A digest of one day is started once, by whoever comes first.
    Index("uq_run_slot", "cadence", "slot", "local_on", unique=True),
)

mailing = Table(
    "mailing",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(24), nullable=False),
    # What it says, to whom it is the same: equal content is one mailing.
    Column("key", String(160), nullable=False, unique=True),
    Column("language", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    # Advertising by law, which is not sent in quiet hours.
    Column("advertising", Boolean, nullable=False, server_default=false()),
    Column("created_at", Instant, nullable=False),
    # What a digest was made from, so that it can be made again without a release that was withdrawn before the wire.
    Column("plan", Document, nullable=True),
    # Counts up when it is made again, so that nobody sends what was read before.
    Column("edition", Integer, nullable=False),
    # The link to a mail's copy names it for ever: no number comes twice, nor after a backup was restored.
    sqlite_autoincrement=True,
)

mailing_article = Table(
    "mailing_article",
    metadata,
    Column("mailing_id", Id, ForeignKey("mailing.id"), primary_key=True),
    # Staff ask what became of an article's mails.
    Column("article_id", Id, ForeignKey("article.id"), primary_key=True, index=True),
    Column("revision", Integer, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mailing_id", Id, ForeignKey("mailing.id"), nullable=False),
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), nullable=True, index=True),
    Column("signup_id", Id, ForeignKey("signup.id"), nullable=True, index=True),
    # An open form asks how much an address had of late, staff what it got, an erasure where it stands.
    Column("address", String(320), nullable=False, index=True),
    Column("state", String(24), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    # Which waiting one goes before which other: see `notifier.model.Priority`.
    Column("priority", SmallInteger, nullable=False, server_default=text("3")),
    Column("next_attempt_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=True),
    Column("owner", String(40), nullable=True),
    Column("reply", Text, nullable=True),
    # Why this person is told, in a sentence of their own: what they follow by words, and which of them were found.
    Column("reason", Text, nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant, nullable=True),
    # One mailing reaches one address once: planning twice plans nothing.
    Index("uq_delivery_recipient", "mailing_id", "address", unique=True),
    # What is finished is in none of these, so that a claim costs the same after a million deliveries.
    Index("ix_delivery_due", "priority", "next_attempt_at", "id", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
    Index("ix_delivery_age", "created_at", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
    Index("ix_delivery_lease", "priority", "lease_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
    Index("ix_delivery_open", "state", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    # What comes back names it, and so does a Message-ID: no number comes twice, nor after a backup was restored.
    sqlite_autoincrement=True,
)

notice = Table(
    "notice",
    metadata,
    # A person is told of a change once, by alert or by digest, however many subscriptions match.
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True),
    Column("change_number", Id, ForeignKey("change.number"), primary_key=True, autoincrement=False),
    Column("article_id", Id, ForeignKey("article.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("delivery_id", Id, ForeignKey("delivery.id"), nullable=False, index=True),
)

UNSENT = text("delivery.state IN ('pending', 'deferred')")
"""Written out, for SQLite looks into an index of some rows only where a query says the same of them, word by word."""
UNFINISHED = text("delivery.state IN ('pending', 'sending', 'deferred')")
"""Written out for the same reason."""

move = Table(
    "move",
    metadata,
    # The mail that told the address before: its link takes the change back.
    Column("delivery_id", Id, ForeignKey("delivery.id"), primary_key=True, autoincrement=False),
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), nullable=False, index=True),
    Column("address_before", String(320), nullable=False),
    Column("at", Instant, nullable=False),
)

suppression = Table(
    "suppression",
    metadata,
    # A keyed hash of the address: after erasure nothing else is kept.
    Column("address_hash", String(64), primary_key=True),
    Column("reason", String(40), nullable=False),
    Column("source", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)

revocation = Table(
    "revocation",
    metadata,
    # A keyed hash of an address whose person was erased, or went to another one.
    Column("address_hash", String(64), primary_key=True),
    # What it agreed to before holds no more, whatever list says so.
    Column("at", Instant, nullable=False, index=True),
)

bounce = Table(
    "bounce",
    metadata,
    # A delivery comes back once in each way, however many mails say so and however often they are read.
    Column("delivery_id", Id, ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("finding", String(16), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    # A refusal that has held sending once, or came while it was held, does not hold it again.
    Column("spent", Boolean, nullable=False),
    Index("ix_bounce_finding", "finding", "at"),
)

bounce_tally = Table(
    "bounce_tally",
    metadata,
    # How many mails of each kind came back on a day (UTC): forged ones leave nothing else.
    Column("day", Date, primary_key=True),
    Column("finding", String(16), primary_key=True),
    Column("number", Integer, nullable=False),
)

rest = Table(
    "rest",
    metadata,
    # A pause of which nothing is wanted afterwards: no digest tells what came out in it, after one change and up to
    # another. What came out before it began and had no turn then is in the next digest.
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
    Column("after_change", Id, primary_key=True, autoincrement=False),
    Column("to_change", Id, nullable=False),
)

overflow = Table(
    "overflow",
    metadata,
    # A release that somebody had no mail of at once, for they had enough: their next digest tells it.
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
    Column("change_number", Id, ForeignKey("change.number"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
)

accreditation = Table(
    "accreditation",
    metadata,
    # Who may have releases under embargo, and until when: a person has one accreditation.
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
    Column("until", Instant, nullable=False),
    # Of which divisions and those below them; nothing where of all.
    Column("divisions", Document, nullable=True),
    Column("granted_at", Instant, nullable=False),
    Column("granted_by", String(80), nullable=False),
)

_OPENS = text("ended_at IS NULL")

press_key = Table(
    "press_key",
    metadata,
    # What a personal address under embargo speaks of: another number is another address, and no number comes twice.
    Column("id", Id, primary_key=True),
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    # A person has one such address at a time.
    Index("uq_press_key_live", "subscriber_id", unique=True, sqlite_where=_OPENS, postgresql_where=_OPENS),
    Index("ix_press_key_ended", "ended_at"),
    sqlite_autoincrement=True,
)

embargo_access = Table(
    "embargo_access",
    metadata,
    # Who looked at a release under embargo: a row an hour for each way, however often a program asks.
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True, autoincrement=False),
    Column("article_id", Id, ForeignKey("article.id"), primary_key=True, autoincrement=False, index=True),
    Column("way", String(16), primary_key=True),
    Column("hour", Instant, primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("number", Integer, nullable=False),
    Column("agent", String(200), nullable=False),
)

budget = Table(
    "budget",
    metadata,
    # How many mails were asked for in an hour from a network, or to a mail domain; which one, only a keyed mark says.
    Column("hour", Instant, primary_key=True),
    Column("mark", String(40), primary_key=True),
    Column("number", Integer, nullable=False),
)

hold = Table(
    "hold",
    metadata,
    # The one row that stops all sending while it exists.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # Nobody where the program itself stopped it.
    Column("put_by", String(80), nullable=True),
)

restoration = Table(
    "restoration",
    metadata,
    Column("id", Id, primary_key=True),
    # When the backup was made, its last change and its last delivery; and when it was restored.
    Column("taken_at", Instant, nullable=False),
    Column("change_number", Id, nullable=False),
    Column("last_delivery", Id, nullable=False),
    Column("restored_at", Instant, nullable=False),
    # The releases that it had on its schedule for before that: their hour may have come, and their mails gone out.
    Column("overdue", Document, nullable=False),
    # Nothing is planned before somebody has decided what becomes of what may have been sent, and how.
    Column("settled_at", Instant, nullable=True),
    Column("resent", Boolean, nullable=True),
)
