"""What was heard of answers that were redone, so that the figures count every answer that was asked about.

Of tickets that were redone before, only the last answer is known.

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_heard",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_heard_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_heard"),
    )
    op.create_index("ix_ticket_heard_ticket_id", "ticket_heard", ["ticket_id"])
    op.create_index("ix_ticket_heard_counted", "ticket_heard", ["approved_at", "result", "satisfied"])


def downgrade() -> None:
    """Back to before; what was heard of answers that were redone is lost."""
    op.drop_table("ticket_heard")
