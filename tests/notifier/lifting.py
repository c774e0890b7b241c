"""The service at the instant at which an embargo lifts, killed again and again: a process of its own that starts it.

Called with a database, a mail server's port, an instant and a secret. Each run is killed before the commit of its
first, second, third ... transaction that writes, until one ends by itself; each begins when the leases of the one
before are over. Says of each how it ended. A child that is forked needs none of the time that a new process takes to
begin.
"""

import os
import signal
import sys
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event

from config.parts import Parts
from config.settings import Settings
from feeds.model import Newsroom
from notifier.ledger.deliveries import LEASE
from tests.builders import BASE_URL, Hands, small_city

MOST = 30
"""More runs than there are transactions to kill."""


def main(url: str, port: int, at: datetime, secret: str) -> None:
    """Start, let die, and start again."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    settings = Settings(database_url=url, base_url=BASE_URL, secret_key=(secret,), smtp_port=port)
    for number in range(1, MOST):
        child = os.fork()
        if child == 0:
            _die_before(number)
            clock = Hands(at + (number - 1) * (LEASE + timedelta(seconds=1)))
            try:
                _run(Parts(settings, clock))
            except BaseException as error:
                print(repr(error), flush=True)
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}", flush=True)
        if not os.WIFSIGNALED(status):
            return


def _run(parts: Parts) -> None:
    parts.newsroom = Newsroom(small_city(), BASE_URL)
    parts.ticks.publish()
    parts.ticks.plan_digests()
    parts.ticks.send()


def _die_before(number: int) -> None:
    """From now on the transaction of this number, among those that write, is never committed."""
    wrote = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        connection.info["wrote"] = connection.info.get("wrote", False) or statement.startswith(("INSERT", "UPDATE"))

    @event.listens_for(Engine, "commit")
    def die(connection: Connection) -> None:
        nonlocal wrote
        wrote += connection.info.pop("wrote", False)
        if wrote == number:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), sys.argv[4])
