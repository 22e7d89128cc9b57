"""Tables of tickets: tickets, what is found of them, their history, photos, dispatches and redone answers, departments, two counters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    DDL,
    Boolean,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    event,
    false,
    insert,
    inspect,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedJson, EncryptedText, lookup_key
from core.resealing import KEYED
from core.search_tokens import tokens
from core.text import plain
from tickets import word_index
from tickets.lifecycle import refuse_illegal
from tickets.states import State

_OTHERS = ("department_id", "state", "district", "category", "type")
"""What most lists are narrowed by. Each of these stands in each index of a list: so whatever else is wanted, the index alone says which
tickets fit, and only the rows of a page are read."""
INDEXES = {
    **{f"{one}_id": (one, "id", *(other for other in _OTHERS if other != one)) for one in _OTHERS},
    "disputed_id": ("disputed", "id"),
    "number_id": ("number", "id"),
    "contact_key_id": ("contact_key", "id"),
    "name_key_id": ("name_key", "id"),
    "updated_at": ("updated_at",),
    # What is counted of the answers stands in it (:func:`tickets.calls.heard`).
    "heard": ("approved_at", "state", "callback", "satisfied"),
}
"""Name → columns of the indexes of all tickets."""
_MARKS = ("urgency", "supervised_at", "disputed", "returns")
FEW = {
    # What is counted of the open ones stands in it, too (:mod:`tickets.counting`).
    "open": ("closed_at IS NULL", ("id", *_OTHERS, "next_due_at", *_MARKS)),
    "due": ("next_due_at IS NOT NULL", ("next_due_at", "id", *_OTHERS, *_MARKS, "closed_at")),
    "urgent": ("urgency IS NOT NULL", ("id", *_OTHERS, "urgency")),
    "supervised": ("supervised_at IS NOT NULL", ("id", *_OTHERS)),
    "returned": ("returns > 0", ("id", *_OTHERS, "returns")),
    "reported": ("reporters > 1", ("id", *_OTHERS, "reporters")),
    "confidential": ("confidential", ("department_id", "id")),
}
"""Name → condition and columns of the indexes of what few tickets are. A query has to name the condition itself to be read from one."""
END_DIGITS = 5
"""Digits of the end of a number that an index has: those that differ within a day."""
NUMBER_END = f"substr(number, length(number) - {END_DIGITS - 1})"


class Department(Base):
    """承办单位: an office that handles tickets."""

    __tablename__ = "departments"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TicketRow(Base):
    """One request that a citizen filed. Its id is a UUIDv7, so ids sort by the time of filing."""

    __tablename__ = "tickets"
    __table_args__ = (
        *(Index(f"ix_tickets_{name}", *columns) for name, columns in INDEXES.items()),
        *(
            Index(f"ix_tickets_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))
            for name, (where, columns) in FEW.items()
        ),
        Index("ix_tickets_number_end", text(NUMBER_END), "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    filing_key: Mapped[str] = mapped_column(String(200), unique=True)
    """The caller's key of this filing. Filing with the same key again finds this ticket."""
    query_code: Mapped[str] = mapped_column(EncryptedText)
    """查询码 for asking about progress (:mod:`core.codes`).

    Encrypted, not hashed, because its citizen's own page shows it whenever the page is opened again.
    """

    type: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(80), default="")
    district: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(EncryptedText, default="")
    happened_at: Mapped[str] = mapped_column(EncryptedText, default="")
    """When it happened, in the citizen's own words."""
    content: Mapped[str] = mapped_column(EncryptedText)
    subject: Mapped[str] = mapped_column(EncryptedText, default="")
    """涉及对象: the person or thing that the request is about."""
    contact_name: Mapped[str | None] = mapped_column(EncryptedText, default=None)
    contact_phone: Mapped[str | None] = mapped_column(EncryptedText, default=None)
    contact_key: Mapped[str | None] = mapped_column(String(64), default=None)
    """Keyed digest of the phone (:func:`core.privacy.lookup_key`), to find tickets of the same person."""
    name_key: Mapped[str | None] = mapped_column(String(64), default=None)
    """Keyed digest of the name (:func:`name_key`), to find tickets by it. Older tickets have none until a new key seals them."""
    former_contacts: Mapped[list[dict[str, str]]] = mapped_column(
        EncryptedJson, default=list, server_default="[]"
    )
    """Names and numbers of the citizen that were changed after filing: ``[{"name" or "phone", "key"}, …]``, oldest first; ``key`` is that
    of the change. What was written before a change may still tell them; and a change may be taken back."""
    latitude: Mapped[float | None] = mapped_column(EncryptedJson, default=None)
    """Degrees, -90 to 90, of the point that the citizen sent."""
    longitude: Mapped[float | None] = mapped_column(EncryptedJson, default=None)
    """Degrees, -180 to 180."""
    place_label: Mapped[str] = mapped_column(EncryptedText, default="", server_default="")
    """The address that the citizen's device gave the point."""
    details: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson, default=list, server_default="[]")
    """What the form asked for beyond the columns: ``[{"name", "label", "value"}, …]``, checked when filed."""
    confidential: Mapped[bool] = mapped_column(Boolean, default=False)
    """保密: whether the department must not see who the citizen is."""
    channel: Mapped[str] = mapped_column(String(20), default="")
    conversation_id: Mapped[str | None] = mapped_column(String(36), index=True, default=None)

    state: Mapped[str] = mapped_column(String(20), default=State.PENDING_ACCEPTANCE)
    """Written by :func:`tickets.lifecycle.enter` only."""
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """Raised by each move, so that nobody overwrites what somebody else did meanwhile."""
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), default=None)
    """主办单位: the lead department."""
    urgency: Mapped[str | None] = mapped_column(String(20), default=None)
    """``urgent``, ``emergency``, or nothing (:mod:`tickets.urgency`)."""
    urgent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When it became as urgent as that, when that was after its filing: its shorter time runs from then."""
    sign_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Deadlines, counted by :mod:`tickets.deadlines`; None where no rule limits the step."""
    reply_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    close_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=None)
    due_rule: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Name of the rule in the city's ``deadlines.yml``; empty when none fitted."""
    due_basis: Mapped[str] = mapped_column(String(150), default="", server_default="")
    """The document on which the rule is based; empty for an example, which citizens are not told."""
    due_provisional: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false(), index=True)
    """Whether holidays that are not announced yet may change the deadlines."""
    due_from: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the time for the answer began to run anew (重办); None: when the ticket was filed."""
    added_days: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Working days that extensions and suspensions added to the deadlines for answer and settlement."""
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """The deadline of the step that is due first; None when none is left or the ticket is suspended."""
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    returns: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How often the ticket was returned (退单)."""
    extensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    asked_days: Mapped[int | None] = mapped_column(Integer, default=None)
    """Working days of the extension that is asked for."""
    suspensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    suspended_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    supervised_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    urges: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    urged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the citizen last asked to hurry (催办); what the staff notes of a caller does not count."""
    redos: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    public_reply: Mapped[str] = mapped_column(EncryptedText, default="", server_default="")
    """What the citizen is told: the department's answer, a direct answer, or why the hotline may not take it up."""
    confidential_reply: Mapped[str] = mapped_column(EncryptedText, default="", server_default="")
    """What the department tells the hotline only."""
    unreached: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Days on which calls of the hotline did not reach the citizen."""
    call_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=None)
    """From when the citizen stands in the list of calls (:mod:`tickets.calls`); None: nobody has to call."""
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the last call was that did not reach the citizen."""
    callback: Mapped[str] = mapped_column(String(12), default="", server_default="")
    """Result of the callback: ``solved``, ``unsolved``, ``unreached``, ``unanswered``; empty: none yet."""
    satisfied: Mapped[int | None] = mapped_column(Integer, default=None)
    """1 (very dissatisfied) to 5."""
    callback_why: Mapped[str] = mapped_column(EncryptedText, default="", server_default="")
    disputed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether a supervisor has to decide: the citizen is dissatisfied again after it was redone, or did not say with what."""
    decide_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Until when; None when there is nothing to decide."""
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True, default=None)
    """并单: the ticket into which this one was merged."""
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True, default=None)
    """The earlier ticket of the same citizen about the same matter (:mod:`tickets.repeats`)."""
    reporters: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """How many citizens are known to have told the same of the same place, this one's among them."""
    anonymous_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When everything that names people was removed (:mod:`tickets.retention`)."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the staff last changed fields after the filing (:mod:`tickets.editing`)."""
    search_tokens: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Keyed tokens of content and address (:mod:`core.search_tokens`), because encrypted text can't be searched."""


def name_key(name: str) -> str:
    """A name as its digest is made of it: without spaces, and apart from the digests of phones.

    >>> name_key(" 张 某某")
    'name 张某某'
    """
    return f"name {plain(name)}"


def _keyed(clear: Mapping[str, str]) -> dict[str, Any]:
    """The columns that depend on the data key, made anew for another key (:data:`core.resealing.KEYED`)."""
    phone, name = clear["contact_phone"], clear["contact_name"]
    return {
        "name_key": lookup_key(name_key(name)) if name else None,
        "contact_key": lookup_key(phone) if phone else None,
        "search_tokens": tokens(clear["content"], clear["address"]),
    }


_TABLE = cast(Table, TicketRow.__table__)
_TABLE.info[KEYED] = _keyed
for _dialect, _statements in (("sqlite", word_index.SQLITE), ("postgresql", word_index.POSTGRESQL)):
    for _statement in _statements:
        made: Any = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(_TABLE, "after_create", made.execute_if(dialect=_dialect))


@event.listens_for(TicketRow, "before_insert")
@event.listens_for(TicketRow, "before_update")
def _make_findable(_mapper: Any, _connection: Any, row: TicketRow) -> None:
    history = inspect(row).attrs
    if history.contact_name.history.added:
        row.name_key = lookup_key(name_key(row.contact_name)) if row.contact_name else None
    if not row.search_tokens or history.content.history.added or history.address.history.added:
        row.search_tokens = tokens(row.content, row.address or "")


@event.listens_for(TicketRow.state, "set")
def _keep_to_the_table(_row: TicketRow, after: str, before: object, _token: Any) -> None:
    refuse_illegal(before, after)


class TicketWatchRow(Base):
    """When the clock has to look at a ticket next (:mod:`tickets.watches`). One that it never looks at has no row."""

    __tablename__ = "ticket_watches"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class TicketShownRow(Base):
    """Keyed tokens of what departments may read of a ticket with 保密, to find it by (:mod:`tickets.shown`)."""

    __tablename__ = "ticket_shown"
    __table_args__ = ({"sqlite_with_rowid": False},)

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    made_by: Mapped[str] = mapped_column(String(24), default="", index=True)
    """By which rules and key; empty: not made since the ticket was changed."""
    tokens: Mapped[str] = mapped_column(Text, default="")


_SHOWN_OF = (
    *("confidential", "content", "address", "category", "district"),
    *("contact_name", "contact_phone", "former_contacts"),
)
"""What decides what a department may read."""


@event.listens_for(TicketRow, "after_update")
def _forget_shown(mapper: Any, connection: Connection, row: TicketRow) -> None:
    """Whatever changes what a department may read has its tokens made anew, in the same transaction."""
    history = inspect(row).attrs
    if any(history[name].history.added for name in _SHOWN_OF):
        table = cast(Table, TicketShownRow.__table__)
        connection.execute(delete(table).where(table.c.ticket_id == row.id))
        _await_shown(mapper, connection, row)


@event.listens_for(TicketRow, "after_insert")
def _await_shown(_mapper: Any, connection: Connection, row: TicketRow) -> None:
    table = cast(Table, TicketShownRow.__table__)
    if row.confidential:
        connection.execute(insert(table).values(ticket_id=row.id, made_by="", tokens=""))


class TicketDispatchRow(Base):
    """A department that a ticket was dispatched to. A suggestion learns from how it went."""

    __tablename__ = "ticket_dispatches"
    __table_args__ = (
        Index("ix_ticket_dispatches_category_at", "category", "at"),
        Index("ix_ticket_dispatches_held", "department_id", "lead", "ended_at", "ticket_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("departments.id"))
    lead: Mapped[bool] = mapped_column(Boolean)
    """Whether it is the lead department (主办); else it assists (协办)."""
    category: Mapped[str] = mapped_column(String(80))
    district: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the ticket was taken from the department again; None: it has it, or had it until the end."""
    returned: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the hotline agreed that the department was the wrong one."""


class TicketHeardRow(Base):
    """What was heard of an answer that was redone since. The last answer's stands in :class:`TicketRow` itself."""

    __tablename__ = "ticket_heard"
    __table_args__ = (Index("ix_ticket_heard_counted", "approved_at", "result", "satisfied"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), index=True)
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the answer was reviewed."""
    result: Mapped[str] = mapped_column(String(12))
    """See :attr:`TicketRow.callback`; empty: it was redone before its citizen was heard."""
    satisfied: Mapped[int | None] = mapped_column(Integer, default=None)
    """1 (very dissatisfied) to 5."""


class TicketEventRow(Base):
    """One change of a ticket: who, when, what.

    Written in the transaction of the change, never changed later.
    """

    __tablename__ = "ticket_events"
    __table_args__ = (UniqueConstraint("ticket_id", "key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[str | None] = mapped_column(String(36), default=None)
    actor: Mapped[str] = mapped_column(String(60))
    """Name of the actor at that time."""
    action: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str | None] = mapped_column(String(20), default=None)
    to_state: Mapped[str | None] = mapped_column(String(20), default=None)
    note: Mapped[str] = mapped_column(EncryptedText, default="")
    key: Mapped[str | None] = mapped_column(String(200), default=None)
    """The caller's key. A second change of the ticket with the same key is not made."""


class TicketPhotoRow(Base):
    """A photo that belongs to a ticket. The photo itself is kept with its conversation, under the same id."""

    __tablename__ = "ticket_photos"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    image_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TicketCounter(Base):
    """The last ticket number of a day."""

    __tablename__ = "ticket_counters"

    day: Mapped[str] = mapped_column(String(16), primary_key=True)
    """Prefix and day, such as ``HN20261123``."""
    last: Mapped[int] = mapped_column(Integer)
    """The last number given on this day, from 1."""


class CodeFailure(Base):
    """A wrong query code. It is deleted when it no longer counts (:data:`tickets.lookup.WINDOW`)."""

    __tablename__ = "ticket_code_failures"
    __table_args__ = (Index("ix_ticket_code_failures_number_at", "number", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(24))
    visitor: Mapped[str] = mapped_column(String(64), default="", server_default="", index=True)
    """Keyed digest of who tried; empty when not known."""
    source: Mapped[str] = mapped_column(String(64), default="", server_default="", index=True)
    """Keyed hash of the address from which it was tried; empty when not known."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
