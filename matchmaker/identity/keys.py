"""Random keys for sessions, tokens and links: whoever reads the database cannot use what stands there."""

from __future__ import annotations

import hashlib
import secrets

#: How an API token begins, so that it is recognised where it was pasted by mistake.
TOKEN_PREFIX = "mm_"  # noqa: S105 - a prefix, not a secret


def new_key() -> str:
    """A key of 256 random bits for addresses and cookies."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """The same for a program."""
    return TOKEN_PREFIX + new_key()


def digest(key: str) -> str:
    """What is stored of a key; its randomness makes salt and slowness needless."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
