"""Every setting, read once from the environment or `civicwire.toml`: a pure function; all problems at once.

The environment wins over the file. A name we do not know is an error, so that a slip is not a silent default. Any
setting may come as NAME_FILE, whose file holds the value; an empty value is an error.
"""

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from feeds.errors import AddressRefused, Misconfigured
from notifier.addresses import normalise
from notifier.transport.smtp import Tls

PREFIX = "CIVICWIRE_"
FILE_NAME = "civicwire.toml"
MOST_HUBS = 10


class SettingsError(Misconfigured):
    """One or more settings are wrong; `problems` names each, one sentence a piece."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decides. A field is the setting of its name in capitals after CIVICWIRE_."""

    database_url: str = field(default="sqlite:///var/civicwire.db", repr=False)
    base_url: str = "http://127.0.0.1:8000"
    city: Path | None = None
    secret_key: tuple[str, ...] = field(default=(), repr=False)
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_tls: Tls = Tls.STARTTLS
    smtp_ca_file: Path | None = None
    smtp_username: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_connections: int = 4
    mail_from: str | None = None
    bounce_domain: str | None = None
    bounce_listen: tuple[str, int] | None = None
    parked_dir: Path | None = None
    dkim_keys: tuple[tuple[str, Path], ...] = ()
    media_dir: Path | None = None
    journal: Path | None = None
    hubs: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    feed_requests_a_minute: int = 60
    undo_seconds: int = 60
    alerts_a_day: int = 0
    consent_months: int = 24
    forget_days: int = 90
    metrics_token: str | None = field(default=None, repr=False)
    log_format: str = "text"


def _base_url(text: str) -> str:
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://newsroom.example.org")
    if parts.path:
        raise ValueError("must have no path: the service answers at the root of its host")
    return text.rstrip("/")


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.replace("\n", ",").split(",") if key.strip())
    if not keys or any(len(key) < 32 for key in keys):
        raise ValueError("must hold keys of at least 32 characters, the newest first, separated by commas")
    return keys


def _address(text: str) -> str:
    try:
        return normalise(text)
    except AddressRefused as error:
        raise ValueError(f"is no address to write from: {error}") from error


def _domain(text: str) -> str:
    try:
        return normalise(f"bounce@{text}").rpartition("@")[2]
    except AddressRefused as error:
        raise ValueError("must be a domain such as bounces.example.org") from error


def _dkim_keys(text: str) -> tuple[tuple[str, Path], ...]:
    found = [one.strip().partition("=") for one in text.replace("\n", ",").split(",") if one.strip()]
    if not all(selector.strip() and path.strip() for selector, _, path in found):
        raise ValueError("must name each key as SELECTOR=PATH, separated by commas")
    keys = tuple((selector.strip(), Path(path.strip())) for selector, _, path in found)
    if len({selector for selector, _ in keys}) < len(keys):
        raise ValueError("must give each selector one key")
    return keys


def _endpoint(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not host.isprintable() or " " in host:
        raise ValueError("must be of the form 127.0.0.1:2525")
    try:
        return host, _number(1, 65535)(port)
    except ValueError as error:
        raise ValueError("must be of the form 127.0.0.1:2525, with a port from 1 to 65535") from error


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
            raise ValueError(f"must be a number from {low} to {high}")
        return int(text)

    return read


def _consent_months(text: str) -> int:
    months = _number(0, 24)(text)
    if 0 < months < 3:
        raise ValueError("must be 0, or a number from 3 to 24: people are asked a month before")
    return months


def _one_of(*values: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"must be one of {', '.join(values)}")
        return text

    return read


def _hubs(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not 0 < len(found) <= MOST_HUBS:
        raise ValueError(f"must hold 1 to {MOST_HUBS} addresses")
    for one in found:
        try:
            parts = urlsplit(one)
            whole = parts.hostname and (parts.port is None or parts.port > 0)
        except ValueError:
            whole = False
        plain = one.isascii() and one.isprintable() and not set(one) & set('<>"\\@#')
        if not whole or not plain or parts.scheme not in ("http", "https") or len(one) > 500:
            raise ValueError("must hold addresses such as https://hub.example.org/, separated by commas")
    return found


def _networks(text: str) -> tuple[str, ...]:
    found = tuple(one for one in text.replace(",", " ").split() if one)
    try:
        for one in found:
            ip_network(one)
    except ValueError as error:
        raise ValueError("must hold addresses or networks such as 127.0.0.1, 10.1.0.0/16") from error
    return found


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line without control characters")
    return text


def _token(text: str) -> str:
    token = text.strip()
    if len(token) < 16 or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("must be one word of at least 16 characters in ASCII")
    return token


_READERS: dict[str, Callable[[str], object]] = {
    "database_url": _line,
    "base_url": _base_url,
    "city": Path,
    "secret_key": _keys,
    "smtp_host": _line,
    "smtp_port": _number(1, 65535),
    "smtp_tls": lambda text: Tls(_one_of(*Tls)(text)),
    "smtp_ca_file": Path,
    "smtp_username": _line,
    "smtp_password": _line,
    "smtp_connections": _number(1, 100),
    "mail_from": _address,
    "bounce_domain": _domain,
    "bounce_listen": _endpoint,
    "parked_dir": Path,
    "dkim_keys": _dkim_keys,
    "media_dir": Path,
    "journal": Path,
    "hubs": _hubs,
    "trusted_proxies": _networks,
    "feed_requests_a_minute": _number(0, 1_000_000),
    "undo_seconds": _number(0, 3600),
    "alerts_a_day": _number(0, 1000),
    "consent_months": _consent_months,
    "forget_days": _number(30, 3650),
    "metrics_token": _token,
    "log_format": _one_of("text", "json"),
}
NAMES = tuple(_READERS)
"""Every setting there is, in lower case, as the documentation lists them."""


def read_settings(
    environment: Mapping[str, str], file_text: str | None = None, *, read_file: Callable[[str], str] = lambda path: path
) -> Settings:
    """The settings of an environment and the text of a settings file. SettingsError names every problem at once."""
    problems: list[str] = []
    raw = _from_file(file_text, problems) | _from_environment(environment, read_file, problems)
    values: dict[str, object] = {}
    for name, (text, origin) in raw.items():
        try:
            if not text.strip():
                raise ValueError("is empty: give it a value or leave it out")
            values[name] = _READERS[name](text.strip())
        except ValueError as error:
            problems.append(f"{origin}: {error}")
    if bool(values.get("smtp_username")) != bool(values.get("smtp_password")):
        problems.append(f"{PREFIX}SMTP_USERNAME and {PREFIX}SMTP_PASSWORD: give both or neither")
    if values.get("bounce_listen") and not values.get("bounce_domain"):
        problems.append(f"{PREFIX}BOUNCE_LISTEN: needs {PREFIX}BOUNCE_DOMAIN, the domain whose mail comes there")
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(**values)  # type: ignore[arg-type]


def load_settings(folder: Path = Path()) -> Settings:
    """The settings of this process: its environment, and `civicwire.toml` in the folder if there is one."""
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{FILE_NAME}: cannot be read as text in UTF-8",)) from error
    return read_settings(os.environ, text, read_file=lambda name: Path(name).read_text(encoding="utf-8"))  # noqa: TID251


def _from_file(text: str | None, problems: list[str]) -> dict[str, tuple[str, str]]:
    try:
        table = tomllib.loads(text or "")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{FILE_NAME}: {error}")
        return {}
    found: dict[str, tuple[str, str]] = {}
    for key, value in table.items():
        name = key.lower().removeprefix(PREFIX.lower())
        origin = f"{FILE_NAME}: {key}"
        if name not in _READERS:
            problems.append(f"{origin}: there is no such setting{_near(name)}")
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            found[name] = (",".join(value), origin)
        elif isinstance(value, bool) or not isinstance(value, str | int):
            problems.append(f"{origin}: must be a text or a number")
        else:
            found[name] = (str(value), origin)
    return found


def _from_environment(
    environment: Mapping[str, str], read_file: Callable[[str], str], problems: list[str]
) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for key in sorted(environment):
        if not key.startswith(PREFIX):
            continue
        name = key.removeprefix(PREFIX).lower()
        secret = name.removesuffix("_file")
        if name in _READERS:
            found[name] = (environment[key], key)
        elif secret in _READERS and name != secret:
            try:
                found[secret] = (read_file(environment[key]), key)
            except (OSError, UnicodeDecodeError):
                problems.append(f"{key}: cannot read the file it names")
            if f"{PREFIX}{secret.upper()}" in environment:
                problems.append(f"{key}: {PREFIX}{secret.upper()} is given as well; give one of the two")
        else:
            problems.append(f"{key}: there is no such setting{_near(name)}")
    return found


def _near(name: str) -> str:
    near = difflib.get_close_matches(name, _READERS, n=1)
    return f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""
