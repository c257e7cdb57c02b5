"""Moments as the tables hold them, written as the office's clock shows them."""

from __future__ import annotations

from datetime import UTC, datetime


def office(text: str) -> datetime:
    """``office("2026-07-01 07:00")``: UTC without a zone, from the clock of Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC).replace(tzinfo=None)
