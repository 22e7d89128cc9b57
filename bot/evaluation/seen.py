"""Reads from the replies what a citizen sees after one message: an answer, choices, the form …"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.actions.policy.answer import UNKNOWN
from bot.actions.runtime.wording import CANCEL
from bot.actions.talk.fallback import MAYBE_MISREAD, NOT_UNDERSTOOD
from conversations.types import Message, Mode

Kind = Literal[
    "answer",
    "choices",
    "form",
    "progress",
    "unknown",
    "not_understood",
    "human",
    "danger",
    "declined",
    "talk",
]
"""The main thing that a citizen saw; ``form`` is the complaint form, ``declined`` a matter out of scope."""

MOST_CHOICES = 3
"""Most entries that count as offered; entries listed after them do not count."""


@dataclass(frozen=True)
class Seen:
    """What a citizen saw after one message.

    Args:
        kind: the main thing shown.
        entry: id of the entry given as the answer.
        choices: ids of the entries offered to choose from, at most :data:`MOST_CHOICES`.
        files: whether the complaint form is open, or filing the matter was offered.
        text: the text of all replies.
        took_ms: time from receiving the message to its last reply, in milliseconds.
    """

    kind: Kind
    entry: str | None
    choices: tuple[str, ...]
    files: bool
    text: str
    took_ms: float


def read(
    replies: Sequence[Message], facts: Mapping[str, Any], mode: Mode, answered_by: str, took_ms: float
) -> Seen:
    """Read what a citizen saw in a turn.

    Args:
        replies: all replies of the turn.
        facts: the stored facts of the conversation after the turn.
        mode: the mode of the conversation after the turn (who answers).
        answered_by: :attr:`conversations.models.Turn.answered_by`.
        took_ms: duration of the turn in milliseconds.
    """
    text = "\n".join(reply.text for reply in replies)
    payloads = [button.payload for reply in replies for button in reply.buttons]
    entries = [
        str(reply.card["entry"]) for reply in replies if reply.card and reply.card.get("kind") == "answer"
    ]
    choices = tuple(
        dict.fromkeys(
            str(named["entry"])
            for payload in payloads
            if payload.startswith("/ask_policy{") and (named := _entities(payload)).get("entry")
        )
    )[:MOST_CHOICES]
    form = bool(facts.get("form")) or (CANCEL.payload in payloads and "工单号" not in text)
    offered = any(payload.startswith("/start_complaint") for payload in payloads)
    kind = _kind(text, answered_by, bool(entries), bool(choices), form, CANCEL.payload in payloads, mode)
    return Seen(kind, entries[0] if entries else None, choices, form or offered, text, took_ms)


def _kind(
    text: str, answered_by: str, answer: bool, choices: bool, form: bool, cancel: bool, mode: Mode
) -> Kind:
    if answered_by == "emergency":
        return "danger"
    if answered_by == "scope":
        return "declined"
    if answer:
        return "answer"
    if form:
        return "form"
    if text.startswith((UNKNOWN, MAYBE_MISREAD)):
        return "unknown"
    if choices:
        return "choices"
    if cancel:
        return "progress"
    if mode is Mode.WAITING:
        return "human"
    return "not_understood" if text.startswith(NOT_UNDERSTOOD) else "talk"


def _entities(payload: str) -> dict[str, Any]:
    found = json.loads(payload[payload.index("{") :])
    return found if isinstance(found, dict) else {}
