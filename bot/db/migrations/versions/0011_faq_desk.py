"""FAQs kept at the desk: where the live wording comes from, what was proposed, how often it was used."""

import sqlalchemy as sa
from alembic import op

revision = "0011_faq_desk"
down_revision = "0010_window"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("faq", sa.Column("origin", sa.String(16), nullable=False, server_default="file"))
    op.add_column("faq", sa.Column("retired_at", MOMENT))
    op.create_table(
        "faq_revision",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("faq_id", sa.String(80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("batch", sa.String(32)),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT),
        sa.Column("reviewed_by", sa.String(32), sa.ForeignKey("staff.id")),
        sa.Column("reviewed_at", MOMENT),
        sa.Column("comment", sa.LargeBinary()),
    )
    op.create_index("ix_faq_revision_faq", "faq_revision", ["faq_id", "id"])
    op.create_index("ix_faq_revision_state", "faq_revision", ["state", "submitted_at"])
    op.create_index("ix_faq_revision_batch", "faq_revision", ["batch"])
    answered = sa.text("faq_id IS NOT NULL")
    columns = ["created_at", "faq_id"]
    op.create_index("ix_message_faq", "message", columns, sqlite_where=answered, postgresql_where=answered)


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
