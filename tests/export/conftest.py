"""A tree of the sample newsroom, and the program that serves the same, each once for all tests of a worker."""

import contextlib
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from config.asgi import application
from config.server import Served, background
from tests.conftest import missing
from tests.export import sample
from tests.export.sample import Sample
from tests.house.sources import ROOT

SAMPLES = ROOT / "docs" / "operate" / "export"
HOST = "newsroom.test"


@dataclass
class Standing:
    """A newsroom, its tree, and its program: `asked` is what the program was asked for."""

    newsroom: Sample
    folder: Path
    port: int
    asked: list[str] = field(default_factory=list)


class Recorded:
    """The program, which notes what it is asked for."""

    def __init__(self, app: Served, asked: list[str]) -> None:
        self.headers = app.headers
        self._app = app
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._asked.append(scope["path"])
        await self._app(scope, receive, send)


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory, prepared_file: Path) -> Iterator[Standing]:
    folder = tmp_path_factory.mktemp("export")
    newsroom = sample.full(folder, prepared_file)
    newsroom.export(folder / "tree")
    site = newsroom.program()
    made = Standing(newsroom, folder / "tree", free_port())
    with background(Recorded(application(site), made.asked), port=made.port):  # type: ignore[arg-type]
        yield made
    site.database.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def adapted(text: str, tree: Path, *, port: int, program: int | None) -> str:
    """A sample as this machine can run it: where the tree lies, on which port it listens, and where the program is.

    Without a program, as the sample itself says.
    """
    text = text.replace("/srv/civicwire", str(tree))
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "server_name newsroom.example.org", f"server_name {HOST}"
    )
    text = text.replace("http://newsroom.example.org {", f"http://{HOST}:{port} {{\n\tbind 127.0.0.1")
    if program is None:
        text = text.replace("proxy_pass http://civicwire;", "return 404;")
        return text.replace("reverse_proxy 127.0.0.1:8000", "respond 404").replace("respond 404", "error 404")
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{program}")


@contextlib.contextmanager
def nginx(tree: Path, folder: Path, *, program: int | None) -> Iterator[int]:
    """The port of an nginx with the very files of the documentation."""
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if path is None:
        missing("servers", "nginx is not installed")
    assert path is not None
    port = free_port()
    (folder / "civicwire").mkdir(parents=True)
    for one in (SAMPLES / "nginx").iterdir():
        (folder / "civicwire" / one.name).write_text(adapted(one.read_text(), tree, port=port, program=program))
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if subprocess.run(["id", "-u"], capture_output=True, check=True).stdout == b"0\n" else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ }}\nhttp {{ access_log off; {temporary} include civicwire/site.conf; }}\n"
    )
    command = [path, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with running(command, port, folder / "error.log"):
        yield port


@contextlib.contextmanager
def caddy(tree: Path, folder: Path, *, program: int | None) -> Iterator[int]:
    """The port of a Caddy with the very files of the documentation."""
    path = shutil.which("caddy")
    if path is None:
        missing("servers", "Caddy is not installed")
    assert path is not None
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    for one in (SAMPLES / "caddy").iterdir():
        (folder / one.name).write_text(adapted(one.read_text(), tree, port=port, program=program))
    whole = folder / "whole"
    quiet = f"admin off\n\tauto_https off\n\tstorage file_system {folder}"
    whole.write_text(f"{{\n\t{quiet}\n}}\nimport Caddyfile\n")
    home = [f"XDG_CONFIG_HOME={folder}", f"XDG_DATA_HOME={folder}"]
    command = ["env", *home, path, "run", "--adapter", "caddyfile", "--config", str(whole)]
    with running(command, port, folder / "log"):
        yield port


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[int]:
    """A server on this port for the length of the block."""
    with log.open("a") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + 20
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True)
class Front:
    """A server that shows the tree: with the program behind it, and alone."""

    name: str
    beside: httpx.Client
    alone: httpx.Client


@pytest.fixture(scope="session", params=["nginx", "caddy"])
def front(
    request: pytest.FixtureRequest, standing: Standing, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    start = {"nginx": nginx, "caddy": caddy}[request.param]
    one, other = (tmp_path_factory.mktemp(request.param) / "server" for _ in range(2))
    with (
        start(standing.folder, one, program=standing.port) as first,
        start(standing.folder, other, program=None) as second,
        client(first) as beside,
        client(second) as alone,
    ):
        yield Front(request.param, beside, alone)


@pytest.fixture(scope="session")
def program(standing: Standing) -> Iterator[httpx.Client]:
    with client(standing.port) as asked:
        yield asked


def client(port: int) -> httpx.Client:
    """Somebody who asks a server of this site, and says nothing that a test did not write."""
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Host": HOST, "Accept-Encoding": "identity"}, timeout=20
    )


def plain(page: str) -> str:
    """A page without what is true for the moment alone: the offer to follow with its form, and a count of releases."""
    page = re.sub(r'<section class="follow".*?</section>', "", page, flags=re.S)
    often = r"(?:About [^<.]* a month|Less than one[^<.]*|한 달에[^<.]*)\.?"
    return re.sub(rf"<span>{often}</span>\n| {often}(?=</p>)|(?<=</a>)<small>[^<]*</small>(?=</th>)", "", page)
