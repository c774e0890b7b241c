"""`civicwire check`: tries what the service needs, and says what is wrong in a sentence each."""

import asyncio
import sqlite3
from collections.abc import Callable

from config.commands.console import print_json, print_table
from config.dns_records import Record, ask_resolver, records, seen
from config.migrations.upgrading import demand_current, newest
from config.parts import Parts, key_file
from config.settings import Settings, load_settings
from feeds.clock import absurd
from feeds.errors import CivicwireError
from feeds.store import divisions
from feeds.store.database import RESTORE
from feeds.store.snapshot import damage
from notifier.budgets import FROM_A_NETWORK

_WORKS = {True: "yes", False: "NO", None: "LOOK"}
_SEEN = {True: "found", False: "NOT FOUND", None: "no resolver answered"}


def run(*, as_json: bool) -> None:
    """Try settings, city file, database and mail server; fails if any of them does not work."""
    parts = Parts(load_settings())
    found: dict[str, tuple[bool | None, str]] = {
        "city": _tried(lambda: f"{len(parts.newsroom.divisions)} divisions, {parts.newsroom.city.zone.key}"),
        "clock": _tried(lambda: _clock(parts)),
        "database": _tried(lambda: _database(parts)),
        "secret key": _tried(lambda: _secret_key(parts)),
        "mail server": _tried(lambda: _mail_server(parts)),
        "signing": _tried(lambda: _signing(parts)),
        "visitors": visitors(parts.settings),
    }
    if found["city"][0] and found["database"][0]:
        found["divisions"] = _tried(lambda: _divisions(parts))
    failed = [name for name, (works, _) in found.items() if works is False]
    published = seen(_records(parts), ask_resolver) if found["city"][0] and found["signing"][0] else []
    if as_json:
        checked = {name: {"works": works, "says": says} for name, (works, says) in found.items()}
        print_json({**checked, "records": [_as_json(record, there) for record, there in published]})
    else:
        rows = [(name, _WORKS[works], says) for name, (works, says) in found.items()]
        print_table(("what", "works", "says"), rows)
        if published:
            print("\nDNS records to publish:")
        for record, there in published:
            print(f"  {record.name} {record.kind} {record.value}{' (adapt it)' if record.hint else ''}: {_SEEN[there]}")
    if failed:
        raise CivicwireError(f"not ready: {', '.join(failed)}")


def _records(parts: Parts) -> list[Record]:
    domain = parts.newsroom.city.sender_address.rpartition("@")[2]
    return records(domain, parts.settings.bounce_domain, parts.signer, parts.settings.smtp_host)


def _as_json(record: Record, there: bool | None) -> dict[str, object]:
    return {"name": record.name, "type": record.kind, "value": record.value, "adapt": record.hint, "found": there}


def _signing(parts: Parts) -> str:
    """Whether mails are signed here, and with what."""
    if parts.signer is None:
        return "left to the relay"
    return ", ".join(f"{key.selector} ({key.algorithm})" for key in parts.signer.keys)


def visitors(settings: Settings) -> tuple[bool | None, str]:
    """Whether people are told apart by their addresses: not where a proxy stands before us that nobody has named."""
    if settings.trusted_proxies:
        return True, f"told apart by what {', '.join(settings.trusted_proxies)} says of them"
    if settings.base_url.startswith("https:"):
        return None, (
            "https comes by a proxy, and CIVICWIRE_TRUSTED_PROXIES names none: everybody counts as one, "
            f"who may ask for {FROM_A_NETWORK} mails an hour in all"
        )
    return True, "told apart by the addresses that connect"


def _tried(attempt: Callable[[], str]) -> tuple[bool | None, str]:
    try:
        return True, attempt()
    except CivicwireError as error:
        return False, str(error)


def _secret_key(parts: Parts) -> str:
    """Whether links can be signed, and with what."""
    if parts.settings.secret_key:
        return "set"
    return "kept beside the database" if key_file(parts.database).is_file() else "made beside the database at first use"


def _clock(parts: Parts) -> str:
    now = parts.clock()
    fault = absurd(now)
    if fault is not None:
        raise CivicwireError(fault)
    return f"{now.astimezone(parts.newsroom.city.zone):%Y-%m-%d %H:%M}"


def _database(parts: Parts) -> str:
    try:
        demand_current(parts.database)
        found = damage(parts.database)
    finally:
        parts.database.close()
    if found is not None:
        raise CivicwireError(f"the database is damaged: {found}; {RESTORE}")
    engine = f"SQLite {sqlite3.sqlite_version}" if parts.database.is_sqlite else "PostgreSQL"
    return f"{engine}, tables {newest()}"


def _divisions(parts: Parts) -> str:
    """Whether every release is filed under a division that the city file has, or had."""
    try:
        with parts.database.read() as session:
            filed = divisions.filed(session)
    finally:
        parts.database.close()
    unknown = {slug: count for slug, count in sorted(filed.items()) if parts.newsroom.division(slug) is None}
    if unknown:
        named = ", ".join(f"{slug} ({count})" for slug, count in unknown.items())
        raise CivicwireError(f"releases are filed under divisions that the city file does not name: {named}")
    retired = len(parts.newsroom.earlier_divisions)
    return f"every release has its division; {retired} retired" if retired else "every release has its division"


def _mail_server(parts: Parts) -> str:
    async def greet() -> None:
        async with parts.transport.connect():
            pass

    asyncio.run(greet())
    settings = parts.settings
    signed_in = f"signed in as {settings.smtp_username}" if settings.smtp_username else "without signing in"
    return f"{settings.smtp_host}:{settings.smtp_port} greets us, TLS {settings.smtp_tls}, {signed_in}"
