"""One click stops e-mails: a signed link that names whose wishes it changes and which kinds."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

from matchmaker.errors import NotFound
from matchmaker.messages import Message

#: Stands for every kind.
EVERYTHING = "*"


def stop_token(secret: bytes, who: str, kind: str) -> str:
    """What the link of an e-mail holds; it never expires, since letters lie in mailboxes for years."""
    return str(_serializer(secret).dumps([who, kind]))


def stopped_by(secret: bytes, token: str) -> tuple[str, str]:
    """Whose wishes, and which kind; NotFound for a token that is not ours."""
    try:
        who, kind = _serializer(secret).loads(token)
    except (BadData, ValueError, TypeError) as fault:
        raise NotFound(
            Message("这个退订链接不完整或无效。"),
            hint=Message("请重新点击邮件中的链接；仍不行时请致电办公室，由我们停发。"),
        ) from fault
    return str(who), str(kind)


def _serializer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="stop-mail")
