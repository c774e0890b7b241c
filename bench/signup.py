"""What an open form gives away by its time (B11), and what guessing links costs (B27), on both engines.

A process of its own serves the pages over HTTP on loopback. Addresses that are new, follow already, wait for their
confirmation or are suppressed are sent to each form in turn, each from a network of its own, so that no budget is met;
medians. Then wrong links are opened without end: half of them from one network, half each from another.
"""

import argparse
import contextlib
import os
import random
import re
import socket
import string
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

import httpx

from bench.subscribers import emptied
from config.migrations.upgrading import upgrade
from config.settings import Settings
from config.site import Site
from feeds.clock import system_clock
from feeds.scope import Scope
from feeds.store import divisions
from notifier.ledger import suppressions
from notifier.links import Links
from notifier.model import Cadence
from notifier.tokens import Purpose

WAYS = ("new", "existing", "pending", "suppressed")
KEY = "a-key-of-a-measurement-0123456789-abcdef"
PAGES = ("confirm", "manage", "unsubscribe")
CONNECTIONS = 4
WITHIN = 0.020
"""B11: medians are no further apart."""
_LETTERS = string.ascii_letters + string.digits + "-_."


def address(way: str, number: int) -> str:
    """An address of its own mail domain, for no budget is what is measured."""
    return f"{way}@d{number}.example.org"


def network(number: int) -> str:
    """A client's address in a network of its own."""
    return f"10.{number >> 8 & 255}.{number & 255}.7"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def furnish(settings: Settings, number: int) -> list[str]:
    """Fill the database with so many of each way but the new; answers links of people to their manage page."""
    parts = Site(settings, system_clock)
    upgrade(parts.database)
    with parts.database.write() as session:
        divisions.sync(session, parts.newsroom.city)
    links = []
    for n in range(number):
        for way in ("existing", "suppressed"):
            person = parts.following.add(address(way, n), Scope(), Cadence.DAILY, language="en")
            links.append(Links(parts.newsroom, parts.tokens).to(Purpose.MANAGE, person.id, now=system_clock()))
        parts.following.ask(address("pending", n), Scope(), Cadence.DAILY, language="en")
        with parts.database.write() as session:
            mark = parts.tokens.address_hashes(address("suppressed", n))[0]
            suppressions.add(session, mark, reason="hard_bounce", source="report 5.1.1", now=system_clock())
    parts.database.close()
    return links


@contextlib.contextmanager
def served(settings: Settings, folder: Path, port: int) -> Iterator[int]:
    """The service, its pages alone; answers the number of its process."""
    given = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - as a shell would start it
        "CIVICWIRE_DATABASE_URL": settings.database_url,
        "CIVICWIRE_SECRET_KEY": KEY,
        "CIVICWIRE_BASE_URL": settings.base_url,
        "CIVICWIRE_TRUSTED_PROXIES": "127.0.0.1",
    }
    command = [sys.executable, "-c", "from config.cli import main; main()", "serve", "--role", "web"]
    given["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--port", str(port)], cwd=folder, env=given, stdout=log, stderr=log)
    try:
        for _ in range(300):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit((folder / "log").read_text())
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def memory(process: int) -> float:
    """What a process holds, in MB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def timed(
    client: httpx.Client, method: str, path: str, *, origin: int, **given: object
) -> tuple[float, httpx.Response]:
    """One request from a network of its own, and how long it took in seconds."""
    headers = {"X-Forwarded-For": network(origin), "Origin": str(client.base_url).rstrip("/")}
    began = time.perf_counter()
    answer = client.request(method, path, headers=headers, **given)  # type: ignore[arg-type]
    return time.perf_counter() - began, answer


def forms(client: httpx.Client, number: int) -> None:
    """Each form with each kind of address, in turn."""
    found = re.search(r'name="form_token" value="([^"]+)"', client.get("/subscribe").text)
    assert found
    time.sleep(4)  # sooner than that, no person fills a form in
    token = {"form_token": found[1], "website": ""}
    wish = {"cadence": "daily", "language": "en"}
    origin = 0
    for path, fields in (("/subscribe", token | wish), ("/manage", token)):
        took: dict[str, list[float]] = {way: [] for way in WAYS}
        said = set()
        for n in range(number):
            for way in random.sample(WAYS, len(WAYS)):
                origin += 1
                given = fields | {"email": address(way, n)}
                seconds, answer = timed(client, "POST", path, origin=origin, data=given)
                took[way].append(seconds)
                said.add((answer.status_code, answer.headers.get("location"), answer.content))
        assert len(said) == 1, said
        assert next(iter(said))[0] == 303, said
        report(f"POST {path}", took)


def report(label: str, took: Mapping[str, Sequence[float]]) -> None:
    """The medians, and how far they are apart."""
    medians = {name: median(found) for name, found in took.items()}
    apart = max(medians.values()) - min(medians.values())
    print(f"  {label}: medians apart by {apart * 1000:.2f} ms" + ("" if apart < WITHIN else "  TOO FAR"))
    for name, found in took.items():
        most = quantiles(found, n=20)[-1]
        print(f"    {name:34} {medians[name] * 1000:7.2f} ms, 95 of 100 within {most * 1000:7.2f} ms")


def made_up(length: int) -> str:
    """Something of a token's length and letters."""
    return "".join(random.choices(_LETTERS, k=length))


def links(client: httpx.Client, real: Sequence[str], number: int) -> None:
    """A link that is right, one that is wrong by one letter, and one that is made up: each opened in turn."""
    took: dict[str, list[float]] = {"right (200)": [], "one letter of it changed (404)": [], "made up (404)": []}
    for n in range(number):
        token = real[n % len(real)].rpartition("/")[2]
        changed = token[:-2] + ("a" if token[-2] != "a" else "b") + token[-1]
        tried = {"right (200)": token, "one letter of it changed (404)": changed, "made up (404)": made_up(len(token))}
        for name in random.sample(list(tried), len(tried)):
            seconds, answer = timed(client, "GET", f"/manage/{tried[name]}", origin=20_000 + n)
            assert f"({answer.status_code})" in name, (name, answer.status_code)
            took[name].append(seconds)
    report("GET /manage/{token}", {name: found for name, found in took.items() if "404" in name})
    print(f"    {'right (200): the page itself':34} {median(took['right (200)']) * 1000:7.2f} ms")


def guess(port: int, number: int, *, origin: Callable[[int], str]) -> tuple[Counter[str], float]:
    """Open so many wrong links over a few connections; how they were answered, and seconds."""
    answers: Counter[str] = Counter()
    began = time.perf_counter()

    def some(first: int) -> None:
        own: Counter[str] = Counter()
        with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as lines:
            for n in range(first, number, CONNECTIONS):
                head = f"GET /{PAGES[n % 3]}/{made_up(60)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                connection.sendall(f"{head}X-Forwarded-For: {origin(n)}\r\n\r\n".encode())
                own[lines.readline().split()[1].decode()] += 1
                length = 0
                while line := lines.readline().strip():
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                lines.read(length)
        answers.update(own)

    threads = [threading.Thread(target=some, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, time.perf_counter() - began


def main() -> None:
    """Print what each engine's service answers, how fast, and how much it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=100, help="of each kind of address, at most 150")
    parser.add_argument("--guesses", type=int, default=100_000)
    parser.add_argument("--engine", choices=("SQLite", "PostgreSQL", "both"), default="both")
    given = parser.parse_args()
    for engine in ("SQLite", "PostgreSQL") if given.engine == "both" else (given.engine,):
        with tempfile.TemporaryDirectory() as name, emptied(Path(name), engine):
            folder, port = Path(name), free_port()
            url = f"sqlite:///{folder / 'civicwire.db'}"
            if (folder / "civicwire.toml").exists():
                url = tomllib.loads((folder / "civicwire.toml").read_text())["database_url"]
                (folder / "civicwire.toml").unlink()
            settings = Settings(database_url=url, base_url=f"http://127.0.0.1:{port}", secret_key=(KEY,))
            real = furnish(settings, given.each)
            with served(settings, folder, port) as process, httpx.Client(base_url=settings.base_url) as client:
                print(f"{engine}, {given.each} of each kind of address")
                forms(client, given.each)
                links(client, real, given.each)
                half = given.guesses // 2
                for label, origin in (
                    ("from one network", lambda _: "198.51.100.9"),
                    ("each from another", lambda n: f"{11 + (n >> 16)}.{n >> 8 & 255}.{n & 255}.7"),
                ):
                    before = memory(process)
                    answers, took = guess(port, half, origin=origin)
                    said = ", ".join(f"{number:,} of {status}" for status, number in sorted(answers.items()))
                    held = f"{before:.0f} MB before, {memory(process):.0f} MB after"
                    print(f"  {half:,} wrong links {label}: {said}; {half / took:,.0f} a second; {held}")


if __name__ == "__main__":
    main()
