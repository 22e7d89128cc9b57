"""Lists of tickets by any filter, and searches for words, from an index; when a citizen last urged; until when a supervisor decides.

A merged ticket is had by whoever leads the one into which it was merged, so it has no department of its own any more. What waits for
a supervisor's decision is due now, because nothing limited it before.

Revision: 0019, after 0018
"""

import re
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_INDEXES = {
    "type_id": ["type", "id"],
    "state_next_due_at_id": ["state", "next_due_at", "id"],
    "department_id_state_id": ["department_id", "state", "id"],
    "department_id_next_due_at_id": ["department_id", "next_due_at", "id"],
    "number_id": ["number", "id"],
}
_FEW = {
    "open": "closed_at IS NULL",
    "supervised": "supervised_at IS NOT NULL",
    "returned": "returns > 0",
}
_TABLES = (
    "CREATE TABLE ticket_search (seq INTEGER PRIMARY KEY, ticket_id VARCHAR(36) NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE ticket_words USING fts5(tokens, content='', detail=none, tokenize='ascii')",
)
_TRIGGERS = (
    "CREATE TRIGGER ticket_words_added AFTER INSERT ON tickets BEGIN INSERT INTO ticket_search(ticket_id) VALUES (new.id); INSERT INTO ticket_words(rowid, tokens) SELECT seq, new.search_tokens FROM ticket_search WHERE ticket_id = new.id; END",
    "CREATE TRIGGER ticket_words_changed AFTER UPDATE OF search_tokens ON tickets WHEN old.search_tokens IS NOT new.search_tokens BEGIN INSERT INTO ticket_words(ticket_words, rowid, tokens) SELECT 'delete', seq, old.search_tokens FROM ticket_search WHERE ticket_id = old.id; INSERT INTO ticket_words(rowid, tokens) SELECT seq, new.search_tokens FROM ticket_search WHERE ticket_id = new.id; END",
    "CREATE TRIGGER ticket_words_removed AFTER DELETE ON tickets BEGIN INSERT INTO ticket_words(ticket_words, rowid, tokens) SELECT 'delete', seq, old.search_tokens FROM ticket_search WHERE ticket_id = old.id; DELETE FROM ticket_search WHERE ticket_id = old.id; END",
)
_FINAL = ("closed", "declined", "answered_directly", "merged", "withdrawn")


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("urged_at", _MOMENT, nullable=True))
        batch.add_column(sa.Column("decide_due_at", _MOMENT, nullable=True))
        batch.drop_index("ix_tickets_supervised_at_id")
        batch.drop_index("ix_tickets_department_id_next_due_at")
        for name, columns in _INDEXES.items():
            batch.create_index(f"ix_tickets_{name}", columns)
    for name, where in _FEW.items():
        op.create_index(
            f"ix_tickets_{name}",
            "tickets",
            ["id"],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_index(
        "ix_tickets_counted",
        "tickets",
        ["department_id", "state", "next_due_at", "urgency", "supervised_at", "disputed", "returns", "id"],
        sqlite_where=sa.text(_FEW["open"]),
        postgresql_where=sa.text(_FEW["open"]),
    )
    _index_words()
    moments = ("decide_due_at", "next_due_at", "watch_at", "closed_at", "updated_at")
    tickets = sa.table(
        "tickets",
        *(sa.column(name) for name in ("state", "department_id", "disputed")),
        *(sa.column(name, _MOMENT) for name in moments),
    )
    op.execute(tickets.update().where(tickets.c.state == "merged").values(department_id=None))
    ended = tickets.c.state.in_(_FINAL) & tickets.c.closed_at.is_(None)
    op.execute(tickets.update().where(ended).values(closed_at=tickets.c.updated_at))
    now = datetime.now(UTC)
    waiting = (tickets.c.state == "pending_callback") & tickets.c.disputed.is_(True)
    op.execute(tickets.update().where(waiting).values(decide_due_at=now, next_due_at=now, watch_at=now))


def _index_words() -> None:
    """Put a space between the tokens of each ticket, and make the index of them."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(
            "UPDATE tickets SET search_tokens = regexp_replace(search_tokens, '(.)([A-Z])', '\\1 \\2', 'g')"
        )
        op.execute("CREATE INDEX ix_tickets_words ON tickets USING gin (string_to_array(search_tokens, ' '))")
        return
    last = ""
    while True:
        found = connection.execute(
            sa.text("SELECT id, search_tokens FROM tickets WHERE id > :last ORDER BY id LIMIT 1000"),
            {"last": last},
        ).all()
        if not found:
            break
        last = found[-1].id
        connection.execute(
            sa.text("UPDATE tickets SET search_tokens = :tokens WHERE id = :id"),
            [{"id": row.id, "tokens": re.sub("(?<=.)(?=[A-Z])", " ", row.search_tokens)} for row in found],
        )
    for statement in _TABLES:
        op.execute(statement)
    op.execute("INSERT INTO ticket_search(ticket_id) SELECT id FROM tickets ORDER BY id")
    op.execute(
        "INSERT INTO ticket_words(rowid, tokens)"
        " SELECT seq, search_tokens FROM ticket_search JOIN tickets ON tickets.id = ticket_id"
    )
    for statement in _TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Back to before; the new moments are lost."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_tickets_words")
    else:
        for name in ("added", "changed", "removed"):
            op.execute(f"DROP TRIGGER ticket_words_{name}")
        op.execute("DROP TABLE ticket_words")
        op.execute("DROP TABLE ticket_search")
    op.execute("UPDATE tickets SET search_tokens = replace(search_tokens, ' ', '')")
    for name in (*_FEW, *_INDEXES, "counted"):
        op.drop_index(f"ix_tickets_{name}", table_name="tickets")
    with op.batch_alter_table("tickets") as batch:
        batch.create_index("ix_tickets_supervised_at_id", ["supervised_at", "id"])
        batch.create_index("ix_tickets_department_id_next_due_at", ["department_id", "next_due_at"])
        batch.drop_column("decide_due_at")
        batch.drop_column("urged_at")
