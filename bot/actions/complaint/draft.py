"""The draft of a complaint: its slots, the order in which they are asked for, and how people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.actions.complaint.fields import BY_NAME, FIELDS, QUESTIONS, Field
from bot.actions.complaint.values import WHOLE_CITY as WHOLE_CITY
from bot.actions.runtime.turn import Turn
from bot.understanding.kind import suggest_type
from bot.understanding.name import ANONYMOUS as ANONYMOUS
from bot.understanding.unnamed import without_name
from conversations.attachments import Place
from tickets.checks import MAX_DETAIL
from tickets.types import Detail, TicketDraft, TicketType

LABELS: dict[str, str] = {field.name: field.label for field in FIELDS}
"""Slot → label, in the order of the summary."""

CONFIRM = "complaint_confirm"
"""Slot that is asked for last; True when the citizen has confirmed the summary."""
ASKED = tuple(field.name for field in QUESTIONS)
"""Slots in the order they are asked."""

_COLUMNS = frozenset(
    {
        *("complaint_type", "content", "category", "district", "address", "location", "happened_at"),
        *("subject", "photos", "contact_name", "contact_phone", "confidential"),
    }
)
"""Slots that have a column in a ticket (:func:`to_ticket`). Every other field is filed as a detail."""

_LIGHT = tuple(field.name for field in QUESTIONS if field.light)
_LIGHT_PLACED = tuple(
    field.name for field in QUESTIONS if field.light or field.name in ("district", "address")
)
_HERE = re.compile(
    r"楼[下上道]|[家单]元?门[口前]|我家|(?:这|那|我们|咱们?|俺们?)(?:条|个|座|栋)?(?:路口?|小区|楼|村|街|巷|桥|广场|公园|公交站)"
)
"""Words for a place that only the citizen knows (我家门口, 这个路口). The staff can't find it without asking."""
_FIXTURE = (
    r"(?:路灯|灯|减速带|扶手|红绿灯|信号灯|斑马线|护栏|栏杆|隔离栏|垃圾桶|垃圾箱|健身器材|充电桩|座椅|长椅|凳子|站台|站牌|公交站|摄像头|监控|停车位|车位|坡道|台阶|电梯|公厕|厕所|标志|标线|路牌|绿化|树|雨棚|车棚|天桥|井盖|路障|石墩|门禁|反光镜|凉亭|"
    r"路(?![线费网政人子由标权数])|桥|水沟|下水道|水渠)"
)
_SET_UP = re.compile(
    rf"(?:装|安|增设|加设|设(?!法|想)|增加|加|修(?![改订正复])|建(?!议)|划|种|摆|放|添|换|挪|拆|改造)(?:一?[下个些排条道盏座处]|[几两三]个?[盏个]?|上|点|好|成|设|装)*"
    rf"[^，,。；;！!？?]{{0,6}}{_FIXTURE}|{_FIXTURE}(?:[^，,。；;！!？?]{{0,4}})(?:换|修|挪|移|拆|改造|加高|加宽|加装)"
)
"""An idea about a thing that has a place, such as a lamp or a bench."""
_EVERYWHERE = re.compile(
    r"全[市县区省国]|各[个县区小街乡]|所有|每个|到处|哪里都|[一有]些(?:小区|路口|公园)|(?:老旧?|农村|城区|公共场所)(?:小区|地区)?(?:都|也|普遍)"
)
_LIGHT_TYPES = ("建议", "咨询", "表扬")
_OWN = (
    *LABELS,
    CONFIRM,
    *("filing_key", "tries", "story", "town", "same_ticket", "not_same", "former", "asking"),
)
KEPT = "kept_draft"
"""Slot that keeps an unfinished complaint, which may be resumed (:func:`saved`)."""


_ADDED = re.compile("\n(?:补充|市民更正)：")
"""Begins what was added to the story later."""


def needed(slots: Mapping[str, Any]) -> tuple[str, ...]:
    """The slots that this complaint asks for, in order.

    Ideas, questions and praise need neither time nor secrecy. An idea needs a place when its words point at one
    without naming it.
    """
    if slots.get("complaint_type") in _LIGHT_TYPES:
        idea = slots["complaint_type"] == "建议" and _is_placed(str(slots.get("content") or ""))
        named = slots.get("address") and not slots.get("district")  # 龙湖公园 is found without its district
        return _LIGHT_PLACED if idea and not named else _LIGHT
    if slots.get("contact_name") == ANONYMOUS and slots.get("contact_phone") == "":
        return tuple(name for name in ASKED if name != "confidential")  # there is nothing to keep secret
    return ASKED


def _is_placed(idea: str) -> bool:
    """Whether nobody can act on an idea without knowing its place.

    >>> _is_placed("建议在小区门口装个减速带"), _is_placed("建议全市公交站都装座椅"), _is_placed("建议公交晚上延长到十点")
    (True, False, False)
    """
    if _EVERYWHERE.search(idea):
        return False
    return _HERE.search(idea) is not None or _SET_UP.search(idea) is not None


def told_first(story: str) -> str:
    """The story without what was added to it later."""
    return _ADDED.split(story, maxsplit=1)[0]


def likely_type(content: str) -> str:
    """The type of a matter when the citizen can't name it.

    >>> likely_type("停水了"), likely_type("物业乱收费还骂人")
    ('求助', '投诉')
    """
    kind = suggest_type(content)
    return kind.type.label if kind and kind.type is not TicketType.CONSULT else TicketType.HELP.label


def next_missing(slots: Mapping[str, Any]) -> str:
    """The slot to ask for next; :data:`CONFIRM` when nothing is missing."""
    return next((name for name in needed(slots) if slots.get(name) is None), CONFIRM)


def shown(name: str, value: Any) -> str:
    """A slot's value as a citizen reads it.

    >>> shown("confidential", True)
    '是（不向承办单位透露您的身份）'
    """
    field = BY_NAME.get(name)
    if field is None:
        return str(value) or "未填"
    return field.empty if value == "" else field.shown(value)


def lines(slots: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(label, value, slot) of the filled slots, in the order of the summary; slots left empty only if they are asked for."""
    return [
        (label, shown(name, slots[name]), name)
        for name, label in LABELS.items()
        if slots.get(name) is not None and (slots[name] != "" or name in ASKED)
    ]


def for_agent(slots: Mapping[str, Any]) -> dict[str, str]:
    """What an agent who takes over sees: label → value, without empty fields."""
    whole = _with_former(slots)
    return {label: value for label, value, name in lines(whole) if whole[name] != ""}


def saved(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The filled slots, in the form in which they are kept for later."""
    whole = _with_former(slots)
    return {name: whole[name] for name in (*LABELS, "town", "later") if whole.get(name) is not None}


def _with_former(slots: Mapping[str, Any]) -> Mapping[str, Any]:
    """The slots; a slot that is being changed has its former value until it is filled again."""
    former = slots.get("former")
    if not isinstance(former, dict) or slots.get(former["slot"]) is not None:
        return slots
    return {**slots, former["slot"]: former["value"]}


def clear(turn: Turn) -> None:
    """Empty the slots of the complaint. Further requests that wait for it to end (``later``) stay."""
    turn.set_all(dict.fromkeys(_OWN))


def details(slots: Mapping[str, Any], fields: Iterable[Field] = FIELDS) -> tuple[Detail, ...]:
    """The filled fields without a column in a ticket, with their labels, in the order of the summary.

    Args:
        slots: the slots of the complaint.
        fields: the form's fields.
    """
    return tuple(
        Detail(field.name, field.label, field.shown(slots[field.name])[:MAX_DETAIL])
        for field in fields
        if field.name not in _COLUMNS and slots.get(field.name) not in (None, "")
    )


def to_ticket(
    slots: Mapping[str, Any],
    *,
    channel: str,
    conversation_id: str,
    urgent: bool = False,
    emergency: bool = False,
) -> TicketDraft:
    """The draft of a ticket, made from the slots.

    Args:
        slots: the slots of the complaint.
        channel: name of the channel.
        conversation_id: the conversation it is filed in.
        urgent: whether somebody is, or was, in danger.
        emergency: whether somebody is in danger right now.
    """

    def text(name: str) -> str:
        return str(slots.get(name) or "")

    name = text("contact_name")
    hidden = name == ANONYMOUS or bool(slots.get("confidential"))
    there = Place.parse(text("location"))
    return TicketDraft(
        type=text("complaint_type"),
        content=without_name(text("content"), name) if hidden else text("content"),
        category=text("category"),
        district=text("district"),
        address=text("address"),
        happened_at=text("happened_at"),
        subject=text("subject"),
        contact_name="" if name == ANONYMOUS else name,
        contact_phone=text("contact_phone"),
        confidential=bool(slots.get("confidential")),
        channel=channel,
        conversation_id=conversation_id,
        latitude=there.lat if there else None,
        longitude=there.lon if there else None,
        place_label=there.label if there else "",
        photos=tuple(slots.get("photos") or ()),
        details=details(slots),
        urgent=urgent,
        emergency=emergency,
    )
