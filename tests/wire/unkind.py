"""A web server on loopback that answers by its path, and mostly not as a server should."""

import gzip
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PAGE = "<html><body><p>심야 버스</p></body></html>"


@dataclass
class Unkind:
    """The server while it runs, and the request lines and hosts that came."""

    port: int
    asked: list[tuple[str, str]] = field(default_factory=list)

    def url(self, path: str, host: str = "site.test") -> str:
        return f"http://{host}:{self.port}{path}"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            self._answer()
        except OSError:
            return  # whoever asked has left

    def _answer(self) -> None:
        path = self.rfile.readline().decode().split()[1]
        host = ""
        while line := self.rfile.readline().strip():
            if line.lower().startswith(b"host:"):
                host = line.split(b":", 1)[1].strip().decode()
        self.server.unkind.asked.append((path, host))  # type: ignore[attr-defined]
        getattr(self, "_" + path.strip("/").partition("/")[0].replace("-", "_"))(path)

    def _send(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
        self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    def _page(self, path: str) -> None:
        self._send(PAGE.encode(), "Content-Type: text/html; charset=utf-8")

    def _korean(self, path: str) -> None:
        self._send(PAGE.encode("cp949"), "Content-Type: text/html; charset=EUC-KR")

    def _packed(self, path: str) -> None:
        self._send(gzip.compress(PAGE.encode()), "Content-Encoding: gzip")

    def _bomb(self, path: str) -> None:
        self._send(gzip.compress(b"0" * 20_000_000), "Content-Encoding: gzip")

    def _cut_packed(self, path: str) -> None:
        self._send(gzip.compress(PAGE.encode())[:-12], "Content-Encoding: gzip")

    def _not_packed(self, path: str) -> None:
        self._send(PAGE.encode(), "Content-Encoding: gzip")

    def _brotli(self, path: str) -> None:
        self._send(PAGE.encode(), "Content-Encoding: br")

    def _big(self, path: str) -> None:
        self._send(b"0" * 3_000_000)

    def _endless(self, path: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            self.wfile.write(b"0" * 65536)

    def _drip(self, path: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            self.wfile.write(b"0")
            self.wfile.flush()
            time.sleep(0.05)

    def _drip_head(self, path: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            self.wfile.write(b"0")
            self.wfile.flush()
            time.sleep(0.05)

    def _silent(self, path: str) -> None:
        self.rfile.read(1)  # until whoever asked has left

    def _cut(self, path: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PAGE.encode())

    def _nonsense(self, path: str) -> None:
        self.wfile.write(b"\x00\x01\x02 what\r\n\r\n")

    def _gone(self, path: str) -> None:
        self._send(b"gone", status="404 Not Found")

    def _nowhere(self, path: str) -> None:
        self._send(b"", status="302 Found")

    def _again(self, path: str) -> None:
        """`/again/3` leads on three times, then to the page."""
        left = int(path.rpartition("/")[2])
        self._send(b"", f"Location: {'/page' if left == 1 else f'/again/{left - 1}'}", status="302 Found")

    def _to(self, path: str) -> None:
        """`/to/ADDRESS` leads there."""
        self._send(b"", f"Location: {path.removeprefix('/to/')}", status="307 Temporary Redirect")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    unkind: Unkind


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Unkind]:
    """The server for the length of the block; over TLS where a file with a key and its certificate is given."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.unkind = Unkind(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.unkind
        finally:
            server.shutdown()
            thread.join()
