"""The life of a ticket: version, rounds, replies, callback, what the clock looks at, and the dispatches.

Open tickets get their next deadline as what the clock looks at next; it counts anew then.

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_FINAL = ("closed", "declined", "answered_directly", "merged", "withdrawn")


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        for name in ("version",):
            batch.add_column(sa.Column(name, sa.Integer(), server_default="1", nullable=False))
        for name in ("added_days", "returns", "extensions", "suspensions", "urges", "redos", "unreached"):
            batch.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        for name in ("asked_days", "satisfied"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in (
            "due_from",
            "next_due_at",
            "watch_at",
            "replied_at",
            "approved_at",
            "suspended_at",
            "suspended_until",
            "supervised_at",
        ):
            batch.add_column(sa.Column(name, _MOMENT, nullable=True))
        for name in ("public_reply", "confidential_reply", "callback_why"):
            batch.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("callback", sa.String(length=12), server_default="", nullable=False))
        batch.add_column(sa.Column("disputed", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.drop_index("ix_tickets_department_id")
        batch.create_index("ix_tickets_department_id_id", ["department_id", "id"])
        batch.create_index("ix_tickets_department_id_next_due_at", ["department_id", "next_due_at"])
        batch.create_index("ix_tickets_urgency_id", ["urgency", "id"])
        batch.create_index("ix_tickets_disputed_id", ["disputed", "id"])
        batch.create_index("ix_tickets_supervised_at_id", ["supervised_at", "id"])
        batch.create_index("ix_tickets_district_id", ["district", "id"])
        batch.create_index("ix_tickets_category_id", ["category", "id"])
        batch.create_index("ix_tickets_next_due_at_id", ["next_due_at", "id"])
        batch.create_index("ix_tickets_watch_at", ["watch_at"])
    op.create_table(
        "ticket_dispatches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("department_id", sa.String(length=36), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_ticket_dispatches_department_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_dispatches_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_dispatches")),
    )
    op.create_index("ix_ticket_dispatches_ticket_id", "ticket_dispatches", ["ticket_id"])
    op.create_index("ix_ticket_dispatches_category_at", "ticket_dispatches", ["category", "at"])
    op.create_index("ix_ticket_dispatches_department_id_lead", "ticket_dispatches", ["department_id", "lead"])
    tickets = sa.table(
        "tickets",
        *(
            sa.column(name)
            for name in ("state", "sign_due_at", "reply_due_at", "close_due_at", "next_due_at", "watch_at")
        ),
    )
    first = sa.func.coalesce(tickets.c.sign_due_at, tickets.c.reply_due_at, tickets.c.close_due_at)
    op.execute(
        tickets.update().where(tickets.c.state.not_in(_FINAL)).values(next_due_at=first, watch_at=first)
    )


def downgrade() -> None:
    """Back to before; what the new columns hold is lost."""
    for name in ("department_id_lead", "category_at", "ticket_id"):
        op.drop_index(f"ix_ticket_dispatches_{name}", table_name="ticket_dispatches")
    op.drop_table("ticket_dispatches")
    with op.batch_alter_table("tickets") as batch:
        for name in (
            *("watch_at", "next_due_at_id", "category_id", "district_id", "department_id_id"),
            *("department_id_next_due_at", "urgency_id", "disputed_id", "supervised_at_id"),
        ):
            batch.drop_index(f"ix_tickets_{name}")
        batch.create_index("ix_tickets_department_id", ["department_id"])
        for name in (
            "version", "added_days", "returns", "extensions", "suspensions", "urges", "redos", "unreached",
            "asked_days", "satisfied", "due_from", "next_due_at", "watch_at", "replied_at", "approved_at", "suspended_at",
            "suspended_until", "supervised_at", "public_reply", "confidential_reply", "callback_why", "callback", "disputed",
        ):  # fmt: skip
            batch.drop_column(name)
