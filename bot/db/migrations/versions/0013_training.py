"""Training: what was trained, published and rolled back."""

import sqlalchemy as sa
from alembic import op

revision = "0013_training"
down_revision = "0012_programme"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ONE_OF_EACH = sa.text("state IN ('publishing', 'published')")
OPEN = sa.text(
    "published_at IS NULL AND state IN ('queued', 'exporting', 'checking', 'training', 'starting', 'evaluating', "
    "'ready', 'publishing')"
)


def upgrade() -> None:
    op.create_table(
        "training",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(16)),
        sa.Column("stage_started_at", MOMENT),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("requested_by", sa.String(32), sa.ForeignKey("staff.id")),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("claimed_by", sa.String(80)),
        sa.Column("heartbeat_at", MOMENT),
        sa.Column("sources", sa.String(40)),
        sa.Column("bank_digest", sa.String(64)),
        sa.Column("model", sa.String(120)),
        sa.Column("model_digest", sa.String(16)),
        sa.Column("model_sha256", sa.String(64)),
        sa.Column("index_dir", sa.String(120)),
        sa.Column("index_sha256", sa.String(64)),
        sa.Column("against", sa.Integer()),
        sa.Column("report", sa.LargeBinary()),
        sa.Column("reason", sa.LargeBinary()),
        sa.Column("published_by", sa.String(32), sa.ForeignKey("staff.id")),
        sa.Column("published_at", MOMENT),
    )
    for name, column, where in (("uq_training_one", "state", ONE_OF_EACH), ("uq_training_open", "slot", OPEN)):
        op.create_index(name, "training", [column], unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
