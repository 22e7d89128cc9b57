"""One turn as actions see it: what the citizen said, what is known, and a way to answer.

Rasa's tracker and dispatcher are untyped; this is the one place that reads them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bot.understanding.decide import DECISION
from conversations.event_kinds import Outcome, Rated, Report, Result

Event = dict[str, Any]
"""A Rasa event in its wire form, such as ``{"event": "slot", …}``."""

Action = Callable[["Turn"], Awaitable[None]]
"""What an action is: it talks and sets slots by means of the turn, which collects both for Rasa."""

LISTEN = "action_listen"
_SILENT = {LISTEN, "action_extract_slots", "action_session_start", None}


@dataclass(frozen=True)
class Choice:
    """A button: what the citizen reads, and what Rasa is told when it is pressed."""

    title: str
    payload: str

    def as_dict(self) -> dict[str, str]:
        """The button in Rasa's wire form."""
        return {"title": self.title, "payload": self.payload}


@dataclass
class Turn:
    """What actions know of the turn under way, and the only way to change it.

    Args:
        conversation_id: Rasa's sender_id.
        turn_id: the app's id of this turn; empty when Rasa was spoken to without the app.
        text: what was said; a pressed button is its payload, ``/intent{"entity": "value"}``.
        intent: what the model took it for.
        confidence: 0 to 1; 1 for a button.
        ranking: the model's best intents with their confidence, best first.
        entities: the button's values.
        slots: all slots as they stand, those set in this turn included; read-only, :meth:`set` changes one.
        events: everything that happened in this session before this action, oldest first, in Rasa's wire form.
        decision: what the message was decided to be, and why (:meth:`bot.understanding.decide.Decision.to_json`); None for
            a button, and where there was no evidence.

    Attributes:
        said: messages to the citizen so far, oldest first, as rasa-sdk's dispatcher takes them.
        recorded: events Rasa shall store, oldest first.
    """

    conversation_id: str
    turn_id: str
    text: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: Mapping[str, str]
    slots: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    decision: Mapping[str, Any] | None = None
    said: list[dict[str, Any]] = field(default_factory=list, init=False)
    recorded: list[Event] = field(default_factory=list, init=False)
    _outcomes: list[Outcome] = field(default_factory=list, init=False, repr=False)
    _ratings: list[Rated] = field(default_factory=list, init=False, repr=False)
    _slots: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._slots = dict(self.slots)
        self.slots = MappingProxyType(self._slots)

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed; the app passes no other text that begins with a slash."""
        return self.text.startswith("/")

    @property
    def requested(self) -> str | None:
        """The slot the active form asked for last."""
        value = self.slots.get("requested_slot")
        return str(value) if value else None

    def slot(self, name: str) -> Any:
        """A slot's value; None when it is empty."""
        return self.slots.get(name)

    def set(self, name: str, value: Any) -> None:
        """Set a slot, here at once and in Rasa when the action is done; None empties it."""
        self._slots[name] = value
        self.recorded.append({"event": "slot", "timestamp": None, "name": name, "value": value})

    def set_all(self, values: Mapping[str, Any]) -> None:
        """Set several slots: name → value."""
        for name, value in values.items():
            self.set(name, value)

    def offer(self, what: str) -> None:
        """Record an offer, so that a "好的" to it is understood: ``human``, ``complaint``, ``later``, ``which`` or ``entry:<id>``."""
        self.set("offer", what)

    def follow_up(self, action: str) -> None:
        """Let Rasa run ``action`` (a form, too) next, within the same message of the citizen."""
        self.recorded.append({"event": "followup", "timestamp": None, "name": action})

    def outcome(
        self,
        result: Result,
        *,
        entry: str | None = None,
        probability: float | None = None,
        about: str | None = None,
    ) -> None:
        """Say what the message came to, for what is kept of the conversation; of several the last counts.

        Args:
            entry, about: see :class:`conversations.event_kinds.Outcome`.
            probability: how likely the entry is right, 0 to 1; by default that of what the message was decided to be.
        """
        if probability is None and self.decision is not None:
            probability = float(self.decision["probability"])
        self._outcomes.append(
            Outcome(
                result,
                entry=entry,
                probability=None if probability is None else round(probability, 3),
                about=about,
            )
        )

    def rated(self, verdict: str, turn_id: str, entry: str | None) -> None:
        """Say that the message is what the citizen thinks of an answer; see :class:`conversations.event_kinds.Rated`."""
        self._ratings.append(Rated(verdict, turn_id, entry))

    @property
    def report(self) -> Report | None:
        """What the action said the message came to; None when it said nothing."""
        if not self._outcomes and not self._ratings:
            return None
        return Report(
            self._outcomes[-1] if self._outcomes else None, self._ratings[-1] if self._ratings else None
        )

    def narrowed(self, text: str) -> Turn:
        """The same turn as if only ``text``, a part of the message, had been said: what is said and set is shared."""
        part = copy(self)
        part.text = text
        return part

    def say(self, text: str, choices: Sequence[Choice] = (), card: Mapping[str, Any] | None = None) -> None:
        """Tell the citizen something.

        Args:
            text: must stand on its own where neither buttons nor cards are shown.
            choices: buttons.
            card: structured content as docs/architecture.md describes it.
        """
        # Rasa's REST channel cuts a text without buttons into several messages at blank lines.
        whole = re.sub(r"\n\s*\n+", "\n", text.strip())
        self.said.append(
            {
                "text": whole,
                "buttons": [choice.as_dict() for choice in choices],
                "json_message": {"card": dict(card)} if card else None,
            }
        )

    def say_response(self, name: str) -> None:
        """Tell the citizen a response of domain.yml, one of its wordings."""
        self.said.append({"response": name})

    def previous(self) -> Iterator[Mapping[str, Any]]:
        """Events between the citizen's former message and the one at hand, newest first."""
        users = 0
        for event in reversed(self.events):
            if event.get("event") == "user":
                users += 1
                if users == 2:
                    return
            elif users == 1:
                yield event

    @property
    def previous_action(self) -> str | None:
        """The last action before the citizen's message that was more than listening."""
        for event in self.previous():
            if event.get("event") == "action" and event.get("name") not in _SILENT:
                return str(event.get("name"))
        return None

    @property
    def offered(self) -> str | None:
        """What the bot offered right before this message (:meth:`offer`); None when it offered nothing."""
        for event in self.previous():
            if event.get("event") == "slot" and event.get("name") == "offer":
                return str(event["value"]) if event.get("value") else None
        return None


def read_turn(tracker: Any) -> Turn:
    """Read Rasa's tracker."""
    latest: dict[str, Any] = tracker.latest_message or {}
    intent = latest.get("intent") or {}
    metadata = latest.get("metadata") or {}
    return Turn(
        conversation_id=str(tracker.sender_id),
        turn_id=str(metadata.get("turn") or ""),
        text=str(latest.get("text") or "").strip(),
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0),
        ranking=tuple(
            (str(item.get("name")), float(item.get("confidence") or 0))
            for item in latest.get("intent_ranking") or []
        ),
        entities={str(e["entity"]): str(e["value"]) for e in latest.get("entities") or []},
        decision=latest.get(DECISION),
        slots=dict(tracker.slots),
        events=list(tracker.events),
    )
