"""The parts that answer over HTTP, on top of all others: the public pages, the feeds, the newsroom and the API."""

import os
from functools import cached_property
from importlib.metadata import version

from jinja2 import Environment

from config.metrics import About, Metrics
from config.migrations.upgrading import newest
from config.parts import Parts
from config.rhythm import Rhythm
from feeds.archives import Archives, Kept
from feeds.readers import Readers
from feeds.shelf import Shelf
from feeds.web.api.app import Api
from feeds.web.api.buckets import Buckets, Rate
from feeds.web.api.call import Office
from feeds.web.api.gate import ApiOptions
from feeds.web.article_pages import ArticlePages
from feeds.web.asking import Asking
from feeds.web.assets import Assets
from feeds.web.chrome import Chrome, page_templates
from feeds.web.embargoed import Embargoed
from feeds.web.feed_pages import FeedPages
from feeds.web.feeds import FeedRoutes
from feeds.web.media import MediaRoutes
from feeds.web.newsroom.audit_pages import AuditPages
from feeds.web.newsroom.bulk_pages import BulkPages
from feeds.web.newsroom.decisions import Decisions
from feeds.web.newsroom.desk_pages import DeskPages
from feeds.web.newsroom.door import Door
from feeds.web.newsroom.editor import Editor
from feeds.web.newsroom.feed_health import FeedHealth
from feeds.web.newsroom.previews import Previews
from feeds.web.newsroom.publishing import Publishing
from feeds.web.newsroom.revision_pages import RevisionPages
from feeds.web.newsroom.room import Room
from feeds.web.newsroom.sign_in import SignIn
from feeds.web.newsroom.staff_pages import StaffPages
from feeds.web.newsroom.token_pages import TokenPages
from feeds.web.newsroom.topic_pages import TopicPages
from feeds.web.pages import Pages
from feeds.web.search import SearchPage
from notifier.audience import Audience
from notifier.preview import Preview
from notifier.web.copies import Copies
from notifier.web.doorway import Doorway
from notifier.web.manage import ManagePages
from notifier.web.press_pages import PressPages
from notifier.web.rehearsals import Rehearsals
from notifier.web.renewals import RenewalPages
from notifier.web.residents import Residents
from notifier.web.sending_pages import SendingPages

PAGE_TEMPLATES = (("feeds", "templates"), ("notifier", "templates/pages"))

WRONG_LINKS = Rate("links", 60)
"""How many wrong links one network (/24, /48) may open a minute, in each process: mail programs cut a link or two."""


class Site(Parts):
    """A whole site, each part of it made when it is first asked for."""

    @cached_property
    def shelf(self) -> Shelf:
        """Keeps rendered feeds."""
        return Shelf(self.database, self.newsroom, self.words, self.clock, hubs=self.settings.hubs)

    @cached_property
    def readers(self) -> Readers:
        """Knows who reads which feed."""
        return Readers()

    @cached_property
    def rhythm(self) -> Rhythm:
        """What this process knows of its own alarm clock."""
        return Rhythm(self.clock)

    def metrics_of(self, shelf: Shelf | None) -> Metrics:
        """What a monitor reads; `shelf` where this process serves feeds."""
        about = About(version("civicwire"), "sqlite" if self.database.is_sqlite else "postgresql", newest())
        return Metrics(self.database, self.clock, self.rhythm, shelf, about, self.journal.last_backup)

    @cached_property
    def chrome(self) -> Chrome:
        """What all pages share."""
        return Chrome(self.newsroom, self.words, self.assets, self.page_templates)

    @cached_property
    def page_templates(self) -> Environment:
        """What pages are made from."""
        return page_templates(PAGE_TEMPLATES)

    @cached_property
    def assets(self) -> Assets:
        """Stylesheet and mark."""
        return Assets()

    @cached_property
    def doorway(self) -> Doorway:
        """Lets people in by the links of their mails."""
        return Doorway(self.tokens, self.chrome, self.clock, self.guesses)

    @cached_property
    def guesses(self) -> Buckets:
        """Counts wrong links, for all pages together."""
        return Buckets(WRONG_LINKS)

    @cached_property
    def residents(self) -> Residents:
        """The residents' pages."""
        return Residents(self.following, self.personal, self.doorway)

    @cached_property
    def manage_pages(self) -> ManagePages:
        """What people change by their own link."""
        parts = (self.following, self.personal, self.renewals, self.press, self.doorway)
        return ManagePages(*parts, cap=self.settings.alerts_a_day)

    @cached_property
    def renewal_pages(self) -> RenewalPages:
        """Where people say that their mail goes on."""
        return RenewalPages(self.renewals, self.following, self.doorway)

    @cached_property
    def copies(self) -> Copies:
        """The web copies of mails."""
        return Copies(self.database, self.letters, self.tokens, self.chrome, self.clock, self.guesses)

    @cached_property
    def embargoed(self) -> Embargoed:
        """What accredited journalists see before its hour."""
        return Embargoed(self.press.insider, self.database, self.chrome, self.media_routes, self.doorway.not_ours)

    @cached_property
    def press_pages(self) -> PressPages:
        """Who is accredited, for operators."""
        return PressPages(self.door, self.press, self.chrome, self.clock)

    @cached_property
    def sending_pages(self) -> SendingPages:
        """How sending stands."""
        return SendingPages(self.door, self.database, self.tokens, self.chrome, self.clock)

    @cached_property
    def door(self) -> Door:
        """Lets staff into the newsroom's pages."""
        secure = self.settings.base_url.startswith("https:")
        return Door(self.entrance, self.database, self.chrome, self.clock, secure=secure)

    @cached_property
    def rehearsals(self) -> Rehearsals:
        """Mails as readers get them."""
        return Rehearsals(self.door, self.database, self.desk, self.chrome, self.rehearsal, self.clock)

    @cached_property
    def sign_in(self) -> SignIn:
        """The pages at the door."""
        return SignIn(self.door, self.entrance, self.chrome)

    @cached_property
    def staff_pages(self) -> StaffPages:
        """The accounts of staff."""
        return StaffPages(self.door, self.accounts, self.database, self.chrome, self.clock)

    @cached_property
    def audit_pages(self) -> AuditPages:
        """Who did what."""
        return AuditPages(self.door, self.database, self.chrome)

    @cached_property
    def media_routes(self) -> MediaRoutes:
        """Serves pictures and files."""
        return MediaRoutes(self.media, self.database, self.chrome, self.door.is_inside)

    @cached_property
    def room(self) -> Room:
        """What the desk's pages stand on."""
        audience = Audience(self.newsroom, self.clock)
        return Room(
            door=self.door,
            desk=self.desk,
            database=self.database,
            chrome=self.chrome,
            clock=self.clock,
            reach=audience.reach,
            posted=audience.posted,
            bound=audience.bound,
            accredited=self.press.reach,
            embargoed=audience.embargoed,
        )

    @cached_property
    def desk_pages(self) -> DeskPages:
        """The list of releases, and one of them."""
        return DeskPages(self.room)

    @cached_property
    def revision_pages(self) -> RevisionPages:
        """The texts that a release had."""
        return RevisionPages(self.room)

    @cached_property
    def publishing(self) -> Publishing:
        """How a release becomes public."""
        return Publishing(self.room)

    @cached_property
    def editor(self) -> Editor:
        """Where releases are written."""
        return Editor(self.room, self.media)

    @cached_property
    def previews(self) -> Previews:
        """What a release will look like."""
        return Previews(self.room, self.media, Preview(self.letters).mail)

    @cached_property
    def decisions(self) -> Decisions:
        """What else is decided about a release."""
        return Decisions(self.room)

    @cached_property
    def bulk_pages(self) -> BulkPages:
        """What is done with many releases at once."""
        return BulkPages(self.room)

    @cached_property
    def topic_pages(self) -> TopicPages:
        """The vocabulary of topics."""
        return TopicPages(self.door, self.database, self.chrome, self.clock)

    @cached_property
    def token_pages(self) -> TokenPages:
        """The tokens of programs."""
        return TokenPages(self.door, self.programs, self.chrome, self.clock)

    @cached_property
    def feed_health(self) -> FeedHealth:
        """How the feeds are, for staff."""
        return FeedHealth(self.door, self.shelf, self.feed_routes.archives, self.readers, self.chrome, os.getpid())

    @cached_property
    def api_options(self) -> ApiOptions:
        """How much programs may ask."""
        return ApiOptions()

    @cached_property
    def api(self) -> Api:
        """What programs do."""
        office = Office(self.database, self.newsroom, self.desk, self.media, self.words, self.clock)
        return Api(office, self.chrome, self.api_options)

    @cached_property
    def pages(self) -> Pages:
        """The public lists."""
        return Pages(self.database, self.chrome, self.clock, self.residents.form_token)

    @cached_property
    def article_pages(self) -> ArticlePages:
        """One article, and what was changed in it."""
        return ArticlePages(self.database, self.chrome, self.clock, self.residents.form_token)

    @cached_property
    def search_page(self) -> SearchPage:
        """Where readers look for releases."""
        return SearchPage(self.database, self.chrome, self.asking)

    @cached_property
    def feed_routes(self) -> FeedRoutes:
        """The feeds."""
        archives = Archives(self.database, self.newsroom, self.words, Kept())
        return FeedRoutes(self.shelf, archives, self.asking, self.chrome, self.clock)

    @cached_property
    def asking(self) -> Asking:
        """Reads addresses of feeds."""
        return Asking(self.database, self.chrome)

    @cached_property
    def feed_pages(self) -> FeedPages:
        """The pages of the feeds."""
        return FeedPages(self.database, self.asking, self.chrome, self.clock, self.residents.form_token)
