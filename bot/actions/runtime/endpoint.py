"""The endpoint where Rasa calls actions: ``POST /actions/webhook``, with rasa-sdk's executor inside the app.

The protocol is that of rasa-sdk: 200 with events and responses; 400 with ``error`` and ``action_name`` when
an action rejects execution; 404 for an unknown action; 500 with ``error`` when an action fails. After an
error Rasa logs it and continues without the action. The app then gets no replies and answers by itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from bot.actions.complaint.answers import read_ahead
from bot.actions.runtime.context import parts
from bot.actions.runtime.registry import ACTIONS
from bot.actions.runtime.turn import Action, Turn, read_turn
from bot.understanding.ahead import LONG
from bot.understanding.decide import DECISION
from conversations import facts
from conversations.event_kinds import Report, Result
from conversations.rasa import read_replies
from core.errors import WenbanError

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Wenban-Secret"  # noqa: S105 - the header's name
"""Name of the HTTP header in which Rasa sends the secret."""
MAX_BODY = 8 * 1024 * 1024
"""Largest body of a request, in bytes; large, because each call contains all events of a session."""


def routes(secret: str) -> list[web.RouteDef]:
    """The route that Rasa calls.

    Args:
        secret: the secret that Rasa sends in :data:`SECRET_HEADER` (endpoints.yml:
            ``WENBAN_ACTIONS_SECRET``).

    Raises:
        ValueError: when the secret is empty, because anybody could file tickets through an open endpoint.
    """
    if not secret:
        raise ValueError("the actions' secret must not be empty")
    executor = make_executor()
    expected = secret.encode()

    async def webhook(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not secrets.compare_digest(given, expected):
            return _error(401, "wrong or missing secret")
        body = await _read(request)
        if body is None:
            return _error(413, f"body over {MAX_BODY} bytes")
        return await _run(executor, body)

    return [web.post("/actions/webhook", webhook)]


def make_executor() -> ActionExecutor:
    """An executor with all actions of :data:`bot.actions.runtime.registry.ACTIONS`."""
    executor = ActionExecutor()
    for name, action in ACTIONS.items():
        executor.register_function(name, _adapt(action))
    return executor


def _adapt(action: Action) -> Callable[[Any, Any, Any], Awaitable[list[dict[str, Any]]]]:
    """Converts one of our actions to the form that rasa-sdk calls."""

    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        turn = read_turn(tracker)
        _log_why(turn)
        content = str(turn.slot("content") or "")
        if max(len(turn.text), len(content)) >= LONG:
            await asyncio.to_thread(read_ahead, "" if turn.pressed else turn.text, content)
        with facts.read_once():
            try:
                await action(turn)
            except Exception:
                await _keep(turn, None)
                raise
            if not await _keep(turn, turn.report):
                await _tell_late(turn)
        for message in turn.said:
            dispatcher.utter_message(**message)
        return turn.recorded

    return run


def _log_why(turn: Turn) -> None:
    """Log the decision about the message."""
    if turn.decision is not None:
        log.info(
            "decided",
            extra={"turn": turn.turn_id, "conversation": turn.conversation_id, **turn.decision},
        )


async def _keep(turn: Turn, report: Report | None) -> bool:
    """Store the decision for the desk, and the outcome of the message with its turn. An error does not affect the reply.

    Returns:
        Whether somebody waits for the reply; False when the app has ended the turn without it.
    """
    known = {} if turn.decision is None else {DECISION: dict(turn.decision)}
    conversations = parts().conversations
    try:
        if report is not None and turn.turn_id:  # without turn id the message came to Rasa without the app
            return await conversations.report(turn.conversation_id, turn.turn_id, report, known)
        if known:
            await conversations.remember_all(turn.conversation_id, known)
    except WenbanError as error:
        log.warning("what a turn came to can't be kept: %s", error.message, extra={"turn": turn.turn_id})
    except Exception:
        log.exception("what a turn came to can't be kept", extra={"turn": turn.turn_id})
    return True


async def _tell_late(turn: Turn) -> None:
    """Tell the number of a ticket that was filed after the app had stopped waiting for Rasa.

    Rasa's reply to the ended turn reaches nobody, but the ticket exists, and the citizen needs its number and code.
    Nothing else that an ended turn says is told.
    """
    if turn.report is None or turn.report.outcome is None or turn.report.outcome.result is not Result.FILED:
        return
    said = [{**message, "custom": message.get("json_message")} for message in turn.said]
    for nth, reply in enumerate(read_replies(said)):
        await parts().conversations.tell(turn.conversation_id, reply, f"late:{turn.turn_id}:{nth}")


async def _run(executor: ActionExecutor, body: bytes) -> web.Response:
    try:
        call = json.loads(body)
        name = call["next_action"]
        if (
            not isinstance(name, str)
            or not isinstance(call["tracker"], dict)
            or "sender_id" not in call["tracker"]
        ):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        return _error(400, "not an action call")
    # endpoints.yml tells Rasa not to send the large domain, which no action reads; the executor needs one.
    call.setdefault("domain", {})
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as error:
        return _error(400, error.message, name)
    except ActionNotFoundException as error:
        return _error(404, error.message, name)
    except WenbanError as error:
        log.warning("action %s: %s", name, error.message, extra={"turn": _turn_of(call)})
        return _error(500, error.code, name)
    except Exception:
        log.exception("action %s failed", name, extra={"turn": _turn_of(call)})
        return _error(500, "the action failed", name)
    return web.json_response(result.model_dump() if result else {"events": [], "responses": []})


def _turn_of(call: dict[str, Any]) -> str:
    """The app's id of the turn, for the log; empty when the message came to Rasa without the app."""
    latest = call["tracker"].get("latest_message") or {}
    return str((latest.get("metadata") or {}).get("turn") or "")


async def _read(request: web.Request) -> bytes | None:
    """The body, up to :data:`MAX_BODY` bytes instead of the app's usual limit; None when it is larger."""
    if (request.content_length or 0) > MAX_BODY:
        return None
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _error(status: int, message: str, action: str | None = None) -> web.Response:
    body: dict[str, Any] = {"error": message}
    if action is not None:
        body["action_name"] = action
    return web.json_response(body, status=status)
