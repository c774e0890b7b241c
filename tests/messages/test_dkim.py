"""DKIM as others verify it (dkimpy): RSA and Ed25519, and what breaks a signature."""

import base64
import re
from datetime import UTC, datetime
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st
from test_mail_headers import HOSTILE, message

from notifier.dkim import Key, KeyUnusable, Signer, body_hash

DOMAIN = "daegu.example.org"
NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)


@cache
def key(selector: str = "a", algorithm: str = "rsa") -> Key:
    return Key.made(selector, algorithm=algorithm)


def verify(raw: bytes, *keys: Key) -> list[bool]:
    """Whether each signature holds, as somebody who asks for these keys' records sees it."""
    records = {f"{one.selector}._domainkey.{DOMAIN}.".encode(): one.record.encode() for one in keys}
    return [_holds(dkim.DKIM(raw), index, records) for index in range(len(keys))]


def _holds(found: dkim.DKIM, index: int, records: dict[bytes, bytes]) -> bool:
    try:
        return bool(found.verify(index, dnsfunc=lambda name, timeout=5: records.get(name)))
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("algorithm", ["rsa", "ed25519"])
@pytest.mark.parametrize("subject", ["Night buses", *HOSTILE])
def test_a_signature_holds_whatever_the_title(algorithm: str, subject: str) -> None:
    one = key("s1", algorithm)
    raw = Signer(DOMAIN, (one,)).sign(message(subject), now=NOW)
    assert verify(raw, one) == [True]


def test_two_algorithms_and_two_selectors_sign_at_once() -> None:
    keys = (key("2026a"), key("2026b"), key("2026c", "ed25519"))
    raw = Signer(DOMAIN, keys).sign(message("x"), now=NOW)
    assert verify(raw, *keys) == [True, True, True]
    assert re.findall(rb"a=([a-z0-9-]+);", raw) == [b"rsa-sha256", b"rsa-sha256", b"ed25519-sha256"]


@settings(max_examples=30)
@given(st.text(max_size=80))
def test_a_signature_survives_folding_anew(subject: str) -> None:
    raw = Signer(DOMAIN, (key("a", "ed25519"),)).sign(message(subject), now=NOW)
    head, _, body = raw.partition(b"\r\n\r\n")
    refolded = re.sub(rb"\r\n[ \t]+", b"\r\n\t ", head) + b"\r\n\r\n" + body
    assert verify(refolded, key("a", "ed25519")) == [True]


@pytest.mark.parametrize(
    "name", ["From", "To", "Subject", "Date", "Reply-To", "Cc", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"]
)
def test_a_field_that_is_added_or_changed_breaks_the_signature(name: str) -> None:
    raw = Signer(DOMAIN, (key(),)).sign(message("x"), now=NOW)
    if name.startswith("List"):
        changed = re.sub(rf"\r\n{name}: ".encode(), rf"\r\n{name}: x".encode(), raw)
    else:
        changed = f"{name}: evil@example.org\r\n".encode() + raw
    assert changed != raw
    assert verify(changed, key()) == [False]


def test_a_body_that_is_changed_breaks_the_signature() -> None:
    raw = Signer(DOMAIN, (key(),)).sign(message("x"), now=NOW)
    assert verify(raw.replace(b"text\r\n", b"Text\r\n", 1), key()) == [False]


def test_every_field_that_we_write_is_signed_and_every_line_is_short() -> None:
    raw = Signer(DOMAIN, (key(),)).sign(message("x"), now=NOW)
    signature, _, rest = raw.partition(b"\r\nFrom:")
    signed = set(re.sub(rb"\s", b"", signature).partition(b"h=")[2].partition(b";")[0].decode().split(":"))
    head = (b"From:" + rest).partition(b"\r\n\r\n")[0]
    written = {line.partition(":")[0].lower() for line in re.split(r"\r\n(?! )", head.decode())}
    assert written <= signed
    assert max(map(len, signature.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("body", [b"no end", b"two ends\r\n\r\n"])
def test_only_a_body_that_is_canonical_is_hashed(body: bytes) -> None:
    with pytest.raises(ValueError, match="one line end"):
        body_hash(body)


def test_a_key_reads_back_as_it_was_made_and_its_record_is_what_the_world_reads() -> None:
    for algorithm in ("rsa", "ed25519"):
        made = key("s1", algorithm)
        assert Key.read("s1", made.pem).record == made.record
        assert made.record.startswith(f"v=DKIM1; k={algorithm}; p=")
    assert len(base64.b64decode(key("s1", "ed25519").record.partition("p=")[2])) == 32


@pytest.mark.parametrize(
    ("selector", "pem", "reason"),
    [
        ("a", b"", "no private key"),
        ("a", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        ("a", Key("a", generate_private_key(65537, 1024)).pem, "this one has 1024"),
        ("A b", key().pem, "a selector is"),
        ("", key().pem, "a selector is"),
        ("a\r\nb", key().pem, "a selector is"),
    ],
)
def test_a_key_that_cannot_sign_says_why(selector: str, pem: bytes, reason: str) -> None:
    with pytest.raises(KeyUnusable, match=reason):
        Key.read(selector, pem)
