"""Reads from the replies what a citizen sees after one message: an answer, choices, the form …"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.actions.policy import unknown
from bot.actions.runtime.wording import CANCEL, HUMAN
from bot.actions.talk.fallback import MAYBE_MISREAD, NOT_UNDERSTOOD
from conversations.danger import YES
from conversations.event_kinds import Outcome, Result
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
        danger: whether there was advice on a danger, or the question whether there is one.
        text: the text of all replies.
        took_ms: time from receiving the message to its last reply, in milliseconds.
        result: what the turn came to.
        answered_from: ids of all entries that the replies answer from, those of follow-ups included.
        form: whether the complaint form is open.
        ways_on: whether filing the matter, or a human, was offered, or the form is open.
    """

    kind: Kind
    entry: str | None
    choices: tuple[str, ...]
    files: bool
    danger: bool
    text: str
    took_ms: float
    result: Result = Result.TALK
    answered_from: tuple[str, ...] = ()
    form: bool = False
    ways_on: bool = False


def read(
    replies: Sequence[Message],
    facts: Mapping[str, Any],
    mode: Mode,
    answered_by: str,
    outcome: Outcome,
    took_ms: float,
) -> Seen:
    """Read what a citizen saw in a turn.

    Args:
        replies: all replies of the turn.
        facts: the stored facts of the conversation after the turn.
        mode: the mode of the conversation after the turn (who answers).
        answered_by: :attr:`conversations.models.Turn.answered_by`.
        outcome: what the turn came to.
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
    danger = kind == "danger" or YES.payload in payloads
    # The answer to a follow-up has no card. That its entry answered is known from the outcome.
    followed = [outcome.entry] if outcome.result is Result.ANSWERED and outcome.entry else []
    return Seen(
        kind,
        entries[0] if entries else None,
        choices,
        form or offered,
        danger,
        text,
        took_ms,
        outcome.result,
        tuple(dict.fromkeys([*entries, *followed])),
        form,
        form or offered or HUMAN.payload in payloads,
    )


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
    if text.startswith((*unknown.MARKS, MAYBE_MISREAD)):
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
