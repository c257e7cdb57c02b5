"""What workers do for attachments: read what an upload had no time for, remove files that no row names."""

from __future__ import annotations

import time

from sqlalchemy import select

from matchmaker.attachments.examining import IN_BACKGROUND, Examined, examine
from matchmaker.attachments.kinds import KINDS, Unacceptable
from matchmaker.bootstrap import Application
from matchmaker.errors import NotFound
from matchmaker.models import Attachment
from matchmaker.services.attached import LIST
from matchmaker.services.attachment_files import path_of, remove_files
from matchmaker.services.attachments import refresh_some, tell_index

#: Seconds after which a file that no row names is removed.
FORGOTTEN = 24 * 3600


def extract(app: Application, number: int) -> None:
    """Reads a file whose text was not read in time at its upload; a marked file goes."""
    with app.reading() as uow:
        row = uow.session.get(Attachment, number, options=LIST)
    if row is None or row.text_state != "waiting":
        return
    try:
        found = examine(path_of(app.settings, row.stored_name), row.filename, seconds=IN_BACKGROUND)
    except (Unacceptable, NotFound):
        found = Examined(KINDS["pdf"], "unreadable")
    state = "unreadable" if found.state == "waiting" else found.state
    with app.unit_of_work() as uow:
        held = uow.session.get(Attachment, number)
        if held is None:
            return
        held.text_state, held.marks = state, found.marks
        held.text = "" if found.marks else found.text
        held.index_version += 1
        tell_index(uow, [held])
    if found.marks:
        remove_files(app.settings, [row.stored_name])


def settle(app: Application) -> None:
    """Works out anew who reads each attachment: whatever was forgotten by day is mended by night."""
    with app.reading() as uow:
        subjects = list(uow.session.scalars(select(Attachment.subject).distinct()))
    for start in range(0, len(subjects), 100):
        with app.unit_of_work() as uow:
            refresh_some(uow, subjects[start : start + 100])


def sweep(app: Application) -> int:
    """Removes files that no row has named for a day; gives their number."""
    folder = app.settings.attachments_folder
    old = [path for path in folder.glob("*") if time.time() - path.stat().st_mtime > FORGOTTEN]
    with app.reading() as uow:
        known = set(uow.session.scalars(select(Attachment.stored_name))) if old else set()
    lost = [path for path in old if path.name.partition(".")[0] not in known]
    for path in lost:
        path.unlink(missing_ok=True)
    return len(lost)
