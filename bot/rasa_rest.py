"""Rasa's REST channel, extended to write the app's turn id into each line of Rasa's log.

Rasa itself logs no turn, and on most lines no conversation; the app sends both with each message.
``credentials.yml`` names this channel. URL and format are those of Rasa's channel
(``/webhooks/rest/webhook``).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint
from structlog.contextvars import bound_contextvars

log = logging.getLogger("rasa.wenban")
"""Logger below ``rasa``: ``LOG_LEVEL`` sets its level (default info); other loggers start at warning."""

_turn: ContextVar[str] = ContextVar("turn", default="")
"""The app's id of the turn that this task is answering; empty between messages."""


class Rest(RestInput):
    """Rasa's REST channel; each line logged while it answers a message ends with the turn's id."""

    def __init__(self) -> None:
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

        return super().blueprint(handle)


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
