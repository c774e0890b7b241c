"""`civicwire subscribers accredit`: who may have releases under embargo."""

from collections.abc import Sequence
from datetime import date

from config.commands.console import opened, print_json
from feeds.errors import CivicwireError
from feeds.staff import SHELL
from notifier.addresses import normalise


def run(*, email: str, until: str | None, divisions: Sequence[str], revoke: bool, as_json: bool) -> None:
    """Accredit an address until the end of a day, or take its accreditation back."""
    address = normalise(email)
    if revoke == (until is not None) or (revoke and divisions):
        raise CivicwireError("give either --until with a last day, or --revoke alone")
    with opened() as parts:
        if until is None:
            ended = parts.press.revoke(SHELL.name, address)
            if as_json:
                print_json({"address": address, "accredited": False, "revoked": ended})
            else:
                print("The accreditation is revoked." if ended else "This address is not accredited.")
            return
        try:
            last_day = date.fromisoformat(until)
        except ValueError as error:
            raise CivicwireError(f"--until: “{until}” is not a day such as 2027-12-31") from error
        found = parts.press.accredit(SHELL.name, address, last_day, divisions)
        if as_json:
            print_json(
                {"address": address, "accredited": True, "until": found.until, "divisions": found.divisions or []}
            )
        else:
            of = ", ".join(found.divisions) if found.divisions else "every division"
            print(f"{address} is accredited to the end of {last_day}, for {of}.")
