"""Details of a ticket: what the form asked for beyond the columns. Its deadlines, counted when it is filed.

``deadline_at`` was never written and goes. Tickets filed before have no deadlines.

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("details", sa.JSON(), server_default="[]", nullable=False))
        batch_op.drop_index(batch_op.f("ix_tickets_deadline_at"))
        batch_op.drop_column("deadline_at")
        for name in ("sign_due_at", "reply_due_at", "close_due_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("due_rule", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("due_basis", sa.String(length=150), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("due_provisional", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_tickets_close_due_at"), ["close_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_due_provisional"), ["due_provisional"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_due_provisional"))
        batch_op.drop_index(batch_op.f("ix_tickets_close_due_at"))
        for name in (
            "due_provisional",
            "due_basis",
            "due_rule",
            "close_due_at",
            "reply_due_at",
            "sign_due_at",
        ):
            batch_op.drop_column(name)
        batch_op.add_column(sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_tickets_deadline_at"), ["deadline_at"], unique=False)
        batch_op.drop_column("details")
