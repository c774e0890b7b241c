"""What happens in the demonstration: a day of a newsroom, told over HTTP and SMTP as people would live it.

Yesterday at noon the archive is there and readers sign up; the summit announcement comes shortly before the daily
digest; then the clock is the machine's again.
"""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from lxml import etree

from config.demo.drawing import session_hall
from config.demo.mailbox import Caught, Mailbox
from config.demo.releases import SampleRelease, Slip, load_releases
from config.parts import Parts
from feeds.clock import system_clock
from feeds.errors import CivicwireError
from feeds.media import keeper
from feeds.model import Content
from feeds.staff import SHELL
from feeds.store import articles, topics, twins
from feeds.store.articles import Filing
from feeds.store.media import Kept
from notifier.ledger import subscribers
from notifier.model import Cadence
from notifier.windows import latest_due

JOURNALIST = "journalist@example.org"
RESIDENT = "resident@example.org"
RESIDENT_KO = "simin@example.org"
TOPICS = {
    "summit": {"en": "Summits", "ko": "정상회의"},
    "carbon-neutrality": {"en": "Carbon neutrality", "ko": "탄소중립"},
    "transport": {"en": "Transport", "ko": "교통"},
}
_CARRIED = {
    "a picture with its caption": ".//{http://search.yahoo.com/mrss/}content",
    "a file": ".//{*}entry/{*}link[@rel='enclosure']",
    "a translation": ".//{*}entry/{*}link[@hreflang='ko']",
    "topics": ".//{*}entry/{*}category[@term='transport']",
}
"""What an entry holds besides its text, and where Atom has it."""
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class StoryClock:
    """A clock that stands where the story is, until it is let go and tells the machine's time."""

    def __init__(self) -> None:
        """Begin at the machine's time."""
        self._at: datetime | None = None

    def __call__(self) -> datetime:
        """The story's instant."""
        return self._at or system_clock()

    def move_to(self, instant: datetime) -> None:
        """Stand at this instant."""
        self._at = instant

    def let_go(self) -> None:
        """Tell the machine's time from now on."""
        self._at = None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of what happened: what, the evidence, where to look, and whether it is as it should be."""

    what: str
    found: str
    where: str
    well: bool


@dataclass(slots=True)
class Story:
    """Tells the story on a running site and keeps what it saw."""

    parts: Parts
    clock: StoryClock
    mailbox: Mailbox
    events: list[Event] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """The articles of the releases, by the names of those."""

    def tell(self) -> list[Event]:
        """The whole story; answers every event in order."""
        digest_at = latest_due(Cadence.DAILY, self.parts.newsroom.city.zone, system_clock()).due_at
        releases = [release for release in load_releases() if not release.embargo]
        hero = next(release for release in releases if release.hero)
        self.clock.move_to(digest_at - timedelta(hours=20))
        with self.parts.database.write() as session:
            for slug, names in TOPICS.items():
                topics.add(session, slug, names)
        self._publish_archive([release for release in releases if not release.hero and release.days_ago > 1])
        self._sign_up(hero)
        self.clock.move_to(digest_at - timedelta(hours=14))
        for release in releases:
            if not release.hero and release.days_ago <= 1:
                self._publish(release)
            if release.slip is not None:
                self._correct(release, release.slip)
        self.clock.move_to(digest_at - timedelta(minutes=15))
        article_id = self._publish(hero)
        self._tick()
        self.clock.move_to(digest_at)
        self._tick()
        self.clock.let_go()
        self._look(hero, article_id)
        for release in load_releases():
            if release.embargo:
                self._embargo(release)
        return self.events

    def _tick(self) -> None:
        self.parts.ticks.plan_digests()
        self.parts.ticks.send()

    def _publish_archive(self, releases: list[SampleRelease]) -> None:
        for release in reversed(releases):
            self._publish(release, dated=release.published_at(self.clock(), self.parts.newsroom.city.zone))

    def _publish(self, release: SampleRelease, *, dated: datetime | None = None) -> int:
        city, now = self.parts.newsroom.city, self.clock()
        content = self._dressed(release)
        if release.slip is not None:
            content = _with(content, release.slip.now, release.slip.was)
        with self.parts.database.write() as session:
            draft = articles.add(session, content, filing=self._filing(release), authority=city.authority, now=now)
            articles.publish(
                session,
                draft.id,
                fallback_division=city.fallback_division,
                now=now,
                dated=dated,
                quiet=dated is not None,
            )
            if release.twin in self.numbers:
                twins.link(session, self.numbers[release.twin], draft.id, now=now)
        self.numbers[release.name] = draft.id
        return draft.id

    def _filing(self, release: SampleRelease) -> Filing:
        return Filing(
            division=release.division,
            board=release.board,
            licence=self.parts.newsroom.city.licence,
            urgent=release.urgent,
            topics=release.topics,
        )

    def _correct(self, release: SampleRelease, slip: Slip) -> None:
        number = self.numbers[release.name]
        with self.parts.database.write() as session:
            articles.revise(session, number, release.content, note=slip.note, now=self.clock())

    def _dressed(self, release: SampleRelease) -> Content:
        """The text with the picture and the file that stand beside it, kept as those of an editor are."""
        content = release.content
        if release.picture is not None:
            kept = self._keep(session_hall(), "session.png")
            said = release.picture
            shown = keeper.picture(kept, caption=said.caption, credit=said.credit, alt=said.alt)
            content = replace(content, pictures=(shown,))
        if release.file is not None:
            name, text = release.file
            content = replace(content, attachments=(keeper.attachment(self._keep(text.encode(), name), name),))
        return content

    def _keep(self, given: bytes, name: str) -> Kept:
        prepared = self.parts.media.prepare(given, file_name=name)
        with self.parts.database.write() as session:
            return self.parts.media.keep(session, prepared, by="demo")

    def _sign_up(self, hero: SampleRelease) -> None:
        """Three readers sign up on the page, and confirm by the link that was mailed to them."""
        bureau = self.parts.newsroom.lineage(hero.division)[-1]
        wishes = (
            (JOURNALIST, "en", Cadence.IMMEDIATE, bureau),
            (RESIDENT, "en", Cadence.DAILY, ""),
            (RESIDENT_KO, "ko", Cadence.DAILY, ""),
        )
        for address, language, cadence, division in wishes:
            page = self._get(f"/subscribe?lang={language}")
            token = _TOKEN.search(page)
            if token is None:
                raise CivicwireError("the sign-up page has no form")
            self.clock.move_to(self.clock() + timedelta(seconds=30))  # nobody fills a form in at once
            fields = {"email": address, "language": language, "cadence": str(cadence), "form_token": token[1]}
            self._post("/subscribe", fields | ({"division": division} if division else {}))
            self.parts.sender.run()
            links = [link for caught in self.mailbox.to(address) for link in caught.links if "/confirm/" in link]
            if links:
                self._post(links[0].removeprefix(self.parts.newsroom.base_url), {"form_token": token[1]})
        confirmed = [address for address, *_ in wishes if self._is_confirmed(address)]
        found = f"{len(confirmed)} of {len(wishes)} confirmed by mailed link"
        self._note("readers signed up", found, "/subscribe", len(confirmed) == len(wishes))

    def _is_confirmed(self, address: str) -> bool:
        with self.parts.database.read() as session:
            person = subscribers.find(session, address)
            return person is not None and bool(subscribers.live(session, person.id))

    def _look(self, hero: SampleRelease, article_id: int) -> None:
        """See what readers see, and note whether it is there."""
        page = self._get(f"/articles/{article_id}")
        self._note("summit announcement", hero.content.title, f"/articles/{article_id}", hero.content.title in page)
        for slug in ("all", hero.division):
            for extension in ("rss", "atom"):
                path = f"/feeds/{slug}.{extension}"
                titles = list(_titles(self._get(path)))
                self._note(f"feed {slug}.{extension}", f"{len(titles)} entries", path, hero.content.title in titles)
        atom = self._get("/feeds/all.atom")
        root = etree.fromstring(atom.encode(), _PARSER)
        carried = [what for what, path in _CARRIED.items() if root.find(path) is not None]
        carried += ["a correction"] if any(one.slip and one.slip.note in atom for one in load_releases()) else []
        well = len(carried) == len(_CARRIED) + 1
        self._note("beside the text", ", ".join(carried) or "nothing", "/feeds/all.atom", well)
        for what, address in (("alert", JOURNALIST), ("digest", RESIDENT), ("digest (Korean)", RESIDENT_KO)):
            listed = [mail for mail in self.mailbox.to(address) if mail.message["List-Unsubscribe-Post"]]
            self._note_mail(what, address, listed[1:], hero)  # the first one welcomes
        again = len(self.mailbox.messages)
        self._tick()
        repeated = len(self.mailbox.messages) - again
        self._note("second run", f"{repeated} mails sent twice", "/dev/mail", repeated == 0)

    def _embargo(self, release: SampleRelease) -> None:
        """Release to an accredited journalist what becomes public at its hour, and see that nobody else has it."""
        zone, title = self.parts.newsroom.city.zone, release.content.title
        day = self.clock().astimezone(zone).date() - timedelta(days=release.days_ago)
        self.parts.press.accredit(SHELL.name, JOURNALIST, day + timedelta(days=30))
        until, authority = datetime.combine(day, release.time, zone), self.parts.newsroom.city.authority
        with self.parts.database.write() as session:
            content, now = self._dressed(release), self.clock()
            draft = articles.add(session, content, filing=self._filing(release), authority=authority, now=now)
            self.parts.desk.schedule(session, SHELL, draft.id, at=until, expected=draft.version, embargo=True)
        self._tick()
        mails = [mail for mail in self.mailbox.to(JOURNALIST) if title in mail.part("plain")]
        hidden = not any(title in self._get(path) for path in ("/", "/feeds/all.atom")) and len(mails) == 1
        what = f"for {JOURNALIST} alone until {until:%d %B %H:%M}"
        number = self.mailbox.messages.index(mails[0]) if mails else 0
        self._note("under embargo", what if hidden else "shown to others, or to nobody", f"/dev/mail/{number}", hidden)

    def _note_mail(self, what: str, address: str, mails: list[Caught], hero: SampleRelease) -> None:
        if len(mails) != 1:
            self._note(what, f"{len(mails)} mails to {address} instead of one", "/dev/mail", False)
            return
        number = self.mailbox.messages.index(mails[0])
        shown = " ".join(hero.content.title.split()) in " ".join(mails[0].part("html").split())
        self._note(what, f"{mails[0].message['Subject']} → {address}", f"/dev/mail/{number}", shown)

    def _note(self, what: str, found: str, path: str, well: bool) -> None:
        self.events.append(Event(what, found, self.parts.newsroom.url(path), well))

    def _get(self, path: str) -> str:
        return self._answer(urllib.request.Request(self.parts.newsroom.url(path)))  # noqa: S310 - our own address

    def _post(self, path: str, fields: dict[str, str]) -> str:
        body = urlencode(fields).encode()
        return self._answer(urllib.request.Request(self.parts.newsroom.url(path), data=body))  # noqa: S310

    def _answer(self, request: urllib.request.Request) -> str:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return str(answer.read().decode())
        except urllib.error.URLError as error:
            raise CivicwireError(f"{request.full_url} does not answer as it should: {error}") from error


def _with(content: Content, now: str, was: str) -> Content:
    """The text as it was before it said what it says now."""
    html, text = (part.replace(now, was) for part in (content.body_html, content.body_text))
    return replace(content, body_html=html, body_text=text)


def _titles(document: str) -> Iterator[str]:
    """The titles of a feed's entries, RSS or Atom."""
    root = etree.fromstring(document.encode(), _PARSER)
    for title in root.iterfind(".//{*}entry/{*}title"):
        yield title.text or ""
    for title in root.iterfind(".//item/title"):
        yield title.xpath("string()")
