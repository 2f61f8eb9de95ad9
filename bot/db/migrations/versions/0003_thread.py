"""The conversation at the desk: keys of replies."""

import sqlalchemy as sa
from alembic import op

revision = "0003_thread"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _reply_keys()


def _reply_keys() -> None:
    op.create_table(
        "reply_key",
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), nullable=False),
    )
    op.create_index("ix_reply_key_message_id", "reply_key", ["message_id"])


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
