"""Settings: one pure reading of environment and file, every problem at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.parts import kept_key
from config.settings import NAMES, Settings, SettingsError, load_settings, read_settings
from feeds.errors import CivicwireError
from feeds.store.database import Database
from notifier.transport.smtp import Tls

KEY = "k" * 32


def _problems(environment: dict[str, str], file_text: str | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        read_settings(environment, file_text)
    return refused.value.problems


def test_nothing_set_is_sqlite_under_var_and_a_relay_on_this_machine() -> None:
    settings = read_settings({})
    assert settings == Settings()
    assert (settings.database_url, settings.smtp_host) == ("sqlite:///var/civicwire.db", "127.0.0.1")


def test_b101_the_environment_wins_over_the_file() -> None:
    settings = read_settings({"CIVICWIRE_SMTP_PORT": "2525"}, 'smtp_port = 25\nsmtp_host = "relay.example.org"')
    assert (settings.smtp_port, settings.smtp_host) == (2525, "relay.example.org")


def test_b101_an_empty_value_is_an_error() -> None:
    assert _problems({"CIVICWIRE_SMTP_HOST": " "}) == (
        "CIVICWIRE_SMTP_HOST: is empty: give it a value or leave it out",
    )


def test_every_problem_is_reported_at_once() -> None:
    problems = _problems(
        {"CIVICWIRE_SMTP_PROT": "1", "CIVICWIRE_SMTP_TLS": "perhaps", "CIVICWIRE_BASE_URL": "newsroom"},
        "colour = 'red'",
    )
    assert len(problems) == 4
    assert any("did you mean CIVICWIRE_SMTP_PORT?" in one for one in problems)
    assert any(one.startswith("civicwire.toml: colour: there is no such setting") for one in problems)


def test_a_broken_file_names_its_line() -> None:
    (problem,) = _problems({}, "smtp_port = 25\nsmtp_host = ?\n")
    assert problem.startswith("civicwire.toml: ")
    assert "line 2" in problem


def test_a_secret_may_come_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
    read = read_settings(
        {"CIVICWIRE_SECRET_KEY_FILE": str(tmp_path / "key")}, read_file=lambda name: Path(name).read_text()
    )
    assert read.secret_key == (KEY,)


def test_a_secret_given_twice_or_in_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="give one of the two"):
        read_settings({"CIVICWIRE_SECRET_KEY_FILE": "x", "CIVICWIRE_SECRET_KEY": KEY}, read_file=lambda _: KEY)
    with pytest.raises(SettingsError, match="cannot read the file it names"):
        read_settings({"CIVICWIRE_SECRET_KEY_FILE": str(tmp_path / "none")}, read_file=lambda n: Path(n).read_text())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "https://newsroom.example.org/path"),
        ("BASE_URL", "javascript:alert(1)"),
        ("BASE_URL", "https://user:pw@newsroom.example.org"),
        ("SMTP_PORT", "0"),
        ("SMTP_PORT", "70000"),
        ("SMTP_PORT", "٢٥"),
        ("SMTP_CONNECTIONS", "-1"),
        ("SECRET_KEY", "short"),
        ("SMTP_HOST", "relay\nexample"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_b100_a_value_of_the_wrong_form_is_named(name: str, value: str) -> None:
    (problem,) = _problems({f"CIVICWIRE_{name}": value})
    assert problem.startswith(f"CIVICWIRE_{name}: must ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_FROM", "not-an-address"),
        ("MAIL_FROM", "a@example.org, b@example.org"),
    ],
)
def test_b100_a_sender_that_is_no_address_is_named(name: str, value: str) -> None:
    (problem,) = _problems({f"CIVICWIRE_{name}": value})
    assert problem.startswith("CIVICWIRE_MAIL_FROM: is no address to write from")


def test_a_name_without_a_password_is_an_error() -> None:
    assert "both or neither" in _problems({"CIVICWIRE_SMTP_USERNAME": "relay"})[0]


def test_values_have_their_types_and_several_keys_their_order() -> None:
    settings = read_settings(
        {"CIVICWIRE_SMTP_TLS": "required", "CIVICWIRE_SECRET_KEY": f"{KEY}2,{KEY}1", "CIVICWIRE_CITY": "a.toml"}
    )
    assert settings.smtp_tls is Tls.REQUIRED
    assert settings.secret_key == (f"{KEY}2", f"{KEY}1")
    assert settings.city == Path("a.toml")


def test_every_setting_is_a_field_and_every_field_a_setting() -> None:
    assert set(NAMES) == set(Settings.__dataclass_fields__)


def test_a_password_is_in_no_representation() -> None:
    assert "hidden" not in repr(read_settings({"CIVICWIRE_SMTP_USERNAME": "a", "CIVICWIRE_SMTP_PASSWORD": "hidden"}))


def test_the_file_of_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "civicwire.toml").write_text('base_url = "https://newsroom.example.org"', encoding="utf-8")
    assert load_settings(tmp_path).base_url == "https://newsroom.example.org"


def test_sqlite_keeps_its_own_key_and_others_must_be_given_one(tmp_path: Path) -> None:
    store = Database(f"sqlite:///{tmp_path / 'var' / 'civicwire.db'}")
    key = kept_key(store)
    assert len(key) >= 32
    assert kept_key(store) == key
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o077 == 0
    with pytest.raises(CivicwireError, match="CIVICWIRE_SECRET_KEY"):
        kept_key(Database("postgresql://127.0.0.1/civicwire"))


def test_several_processes_that_start_at_once_keep_the_same_key(tmp_path: Path) -> None:
    for round_ in range(10):
        stores = [Database(f"sqlite:///{tmp_path / str(round_) / 'civicwire.db'}") for _ in range(4)]
        with ThreadPoolExecutor(4) as several:
            assert len(set(several.map(kept_key, stores))) == 1


def test_a_settings_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "civicwire.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"civicwire\.toml: cannot be read as text in UTF-8"):
        load_settings(tmp_path)


def test_hubs_are_a_list_of_web_addresses_each_once() -> None:
    given = "https://hub.example.org/, http://other.example.org:8080/push?x=1 https://hub.example.org/"
    assert read_settings({"CIVICWIRE_HUBS": given}).hubs == (
        "https://hub.example.org/",
        "http://other.example.org:8080/push?x=1",
    )


@pytest.mark.parametrize(
    "given",
    [
        "hub.example.org",
        "ftp://hub.example.org/",
        "javascript:alert(1)",
        "https://",
        "https://user:pw@hub.example.org/",
        "https://hub.example.org/#x",
        "https://hub.example.org:0x/",
        "https://hub.example.org/>;rel=self",
        "https://" + "h" * 500 + ".example.org/",
        " ".join(f"https://hub{n}.example.org/" for n in range(11)),
        ",",
    ],
)
def test_what_is_no_hub_is_refused_by_the_name_of_the_setting(given: str) -> None:
    with pytest.raises(SettingsError, match="CIVICWIRE_HUBS: must hold"):
        read_settings({"CIVICWIRE_HUBS": given})
