"""Settings: file, environment, defaults; every fault at once."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matchmaker.config import CHOICES, HELP, RANGES, Settings, default_home, load, use_timezone
from matchmaker.errors import ConfigurationError


def test_without_file_and_environment_everything_has_its_default(tmp_path):
    assert load(tmp_path, {}) == Settings(home=tmp_path)


def test_environment_wins_over_the_file(tmp_path):
    (tmp_path / "matchmaker.toml").write_text('port = 9000\nsite_name = "对接"\n', "utf-8")
    assert load(tmp_path, {"MATCHMAKER_PORT": "9001"}) == Settings(home=tmp_path, port=9001, site_name="对接")


def test_a_file_written_by_a_windows_editor_is_read(tmp_path):
    (tmp_path / "matchmaker.toml").write_bytes(b"\xef\xbb\xbfport = 9000\r\n")
    assert load(tmp_path, {}).port == 9000


def test_home_comes_from_argument_then_environment_then_the_users_data_folder(tmp_path):
    variables = {"MATCHMAKER_HOME": str(tmp_path / "b"), "XDG_DATA_HOME": str(tmp_path / "c")}
    assert load(tmp_path / "a", variables).home == tmp_path / "a"
    assert load(None, variables).home == tmp_path / "b"
    assert default_home(variables) == tmp_path / "c" / "matchmaker"


def test_every_fault_is_told_at_once_with_the_nearest_name(tmp_path):
    (tmp_path / "matchmaker.toml").write_text('prot = 1\nengine = "lucene"\nsite_name = 5\n', "utf-8")
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, {"MATCHMAKER_PORT": "70000", "MATCHMAKER_THREADS": "two", "MATCHMAKER_HOMEPAGE": "x"})
    assert {name: str(message) for name, message in told.value.fields.items()} == {
        "prot": "没有这个设置；是不是 port？",
        "homepage": f"没有这个设置；可用的有 {', '.join(name for name in HELP if name != 'home')}",
        "engine": "lucene 不行；可用的有 embedded, elasticsearch",
        "site_name": "5 不行；应为带引号的文字",
        "port": "70000 不行；应为 1 到 65535 的整数",
        "threads": "two 不行；应为 0 到 256 的整数",
    }
    assert str(tmp_path / "matchmaker.toml") in str(told.value.hint)


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe\x00", b"port = 1\nport = 2\n"])
def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path, content):
    (tmp_path / "matchmaker.toml").write_bytes(content)
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, {})
    assert list(told.value.fields) == ["matchmaker.toml"]


@pytest.mark.parametrize("value", ["true", "8000.0", "[1]", '"eight"', "0"])
def test_a_number_must_be_whole_and_in_range(tmp_path, value):
    (tmp_path / "matchmaker.toml").write_text(f"port = {value}\n", "utf-8")
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, {})
    assert list(told.value.fields) == ["port"]


def test_variables_of_tests_are_no_settings(tmp_path):
    assert load(tmp_path, {"MATCHMAKER_TEST_DATABASE_URL": "x"}) == Settings(home=tmp_path)


def test_every_setting_has_help_and_every_rule_a_setting():
    names = [field.name for field in fields(Settings)]
    assert list(HELP) == names
    assert {*CHOICES, *RANGES} <= set(names)
    for name, choices in CHOICES.items():
        assert getattr(Settings(home=Path("/x")), name) in choices
    for name, (low, high) in RANGES.items():
        assert low <= getattr(Settings(home=Path("/x")), name) <= high


def test_everything_of_an_installation_lies_in_its_home(tmp_path):
    settings = Settings(home=tmp_path)
    assert settings.database == f"sqlite:///{tmp_path}/matchmaker.sqlite"
    assert {settings.index_folder.parent, settings.models_folder.parent, settings.imports_folder.parent} == {
        tmp_path
    }
    assert Settings(home=tmp_path, database_url="postgresql://x/y").database == "postgresql://x/y"


def test_the_clock_of_a_command_is_that_of_the_office():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    use_timezone("Asia/Shanghai")
    assert moment.astimezone().hour == 8
    use_timezone("UTC")
    assert moment.astimezone().hour == 0
