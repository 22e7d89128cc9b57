"""What a conversation remembers of a danger: one fact, so that any process can continue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from conversations import danger
from conversations.danger import Advice
from conversations.types import Button, Reply
from core.clock import iso, now

FACT = "danger"
"""Key of the fact that holds the state of the danger.

Keys that are always there:

- ``state``: ``asked`` (whether there is danger), ``told`` (advice was given), ``denied``, ``passed`` (asked, and
  neither confirmed nor denied) or ``over``;
- ``kind``: the kind of danger; ``text``: the words that told of it; ``at``: ISO 8601, when this state began.

Keys that are sometimes there:

- ``label``: the label of the advice that was given;
- ``withheld``: the assistant's replies to show after a denial: the question about danger replaced them;
- ``beside``: the question came with these replies, and did not replace them;
- ``again``: the question was asked a second time;
- ``called``: the citizen has called for help;
- ``signs``: words of how things go (呼吸, 出不去) for which the steps of the advice were said again;
- ``filing``: the form is taking the matter down.
"""
FRESH = timedelta(minutes=15)
"""Time for which a question is open, given advice counts as known, and the citizen's denial is believed."""


def made(state: str, kind: str, text: str) -> dict[str, Any]:
    """The fact for a state that begins now."""
    return {"state": state, "kind": kind, "text": text, "at": iso(now())}


def fresh(fact: dict[str, Any]) -> bool:
    """Whether there is a fact, and its state began within :data:`FRESH`."""
    return bool(fact) and now() - datetime.fromisoformat(str(fact["at"])) < FRESH


def is_open(fact: dict[str, Any]) -> bool:
    """Whether advice was given within :data:`FRESH`, and the danger is not over."""
    return fact.get("state") == "told" and fresh(fact)


def advice_of(fact: dict[str, Any]) -> Advice:
    """The advice for the danger of a fact."""
    return danger.advice(str(fact["kind"]), str(fact["text"]))


def read_as(fact: dict[str, Any]) -> str:
    """The kind as which the citizen's words about the danger are read: of others' despair, and of missing people,
    words mean other things than of the kind's own.
    """
    label = advice_of(fact).label
    apart = (name for name in ("another_self_harm", "missing") if danger.advices()[name].label == label)
    return next(apart, str(fact["kind"]))


def stored(replies: Sequence[Reply]) -> list[dict[str, Any]]:
    """Replies as JSON-safe data, for the fact; :func:`restored` reads one back."""
    return [asdict(reply) for reply in replies]


def restored(data: dict[str, Any]) -> Reply:
    """The reply that was stored as this data."""
    return Reply(data["text"], tuple(Button(**b) for b in data["buttons"]), data["card"])
