"""Events: when and where, who comes with what; plans, meetings, outcome cards, intentions, follow-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("series", sa.String(length=100), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("partners", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("venue", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("online_link", sa.String(length=300), nullable=False),
        sa.Column("contact_name", sa.String(length=100), nullable=False),
        sa.Column("contact_phone", sa.String(length=50), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("most_experts", sa.Integer(), nullable=True),
        sa.Column("most_problems", sa.Integer(), nullable=True),
        sa.Column("expert_most", sa.Integer(), nullable=True),
        sa.Column("problem_least", sa.Integer(), nullable=False),
        sa.Column("problem_most", sa.Integer(), nullable=True),
        sa.Column("most_in_a_row", sa.Integer(), nullable=True),
        sa.Column("approves", sa.Boolean(), nullable=False),
        sa.Column("call_until", sa.Date(), nullable=True),
        sa.Column("answer_until", sa.Date(), nullable=True),
        sa.Column("prefer_until", sa.Date(), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("min_score", sa.Double(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("live", sa.Integer(), nullable=False),
        sa.Column("calling", sa.Integer(), nullable=True),
        sa.Column("called_at", sa.DateTime(), nullable=True),
        sa.Column("board_key", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("copied_from", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_first_day"), ["first_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_series"), ["series"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_state"), ["state"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("room", sa.String(length=100), nullable=False),
        sa.Column("speaker", sa.String(length=200), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_agenda_item_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_event_id"), ["event_id"], unique=False)

    op.create_table(
        "body_invitation",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("nominate_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_body_invitation_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_body_invitation_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_invitation")),
        sa.UniqueConstraint(
            "event_id", "organization_id", name=op.f("uq_body_invitation_event_id_organization_id")
        ),
    )
    with op.batch_alter_table("body_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_invitation_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_body_invitation_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "event_session",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_session_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_session")),
        sa.UniqueConstraint("event_id", "position", name=op.f("uq_event_session_event_id_position")),
    )
    with op.batch_alter_table("event_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_session_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_slot",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_slot_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_slot")),
        sa.UniqueConstraint("event_id", "position", name=op.f("uq_event_slot_event_id_position")),
    )
    with op.batch_alter_table("event_slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_slot_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_table",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("room", sa.String(length=100), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("unavailable", sa.JSON(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_table_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_table")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_event_table_event_id_name")),
    )
    with op.batch_alter_table("event_table", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_table_event_id"), ["event_id"], unique=False)

    op.create_table(
        "bulletin",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("written_by", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_bulletin_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_bulletin_event_id_number")),
    )
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletin_event_id"), ["event_id"], unique=False)

    op.create_table(
        "figure_lock",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.DateTime(), nullable=False),
        sa.Column("locked_by", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_figure_lock_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_lock")),
    )
    with op.batch_alter_table("figure_lock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_figure_lock_event_id"), ["event_id"], unique=False)

    op.create_table(
        "plan_run",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("nearest", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("published_by", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_plan_run_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_run")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_plan_run_event_id_number")),
    )
    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_run_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_run_state"), ["state"], unique=False)

    op.create_table(
        "event_problem",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("table_kind", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Double(), nullable=False),
        sa.Column("priority_reason", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("offered_by", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_problem_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["problem.id"],
            name=op.f("fk_event_problem_problem_id_problem"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_problem")),
        sa.UniqueConstraint("event_id", "problem_id", name=op.f("uq_event_problem_event_id_problem_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event_problem", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_problem_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_problem_problem_id"), ["problem_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_problem_state"), ["state"], unique=False)

    op.create_table(
        "attendee",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=50), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("online_link", sa.String(length=300), nullable=False),
        sa.Column("unavailable", sa.JSON(), nullable=False),
        sa.Column("arrives", sa.DateTime(), nullable=True),
        sa.Column("leaves", sa.DateTime(), nullable=True),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("most_in_a_row", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("prefers_at", sa.DateTime(), nullable=True),
        sa.Column("prefers_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("badge", sa.String(length=32), nullable=False),
        sa.Column("badge_number", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(), nullable=True),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_attendee_account_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_attendee_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["expert.id"], name=op.f("fk_attendee_expert_id_expert"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_attendee_organization_id_organization"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendee")),
        sa.UniqueConstraint("event_id", "badge", name=op.f("uq_attendee_event_id_badge")),
        sa.UniqueConstraint("event_id", "badge_number", name=op.f("uq_attendee_event_id_badge_number")),
        sa.UniqueConstraint("event_id", "expert_id", name=op.f("uq_attendee_event_id_expert_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("attendee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendee_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendee_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendee_expert_id"), ["expert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendee_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendee_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attendee_state"), ["state"], unique=False)

    op.create_table(
        "agenda_person",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_agenda_person_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["agenda_item.id"],
            name=op.f("fk_agenda_person_item_id_agenda_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "attendee_id", name=op.f("pk_agenda_person")),
    )
    with op.batch_alter_table("agenda_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_person_attendee_id"), ["attendee_id"], unique=False)

    op.create_table(
        "event_pair",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=False),
        sa.Column("event_problem_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("band", sa.String(length=10), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("scored_at", sa.DateTime(), nullable=True),
        sa.Column("expert_wish", sa.String(length=8), nullable=False),
        sa.Column("problem_wish", sa.String(length=8), nullable=False),
        sa.Column("expert_wish_by", sa.String(length=200), nullable=False),
        sa.Column("problem_wish_by", sa.String(length=200), nullable=False),
        sa.Column("must", sa.Boolean(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=True),
        sa.Column("barred", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_event_pair_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_pair_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_problem_id"],
            ["event_problem.id"],
            name=op.f("fk_event_pair_event_problem_id_event_problem"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_pair")),
        sa.UniqueConstraint(
            "attendee_id", "event_problem_id", name=op.f("uq_event_pair_attendee_id_event_problem_id")
        ),
    )
    with op.batch_alter_table("event_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_pair_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_event_pair_event_problem_id"), ["event_problem_id"], unique=False
        )

    op.create_table(
        "event_problem_person",
        sa.Column("event_problem_id", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_event_problem_person_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_problem_id"],
            ["event_problem.id"],
            name=op.f("fk_event_problem_person_event_problem_id_event_problem"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_problem_id", "attendee_id", name=op.f("pk_event_problem_person")),
    )
    with op.batch_alter_table("event_problem_person", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_problem_person_attendee_id"), ["attendee_id"], unique=False
        )

    op.create_table(
        "meeting",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=False),
        sa.Column("event_problem_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("missing", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("online_link", sa.String(length=300), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.Column("settled_by", sa.String(length=100), nullable=False),
        sa.Column("settled_reason", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendee.id"], name=op.f("fk_meeting_attendee_id_attendee"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_meeting_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_problem_id"],
            ["event_problem.id"],
            name=op.f("fk_meeting_event_problem_id_event_problem"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["table_id"],
            ["event_table.id"],
            name=op.f("fk_meeting_table_id_event_table"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint(
            "attendee_id", "event_problem_id", name=op.f("uq_meeting_attendee_id_event_problem_id")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_event_problem_id"), ["event_problem_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_outcome"), ["outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_table_id"), ["table_id"], unique=False)

    op.create_table(
        "plan_pin",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=False),
        sa.Column("event_problem_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("table_id", sa.Integer(), nullable=True),
        sa.Column("pinned_by", sa.String(length=100), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_plan_pin_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_plan_pin_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_problem_id"],
            ["event_problem.id"],
            name=op.f("fk_plan_pin_event_problem_id_event_problem"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["table_id"],
            ["event_table.id"],
            name=op.f("fk_plan_pin_table_id_event_table"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_pin")),
        sa.UniqueConstraint(
            "attendee_id", "event_problem_id", name=op.f("uq_plan_pin_attendee_id_event_problem_id")
        ),
    )
    with op.batch_alter_table("plan_pin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_pin_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_pin_event_problem_id"), ["event_problem_id"], unique=False)

    op.create_table(
        "standby",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=False),
        sa.Column("event_problem_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendee.id"], name=op.f("fk_standby_attendee_id_attendee"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_standby_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_problem_id"],
            ["event_problem.id"],
            name=op.f("fk_standby_event_problem_id_event_problem"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standby")),
        sa.UniqueConstraint(
            "event_id",
            "slot",
            "attendee_id",
            "event_problem_id",
            name=op.f("uq_standby_event_id_slot_attendee_id_event_problem_id"),
        ),
    )
    with op.batch_alter_table("standby", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standby_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_standby_event_problem_id"), ["event_problem_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("introduction_id", sa.Integer(), nullable=True),
        sa.Column("problem_id", sa.Integer(), nullable=True),
        sa.Column("expert_id", sa.Integer(), nullable=True),
        sa.Column("demand_id", sa.Integer(), nullable=True),
        sa.Column("supply_id", sa.Integer(), nullable=True),
        sa.Column("demand", sa.String(length=200), nullable=False),
        sa.Column("supply", sa.String(length=200), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signs", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["organization.id"],
            name=op.f("fk_agreement_demand_id_organization"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_agreement_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["expert.id"], name=op.f("fk_agreement_expert_id_expert"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["introduction.id"],
            name=op.f("fk_agreement_introduction_id_introduction"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_agreement_meeting_id_meeting"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["problem.id"], name=op.f("fk_agreement_problem_id_problem"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["supply_id"],
            ["organization.id"],
            name=op.f("fk_agreement_supply_id_organization"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_agreement_meeting_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_began_on"), ["began_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_expert_id"), ["expert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_introduction_id"), ["introduction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_problem_id"), ["problem_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_supply_id"), ["supply_id"], unique=False)

    op.create_table(
        "outcome_card",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("attended", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("next_step", sa.String(length=300), nullable=False),
        sa.Column("next_who", sa.String(length=100), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_outcome_card_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_card")),
        sa.UniqueConstraint("meeting_id", "side", name=op.f("uq_outcome_card_meeting_id_side")),
    )
    with op.batch_alter_table("outcome_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcome_card_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_card_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "follow_up",
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("escalated_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_follow_up_agreement_id_agreement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_follow_up_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_follow_up_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_agreement_id"), ["agreement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "day_copy",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("house", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("baseline", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_day_copy_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_copy")),
        sa.UniqueConstraint("event_id", name=op.f("uq_day_copy_event_id")),
    )
    op.create_table(
        "day_entry",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("attendee_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_day_entry_attendee_id_attendee"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_day_entry_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_day_entry_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_entry")),
        sa.UniqueConstraint("mark", name=op.f("uq_day_entry_mark")),
    )
    with op.batch_alter_table("day_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_day_entry_attendee_id"), ["attendee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_day_entry_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_day_entry_meeting_id"), ["meeting_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("day_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_day_entry_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_day_entry_event_id"))
        batch_op.drop_index(batch_op.f("ix_day_entry_attendee_id"))

    op.drop_table("day_entry")
    op.drop_table("day_copy")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_owner_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_event_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_due_on"))
        batch_op.drop_index(batch_op.f("ix_follow_up_agreement_id"))

    op.drop_table("follow_up")
    with op.batch_alter_table("outcome_card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcome_card_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_outcome_card_account_id"))

    op.drop_table("outcome_card")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_supply_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_state"))
        batch_op.drop_index(batch_op.f("ix_agreement_problem_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_owner_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_number"))
        batch_op.drop_index(batch_op.f("ix_agreement_introduction_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_expert_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_event_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_demand_id"))
        batch_op.drop_index(batch_op.f("ix_agreement_began_on"))

    op.drop_table("agreement")
    with op.batch_alter_table("standby", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standby_event_problem_id"))
        batch_op.drop_index(batch_op.f("ix_standby_event_id"))

    op.drop_table("standby")
    with op.batch_alter_table("plan_pin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_pin_event_problem_id"))
        batch_op.drop_index(batch_op.f("ix_plan_pin_event_id"))

    op.drop_table("plan_pin")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_table_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_state"))
        batch_op.drop_index(batch_op.f("ix_meeting_outcome"))
        batch_op.drop_index(batch_op.f("ix_meeting_event_problem_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_event_id"))

    op.drop_table("meeting")
    with op.batch_alter_table("event_problem_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_problem_person_attendee_id"))

    op.drop_table("event_problem_person")
    with op.batch_alter_table("event_pair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_pair_event_problem_id"))
        batch_op.drop_index(batch_op.f("ix_event_pair_event_id"))

    op.drop_table("event_pair")
    with op.batch_alter_table("agenda_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_person_attendee_id"))

    op.drop_table("agenda_person")
    with op.batch_alter_table("attendee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendee_state"))
        batch_op.drop_index(batch_op.f("ix_attendee_replaces_id"))
        batch_op.drop_index(batch_op.f("ix_attendee_organization_id"))
        batch_op.drop_index(batch_op.f("ix_attendee_expert_id"))
        batch_op.drop_index(batch_op.f("ix_attendee_event_id"))
        batch_op.drop_index(batch_op.f("ix_attendee_account_id"))

    op.drop_table("attendee")
    with op.batch_alter_table("event_problem", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_problem_state"))
        batch_op.drop_index(batch_op.f("ix_event_problem_problem_id"))
        batch_op.drop_index(batch_op.f("ix_event_problem_event_id"))

    op.drop_table("event_problem")
    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_run_state"))
        batch_op.drop_index(batch_op.f("ix_plan_run_event_id"))

    op.drop_table("plan_run")
    with op.batch_alter_table("bulletin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulletin_event_id"))

    op.drop_table("bulletin")
    with op.batch_alter_table("figure_lock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_figure_lock_event_id"))

    op.drop_table("figure_lock")
    with op.batch_alter_table("event_table", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_table_event_id"))

    op.drop_table("event_table")
    with op.batch_alter_table("event_slot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_slot_event_id"))

    op.drop_table("event_slot")
    with op.batch_alter_table("event_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_session_event_id"))

    op.drop_table("event_session")
    with op.batch_alter_table("body_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_body_invitation_organization_id"))
        batch_op.drop_index(batch_op.f("ix_body_invitation_event_id"))

    op.drop_table("body_invitation")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_item_event_id"))

    op.drop_table("agenda_item")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_state"))
        batch_op.drop_index(batch_op.f("ix_event_series"))
        batch_op.drop_index(batch_op.f("ix_event_number"))
        batch_op.drop_index(batch_op.f("ix_event_kind"))
        batch_op.drop_index(batch_op.f("ix_event_first_day"))

    op.drop_table("event")
