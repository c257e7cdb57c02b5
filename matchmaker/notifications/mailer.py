"""E-mails through an SMTP server: one connection for some letters, faults told by who is to blame."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from matchmaker.errors import ConfigurationError, Unavailable
from matchmaker.messages import Message

#: Seconds after which a silent server counts as away.
TIMEOUT = 15.0
_PORTS = {"smtp": 25, "smtps": 465}


class Refused(Exception):
    """The letter will never be taken (no such address)."""


class Deferred(Exception):
    """The letter is not taken now; others may be."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail as plain text.

    Attributes:
        mail_id: left side of the Message-ID; the same letter sent twice has the same.
        stop: address that stops such letters with one click; "" for none.
    """

    to: str
    subject: str
    text: str
    mail_id: str
    at: datetime
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Mailer:
    """A server and the address that letters come from; ``repr`` shows no password."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    is_encrypted: bool = False
    name: str = ""

    @contextmanager
    def post(self) -> Iterator[Post]:
        """A connection for some letters; Unavailable when the server cannot be reached."""
        server = self._connected()
        try:
            yield Post(self, server)
        finally:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _connected(self) -> smtplib.SMTP:
        try:
            if self.is_encrypted:
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                elif self.user and not _is_local(self.host):
                    server.close()
                    raise away("the server offers no encryption; a password is not sent in the clear")
            if self.user:
                server.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as fault:
            raise away(_told(fault)) from fault
        return server

    @property
    def domain(self) -> str:
        """Right side of the Message-IDs."""
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Post:
    """An open connection."""

    mailer: Mailer
    server: smtplib.SMTP

    def send(self, letter: Letter) -> None:
        """Hands one letter over.

        Raises:
            Refused: the server will never take it, or it cannot be written.
            Deferred: the server wants it later.
            Unavailable: the server has gone.
        """
        try:
            message = written(self.mailer, letter)
            self.server.send_message(message, from_addr=self.mailer.sender, to_addrs=[letter.to])
        except smtplib.SMTPRecipientsRefused as fault:
            code, reason = next(iter(fault.recipients.values()))
            raise _by_code(code, reason) from fault
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPSenderRefused, OSError) as fault:
            raise away(_told(fault)) from fault
        except smtplib.SMTPResponseException as fault:
            raise _by_code(fault.smtp_code, fault.smtp_error) from fault
        except (smtplib.SMTPNotSupportedError, MessageError, ValueError, IndexError, UnicodeError) as fault:
            raise Refused(_told(fault)) from fault


def opened(smtp_url: str, sender: str, name: str) -> Mailer | None:
    """The mailer that the settings name, None for none.

    Raises:
        ConfigurationError: the address of the server or of the sender cannot be used.
    """
    if not smtp_url:
        return None
    try:
        parts = urlsplit(smtp_url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigurationError(
            Message("无法使用设置 smtp_url。"),
            hint=Message("例如 smtp://用户:密码@mail.example.cn:587；不发邮件时留空。"),
        )
    if "@" not in parseaddr(sender)[1]:
        raise ConfigurationError(
            Message("设置了 smtp_url，但 smtp_from 不是邮箱地址。"),
            hint=Message("请在 smtp_from 中填写发件邮箱，例如 office@example.cn。"),
        )
    return Mailer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        sender=parseaddr(sender)[1],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_encrypted=parts.scheme == "smtps",
        name=name,
    )


def written(mailer: Mailer, letter: Letter) -> EmailMessage:
    """The letter with its headers; ValueError for what no header may hold."""
    message = EmailMessage()
    local, _, domain = mailer.sender.rpartition("@")
    message["From"] = Address(mailer.name, local, domain)
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.mail_id}@{mailer.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.stop:
        message["List-Unsubscribe"] = f"<{letter.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="base64")
    return message


def away(reason: str) -> Unavailable:
    """The server cannot be used just now."""
    return Unavailable(
        Message("邮件服务器暂时不可用：%(reason)s", {"reason": reason}),
        hint=Message("邮件不会丢失，恢复后自动发出；长时间不变请检查设置 smtp_url。"),
    )


def _by_code(code: int, reason: bytes | str) -> Exception:
    told = f"{code} {reason.decode('utf-8', 'replace') if isinstance(reason, bytes) else reason}"[:300]
    return Refused(told) if code >= 500 else Deferred(told)


def _told(fault: Exception) -> str:
    """Without the password, which no fault of smtplib repeats, and without the letter."""
    return f"{type(fault).__name__}: {fault}"[:300]


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
