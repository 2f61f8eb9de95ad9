"""Looking back: ratings by workers, talks with counsellors after hard cases."""

import sqlalchemy as sa
from alembic import op

revision = "0009_rating"
down_revision = "0008_org"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _ratings()
    _debriefs()
    op.create_index("ix_care_case_opened_at", "care_case", ["opened_at"])
    op.create_index("ix_case_event_at", "case_event", ["at"])


def _ratings() -> None:
    op.create_table(
        "rating",
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), primary_key=True, autoincrement=False),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("care_case.id"), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("value", sa.String(16)),
        sa.Column("rated_at", MOMENT),
    )
    op.create_index("ix_rating_conversation_id", "rating", ["conversation_id"])
    op.create_index("ix_rating_asked_at", "rating", ["asked_at"])
    op.create_table(
        "rating_message",
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), primary_key=True, autoincrement=False),
        sa.Column("rating_id", sa.Integer(), sa.ForeignKey("rating.message_id"), nullable=False),
        sa.Column("is_words", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_rating_message_rating_id", "rating_message", ["rating_id"])


def _debriefs() -> None:
    op.create_table(
        "debrief",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("held_by", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("note", sa.LargeBinary()),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_debrief_staff_id", "debrief", ["staff_id"])


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
