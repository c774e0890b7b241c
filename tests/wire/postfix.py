"""A whole Postfix of our own on loopback: its configuration, its queue, and nothing of the machine's."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest

from tests.conftest import missing

# Strict on purpose: what a server of the world may refuse is refused here.
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/data/log
maillog_file_prefixes = {folder}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = relay.test
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = {local}
virtual_mailbox_base = {folder}/box
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
relay_domains = {routed}
transport_maps = inline:{{ {routes} }}
lmtp_destination_recipient_limit = 1
smtp_dns_support_level = disabled
strict_rfc821_envelopes = yes
smtpd_data_restrictions = reject_unauth_pipelining
smtpd_forbid_bare_newline = yes
smtpd_tls_security_level = may
smtpd_tls_chain_files = {certificate}
smtpd_tls_received_header = yes
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""
_OWNER = 65534
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Postfix:
    """The running server."""

    port: int
    folder: Path

    def delivered(self, number: int) -> list[Message]:
        """What lies in the mailbox of the local domain, as soon as there is so much."""
        new = self.folder / "box" / "all" / "new"
        self.wait(lambda: len(list(new.glob("*"))) >= number)
        return [BytesParser().parsebytes(path.read_bytes()) for path in sorted(new.glob("*"))]

    def wait(self, came: Callable[[], bool]) -> None:
        """Until something has come; the server's log says why it did not."""
        end = time.monotonic() + _PATIENCE
        while not came():
            if time.monotonic() > end:
                pytest.fail((self.folder / "data" / "log").read_text())
            time.sleep(0.05)


@contextmanager
def postfix(certificate: Path, *, local: str, routes: Mapping[str, str]) -> Iterator[Postfix]:
    """A Postfix that keeps what is for the local domain, and hands on what is for others by a route for each."""
    program = shutil.which("postfix") or shutil.which("postfix", path="/usr/sbin")
    if program is None:
        missing("postfix", "Postfix is not installed")
    assert program is not None
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    with tempfile.TemporaryDirectory(prefix="civicwire-postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for place in ("conf", "queue", "data", "box"):
            (folder / place).mkdir()
        shutil.chown(folder / "data", "postfix")
        os.chown(folder / "box", _OWNER, _OWNER)
        values = {"folder": folder, "local": local, "owner": _OWNER, "certificate": certificate}
        values |= {"routed": ", ".join(routes), "routes": ", ".join(f"{{{of} = {to}}}" for of, to in routes.items())}
        port = _free_port()
        (folder / "conf" / "main.cf").write_text(_MAIN.format(**values))
        (folder / "conf" / "master.cf").write_text(_MASTER.format(port=port))
        running = subprocess.Popen(
            [program, "-c", str(folder / "conf"), "start-fg"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            server = Postfix(port, folder)
            server.wait(lambda: running.poll() is not None or _answers(port))
            if running.poll() is not None:
                pytest.fail(f"Postfix did not start: {running.returncode}")
            yield server
        finally:
            _end(running, folder / "queue" / "pid" / "master.pid")


def _end(running: "subprocess.Popen[bytes]", pid_file: Path) -> None:
    """Stop the master by its own number; it takes its servers with it."""
    if running.poll() is None and pid_file.exists():
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
    try:
        running.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        running.kill()
        raise


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False
