"""When a ticket became urgent after its filing, and how many citizens are known to have told the same.

Revision: 0030, after 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_INDEX = "ix_tickets_reported"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("urgent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("reporters", sa.Integer(), server_default="1", nullable=False))
    op.create_index(
        _INDEX,
        "tickets",
        ["id", "department_id", "state", "district", "category", "type", "reporters"],
        sqlite_where=sa.text("reporters > 1"),
        postgresql_where=sa.text("reporters > 1"),
    )


def downgrade() -> None:
    """Back to before; what was counted is lost."""
    op.drop_index(_INDEX, table_name="tickets")
    op.drop_column("tickets", "reporters")
    op.drop_column("tickets", "urgent_at")
