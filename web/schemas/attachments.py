"""What the API asks and tells of attachments; never their text, which only a download gives."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_smorest.fields import Upload
from marshmallow import Schema, fields

from matchmaker.messages import Message
from matchmaker.services import attachments
from web.schemas.fields import Choice
from web.schemas.output import Identifier, described, moment, several, text, whole
from web.schemas.parsing import Input
from web.schemas.requests import Asked


class AttachmentAsked(Asked):
    """Query string of a new attachment."""

    visibility = Choice(
        tuple(attachments.READERS), load_default="introduced", metadata=described(Message("谁可以查看。"))
    )


class AttachmentFile(Input):
    """The file of a new attachment, as multipart/form-data."""

    file = Upload(
        required=True,
        error_messages={"required": [Message("请附上一个文件。")]},
        metadata=described(Message("PDF、DOCX、XLSX 或图片（PNG、JPEG、WebP、GIF）。")),
    )


class AttachmentOut(Schema):
    """One attachment."""

    id = Identifier()
    subject = text(Message("所属的难题或成果，如 problem:12。"))
    filename = text(Message("文件名。"))
    media_type = text(Message("文件的类型。"))
    size = whole(Message("字节数。"))
    visibility = text(Message("谁可以查看：introduced、members 或 public。"))
    text_state = text(Message("文字是否已读出：waiting、read、none 或 unreadable。"))
    created_at = moment(Message("上传时间（UTC）。"))
    url = fields.Method("address", metadata=described(Message("下载地址。"), type="string"))

    def address(self, row: Any) -> str:
        """Where the file itself is."""
        return url_for("attachments.download", number=row.id)


class AttachmentList(Schema):
    """The attachments of an object that the reader may see."""

    items = several(AttachmentOut, Message("从旧到新。"))
