"""The list of citizens to call about an answer, and saved views of the list of tickets.

Who waits for a callback already, and left a phone, is to be called at once.

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("call_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("called_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index("ix_tickets_call_at", ["call_at"])
        batch.create_index("ix_tickets_heard", ["approved_at", "state", "callback", "satisfied"])
    op.create_table(
        "desk_views",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"], name="fk_desk_views_user_id_desk_users"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_views"),
    )
    op.create_index("ix_desk_views_user_id", "desk_views", ["user_id"])
    tickets = sa.table(
        "tickets",
        *(sa.column(name) for name in ("state", "callback", "contact_key", "approved_at", "call_at")),
    )
    waits = (tickets.c.state == "pending_callback") & (tickets.c.callback == "")
    op.execute(
        tickets.update()
        .where(waits & tickets.c.contact_key.is_not(None))
        .values(call_at=tickets.c.approved_at)
    )


def downgrade() -> None:
    """Back to before; saved views, and who was to be called, are lost."""
    op.drop_index("ix_desk_views_user_id", table_name="desk_views")
    op.drop_table("desk_views")
    with op.batch_alter_table("tickets") as batch:
        batch.drop_index("ix_tickets_heard")
        batch.drop_index("ix_tickets_call_at")
        batch.drop_column("called_at")
        batch.drop_column("call_at")
