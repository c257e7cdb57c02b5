"""Dockerfile and docker-compose.yml: what they name exists in the settings, the site and the docs."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import yaml

from matchmaker.cli.main import COMMANDS
from matchmaker.config import HOME_VARIABLE, PREFIX, Settings, load
from web.app import create_app

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
DOCS = (ROOT / "docs" / "configuration.md").read_text("utf-8")
VARIABLES = {f"{PREFIX}{field.name.upper()}" for field in fields(Settings)}


def ours(names):
    return {name for name in names if name.startswith(PREFIX)}


def test_the_services_are_those_of_the_docs():
    assert set(COMPOSE["services"]) == {"web", "worker", "postgres", "elasticsearch"}
    assert [name for name in COMPOSE["services"] if f"| `{name}` |" not in DOCS] == []
    assert COMPOSE["services"]["elasticsearch"]["profiles"] == ["elasticsearch"]


def test_every_variable_is_a_setting_or_told_in_the_docs():
    for name, service in COMPOSE["services"].items():
        variables = set(service["environment"])
        assert ours(variables) - VARIABLES == set(), name
        told = variables - ours(variables) - {"discovery.type", "xpack.security.enabled"}
        assert [each for each in told if f"`{each}" not in DOCS] == []
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    assert [each for each in asked if f"`{each}" not in DOCS] == []
    assert ours(re.findall(r"\b(\w+)=", DOCKERFILE)) - VARIABLES == set()
    assert [
        each for each in re.findall(r"^ARG (\w+)", DOCKERFILE, re.MULTILINE) if f"`{each}`" not in DOCS
    ] == []


def test_the_settings_of_the_services_hold(tmp_path):
    for name in ("web", "worker"):
        given = {key: str(value) for key, value in COMPOSE["services"][name]["environment"].items()}
        settings = load(tmp_path, {key: value for key, value in given.items() if key != HOME_VARIABLE})
        assert (settings.host, settings.port) == ("0.0.0.0", 8000)
        assert settings.database.startswith("postgresql://")
    assert COMPOSE["services"]["web"]["environment"] == COMPOSE["services"]["worker"]["environment"]


def test_ports_and_volumes_are_told():
    volumes = {
        entry.partition(":")[0] for service in COMPOSE["services"].values() for entry in service["volumes"]
    }
    assert volumes == set(COMPOSE["volumes"])
    assert [name for name in volumes if f"`{name}`" not in DOCS] == []
    assert COMPOSE["services"]["web"]["ports"] == ["8000:8000"]
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["web"]
    assert re.findall(r"^EXPOSE (\d+)", DOCKERFILE, re.MULTILINE) == ["8000"]


def test_every_service_has_a_health_check_and_a_limit_of_memory():
    assert [name for name, service in COMPOSE["services"].items() if "healthcheck" not in service] == []
    assert [name for name, service in COMPOSE["services"].items() if "mem_limit" not in service] == []


def test_commands_and_checked_addresses_exist(app):
    text = DOCKERFILE + str([service.get("command") for service in COMPOSE["services"].values()])
    called = set(re.findall(r"matchmaker'?,? '?([a-z]+)", text)) & (set(COMMANDS) | {"init", "serve", "work"})
    assert called == {"init", "serve", "work"}
    site = create_app(app, testing=True)
    rules = {rule.rule for rule in site.url_map.iter_rules()}
    checked = set(re.findall(r"127\.0\.0\.1:8000(/\w+)", DOCKERFILE + str(COMPOSE)))
    assert checked == {"/healthz", "/readyz"}
    assert checked <= rules


def test_the_image_runs_without_rights_and_takes_what_constraints_say():
    assert "USER matchmaker" in DOCKERFILE
    constraints = (ROOT / "constraints.txt").read_text("utf-8")
    assert re.findall(r"torch==[\d.]+", DOCKERFILE) == re.findall(
        r"^torch==[\d.]+", constraints, re.MULTILINE
    )
    copied = {
        name
        for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }
    assert [name for name in copied if not (ROOT / name).exists()] == []
