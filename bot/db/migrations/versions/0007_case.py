"""Work on a case: outcome in fields, plan, checklist, tasks of staff, referrals, receipt codes."""

import sqlalchemy as sa
from alembic import op

revision = "0007_case"
down_revision = "0006_audit"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _case() -> sa.Column:
    return sa.Column("case_id", sa.Integer(), sa.ForeignKey("care_case.id"), nullable=False)


def _staff(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(32), sa.ForeignKey("staff.id"), nullable=nullable)


def upgrade() -> None:
    _outcomes()
    _work()
    _referrals()
    _codes()


def _outcomes() -> None:
    op.add_column("care_case", sa.Column("outcome_kind", sa.String(16)))
    op.add_column("care_case", sa.Column("risk_at_close", sa.String(16)))
    op.add_column("care_case", sa.Column("contact_follows", sa.Boolean()))
    # in plain SQL: rebuilding the table, as Alembic does for a foreign key on SQLite, would lose its partial index
    op.execute("ALTER TABLE care_case ADD COLUMN closing_by VARCHAR(32) REFERENCES staff (id)")


def _work() -> None:
    op.create_table(
        "plan_step",
        sa.Column("id", sa.Integer(), primary_key=True),
        _case(),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _staff("staff_id"),
        sa.Column("at", MOMENT, nullable=False),
        _staff("done_by", nullable=True),
        sa.Column("done_at", MOMENT),
    )
    op.create_index("ix_plan_step_case_id", "plan_step", ["case_id"])
    op.create_table(
        "check_tick",
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("care_case.id"), primary_key=True),
        sa.Column("item", sa.String(40), primary_key=True),
        _staff("staff_id"),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "staff_task",
        sa.Column("id", sa.Integer(), primary_key=True),
        _case(),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _staff("staff_id"),
        _staff("made_by"),
        sa.Column("at", MOMENT, nullable=False),
        _staff("done_by", nullable=True),
        sa.Column("done_at", MOMENT),
    )
    op.create_index("ix_staff_task_case_id", "staff_task", ["case_id"])
    op.create_index("ix_staff_task_open", "staff_task", ["done_at", "staff_id", "due_on"])


def _referrals() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), primary_key=True),
        _case(),
        sa.Column("to", sa.String(16), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _staff("offered_by"),
        sa.Column("offered_at", MOMENT, nullable=False),
        _staff("answered_by", nullable=True),
        sa.Column("answered_at", MOMENT),
        sa.Column("answer", sa.LargeBinary()),
        _staff("done_by", nullable=True),
        sa.Column("done_at", MOMENT),
    )
    op.create_index("ix_referral_case_id", "referral", ["case_id"])
    op.create_index("ix_referral_state", "referral", ["state"])


def _codes() -> None:
    op.create_table(
        "receipt_code",
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("care_case.id"), primary_key=True, autoincrement=False),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "code_try",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_code_try_from", "code_try", ["conversation_id", "at"])
    op.create_index("ix_code_try_at", "code_try", ["at"])
    op.create_table(
        "case_link",
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), primary_key=True),
        _case(),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_case_link_case_id", "case_link", ["case_id"])


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
