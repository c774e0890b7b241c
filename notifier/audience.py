"""Whom a publication would reach, and what became of its mails: what the newsroom is told before and after it."""

from collections import Counter
from dataclasses import dataclass

from feeds.clock import Clock
from feeds.model import Article, Change, ChangeKind, Newsroom
from feeds.reach import Bound, Embargoed, Held, Looked, Posted, Reach
from feeds.store import changes
from feeds.store.database import Session
from notifier.ledger import embargo_mail, followers, history, mailings, press, wishes
from notifier.model import DeliveryState, Kind

SHOWN = 500
"""How many mails and looks under embargo staff are shown of one release."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Counts the people of an article, in the caller's transaction and without loading one of them."""

    newsroom: Newsroom
    clock: Clock

    def reach(self, session: Session, article: Article) -> Reach:
        """How many would be mailed if it were published as news now.

        The planners decide again when it is published: who signs up or leaves until then is not in the number.
        """
        division = article.division or self.newsroom.city.fallback_division
        counted = wishes.reached(session, article, self.newsroom.lineage(division))
        return Reach(
            at_once={language: people for language, at_once, people in counted if at_once},
            in_digests=sum(people for _, at_once, people in counted if not at_once),
        )

    def bound(self, session: Session, article: Article) -> Bound:
        """Whom a correction of it would be mailed to now, and whom its withdrawal."""
        correction = Change(
            number=changes.head(session) + 1,
            article_id=article.id,
            revision=article.revision + 1,
            kind=ChangeKind.CORRECTED,
            at=self.clock(),
        )
        return Bound(
            of_corrections=mailings.count_corrected(session, correction),
            followers=followers.count(session, article.id),
            holders=mailings.count_holders(session, article.id),
        )

    def corrected(self, session: Session, article: Article) -> int:
        """How many people a correction of it is mailed to at once; quick where nobody was ever told of it."""
        if mailings.was_told_of(session, article.id) or followers.count(session, article.id):
            return self.bound(session, article).of_corrections
        return 0

    def posted(self, session: Session, article_id: int) -> tuple[Posted, ...]:
        """The mails that told of it, by kind; none where nobody was told."""
        counts: dict[Kind, Counter[str]] = {}
        for kind, state, people in history.of_article(session, article_id):
            counts.setdefault(kind, Counter())[_fate(state)] += people
        return tuple(
            Posted(kind=kind, accepted=fates["accepted"], waiting=fates["waiting"], failed=fates["failed"])
            for kind, fates in sorted(counts.items())
        )

    def embargoed(self, session: Session, article_id: int) -> Embargoed:
        """Who got an article under embargo by mail, and who looked at it before it was public."""
        mails = embargo_mail.mailed(session, article_id, limit=SHOWN)
        looks = press.accesses(session, article_id=article_id, limit=SHOWN)
        return Embargoed(
            held=[
                Held(who=one.address, revision=one.revision, fate=_fate(one.state), at=one.settled_at or one.planned_at)
                for one in mails
            ],
            looked=[
                Looked(
                    who=one.address,
                    way=one.way,
                    first_at=one.first_at,
                    last_at=one.last_at,
                    number=one.number,
                    agent=one.agent,
                )
                for one in looks
            ],
        )


def _fate(state: DeliveryState) -> str:
    if state in (DeliveryState.ACCEPTED, DeliveryState.COMPLAINED):  # who complains has had it
        return "accepted"
    return "waiting" if state.is_open else "failed"
