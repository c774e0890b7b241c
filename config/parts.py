"""Makes the parts and puts them together. Read it from top to bottom to see what Civicwire is made of.

What answers over HTTP is made in `config.site`, so that no command waits for a web framework that it does not use.
"""

import contextlib
import os
import random
import secrets
import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from config.city import default_city_text, read_city
from config.settings import Settings
from feeds import words
from feeds.access.accounts import Accounts
from feeds.access.entrance import Entrance
from feeds.access.passwords import Passwords
from feeds.access.programs import Programs
from feeds.access.seals import Seals
from feeds.arrivals import Arrivals
from feeds.clock import Clock, system_clock
from feeds.desk import Desk
from feeds.errors import CivicwireError, Misconfigured
from feeds.hubs import Hubs
from feeds.media.keeper import MediaStore
from feeds.media.tidying import MediaTidying
from feeds.model import City, Newsroom
from feeds.publication import Publications
from feeds.store.database import Database
from notifier import messages
from notifier.alerts import Alerts
from notifier.bounces import Ourselves
from notifier.delivery import Sender
from notifier.digests import Digests
from notifier.dkim import Key, KeyUnusable, Signer
from notifier.embargoes import Embargoes
from notifier.envelope import ReturnAddresses
from notifier.erasure import Forgetting
from notifier.following import Following
from notifier.journal import Journal
from notifier.messages import Letters
from notifier.parking import Parking
from notifier.personal import Personal
from notifier.press import Press
from notifier.rehearsal import Rehearsal
from notifier.renewals import Renewals
from notifier.returns import Returns
from notifier.schedule import Ticks
from notifier.timepiece import Timepiece
from notifier.tokens import Tokens
from notifier.transport.smtp import SmtpOptions, SmtpTransport
from notifier.withdrawals import Withdrawals


@dataclass
class Parts:
    """The parts of one installation, each made when it is first asked for."""

    settings: Settings
    clock: Clock = system_clock

    @cached_property
    def newsroom(self) -> Newsroom:
        """The city at its public address."""
        city = read_city_file(self.settings.city)
        if self.settings.mail_from is not None:
            city = replace(city, sender_address=self.settings.mail_from)
        return Newsroom(city, self.settings.base_url, undo=timedelta(seconds=self.settings.undo_seconds))

    @cached_property
    def database(self) -> Database:
        """The store and the ledger."""
        return Database(self.settings.database_url)

    @cached_property
    def words(self) -> dict[str, words.Words]:
        """The sentences of pages and mails."""
        return words.load("feeds", "notifier")

    @cached_property
    def tokens(self) -> Tokens:
        """Signs and reads links."""
        return Tokens(self.keys)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The secret keys, the newest first."""
        return self.settings.secret_key or (kept_key(self.database),)

    @cached_property
    def arrivals(self) -> Arrivals:
        """Takes pages in."""
        return Arrivals(self.database, self.newsroom, self.clock)

    @cached_property
    def desk(self) -> Desk:
        """What staff do with articles."""
        return Desk(self.newsroom, self.clock)

    @cached_property
    def publications(self) -> Publications:
        """Publishes what is scheduled."""
        return Publications(self.database, self.newsroom, self.clock)

    @cached_property
    def letters(self) -> Letters:
        """Writes mails."""
        return Letters(self.newsroom, self.words, messages.environment())

    @cached_property
    def following(self) -> Following:
        """What residents do."""
        return Following(self.database, self.newsroom, self.letters, self.tokens, self.clock, self.journal)

    @cached_property
    def personal(self) -> Personal:
        """What people do about their own mail."""
        return Personal(self.database, self.newsroom, self.letters, self.tokens, self.clock, self.journal)

    @cached_property
    def alerts(self) -> Alerts:
        """Plans alerts."""
        return Alerts(self.database, self.newsroom, self.letters, self.clock, self.settings.alerts_a_day)

    @cached_property
    def withdrawals(self) -> Withdrawals:
        """Plans notices of withdrawals."""
        return Withdrawals(self.database, self.newsroom, self.letters, self.clock)

    @cached_property
    def embargoes(self) -> Embargoes:
        """Plans what journalists are told under embargo."""
        return Embargoes(self.database, self.newsroom, self.letters, self.clock)

    @cached_property
    def press(self) -> Press:
        """Keeps who is accredited."""
        return Press(self.database, self.newsroom, self.tokens, self.clock)

    @cached_property
    def rehearsal(self) -> Rehearsal:
        """Writes mails that go to nobody."""
        return Rehearsal(self.newsroom, self.letters, self.clock, self.settings.consent_months)

    @cached_property
    def digests(self) -> Digests:
        """Plans digests."""
        return Digests(self.database, self.newsroom, self.letters, self.clock)

    @cached_property
    def renewals(self) -> Renewals:
        """Asks whether consents go on."""
        months = self.settings.consent_months
        return Renewals(self.database, self.newsroom, self.letters, self.clock, months)

    @cached_property
    def forgetting(self) -> Forgetting:
        """Destroys people who have left."""
        return Forgetting(self.database, self.tokens, self.clock, timedelta(days=self.settings.forget_days))

    @cached_property
    def transport(self) -> SmtpTransport:
        """The way to the mail server."""
        settings = self.settings
        options = SmtpOptions(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            ca_file=settings.smtp_ca_file,
            username=settings.smtp_username,
            password=settings.smtp_password,
            connections=settings.smtp_connections,
        )
        return SmtpTransport(options)

    @cached_property
    def sender(self) -> Sender:
        """Sends what is planned."""
        jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
        delivery = (self.database, self.newsroom, self.tokens, self.transport, self.clock, jitter)
        return Sender(*delivery, addresses=self.return_addresses, signer=self.signer, journal=self.journal)

    @cached_property
    def signer(self) -> Signer | None:
        """Signs mails; None where no keys are set. CivicwireError naming the key that cannot be used."""
        keys = tuple(read_dkim_key(selector, path) for selector, path in self.settings.dkim_keys)
        domain = self.newsroom.city.sender_address.rpartition("@")[2]
        return Signer(domain, keys) if keys else None

    @cached_property
    def return_addresses(self) -> ReturnAddresses | None:
        """The addresses that mail comes back to; None where no domain is set for them."""
        domain = self.settings.bounce_domain
        return ReturnAddresses(domain, self.tokens) if domain else None

    @cached_property
    def journal(self) -> Journal:
        """Keeps what people decided beside all backups."""
        path = self.settings.journal or beside(self.database, "suppressions.journal")
        return Journal(path, self.tokens, self.clock)

    @cached_property
    def parking(self) -> Parking:
        """Keeps what nobody could decide on."""
        return Parking(self.settings.parked_dir or beside(self.database, "parked"))

    @cached_property
    def returns(self) -> Returns:
        """Takes the mail that comes back. CivicwireError where no domain is set for it."""
        addresses = self.return_addresses
        if addresses is None:
            raise CivicwireError("set CIVICWIRE_BOUNCE_DOMAIN to the domain that mail comes back to")
        us = Ourselves(addresses.domain, self.newsroom.city.sender_address)
        return Returns(self.database, addresses, us, self.tokens, self.clock, self.parking, self.journal)

    @cached_property
    def ticks(self) -> Ticks:
        """What the alarm clock wakes."""
        tidying = [self.personal.forget_moves, self.press.forget, self.forgetting.run, self.entrance.tidy]
        tidying += [MediaTidying(self.database, self.media.folder, self.clock).run, self.journal.tidy]
        if self.return_addresses is not None:
            tidying.append(self.returns.tidy)
        plans = (self.alerts, self.withdrawals, self.embargoes, self.digests)
        planning = (*plans, self.sender, self.following, self.renewals)
        return Ticks(self.publications.run, *planning, hubs=self.hubs, tidying=tidying)

    @cached_property
    def timepiece(self) -> Timepiece:
        """Says whether the clock is believed."""
        return Timepiece(self.database, self.clock)

    @cached_property
    def hubs(self) -> Hubs:
        """Tells hubs of changes."""
        return Hubs(self.database, self.newsroom, self.settings.hubs, self.clock)

    @cached_property
    def passwords(self) -> Passwords:
        """Keeps and checks the passwords of staff."""
        return Passwords()

    @cached_property
    def entrance(self) -> Entrance:
        """Signs staff in."""
        return Entrance(self.database, self.clock, self.passwords, Seals(self.keys))

    @cached_property
    def accounts(self) -> Accounts:
        """Keeps the accounts of staff."""
        return Accounts(self.database, self.newsroom, self.clock, self.passwords)

    @cached_property
    def media(self) -> MediaStore:
        """Keeps pictures and files."""
        return MediaStore(self.settings.media_dir or beside(self.database, "media"), self.clock)

    @cached_property
    def programs(self) -> Programs:
        """Keeps the tokens of programs."""
        return Programs(self.database, self.newsroom, self.clock)


def read_city_file(path: Path | None) -> City:
    """The city of a file, or Daegu. CivicwireError, naming every problem, if it cannot be used."""
    if path is None:
        return read_city(default_city_text(), name="daegu.toml")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"cannot read the city file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"the city file {path} is not text in UTF-8") from error
    return read_city(text, name=path.name)


def read_dkim_key(selector: str, path: Path) -> Key:
    """A key of the settings. CivicwireError, in one line that names the file, if it cannot sign."""
    try:
        return Key.read(selector, path.read_bytes())
    except OSError as error:
        raise Misconfigured(f"CIVICWIRE_DKIM_KEYS: cannot read {path}: {error.strerror}") from error
    except KeyUnusable as error:
        raise Misconfigured(f"CIVICWIRE_DKIM_KEYS: {selector}={path}: {error}") from error


def _keep_first(path: Path, key: str) -> None:
    """Write the key whole and durably, unless another process was first: all of them must sign with the same one."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".key", encoding="ascii") as draft:  # mode 0600
        draft.write(key + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, path)


def key_file(database: Database) -> Path:
    """Where the secret key of a SQLite database is kept. CivicwireError where a key has to be set instead."""
    if not database.is_sqlite:
        raise Misconfigured("set CIVICWIRE_SECRET_KEY to at least 32 random characters, the same for every process")
    return Path(database.url.database or "").with_name("secret.key")


def beside(database: Database, name: str) -> Path:
    """Where a file or folder of this installation is kept unless a setting says otherwise."""
    return Path(database.url.database or "").with_name(name) if database.is_sqlite else Path("var") / name


def kept_key(database: Database) -> str:
    """The secret key kept beside a SQLite database, made at first use. Several machines need a key in the settings."""
    path = key_file(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _keep_first(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise CivicwireError(f"cannot keep the secret key in {path}: {error.strerror}") from error
