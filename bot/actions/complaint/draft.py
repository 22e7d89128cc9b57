"""The complaint as far as it is filled: which slots there are, in which order they are asked, how they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions.runtime.turn import Turn
from bot.understanding.name import ANONYMOUS as ANONYMOUS
from conversations.attachments import Place
from tickets.types import TicketDraft

WHOLE_CITY = "全市"
"""District of a matter that concerns no single one."""

LABELS: dict[str, str] = {
    "complaint_type": "诉求类型",
    "content": "诉求内容",
    "category": "事项分类",
    "district": "所在县区",
    "address": "具体地址",
    "location": "地图定位",
    "happened_at": "发生时间",
    "subject": "涉及对象",
    "photos": "现场照片",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "confidential": "是否保密",
}
"""Slots of the complaint and their names, in the order a summary shows them."""

TYPES = ("投诉", "求助", "举报", "建议", "咨询", "表扬")
CONFIRM = "complaint_confirm"
ASKED = (
    "content",
    "district",
    "address",
    "happened_at",
    "subject",
    "complaint_type",
    "contact_name",
    "contact_phone",
    "confidential",
)
"""Slots in the order they are asked."""

_LIGHT = ("content", "complaint_type", "contact_name", "contact_phone")
_ONLY_FILLED = ("category", "location", "photos")
"""Lines a summary leaves out when they are empty: nobody was asked for them."""
_LIGHT_TYPES = ("建议", "咨询", "表扬")
_OWN = (
    *LABELS,
    CONFIRM,
    *("filing_key", "tries", "story", "town", "same_ticket", "not_same", "former", "asking"),
)
KEPT = "kept_draft"
"""Slot of a complaint that was left and may be taken up again (:func:`saved`)."""


def needed(slots: Mapping[str, Any]) -> tuple[str, ...]:
    """The slots this complaint asks for, in order; an idea or praise needs no place, time or secrecy."""
    if slots.get("complaint_type") in _LIGHT_TYPES:
        return _LIGHT
    if slots.get("contact_name") == ANONYMOUS and slots.get("contact_phone") == "":
        return tuple(name for name in ASKED if name != "confidential")  # there is nothing to keep secret
    return ASKED


def next_missing(slots: Mapping[str, Any]) -> str:
    """The slot to ask for next; the confirmation once nothing is missing."""
    return next((name for name in needed(slots) if slots.get(name) is None), CONFIRM)


def shown(name: str, value: Any) -> str:
    """A slot's value as a citizen reads it.

    >>> shown("confidential", True)
    '是（不向承办单位透露您的身份）'
    """
    if name == "confidential":
        return "是（不向承办单位透露您的身份）" if value else "否"
    if value == "":
        return "未填"
    if name == "photos":
        return f"{len(value)} 张"
    if name == "location":
        return _spot(value)
    return str(value)


def _spot(value: Any) -> str:
    there = Place.parse(str(value))
    if there is None:
        return str(value)
    point = f"北纬 {there.lat:.4f}，东经 {there.lon:.4f}"
    return f"{there.label}（{point}）" if there.label else point


def lines(slots: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(label, value, slot) of everything filled, in the order a summary shows it."""
    return [
        (label, shown(name, slots[name]), name)
        for name, label in LABELS.items()
        if slots.get(name) is not None and (slots[name] != "" or name not in _ONLY_FILLED)
    ]


def for_agent(slots: Mapping[str, Any]) -> dict[str, str]:
    """What an agent who takes over finds: label → value, without the empty ones."""
    return {label: value for label, value, name in lines(slots) if slots[name] != ""}


def saved(slots: Mapping[str, Any]) -> dict[str, Any]:
    """What is filled so far, to be kept for later."""
    return {name: slots[name] for name in (*LABELS, "town", "later") if slots.get(name) is not None}


def clear(turn: Turn) -> None:
    """Forget the complaint; further requests that wait for it to be done (``later``) stay."""
    turn.set_all(dict.fromkeys(_OWN))


def to_ticket(slots: Mapping[str, Any], *, channel: str, conversation_id: str) -> TicketDraft:
    """The draft to file."""

    def text(name: str) -> str:
        return str(slots.get(name) or "")

    name = text("contact_name")
    there = Place.parse(text("location"))
    return TicketDraft(
        type=text("complaint_type"),
        content=text("content"),
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
    )
