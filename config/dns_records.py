"""The DNS records that mail needs, and whether the world sees them. What to publish is pure; asking is one function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from notifier.dkim import Signer

Ask = Callable[[str, str], Sequence[str] | None]
"""Answers the values at a (name, type); none where there are none, None where nobody could be asked."""
_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Record:
    """One record to publish; a `hint` is a value to adapt, of which only the beginning is looked for."""

    name: str
    kind: str
    value: str
    hint: bool = False

    def is_among(self, found: Sequence[str]) -> bool:
        """Whether these values hold it."""
        if self.kind == "MX":
            return bool(found)
        if self.hint:
            return any(one.startswith(self.value.split()[0].rstrip(";")) for one in found)
        return self.value.replace(" ", "") in [one.replace(" ", "") for one in found]


def records(sender_domain: str, bounce_domain: str | None, signer: Signer | None, relay: str) -> list[Record]:
    """What to publish for mail of this domain (RFC 7208, RFC 6376, RFC 7489), and for where it comes back to."""
    envelope = bounce_domain or sender_domain
    wanted = [Record(envelope, "TXT", f"v=spf1 {_mechanism(relay)} -all", hint=True)]
    if bounce_domain:
        wanted.append(Record(bounce_domain, "MX", "10 the mail server that hands mail for it to Civicwire", hint=True))
    keys = signer.keys if signer else ()
    wanted += [Record(f"{key.selector}._domainkey.{sender_domain}", "TXT", key.record) for key in keys]
    report = f"v=DMARC1; p=none; rua=mailto:postmaster@{sender_domain}"
    return [*wanted, Record(f"_dmarc.{sender_domain}", "TXT", report, hint=True)]


def _mechanism(relay: str) -> str:
    """How SPF names the relay (RFC 7208, section 5); one on this machine is known by the domain's own address."""
    try:
        address = ip_address(relay)
    except ValueError:
        return "a" if relay == "localhost" else f"a:{relay}"
    return "a" if address.is_loopback else f"ip{address.version}:{address}"


def seen(wanted: Sequence[Record], ask: Ask) -> list[tuple[Record, bool | None]]:
    """Each record and whether it is there; None where nobody could be asked, which is asked once."""
    answers: list[tuple[Record, bool | None]] = []
    silent = False
    for one in wanted:
        found = None if silent else ask(one.name, one.kind)
        silent = found is None
        answers.append((one, None if found is None else one.is_among(found)))
    return answers


def ask_resolver(name: str, kind: str) -> Sequence[str] | None:
    """Ask the resolver of this machine, for two seconds."""
    try:
        answer = Resolver().resolve(name, kind, lifetime=_SECONDS, search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    except (DNSException, OSError):
        return None
    if kind == "TXT":
        return [b"".join(one.strings).decode("utf-8", errors="replace") for one in answer]
    return [one.to_text() for one in answer]
