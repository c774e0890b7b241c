"""The site as files keep it: pages without what is true for the moment alone."""

from functools import cached_property

from config.site import Site
from feeds.archives import Archives, Kept
from feeds.renderings import Renderings
from feeds.web.chrome import Chrome
from feeds.web.feeds import FeedRoutes


class LastingSite(Site):
    """The parts of a site that answers one question after another, each answer for a file."""

    @property
    def is_secure(self) -> bool:
        """Whether readers come by https."""
        return self.settings.base_url.startswith("https:")

    @cached_property
    def chrome(self) -> Chrome:
        """Pages that last."""
        return Chrome(self.newsroom, self.words, self.assets, self.page_templates, lasting=True)

    @cached_property
    def renderings(self) -> Renderings:
        """Entries, kept from the archive of one scope to that of the next."""
        return Renderings(self.newsroom, self.words)

    @cached_property
    def feed_routes(self) -> FeedRoutes:
        """The feeds, whose archives are made in one go."""
        archives = Archives(self.database, self.newsroom, self.words, Kept(), renderings=self.renderings)
        return FeedRoutes(self.shelf, archives, self.asking, self.chrome, self.clock)
