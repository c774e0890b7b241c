"""A canary: an address on loopback at which nobody must ask."""

import socket
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture
def canary() -> Iterator[tuple[str, list[object]]]:
    """An address on loopback, and everybody who came there."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        done = threading.Event()

        def wait() -> None:
            while not done.is_set():
                try:
                    came.append(server.accept()[1])
                except TimeoutError:
                    continue

        watching = threading.Thread(target=wait)
        watching.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/canary", came
        finally:
            done.set()
            watching.join()
