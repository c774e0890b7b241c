"""`civicwire subscribers`: who follows what, and what an address got and why not."""

from collections.abc import Sequence

from config.commands.console import opened, print_json, print_table
from config.parts import Parts
from feeds.errors import CivicwireError, NotFound
from feeds.query import WordsRefused
from feeds.scope import MAX_VALUES, Scope
from feeds.store import changes
from notifier import erasure
from notifier.addresses import normalise
from notifier.ledger import history
from notifier.model import Cadence


def run(
    *,
    action: str,
    email: str,
    wish: Sequence[tuple[str, str]] = (),
    cadence: str = Cadence.DAILY,
    language: str | None = None,
    confirmed: bool = False,
    as_json: bool,
) -> None:
    """Sign an address up, show one, or erase one. `wish` are the fields of a scope."""
    address = normalise(email)
    with opened() as parts:
        if action == "erase":
            _erase(parts, address, as_json)
            return
        if action == "add":
            _add(parts, address, _scope(parts, wish), cadence, language, confirmed)
        _show(parts, address, as_json)


def _scope(parts: Parts, wish: Sequence[tuple[str, str]]) -> Scope:
    """The scope of these fields; only of what there is, with divisions under their present slugs."""
    newsroom = parts.newsroom
    try:
        scope = Scope.of(wish)
    except WordsRefused as refused:
        raise CivicwireError(f"--words has {refused}") from refused
    except ValueError as error:
        raise CivicwireError(
            f"at most {MAX_VALUES} divisions, boards and topics: leave them out to follow all"
        ) from error
    topics = {topic.slug for topic in parts.following.vocabulary()} if scope.topics else set()
    boards = {board.slug for board in newsroom.city.boards}
    unknown = [("division", slug) for slug in scope.divisions if newsroom.division(slug) is None]
    unknown += [("board", slug) for slug in scope.boards if slug not in boards]
    unknown += [("topic", slug) for slug in scope.topics if slug not in topics]
    if unknown:
        raise NotFound(*unknown[0])
    if scope.language is not None:
        _demand_language(parts, "--releases-in", scope.language)
    return scope.present(newsroom)


def _add(parts: Parts, address: str, scope: Scope, cadence: str, language: str | None, confirmed: bool) -> None:
    languages = parts.newsroom.city.languages
    if language is not None:
        _demand_language(parts, "--language", language)
    take = parts.following.add if confirmed else parts.following.ask
    take(address, scope, Cadence(cadence), language=language or languages[0])


def _demand_language(parts: Parts, option: str, language: str) -> None:
    languages = parts.newsroom.city.languages
    if language not in languages:
        raise CivicwireError(f"{option} must be one of {', '.join(languages)}")


def _erase(parts: Parts, address: str, as_json: bool) -> None:
    """Erase the person; mail on its way is not sent, for nobody follows by that address any more."""
    with parts.database.write() as session:
        changes.take_turn(session)
        erased = erasure.erase(session, parts.tokens, address, now=parts.clock())
        if erased:
            parts.journal.erased(address)
    if as_json:
        print_json({"address": address, "erased": erased})
    else:
        print("Everything kept of this address is erased." if erased else "Nothing is kept of this address.")


def _show(parts: Parts, address: str, as_json: bool) -> None:
    hashes = parts.tokens.address_hashes(address)
    with parts.database.read() as session:
        about = history.account(session, address, hashes, now=parts.clock())
    person, suppressed = about.person, about.suppressed
    if as_json:
        print_json(
            {
                "address": address,
                "subscriber": person is not None,
                "suppressed": suppressed.reason if suppressed else None,
                "suppressed_by": suppressed.source if suppressed else None,
                "suppressed_at": suppressed.at if suppressed else None,
                "follows": [{"scope": str(one.scope), "cadence": str(one.cadence)} for one in about.follows],
                "ended": [{"scope": scope, "at": at, "reason": why} for scope, at, why in about.ended],
                "unconfirmed": about.asked,
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
                    for one in about.sent
                ],
            }
        )
        return
    if person is None:
        print(f"{address} follows nothing: it has not confirmed a sign-up.")
    else:
        rows = [(str(one.scope) or "every release", one.cadence) for one in about.follows]
        print_table(("follows", "cadence"), rows, title=f"{address} since {person.created_at:%Y-%m-%d}")
    for scope, at, why in about.ended:
        print(f"Ended {at:%Y-%m-%d}: {scope or 'every release'} ({why}).")
    if about.asked:
        print(f"Sign-ups that wait for a confirmation: {about.asked}.")
    if suppressed:
        since = f"since {suppressed.at:%Y-%m-%d}, by {suppressed.source}"
        print(f"No list mail is sent to it: {suppressed.reason.replace('_', ' ')} ({since}).")
    history_rows = [
        (f"{one.created_at:%Y-%m-%d %H:%M}", one.kind, one.state, one.subject, one.reply) for one in about.sent
    ]
    print_table(("planned (UTC)", "kind", "state", "subject", "the server said"), history_rows)
