"""Releases that came out within one window: who would be told of several at once gets them in one mail. A shell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feeds.clock import Clock
from feeds.model import Article, Change
from feeds.scope import Scope
from feeds.store import reading
from feeds.store.database import Session
from notifier.ledger import fanning, mailings
from notifier.ledger.fanning import Audience
from notifier.messages import Letters
from notifier.model import Kind

MOST = 40
"""How many releases one mail tells of: as many as a digest shows."""
_Said = Callable[[tuple[Scope, ...], str], str]


@dataclass(frozen=True, slots=True)
class Release:
    """A release of the burst: its change, its text as it stands, and who asked to be told of it at once."""

    change: Change
    article: Article
    audience: Audience


@dataclass(frozen=True, slots=True)
class Bursts:
    """Plans the mails that tell of several releases; who is told of one alone is left to others."""

    letters: Letters
    clock: Clock

    def plan(self, session: Session, releases: Sequence[Release], said: _Said, *, advertising: bool) -> int:
        """Plan them for whoever wants more than one of these; answers how many deliveries that is.

        They are few enough for one mail. `said` puts what somebody follows by words into words.
        """
        people = fanning.together([one.audience for one in releases])
        named = f"{mailings.TOGETHER}{releases[0].change.number}"
        of_bundle = {
            (language, bundle): self._mailing(
                session,
                [one.article for place, one in enumerate(releases) if bundle >> place & 1],
                language,
                f"{named}:{bundle}:{language}",
                advertising=advertising,
            )
            for language, bundle in fanning.bundles(session, people)
        }
        if not of_bundle:
            return 0
        told = [(one.change.number, one.article.id, one.article.revision) for one in releases]
        planned = fanning.plan_bundles(session, people, of_bundle, told, named=named, now=self.clock())
        by_words = list({scope for one in releases for scope in one.audience.by_words})
        whole = Audience(releases[0].audience.people, by_words)
        fanning.give_reasons(session, releases[-1].change, whole, list(of_bundle.values()), said)
        return planned

    def make_again(self, session: Session) -> None:
        """Mails still on their way are made again without what was withdrawn since, or is told of by its correction;
        nothing else of them is lost."""
        for mailing_id, language, document, gone in mailings.outdated_together(session):
            articles = reading.by_id(session, [number for number in releases_of(document) if number not in gone])
            kept = [articles[number] for number in releases_of(document) if number in articles]
            if kept:
                content = self.letters.together(kept, language=language)
                plan = _plan_of(kept)
                mailings.make_again(session, mailing_id, content, plan, kept=[one.id for one in kept])

    def _mailing(
        self, session: Session, articles: Sequence[Article], language: str, key: str, *, advertising: bool
    ) -> int:
        return mailings.freeze(
            session,
            self.letters.together(articles, language=language),
            kind=Kind.ALERT,
            key=key,
            language=language,
            now=self.clock(),
            articles=[(one.id, one.revision) for one in articles],
            plan=_plan_of(articles),
            advertising=advertising,
        )


def releases_of(plan: Mapping[str, Any]) -> Sequence[int]:
    """The numbers of the releases that a mail tells of, in its order, from what its mailing keeps."""
    return [int(number) for number in plan.get("together", ())]


def _plan_of(articles: Sequence[Article]) -> dict[str, object]:
    return {"together": [one.id for one in articles]}
