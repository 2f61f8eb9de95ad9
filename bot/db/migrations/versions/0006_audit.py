"""The audit chain: entries that nobody changes, and the head that only goes forward."""

import sqlalchemy as sa
from alembic import op

revision = "0006_audit"
down_revision = "0005_thread"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _tables() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32)),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("subject_kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(400), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_staff", "audit_entry", ["staff_id", "at"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_id", "seq"])
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "seq"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def _guard_sqlite() -> None:
    """REPLACE deletes without firing a delete trigger: so a number that is there already is refused too."""
    for name, when in {
        "audit_entry_no_update": "UPDATE ON audit_entry",
        "audit_entry_no_delete": "DELETE ON audit_entry",
        "audit_entry_no_replace": "INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq)",
        "audit_head_no_delete": "DELETE ON audit_head",
        "audit_head_forward": "UPDATE ON audit_head WHEN NEW.seq <= OLD.seq OR NEW.id <> OLD.id",
        "audit_head_one": "INSERT ON audit_head",
    }.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, 'append-only'); END")


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append-only'; END $$"
    )
    for name, when in {
        "audit_entry_rows": "UPDATE OR DELETE ON audit_entry FOR EACH ROW",
        "audit_entry_whole": "TRUNCATE ON audit_entry FOR EACH STATEMENT",
        "audit_head_rows": "INSERT OR DELETE ON audit_head FOR EACH ROW",
        "audit_head_whole": "TRUNCATE ON audit_head FOR EACH STATEMENT",
        "audit_head_forward": "UPDATE ON audit_head FOR EACH ROW WHEN (NEW.seq <= OLD.seq OR NEW.id <> OLD.id)",
    }.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} EXECUTE FUNCTION audit_append_only()")


def downgrade() -> None:
    raise RuntimeError("restore a backup instead")
