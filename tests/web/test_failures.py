"""What readers see and the log says when something of ours breaks."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from config.asgi import application
from feeds.errors import StoreError
from feeds.model import City
from feeds.store import database as database_module
from tests.builders import publish
from tests.web.browser import Browser
from tests.web.conftest import Site, is_page, site_in


def breaks(request: Request) -> Response:
    raise RuntimeError(f"a slip at {request.url.path} in /opt/secret/module.py")


def unavailable(_request: Request) -> Response:
    raise StoreError("cannot use the database postgresql://secret-host/civicwire")


async def breaks_later(_request: Request) -> Response:
    raise KeyError("a slip in a route that does not wait")


@pytest.fixture
def breaking(site: Site) -> Browser:
    """The site with routes that fail."""
    routes = [Route("/breaks", breaks), Route("/breaks-later", breaks_later), Route("/unavailable", unavailable)]
    return Browser(application(site.parts, extra=routes))


@pytest.mark.parametrize("path", ["/breaks", "/breaks-later"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_unexpected_fault_is_a_page_without_a_trace_and_one_line_in_the_log(
    breaking: Browser, path: str, language: str
) -> None:
    with capture_logs() as lines:
        answer = breaking.get(f"{path}?lang={language}")
    assert answer.status == 500
    assert is_page(answer)
    assert f'<html lang="{language}">' in answer.text
    for secret in ("Traceback", "RuntimeError", "KeyError", "slip", "/opt/", "starlette"):
        assert secret not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    (fault,) = [line for line in lines if line["log_level"] == "error"]
    assert fault["event"] == "request.broken"
    assert "a slip" in fault["cause"]
    assert [line["status"] for line in lines if line["event"] == "http"] == [500]


def test_the_site_goes_on_after_a_fault(breaking: Browser) -> None:
    breaking.get("/breaks")
    assert breaking.get("/").status == 200


def test_a_database_that_cannot_be_used_is_a_503_that_says_when_to_come_back(breaking: Browser) -> None:
    with capture_logs() as lines:
        answer = breaking.get("/unavailable")
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert is_page(answer)
    assert "secret-host" not in answer.text
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["store.unavailable"]


def test_f47_a_damaged_database_is_a_503_and_the_process_stays_alive(site: Site) -> None:
    publish(site.database)
    path = Path(site.database.url.database or "")
    site.database.close()
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    path.write_bytes(b"this is no database" * 500)
    with closing(sqlite3.connect(path)) as damaged, pytest.raises(sqlite3.DatabaseError):
        damaged.execute("SELECT 1 FROM article")
    # Without the vocabulary, a wish for a topic would read as one for everything.
    for address in ("/", "/feeds/all.rss", "/articles/1", "/subscribe?topic=summit"):
        answer = site.browser.get(address)
        assert (answer.status, "retry-after" in answer.headers) == (503, True)
        assert str(path) not in answer.text
    assert site.sign_up().status == 503
    assert site.browser.get("/readyz").status == 503
    assert site.browser.get("/healthz").status == 200
    assert site.browser.get("/subscribe").status == 200
    assert site.browser.get("/subscribe?division=climate").status == 200


def test_health_and_readiness_are_never_cached(site: Site) -> None:
    for path in ("/healthz", "/readyz"):
        answer = site.browser.get(path)
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")


def test_f46_a_database_that_another_process_locks_sheds_writes_and_is_read(
    tmp_path: Path, prepared_file: Path, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For as long as it is waited for, which is shorter here; once it is free again, writes go on at once."""
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.2)
    site = site_in(tmp_path, prepared_file, city)
    with closing(sqlite3.connect(tmp_path / "civicwire.db", isolation_level=None)) as tool:
        tool.execute("BEGIN IMMEDIATE")
        refused = site.sign_up()
        assert (refused.status, site.browser.get("/").status) == (503, 200)
        assert int(refused.headers["retry-after"]) > 0
        assert site.browser.get("/feeds/all.rss").status == 200
        assert site.browser.get("/readyz").status == 200
        tool.execute("COMMIT")
    assert site.sign_up().status < 400
    site.database.close()
