"""What is written of an envelope and of a message's lines on the wire (RFC 5321). Pure."""

from notifier.retry import Reply, Stage
from notifier.transport.promise import Outgoing


def unsendable(recipient: str, *, takes_wide_addresses: bool) -> Reply | None:
    """Why an address cannot be named to a server: its recipient's failure alone. None if it can.

    An address beyond ASCII needs SMTPUTF8 (RFC 6531), and a domain is written in its A-labels.
    """
    if any(sign in recipient for sign in "\r\n <>\0") or not recipient.rpartition("@")[2].isascii():
        return Reply(553, "5.1.3 the address cannot be written in SMTP", Stage.RECIPIENT)
    if not recipient.isascii() and not takes_wide_addresses:
        return Reply(553, "5.6.7 the server takes no address beyond ASCII", Stage.RECIPIENT)
    return None


def commands(one: Outgoing) -> bytes:
    """MAIL, RCPT and DATA of a message, to be written at once. Its addresses were looked at before."""
    wide = "" if one.recipient.isascii() else " SMTPUTF8"
    return f"MAIL FROM:<{one.sender}>{wide}\r\nRCPT TO:<{one.recipient}>\r\nDATA\r\n".encode()


def doubled(message: bytes) -> bytes:
    """A message with each dot that begins a line doubled (section 4.5.2), ending with a line's end."""
    stuffed = message.replace(b"\n.", b"\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
