"""What connected systems asked for with each of their idempotency keys.

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_keys",
        sa.Column("partner_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name="fk_partner_keys_partner_id_partners"),
        sa.PrimaryKeyConstraint("partner_id", "key", name="pk_partner_keys"),
    )
    op.create_index("ix_partner_keys_created_at", "partner_keys", ["created_at"])


def downgrade() -> None:
    """Back to before; a key then answers for what was first done with it, whatever is asked."""
    op.drop_index("ix_partner_keys_created_at", table_name="partner_keys")
    op.drop_table("partner_keys")
