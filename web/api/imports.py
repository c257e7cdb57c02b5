"""/imports: a file is sent, read by the worker, and its report fetched (organizers)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, url_for

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import importing, uploads
from web.api.blueprint import ApiBlueprint, answer
from web.request import actor, application
from web.schemas.answers import ImportOut
from web.schemas.requests import Asked, ImportAsked, ImportFile

blueprint = ApiBlueprint("imports", Message("导入（组织者）：上传一个文件，由后台读入。"), "/imports")

#: Faults that one answer lists; the page and the file of bad rows have them all.
MOST_FAULTS = 200


@blueprint.operation(
    "",
    Message("导入一个文件"),
    ImportAsked,
    ImportOut,
    method="POST",
    status=202,
    about=Message("列的含义由列名判断；要更正时请用网页。回答 202，进度见 Location 所指的地址。"),
    body=ImportFile,
    location="files",
    errors=(HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
)
def start(files: dict[str, Any], asked: dict[str, Any]) -> Response:
    """Keeps the file, looks at it, and leaves the rest to the worker."""
    require(actor(), "import:run")
    app = application()
    name = uploads.keep(app.settings, actor(), files["file"].stream)
    filename = uploads.plain_name(files["file"].filename or "")
    try:
        found = uploads.look(app.settings, actor(), name, filename=filename, kind=asked["kind"] or None)
    except InvalidInput:
        uploads.forget(app.settings, actor(), name)
        raise
    with app.unit_of_work() as uow:
        run = importing.create_run(
            uow, actor(), filename=filename, stored_name=name, kind=found.kind, columns=found.columns
        )
        told = answer(ImportOut, _told(run, []))
    told.status_code = 202
    told.headers["Location"] = url_for("api-imports.show", number=run.id)
    return told


@blueprint.operation(
    "/<int:number>",
    Message("一次导入及其报告"),
    Asked,
    ImportOut,
    errors=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def show(_asked: dict[str, Any], number: int) -> Response:
    """How far an import is, and its first faults."""
    with application().reading() as uow:
        run = importing.get(uow, actor(), number)
        page = importing.faults(uow, actor(), number, 1, MOST_FAULTS)
        return answer(ImportOut, _told(run, page.rows))


def _told(run: Any, faults: Any) -> dict[str, Any]:
    columns = ImportOut().fields.keys() - {"faults"}
    return {**{name: getattr(run, name) for name in columns}, "faults": faults}
