"""Rasa's REST channel for the app alone: it asks for a secret, and writes the app's turn id into each line of Rasa's log.

Rasa itself logs no turn, and on most lines no conversation; the app sends both with each message.
``credentials.yml`` names this channel. URL and format are those of Rasa's channel
(``/webhooks/rest/webhook``). A loopback port is open to every program of the machine, so whoever does not show the
secret is refused.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, Request, response
from structlog.contextvars import bound_contextvars

from bot.channel_secret import HEADER, channel_secret

log = logging.getLogger("rasa.wenban")
"""Logger below ``rasa``: ``LOG_LEVEL`` sets its level (default info); other loggers start at warning."""

_turn: ContextVar[str] = ContextVar("turn", default="")
"""The app's id of the turn that this task is answering; empty between messages."""


class Rest(RestInput):
    """Rasa's REST channel; each line logged while it answers a message ends with the turn's id."""

    def __init__(self) -> None:
        actions_secret = os.environ.get("WENBAN_ACTIONS_SECRET", "")
        if not actions_secret:
            raise ValueError(
                "WENBAN_ACTIONS_SECRET is not set: anybody on this machine could speak as any citizen"
            )
        self._secret = channel_secret(actions_secret).encode()
        mark_lines()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of Rasa's channel, with a handler that also logs one line for each message."""

        async def handle(message: UserMessage) -> Any:
            turn = str((message.metadata or {}).get("turn") or "")
            began = time.monotonic()
            token = _turn.set(turn)
            try:
                # Rasa uses both structlog and logging, so both get the turn's id.
                with bound_contextvars(turn=turn, conversation=message.sender_id):
                    answer = await on_new_message(message)
                    log.info(
                        "answered conversation=%s in %.0f ms",
                        message.sender_id,
                        (time.monotonic() - began) * 1000,
                    )
                    return answer
            finally:
                _turn.reset(token)

        routes = super().blueprint(handle)

        @routes.on_request
        async def refuse(request: Request) -> response.HTTPResponse | None:
            given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
            if secrets.compare_digest(given, self._secret):
                return None
            return response.json({"error": "wrong or missing secret"}, status=401)

        return routes


def mark_lines() -> None:
    """Let each line of the ``logging`` module end with ``turn=<id>`` while a message is being answered."""
    make = logging.getLogRecordFactory()
    if getattr(make, "marks_turns", False):
        return

    def made(*args: Any, **named: Any) -> logging.LogRecord:
        record = make(*args, **named)
        turn = _turn.get()
        # Lines of structlog are JSON objects that contain the turn already.
        if turn and isinstance(record.msg, str) and not record.msg.startswith("{"):
            record.msg = f"{record.msg} turn={turn.replace('%', '%%')}"
        return record

    made.marks_turns = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(made)
