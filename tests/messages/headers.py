"""The headers of a message put together from those of its mailing and its own, for a message that is built whole."""

from datetime import datetime

from feeds.model import Newsroom
from notifier.mime import dated, encode_header, headers_of_all, headers_of_one
from notifier.model import Kind


def headers_for(
    *,
    newsroom: Newsroom,
    language: str,
    subject: str,
    sender_name: str,
    sender_address: str,
    recipient: str,
    message_id: str,
    date: datetime,
    kind: Kind,
    unsubscribe_url: str | None = None,
    manage_url: str | None = None,
    leave_address: str | None = None,
    archive_url: str | None = None,
) -> list[tuple[str, str]]:
    """The headers of one message, encoded: those of its mailing, and its own."""
    return [
        *headers_of_all(
            newsroom=newsroom,
            language=language,
            subject=encode_header(subject),
            sender_name=sender_name,
            sender_address=sender_address,
            kind=kind,
            archive_url=archive_url,
        ),
        *headers_of_one(
            recipient=recipient,
            message_id=message_id,
            date=dated(date, newsroom),
            help_url=manage_url or newsroom.url("/feeds"),
            unsubscribe_url=unsubscribe_url if kind.is_list_mail else None,
            leave_address=leave_address,
        ),
    ]
