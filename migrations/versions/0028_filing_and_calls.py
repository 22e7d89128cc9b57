"""When the staff last changed a filed ticket; phone calls with what happened to them; and callbacks that citizens wish for.

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "phone_calls",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("system", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("phone_key", sa.String(length=64), nullable=True),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rang_s", sa.Integer(), nullable=True),
        sa.Column("talked_s", sa.Integer(), nullable=True),
        sa.Column("ticket_number", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_phone_calls"),
        sa.UniqueConstraint("system", "external_id", name="uq_phone_calls_system_external_id"),
    )
    op.create_index("ix_phone_calls_began_at", "phone_calls", ["began_at"])
    op.create_index("ix_phone_calls_phone_key_began_at", "phone_calls", ["phone_key", "began_at"])
    op.create_table(
        "phone_call_events",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("delivery", sa.String(length=80), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["phone_calls.id"],
            name="fk_phone_call_events_call_id_phone_calls",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_phone_call_events"),
        sa.UniqueConstraint("delivery", name="uq_phone_call_events_delivery"),
    )
    op.create_index("ix_phone_call_events_call_id", "phone_call_events", ["call_id"])
    op.create_table(
        "phone_callbacks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("phone_key", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_number", sa.String(length=24), nullable=True),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("noted_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phone_callbacks"),
        sa.UniqueConstraint("key", name="uq_phone_callbacks_key"),
    )
    op.create_index("ix_phone_callbacks_open_wished_at", "phone_callbacks", ["ended_at", "wished_at"])
    op.create_index("ix_phone_callbacks_phone_key", "phone_callbacks", ["phone_key"])


def downgrade() -> None:
    """Back to before; calls, and callbacks that were wished for, are lost."""
    for table in ("phone_callbacks", "phone_call_events", "phone_calls"):
        op.drop_table(table)
    op.drop_column("tickets", "edited_at")
