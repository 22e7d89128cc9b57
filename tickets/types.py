"""The plain values tickets are made of, shared by the assistant's actions and the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.clock import iso
from tickets.states import State

SUMMARY_CHARACTERS = 60
"""Characters of a ticket's content shown in lists."""


class TicketType(StrEnum):
    """诉求类型: what the citizen wants of the hotline; stored as the English code, shown as :attr:`label`."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"

    @property
    def label(self) -> str:
        """The type's name as citizens and agents read it."""
        return _TYPE_LABELS[self]

    @classmethod
    def parse(cls, text: str) -> TicketType | None:
        """The type a code or a Chinese label names; None when it names none.

        >>> TicketType.parse("投诉")
        <TicketType.COMPLAINT: 'complaint'>
        """
        for kind in cls:
            if text in (kind.value, kind.label):
                return kind
        return None


_TYPE_LABELS: dict[TicketType, str] = {
    TicketType.CONSULT: "咨询",
    TicketType.HELP: "求助",
    TicketType.COMPLAINT: "投诉",
    TicketType.REPORT: "举报",
    TicketType.SUGGESTION: "建议",
    TicketType.PRAISE: "表扬",
}


@dataclass(frozen=True)
class TicketDraft:
    """What a citizen confirmed and wants filed; checked when filed (:mod:`tickets.checks`), not when made.

    Args:
        type: a :class:`TicketType`, its code or its Chinese label.
        content: the matter in the citizen's words.
        category: 事项分类, ``一级/二级``; empty when nobody said.
        district: county or district.
        address: place within the district.
        happened_at: when, in the citizen's words.
        subject: 涉及对象, whom or what it is about.
        contact_name: empty for an anonymous filing.
        contact_phone: mobile or landline; empty when nobody shall call back.
        confidential: 保密, keep the citizen's identity from the department.
        channel: where it came in: ``web``, ``wechat``, ``phone`` …
        conversation_id: the conversation it was taken in.
        latitude: of the point on the map the citizen sent, with ``longitude``.
        place_label: the address the citizen's device gave that point.
        photos: ids of the photos that belong to it.
    """

    type: str
    content: str
    category: str = ""
    district: str = ""
    address: str = ""
    happened_at: str = ""
    subject: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    confidential: bool = False
    channel: str = ""
    conversation_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    place_label: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actor:
    """Who does something to a ticket.

    Args:
        kind: ``citizen``, ``agent``, ``department`` or ``system``.
        name: as the history shows it.
        id: the desk user's id, where there is one.
    """

    kind: str
    name: str
    id: str | None = None


CITIZEN = Actor("citizen", "群众")
"""The actor of what a citizen does."""
SYSTEM = Actor("system", "系统")
"""The actor of what happens by itself."""


@dataclass(frozen=True)
class TicketLine:
    """A ticket as lists show it: nothing personal in it."""

    number: str
    type: TicketType
    category: str
    district: str
    state: State
    created_at: datetime
    summary: str
    conversation_id: str | None
    department_id: str | None

    def to_json(self) -> dict[str, Any]:
        """What lists and live events carry: labels to show, codes to compare."""
        return {
            "number": self.number,
            "type": self.type.label,
            "type_code": str(self.type),
            "category": self.category,
            "district": self.district,
            "state": self.state.label,
            "state_code": str(self.state),
            "created_at": iso(self.created_at),
            "summary": self.summary,
            "conversation_id": self.conversation_id,
        }


@dataclass(frozen=True)
class Ticket:
    """A whole ticket. Name and phone are masked; the clear ones come from ``Tickets.contact`` alone."""

    id: str
    number: str
    query_code: str
    type: TicketType
    category: str
    district: str
    address: str
    happened_at: str
    content: str
    subject: str
    contact_name: str
    contact_phone: str
    confidential: bool
    channel: str
    conversation_id: str | None
    state: State
    department_id: str | None
    department: str | None
    urgency: str | None
    created_at: datetime
    updated_at: datetime
    deadline_at: datetime | None
    accepted_at: datetime | None
    dispatched_at: datetime | None
    signed_at: datetime | None
    closed_at: datetime | None
    merged_into: str | None
    parent: str | None
    summary: str
    latitude: float | None = None
    longitude: float | None = None
    place_label: str = ""
    photos: tuple[str, ...] = ()

    @property
    def line(self) -> TicketLine:
        """The ticket as lists show it."""
        return TicketLine(
            number=self.number,
            type=self.type,
            category=self.category,
            district=self.district,
            state=self.state,
            created_at=self.created_at,
            summary=self.summary,
            conversation_id=self.conversation_id,
            department_id=self.department_id,
        )

    def card(self) -> dict[str, Any]:
        """The card a citizen gets after filing; the only place the query code is shown."""
        return {
            "kind": "ticket",
            "number": self.number,
            "query_code": self.query_code,
            "state": self.state.label,
            "type": self.type.label,
            "category": self.category,
        }

    def to_json(self) -> dict[str, Any]:
        """The ticket as the desk shows it, without the query code."""
        return {
            **self.line.to_json(),
            "address": self.address,
            "happened_at": self.happened_at,
            "content": self.content,
            "subject": self.subject,
            "contact_name": self.contact_name,
            "contact_phone": self.contact_phone,
            "confidential": self.confidential,
            "channel": self.channel,
            "department": self.department,
            "urgency": self.urgency,
            "updated_at": iso(self.updated_at),
            "deadline_at": _iso(self.deadline_at),
            "accepted_at": _iso(self.accepted_at),
            "dispatched_at": _iso(self.dispatched_at),
            "signed_at": _iso(self.signed_at),
            "closed_at": _iso(self.closed_at),
            "merged_into": self.merged_into,
            "parent": self.parent,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "place_label": self.place_label,
            "photos": list(self.photos),
        }


@dataclass(frozen=True)
class Contact:
    """A citizen's name and phone in clear; empty where none was given."""

    name: str
    phone: str


@dataclass(frozen=True)
class TicketEvent:
    """One line of a ticket's history."""

    at: datetime
    actor: str
    action: str
    from_state: State | None
    to_state: State | None
    note: str

    def to_json(self) -> dict[str, Any]:
        """The line as the desk shows it: Chinese labels, the action's code beside its label."""
        return {
            "at": iso(self.at),
            "actor": self.actor,
            "action": ACTION_LABELS.get(self.action, self.action),
            "action_code": self.action,
            "from_state": self.from_state.label if self.from_state else None,
            "to_state": self.to_state.label if self.to_state else None,
            "note": self.note,
        }


@dataclass(frozen=True)
class Page:
    """Some tickets of a list, newest first, and where the next page begins (None: there is none)."""

    tickets: tuple[TicketLine, ...]
    next: str | None


ACTION_LABELS = {
    "filed": "登记",
    "urged": "催办",
    "noted": "备注",
    "rated": "评价",
    "contact_seen": "查看联系方式",
}
"""What was done, as the desk shows it."""


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
