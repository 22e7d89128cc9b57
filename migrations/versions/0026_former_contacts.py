"""A ticket keeps the names and numbers that its citizen changed, so that no department reads the old ones with 保密.

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a copy of the table, which would leave its triggers behind.
    op.add_column("tickets", sa.Column("former_contacts", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Back to before."""
    op.drop_column("tickets", "former_contacts")
