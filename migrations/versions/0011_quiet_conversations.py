"""Whether a conversation goes on, is idle or closed. All there are count as going on; the next look marks them.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=10), server_default="active", nullable=False))
        batch_op.drop_index("ix_conversations_mode_updated")
        batch_op.create_index(
            "ix_conversations_mode_stage_updated", ["mode", "stage", "updated_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index("ix_conversations_mode_stage_updated")
        batch_op.create_index("ix_conversations_mode_updated", ["mode", "updated_at"], unique=False)
        batch_op.drop_column("stage")
