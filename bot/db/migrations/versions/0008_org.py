"""The union's tree: units, where staff and workers belong, requests to see who a worker is."""

import sqlalchemy as sa
from alembic import op

revision = "0008_org"
down_revision = "0007_case"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _units()
    _places()
    _requests()


def _unit(name: str, *, optional: bool = True) -> sa.Column:
    return sa.Column(name, sa.String(32), sa.ForeignKey("union_unit.id"), nullable=optional)


def _staff(name: str, **kwargs: object) -> sa.Column:
    return sa.Column(name, sa.String(32), sa.ForeignKey("staff.id"), **kwargs)


def _units() -> None:
    op.create_table(
        "union_unit",
        sa.Column("id", sa.String(32), primary_key=True),
        _unit("parent_id"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("closed_at", MOMENT),
    )
    op.create_index("ix_union_unit_parent_id", "union_unit", ["parent_id"])


def _places() -> None:
    op.create_table("staff_unit", _staff("staff_id", primary_key=True), _unit("unit_id"), _unit("employer_id"))
    op.create_index("ix_staff_unit_unit_id", "staff_unit", ["unit_id"])
    op.create_index("ix_staff_unit_employer_id", "staff_unit", ["employer_id"])
    op.create_table(
        "worker_unit",
        sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id"), primary_key=True),
        _unit("unit_id", optional=False),
        sa.Column("set_at", MOMENT, nullable=False),
    )
    op.create_index("ix_worker_unit_unit_id", "worker_unit", ["unit_id"])


def _requests() -> None:
    op.create_table(
        "identity_request",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversation.id"), nullable=False),
        _staff("staff_id", nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        _staff("decided_by"),
        sa.Column("decided_at", MOMENT),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("until", MOMENT),
    )
    where = {"sqlite_where": sa.text("state = 'asked'"), "postgresql_where": sa.text("state = 'asked'")}
    columns = ["conversation_id", "staff_id"]
    op.create_index("uq_identity_request_open", "identity_request", columns, unique=True, **where)


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
