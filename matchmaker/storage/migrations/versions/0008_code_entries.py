"""Codes of an office on top of the delivered tables; regions of nine and twelve digits (towns, villages)."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Tables with a region. SQLite holds any length as it is: there nothing is to be done.
REGIONS = ("achievement", "expert", "organization", "problem")


def upgrade() -> None:
    op.create_table(
        "code_entry",
        sa.Column("table_key", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("chinese", sa.String(length=200), nullable=False),
        sa.Column("english", sa.String(length=200), nullable=False),
        sa.Column("parent", sa.String(length=20), nullable=False),
        sa.Column("pinyin", sa.String(length=1000), nullable=False),
        sa.Column("year", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_entry")),
        sa.UniqueConstraint("table_key", "code", name=op.f("uq_code_entry_table_key_code")),
    )
    op.create_table(
        "code_table",
        sa.Column("table_key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("table_key", name=op.f("pk_code_table")),
    )
    resize(12)


def downgrade() -> None:
    resize(6)
    op.drop_table("code_table")
    op.drop_table("code_entry")


def resize(length: int) -> None:
    """A shorter code is that of the larger place."""
    if op.get_bind().dialect.name == "postgresql":
        for table in REGIONS:
            op.execute(
                f"ALTER TABLE {table} ALTER region TYPE VARCHAR({length}) USING left(region, {length})"
            )
