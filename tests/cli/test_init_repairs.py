"""``init`` on an installation whose index is of another model: it is built again from the database."""

from __future__ import annotations

from matchmaker.cli.install import _sound_index
from matchmaker.indexing import sync
from tests.support.samples import problem, store


def test_an_index_of_another_model_is_built_again(app, monkeypatch):
    store(app, problem("纽扣镀层起泡"))
    sync.rebuild(app)
    monkeypatch.setattr(type(app.embedder._inner), "fingerprint", "another/1")
    app.forget_index()

    assert _sound_index(app).health().documents == {"problem": 1}
    assert sync.compare(app).total == 0
