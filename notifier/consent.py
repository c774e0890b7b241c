"""How long a consent holds, and when it is asked for anew. Pure calendar arithmetic on days in the city."""

from calendar import monthrange
from datetime import date, timedelta

NOTICE = timedelta(days=30)
"""How long somebody has to answer: they are asked so long before their consent is over."""
FIRST_REMINDER = timedelta(days=14)
"""After so long without an answer, they are reminded."""
LAST_REMINDER = timedelta(days=3)
"""So long before the end they are reminded once more. Nobody's mail ends sooner than this after that reminder."""
ANSWERED_LATE = timedelta(days=30)
"""So long after their mail has ended, people can still say yes; then their address is destroyed."""


def over_on(agreed_on: date, months: int) -> date:
    """The day on which a consent of a day has held so many months; the last of a month that has no such day."""
    year, month = divmod(agreed_on.year * 12 + agreed_on.month - 1 + months, 12)
    return date(year, month + 1, min(agreed_on.day, monthrange(year, month + 1)[1]))


def asked_on(agreed_on: date, months: int) -> date:
    """The day on which it is asked whether a consent goes on."""
    return over_on(agreed_on, months) - NOTICE


def latest_to_ask(today: date, months: int) -> date:
    """The latest day whose consents are to be asked about today, or should have been before."""
    agreed_on = today + NOTICE - timedelta(days=28 * months)  # later than any that is due: no month is shorter
    while asked_on(agreed_on, months) > today:
        agreed_on -= timedelta(days=1)
    return agreed_on


def ends_on(agreed_on: date, today: date, months: int) -> date:
    """The day on which mail ends without an answer to what is asked today: nobody has less than the notice."""
    return max(over_on(agreed_on, months), today + NOTICE)
