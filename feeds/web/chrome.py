"""What every page shares: language, words, templates and headers. The residents' pages use it too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from feeds.addresses import FEED_TYPES, scope_feed_path
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.web import dates
from feeds.web.assets import Assets
from feeds.words import Words

_FORMATS = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
OWN_NAMES = {"en": "English", "ko": "한국어"}


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request says about its reader: the language, and whether it was chosen in the address."""

    language: str
    chosen: bool
    path: str
    query: tuple[tuple[str, str], ...]

    def link(self, path: str) -> str:
        """A path of ours that keeps the language the reader chose."""
        if not self.chosen:
            return path
        head, mark, fragment = path.partition("#")
        return f"{head}{'&' if '?' in head else '?'}lang={self.language}{mark}{fragment}"

    def in_language(self, language: str) -> str:
        """This very page in another language."""
        pairs = [(key, value) for key, value in self.query if key != "lang"]
        return f"{self.path}?{urlencode([*pairs, ('lang', language)])}"


def page_templates(folders: Sequence[tuple[str, str]] = (("feeds", "templates"),)) -> Environment:
    """The templates of these (package, folder) pairs: HTML escaped, unknown names refused, each compiled once."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package, folder) for package, folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Chrome:
    """Renders pages in the reader's language."""

    def __init__(
        self,
        newsroom: Newsroom,
        words: Mapping[str, Words],
        assets: Assets,
        templates: Environment,
        *,
        lasting: bool = False,
    ) -> None:
        """Take the parts; `templates` are those of `page_templates`.

        `lasting` pages are kept as files: they show nothing that is true for the moment alone, such as a count of the
        last days or a form with its proof, but a link to where that is.
        """
        self.newsroom = newsroom
        self._lasting = lasting
        self.words = words
        self._templates = templates
        self._assets = assets

    def visit(self, request: Request) -> Visit:
        """The reader's language: `?lang=`, else the best of Accept-Language, else the city's first."""
        languages = self.newsroom.city.languages
        asked = request.query_params.get("lang", "")
        chosen = asked in languages
        language = asked if chosen else preferred(request.headers.get("accept-language", ""), languages)
        return Visit(language, chosen, request.url.path, tuple(request.query_params.multi_items()))

    def page(
        self,
        request: Request,
        template: str,
        *,
        title: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> HTMLResponse:
        """A page from a template; `context` is what the template names beyond what all pages share."""
        visit = self.visit(request)
        html = self._templates.get_template(template).render(self._common(visit, title) | context)
        shared = {"Content-Language": visit.language, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
        return HTMLResponse(html, status_code=status, headers=shared | dict(headers or {}))

    def message(
        self,
        request: Request,
        status: int,
        word: str | None = None,
        *,
        text: str | None = None,
        action: tuple[str, str] | None = None,
        near: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """A page that says what is wrong and what to do: the words `error.<word>`, by default those of the status.

        `text` is said instead of the words' own, where that depends on what was asked; `action` is what to do, by its
        words and its address, instead of reading the latest releases; `near` are pages that may have been meant,
        likewise.
        """
        visit = self.visit(request)
        words = self.words[visit.language]
        key = f"error.{word or status}"
        return self.page(
            request,
            "message.html",
            status=status,
            headers={"Cache-Control": "no-store"} | dict(headers or {}),
            title=words(f"{key}.heading"),
            heading=words(f"{key}.heading"),
            text=text or words(f"{key}.text"),
            near=near,
            action=action or (words("message.home"), visit.link("/")),
        )

    def _common(self, visit: Visit, title: str) -> dict[str, object]:
        city = self.newsroom.city
        words = self.words[visit.language]
        link: Callable[[str], str] = visit.link
        return {
            "words": words,
            "language": visit.language,
            "chosen_language": visit.language if visit.chosen else None,
            # Where the masthead's languages lead, and what search machines are told of: a page may know better.
            "languages": [(code, OWN_NAMES.get(code, code), visit.in_language(code)) for code in city.languages],
            "alternates": [(code, visit.in_language(code)) for code in city.languages],
            "newsroom": self.newsroom,
            "city": city,
            "stylesheet": self._assets.address("civicwire.css"),
            "static": self._assets.address,
            "lasting": self._lasting,
            "path": visit.path,
            "link": link,
            "title": title,
            "canonical": self.newsroom.url(visit.path),
            "feeds": feed_links(Scope()),
            "every_feed": feed_links(Scope()),
            "day": lambda when: dates.day(when, city.zone, visit.language),
            "iso": _iso,
        }


@dataclass(frozen=True, slots=True)
class FeedLink:
    """One format of a feed: its extension, name, address and media type."""

    extension: str
    label: str
    url: str
    type: str


def feed_links(scope: Scope) -> list[FeedLink]:
    """Every format of a scope's feed."""
    types = {name: FEED_TYPES[name].partition(";")[0] for name in FEED_TYPES}
    return [FeedLink(name, _FORMATS[name], scope_feed_path(scope, name), types[name]) for name in FEED_TYPES]


def _iso(when: datetime | date) -> str:
    return when.isoformat(timespec="seconds") if isinstance(when, datetime) else when.isoformat()


def preferred(header: str, languages: Sequence[str]) -> str:
    """The best language of an Accept-Language header (RFC 9110, section 12.5.4); a broken one asks for nothing."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:500].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), position, tag.strip().lower()))
        except ValueError:
            continue
    for weight, _, tag in sorted(wishes):
        primary = tag.partition("-")[0]
        if weight < 0 and primary in languages:
            return primary
    return languages[0]
