"""Experts, achievements and bodies in full; provenance of each fact; merges of duplicates."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: Tables with a provenance and a maker.
SOURCED = ("expert", "organization", "achievement")
INDEXES = [*((table, "created_by") for table in SOURCED), ("achievement", "state")]


def text(name: str, length: int, default: str = "") -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=default)


def several(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default="[]")


def columns() -> dict[str, list[sa.Column[Any]]]:
    """Table → columns that it gets; none refers to another table, so that no table is made anew."""
    found: dict[str, list[sa.Column[Any]]] = {
        "expert": [
            several("representative"),
            text("hours", 200),
            text("travel", 200),
            several("avoid"),
            text("openalex", 20),
            sa.Column("reminded_at", sa.DateTime(), nullable=True),
        ],
        "expert_project": [text("kind", 12, "project")],
        "organization": [
            text("industry", 10),
            text("nature", 3),
            several("tiers"),
            text("contact_name", 100),
            text("contact_phone", 50),
            text("contact_email", 200),
        ],
        "achievement": [
            text("state", 20, "published"),
            text("industry", 10),
            text("discipline", 200),
            text("ipc", 200),
            text("ip_status", 20),
            text("ip_number", 100),
            text("ip_holder", 200),
            sa.Column("ip_until", sa.Date(), nullable=True),
            text("price_kind", 12),
        ],
    }
    for table in SOURCED:
        found[table] += [
            sa.Column("provenance", sa.JSON(), nullable=False, server_default="{}"),
            sa.Column("created_by", sa.Integer(), nullable=True),
        ]
    return found


def upgrade() -> None:
    for table, added in columns().items():
        for column in added:
            op.add_column(table, column)
    for table, name in INDEXES:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])

    op.create_table(
        "distinction",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinction")),
        sa.UniqueConstraint(
            "kind", "first_id", "second_id", name=op.f("uq_distinction_kind_first_id_second_id")
        ),
    )
    op.create_index(op.f("ix_distinction_second_id"), "distinction", ["second_id"])

    op.create_table(
        "merge",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("gone_key", sa.String(length=200), nullable=True),
        sa.Column("gone_match", sa.String(length=64), nullable=False),
        sa.Column("gone_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index("ix_merge_kind_gone_id", "merge", ["kind", "gone_id"])
    for name in ("kept_id", "gone_key", "gone_match"):
        op.create_index(op.f(f"ix_merge_{name}"), "merge", [name])


def downgrade() -> None:
    op.drop_table("merge")
    op.drop_table("distinction")
    for table, name in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{name}"), table_name=table)
    for table, added in columns().items():
        for column in reversed(added):
            op.drop_column(table, column.name)
