"""What the citizen said before this message, and what the decision found in the message."""

from __future__ import annotations

from collections.abc import Mapping

from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain

_LEAST = 4
"""Fewest characters of words that may say what the talk is about."""
_BACK = 4
"""Number of messages that are looked at."""


def earlier(turn: Turn) -> list[str]:
    """The citizen's own words in the last few messages before this one, newest first; buttons do not count."""
    said = [str(event.get("text") or "").strip() for event in turn.events if event.get("event") == "user"]
    before = reversed(said[:-1][-_BACK:])
    return [one for one in before if len(plain(one)) >= _LEAST and not one.startswith("/")]


def kinds_of(turn: Turn) -> Mapping[str, float] | None:
    """Kind → probability of the message, as the decision found it; None without evidence."""
    reasons = turn.decision.get("reasons") if turn.decision is not None else None
    return reasons if isinstance(reasons, Mapping) and "question" in reasons else None
