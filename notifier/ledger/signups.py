"""Sign-ups that wait for their confirmation, and what becomes of them: a subscription, or nothing after 48 hours."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, insert, select, update

from feeds.scope import Scope
from feeds.store.database import Session
from notifier.ledger.tables import delivery, mailing, signup
from notifier.model import OPEN, Cadence, DeliveryState, Signup, Timing

LIFETIME = timedelta(hours=48)


def add(
    session: Session,
    *,
    address: str,
    scope: Scope,
    cadence: Cadence,
    language: str,
    now: datetime,
    timing: Timing | None = None,
    mover_id: int | None = None,
) -> Signup:
    """Keep a wish until it is confirmed or destroyed."""
    values = {
        "address": address,
        "scope": str(scope),
        "cadence": cadence,
        "language": language,
        "hour": timing.hour if timing else None,
        "zone": timing.zone if timing else None,
        "created_at": now,
        "expires_at": now + LIFETIME,
        "mover_id": mover_id,
    }
    row = session.execute(insert(signup).values(**values).returning(signup.c.id)).scalar_one()
    return Signup(
        id=row,
        address=address,
        scope=scope,
        cadence=cadence,
        language=language,
        timing=timing,
        created_at=now,
        expires_at=now + LIFETIME,
        mover_id=mover_id,
    )


def get(session: Session, signup_id: int) -> Signup | None:
    """The sign-up with this id, or None once it is destroyed."""
    row = session.execute(select(signup).where(signup.c.id == signup_id)).first()
    if row is None:
        return None
    return Signup(
        id=row.id,
        address=row.address,
        scope=Scope.parse(row.scope),
        cadence=Cadence(row.cadence),
        language=row.language,
        timing=None if row.hour is None else Timing(hour=row.hour, zone=row.zone),
        created_at=row.created_at,
        expires_at=row.expires_at,
        confirmed_at=row.confirmed_at,
        mover_id=row.mover_id,
    )


def confirm(session: Session, signup_id: int, *, now: datetime) -> None:
    """Note that the person confirmed; the first time counts."""
    wanted = signup.c.id == signup_id, signup.c.confirmed_at.is_(None)
    session.execute(update(signup).where(*wanted).values(confirmed_at=now))


def drop(session: Session, address: str, *, now: datetime) -> None:
    """Let what an address was asked about come to nothing: what is on its way is not sent, and its time is over."""
    unanswered = signup.c.address == address, signup.c.confirmed_at.is_(None)
    asking = delivery.c.signup_id.in_(select(signup.c.id).where(*unanswered)), delivery.c.state.in_(OPEN)
    gone = {"state": DeliveryState.SKIPPED_SUPPRESSED, "owner": None, "lease_until": None}
    session.execute(update(delivery).where(*asking).values(**gone, settled_at=now))
    session.execute(update(signup).where(*unanswered).values(expires_at=now))


def asked_since(session: Session, since: datetime, address: str | None = None) -> int:
    """How many sign-ups were made from this instant on, of one address or of all."""
    wanted = select(func.count()).select_from(signup).where(signup.c.created_at >= since)
    return session.execute(wanted.where(signup.c.address == address) if address else wanted).scalar_one()


def moves_since(session: Session, since: datetime, subscriber_id: int) -> int:
    """How many times this person asked to be written to elsewhere from this instant on."""
    wanted = select(func.count()).select_from(signup).where(signup.c.mover_id == subscriber_id)
    return session.execute(wanted.where(signup.c.created_at >= since)).scalar_one()


def destroy_expired(session: Session, *, now: datetime) -> int:
    """Destroy every sign-up whose time is over, with its mail; answers how many."""
    over = select(signup.c.id).where(signup.c.expires_at <= now)
    mails = select(delivery.c.mailing_id).where(delivery.c.signup_id.in_(over))
    mailings = list(session.execute(mails).scalars())
    session.execute(delete(delivery).where(delivery.c.signup_id.in_(over)))
    unused = ~exists().where(delivery.c.mailing_id == mailing.c.id)
    session.execute(delete(mailing).where(mailing.c.id.in_(mailings), unused))
    gone = session.execute(delete(signup).where(signup.c.expires_at <= now).returning(signup.c.id))
    return len(gone.all())
