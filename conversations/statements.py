"""The SQL statements that every message needs, built once.

Building a statement and its cache key takes SQLAlchemy longer than SQLite needs to run it. A frequent statement
that is built once takes a third of the time. Names of parameters begin with ``p_``, so that none is mistaken for a
column.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, case, func, insert, or_, select, update

from conversations.models import Conversation, ConversationEvent, Delivery, MessageRow, Turn
from core.database import UtcDateTime

_CONVERSATIONS: Any = Conversation.__table__
_MESSAGES: Any = MessageRow.__table__
_TURNS: Any = Turn.__table__
_DELIVERIES: Any = Delivery.__table__
_EVENTS: Any = ConversationEvent.__table__
_c, _m, _t, _d = _CONVERSATIONS.c, _MESSAGES.c, _TURNS.c, _DELIVERIES.c

_moment = bindparam("p_moment", type_=UtcDateTime())
_until = bindparam("p_until", type_=UtcDateTime())
_owner: Any = bindparam("p_owner")
_woken = case((_c.stage == "idle", "active"), else_=_c.stage)
"""The stage after a message. Only the citizen's own message opens a closed conversation (inbox)."""
_free = or_(_c.lease_owner.is_(None), _c.lease_owner == _owner, _c.lease_until < _moment)

MESSAGES_A_TURN = 10
"""Most messages of one turn. This many messages are read to find all buttons of the last turn."""

ARRIVE = (
    update(_CONVERSATIONS)
    .where(
        _c.channel == bindparam("p_channel"),
        _c.account == bindparam("p_account"),
        _c.user_id == bindparam("p_user"),
    )
    .values(
        last_seq=_c.last_seq + 1,
        updated_at=_moment,
        stage=_woken,
        lease_owner=case((_free, _owner), else_=_c.lease_owner),
        lease_until=case((_free, _until), else_=_c.lease_until),
    )
    .returning(_c.id, _c.last_seq, _c.mode, _c.lease_owner, _c.stage, _c.takes)
)
"""Take the next ``seq``, and the lease when it is free. It returns id, seq, mode, owner of the lease, stage, and takes."""

OPEN_AGAIN = update(_CONVERSATIONS).where(_c.id == bindparam("p_id")).values(stage="active")
"""Open a closed conversation again."""

OPEN_CONVERSATION = insert(_CONVERSATIONS)
"""Insert a conversation."""
WRITE_MESSAGE = insert(_MESSAGES)
"""Insert a message."""
OPEN_TURN = insert(_TURNS)
"""Insert a turn."""
WRITE_EVENT = insert(_EVENTS).values(
    nth=select(func.coalesce(func.max(_EVENTS.c.nth), 0) + 1)
    .where(_EVENTS.c.conversation_id == bindparam("p_id"))
    .scalar_subquery()
)
"""Insert an event with the next ``nth``.

The caller has locked the conversation's row, so no other event gets the same number.
"""

NEXT_SEQ = (
    update(_CONVERSATIONS)
    .where(_c.id == bindparam("p_id"))
    .values(last_seq=_c.last_seq + 1, updated_at=_moment, stage=_woken)
    .returning(_c.last_seq)
)
"""Take the next ``seq`` and return it."""
LAST_SEQ = (
    update(_CONVERSATIONS)
    .where(_c.id == bindparam("p_id"))
    .values(last_seq=_c.last_seq + 1, updated_at=_moment, stage=_woken, lease_owner=None, lease_until=None)
    .returning(_c.last_seq)
)
"""Same as :data:`NEXT_SEQ`, and release the lease."""

FACTS = select(_c.facts).where(_c.id == bindparam("p_id"))
"""Return the facts of a conversation."""
FACTS_LOCKED = FACTS.with_for_update()
"""Same as :data:`FACTS`, and lock the row until the end of the transaction."""
KEEP_FACTS = update(_CONVERSATIONS).where(_c.id == bindparam("p_id")).values(facts=bindparam("p_facts"))
"""Replace the facts of a conversation."""

LOCK = select(_c.mode, _c.channel, _c.takes).where(_c.id == bindparam("p_id")).with_for_update()
"""Return mode, channel and takes, and lock the row until the end of the transaction."""

END_TURN = (
    update(_TURNS)
    .where(_t.id == bindparam("p_turn"), _t.state == "open")
    .values(state="done", answered_by=bindparam("p_by"), done_at=_moment)
    .returning(_t.id, _t.reported)
)
"""End an open turn. Returns its id and what actions reported; no row when it has already ended."""

STATE_OF_TURN = select(_t.state).where(_t.id == bindparam("p_turn"))
"""Return whether a turn is open or done."""

REPORT = (
    update(_TURNS)
    .where(
        _t.id == bindparam("p_turn"), _t.conversation_id == bindparam("p_conversation"), _t.state == "open"
    )
    .values(reported=bindparam("p_report"))
    .returning(_t.id)
)
"""Keep what actions report about an open turn. Returns its id; no row when it has ended."""

ANOTHER_OPEN_TURN = (
    select(_t.id)
    .where(_t.conversation_id == bindparam("p_id"), _t.state == "open", _t.id != bindparam("p_turn"))
    .limit(1)
)
"""Return the id of an open turn other than ``p_turn``, when there is any."""

LATEST_SAID = (
    select(_m.sender, _m.turn_id, _m.buttons)
    .where(_m.conversation_id == bindparam("p_id"), _m.direction == "out")
    .order_by(_m.seq.desc())
    .limit(MESSAGES_A_TURN)
)
"""The last messages to the citizen, newest first."""

DUE_NOW = (
    update(_DELIVERIES)
    .where(_d.conversation_id == bindparam("p_id"), _d.state == "pending", _d.next_attempt_at > _moment)
    .values(next_attempt_at=_moment)
    .returning(_d.id)
)
"""Make the owed parts of a conversation that are due later than ``p_moment`` due then. Returns their ids."""
OWED = select(_d.id).where(_d.conversation_id == bindparam("p_id"), _d.state == "pending").limit(1)
"""Return the id of one owed part of a conversation, when there is any."""
