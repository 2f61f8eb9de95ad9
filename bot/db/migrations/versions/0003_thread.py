"""The conversation at the desk: keys of replies, canned replies."""

import sqlalchemy as sa
from alembic import op

revision = "0003_thread"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _reply_keys()
    _canned_replies()


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


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
