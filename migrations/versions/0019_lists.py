"""Lists of tickets by any filter from an index; when a citizen last urged; until when a supervisor decides.

A merged ticket is had by whoever leads the one into which it was merged, so it has no department of its own any more. What waits for
a supervisor's decision is due now, because nothing limited it before.

Revision: 0019, after 0018
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_INDEXES = {
    "type_id": ["type", "id"],
    "state_next_due_at_id": ["state", "next_due_at", "id"],
    "department_id_state_id": ["department_id", "state", "id"],
}
_FEW = {
    "open": "closed_at IS NULL",
    "supervised": "supervised_at IS NOT NULL",
    "returned": "returns > 0",
}
_FINAL = ("closed", "declined", "answered_directly", "merged", "withdrawn")


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("urged_at", _MOMENT, nullable=True))
        batch.add_column(sa.Column("decide_due_at", _MOMENT, nullable=True))
        batch.drop_index("ix_tickets_supervised_at_id")
        for name, columns in _INDEXES.items():
            batch.create_index(f"ix_tickets_{name}", columns)
    for name, where in _FEW.items():
        op.create_index(
            f"ix_tickets_{name}",
            "tickets",
            ["id"],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    moments = ("decide_due_at", "next_due_at", "watch_at", "closed_at", "updated_at")
    tickets = sa.table(
        "tickets",
        *(sa.column(name) for name in ("state", "department_id", "disputed")),
        *(sa.column(name, _MOMENT) for name in moments),
    )
    op.execute(tickets.update().where(tickets.c.state == "merged").values(department_id=None))
    ended = tickets.c.state.in_(_FINAL) & tickets.c.closed_at.is_(None)
    op.execute(tickets.update().where(ended).values(closed_at=tickets.c.updated_at))
    now = datetime.now(UTC)
    waiting = (tickets.c.state == "pending_callback") & tickets.c.disputed.is_(True)
    op.execute(tickets.update().where(waiting).values(decide_due_at=now, next_due_at=now, watch_at=now))


def downgrade() -> None:
    """Back to before; the new moments are lost."""
    for name in (*_FEW, *_INDEXES):
        op.drop_index(f"ix_tickets_{name}", table_name="tickets")
    with op.batch_alter_table("tickets") as batch:
        batch.create_index("ix_tickets_supervised_at_id", ["supervised_at", "id"])
        batch.drop_column("decide_due_at")
        batch.drop_column("urged_at")
