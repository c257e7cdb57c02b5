"""Where each fact of a row comes from."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column


class Sourced:
    """A row that remembers, field by field, where what stands there comes from.

    Attributes:
        provenance: field → ``{"from": code, "what": file or remark, "on": day, "by": name}``; codes are the
            keys of ``taxonomy.ORIGINS``. ``services.provenance`` writes and reads it.
        created_by: account of whoever made it; None for what was imported.
    """

    provenance: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[int | None] = mapped_column(index=True)
