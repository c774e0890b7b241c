"""One feed of 60 KB asked for without end: of Civicwire, of nginx with the same files, of a plain FastAPI route.

Each server has the first processor to itself and wrk the second, in turn, several rounds; medians. Beside the requests
that came through in a second stand those for each second of the server's own processor time, less what it takes when
nobody asks: that figure hardly minds what else the machine does. Needs nginx and wrk.
"""

import argparse
import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median

import httpx
import uvicorn
from fastapi import FastAPI, Header, Response

from config.migrations.upgrading import upgrade
from config.settings import Settings
from config.site import Site
from feeds.clock import system_clock
from feeds.store import articles, divisions
from feeds.store.articles import Filing
from tests.builders import content

PATH = "/feeds/all.rss"
IDLE_SECONDS = 5
OF_THE_CONNECTION = {"date", "content-length", "content-encoding", "content-type", "etag", "last-modified", "server"}
ANOTHER = """
local n = 0
request = function()
  n = n + 1
  return wrk.format(nil, nil, {["Accept-Encoding"] = "gzip", ["User-Agent"] = "reader/" .. n})
end
"""
NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off; server_tokens off; sendfile on; tcp_nopush on; open_file_cache max=100;
  keepalive_requests 1000000000; types {{ application/rss+xml rss; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; gzip_static on;
{headers}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server at work, and the tag that it gives the feed."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    tag: str
    idle: float
    """Seconds of processor time that it takes in a second in which nobody asks."""

    def processor_seconds(self) -> float:
        """The processor time that it and its workers have taken."""
        own = self.process.pid
        workers = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in (own, *workers)]
        return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextlib.contextmanager
def started(name: str, port: int, *command: str, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server on the first processor, for the length of the block."""
    given = [f"{key}={value}" for key, value in (settings or {}).items()]
    process = subprocess.Popen(
        ["taskset", "-c", "0", "env", *given, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                for _ in range(2):  # the first may only put it on the shelf
                    answer = ask(port)
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{name} does not start") from None
                time.sleep(0.1)
        assert answer.status_code == 200, answer
        assert answer.headers["content-encoding"] == "gzip"
        server = Server(name, port, process, answer.headers["etag"], 0)
        before = server.processor_seconds()
        time.sleep(IDLE_SECONDS)
        yield replace(server, idle=(server.processor_seconds() - before) / IDLE_SECONDS)
    finally:
        process.terminate()
        process.wait(30)


def ask(port: int) -> httpx.Response:
    """The feed, as everybody gets it."""
    return httpx.get(f"http://127.0.0.1:{port}{PATH}", headers={"Accept-Encoding": "gzip"})


def load(server: Server, seconds: int, *headers: str, script: Path | None = None) -> tuple[float, float]:
    """Requests a second, and requests for each second of the server's processor time."""
    before, began = server.processor_seconds(), time.monotonic()
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c32", f"-d{seconds}s", "-H", "Accept-Encoding: gzip"]
    command += [part for header in headers for part in ("-H", header)]
    command += ["-s", str(script)] if script else []
    said = subprocess.run([*command, f"http://127.0.0.1:{server.port}{PATH}"], capture_output=True, text=True).stdout
    taken = server.processor_seconds() - before - server.idle * (time.monotonic() - began)
    number, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    if number is None or rate is None or "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{server.name}: {said}")
    return float(rate[1]), int(number[1]) / taken


def fill(url: str) -> None:
    """Fifty releases, old enough for a quiet feed, which together make a feed of about 60 KB."""
    parts = Site(Settings(database_url=url))
    upgrade(parts.database)
    rng = random.Random(20260520)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(3000)]
    with parts.database.write() as session:
        divisions.sync(session, parts.newsroom.city)
        for n in range(50):
            at = system_clock() - timedelta(days=30, minutes=n)
            text = " ".join(rng.choices(words, k=40))
            made = content(f"Release {n}", body_html=f"<p>{text}</p>", body_text=text)
            one = articles.add(
                session,
                made,
                filing=Filing(division=parts.newsroom.city.fallback_division),
                authority="a.test,2026",
                now=at,
            )
            articles.publish(session, one.id, fallback_division=parts.newsroom.city.fallback_division, now=at)
    parts.database.close()


def fastapi_route(folder: Path, port: int, parser: str) -> None:
    """A plain FastAPI route with the same bytes, on the same server without the short way."""
    app = FastAPI()
    body = (folder / "www" / (PATH[1:] + ".gz")).read_bytes()
    tag = '"of-fastapi"'
    said = {"ETag": tag, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}

    @app.get("/feeds/{name}")
    async def feed(name: str, if_none_match: str | None = Header(None)) -> Response:
        del name
        if if_none_match == tag:
            return Response(status_code=304, headers=said)
        return Response(body, media_type="application/rss+xml", headers=said)

    uvicorn.run(app, port=port, http=parser, lifespan="off", access_log=False, log_level="critical")  # type: ignore[arg-type]


def main() -> None:
    """Start all of them, ask each in turn, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--fastapi", nargs=3, metavar=("FOLDER", "PORT", "PARSER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fastapi:
        folder, port, parser_name = options.fastapi
        fastapi_route(Path(folder), int(port), parser_name)
        return
    with tempfile.TemporaryDirectory() as kept, contextlib.ExitStack() as open_servers:
        folder = Path(kept)
        servers = _servers(folder, open_servers)
        found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        for _ in range(options.rounds):
            for server in servers:
                found[server.name, "200 gzip"].append(load(server, options.seconds))
                found[server.name, "200 gzip, each request another"].append(
                    load(server, options.seconds, script=folder / "another.lua")
                )
                found[server.name, "304"].append(load(server, options.seconds, f"If-None-Match: {server.tag}"))
    _print(found)


def _servers(folder: Path, open_servers: contextlib.ExitStack) -> list[Server]:
    """Ours first: the others serve what it answers."""
    url = f"sqlite:///{folder}/civicwire.db"
    fill(url)
    port = free_port()
    settings = {
        "CIVICWIRE_DATABASE_URL": url,
        "CIVICWIRE_BASE_URL": f"http://127.0.0.1:{port}",
        "CIVICWIRE_FEED_REQUESTS_A_MINUTE": "1000000",  # counted all the same
    }
    command = (str(Path(sys.executable).with_name("civicwire")), "serve", "--role", "all", "--port", str(port))
    ours = open_servers.enter_context(started("Civicwire", port, *command, settings=settings))
    answer = ask(port)
    (folder / "www" / "feeds").mkdir(parents=True)
    (folder / "another.lua").write_text(ANOTHER)
    zipped = subprocess.run(["gzip", "-6nc"], input=answer.content, capture_output=True, check=True).stdout
    print(f"a feed of {len(answer.content)} bytes, {answer.headers['content-length']} as gzip")
    (folder / "www" / PATH[1:]).write_bytes(answer.content)
    (folder / "www" / (PATH[1:] + ".gz")).write_bytes(zipped)
    shown = [(name, value) for name, value in answer.headers.items() if name not in OF_THE_CONNECTION]
    headers = "\n".join(f"    add_header {name} {_quoted(value)};" for name, value in shown)
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, headers=headers))
    os.chmod(folder, 0o755)  # nginx reads it as somebody else where root starts it
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    found = [open_servers.enter_context(started("nginx", port, nginx, "-c", str(folder / "nginx.conf"))), ours]
    for parser in ("h11", "httptools"):
        with contextlib.suppress(SystemExit):  # httptools is no dependency of ours
            port = free_port()
            command = (sys.executable, "-m", "bench.serving", "--fastapi", str(folder), str(port), parser)
            found.append(open_servers.enter_context(started(f"FastAPI, {parser}", port, *command)))
    return found


def _quoted(value: str) -> str:
    """A header's value in nginx's configuration: none of ours has quotation marks of both kinds."""
    return f"'{value}'" if '"' in value else f'"{value}"'


def _print(found: Mapping[tuple[str, str], list[tuple[float, float]]]) -> None:
    """Medians, and the medians of what each round gave beside nginx in the same round."""
    print("| | requests a second | of nginx | a second of its own processor time | of nginx |")
    print("| --- | --- | --- | --- | --- |")
    for (name, kind), figures in sorted(found.items(), key=lambda item: item[0][1]):
        cells = []
        for mine, theirs in zip(zip(*figures, strict=True), zip(*found["nginx", kind], strict=True), strict=True):
            share = median(one / other for one, other in zip(mine, theirs, strict=True))
            cells += [f"{median(mine):,.0f}", f"{share:.2f}"]
        print(f"| {name}, {kind} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
