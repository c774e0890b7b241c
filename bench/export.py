"""What an export costs, and the exported tree behind nginx against a plain file of the same size, asked by wrk.

The tree is configured by the very files of the documentation; the plain file by an nginx that has one location and
nothing else. Both run on one core in turn. Releases are as `bench.search` composes them.
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median

import structlog

from bench.peers import seconds
from bench.search import fill
from config.export.lasting import LastingSite
from config.export.run import Exported, exported
from config.settings import Settings
from feeds.model import Newsroom
from feeds.store.database import Database
from tests.builders import BASE_URL, NOW, SECRET, publish, small_city
from tests.export.conftest import HOST, free_port, nginx, running

FEED, PAGE = "/feeds/environment.rss", "/divisions/environment"


def main() -> None:
    """Fill, export, publish, export again, serve, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        address = f"sqlite:///{folder}/civicwire.db"
        database = Database(address)
        fill(database, options.releases)
        settings = Settings(database_url=address, base_url=BASE_URL, secret_key=(SECRET,))
        _told("everything", options.releases, lambda: _export(settings, folder / "tree"))
        size = sum(one.stat().st_blocks * 512 for one in (folder / "tree").rglob("*"))
        print(f"the tree takes {size / options.releases / 1000:.0f} KB of disk for each release", flush=True)
        _told("nothing new", options.releases, lambda: _export(settings, folder / "tree"))
        publish(database, "One more", division="water", now=NOW)
        _told("one release more", options.releases, lambda: _export(settings, folder / "tree"))
        database.close()
        _serve(folder, options.rounds, options.seconds)


def _export(settings: Settings, folder: Path) -> Exported:
    site = LastingSite(settings, lambda: NOW)
    site.newsroom = Newsroom(small_city(), settings.base_url)
    try:
        return exported(site, folder)
    finally:
        site.database.close()


def _told(what: str, releases: int, work: Callable[[], Exported]) -> None:
    made: list[Exported] = []
    used = time.process_time()
    taken = seconds(lambda: made.append(work()))
    counts = made[0].counts
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}, {releases} releases: {counts.written} written, {counts.unchanged} unchanged,", end=" ")
    print(f"{taken:.1f} s ({time.process_time() - used:.1f} s of processor); peak memory {peak:.0f} MB", flush=True)


def _serve(folder: Path, rounds: int, length: int) -> None:
    """Requests a second for a feed and a page in gzip, of the tree and of a plain file with the same bytes."""
    plain = folder / "plain"
    plain.mkdir()
    shutil.copy(folder / "tree" / "site" / "feeds" / "environment.rss.gz", plain / "feed")
    shutil.copy(folder / "tree" / "site" / "divisions" / "environment.en.html.gz", plain / "page")
    with nginx(folder / "tree", folder / "server", program=None) as tree, _plain(plain, folder / "peer") as peer:
        for what, ours, theirs in (("feed", FEED, "/feed"), ("page", PAGE, "/page")):
            rates: dict[str, list[float]] = {"tree": [], "plain": []}
            for _ in range(rounds):
                rates["tree"].append(_wrk(tree, ours, length))
                rates["plain"].append(_wrk(peer, theirs, length))
            found = {name: median(several) for name, several in rates.items()}
            weight = (plain / what).stat().st_size / 1000
            print(f"a {what} of {weight:.1f} KB in gzip: {found['tree']:.0f} requests a second from the tree,", end=" ")
            print(f"{found['plain']:.0f} of a plain file: {found['tree'] / found['plain']:.2f}", flush=True)


def _plain(root: Path, folder: Path) -> AbstractContextManager[int]:
    """An nginx that does nothing but send files."""
    port = free_port()
    folder.mkdir()
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; events {{ }}\n"
        f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
    )
    path = shutil.which("nginx") or "/usr/sbin/nginx"
    return running([path, "-p", str(folder), "-c", str(folder / "nginx.conf")], port, folder / "log")


def _wrk(port: int, address: str, length: int) -> float:
    command = ["wrk", "-t1", "-c32", f"-d{length}s", "-H", "Accept-Encoding: gzip", "-H", f"Host: {HOST}"]
    said = subprocess.run([*command, f"http://127.0.0.1:{port}{address}"], capture_output=True, text=True, check=True)
    assert "Non-2xx" not in said.stdout, said.stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said.stdout)
    assert found is not None, said.stdout
    return float(found[1])


if __name__ == "__main__":
    main()
