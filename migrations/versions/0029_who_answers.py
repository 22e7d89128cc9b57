"""Who answers: the queue's rank, how long an agent may be silent, and whether agents are online, busy or away.

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("conversations", sa.Column("rank", sa.Integer(), nullable=False, server_default="2"))
    op.add_column("conversations", sa.Column("takes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("asked_at", _MOMENT, nullable=True))
    op.add_column("conversations", sa.Column("reply_due_at", _MOMENT, nullable=True))
    op.add_column("conversations", sa.Column("alerted_at", _MOMENT, nullable=True))
    op.add_column("conversations", sa.Column("last_agent_id", sa.String(length=36), nullable=True))
    op.add_column("conversations", sa.Column("offered_to", sa.String(length=36), nullable=True))
    op.execute("UPDATE conversations SET rank = 0 WHERE urgent")
    op.execute("UPDATE conversations SET asked_at = waiting_since WHERE mode = 'waiting'")
    op.execute("UPDATE conversations SET last_agent_id = agent_id WHERE agent_id IS NOT NULL")
    op.add_column(
        "desk_users", sa.Column("chosen", sa.String(length=10), nullable=False, server_default="online")
    )
    op.add_column("desk_users", sa.Column("active_at", _MOMENT, nullable=True))
    op.add_column("desk_users", sa.Column("capacity", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back to before."""
    for column in ("capacity", "active_at", "chosen"):
        op.drop_column("desk_users", column)
    for column in ("offered_to", "last_agent_id", "alerted_at", "reply_due_at", "asked_at", "takes", "rank"):
        op.drop_column("conversations", column)
