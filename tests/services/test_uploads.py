"""Uploaded files: kept under a name of ours, within the limit, never longer than a week."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from matchmaker.config import Settings
from matchmaker.errors import Forbidden, InvalidInput, NotFound
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services import uploads

ROWS = "名称,需求内容\n镀层变色,盐雾 24 小时\n".encode()


def files(settings: Settings) -> list[Path]:
    return sorted(settings.imports_folder.glob("*"))


def test_a_file_is_kept_under_a_name_of_ours(settings: Settings) -> None:
    name = uploads.keep(settings, ORGANIZER, BytesIO(ROWS))
    assert uploads.STORED.fullmatch(name)
    assert uploads.path_of(settings, name).read_bytes() == ROWS
    preview = uploads.look(settings, ORGANIZER, name, filename="a.csv", kind=None)
    assert (preview.kind, preview.total_rows) == ("problem", 1)
    uploads.forget(settings, ORGANIZER, name)
    with pytest.raises(NotFound):
        uploads.path_of(settings, name)


def test_a_file_beyond_the_limit_leaves_nothing_behind(settings: Settings) -> None:
    small = replace(settings, import_megabytes=1)
    uploads.keep(small, ORGANIZER, BytesIO(b"x" * (1 << 20)))
    for content in (b"x" * ((1 << 20) + 1), b""):
        with pytest.raises(InvalidInput):
            uploads.keep(small, ORGANIZER, BytesIO(content))
    assert len(files(small)) == 1


def test_a_broken_transfer_leaves_nothing_behind(settings: Settings) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        uploads.keep(settings, ORGANIZER, Broken())
    assert files(settings) == []


def test_forgotten_files_go_after_a_week_and_foreign_ones_stay(settings: Settings) -> None:
    old, fresh = (uploads.keep(settings, ORGANIZER, BytesIO(ROWS)) for _time in range(2))
    foreign = settings.imports_folder / "notes.upload"
    foreign.write_text("mine")
    past = time.time() - uploads.FORGOTTEN - 60
    for path in (settings.imports_folder / old, foreign):
        os.utime(path, (past, past))
    newest = uploads.keep(settings, ORGANIZER, BytesIO(ROWS))
    assert {path.name for path in files(settings)} == {fresh, newest, "notes.upload"}


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../secret", "/etc/passwd", "a.upload", "0" * 32 + ".upload/..", "A" * 32 + ".upload"],
)
def test_a_name_of_others_is_never_a_path(settings: Settings, name: str) -> None:
    settings.imports_folder.mkdir(parents=True)
    (settings.home / "secret").write_text("secret")
    with pytest.raises(NotFound):
        uploads.path_of(settings, name)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("难题.csv", "难题.csv"),
        ("C:\\表\\难题.csv", "难题.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n.csv", "ab.csv"),
        ("", "upload"),
        ("/", "upload"),
        ("x" * 300 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_the_name_for_people(given: str, plain: str) -> None:
    assert uploads.plain_name(given) == plain


def test_visitors_may_do_none_of_it(settings: Settings) -> None:
    name = uploads.keep(settings, ORGANIZER, BytesIO(ROWS))
    for act in (
        lambda: uploads.keep(settings, VISITOR, BytesIO(ROWS)),
        lambda: uploads.look(settings, VISITOR, name, filename="a.csv", kind=None),
        lambda: uploads.outline(settings, VISITOR, name, filename="a.csv", kind=None, columns_as={}),
        lambda: uploads.forget(settings, VISITOR, name),
    ):
        with pytest.raises(Forbidden):
            act()
    assert [path.name for path in files(settings)] == [name]
