"""The object graph: what is told when a part cannot be had."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.errors import ConfigurationError, Unavailable


def test_a_home_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConfigurationError) as told:
        build(Settings(home=tmp_path / "file" / "home"))
    assert "--home" in str(told.value.hint)


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x/y", "postgresql://h:port/x"])
def test_a_database_url_that_cannot_be_used_is_told(tmp_path, url):
    with pytest.raises(ConfigurationError, match="database_url"):
        build(Settings(home=tmp_path, database_url=url))


def test_a_model_that_is_not_built_says_how_to_get_it(tmp_path):
    app = build(Settings(home=tmp_path))
    for use in (
        lambda: app.embedder.fingerprint,
        lambda: app.embedder.encode(["x"], "query"),
        lambda: app.index,
    ):
        with pytest.raises(Unavailable) as told:
            use()
        assert "matchmaker init" in str(told.value.hint)
    app.close()


@pytest.mark.model
def test_a_model_that_is_built_later_is_there_without_a_restart(tmp_path, model_folder):
    app = build(Settings(home=tmp_path))
    with pytest.raises(Unavailable):
        _ = app.embedder.dimension
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / model_folder.name).symlink_to(model_folder)
    assert app.embedder.dimension == 384
    app.close()


def test_the_secret_is_made_once_and_its_owners_alone(app):
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: app.secret(), range(16)))
    assert [len(secret) for secret in secrets] == [32]
    path = app.settings.home / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.glob("secret*")] == ["secret"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, "no address"),
        ({"elasticsearch_url": "es1:9200"}, "es1:9200"),
        ({"elasticsearch_url": "https://u:geheim@es1:0"}, "no address"),
        ({"elasticsearch_url": "http://es1:9200", "elasticsearch_index": "Ämter"}, "small letters"),
        ({"elasticsearch_url": "https://es1:9200", "elasticsearch_ca": "/nowhere.pem"}, "/nowhere.pem"),
    ],
)
def test_settings_of_elasticsearch_that_cannot_be_used_are_told_without_a_secret(tmp_path, changes, named):
    settings = Settings(home=tmp_path, engine="elasticsearch", **changes)
    with pytest.raises(ConfigurationError, match=named) as told:
        build(settings)
    assert "geheim" not in str(told.value) + repr(settings)
