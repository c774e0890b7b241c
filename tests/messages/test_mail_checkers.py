"""Mails read by programs that are not ours: SpamAssassin's parser and local rules, and an HTML checker (tidy)."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from mail_samples import CITY, DAY, LETTERS, NEWSROOM, VALUES, article, every_kind, many

from feeds.clock import system_clock
from notifier.mime import build
from notifier.model import Cadence, Kind
from notifier.placeholders import MailContent, fill
from tests.conftest import missing
from tests.messages.headers import headers_for

JUDGE = Path(__file__).with_name("spamassassin.pl")
LANGUAGES = ("en", "ko")
HARMLESS = {"HTML_MESSAGE", "NO_RECEIVED", "NO_RELAYS"}
"""It is HTML, and it has not been anywhere yet."""
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Help", "List-Archive", "Auto-Submitted"),
    *("Feedback-ID", "Content-Language", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type"),
}


def message(mail: MailContent, language: str) -> bytes:
    """The mail as it would go out now."""
    headers = headers_for(
        newsroom=NEWSROOM,
        language=language,
        subject=mail.subject,
        sender_name=CITY.sender_name(language),
        sender_address=CITY.sender_address,
        recipient="reader@example.org",
        message_id="<17.0123456789abcdef@daegu.example.org>",
        date=system_clock(),
        kind=Kind.ALERT,
        unsubscribe_url=VALUES["unsubscribe"],
        manage_url=VALUES["manage"],
    )
    return build(headers=headers, text=mail.text, html=mail.html)


def everything() -> dict[str, tuple[str, MailContent]]:
    """Every mail in every language, filled for one person, by name."""
    return {
        f"{kind} {language}".replace(" ", "-"): (language, fill(mail, VALUES))
        for language in LANGUAGES
        for kind, mail in every_kind(language).items()
    }


def test_spamassassin_reads_every_mail_as_it_was_written_and_takes_none_for_spam(tmp_path: Path) -> None:
    probe = ["perl", "-MMail::SpamAssassin", "-e", "1"]
    if shutil.which("perl") is None or subprocess.run(probe, capture_output=True).returncode:
        missing("spamassassin", "SpamAssassin is not installed")
    mails = everything()
    for name, (language, mail) in mails.items():
        (tmp_path / name).write_bytes(message(mail, language))
    command = ["perl", str(JUDGE), *(str(tmp_path / name) for name in mails)]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    judged = subprocess.run(command, capture_output=True, env=environment, timeout=100)
    assert judged.returncode == 0, judged.stderr.decode()[-500:]
    found = {Path(one["path"]).name: one for one in map(json.loads, judged.stdout.splitlines())}
    assert set(found) == set(mails)
    for name, (_, mail) in mails.items():
        one = found[name]
        assert set(one["rules"]) <= HARMLESS, name
        assert one["score"] < 0.1, name
        assert set(one["headers"]) == HEADERS, name
        assert one["subject"].strip() == mail.subject, name
        for part, written in (("text/plain", mail.text), ("text/html", mail.html)):
            read = one["parts"][part].replace("\r\n", "\n")
            assert read.rstrip("\n") == written.rstrip("\n"), (name, part)


def test_an_html_checker_has_nothing_to_say_about_any_mail_or_copy(tmp_path: Path) -> None:
    tidy = shutil.which("tidy")
    if tidy is None:
        missing("tidy", "tidy is not installed")
    pages = {name: mail.html for name, (_, mail) in everything().items()}
    pages["copy of an alert"] = LETTERS.alert_copy(article(), language="en", sent_on=DAY)
    pages["copy of a digest"] = LETTERS.digest_copy(
        many(3), language="ko", cadence=Cadence.DAILY, span=(DAY, DAY), withdrawn=1, sent_on=DAY
    )
    said = {}
    for name, page in pages.items():
        checked = subprocess.run(
            [str(tidy), "-q", "-e", "-utf8", "--show-info", "no"], input=page.encode(), capture_output=True, timeout=20
        )
        remarks = checked.stderr.decode().splitlines()
        if remarks:
            said[name] = [re.sub(r"^line \d+ column \d+ - ", "", remark) for remark in remarks]
    assert said == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_checker_sees_what_is_wrong(language: str) -> None:
    """A checker that says nothing about anything would be worth nothing."""
    tidy = shutil.which("tidy")
    if tidy is None:
        missing("tidy", "tidy is not installed")
    broken = every_kind(language)["alert"].html.replace("</h1>", "</h2>", 1)
    checked = subprocess.run([str(tidy), "-q", "-e", "-utf8"], input=broken.encode(), capture_output=True, timeout=20)
    assert b"h2" in checked.stderr
