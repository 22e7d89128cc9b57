"""Deliveries in parts, what goes ahead, and how long a turn may be answered in the channel's own answer.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEPT = "conversation_id, channel, state, attempts, next_attempt_at, held_until, doubtful, sent_at, error"


def upgrade() -> None:
    # Rebuilt rather than altered: its primary key changes. A first part goes by its message's id, so that what an
    # answer under way carries is still found.
    op.execute("CREATE TABLE deliveries_before AS SELECT * FROM deliveries")
    op.drop_table("deliveries")
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("ahead", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubtful", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_deliveries_conversation_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.execute(
        f"INSERT INTO deliveries (id, message_id, part, {_KEPT}) "
        f"SELECT message_id, message_id, 0, {_KEPT} FROM deliveries_before"
    )
    op.drop_table("deliveries_before")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_due", ["state", "next_attempt_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_message_id"), ["message_id"], unique=False)
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("wechat_answers", schema=None) as batch_op:
        batch_op.drop_column("rest")
        batch_op.add_column(sa.Column("more", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("user_id", sa.String(length=64), server_default="", nullable=False))
    op.execute(
        "UPDATE wechat_answers SET user_id = coalesce((SELECT substr(conversations.user_id, 1, 64) FROM conversations "
        "WHERE conversations.id = wechat_answers.conversation_id), '')"
    )


def downgrade() -> None:
    with op.batch_alter_table("wechat_answers", schema=None) as batch_op:
        batch_op.drop_column("user_id")
        batch_op.drop_column("more")
        batch_op.add_column(sa.Column("rest", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.drop_column("answer_until")
    # A message of which a part is still owed is owed as a whole again.
    op.execute(
        "UPDATE deliveries SET state = 'pending' WHERE part = 0 AND message_id IN "
        "(SELECT message_id FROM deliveries WHERE state = 'pending')"
    )
    op.execute("DELETE FROM deliveries WHERE part > 0")
    op.execute(f"CREATE TABLE deliveries_after AS SELECT message_id, {_KEPT} FROM deliveries")
    op.drop_table("deliveries")
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubtful", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_deliveries_conversation_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_deliveries")),
    )
    op.execute(
        f"INSERT INTO deliveries (message_id, {_KEPT}) SELECT message_id, {_KEPT} FROM deliveries_after"
    )
    op.drop_table("deliveries_after")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_due", ["state", "next_attempt_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_conversation_id"), ["conversation_id"], unique=False)
