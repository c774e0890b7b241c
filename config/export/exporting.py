"""Follows the change log into a tree of files. A shell: `places` says what is where, `facts` what a change touches.

Nothing is put in place before what it leads to, and nothing taken away before what led to it: articles first, archives
from the oldest, feeds, lists from their last page, and then what was withdrawn. An article that cannot be read is told
of, and tried again by every run until it can.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count

import structlog

from config.export import places, servers
from config.export.client import Answer, Client
from config.export.facts import Filed, filed, media_of
from config.export.ground import ground
from config.export.lasting import LastingSite
from config.export.places import Face, Place
from config.export.register import Register, Standing
from config.export.tree import SERVERS, Tree
from feeds.addresses import FEED_TYPES, scope_feed_path
from feeds.archives import month_before
from feeds.model import Article, State
from feeds.months import Month
from feeds.scope import Scope
from feeds.store import changes, divisions, media, reading, scoped, topics
from feeds.store.database import Session
from feeds.web.pages import A_PAGE

log = structlog.get_logger()
_AT_ONCE = 200
"""Changes read at once."""
_EARLIER = re.compile(rb"/changes\?before=(\d+)")
_BEFORE = re.compile(rb"/feeds/[^\"]*[?;]before=(\d{4}-\d\d)")
_MOMENT = timedelta(microseconds=1)

Tell = Callable[[int, int], None]
"""Told how many changes of how many have been written."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did: up to which change the tree tells, whether everything was looked at, whether what the server's
    configuration includes is another than before, and which articles could not be read."""

    cursor: int
    is_whole: bool
    reload: bool
    left_out: tuple[int, ...]


class Export:
    """One run over one tree."""

    def __init__(
        self, site: LastingSite, tree: Tree, register: Register, asking: Client, *, wishes: Sequence[str], pages: int
    ) -> None:
        """Take the parts; `wishes` are selections that have a feed too, `pages` how many of each list are kept."""
        self._site, self._tree, self._register, self._asking = site, tree, register, asking
        self._newsroom = site.newsroom
        self._zone = site.newsroom.city.zone
        self._faces = places.faces(site.newsroom)
        self._pages = pages
        with site.database.read() as session:
            vocabulary = topics.known(session)
            known = divisions.slugs(session)
        chosen = [places.selection(wish, site.newsroom, vocabulary) for wish in wishes]
        self._scopes = places.scopes(site.newsroom, vocabulary, chosen)
        self._gone = [slug for slug in known if site.newsroom.division(slug) is None]
        self._ground = ground(site.newsroom, vocabulary, self._scopes, pages)
        self._written_to = 0
        self._notes_all = False
        self._owed: set[int] = set()
        self._pending: set[Filed] = set()
        self._leaving: dict[int, Article] = {}
        self._unshown: set[str] = set()
        self._links: dict[str, str] = {}

    def run(self, tell: Tell) -> Done:
        """Bring the tree up to the log: over everything where it has no memory, or was made of something else."""
        before = self._register.standing
        fresh = before if before is not None and before.ground == self._ground else None
        self._notes_all = fresh is None
        self._written_to = fresh.cursor if fresh else 0
        if fresh is None:
            self._statics()
        now = self._site.clock()
        if fresh:
            self._pages_of(self._register.owed)
        self._articles(self._head(), tell)
        cursor = self._round(fresh.at if fresh else None, everything=fresh is None)
        while self._pending:
            cursor = self._round(now, everything=False)
        reload = self._includes()
        if fresh is None:
            self._sweep()
        self._tree.settle()
        self._register.owe(self._owed)
        self._register.conclude(Standing(cursor, now, self._ground))
        return Done(cursor=cursor, is_whole=fresh is None, reload=reload, left_out=tuple(sorted(self._owed)))

    def _round(self, since: datetime | None, *, everything: bool) -> int:
        """Everything but articles' own pages, as far as what has been written of these touches it."""
        touched, self._pending = self._pending, set()
        leaving, self._leaving = self._leaving, {}
        unshown, self._unshown = self._unshown, set()
        cursor = self._written_to
        self._site.renderings.clear()
        for month, scopes in sorted(self._months(touched, since, everything=everything).items()):
            for scope in scopes:
                self._archive(scope, month)
        for scope in reversed(self._scopes):
            for extension in FEED_TYPES:
                self._feed(scope, extension)
        for scope in self._scopes:
            if everything or any(one.may_show(scope, self._newsroom) for one in touched):
                self._feed_page(scope)
        for place in places.directory():
            self._put(place)
        slugs = self._listed()
        if not everything:
            within = {slug for one in touched for slug in self._newsroom.lineage(one.division)}
            slugs = [slug for slug in slugs if slug in within]
        for slug in [*slugs, *([None] if everything or touched else [])]:
            self._list(slug)
        self._leave(leaving.values(), unshown)
        return cursor

    # What everything else leads to.

    def _statics(self) -> None:
        """What hangs on nothing that is published. Old stylesheets stay: a page may be open that asks for one."""
        assets = self._site.assets
        for name in assets.names:
            address = assets.address(name)
            self._put(Place(address, address.removeprefix("/"), "", has_faces=False), keep_up=False)
        self._put(Place("/feeds.css", "feeds", ".css", has_faces=False), keep_up=False)
        for place in (places.missing(), *places.gone(self._gone)):
            self._put(place, keep_up=False)

    def _head(self) -> int:
        with self._site.database.read() as session:
            return changes.head(session)

    def _keep_up(self, answers: Iterable[Answer]) -> None:
        """What was published while a document was made, and so may stand in it, has its page before the document; so
        has what could not be read before."""
        head = self._head()
        if head != self._written_to:
            self._articles(head, lambda done, total: None)
        bodies = [answer.body for answer in answers] if self._owed else []
        self._pages_of({one for one in self._owed if any(b"/articles/%d/" % one in body for body in bodies)})

    def _articles(self, head: int, tell: Tell) -> None:
        """The pages of every article that changed since the last look, and what is shown in them."""
        start = self._written_to
        while self._written_to < head:
            to = min(head, self._written_to + _AT_ONCE)
            with self._site.database.read() as session:
                ids = changes.changed(session, self._written_to, to)
            self._pages_of(ids)
            self._written_to = to
            tell(to - start, head - start)

    def _pages_of(self, ids: Collection[int]) -> None:
        """The pages of these articles, of their twins, and what is shown in them; what cannot be read stays owed."""
        if not ids:
            return
        with self._site.database.read() as session:
            found = reading.by_id(session, ids)
            twins = {twin for one in found.values() for _, twin in one.twins}
            found |= reading.by_id(session, twins - set(found))
            media_paths = {one.id: self._media(session, one) for one in found.values()}
            corrected = scoped.corrections(session, [one.id for one in found.values() if one.correction_note])
        self._owed = (self._owed | set(ids)) - found.keys()
        # A page that is there already may lead to a new one, of the same release in another language.
        for one in sorted(found.values(), key=lambda one: (self._is_there(one), one.id)):
            if one.state.is_public:
                self._article(one, media_paths[one.id], corrected.get(one.id, ()))

    def _is_there(self, one: Article) -> bool:
        return bool(self._tree.names(places.article_folder(one.id)))

    def _media(self, session: Session, one: Article) -> dict[str, str]:
        if one.state is not State.PUBLISHED:
            return {}
        names = [picture.media for picture in one.content.pictures if picture.media]
        kept = {name: media.find(session, name) for name in names}
        return media_of(one, {name: found.variants for name, found in kept.items() if found})

    def _article(self, one: Article, shown: dict[str, str], corrected: Sequence[datetime]) -> None:
        now = filed(one, self._zone, corrected)
        was, had = self._register.article(one.id) or (now, frozenset[str]())
        self._unshown |= had - shown.keys()
        self._pending |= {was, now}
        if one.state is State.WITHDRAWN:
            self._leaving[one.id] = one
        else:
            for path, name in shown.items():
                self._copy(path, name)
            self._changes(one)
            self._put(places.article(one), keep_up=False)
        self._register.keep(one.id, now, shown)

    def _copy(self, path: str, name: str) -> None:
        source = self._site.media.path(name)
        if source is None:
            log.warning("export.left_out", file=name, cause="it is not in the folder of media")
            return
        self._tree.copy(path, source)
        self._note(path)

    def _changes(self, one: Article) -> None:
        """What was changed in an article, back to its first text."""
        if one.correction_note:
            pages = list(self._followed(lambda before: places.article_changes(one, before), _EARLIER))
            for place, answers in reversed(pages):
                self._place(place, answers, keep_up=False)

    def _followed(
        self, page: Callable[[str], Place], link: re.Pattern[bytes]
    ) -> Iterator[tuple[Place, dict[Face | None, Answer]]]:
        """A page, and the earlier ones that it leads to, each by the `before` that `link` finds in the one after it."""
        before, asked = "", set[str]()
        while before not in asked:
            place = page(before)
            answers = self._ask(place)
            yield place, answers
            asked.add(before)
            named = {text.decode() for answer in answers.values() for text in link.findall(answer.body)}
            before = min(named - asked, key=_in_order, default="")

    # Documents that lead to articles.

    def _months(
        self, touched: Iterable[Filed], since: datetime | None, *, everything: bool
    ) -> dict[Month, list[Scope]]:
        """The archives to be made again: months that were touched, the next newer one, whose way back says so, and
        those that are over since the last run."""
        now = self._site.clock()
        ended = {Month.of(since, self._zone)} - {Month.of(now, self._zone)} if since else set()
        wanted: dict[Month, list[Scope]] = defaultdict(list)
        if not (everything or touched or ended):
            return wanted
        for scope in self._scopes:
            there = {month for name in self._tree.names(places.feed_stem(scope)) if (month := _month_of(name))}
            months = {
                month
                for one in touched
                if one.may_show(scope, self._newsroom)
                for text in one.months
                if (month := Month.parse(text))
            }
            if everything or months:
                with self._site.database.read() as session:
                    filled = self._filled(session, scope)
                months |= {newer for month in months for newer in _leading_to(month, filled, there)}
                if everything:
                    months |= {*filled, *there}
            for month in months | (ended & there):
                wanted[month].append(scope)
        return wanted

    def _filled(self, session: Session, scope: Scope) -> list[Month]:
        """The months in which a scope has releases, or older ones were corrected, the newest first."""
        found: list[Month] = []
        at = self._site.clock() + _MOMENT
        while (month := month_before(session, scope, self._newsroom, at)) is not None:
            found.append(month)
            at = month.start(self._zone)
        return found

    def _archive(self, scope: Scope, month: Month) -> None:
        """The parts of a month, the last first, and no more of them than there are."""
        parts: list[dict[str, Answer]] = []
        for number in count(1):
            made = {name: self._asking.get(places.archive(scope, month, number, name).address) for name in FEED_TYPES}
            if any(answer.status != 200 for answer in made.values()):
                break
            parts.append(made)
            if not all(f"part={number + 1}".encode() in answer.body for answer in made.values()):
                break
        for number, made in reversed(list(enumerate(parts, start=1))):
            for name, answer in made.items():
                self._place(places.archive(scope, month, number, name), {None: answer})
        # A part that is no more goes on leading to the first.
        for number in {
            _part_of(name) for name in self._tree.names(places.feed_stem(scope)) if _month_of(name) == month
        }:
            if number > len(parts) > 0:
                for name, answer in parts[0].items():
                    self._place(places.archive(scope, month, number, name), {None: answer})

    def _feed(self, scope: Scope, extension: str) -> None:
        place = places.feed(scope, extension)
        answer = self._asking.get(place.address)
        stem = self._newsroom.url(scope_feed_path(scope, "").partition("?")[0])
        for text in set(re.findall(re.escape(stem.encode()) + rb"/(\d{4}-\d\d)\.", answer.body)):
            month = Month.parse(text.decode())
            there = {_month_of(name) for name in self._tree.names(places.feed_stem(scope))}
            if month is not None and month not in there:
                self._archive(scope, month)
        self._links[f"/{place.file()}"] = answer.headers.get("link", "")
        self._place(place, {None: answer})

    def _feed_page(self, scope: Scope) -> None:
        """The page of a feed, the last of its months first, and those that are there already."""
        found = list(self._followed(lambda before: places.feed_page(scope, before), _BEFORE))
        stem = places.feed_page(scope).stem
        names = {name.split(".")[0].removeprefix("before-") for name in self._tree.names(stem) if "before-" in name}
        made = {place.stem for place, _ in found}
        for place in (places.feed_page(scope, name) for name in sorted(names)):
            if place.stem not in made:
                self._put(place)
        for place, answers in reversed(found):
            self._place(place, answers)

    def _listed(self) -> list[str]:
        """The divisions that have a list: all but those whose work another goes on with."""
        return [one.slug for one in self._newsroom.city.divisions if self._newsroom.current(one.slug) == one]

    def _list(self, slug: str | None) -> None:
        """The first pages of a list, the last of them first."""
        with self._site.database.read() as session:
            number = reading.count(session, divisions=self._newsroom.within(slug) if slug else ())
        last = max(1, min(self._pages, -(-number // A_PAGE)))
        # What was a page once stays one, though it may be empty.
        while self._tree.holds(places.listed(slug, last + 1).file(self._faces[0])) and last < self._pages:
            last += 1
        for page in range(last, 0, -1):
            self._put(places.listed(slug, page))

    # What leaves.

    def _leave(self, leaving: Iterable[Article], unshown: Iterable[str]) -> None:
        for one in leaving:
            self._put(places.article_notice(one), keep_up=False)
            folder = places.article_folder(one.id)
            for name in self._tree.names(folder):
                if name.startswith(("page.", "changes.")) and name.endswith(".html"):
                    self._tree.remove(f"{folder}/{name}")
        with self._site.database.read() as session:
            for path in sorted(unshown):
                name = path.split("/")[1]
                if not media.is_public(session, _whole(name)):
                    self._tree.remove(path)

    def _sweep(self) -> None:
        """Take away what no run over everything wrote, and what addresses that moved for good do not hide. Of what
        could not be read, nothing."""
        for one in self._owed:
            _, shown = self._register.article(one) or (None, ())
            for path in (*self._tree.files(places.article_folder(one)), *shown):
                self._note(path)
        moved = {slug for one in self._newsroom.city.divisions for slug in (one.slug, *one.former)} - set(
            self._listed()
        )
        for path in list(self._tree.files()):
            top, _, rest = path.partition("/")
            old = top in ("divisions", "feeds") and re.split(r"[./]", rest, maxsplit=1)[0] in moved
            if top != "static" and not old and not self._register.is_placed(path):
                self._tree.remove(path)

    def _includes(self) -> bool:
        """What the configuration of a server includes; answers whether it is another than before."""
        written = [
            self._tree.place(name, text.encode(), at=self._site.clock(), encoded=False, within=SERVERS)
            for name, text in servers.includes(self._newsroom, self._links, secure=self._site.is_secure).items()
        ]
        return any(written)

    # One place after another.

    def _put(self, place: Place, *, keep_up: bool = True) -> None:
        self._place(place, self._ask(place), keep_up=keep_up)

    def _ask(self, place: Place) -> dict[Face | None, Answer]:
        faces: Sequence[Face | None] = self._faces if place.has_faces else [None]
        return {face: self._asking.get(place.asked(face), face.language if face else None) for face in faces}

    def _place(self, place: Place, answers: dict[Face | None, Answer], *, keep_up: bool = True) -> None:
        if keep_up:
            self._keep_up(answers.values())
        for face, answer in answers.items():
            if answer.status != place.status:
                continue  # it has changed again since: the log says so, and the next round does it
            path = place.file(face)
            said = answer.headers.get("last-modified")
            self._tree.place(path, answer.body, at=parsedate_to_datetime(said) if said else self._site.clock())
            self._note(path)

    def _note(self, path: str) -> None:
        if self._notes_all:
            self._register.place(path)


def _leading_to(month: Month, filled: Iterable[Month], there: Iterable[Month]) -> Iterator[Month]:
    """The archives whose way back leads to a month: the next that has releases, and those there that are empty."""
    for newer in sorted({*filled, *there}):
        if newer > month:
            yield newer
            if newer in filled:
                return


def _month_of(name: str) -> Month | None:
    """The month whose archive a file of this name holds."""
    return Month.parse(name.partition(".")[0])


def _in_order(text: str) -> tuple[int, ...]:
    """The number of a revision, or a month, so that the latest comes first."""
    return tuple(-int(part) for part in text.split("-"))


def _part_of(name: str) -> int:
    part = name.split(".")[1]
    return int(part) if part.isdigit() else 1


def _whole(name: str) -> str:
    """The name under which a file is kept of which this is, or is made smaller from."""
    return re.sub(r"-\d+(?=\.)", "", name)
