"""The value types of tickets, shared by the assistant's actions and the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.clock import iso
from core.codes import place
from tickets.corrected import is_corrected
from tickets.due import Due
from tickets.lifecycle import TRANSITIONS
from tickets.repeated import AGAIN, AGAIN_APART, MANY
from tickets.rounds import Heard, Rounds
from tickets.states import State

URGENT, EMERGENCY = "urgent", "emergency"
"""The codes of :attr:`Ticket.urgency`: 紧急, and 特急 when somebody is in danger right now. Other tickets have no code."""
_URGENCY_LABELS = {URGENT: "紧急", EMERGENCY: "特急"}
SUMMARY_CHARACTERS = 60
"""Most characters of a ticket's content that lists show."""


class TicketType(StrEnum):
    """诉求类型: what the citizen wants of the hotline.

    It is stored as the English code and shown as :attr:`label`.
    """

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"

    @property
    def label(self) -> str:
        """The name of the type for citizens and agents."""
        return _TYPE_LABELS[self]

    @classmethod
    def parse(cls, text: str) -> TicketType | None:
        """The type with this code or Chinese label; None when there is none.

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
class Detail:
    """A fact of a matter that has no column of its own, such as the number of a meter.

    Never personal data: details are stored in clear, while name and phone are encrypted.

    Args:
        name: name of the form's slot, such as ``meter_number``.
        label: its name for citizens and agents, as the form declared it when the ticket was filed.
        value: the fact as people read it.
    """

    name: str
    label: str
    value: str

    def to_json(self) -> dict[str, str]:
        """The JSON form, for the database and the desk."""
        return {"name": self.name, "label": self.label, "value": self.value}


@dataclass(frozen=True)
class TicketDraft:
    """What a citizen confirmed and wants to file. It is checked when it is filed (:mod:`tickets.checks`).

    Args:
        type: a :class:`TicketType`, its code, or its Chinese label.
        content: the matter in the citizen's words.
        category: 事项分类, ``一级/二级``; empty when not known.
        district: county or district.
        address: the place within the district.
        happened_at: when it happened, in the citizen's words.
        subject: 涉及对象, the person or thing that the request is about.
        contact_name: the citizen's name; empty for an anonymous filing.
        contact_phone: mobile or landline number; empty when the citizen wants no call.
        confidential: 保密, whether the department must not see who the citizen is.
        channel: the channel in which it was filed: ``web``, ``wechat``, ``phone`` …
        conversation_id: the conversation in which it was filed.
        latitude: degrees, -90 to 90, of the point that the citizen sent.
        longitude: degrees, -180 to 180.
        place_label: the address that the citizen's device gave the point.
        photos: ids of its photos.
        details: what else the form asked for, in the order in which it is shown.
        urgent: whether it is urgent (紧急).
        emergency: whether somebody is in danger right now (特急); it is urgent then, too.
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
    details: tuple[Detail, ...] = ()
    urgent: bool = False
    emergency: bool = False


@dataclass(frozen=True)
class Actor:
    """Who does something to a ticket.

    Args:
        kind: ``citizen``, ``agent``, ``supervisor``, ``department`` or ``system`` (:class:`tickets.lifecycle.Who`).
        name: the name that the history shows.
        id: id of the desk account; None when there is none.
        department_id: the department of the account; None when it belongs to none.
    """

    kind: str
    name: str
    id: str | None = None
    department_id: str | None = None


CITIZEN = Actor("citizen", "群众")
"""The actor for what a citizen does."""
SYSTEM = Actor("system", "系统")
"""The actor for what the system does by itself."""


@dataclass(frozen=True)
class TicketLine:
    """A ticket as shown in lists. It holds no personal data."""

    number: str
    type: TicketType
    category: str
    district: str
    state: State
    created_at: datetime
    summary: str
    conversation_id: str | None
    department_id: str | None
    due: Due
    version: int = 1
    urgency: str | None = None
    supervised: bool = False
    disputed: bool = False
    department: str | None = None
    corrected: bool = False
    edited: bool = False
    repeated: bool = False
    """Whether the same citizen told it before; for the hotline's staff only."""
    reporters: int = 1

    def to_json(self) -> dict[str, Any]:
        """The JSON form for lists and live events: labels for people, codes for programs."""
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
            "due": self.due.to_json(self.state),
            "version": self.version,
            "urgency": _URGENCY_LABELS.get(self.urgency or ""),
            "supervised": self.supervised,
            "disputed": self.disputed,
            "department": self.department,
            "corrected": self.corrected,
            "edited": self.edited,
            "repeated": self.repeated,
            "reporters": self.reporters,
        }


@dataclass(frozen=True)
class Ticket:
    """A whole ticket. Name and phone are masked; ``Tickets.contact`` returns them in clear."""

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
    due: Due
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
    details: tuple[Detail, ...] = ()
    version: int = 1
    supervised_at: datetime | None = None
    suspended_until: datetime | None = None
    replied_at: datetime | None = None
    approved_at: datetime | None = None
    asked_days: int | None = None
    added_days: int = 0
    public_reply: str = ""
    confidential_reply: str = ""
    assisting: tuple[str, ...] = ()
    rounds: Rounds = field(default_factory=Rounds)
    heard: Heard = field(default_factory=Heard)
    disputed: bool = False
    edited: bool = False
    reporters: int = 1
    merged_answer: str = ""
    """The reviewed answer of the ticket into which this one was merged; empty when there is none. Only its citizen reads it."""

    @property
    def line(self) -> TicketLine:
        """The ticket as shown in lists."""
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
            due=self.due,
            version=self.version,
            urgency=self.urgency,
            supervised=self.supervised_at is not None,
            disputed=self.disputed,
            department=self.department,
            corrected=is_corrected(self.content),
            edited=self.edited,
            repeated=self.parent is not None,
            reporters=self.reporters,
        )

    def card(self) -> dict[str, Any]:
        """The card that the citizen gets after filing. Only this card shows the query code, which is filled in then."""
        return {
            "kind": "ticket",
            "number": self.number,
            "query_code": place(self.number),
            "state": self.state.label,
            "type": self.type.label,
            "category": self.category,
        }

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk, without the query code."""
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
            "updated_at": iso(self.updated_at),
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
            "details": [detail.to_json() for detail in self.details],
            "suspended_until": _iso(self.suspended_until),
            "supervised_at": _iso(self.supervised_at),
            "replied_at": _iso(self.replied_at),
            "approved_at": _iso(self.approved_at),
            "asked_days": self.asked_days,
            "added_days": self.added_days,
            "public_reply": self.public_reply,
            "confidential_reply": self.confidential_reply,
            "assisting": list(self.assisting),
            "rounds": self.rounds.to_json(),
            "callback": self.heard.to_json(),
        }


@dataclass(frozen=True)
class Contact:
    """A citizen's name and phone in clear; empty when not given.

    Args:
        name, phone: as they are now.
        former: names and phones that the ticket had before somebody changed them, oldest first: the only way back to a citizen whose
            contact was changed by mistake, or on purpose.
    """

    name: str
    phone: str
    former: tuple[str, ...] = ()


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
        """The JSON form for the desk, with Chinese labels. The code of the action is next to its label."""
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
    """One page of a list of tickets, newest first. ``next`` begins the next page; None: there is none."""

    tickets: tuple[TicketLine, ...]
    next: str | None


WITHDRAWAL_WISHED = "withdrawal_wished"
"""Code of the line that somebody from elsewhere, with number and query code, wants a ticket withdrawn."""
ACTION_LABELS = {
    **{move.action: move.label for move in TRANSITIONS.values()},
    "filed": "登记",
    "reminded": "到期提醒",
    "overdue": "超过期限",
    "merged_in": "并入",
    "urged": "催办",
    "noted": "备注",
    "corrected": "群众更正",
    "edited": "修改",
    "phone_corrected": "更正联系电话",
    "name_corrected": "更正联系人",
    "contact_taken_back": "撤回联系人、电话的更正",
    "rated": "评价",
    WITHDRAWAL_WISHED: "别处想撤回",
    "contact_seen": "查看联系方式",
    AGAIN: "重复反映",
    AGAIN_APART: "重复反映",
    MANY: "多人反映",
}
"""Code of an action → its label at the desk."""


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
