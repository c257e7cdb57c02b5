"""The second factor: codes of six digits that change every half minute (TOTP), and recovery codes."""

from __future__ import annotations

import io
import secrets
from datetime import UTC, datetime

import pyotp
import segno

from matchmaker.identity.keys import digest

#: Steps of 30 s that a clock may be behind or ahead.
_DRIFT = 1
RECOVERY_CODES = 8
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_secret() -> str:
    """A secret for an authenticator application, in base 32."""
    return pyotp.random_base32()


def address(secret: str, account: str, site: str) -> str:
    """What the QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=site)


def picture(text: str) -> str:
    """A QR code as an SVG element without style or script of its own."""
    file = io.BytesIO()
    segno.make(text, error="m").save(
        file,
        kind="svg",
        omitsize=True,
        border=3,
        xmldecl=False,
        svgns=True,
        nl=False,
        svgclass="qr",
        lineclass=None,
        light="#fff",
    )
    return file.getvalue().decode()


def step_of(secret: str, code: str, at: datetime, after: int) -> int | None:
    """The time step of a right code that is later than ``after``; None for a wrong or used one.

    Args:
        secret: in base 32.
        code: as typed; blanks do not matter.
        at: now, in UTC without a zone.
        after: step of the last code taken.
    """
    digits = "".join(code.split())
    if not (len(digits) == 6 and digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(secret)
    present = totp.timecode(at.replace(tzinfo=UTC))
    for step in range(present - _DRIFT, present + _DRIFT + 1):
        if step > after and secrets.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Codes for the day when the telephone is lost; each works once."""
    return ["-".join(_word() for _ in range(3)) for _ in range(RECOVERY_CODES)]


def recovery_digest(code: str) -> str:
    """What is stored of a recovery code; case, blanks and hyphens do not matter."""
    return digest("".join(sign for sign in code.upper() if sign.isalnum()))


def _word() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(4))
