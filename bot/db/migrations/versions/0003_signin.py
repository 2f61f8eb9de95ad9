"""Signing in: authenticators, recovery codes, half-made logins, addresses that guess; what a session proved."""

import sqlalchemy as sa
from alembic import op

revision = "0003_signin"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _sessions()
    _second_factor()
    _guesses()


def _sessions() -> None:
    op.execute("DELETE FROM staff_session")  # they were opened with a password alone
    op.add_column("staff_session", sa.Column("public_id", sa.String(32), nullable=False, server_default=""))
    op.add_column("staff_session", sa.Column("device", sa.String(40), nullable=False, server_default=""))
    op.add_column("staff_session", sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff_session", sa.Column("proved_at", MOMENT))
    op.create_index("ix_staff_session_public_id", "staff_session", ["public_id"], unique=True)


def _second_factor() -> None:
    op.create_table(
        "authenticator",
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", MOMENT),
        sa.Column("enrolled_at", MOMENT, nullable=False),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("used_at", MOMENT),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"])


def _guesses() -> None:
    op.create_table(
        "signin_step",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_signin_step_staff_id", "signin_step", ["staff_id"])
    op.create_table(
        "login_address",
        sa.Column("address_hash", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", MOMENT),
        sa.Column("last_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
