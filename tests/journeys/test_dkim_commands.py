"""A key is made, set, checked and refused from a shell."""

import json
import stat
from pathlib import Path

import pytest

from tests.journeys.test_commands import civicwire


def test_a_new_key_signs_once_it_is_set_and_check_prints_its_record(tmp_path: Path) -> None:
    done = civicwire(tmp_path, "dkim", "keygen", "2026a", "--algorithm", "ed25519", "--json")
    made = json.loads(done.stdout)
    path = tmp_path / "2026a.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    given = {"CIVICWIRE_DKIM_KEYS": f"2026a={path}", "CIVICWIRE_SMTP_PORT": "1"}
    checked = json.loads(civicwire(tmp_path, "check", "--json", **given).stdout)
    assert checked["signing"] == {"works": True, "says": "2026a (ed25519)"}
    assert (made["name"], made["record"]) in [(one["name"], one["value"]) for one in checked["records"]]
    again = civicwire(tmp_path, "dkim", "keygen", "2026a")
    assert (again.returncode, again.stderr) == (1, "civicwire: 2026a.pem exists already: take another selector\n")


@pytest.mark.parametrize(
    ("keys", "reason"),
    [("a=none.pem", "cannot read none.pem"), ("a=bad.pem", "no private key"), ("a", "SELECTOR=PATH")],
)
def test_b99_a_key_that_cannot_sign_is_one_clear_line_at_the_start(tmp_path: Path, keys: str, reason: str) -> None:
    (tmp_path / "bad.pem").write_text("secret", encoding="ascii")
    assert civicwire(tmp_path, "migrate").returncode == 0
    done = civicwire(tmp_path, "run", "delivery", CIVICWIRE_DKIM_KEYS=keys)
    assert done.returncode == 2
    assert done.stderr.startswith("civicwire: CIVICWIRE_DKIM_KEYS: ")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr
