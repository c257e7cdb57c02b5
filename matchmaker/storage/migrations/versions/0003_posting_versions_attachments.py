"""Posting: further parts of problems, versions, reviews, attachments, purges; who acted for whom."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: In the order of their making.
TABLES = ["purge", "version", "attachment", "review", "problem_body", "territory"]
#: Indexes of the new columns.
INDEXES = [
    ("history", "account_id"),
    ("access_log", "account_id"),
    ("problem", "created_by"),
    ("problem", "expires_on"),
]


def columns() -> dict[str, list[sa.Column[Any]]]:
    """Table → columns that it gets; none refers to another table, so that no table is made anew."""
    return {
        "history": [
            sa.Column("account_id", sa.Integer(), nullable=True),
            sa.Column("behalf", sa.String(length=200), nullable=False, server_default=""),
        ],
        "access_log": [
            sa.Column("account_id", sa.Integer(), nullable=True),
            sa.Column("behalf", sa.String(length=200), nullable=False, server_default=""),
        ],
        "organization": [sa.Column("revision", sa.Integer(), nullable=False, server_default="0")],
        "expert": [sa.Column("revision", sa.Integer(), nullable=False, server_default="0")],
        "achievement": [sa.Column("revision", sa.Integer(), nullable=False, server_default="0")],
        "problem": [
            sa.Column("revision", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("contact_email", sa.String(length=200), nullable=False, server_default=""),
            sa.Column("created_by", sa.Integer(), nullable=True),
            sa.Column("declared_at", sa.DateTime(), nullable=True),
            sa.Column("declared_by", sa.String(length=100), nullable=False, server_default=""),
            sa.Column("submitted_at", sa.DateTime(), nullable=True),
            sa.Column("published_at", sa.DateTime(), nullable=True),
            sa.Column("expires_on", sa.Date(), nullable=True),
            sa.Column("official", sa.JSON(), nullable=False, server_default="{}"),
        ],
    }


def upgrade() -> None:
    for table, added in columns().items():
        for column in added:
            op.add_column(table, column)
    for table, name in INDEXES:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])

    op.create_table(
        "purge",
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge")),
    )
    op.create_index(op.f("ix_purge_subject"), "purge", ["subject"])

    op.create_table(
        "version",
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("subject", "number", name=op.f("uq_version_subject_number")),
    )
    op.create_index(op.f("ix_version_subject"), "version", ["subject"])

    op.create_table(
        "attachment",
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("stored_name", sa.String(length=100), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("granted", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_state", sa.String(length=12), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("index_version", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.String(length=20), nullable=False),
        sa.Column("readers", sa.Text(), nullable=False),
        sa.Column("hidden_from", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sqlite_autoincrement=True,
    )
    for name in ("subject", "sha256", "visibility"):
        op.create_index(op.f(f"ix_attachment_{name}"), "attachment", [name])

    op.create_table(
        "review",
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["problem.id"], name=op.f("fk_review_problem_id_problem"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_problem_id"), "review", ["problem_id"])

    op.create_table(
        "problem_body",
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problem.id"],
            name=op.f("fk_problem_body_problem_id_problem"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_problem_body_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_body")),
        sa.UniqueConstraint(
            "problem_id",
            "organization_id",
            "role",
            name=op.f("uq_problem_body_problem_id_organization_id_role"),
        ),
    )
    for name in ("problem_id", "organization_id"):
        op.create_index(op.f(f"ix_problem_body_{name}"), "problem_body", [name])

    op.create_table(
        "territory",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("town_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_territory_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["town_id"],
            ["organization.id"],
            name=op.f("fk_territory_town_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_territory")),
    )
    op.create_index(op.f("ix_territory_town_id"), "territory", ["town_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for table, name in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{name}"), table_name=table)
    for table, added in columns().items():
        for column in reversed(added):
            op.drop_column(table, column.name)
