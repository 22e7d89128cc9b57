"""When the clock looks at a ticket next stands in a narrow table of its own; and tickets can be found by the citizen's name.

Older tickets are not found by name until ``wenban keys rotate`` seals them anew, because that takes the names in clear.

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_watches",
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_watches_ticket_id_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_ticket_watches"),
    )
    op.execute(
        "INSERT INTO ticket_watches (ticket_id, at) SELECT id, watch_at FROM tickets WHERE watch_at IS NOT NULL"
    )
    op.create_index("ix_ticket_watches_at", "ticket_watches", ["at"])
    op.drop_index("ix_tickets_watch_at", table_name="tickets")
    op.add_column("tickets", sa.Column("name_key", sa.String(length=64), nullable=True))
    op.create_index("ix_tickets_name_key_id", "tickets", ["name_key", "id"])
    # Without a copy of the table, which would leave its triggers behind.
    op.drop_column("tickets", "watch_at")


def downgrade() -> None:
    """Back to before."""
    op.drop_index("ix_tickets_name_key_id", table_name="tickets")
    op.drop_column("tickets", "name_key")
    op.add_column("tickets", sa.Column("watch_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE tickets SET watch_at = (SELECT at FROM ticket_watches WHERE ticket_id = tickets.id)"
        " WHERE id IN (SELECT ticket_id FROM ticket_watches)"
    )
    op.create_index("ix_tickets_watch_at", "tickets", ["watch_at"])
    op.drop_index("ix_ticket_watches_at", table_name="ticket_watches")
    op.drop_table("ticket_watches")
