"""Sending to a mail server far away: smtp-sink behind a line that delays every byte, for us and for aiosmtplib.

The peer sends finished messages by aiosmtplib's own `sendmail` on as many connections, and records nothing. What the
machine does besides hardly matters: nearly all of the time is waiting.
"""

import argparse
import asyncio
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from aiosmtplib import SMTP

from bench.peers import seconds, sink
from bench.sending import ours

_MESSAGE = b"Subject: Night buses run later\r\n\r\n" + b"Night buses run later from Monday on.\r\n" * 300


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Hand on what comes, each piece `delay` seconds after it came, in order and without a bound on the line."""
    loop = asyncio.get_running_loop()
    line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            at, data = await line.get()
            await asyncio.sleep(max(0.0, at - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)

    delivering = asyncio.create_task(deliver())
    try:
        while data := await reader.read(65536):
            line.put_nowait((loop.time() + delay, data))
    except ConnectionError:
        pass
    line.put_nowait((loop.time() + delay, b""))
    await delivering


@contextmanager
def far_away(port: int, delay: float) -> Iterator[int]:
    """A loopback port that leads to this one over a line of `delay` seconds each way."""
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), list[int]()

    async def serve() -> None:
        async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            onward, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pump(reader, back, delay), _pump(onward, writer, delay), return_exceptions=True)

        server = await asyncio.start_server(join, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(serve(), loop)
    ready.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


async def plain(number: int, connections: int, port: int) -> None:
    """What a program does with the library alone."""
    people = iter(range(number))

    async def work() -> None:
        client = SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        for one in people:
            await client.sendmail("newsroom@example.org", [f"r{one}@example.org"], _MESSAGE)
        await client.quit()

    await asyncio.gather(*(work() for _ in range(connections)))


def main() -> None:
    """Print messages a second on each connection, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--milliseconds", type=float, default=50, help="from a byte's sending to its answer's coming")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    number, connections = options.messages, options.connections
    with (
        sink() as near,
        far_away(near, options.milliseconds / 2000) as port,
        tempfile.TemporaryDirectory() as folder,
    ):
        alone = seconds(lambda: asyncio.run(plain(number, connections, port)))
        _, sent = ours(Path(folder), number, connections, port)
    for name, time in (("aiosmtplib", alone), ("Civicwire, recorded", sent)):
        print(f"{name:22} {number / time / connections:6.2f} a second on each of {connections} connections", end=" ")
        print(f"  {alone / time:5.2f} of aiosmtplib")


if __name__ == "__main__":
    main()
