"""Indexes from which each list of tickets is read alone, whatever it is narrowed by; the ends of numbers; what changed last.

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_OTHERS = ["department_id", "state", "district", "category", "type"]
_MARKS = ["urgency", "supervised_at", "disputed", "returns"]
_NEW = {
    **{f"{one}_id": [one, "id", *(other for other in _OTHERS if other != one)] for one in _OTHERS},
    "contact_key_id": ["contact_key", "id"],
    "updated_at": ["updated_at"],
}
_FEW = {
    "open": ("closed_at IS NULL", ["id", *_OTHERS, "next_due_at", *_MARKS]),
    "due": ("next_due_at IS NOT NULL", ["next_due_at", "id", *_OTHERS, *_MARKS, "closed_at"]),
    "urgent": ("urgency IS NOT NULL", ["id", *_OTHERS, "urgency"]),
    "supervised": ("supervised_at IS NOT NULL", ["id", *_OTHERS]),
    "returned": ("returns > 0", ["id", *_OTHERS, "returns"]),
    "confidential": ("confidential", ["department_id", "id"]),
}
_OLD = {
    "state_id": ["state", "id"],
    "department_id_id": ["department_id", "id"],
    "department_id_next_due_at_id": ["department_id", "next_due_at", "id"],
    "district_id": ["district", "id"],
    "category_id": ["category", "id"],
    "next_due_at_id": ["next_due_at", "id"],
    "type_id": ["type", "id"],
    "state_next_due_at_id": ["state", "next_due_at", "id"],
    "department_id_state_id": ["department_id", "state", "id"],
    "urgency_id": ["urgency", "id"],
    "contact_key": ["contact_key"],
}
_OLD_FEW = {
    "open": ("closed_at IS NULL", ["id"]),
    "supervised": ("supervised_at IS NOT NULL", ["id"]),
    "returned": ("returns > 0", ["id"]),
    "counted": (
        "closed_at IS NULL",
        [
            "department_id",
            "state",
            "next_due_at",
            "urgency",
            "supervised_at",
            "disputed",
            "returns",
            "id",
        ],
    ),
}


def upgrade() -> None:
    _drop(*_OLD, *_OLD_FEW)
    _make(_NEW, _FEW)
    op.create_index("ix_tickets_number_end", "tickets", [sa.text("substr(number, length(number) - 4)"), "id"])

    op.drop_index("ix_ticket_dispatches_department_id_lead", table_name="ticket_dispatches")
    op.create_index(
        "ix_ticket_dispatches_held", "ticket_dispatches", ["department_id", "lead", "ended_at", "ticket_id"]
    )


def downgrade() -> None:
    """Back to before; nothing is lost."""
    _drop(*_NEW, *_FEW, "number_end")
    _make(_OLD, _OLD_FEW)
    op.drop_index("ix_ticket_dispatches_held", table_name="ticket_dispatches")
    op.create_index("ix_ticket_dispatches_department_id_lead", "ticket_dispatches", ["department_id", "lead"])


def _drop(*names: str) -> None:
    for name in names:
        op.drop_index(f"ix_tickets_{name}", table_name="tickets")


def _make(plain: dict[str, list[str]], few: dict[str, tuple[str, list[str]]]) -> None:
    for name, columns in plain.items():
        op.create_index(f"ix_tickets_{name}", "tickets", columns)
    for name, (where, columns) in few.items():
        condition = sa.text(where)
        op.create_index(
            f"ix_tickets_{name}", "tickets", columns, sqlite_where=condition, postgresql_where=condition
        )
