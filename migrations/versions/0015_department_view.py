"""查看记录 (who saw masked data in clear), and wrong query codes by visitor and address.

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_reveals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["desk_users.id"], name="fk_desk_reveals_user_id_desk_users"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_reveals"),
    )
    with op.batch_alter_table("desk_reveals", schema=None) as batch_op:
        batch_op.create_index("ix_desk_reveals_user_id_at", ["user_id", "at"], unique=False)
        batch_op.create_index("ix_desk_reveals_subject", ["subject"], unique=False)
    with op.batch_alter_table("ticket_code_failures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visitor", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("source", sa.String(length=64), server_default="", nullable=False))
        batch_op.create_index("ix_ticket_code_failures_visitor", ["visitor"], unique=False)
        batch_op.create_index("ix_ticket_code_failures_source", ["source"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket_code_failures", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_code_failures_source")
        batch_op.drop_index("ix_ticket_code_failures_visitor")
        batch_op.drop_column("source")
        batch_op.drop_column("visitor")
    op.drop_table("desk_reveals")
