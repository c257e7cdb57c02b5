"""Dockerfile and docker-compose.yml: what they name exists in the settings, the site, the images and the docs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from matchmaker.cli.main import COMMANDS
from matchmaker.config import HOME_VARIABLE, PREFIX, Settings, load
from tests.support import elasticsearch
from web.app import create_app

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
DOCS = (ROOT / "docs" / "configuration.md").read_text("utf-8")
ENV_EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
VARIABLES = {f"{PREFIX}{field.name.upper()}" for field in fields(Settings)}

#: They run once, before or after the service that they prepare, and end.
ONCE = {"certificates", "access"}
#: Programs that the images have (Dockerfiles of the official images; ours is python:3.11-slim and our package).
SHELL = {"if", "then", "fi", "exit", "cd", "[", "put"}
FILES = {"cp", "rm", "chmod"}
PROGRAMS = {
    "web": {"sh", "python", "matchmaker", "exec"},
    "worker": {"matchmaker"},
    "postgres": {"pg_isready"},
    "elasticsearch": {"curl", "grep"},
    "certificates": {"bash", "unzip", "elasticsearch-certutil"} | FILES | SHELL,
    "access": {"bash", "curl"} | SHELL,
}
MEBIBYTES = {"m": 1, "g": 1024}


def ours(names):
    return {name for name in names if name.startswith(PREFIX)}


def memory(service):
    return int(service["mem_limit"][:-1]) * MEBIBYTES[service["mem_limit"][-1]]


def scripts(service):
    """What its shells are given: the command, and the check where that is one."""
    command, check = service.get("command", []), service["healthcheck"].get("test", [])
    given = command[2:] if command[:1] in (["sh"], ["bash"]) else [" ".join(command[:2])] if command else []
    return given + (check[1:] if check[:1] == ["CMD-SHELL"] else [])


def called(service):
    """First words of all commands, of what follows a sign that joins two, and of a check without shell."""
    found = {service["command"][0]} if service.get("command") else set()
    if service["healthcheck"].get("test", [""])[0] == "CMD":
        found.add(service["healthcheck"]["test"][1])
    for script in scripts(service):
        for line in re.split(r"\n|&&|\|\||;|\{ |\| ", re.sub(r"'[^']*'|\"[^\"]*\"", "''", script)):
            words = re.sub(r"^\s*(then|if|exec)\s+", "", line).split()
            if words and words[0] not in {"}", "put()"}:
                found.add(words[0])
    return found


def test_the_services_are_those_of_the_docs():
    table = {
        row[0]: row for row in re.findall(r"^\| `(\w+)` \| .+ \| (\S+ [GM]iB) \| .+ \|$", DOCS, re.MULTILINE)
    }
    assert set(table) == set(SERVICES)
    told = {name: row[1].replace(" GiB", "g").replace(" MiB", "m") for name, row in table.items()}
    assert told == {name: service["mem_limit"] for name, service in SERVICES.items()}
    assert [name for name, service in SERVICES.items() if "profiles" in service] == []


def test_every_variable_is_a_setting_or_told_in_the_docs():
    for name, service in SERVICES.items():
        variables = set(service.get("environment", {}))
        assert ours(variables) - VARIABLES == set(), name
        told = {each for each in variables - ours(variables) if each.isupper()}
        assert [each for each in told if f"`{each}`" not in DOCS] == []
    assert ours(re.findall(r"\b(\w+)=", DOCKERFILE)) - VARIABLES == set()
    assert [
        each for each in re.findall(r"^ARG (\w+)", DOCKERFILE, re.MULTILINE) if f"`{each}`" not in DOCS
    ] == []


def test_what_is_asked_of_the_file_env_stands_in_its_example_and_in_the_docs():
    asked = dict(re.findall(r"\$\{(\w+)(:[?-])", COMPOSE_TEXT))
    example = dict(re.findall(r"^(\w+)=(.*)$", ENV_EXAMPLE, re.MULTILINE))
    assert set(example) == set(asked)
    assert {name for name, value in example.items() if not value} == {
        name for name, how in asked.items() if how == ":?"
    }
    assert {name for name, how in asked.items() if how == ":?"} == {
        name for name in asked if name.endswith("PASSWORD")
    }
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| (\S+|must be set) \| [^|]+ \|$", DOCS, re.MULTILINE))
    assert table == {name: f"`{value}`" if value else "must be set" for name, value in example.items()}
    assert dict(re.findall(r"\$\{(\w+):-([^}]*)\}", COMPOSE_TEXT)) == {
        name: value for name, value in example.items() if value
    }
    for kept in (".gitignore", ".dockerignore"):
        assert ".env" in (ROOT / kept).read_text("utf-8").splitlines()


def test_no_secret_stands_in_the_file():
    values = [
        value
        for service in SERVICES.values()
        for name, value in service.get("environment", {}).items()
        if re.search(r"PASSWORD|URL", name)
    ]
    assert [value for value in values if not re.search(r"\$\{\w+PASSWORD:\?", value)] == []


def test_the_settings_of_the_services_hold(tmp_path):
    for name in ("web", "worker"):
        given = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
        settings = load(tmp_path, {key: value for key, value in given.items() if key != HOME_VARIABLE})
        assert (settings.host, settings.port) == ("0.0.0.0", 8000)
        assert settings.database.startswith("postgresql://matchmaker:")
        assert settings.database.endswith("@postgres/matchmaker")
        assert settings.engine == "elasticsearch"
        assert settings.elasticsearch_url.startswith("https://matchmaker:")
        assert settings.elasticsearch_url.endswith("@elasticsearch:9200")
    assert SERVICES["web"]["environment"] == SERVICES["worker"]["environment"]


def test_only_the_site_has_a_port_and_that_on_this_machine():
    assert SERVICES["web"]["ports"] == ["${SITE_ADDRESS:-127.0.0.1}:${SITE_PORT:-8000}:8000"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert re.findall(r"^EXPOSE (\d+)", DOCKERFILE, re.MULTILINE) == ["8000"]


def test_volumes_are_told_and_who_only_reads_cannot_write():
    mounted = {
        (name, *entry.split(":")) for name, service in SERVICES.items() for entry in service["volumes"]
    }
    assert {each[1] for each in mounted} == set(COMPOSE["volumes"])
    assert [name for name in COMPOSE["volumes"] if f"`{name}`" not in DOCS] == []
    assert {each[0] for each in mounted if each[1] == "certificates"} == {"certificates", "elasticsearch"}
    writers = {each[:2] for each in mounted if each[1] in {"trust", "certificates"} and each[3:] != ("ro",)}
    assert writers == {("certificates", "trust"), ("certificates", "certificates")}
    paths = {each[2] for each in mounted if each[:2] == ("web", "trust")}
    assert {Path(SERVICES["web"]["environment"]["MATCHMAKER_ELASTICSEARCH_CA"]).parent.as_posix()} == paths


def test_every_service_has_a_health_check_a_limit_of_memory_and_starts_again():
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == []
    assert {name: service["restart"] for name, service in SERVICES.items()} == {
        name: "no" if name in ONCE else "unless-stopped" for name in SERVICES
    }
    lasting = sum(memory(service) for name, service in SERVICES.items() if name not in ONCE)
    assert f"on one machine of {lasting // 1024} GiB" in DOCS
    heap = re.findall(r"-Xm[sx](\d+)g", SERVICES["elasticsearch"]["environment"]["ES_JAVA_OPTS"])
    assert len(set(heap)) == 1
    assert int(heap[0]) * 1024 * 2 <= memory(SERVICES["elasticsearch"])


def test_who_waits_for_whom():
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other in ONCE else "service_healthy"
            assert how == {"condition": wanted}
            assert other in ONCE or "test" in SERVICES[other]["healthcheck"]
    assert {name: set(service.get("depends_on", {})) for name, service in SERVICES.items()} == {
        "web": {"postgres", "elasticsearch", "access"},
        "worker": {"web"},
        "postgres": set(),
        "elasticsearch": {"certificates"},
        "certificates": set(),
        "access": {"elasticsearch"},
    }


@pytest.mark.parametrize("name", list(SERVICES))
def test_only_programs_that_the_image_has_are_called(name):
    assert called(SERVICES[name]) - PROGRAMS[name] == set()


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash: install it")
@pytest.mark.parametrize("name", [name for name in SERVICES if scripts(SERVICES[name])])
def test_every_script_is_one(name):
    for script in scripts(SERVICES[name]):
        read = subprocess.run(
            ["bash", "-n"], input=script.replace("$$", "$"), capture_output=True, text=True, check=False
        )
        assert (read.returncode, read.stderr) == (0, "")


def test_the_node_reads_the_certificates_that_are_made():
    script, node = SERVICES["certificates"]["command"][2], SERVICES["elasticsearch"]
    assert "--dns elasticsearch,localhost" in script  # as site and health check call the node
    made = set(re.findall(r"\b((?:node|ca)/[\w.]+)", script))
    named = {value for value in node["environment"].values() if value.startswith("certificates/")}
    assert {value.removeprefix("certificates/") for value in named} <= made
    assert "config/certificates/ca/ca.crt" in node["healthcheck"]["test"][1]
    assert {node["image"], SERVICES["access"]["image"]} == {SERVICES["certificates"]["image"]}


def test_the_image_is_of_the_version_that_the_tests_run_against(elasticsearch_url):
    tested = elasticsearch.ask(elasticsearch_url.partition(",")[0])["version"]["number"].split(".")
    image = SERVICES["elasticsearch"]["image"].rpartition(":")[2]
    assert image in DOCS
    assert image.split(".")[0] == tested[0]
    assert [int(part) for part in image.split(".")] >= [int(part) for part in tested]


def test_the_users_rights_are_those_of_the_docs():
    given = re.search(r"put role/matchmaker '(.+)'", SERVICES["access"]["command"][2])
    assert given
    told = re.findall(r"```json\n(.+?)```", (ROOT / "docs" / "operation.md").read_text("utf-8"), re.DOTALL)
    roles = [json.loads(text)["role_descriptors"] for text in told if "role_descriptors" in text]
    assert roles == [{"matchmaker": json.loads(given[1])}]


def test_commands_and_checked_addresses_exist(app):
    text = DOCKERFILE + str([service.get("command") for service in SERVICES.values()])
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
