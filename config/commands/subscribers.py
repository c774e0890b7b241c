"""`civicwire subscribers`: who follows what, and what an address got and why not."""

from collections.abc import Sequence

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from feeds.errors import CivicwireError, NotFound
from feeds.scope import MAX_VALUES, Scope
from feeds.store import changes
from notifier.addresses import normalise
from notifier.ledger import history, subscribers, suppressions
from notifier.model import Cadence


def run(
    *,
    action: str,
    email: str,
    divisions: Sequence[str] = (),
    cadence: str = Cadence.DAILY,
    language: str | None = None,
    confirmed: bool = False,
    as_json: bool,
) -> None:
    """Sign an address up, show one, or erase one."""
    address = normalise(email)
    with opened() as parts:
        if action == "erase":
            _erase(parts, address, as_json)
            return
        if action == "add":
            _add(parts, address, divisions, cadence, language, confirmed)
        _show(parts, address, as_json)


def _add(
    parts: Parts, address: str, divisions: Sequence[str], cadence: str, language: str | None, confirmed: bool
) -> None:
    for slug in divisions:
        if parts.newsroom.division(slug) is None:
            raise NotFound("division", slug)
    if len(set(divisions)) > MAX_VALUES:
        raise CivicwireError(f"at most {MAX_VALUES} divisions: leave --division out to follow all")
    languages = parts.newsroom.city.languages
    if language is not None and language not in languages:
        raise CivicwireError(f"--language must be one of {', '.join(languages)}")
    take = parts.following.add if confirmed else parts.following.ask
    take(address, Scope(tuple(divisions)), Cadence(cadence), language=language or languages[0])


def _erase(parts: Parts, address: str, as_json: bool) -> None:
    """Erase the person; mail on its way is not sent, for nobody follows by that address any more."""
    with parts.database.write() as session:
        changes.take_turn(session)
        erased = subscribers.erase(session, address)
    if as_json:
        print_json({"address": address, "erased": erased})
    else:
        print("Everything kept of this address is erased." if erased else "Nothing is kept of this address.")


def _show(parts: Parts, address: str, as_json: bool) -> None:
    with parts.database.read() as session:
        person = subscribers.find(session, address)
        live = subscribers.live(session, person.id) if person else []
        sent = history.of_address(session, address)
        suppressed = suppressions.find(session, parts.tokens.address_hashes(address))
    if as_json:
        print_json(
            {
                "address": address,
                "subscriber": person is not None,
                "suppressed": suppressed.reason if suppressed else None,
                "suppressed_by": suppressed.source if suppressed else None,
                "suppressed_at": suppressed.at if suppressed else None,
                "follows": [{"scope": str(one.scope), "cadence": str(one.cadence)} for one in live],
                "deliveries": [
                    {
                        "kind": str(one.kind),
                        "subject": one.subject,
                        "state": str(one.state),
                        "attempts": one.attempts,
                        "reply": one.reply,
                        "because": one.reason,
                        "created": one.created_at,
                        "settled": one.settled_at,
                    }
                    for one in sent
                ],
            }
        )
        return
    if person is None:
        print(f"{address} follows nothing: it has not confirmed a sign-up.")
    else:
        rows = [(str(one.scope) or "every release", one.cadence) for one in live]
        print_table(("follows", "cadence"), rows, title=f"{address} since {person.created_at:%Y-%m-%d}")
    if suppressed:
        since = f"since {suppressed.at:%Y-%m-%d}, by {suppressed.source}"
        print(f"No list mail is sent to it: {suppressed.reason.replace('_', ' ')} ({since}).")
    history_rows = [(f"{one.created_at:%Y-%m-%d %H:%M}", one.kind, one.state, one.subject, one.reply) for one in sent]
    print_table(("planned (UTC)", "kind", "state", "subject", "the server said"), history_rows)
