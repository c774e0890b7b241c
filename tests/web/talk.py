"""A conversation over a real socket, in which the test writes every byte."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.web.browser import Answer


class Talk:
    """One connection to a server on loopback."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def say(self, *pieces: bytes) -> None:
        """Send the pieces one by one."""
        for piece in pieces:
            self.socket.sendall(piece)

    def hear(self, method: str = "GET") -> Answer | None:
        """The next answer; None where the connection is closed instead."""
        while b"\r\n\r\n" not in self._read:
            if not self._more():
                return None
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        pairs = [one.partition(": ")[::2] for one in lines]
        headers = {name.lower(): value for name, value in pairs}
        assert len(headers) == len(pairs), "a header came twice"
        status = int(line.split()[1])
        length = 0 if method == "HEAD" or status == 304 else int(headers["content-length"])
        while len(self._read) < length:
            assert self._more(), "the body was cut off"
        body, self._read = self._read[:length], self._read[length:]
        return Answer(status, tuple(headers.items()), body)

    def ends(self) -> bool:
        """Whether nothing more comes and the server closes."""
        return not self._read and not self._more()

    def _more(self) -> bool:
        try:
            got = self.socket.recv(65536)
        except ConnectionError:
            return False
        self._read += got
        return bool(got)


@contextmanager
def talk(port: int) -> Iterator[Talk]:
    """A conversation for the length of the block."""
    one = Talk(port)
    try:
        yield one
    finally:
        one.socket.close()


def request(path: str, *lines: str, method: str = "GET", host: str | None = "newsroom.test") -> bytes:
    """The bytes of a request with these header lines."""
    all_lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host is not None else []), *lines]
    return "".join(f"{line}\r\n" for line in all_lines).encode("latin-1") + b"\r\n"
