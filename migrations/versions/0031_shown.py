"""Tokens of what departments may read of tickets with 保密, which are found by it; a job makes them (:mod:`tickets.shown`).
And another job merges SQLite's index of words (:class:`tickets.word_index.Merging`), instead of who adds a ticket.

Revision: 0031, after 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_shown",
        sa.Column("ticket_id", sa.String(36), nullable=False),
        sa.Column("made_by", sa.String(24), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_shown_ticket_id_tickets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_ticket_shown"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO ticket_shown (ticket_id, made_by, tokens) SELECT id, '', '' FROM tickets WHERE confidential"
    )
    op.create_index("ix_ticket_shown_made_by", "ticket_shown", ["made_by"])
    if op.get_context().dialect.name == "sqlite":
        op.execute("INSERT INTO ticket_words(ticket_words, rank) VALUES ('automerge', 0)")


def downgrade() -> None:
    """Back to before; nothing is lost."""
    if op.get_context().dialect.name == "sqlite":
        op.execute("INSERT INTO ticket_words(ticket_words, rank) VALUES ('automerge', 4)")
    op.drop_index("ix_ticket_shown_made_by", table_name="ticket_shown")
    op.drop_table("ticket_shown")
