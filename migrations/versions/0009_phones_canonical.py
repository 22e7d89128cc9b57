"""Phones in their one written form, and the key each ticket is found by made anew from it.

0554-6660000 and 05546660000 were two persons. Needs the data key, as phones are encrypted.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

from core.phone import canonical
from core.privacy import lookup_key
from core.sealing import as_before, encrypted_before

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_AT_ONCE = 500
_TICKETS = sa.table("tickets", sa.column("id"), sa.column("contact_phone"), sa.column("contact_key"))


def upgrade() -> None:
    connection = op.get_bind()
    last = ""
    while True:
        rows = connection.execute(
            sa.select(_TICKETS.c.id, _TICKETS.c.contact_phone)
            .where(_TICKETS.c.id > last, _TICKETS.c.contact_phone.is_not(None))
            .order_by(_TICKETS.c.id)
            .limit(_AT_ONCE)
        ).all()
        for ticket, kept in rows:
            said = as_before(kept)
            number = canonical(said)
            if number is not None and number != said:
                connection.execute(
                    _TICKETS.update()
                    .where(_TICKETS.c.id == ticket)
                    .values(contact_phone=encrypted_before(number), contact_key=lookup_key(number))
                )
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id


def downgrade() -> None:
    """Nothing: the former form was one of many writings and is a phone number still."""
