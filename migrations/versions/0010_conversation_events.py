"""What happened in conversations, kept; what actions report of a turn. Begins with how each conversation stands.

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

from core.clock import now
from core.database import UtcDateTime
from core.ids import new_id

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_AT_ONCE = 500
_CONVERSATIONS = sa.table(
    "conversations",
    *(sa.column(name) for name in ("id", "mode", "agent_id", "reason")),
    sa.column("urgent", sa.Boolean()),
    sa.column("waiting_since", UtcDateTime()),
)
_MESSAGES = sa.table("messages", sa.column("conversation_id"), sa.column("sender"))
_EVENTS = sa.table(
    "conversation_events",
    *(sa.column(name) for name in ("id", "conversation_id", "nth", "kind", "actor", "agent_id", "reason")),
    sa.column("at", UtcDateTime()),
    sa.column("facts", sa.JSON()),
)


def upgrade() -> None:
    op.create_table(
        "conversation_events",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=10), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_events_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_events")),
        sa.UniqueConstraint(
            "conversation_id", "nth", name=op.f("uq_conversation_events_conversation_id_nth")
        ),
    )
    with op.batch_alter_table("conversation_events", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_events_kind_at", ["kind", "at"], unique=False)
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reported", sa.JSON(), nullable=True))
    _carry_over()


def _carry_over() -> None:
    """One event each of how the conversations stand: what happened before can't be known any more."""
    connection, moment, last = op.get_bind(), now(), ""
    columns = _CONVERSATIONS.c
    while True:
        rows = connection.execute(
            sa.select(_CONVERSATIONS).where(columns.id > last).order_by(columns.id).limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        counts: dict[str, dict[str, int]] = {row.id: {} for row in rows}
        said = connection.execute(
            sa.select(_MESSAGES.c.conversation_id, _MESSAGES.c.sender, sa.func.count())
            .where(_MESSAGES.c.conversation_id.in_(list(counts)))
            .group_by(_MESSAGES.c.conversation_id, _MESSAGES.c.sender)
        )
        for conversation, sender, count in said:
            counts[conversation][sender] = count
        connection.execute(
            _EVENTS.insert(),
            [
                {
                    "id": new_id(),
                    "conversation_id": row.id,
                    "nth": 1,
                    "at": moment,
                    "kind": "carried_over",
                    "actor": "system",
                    "agent_id": row.agent_id,
                    "reason": row.reason,
                    "facts": {
                        "mode": row.mode,
                        "urgent": row.urgent,
                        "counts": counts[row.id],
                        **({"waiting_since": row.waiting_since.isoformat()} if row.waiting_since else {}),
                    },
                }
                for row in rows
            ],
        )


def downgrade() -> None:
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.drop_column("reported")
    op.drop_table("conversation_events")
