"""The audit: every use of the desk, in a chain. The device of failed sign-ins.

What was recorded before is carried over, at the beginning of the chain.

Revision: 0016, after 0015
"""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OBJECTS = {"reveal_contact": "ticket", "transfer": "conversation", "take_over": "conversation"}


def upgrade() -> None:
    connection = op.get_bind()
    before = connection.execute(
        sa.text(
            "SELECT desk_audit.at, user_id, role, action, subject, reason, address FROM desk_audit"
            " JOIN desk_users ON desk_users.id = user_id ORDER BY desk_audit.at, desk_audit.id"
        ).columns(at=sa.DateTime(timezone=True))
    ).all()
    with op.batch_alter_table("desk_audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_audit_user_id"))
        batch_op.drop_index("ix_desk_audit_subject_at")
    op.drop_table("desk_audit")
    audit = op.create_table(
        "desk_audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_desk_audit")),
    )
    with op.batch_alter_table("desk_audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_audit_at"), ["at"], unique=False)
        batch_op.create_index("ix_desk_audit_subject_seq", ["subject", "seq"], unique=False)
        batch_op.create_index("ix_desk_audit_user_id_seq", ["user_id", "seq"], unique=False)
    op.create_table(
        "desk_audit_marks",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_desk_audit_marks")),
    )
    rows = chained(before)
    for first in range(0, len(rows), 1_000):
        op.bulk_insert(audit, rows[first : first + 1_000])
    with op.batch_alter_table("login_failures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device", sa.String(length=32), server_default="", nullable=False))


def chained(before: list[sa.Row]) -> list[dict[str, object]]:
    """The old records, with position and hash."""
    rows: list[dict[str, object]] = []
    last = "0" * 64
    for seq, old in enumerate(before, 1):
        at = old.at.replace(tzinfo=UTC) if old.at.tzinfo is None else old.at.astimezone(UTC)
        row = {
            "seq": seq,
            "at": at,
            "user_id": old.user_id,
            "role": old.role,
            "action": old.action,
            "kind": OBJECTS.get(old.action, ""),
            "subject": old.subject,
            "result": "allowed",
            "code": "",
            "reason": old.reason,
            "address": old.address,
        }
        content = [last, seq, at.isoformat(timespec="microseconds"), *list(row.values())[2:]]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        last = hashlib.sha256(text.encode("utf-8")).hexdigest()
        rows.append({**row, "hash": last})
    return rows


def downgrade() -> None:
    with op.batch_alter_table("login_failures", schema=None) as batch_op:
        batch_op.drop_column("device")
    op.drop_table("desk_audit_marks")
    with op.batch_alter_table("desk_audit", schema=None) as batch_op:
        batch_op.drop_index("ix_desk_audit_user_id_seq")
        batch_op.drop_index("ix_desk_audit_subject_seq")
        batch_op.drop_index(batch_op.f("ix_desk_audit_at"))
    op.drop_table("desk_audit")
    op.create_table(
        "desk_audit",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"], name=op.f("fk_desk_audit_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_audit")),
    )
    with op.batch_alter_table("desk_audit", schema=None) as batch_op:
        batch_op.create_index("ix_desk_audit_subject_at", ["subject", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_audit_user_id"), ["user_id"], unique=False)
