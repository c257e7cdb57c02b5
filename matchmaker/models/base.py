"""What every table shares: the declarative base, keys, times, readers as data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; JSON lists of texts are plain Python lists."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {list[str]: JSON, dict[str, Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own name


def now() -> datetime:
    """The present moment, in UTC without a zone, as every table stores it."""
    return datetime.now(UTC).replace(tzinfo=None)


class Keyed:
    """A row with a number of its own that is never used twice."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Dated:
    """When a row came and when it last changed."""

    created_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(DateTime, default=now, onupdate=now)


class Imported:
    """Where a row came from, and which of its fields its owner has confirmed.

    Attributes:
        key: the sender's own id; unique where it is given.
        match_key: fingerprint of the told matching key (name + institution …) for rows without an id.
        confirmed: names of fields that an import may no longer change.
    """

    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    match_key: Mapped[str] = mapped_column(String(64), index=True, default="")
    source: Mapped[str] = mapped_column(String(100), default="")
    confirmed: Mapped[list[str]] = mapped_column(default=list)


class Findable:
    """A row that stands in the index.

    Attributes:
        index_version: grows with each change of the row or of what its index document is made of.
        visibility: draft, public, members, invited or anonymous.
        readers: audiences as " public office ", so that SQL filters by the same data as the engines.
        hidden_from: rivals, in the same form.
    """

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """An UPDATE of a row that somebody else has changed meanwhile finds none (StaleDataError).

        Two changes that gave a row the same version would leave the index with the first one.
        """
        return {"version_id_col": cls.index_version, "version_id_generator": False}

    index_version: Mapped[int] = mapped_column(default=1)
    visibility: Mapped[str] = mapped_column(String(20), default="public", index=True)
    readers: Mapped[str] = mapped_column(Text, default=" public office ")
    hidden_from: Mapped[str] = mapped_column(Text, default=" ")


class Versioned:
    """A row whose earlier forms are kept (``models.version.Version``).

    Attributes:
        revision: number of its newest version; a form that was filled in on an older one is stale.
    """

    revision: Mapped[int] = mapped_column(default=0)
