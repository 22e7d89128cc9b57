"""What the agents' list shows of a danger that a conversation told of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversations import danger
from conversations.danger_state import FACT


@dataclass(frozen=True)
class Emergency:
    """A danger that the citizen told of.

    Args:
        tag: which danger, in a word or two, such as 着火.
        text: the citizen's words that told of it.
        over: whether the citizen said afterwards that it is over.
    """

    tag: str
    text: str
    over: bool


def emergency(facts: Mapping[str, Any]) -> Emergency | None:
    """The danger among the facts of a conversation; None when none was told, or it was none after all.

    >>> emergency({"danger": {"state": "over", "kind": "fire", "text": "厨房着火了"}})
    Emergency(tag='着火', text='厨房着火了', over=True)
    """
    fact = facts.get(FACT) or {}
    if fact.get("state") not in ("told", "over"):
        return None
    text = str(fact.get("text", ""))
    # What an agent has dealt with, no citizen has called over.
    over = fact["state"] == "over" and not fact.get("met")
    return Emergency(danger.advice(str(fact["kind"]), text).tag, text, over=over)


def going_on(facts: Mapping[str, Any]) -> bool:
    """Whether somebody is in danger right now: advice was given, and nobody has said that it is over.

    >>> going_on({"danger": {"state": "told", "kind": "fire", "text": "厨房着火了"}}), going_on({})
    (True, False)
    """
    told = emergency(facts)
    return told is not None and not told.over
