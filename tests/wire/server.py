"""A real mail server on loopback that writes down what it accepted, and misbehaves as it is told."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import BinaryIO


@dataclass
class Accepted:
    """A message that the server said 250 to, or took and then went away."""

    recipient: str
    content: bytes

    @property
    def message(self) -> Message:
        return message_from_bytes(self.content)


@dataclass
class Behaviour:
    """What goes wrong. Replies are whole lines; a count says how often it happens before all is well."""

    banner: str | None = "220 mail.test"
    extensions: tuple[str, ...] = ("8BITMIME", "ENHANCEDSTATUSCODES")
    mail: str | None = None
    recipients: dict[str, str] = field(default_factory=dict)
    takes_for_nobody: bool = False
    """Whether it asks for a message although it refused whom it was for."""
    data: str | None = None
    pause: float = 0
    """Seconds before each message is answered."""
    tarpit: float = 0
    """Seconds before every answer."""
    waits_for_next: int = 0
    """To how many messages it says nothing before the next one's envelope is there."""
    never_answers: int = 0
    """After how many messages' ends it says nothing at all."""
    drips: float | None = None
    """Seconds from one byte of an answer to RCPT to the next."""
    drop_at_data: int = 0
    drop_before_reply: int = 0
    drop_after_reply: int = 0
    reset_at_quit: bool = False
    close_after: int | None = None
    most_connections: int | None = None
    """How many it serves at once; a further one is turned away at the door."""
    auth: str | None = None


@dataclass
class MailServer:
    """The server's state as a test sees it."""

    behaviour: Behaviour
    port: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    taken: list[Accepted] = field(default_factory=list)
    """Messages received whole whose 250 was never sent."""
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    """Whom each MAIL command named, in order."""
    on_accept: threading.Event = field(default_factory=threading.Event)

    turned_away: int = 0
    most_at_once: int = 0
    _inside: int = 0
    _door: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def room(self) -> Iterator[bool]:
        """Whether one more is let in."""
        most = self.behaviour.most_connections
        with self._door:
            room = most is None or self._inside < most
            self._inside += room
            self.turned_away += not room
            self.most_at_once = max(self.most_at_once, self._inside)
        try:
            yield room
        finally:
            with self._door:
                self._inside -= room

    def to(self, recipient: str) -> list[Accepted]:
        return [one for one in self.accepted if one.recipient == recipient]


Relay = Callable[..., AbstractContextManager[MailServer]]
"""`mail_server` with or without pipelining."""


@contextmanager
def mail_server(behaviour: Behaviour | None = None, *, pipelining: bool = False) -> Iterator[MailServer]:
    """A listening server for the length of the block."""
    server = MailServer(behaviour or Behaviour())
    if pipelining:
        server.behaviour.extensions = (*server.behaviour.extensions, "PIPELINING")
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            thread = threading.Thread(target=_converse, args=(server, connection), daemon=True)
            threads.append(thread)
            thread.start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(5)
        for thread in threads:
            thread.join(5)


class _Gone(Exception):
    """The conversation is over."""


def _converse(server: MailServer, connection: socket.socket) -> None:
    behaviour = server.behaviour
    connection.settimeout(20)
    with connection, connection.makefile("rb") as lines:
        try:
            if behaviour.banner is None:
                lines.readline()
                return
            with server.room() as room:
                _say(connection, behaviour.banner if room else "421 4.7.0 too many connections from you")
                if room:
                    _session(server, connection, lines)
        except (_Gone, OSError):
            pass


def _session(server: MailServer, connection: socket.socket, lines: BinaryIO) -> None:
    behaviour, recipient, done = server.behaviour, "", 0
    while line := lines.readline():
        time.sleep(behaviour.tarpit)
        text = line.decode("latin-1").rstrip("\r\n")
        verb = text.split(" ")[0].upper()
        server.commands.append(verb)
        if verb == "EHLO":
            _say(connection, "250-mail.test")
            for extension in behaviour.extensions:
                _say(connection, f"250-{extension}")
            _say(connection, "250 HELP")
        elif verb == "AUTH":
            _say(connection, behaviour.auth or "235 2.7.0 welcome")
        elif verb == "MAIL":
            if behaviour.close_after is not None and done >= behaviour.close_after:
                _say(connection, "421 4.7.0 enough for now")
                raise _Gone
            server.senders.append(text.partition("<")[2].partition(">")[0])
            _say(connection, behaviour.mail or "250 2.1.0 ok")
        elif verb == "RCPT":
            recipient = text.partition("<")[2].partition(">")[0]
            answer = behaviour.recipients.get(recipient, "250 2.1.5 ok")
            _drip(connection, answer, behaviour.drips)
            if answer.startswith("421"):
                raise _Gone
            if not answer.startswith("250"):
                recipient = ""
        elif verb == "RSET":
            recipient = ""
            _say(connection, "250 2.0.0 ok")
        elif verb == "DATA":
            if not recipient and not behaviour.takes_for_nobody:
                _say(connection, "503 5.5.1 for whom?")
                continue
            _data(server, connection, lines, recipient)
            done += 1
        elif verb == "QUIT":
            if behaviour.reset_at_quit:
                _reset(connection)
            _say(connection, "221 2.0.0 bye")
            raise _Gone
        else:
            _say(connection, "250 2.0.0 ok")


def _data(server: MailServer, connection: socket.socket, lines: BinaryIO, recipient: str) -> None:
    behaviour = server.behaviour
    if behaviour.drop_at_data:
        behaviour.drop_at_data -= 1
        _reset(connection)
    _say(connection, "354 go on")
    content = b""
    while (line := lines.readline()) != b".\r\n":
        if not line:
            raise _Gone
        content += line[1:] if line.startswith(b".") else line
    if not recipient:
        _say(connection, "554 5.5.1 for nobody")
        return
    message = Accepted(recipient, content)
    if behaviour.data:
        _say(connection, behaviour.data)
        return
    if behaviour.drop_before_reply:
        behaviour.drop_before_reply -= 1
        server.taken.append(message)
        _reset(connection)
    time.sleep(behaviour.pause)
    if behaviour.never_answers:
        behaviour.never_answers -= 1
        server.taken.append(message)
        lines.readline()  # until whoever waits has gone
        raise _Gone
    if behaviour.waits_for_next:
        behaviour.waits_for_next -= 1
        ahead = getattr(lines, "peek")()  # noqa: B009 - what makefile gives is a BufferedReader
        if not ahead.startswith(b"MAIL FROM:"):
            raise _Gone
    server.accepted.append(message)
    server.on_accept.set()
    _say(connection, "250 2.0.0 kept")
    if behaviour.drop_after_reply:
        behaviour.drop_after_reply -= 1
        _reset(connection)


def _say(connection: socket.socket, line: str) -> None:
    connection.sendall(line.encode() + b"\r\n")


def _drip(connection: socket.socket, line: str, seconds: float | None) -> None:
    for byte in line.encode() + b"\r\n" if seconds is not None else b"":
        connection.sendall(bytes([byte]))
        time.sleep(seconds or 0)
    if seconds is None:
        _say(connection, line)


def _reset(connection: socket.socket) -> None:
    """Close without goodbye: the peer gets a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()
    raise _Gone
