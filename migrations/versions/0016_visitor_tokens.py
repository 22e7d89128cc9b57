"""Tokens of web visitors: revocable, and stored as digests.

Tokens that were signed before end with this change, because they can't be revoked.

Revision: 0016, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visitor_tokens",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("visitor_id", sa.String(length=36), nullable=False),
        sa.Column("former", sa.String(length=64), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_visitor_tokens")),
    )
    op.create_index("ix_visitor_tokens_seen_at", "visitor_tokens", ["seen_at"])
    op.create_index(op.f("ix_visitor_tokens_visitor_id"), "visitor_tokens", ["visitor_id"])


def downgrade() -> None:
    op.drop_table("visitor_tokens")
