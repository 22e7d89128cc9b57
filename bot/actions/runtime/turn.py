"""A turn as actions see it: the citizen's message, the known facts, and methods to answer.

Rasa's tracker and dispatcher are untyped; only this module reads them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bot.understanding.decide import DECISION
from conversations.attachments import BESIDE
from conversations.event_kinds import Outcome, Rated, Report, Result
from core.masking import Kind, hide, numbers

Event = dict[str, Any]
"""A Rasa event in its wire form, such as ``{"event": "slot", …}``."""

Action = Callable[["Turn"], Awaitable[None]]
"""An action. It talks and sets slots through the turn, which collects both for Rasa."""

LISTEN = "action_listen"
"""Name of Rasa's action that waits for the next message."""
_NEVER_SAID = (Kind.IDENTITY, Kind.CARD)
"""Numbers of a citizen that are never said back whole. A phone number is, so that a mistyped figure is seen."""
_SILENT = {LISTEN, "action_extract_slots", "action_session_start", None}


@dataclass(frozen=True)
class Choice:
    """A button: the title that the citizen reads, and the payload that Rasa gets when it is pressed."""

    title: str
    payload: str

    def as_dict(self) -> dict[str, str]:
        """The button in Rasa's wire form."""
        return {"title": self.title, "payload": self.payload}


@dataclass
class Turn:
    """The current turn: what actions know about it, and their only way to change it.

    Args:
        conversation_id: Rasa's sender_id.
        turn_id: the app's id of this turn; empty when the message came to Rasa without the app.
        text: the message; for a pressed button its payload, ``/intent{"entity": "value"}``.
        intent: the intent of the message.
        confidence: confidence in the intent, 0 to 1; 1 for a button.
        ranking: the model's best intents with their confidence, best first.
        entities: the button's values.
        slots: the current values of all slots, changes of this turn included. Read-only; use :meth:`set`.
        beside: whether the message is a photo or place, and the words that were sent with it follow.
        events: all events of this session before this action, oldest first, in Rasa's wire form.
        decision: the decision about the message, with reasons
            (:meth:`bot.understanding.decide.Decision.to_json`); None for a button, or without evidence.

    Attributes:
        said: messages to the citizen so far, oldest first, in the form of rasa-sdk's dispatcher.
        recorded: events for Rasa to store, oldest first.
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
    beside: bool = False
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
        """Whether a button was pressed. The app sends no other text that begins with a slash."""
        return self.text.startswith("/")

    @property
    def requested(self) -> str | None:
        """The slot that the active form asked for last; None without a form."""
        value = self.slots.get("requested_slot")
        return str(value) if value else None

    def slot(self, name: str) -> Any:
        """The value of a slot; None when it is empty."""
        return self.slots.get(name)

    def set(self, name: str, value: Any) -> None:
        """Set a slot: in this turn at once, in Rasa after the action. None empties the slot."""
        self._slots[name] = value
        self.recorded.append({"event": "slot", "timestamp": None, "name": name, "value": value})

    def set_all(self, values: Mapping[str, Any]) -> None:
        """Set several slots: name → value."""
        for name, value in values.items():
            self.set(name, value)

    def offer(self, what: str) -> None:
        """Record an offer, so that "好的" after it is understood.

        Args:
            what: ``human``, ``complaint``, ``which``, ``entry:<id>``, or the constant ``OFFER`` of another module.
        """
        self.set("offer", what)

    def follow_up(self, action: str) -> None:
        """Let Rasa run ``action`` (an action or a form) next, still within this turn."""
        self.recorded.append({"event": "followup", "timestamp": None, "name": action})

    def outcome(
        self,
        result: Result,
        *,
        entry: str | None = None,
        probability: float | None = None,
        about: str | None = None,
    ) -> None:
        """Set the outcome of the message, which is stored with the conversation; the last call counts.

        Args:
            result: the outcome.
            entry, about: see :class:`conversations.event_kinds.Outcome`.
            probability: probability that the entry is right, 0 to 1; None: that of the decision.
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
        """Report the message as a verdict on an answer; see :class:`conversations.event_kinds.Rated`."""
        self._ratings.append(Rated(verdict, turn_id, entry))

    @property
    def report(self) -> Report | None:
        """The outcome that the action reported; None when it reported nothing."""
        if not self._outcomes and not self._ratings:
            return None
        return Report(
            self._outcomes[-1] if self._outcomes else None, self._ratings[-1] if self._ratings else None
        )

    def narrowed(self, text: str) -> Turn:
        """The same turn with only ``text``, a part of the message. Both turns share replies and slots."""
        part = copy(self)
        part.text = text
        return part

    def as_pressed(self, payload: str) -> Turn:
        """The same turn as if the button with this payload had been pressed. Both turns share replies and slots."""
        intent, brace, rest = payload.removeprefix("/").partition("{")
        part = self.narrowed(payload)
        part.intent, part.confidence, part.decision = intent, 1.0, None
        part.ranking = ((intent, 1.0),)
        part.entities = {str(name): str(value) for name, value in json.loads(brace + rest or "{}").items()}
        return part

    def say(self, text: str, choices: Sequence[Choice] = (), card: Mapping[str, Any] | None = None) -> None:
        """Say something to the citizen.

        Args:
            text: the message; it must be complete without buttons and cards, which some channels do not show.
            choices: buttons.
            card: structured content as docs/architecture.md describes it.
        """
        # A screenshot of the talk, or somebody beside the citizen, must not have what opens an account.
        text = hide(text, _NEVER_SAID) if any(one.kind in _NEVER_SAID for one in numbers(text)) else text
        # At blank lines, Rasa's REST channel would split a text without buttons into several messages.
        whole = re.sub(r"\n\s*\n+", "\n", text.strip())
        self.said.append(
            {
                "text": whole,
                "buttons": [choice.as_dict() for choice in choices],
                "json_message": {"card": dict(card)} if card else None,
            }
        )

    def say_response(self, name: str) -> None:
        """Say one of the wordings of a response in domain.yml."""
        self.said.append({"response": name})

    def previous(self) -> Iterator[Mapping[str, Any]]:
        """The events between the citizen's last message and this one, newest first.

        A photo that came with the words of this message is no message of its own.
        """
        between: list[Mapping[str, Any]] = []
        users = 0
        for event in reversed(self.events):
            if event.get("event") == "user":
                users += 1
                if users == 1:
                    continue
                if not (event.get("metadata") or {}).get(BESIDE) or not self._of_this_turn(event):
                    break
                between.clear()
            elif users:
                between.append(event)
        return iter(between)

    def _of_this_turn(self, event: Mapping[str, Any]) -> bool:
        return bool(self.turn_id) and (event.get("metadata") or {}).get("turn") == self.turn_id

    @property
    def previous_action(self) -> str | None:
        """The last action before the citizen's message, apart from listening and the like."""
        for event in self.previous():
            if event.get("event") == "action" and event.get("name") not in _SILENT:
                return str(event.get("name"))
        return None

    @property
    def offered(self) -> str | None:
        """The bot's offer right before this message (:meth:`offer`); None when there was none."""
        for event in self.previous():
            if event.get("event") == "slot" and event.get("name") == "offer":
                return str(event["value"]) if event.get("value") else None
        return None


def read_turn(tracker: Any) -> Turn:
    """Make a turn from Rasa's tracker."""
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
        beside=metadata.get(BESIDE) is True,
        slots=dict(tracker.slots),
        events=list(tracker.events),
    )
