"""`civicwire migrate`."""

from config.commands.console import print_table
from config.migrations.upgrading import upgrade
from config.parts import Parts
from config.settings import load_settings
from feeds.store import divisions


def run() -> None:
    """Bring the tables up to this version and the divisions up to the city file."""
    parts = Parts(load_settings())
    city = parts.newsroom.city
    try:
        before, after = upgrade(parts.database)
        with parts.database.write() as session:
            divisions.sync(session, city)
    finally:
        parts.database.close()
    print_table(("tables before", "tables now", "divisions"), [(before or "none", after, len(city.divisions))])
