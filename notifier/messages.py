"""What a mail says: each kind rendered once as subject, text and HTML, placeholders where persons differ.

Headers and bytes are made in `notifier.mime`; who gets what is decided elsewhere. No person's address enters here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Literal

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from feeds.model import Article, Newsroom, Topic
from feeds.naming import wish_names
from feeds.scope import Scope
from feeds.words import Words
from notifier.model import Cadence
from notifier.typesetting import underline, without_marks, wrap
from notifier.voice import Voice

CLIPPED_AT = 100_000
"""Bytes of HTML beyond which large mail services hide the rest of a message."""

# U+FDD0 and U+FDD1 are noncharacters, kept by Unicode (section 23.7) for a program's own use: no text may hold
# them, every serialiser lets them pass, and whatever a writer puts into an article loses them in `_clear_of_marks`.
_PLACEHOLDER = re.compile("\ufdd0([a-z_]+)\ufdd1")


class _Placeholder(str):
    """A placeholder of ours, which alone may pass into a template's output with its marks."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class MailContent:
    """A mail's three parts, with placeholders until filled."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """A release in a digest: under which of the person's scopes it stands, and in which others it also is."""

    article: Article
    under: str
    also_in: tuple[str, ...] = ()
    corrected: bool = False


def placeholder(name: str) -> str:
    """The token that stands for a person's own value, such as `unsubscribe`, until `fill`."""
    return _Placeholder(f"\ufdd0{name}\ufdd1")


def fill(content: MailContent, values: Mapping[str, str]) -> MailContent:
    """The mail of one person, values escaped in the HTML. ValueError where one is missing or brings a mark itself."""
    return MailContent(
        subject=_filled(content.subject, values),
        text=_filled(content.text, values),
        html=_filled(content.html, {name: escape(value) for name, value in values.items()}),
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    missing = {name for name in _PLACEHOLDER.findall(text) if name not in values}
    if missing:
        raise ValueError(f"no value for {', '.join(sorted(missing))}")
    filled = _PLACEHOLDER.sub(lambda match: values[match[1]], text)
    if "\ufdd0" in filled or "\ufdd1" in filled:
        raise ValueError("a placeholder is left over")
    return filled


def environment() -> Environment:
    """The templates of mails: HTML escaped, unknown names refused, foreign marks dropped from whatever is written."""
    templates = Environment(
        loader=PackageLoader("notifier", "templates/mail"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clear_of_marks,
    )
    templates.filters["wrap"] = wrap
    templates.filters["underline"] = underline
    return templates


def _grouped(items: Iterable[DigestItem]) -> dict[str, list[DigestItem]]:
    groups: dict[str, list[DigestItem]] = {}
    for item in items:
        groups.setdefault(item.under, []).append(item)
    return groups


def _clear_of_marks(value: object) -> object:
    if isinstance(value, Markup):
        return Markup(without_marks(value))  # noqa: S704 - taking characters away leaves it as safe as it was
    return value if isinstance(value, _Placeholder) or not isinstance(value, str) else without_marks(value)


_INLINER = css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)


class Letters:
    """Writes every kind of mail of one newsroom, in each of its languages."""

    def __init__(self, newsroom: Newsroom, words: Mapping[str, Words], templates: Environment) -> None:
        """Take the newsroom, its sentences per language, and the templates of `environment()`."""
        self._newsroom = newsroom
        self._words = words
        self._templates = templates

    def alert(self, article: Article, *, language: str, kind: Literal["published", "corrected"]) -> MailContent:
        """One release in full; one too long for a mail is told by its summary and read on the web."""
        content = self._render("alert", language, article=article, corrected=kind == "corrected", whole=True)
        if len(content.html.encode()) <= CLIPPED_AT:
            return content
        return self._render("alert", language, article=article, corrected=kind == "corrected", whole=False)

    def digest(
        self,
        items: Sequence[DigestItem],
        *,
        language: str,
        cadence: Cadence,
        span: tuple[date, date],
        more: int,
        page_url: str,
    ) -> MailContent:
        """The releases of a window that began on `span[0]` and was cut on `span[1]`; `more` others are only on the web.

        They are grouped by `under`, of which the empty one stands for everything. A daily digest that began the day
        before is of its day; any other states its span, as one does that catches up. Where the items would make the
        mail so long that it is clipped, the last ones join the others on the web.
        """
        first, last = span
        if cadence is Cadence.DAILY and (last - first).days <= 1:
            span = (last, last)
        count = len(items) + more
        known = {"cadence": cadence, "span": span, "count": count, "page_url": page_url}
        shown = len(items)
        while True:
            groups = _grouped(items[:shown])
            content = self._render("digest", language, **known, groups=groups, more=count - shown)
            if len(content.html.encode()) <= CLIPPED_AT or shown <= 1:
                return content
            shown -= max(1, shown // 10)

    def confirmation(self, scope_labels: Sequence[str], *, language: str, cadence: Cadence, known: bool) -> MailContent:
        """Asks whether the wish is the reader's own; `known` says that the address already follows something."""
        return self._render("confirmation", language, labels=scope_labels, cadence=cadence, known=known)

    def manage_link(self, *, language: str) -> MailContent:
        """Carries the link with which a person sees and changes what they follow."""
        return self._render("manage_link", language)

    def names(self, scope: Scope, vocabulary: Mapping[str, Topic], language: str) -> list[str]:
        """What somebody follows by a scope, as it is called today; none means everything.

        `vocabulary` has the topics by slug.
        """
        return wish_names(scope.present(self._newsroom), self._newsroom, self._words[language], vocabulary)

    def _render(self, kind: str, language: str, **values: object) -> MailContent:
        voice = Voice(self._newsroom, self._words[language])
        names = {**values, "voice": voice, "say": voice.say, "placeholder": placeholder}
        subject = " ".join(self._templates.get_template(f"{kind}.subject").render(names).split())
        text = self._templates.get_template(f"{kind}.txt").render(names)
        html = self._templates.get_template(f"{kind}.html").render(names, subject=subject)
        return MailContent(subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", _INLINER.inline(html))
