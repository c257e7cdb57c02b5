"""/attachments: files of problems and achievements, for their readers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response

from matchmaker.messages import Message
from matchmaker.services import attached, attachment_files, attachments
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer
from web.request import actor, application
from web.schemas.attachments import (
    AttachmentAsked,
    AttachmentFile,
    AttachmentList,
    AttachmentOut,
)
from web.schemas.requests import Asked

blueprint = ApiBlueprint("attachments", Message("附件：难题和成果的文件，各有自己的读者。"), "/attachments")


@blueprint.operation("/of/<identifier>", Message("一项内容的附件"), Asked, AttachmentList, errors=ONE_OBJECT)
def listing(_asked: dict[str, Any], identifier: str) -> Response:
    """The attachments of an object that the reader may see."""
    with application().reading() as uow:
        attached.subject_of(uow, actor(), identifier)
        return answer(AttachmentList, {"items": attached.listing(uow, actor(), identifier)})


@blueprint.operation(
    "/of/<identifier>",
    Message("添加附件"),
    AttachmentAsked,
    AttachmentOut,
    method="POST",
    status=201,
    about=Message("文件按内容检查；含宏、脚本、密码或密级标志的不收，回答说明原因和办法。"),
    body=AttachmentFile,
    location="files",
    errors=(
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ),
)
def add(files: dict[str, Any], asked: dict[str, Any], identifier: str) -> Response:
    """Checks the file, then stores it."""
    app, who = application(), actor()
    with app.reading() as uow:
        attachments.require_attaching(uow, who, identifier)
    file = files["file"]
    kept = attachment_files.keep(app.settings, file.stream, file.filename or "")
    try:
        with app.unit_of_work() as uow:
            row = attachments.add(uow, who, identifier, kept, visibility=asked["visibility"])
            told = answer(AttachmentOut, row)
    except BaseException:
        attachment_files.remove_files(app.settings, [kept.stored_name])
        raise
    told.status_code = 201
    return told


@blueprint.operation("/<int:number>", Message("一个附件"), Asked, AttachmentOut, errors=ONE_OBJECT)
def show(_asked: dict[str, Any], number: int) -> Response:
    """What an attachment is; ``url`` gives the file."""
    with application().reading() as uow:
        return answer(AttachmentOut, attached.get(uow, actor(), number))
