"""How the mails of one language name things: days, divisions, telephones, links, the language of a piece. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from markupsafe import Markup

from feeds.addresses import article_path, media_path
from feeds.figures import credited, kept, with_figures
from feeds.model import Article, Content, Footnote, Newsroom, Picture, StepKind, hour_is_known
from feeds.words import Words
from notifier.prose import prose
from notifier.room import Portion
from notifier.typesetting import mail_html, wrap

_SUMMARY_LINES = 3
_COLUMN = 560
"""Pixels: a mail is one column of 600, with its margins."""


@dataclass(frozen=True, slots=True)
class Label:
    """A short text and its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Embargo:
    """Until when nobody may publish a release, and what has happened to it. `zone` is the reader's, if not the city's.

    `before` is what had been said until a move, `at` when the step happened.
    """

    until: datetime
    zone: ZoneInfo | None = None
    step: StepKind = StepKind.RELEASED
    before: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """What the templates of a mail ask, answered in its language."""

    newsroom: Newsroom
    tongues: Mapping[str, Words]
    language: str
    """The language of the mail itself."""

    @property
    def city(self) -> Label:
        """The city that sends."""
        return self.label(self.newsroom.city.name(self.language))

    @property
    def name(self) -> str:
        """The newsroom's name."""
        return self.newsroom.city.newsroom_name(self.language)

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of the mail table."""
        return self.tongues[self.language](f"mail.{key}", **values)

    def advertising(self) -> list[tuple[str, str, str]]:
        """What the law has an advertisement say, as (language, who sends it, what the way out is called).

        In the mail's language and in every other: a Korean reader finds it in Korean, whatever mail they chose.
        """
        city = self.newsroom.city
        said = []
        for tag in sorted(self.tongues, key=lambda tag: tag != self.language):
            words = self.tongues[tag]
            address = city.advertising.addresses.get(tag) or next(iter(city.advertising.addresses.values()), "")
            sender = words(
                "mail.advertising.sender",
                newsroom=city.newsroom_name(tag),
                mail=city.sender_address,
                telephone=city.telephone,
                address=address,
            )
            said.append((tag, sender, words("mail.advertising.refuse")))
        return said

    def label(self, text: str) -> Label:
        """A name of the city file with its language, which is the mail's own where that cannot be told."""
        city = self.newsroom.city
        known = (names for names in (city.names, *(each.names for each in city.divisions)))
        languages = {tag for names in known for tag, name in names.items() if name == text}
        own = not languages or self.language in languages
        return Label(text, self.language if own else min(languages))

    def heading(self, under: str) -> str:
        """A heading of a digest; what stands under none was asked for with everything else."""
        return under or self.say("digest.everything")

    def headings(self, also_in: Sequence[str]) -> str:
        """The other headings that would hold a release, in one line."""
        return ", ".join(map(self.heading, also_in))

    def issuer(self, article: Article) -> Label:
        """The division that issued the article, in the mail's language where it has a name in it."""
        division = self.newsroom.division(article.division or "")
        return self.label(division.name(self.language) if division else self.newsroom.city.name(self.language))

    def telephone(self, article: Article) -> str:
        """Where to ask about the article: its own number, the division's, or the city's."""
        division = self.newsroom.current(article.division or "")
        asked = division.telephone if division and not division.retired else None
        return article.telephone or asked or self.newsroom.city.telephone

    def lang(self, language: str) -> str:
        """The attribute that says a piece is in another language than the mail, or nothing."""
        return Markup("") if language == self.language else Markup(' lang="{}"').format(language)

    def day(self, when: date | datetime) -> str:
        """The day of an instant in the city's zone, in words."""
        local = when.astimezone(self.newsroom.city.zone) if isinstance(when, datetime) else when
        return format_date(local, self.say("date.day"), locale=self.language)

    def moment(self, article: Article, pattern: str = "date.moment") -> str:
        """When the article was published, in the city's zone; its day of registration where only that is known."""
        zone = self.newsroom.city.zone
        if article.published_at is None or not hour_is_known(article, zone):
            return self.day(article.registered_on) if article.registered_on else ""
        return format_datetime(article.published_at, self.say(pattern), tzinfo=zone, locale=self.language)

    def lift(self, at: datetime, zone: ZoneInfo | None = None) -> str:
        """An instant of an embargo in full: day, hour and which clock, the city's where no zone is given."""
        zone = zone or self.newsroom.city.zone
        text = format_datetime(at, self.say("date.lift"), tzinfo=zone, locale=self.language)
        return f"{text} {self.clock_of(at, zone)}"

    def lift_briefly(self, at: datetime) -> str:
        """The same for a subject line, by the city's clock."""
        zone = self.newsroom.city.zone
        text = format_datetime(at, self.say("date.lift_brief"), tzinfo=zone, locale=self.language)
        return f"{text} {self.clock_of(at, zone)}"

    def clock_of(self, at: datetime, zone: ZoneInfo) -> str:
        """What a zone's clock is called at an instant: KST, CEST, or its distance from UTC where it has no name."""
        name = at.astimezone(zone).tzname() or ""
        return name if name.isalpha() else f"UTC{name}"

    def days(self, span: tuple[date, date]) -> str:
        """A span of days in words, the month said once; one day is that day."""
        first, last = span
        if first == last:
            return format_date(last, self.say("date.weekday"), locale=self.language)
        same = "within" if (first.year, first.month) == (last.year, last.month) else "across"
        begin, end = (
            format_date(day, self.say(f"date.{same}_{side}"), locale=self.language)
            for day, side in ((first, "first"), (last, "last"))
        )
        return self.say("date.span", first=begin, last=end)

    def address(self, article: Article) -> str:
        """Where the article is read on the web."""
        return self.newsroom.url(article_path(article))

    def short_address(self, article: Article) -> str:
        """The same without the title, for where the address itself is read: every address with its number leads there.

        A Korean title takes three signs of an address for each byte, and most of the room that a mail has.
        """
        return self.newsroom.url(f"/articles/{article.id}")

    def pictures_beside(self, content: Content, body: str) -> list[Picture]:
        """The pictures with words that the body itself does not give."""
        shown = unescape(body)
        return [each for each in _with_words(content) if _begins(each.caption or each.alt or "") not in shown]

    def pictures_in_words(self, content: Content, body: str) -> list[Picture]:
        """The pictures that a text can tell of: with a caption, or kept by us with words for who sees none."""
        return [each for each in _with_words(content) if each.media or _begins(each.caption) not in body]

    def credit(self, picture: Picture, language: str) -> str:
        """Whose picture it is, in the language of its text; nothing where that is unknown."""
        return credited(picture.credit, self._words_of(language)) if picture.credit else ""

    def picture_address(self, picture: Picture) -> str:
        """Where a picture that we keep is fetched."""
        return self.newsroom.url(media_path(picture.media or ""))

    def licence(self, article: Article) -> str:
        """On what terms the release may be used."""
        code = article.licence or self.newsroom.city.licence
        words = self._words_of(self.language)
        key = f"feed.licence.{code}"
        return words("article.licence") + ": " + (words(key) if key in words.sentences else code)

    def notes_beside(self, content: Content, body: str) -> list[Footnote]:
        """The footnotes with a text that the body itself does not give."""
        return [each for each in content.footnotes if each.note and _begins(each.note) not in unescape(body)]

    def absolute(self, address: str) -> str | None:
        """The address of an attachment in full, None for anything but the web."""
        full = urljoin(f"{self.newsroom.base_url}/", address)
        return full if re.match(r"https?://[^\s<>]+$", full) else None

    def dial(self, number: str) -> str:
        """A telephone number as a link dials it (RFC 3966)."""
        return "tel:" + re.sub(r"[^0-9+]", "", number)

    def size(self, length: int | None) -> str:
        """The size of a file in words, nothing where it is unknown."""
        if length is None:
            return ""
        return f"{length / 1_000_000:.1f} MB" if length >= 1_000_000 else f"{max(1, round(length / 1000))} kB"

    def brief(self, text: str) -> str:
        """A summary as a digest shows it: one paragraph of at most three lines of the text part, cut at a space."""
        lines = wrap(" ".join(text.split())).splitlines()
        kept = " ".join(lines[:_SUMMARY_LINES])
        return kept if len(lines) <= _SUMMARY_LINES else kept.rstrip(" ,.;:") + "…"

    def prose(self, content: Content) -> str:
        """The text in the lines of a mail's text part."""
        return prose(mail_html(content.body_html, self.newsroom.base_url))

    def figures(self, content: Content, portion: Portion) -> list[Picture]:
        """The pictures that a mail shows, which are ours."""
        return kept(content.pictures)[: portion.most]

    def whole_text(self, content: Content, pictures: Sequence[Picture]) -> Markup:
        """The text between these pictures of ours, which alone a mail loads."""
        text = mail_html(content.body_html, self.newsroom.base_url)
        shown = with_figures(
            text,
            pictures,
            url=self.newsroom.url,
            say=self._words_of(content.language),
            several=False,
            widest=_COLUMN,
        )
        return Markup(shown)  # noqa: S704 - nh3 has cleaned the text, and figures are written by us

    def _words_of(self, language: str) -> Words:
        """The sentences of a text's language; the mail's own where we have none in it."""
        return self.tongues.get(language) or self.tongues[self.language]


def _with_words(content: Content) -> list[Picture]:
    """The pictures that something can be said of."""
    return [each for each in content.pictures if each.caption or (each.media and each.alt)]


def _begins(text: str) -> str:
    """What a text that may have been cut short begins with."""
    return text.removesuffix("…")
