"""Care beyond the case: consent, answers, plan, contact, tasks, marks, lexicon releases; drills; paired cases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = "state <> 'closed' AND paired_with IS NULL"


def upgrade() -> None:
    _columns()
    _consent_and_answers()
    _of_a_person()
    _tasks()
    _marks_and_releases()
    _let_notes_be_erased()


def _columns() -> None:
    op.add_column("person", sa.Column("age_band", sa.String(16)))
    op.add_column("conversation", sa.Column("active_since", MOMENT))
    op.add_column("conversation", sa.Column("reminded_at", MOMENT))
    op.add_column("conversation", sa.Column("drill", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message", sa.Column("erased_at", MOMENT))
    op.execute("ALTER TABLE care_case ADD COLUMN paired_with INTEGER REFERENCES care_case (id)")
    op.drop_index("uq_care_case_open", "care_case")
    where = {"sqlite_where": sa.text(OPEN), "postgresql_where": sa.text(OPEN)}
    op.create_index("uq_care_case_open", "care_case", ["conversation_id"], unique=True, **where)


def _consent_and_answers() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("wording", sa.String(40), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
    )
    where = {"sqlite_where": sa.text("withdrawn_at IS NULL"), "postgresql_where": sa.text("withdrawn_at IS NULL")}
    op.create_index("uq_consent_in_force", "consent", ["person_id", "purpose"], unique=True, **where)
    op.create_table(
        "case_answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("care_case.id"), nullable=False),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id")),
        sa.Column("question", sa.String(40), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.String(16)),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("message_id", "question"),
    )
    op.create_index("ix_case_answer_case", "case_answer", ["case_id", "id"])


def _of_a_person() -> None:
    for table in ("safety_plan", "emergency_contact"):
        op.create_table(
            table,
            sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id"), primary_key=True),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.Column("updated_at", MOMENT, nullable=False),
        )
    op.create_table(
        "mood_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_mood_entry_person_id", "mood_entry", ["person_id"])


def _tasks() -> None:
    op.create_table(
        "due_task",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("care_case.id")),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done_at", MOMENT),
        sa.UniqueConstraint("conversation_id", "kind", "due_at"),
    )
    op.create_index("ix_due_task_due", "due_task", ["state", "due_at"])


def _marks_and_releases() -> None:
    op.create_table(
        "alarm_mark",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16)),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("note", sa.LargeBinary()),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_alarm_mark_message", "alarm_mark", ["message_id", "id"])
    op.create_table(
        "triage_release",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("report", sa.LargeBinary()),
        sa.Column("created_by", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("published_by", sa.String(32), sa.ForeignKey("staff.id")),
        sa.Column("published_at", MOMENT),
    )
    where = {"sqlite_where": sa.text("state <> 'retired'"), "postgresql_where": sa.text("state <> 'retired'")}
    op.create_index("uq_triage_release_state", "triage_release", ["state"], unique=True, **where)


def _let_notes_be_erased() -> None:
    """The events of cases stay append-only, but for one change: a note may be emptied."""
    if op.get_bind().dialect.name == "sqlite":
        same = ("id", "case_id", "kind", "message_id", "staff_id", "level", "at")
        unchanged = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in same)
        op.execute("DROP TRIGGER case_event_no_update")
        op.execute(
            "CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event "
            f"WHEN NOT (NEW.note IS NULL AND {unchanged}) BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION case_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' AND NEW.note IS NULL AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' "
        "THEN RETURN NEW; END IF; RAISE EXCEPTION 'append-only'; END $$"
    )


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
