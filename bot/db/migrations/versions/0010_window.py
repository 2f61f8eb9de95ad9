"""The reply window: which message went out joined to which other."""

import sqlalchemy as sa
from alembic import op

revision = "0010_window"
down_revision = "0009_rating"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # without a foreign key: SQLite would have to copy the whole table for one
    op.add_column("outbox", sa.Column("joined_to", sa.Integer()))
    op.create_index("ix_outbox_joined_to", "outbox", ["joined_to"])


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
