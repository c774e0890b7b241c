"""A newsroom that goes on for some minutes: a release every few seconds to everybody, planned and sent as by the alarm
clock, to Postfix's smtp-sink. What is looked for is what grows: memory, and the time from a release to its last mail.
"""

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

import structlog

from bench.crowd import filled, letters, megabytes, newsroom
from bench.peers import sink
from feeds.clock import system_clock
from notifier.alerts import Alerts
from notifier.delivery import Sender
from notifier.tokens import Tokens
from notifier.transport.smtp import SmtpOptions, SmtpTransport, Tls
from tests.builders import SECRET, publish


def main() -> None:
    """Print a line for each part of the time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=330)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--pace", type=float, default=2.0, help="seconds from one release to the next")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with sink() as port, tempfile.TemporaryDirectory() as folder:
        database = filled(f"sqlite:///{Path(folder) / 'civicwire.db'}", options.people, since=system_clock())
        alerts = Alerts(database, newsroom(), letters(), system_clock)
        transport = SmtpTransport(SmtpOptions(host="127.0.0.1", port=port, tls=Tls.NONE, connections=4))
        sender = Sender(database, newsroom(), Tokens([SECRET]), transport, system_clock, random.Random(1))
        began, sent, number = time.monotonic(), 0, 0
        parts = 6
        for part in range(parts):
            took: list[float] = []
            while time.monotonic() - began < options.seconds * (part + 1) / parts:
                number += 1
                published = time.monotonic()
                publish(database, f"Night buses run later, number {number}", now=system_clock())
                assert alerts.run().planned == options.people
                sent += sum(sender.run().states.values())
                took.append(time.monotonic() - published)
                time.sleep(max(0.0, published + options.pace - time.monotonic()))
            print(f"after {time.monotonic() - began:4.0f} s: {sent:8,} sent, memory {megabytes():4.0f} MB,", end=" ")
            print(f"from release to last mail {statistics.median(took):.2f} s (most {max(took):.2f})", flush=True)
        assert sent == number * options.people
        database.close()


if __name__ == "__main__":
    main()
