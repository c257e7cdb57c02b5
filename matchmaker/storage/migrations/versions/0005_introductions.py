"""Introductions, their steps, threads, and how far they were read."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ["introduction", "introduction_event", "introduction_note", "introduction_seen"]
INDEXED = ("answer_by", "asked_at", "asker_id", "expert_id", "follower_id", "problem_id", "state", "tell_by")


def upgrade() -> None:
    op.create_table(
        "introduction",
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(length=8), nullable=False),
        sa.Column("asker", sa.String(length=100), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answer_by", sa.DateTime(), nullable=True),
        sa.Column("stepped_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("refused_by", sa.String(length=8), nullable=False),
        sa.Column("refused_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("softened", sa.Text(), nullable=True),
        sa.Column("reason_days", sa.Integer(), nullable=False),
        sa.Column("tell_by", sa.DateTime(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("watched", sa.JSON(), nullable=False),
        sa.Column("again_from", sa.Date(), nullable=True),
        sa.Column("meeting_at", sa.DateTime(), nullable=True),
        sa.Column("meeting_place", sa.String(length=200), nullable=False),
        sa.Column("meeting_note", sa.Text(), nullable=False),
        sa.Column("follower_id", sa.Integer(), nullable=True),
        sa.Column("follower", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        *(_reference("introduction", f"{kind}_id", kind) for kind in ("problem", "expert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sqlite_autoincrement=True,
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_introduction_{column}"), "introduction", [column])
    op.create_index(
        "uq_introduction_open_pair",
        "introduction",
        ["problem_id", "expert_id"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    _lines("introduction_event", sa.Column("step", sa.String(length=12), nullable=False), facts=True)
    _lines("introduction_note", sa.Column("text", sa.Text(), nullable=False))
    op.create_table(
        "introduction_seen",
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        _reference("introduction_seen", "introduction_id", "introduction"),
        sa.PrimaryKeyConstraint("introduction_id", "reader", name=op.f("pk_introduction_seen")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _lines(table: str, own: "sa.Column[str]", *, facts: bool = False) -> None:
    """A table of what was done or written within an introduction."""
    further = [sa.Column("facts", sa.JSON(), nullable=False)] if facts else []
    op.create_table(
        table,
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        own,
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("behalf", sa.String(length=200), nullable=False),
        *further,
        sa.Column("id", sa.Integer(), nullable=False),
        _reference(table, "introduction_id", "introduction"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_introduction_id"), table, ["introduction_id"])


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
    )
