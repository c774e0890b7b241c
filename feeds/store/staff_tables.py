"""The tables of those who publish: people, their sessions, the tokens of programs, and the record of what was done."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from feeds.store.schema import Document, Instant, metadata
from feeds.store.tables import Id

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    # What a person signs in with, case-folded: two people must never share it.
    Column("name", String(80), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    # Slugs of the divisions that an editor writes for, and for all below them; of no meaning for other roles.
    Column("divisions", Document, nullable=False),
    Column("language", String(16), nullable=True),
    Column("password_hash", Text, nullable=False),
    # A password that somebody else chose has to be changed at the first sign-in.
    Column("must_change", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

staff_session = Table(
    "staff_session",
    metadata,
    # SHA-256 of the cookie's value: who reads this table can sign in nowhere.
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("id", Id, primary_key=True),
    # Keyed hashes of the name tried, and of the network it was tried from.
    Column("name_key", String(64), nullable=False),
    Column("network_key", String(64), nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_sign_in_failure_name", "name_key", "at"),
    Index("ix_sign_in_failure_network", "network_key", "at"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Id, primary_key=True),
    # What the audit log calls it.
    Column("name", String(80), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),
    Column("divisions", Document, nullable=False),
    Column("scopes", Document, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("used_at", Instant, nullable=True),
    Column("expires_at", Instant, nullable=True),
    Column("revoked_at", Instant, nullable=True),
)

idempotency = Table(
    "idempotency",
    metadata,
    # Written in the transaction of what was asked: a repeat finds the first answer, or nothing was done.
    Column("token_id", Id, ForeignKey("api_token.id"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Document, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    # A person's name, "token NAME", "shell", "intake" or "clock".
    Column("actor", String(100), nullable=False, index=True),
    Column("action", String(40), nullable=False),
    Column("article_id", Id, ForeignKey("article.id"), nullable=True, index=True),
    # Whom or what else it was done to, and what is worth knowing of it. Never a password, a token or an address.
    Column("subject", String(200), nullable=True),
    Column("details", Document, nullable=False),
)
