"""An SMTP server on this machine that keeps what it takes, and refuses, delays or drops as a test wants."""

from __future__ import annotations

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


class Postbox:
    """Letters in the order of their coming; addresses that are refused for good or for now."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.deferred: set[str] = set()
        self.pause = 0.0
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def told(self) -> list[tuple[str, str]]:
        """(recipient, subject) of every letter."""
        return [(str(letter["To"]), str(letter["Subject"])) for letter in self.letters]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        if address in self.deferred:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.pause)
        self.letters.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@contextmanager
def running() -> Iterator[Postbox]:
    """A server that answers until the block ends."""
    postbox = Postbox()
    with socket.socket() as free:  # aiosmtpd calls itself at the port that it was given
        free.bind(("127.0.0.1", 0))
        postbox.port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=postbox.port)
    controller.start()
    try:
        yield postbox
    finally:
        controller.stop(no_assert=True)
