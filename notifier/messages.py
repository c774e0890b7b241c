"""What a mail says: each kind rendered once as subject, text and HTML, placeholders where persons differ.

Headers and bytes are made in `notifier.mime`; who gets what is decided elsewhere. No person's address enters here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from feeds.model import Article, Newsroom, Topic
from feeds.naming import article_name, wish_names
from feeds.scope import Scope
from feeds.words import Words
from notifier.model import Cadence, Timing
from notifier.placeholders import MailContent, clear_of_marks, placeholder, wrapped
from notifier.reasons import ROOM, Matched, wishes_met
from notifier.room import FEW, Portion, as_much_as_fits, fits, short, smaller
from notifier.timing import said
from notifier.typesetting import underline
from notifier.voice import Embargo, Voice

SHOWN_AT_MOST = 40
"""How many releases one digest shows: nobody reads more of them in a mail."""
FOLLOWS_AT_MOST = 20
"""How many wishes one mail names to who follows more."""


@dataclass(frozen=True, slots=True)
class Follows:
    """One thing that a person follows: its names, none for everything, and how often they are told."""

    labels: tuple[str, ...]
    cadence: Cadence
    of_article: bool = False
    """Whether it is one release, of whose corrections they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """A release in a digest: under which of the person's scopes it stands, and in which others it also is."""

    article: Article
    under: str
    also_in: tuple[str, ...] = ()
    corrected: bool = False
    found: tuple[str, ...] = ()
    """The words by which it is what was asked for, as they stand in it."""

    @property
    def importance(self) -> tuple[bool, float]:
        """What comes first where not all have room: the urgent, then the newest."""
        at = self.article.published_at
        return self.article.urgent, at.timestamp() if at else 0.0


def environment() -> Environment:
    """The templates of mails: HTML escaped, unknown names refused, foreign marks dropped from whatever is written."""
    templates = Environment(
        loader=PackageLoader("notifier", "templates/mail"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=clear_of_marks,
    )
    templates.filters["wrap"] = wrapped
    templates.filters["underline"] = underline
    templates.filters["short"] = short
    return templates


_INLINER = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)


class Letters:
    """Writes every kind of mail of one newsroom, in each of its languages."""

    def __init__(self, newsroom: Newsroom, words: Mapping[str, Words], templates: Environment) -> None:
        """Take the newsroom, its sentences per language, and the templates of `environment()`."""
        self._newsroom = newsroom
        self._words = words
        self._templates = templates

    def alert(
        self,
        article: Article,
        *,
        language: str,
        kind: Literal["published", "corrected"],
        with_pictures: bool = True,
    ) -> MailContent:
        """One release in full. Where it has no room, its lists are shortened, then its text gives way to its summary,
        and what is left out is counted and read on the web.

        Without pictures it loads nothing at all, and links to each of them instead. Who follows by words is told which
        of theirs it holds, in the place of `reason`.
        """
        known = {"corrected": kind == "corrected", "with_pictures": with_pictures}
        return self._release("alert", article, language, besides=ROOM, **known)

    def embargo(self, article: Article, embargo: Embargo, *, language: str) -> MailContent:
        """A release in full that nobody may publish yet, with the notice first; to be filled with `embargo`, the
        person's own address. It loads nothing, and has no copy on the web. Who follows by words is told which of theirs
        it holds, in the place of `reason`."""
        known = {"corrected": False, "with_pictures": False, "embargo": embargo}
        return self._release("embargo", article, language, besides=ROOM, **known)

    def embargo_notice(self, article: Article, embargo: Embargo, *, language: str) -> MailContent:
        """Tells who has a release under embargo that its hour was moved, that it does not come out, or that it is
        public before its hour. Nothing of its text is in it."""
        return self._render("embargo_notice", language, article=article, embargo=embargo)

    def alert_copy(self, article: Article, *, language: str, sent_on: date) -> str:
        """The web copy of an alert: a page with the release as it stands today, without any person's links."""
        corrected = article.correction_note is not None
        known = {"article": article, "corrected": corrected, "with_pictures": True, "portion": Portion()}
        return self._copy("alert", language, sent_on, **known)

    def together(self, articles: Sequence[Article], *, language: str) -> MailContent:
        """Releases that came out within moments of each other, in the order given: each in full where all have room,
        else as many of the first as have, the summaries of others, and the titles of all. It loads nothing. Who follows
        by words is told which of theirs they hold, in the place of `reason`."""
        advertising = any(self._newsroom.is_advertising(one) for one in articles)

        def made(whole: int, shown: int) -> MailContent:
            known = {"articles": articles, "whole": whole, "shown": shown, "withdrawn": 0, "advertising": advertising}
            return self._render("together", language, **known)

        whole = shown = len(articles)
        while True:
            content = made(whole, shown)
            if not shown or fits(content, self._newsroom, ROOM):
                return content
            whole, shown = whole // 2, shown if whole else shown // 2

    def together_copy(self, articles: Sequence[Article], *, language: str, withdrawn: int, sent_on: date) -> str:
        """The web copy of such a mail: a page with all its releases but the `withdrawn` ones, which are counted."""
        number = len(articles)
        known = {"articles": articles, "whole": number, "shown": number, "withdrawn": withdrawn}
        return self._copy("together", language, sent_on, **known)

    def digest(
        self, items: Sequence[DigestItem], *, language: str, cadence: Cadence, span: tuple[date, date]
    ) -> MailContent:
        """The releases of a window that began on `span[0]` and was cut on `span[1]`.

        They are grouped by `under`, of which the empty one stands for everything, and within a group the urgent ones
        come first, then the newest. Those that have no room, by the same importance over all groups, are counted and
        stand in the web copy. A daily digest that began the day before is of its day; any other states its span, as
        one does that catches up.
        """
        advertising = any(self._newsroom.is_advertising(item.article) for item in items)

        def made(shown: int) -> MailContent:
            known = _collected(items, shown, cadence, span) | {"advertising": advertising}
            return self._render("digest", language, **known)

        return as_much_as_fits(made, min(len(items), SHOWN_AT_MOST), self._newsroom)

    def digest_copy(
        self,
        items: Sequence[DigestItem],
        *,
        language: str,
        cadence: Cadence,
        span: tuple[date, date],
        withdrawn: int,
        sent_on: date,
    ) -> str:
        """The web copy of a digest: a page with all its releases but the `withdrawn` ones, which are counted."""
        known = _collected(items, len(items), cadence, span) | {"withdrawn": withdrawn}
        return self._copy("digest", language, sent_on, **known)

    def withdrawal(self, article: Article, *, language: str, withdrawn_on: date) -> MailContent:
        """Tells who got a release that it was taken back, and why."""
        return self._render("withdrawal", language, article=article, withdrawn_on=withdrawn_on)

    def confirmation(
        self, scope_labels: Sequence[str], *, language: str, cadence: Cadence, known: bool, of_article: bool = False
    ) -> MailContent:
        """Asks whether the wish is the reader's own; `known` says that the address already follows something."""
        said = {"labels": scope_labels, "cadence": cadence, "known": known, "of_article": of_article}
        return self._render("confirmation", language, **said)

    def welcome(self, followed: Sequence[Follows], *, language: str, timing: Timing | None = None) -> MailContent:
        """Says what is followed from now on, the newest wish last, when digests come, and how to change or leave."""
        comes_at = said(timing or Timing(), self._words[language])
        return self._render("welcome", language, followed=followed, more=0, comes_at=comes_at)

    def manage_link(self, *, language: str) -> MailContent:
        """Carries the link with which a person sees and changes what they follow."""
        return self._render("manage_link", language)

    def renewal(
        self, followed: Sequence[Follows], *, language: str, since: date, until: date, again: bool = False
    ) -> MailContent:
        """Asks who has followed since a day whether to go on; without an answer it ends on `until`.

        `again` marks a reminder. Its own placeholder is `renew`, the link that says yes.
        """
        shown = followed[:FOLLOWS_AT_MOST]
        known = {"followed": shown, "more": len(followed) - len(shown), "since": since, "until": until, "again": again}
        return self._render("renewal", language, **known)

    def address_confirm(self, *, language: str) -> MailContent:
        """To a new address: asks whether mail shall come here; `confirm` is the link that says yes within 48 hours."""
        return self._render("address_confirm", language)

    def address_changed(self, new_address: str, *, language: str, changed_on: date) -> MailContent:
        """To the address before: mail goes to the (masked) new one now; `undo` is the link that takes it back."""
        return self._render("address_changed", language, address=new_address, changed_on=changed_on)

    def reason(self, matched: Sequence[Matched], vocabulary: Mapping[str, Topic], language: str) -> str:
        """Why somebody gets an alert who follows by words: the value of an alert's `reason`."""
        return self._words[language]("mail.because.reason", wishes=self._met(matched, vocabulary, language))

    def over_cap(self, language: str) -> str:
        """Why somebody gets a digest who follows nothing by it: the value of its `reason`."""
        return self._words[language]("mail.because.cap")

    def embargo_reason(self, matched: Sequence[Matched], vocabulary: Mapping[str, Topic], language: str) -> str:
        """Why an accredited person who follows by words gets a release under embargo: the value of its `reason`."""
        met, newsroom = self._met(matched, vocabulary, language), self._newsroom.city.newsroom_name(language)
        return self._words[language]("mail.because.embargo", newsroom=newsroom, wishes=met)

    def _met(self, matched: Sequence[Matched], vocabulary: Mapping[str, Topic], language: str) -> str:
        return wishes_met(matched, lambda scope: self.names(scope, vocabulary, language), self._words[language])

    def names(self, scope: Scope, vocabulary: Mapping[str, Topic], language: str) -> list[str]:
        """What somebody follows by a scope, as it is called today; none means everything.

        `vocabulary` has the topics by slug.
        """
        return wish_names(scope.present(self._newsroom), self._newsroom, self._words[language], vocabulary)

    def corrections_of(self, title: str, language: str) -> str:
        """What somebody follows who follows the one release of this title."""
        return article_name(title, self._words[language])

    def a_search(self, language: str) -> str:
        """What somebody follows by words, where the words themselves are not to be said."""
        return self._words[language]("mail.confirmation.search")

    def heading(self, under: str, vocabulary: Mapping[str, Topic], language: str) -> str:
        """The name of a digest's heading; empty for everything, where each release shows its own division.

        Who followed a division that is no more follows the one that goes on with its work.
        """
        if under.startswith("article="):
            return self._words[language]("scope.one_article")
        if "=" not in under:
            division = self._newsroom.current(under)
            return division.name(language) if division else ""
        return ", ".join(self.names(Scope.parse(under), vocabulary, language))

    def _release(self, kind: str, article: Article, language: str, *, besides: int, **known: object) -> MailContent:
        """A release in a mail of this kind, as much of it as has room."""
        advertising = self._newsroom.is_advertising(article)

        def made(portion: Portion) -> MailContent:
            values = {"article": portion.of(article), "portion": portion, "advertising": advertising}
            return self._render(kind, language, **known, **values)

        def in_room(portion: Portion) -> MailContent | None:
            content = None if portion.is_hopeless(article) else made(portion)
            return content if content and fits(content, self._newsroom, besides) else None

        if everything := in_room(Portion()):
            return everything
        few = in_room(Portion(most=FEW))
        shorter = filter(None, map(in_room, smaller(article, whole=few is not None)))
        return next(shorter, few) or made(Portion(whole=False, most=0))

    def _render(self, kind: str, language: str, **values: object) -> MailContent:
        names = self._names(language, {"advertising": False} | values | {"copied_on": None})
        subject = self._subject(kind, names)
        if names["advertising"]:
            subject = self._words[language]("mail.advertising.subject", subject=subject)
        text = self._templates.get_template(f"{kind}.txt").render(names)
        html = self._templates.get_template(f"{kind}.html").render(names, subject=subject)
        return MailContent(subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", _INLINER.inline(html))

    def _copy(self, kind: str, language: str, sent_on: date, **values: object) -> str:
        names = self._names(language, values | {"copied_on": sent_on})
        return self._templates.get_template(f"{kind}.html").render(names, subject=self._subject(kind, names))

    def _subject(self, kind: str, names: Mapping[str, object]) -> str:
        return " ".join(self._templates.get_template(f"{kind}.subject").render(names).split())

    def _names(self, language: str, values: Mapping[str, object]) -> dict[str, object]:
        voice = Voice(self._newsroom, self._words, language)
        return {**values, "voice": voice, "say": voice.say, "placeholder": placeholder}


def _collected(items: Sequence[DigestItem], shown: int, cadence: Cadence, span: tuple[date, date]) -> dict[str, object]:
    """What the templates of a digest name, where it shows so many of its items."""
    first, last = span
    if cadence is Cadence.DAILY and (last - first).days <= 1:
        span = (last, last)
    chosen = sorted(items, key=lambda item: item.importance, reverse=True)[:shown]
    # The headings stand in the order of the person's own wishes, whatever is left out.
    groups: dict[str, list[DigestItem]] = {item.under: [] for item in items}
    for item in chosen:
        groups[item.under].append(item)
    return {
        "cadence": cadence,
        "span": span,
        "count": len(items),
        "groups": {under: inside for under, inside in groups.items() if inside},
        "more": len(items) - shown,
        "withdrawn": 0,
    }
