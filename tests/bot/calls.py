"""Calls of actions in the form Rasa 3.6.21 sends them: recorded ones (``captured/``), with other words and slots put in."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

CAPTURED = Path(__file__).parent / "captured"
"""Folder of recorded calls."""
SECRET = "secret-of-the-tests"
"""The secret Rasa has to send with each call."""


def captured(name: str) -> dict[str, Any]:
    """A recorded call, by the name of its file."""
    call: dict[str, Any] = json.loads((CAPTURED / f"{name}.json").read_text("utf-8"))
    return call


def call(
    action: str,
    text: str,
    intent: str,
    *,
    conversation: str,
    confidence: float = 0.95,
    slots: Mapping[str, Any] | None = None,
    entities: Mapping[str, str] | None = None,
    before: list[dict[str, Any]] | None = None,
    turn: str = "turn-1",
    ranking: list[tuple[str, float]] | None = None,
    kinds: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """A call of ``action`` for a message.

    Args:
        before: events between the citizen's previous message and this one.
        kinds: kind → probability, when the decision had evidence.
    """
    made = copy.deepcopy(captured("policy_call"))
    tracker = made["tracker"]
    made["next_action"] = action
    made["sender_id"] = tracker["sender_id"] = conversation
    tracker["slots"] = {**dict.fromkeys(tracker["slots"]), **(slots or {})}
    message = {
        "intent": {"name": intent, "confidence": confidence},
        "entities": [{"entity": k, "value": v} for k, v in (entities or {}).items()],
        "text": text,
        "message_id": "m",
        "metadata": {"turn": turn},
        "intent_ranking": [{"name": n, "confidence": c} for n, c in ranking or [(intent, confidence)]],
    }
    if kinds is not None:
        reasons = {"question": 0.0, "matter": 0.0, "both": 0.0, "talk": 0.0, **kinds}
        message["decision"] = {"intent": intent, "probability": confidence, "reasons": reasons}
    tracker["latest_message"] = message
    tracker["events"] = [
        {"event": "action", "name": "action_listen"},
        {"event": "user", "text": "前一句", "parse_data": {}},
        *(before or []),
        {"event": "action", "name": "action_listen"},
        {"event": "user", "text": text, "parse_data": message},
    ]
    return made


@dataclass
class Answer:
    """What an action answered."""

    status: int
    body: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(r.get("text") or "" for r in self.body["responses"])

    @property
    def buttons(self) -> dict[str, str]:
        return {b["title"]: b["payload"] for r in self.body["responses"] for b in r.get("buttons") or []}

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [r["custom"]["card"] for r in self.body["responses"] if r.get("custom")]

    @property
    def slots(self) -> dict[str, Any]:
        """The slots the answer sets, each with its last value."""
        return {e["name"]: e["value"] for e in self.body["events"] if e["event"] == "slot"}

    @property
    def followup(self) -> str | None:
        return next((e["name"] for e in self.body["events"] if e["event"] == "followup"), None)


class Rasa:
    """Calls actions the way Rasa does."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client

    async def post(self, body: Any, secret: str | None = SECRET) -> Answer:
        headers = {} if secret is None else {"X-Wenban-Secret": secret}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.post("/actions/webhook", data=data, headers=headers) as response:
            return Answer(response.status, await response.json())

    async def run(self, action: str, text: str, intent: str, **more: Any) -> Answer:
        answer = await self.post(call(action, text, intent, **more))
        assert answer.status == 200, answer.body
        return answer


def client_of(app: Any) -> TestClient[Any, Any]:
    """A client of an app that has the endpoint."""
    return TestClient(TestServer(app))
