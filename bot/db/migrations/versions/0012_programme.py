"""Study and activities: what a worker answered, and what is on."""

import sqlalchemy as sa
from alembic import op

revision = "0012_programme"
down_revision = "0011_faq_desk"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "study_answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("question_id", sa.String(40), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("person_id", "question_id", "day"),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        sa.Column("sign_up", sa.String(200), nullable=False),
        sa.Column("audience", sa.String(60), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_by", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_activity_next", "activity", ["state", "starts_at"])


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
