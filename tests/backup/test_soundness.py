"""F47: a damaged database is found at the start, holds sending, and says what helps."""

from pathlib import Path

from config.soundness import hold_if_damaged
from feeds.store.database import Database
from tests.backup.conftest import House


def test_f47_a_damaged_database_holds_sending_and_names_the_restore(house: House) -> None:
    for number in range(200):
        house.follow(f"reader{number}@example.org")
    assert not hold_if_damaged(house.parts.database, house.clock)
    assert house.held() is None
    house.parts.database.close()
    path = Path(house.parts.database.url.database or "")
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 3 * 4096)
        file.write(b"\xff" * 3 * 4096)  # an index or the last rows of a table
    damaged = Database(house.parts.settings.database_url)
    assert hold_if_damaged(damaged, house.clock)
    held = house.held()
    assert held is not None
    assert "civicwire restore" in held
    damaged.close()
