"""The conversation page keeps replies that are not sent yet, internal notes, tags, and canned replies.

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reply_drafts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("unsent", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_reply_drafts_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"], name="fk_reply_drafts_user_id_desk_users"),
        sa.PrimaryKeyConstraint("id", name="pk_reply_drafts"),
        sa.UniqueConstraint("conversation_id", "user_id", name="uq_reply_drafts_conversation_id_user_id"),
    )
    op.create_index("ix_reply_drafts_updated_at", "reply_drafts", ["updated_at"])
    op.create_table(
        "talk_notes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_talk_notes_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"], name="fk_talk_notes_user_id_desk_users"),
        sa.PrimaryKeyConstraint("id", name="pk_talk_notes"),
    )
    op.create_index("ix_talk_notes_conversation_id", "talk_notes", ["conversation_id"])
    op.create_table(
        "talk_tags",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_talk_tags_conversation_id_conversations",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"], name="fk_talk_tags_user_id_desk_users"),
        sa.PrimaryKeyConstraint("id", name="pk_talk_tags"),
        sa.UniqueConstraint("conversation_id", "name_key", name="uq_talk_tags_conversation_id_name_key"),
    )
    op.create_index("ix_talk_tags_name_key", "talk_tags", ["name_key"])
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("shortcut", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"], name="fk_canned_replies_user_id_desk_users"),
        sa.PrimaryKeyConstraint("id", name="pk_canned_replies"),
    )
    op.create_index("ix_canned_replies_user_id", "canned_replies", ["user_id"])


def downgrade() -> None:
    """Back to before; all that these tables hold is lost."""
    for table in ("canned_replies", "talk_tags", "talk_notes", "reply_drafts"):
        op.drop_table(table)
