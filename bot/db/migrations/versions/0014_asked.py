"""What the bot made of questions, and the review inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0014_asked"
down_revision = "0013_training"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), primary_key=True, autoincrement=False),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(24), nullable=False),
        sa.Column("faq_id", sa.String(80)),
    )
    op.create_index("ix_asked_conversation_id", "asked", ["conversation_id"])
    op.create_index("ix_asked_at", "asked", ["at"])
    op.create_index("ix_asked_faq", "asked", ["faq_id", "at"])
    op.create_table(
        "review_item",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id")),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("faq_id", sa.String(80)),
        sa.Column("cluster", sa.Integer()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("handled_by", sa.String(32), sa.ForeignKey("staff.id")),
        sa.Column("handled_at", MOMENT),
        sa.UniqueConstraint("message_id", "source"),
    )
    op.create_index("ix_review_item_cluster", "review_item", ["cluster"])
    op.create_index("ix_review_item_state", "review_item", ["state", "cluster"])


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
