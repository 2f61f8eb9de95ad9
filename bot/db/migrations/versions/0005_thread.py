"""The conversation at the desk: keys of replies, canned replies, private notes, who is in it."""

import sqlalchemy as sa
from alembic import op

revision = "0005_thread"
down_revision = "0004_night"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _reply_keys()
    _canned_replies()
    _notes()
    _company()


def _reply_keys() -> None:
    op.create_table(
        "reply_key",
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), nullable=False),
    )
    op.create_index("ix_reply_key_message_id", "reply_key", ["message_id"])


def _canned_replies() -> None:
    op.create_table(
        "canned_reply",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(40), unique=True),
        sa.Column("title", sa.String(40), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("source_digest", sa.String(64), nullable=False),
        sa.Column("edited_by", sa.String(32), sa.ForeignKey("staff.id")),
        sa.Column("edited_at", MOMENT),
        sa.Column("retired_at", MOMENT),
    )


def _notes() -> None:
    op.create_table(
        "thread_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("key", sa.String(64)),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("staff_id", "key"),
    )
    op.create_index("ix_thread_note_thread", "thread_note", ["conversation_id", "id"])


def _company() -> None:
    op.create_table(
        "companion",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("invited_by", sa.String(32), sa.ForeignKey("staff.id")),
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("joined_at", MOMENT),
        sa.Column("left_at", MOMENT),
    )
    where = {"sqlite_where": sa.text("left_at IS NULL"), "postgresql_where": sa.text("left_at IS NULL")}
    op.create_index("uq_companion_in_force", "companion", ["conversation_id", "staff_id"], unique=True, **where)
    op.create_table(
        "hand_over",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("case_event.id"), primary_key=True, autoincrement=False),
        sa.Column("from_staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("seen_at", MOMENT),
    )
    op.create_index("ix_hand_over_from_staff_id", "hand_over", ["from_staff_id"])


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
