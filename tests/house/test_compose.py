"""The compose file and the image, as far as they can be checked without an engine."""

import re
from pathlib import Path

import yaml

from config.settings import NAMES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]


def test_the_default_is_the_app_with_a_mail_catcher() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == {"app", "mail"}
    assert SERVICES["app"]["volumes"] == ["data:/data"]
    assert "sqlite:////data/" in SERVICES["app"]["environment"]["CIVICWIRE_DATABASE_URL"]


def test_the_scale_profile_adds_postgresql_a_second_web_process_and_workers() -> None:
    added = {name for name, service in SERVICES.items() if service.get("profiles") == ["scale"]}
    assert added == {"postgres", "web", "worker"}
    assert SERVICES["worker"]["command"] == ["civicwire", "worker"]
    assert SERVICES["web"]["command"][-2:] == ["--role", "web"]


def test_whoever_writes_the_suppression_journal_has_the_same_one() -> None:
    assert {name for name, service in SERVICES.items() if "data:/data" in service.get("volumes", [])} == {
        *("app", "web", "worker")
    }


def test_every_setting_that_compose_gives_exists() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    text += (ROOT / "docs" / "operate" / "scale.env").read_text(encoding="utf-8")
    text += (ROOT / "Dockerfile").read_text(encoding="utf-8")
    used = set(re.findall(r"CIVICWIRE_([A-Z_]+)", text))
    assert used
    assert {name.lower() for name in used} <= set(NAMES)


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_volume_that_is_used_is_declared() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_the_image_runs_as_nobody_special_and_is_watched() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER civicwire"]
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert sum(line.startswith("FROM ") for line in lines) == 2


def test_the_image_has_the_programs_for_backups_of_the_database_beside_it() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (version,) = re.findall(r"^ARG POSTGRES=(\d+)$", text, re.MULTILINE)
    assert SERVICES["postgres"]["image"] == f"postgres:{version}"
    assert '"postgresql-client-$POSTGRES"' in text
