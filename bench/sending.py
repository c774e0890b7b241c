"""From planned deliveries to accepted and recorded, to Postfix's smtp-sink on loopback; peers in the same run.

Peers: `smtp-source` of Postfix with as many connections, and a plain loop that builds each message with the standard
library and sends it by smtplib over one connection, recording nothing.
"""

import argparse
import random
import shutil
import smtplib
import subprocess
import tempfile
from email.message import EmailMessage
from pathlib import Path

import structlog

from bench.peers import seconds, sink
from config.migrations.upgrading import upgrade
from feeds import words
from feeds.model import Newsroom
from feeds.scope import Scope
from feeds.store import divisions
from feeds.store.database import Database
from notifier import messages
from notifier.alerts import Alerts
from notifier.delivery import Sender
from notifier.ledger import subscribers
from notifier.messages import Letters
from notifier.model import Cadence
from notifier.tokens import Tokens
from notifier.transport.smtp import SmtpOptions, SmtpTransport, Tls
from tests.builders import BASE_URL, NOW, SECRET, Hands, publish, small_city


def ours(folder: Path, number: int, connections: int, port: int) -> tuple[float, float]:
    """Seconds to plan and seconds to send one alert to `number` people."""
    database = Database(f"sqlite:///{folder / 'civicwire.db'}")
    upgrade(database)
    newsroom, clock, tokens = Newsroom(small_city(), BASE_URL), Hands(), Tokens([SECRET])
    letters = Letters(newsroom, words.load("feeds", "notifier"), messages.environment())
    with database.write() as session:
        divisions.sync(session, newsroom.city)
        for n in range(number):
            person = subscribers.ensure(session, f"r{n}@example.org", language="en", source="bench", now=NOW)
            subscribers.follow(session, person.id, Scope(), Cadence.IMMEDIATE, now=NOW)
    publish(database, "Night buses run later")
    options = SmtpOptions(host="127.0.0.1", port=port, tls=Tls.NONE, connections=connections)
    sender = Sender(database, newsroom, tokens, SmtpTransport(options), clock, random.Random(1))
    planned = seconds(Alerts(database, newsroom, letters, clock).run)
    sent = seconds(sender.run)
    database.close()
    return planned, sent


def plain_loop(number: int, port: int) -> None:
    """What a script would do."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        for n in range(number):
            message = EmailMessage()
            message["From"], message["To"] = "newsroom@example.org", f"r{n}@example.org"
            message["Subject"] = "Night buses run later"
            message.set_content("Night buses run later from Monday on.\n" * 40)
            message.add_alternative("<p>Night buses run later from Monday on.</p>\n" * 100, subtype="html")
            client.send_message(message)


def source(number: int, connections: int, port: int) -> None:
    """Postfix's own load generator, 12 KB a message."""
    program = shutil.which("smtp-source") or shutil.which("smtp-source", path="/usr/sbin")
    assert program is not None
    subprocess.run(
        [program, "-m", str(number), "-s", str(connections), "-l", "12000", "-d", f"127.0.0.1:{port}"], check=True
    )


def main() -> None:
    """Print messages a second and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    number = options.messages
    with sink() as port, tempfile.TemporaryDirectory() as folder:
        times = {
            "smtp-source": seconds(lambda: source(number, options.connections, port)),
            "plain smtplib loop": seconds(lambda: plain_loop(number, port)),
        }
        planned, times["Civicwire, recorded"] = ours(Path(folder), number, options.connections, port)
    for name, time in times.items():
        rate = number / time
        print(f"{name:22} {rate:9.0f} a second   {times['plain smtplib loop'] / time:6.2f} of the plain loop")
    print(f"planning took {planned:.2f} s for {number} people")


if __name__ == "__main__":
    main()
