"""WeChat: what may have gone out, the shared access token, events, notices and pictures; claims in the outbox.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("doubtful", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Answers are kept for a day and say only what was said already: begun anew rather than rebuilt.
    op.drop_table("wechat_answers")
    op.create_table(
        "wechat_answers",
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("route", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rest", sa.Text(), nullable=False),
        sa.Column("awaited_turn", sa.String(length=36), nullable=True),
        sa.Column("carried", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", name=op.f("pk_wechat_answers")),
    )
    with op.batch_alter_table("wechat_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wechat_answers_created_at"), ["created_at"], unique=False)
        batch_op.create_index("ix_wechat_answers_state", ["state", "last_try_at"], unique=False)
    op.create_table(
        "wechat_access",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=36), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_for", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_wechat_access")),
    )
    op.create_table(
        "wechat_events",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "user_id", "key", name=op.f("pk_wechat_events")),
    )
    with op.batch_alter_table("wechat_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wechat_events_received_at"), ["received_at"], unique=False)
    op.create_table(
        "wechat_notices",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("platform_id", sa.String(length=40), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_wechat_notices_key")),
    )
    with op.batch_alter_table("wechat_notices", schema=None) as batch_op:
        batch_op.create_index("ix_wechat_notices_due", ["state", "next_attempt_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_wechat_notices_platform_id"), ["platform_id"], unique=False)
    op.create_table(
        "wechat_pictures",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("media_id", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "user_id", "message_id", name=op.f("pk_wechat_pictures")),
    )
    with op.batch_alter_table("wechat_pictures", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_wechat_pictures_next_attempt_at"), ["next_attempt_at"], unique=False
        )


def downgrade() -> None:
    op.drop_table("wechat_pictures")
    op.drop_table("wechat_notices")
    op.drop_table("wechat_events")
    op.drop_table("wechat_access")
    op.drop_table("wechat_answers")
    op.create_table(
        "wechat_answers",
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rest", sa.Text(), nullable=False),
        sa.Column("awaited_turn", sa.String(length=36), nullable=True),
        sa.Column("carried", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", name=op.f("pk_wechat_answers")),
    )
    with op.batch_alter_table("wechat_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wechat_answers_created_at"), ["created_at"], unique=False)
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_column("doubtful")
        batch_op.drop_column("held_until")
