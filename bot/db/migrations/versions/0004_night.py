"""Rota and night chain: turns, exceptions, switches, addresses of notices, steps, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0004_night"
down_revision = "0003_signin"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _rota()
    _addresses()
    _chain()


def _staff(name: str, *, optional: bool = False, **kwargs: object) -> sa.Column:
    return sa.Column(name, sa.String(32), sa.ForeignKey("staff.id"), nullable=optional, **kwargs)


def _who_and_when() -> tuple[sa.Column, ...]:
    return (
        _staff("added_by"),
        sa.Column("added_at", MOMENT, nullable=False),
        _staff("removed_by", optional=True),
        sa.Column("removed_at", MOMENT),
    )


def _rota() -> None:
    op.create_table(
        "duty_turn",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        _staff("staff_id"),
        sa.Column("place", sa.String(16), nullable=False),
        *_who_and_when(),
    )
    op.create_table(
        "duty_exception",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        _staff("staff_id", optional=True),
        sa.Column("place", sa.String(16)),
        *_who_and_when(),
    )
    op.create_table(
        "duty_switch",
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("here", sa.Boolean(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
    )


def _addresses() -> None:
    op.create_table(
        "notice_address",
        sa.Column("id", sa.Integer(), primary_key=True),
        _staff("staff_id", optional=True),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        *_who_and_when(),
    )
    op.create_index("ix_notice_address_staff_id", "notice_address", ["staff_id"])


def _chain() -> None:
    op.create_table(
        "escalation_step",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("rung", sa.String(16), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_escalation_step_conversation_id", "escalation_step", ["conversation_id"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("step_id", sa.Integer(), sa.ForeignKey("escalation_step.id"), nullable=False),
        sa.Column("address_id", sa.Integer(), sa.ForeignKey("notice_address.id"), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("lease_until", MOMENT),
        sa.Column("done_at", MOMENT),
    )
    op.create_index("ix_notice_step_id", "notice", ["step_id"])
    op.create_index("ix_notice_due", "notice", ["state", "id"])


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
