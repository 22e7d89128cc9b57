"""Connected systems (the city's own work-order system), and what each is still to be told.

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=80), nullable=False),
        sa.Column("department_id", sa.String(length=36), nullable=True),
        sa.Column("webhook_url", sa.String(length=300), nullable=False),
        sa.Column("webhook_secret", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name="fk_partners_department_id_departments"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partners"),
        sa.UniqueConstraint("name", name="uq_partners_name"),
        sa.UniqueConstraint("token_digest", name="uq_partners_token_digest"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("partner_id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_webhook_deliveries_partner_id_partners"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_webhook_deliveries_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("event_id", "partner_id", name="pk_webhook_deliveries"),
    )
    for columns in (["state", "due_at"], ["partner_id", "state"], ["ticket_id"]):
        op.create_index(f"ix_webhook_deliveries_{'_'.join(columns)}", "webhook_deliveries", columns)


def downgrade() -> None:
    """Back to before; the systems have to be connected anew."""
    for columns in (["state", "due_at"], ["partner_id", "state"], ["ticket_id"]):
        op.drop_index(f"ix_webhook_deliveries_{'_'.join(columns)}", table_name="webhook_deliveries")
    op.drop_table("webhook_deliveries")
    op.drop_table("partners")
