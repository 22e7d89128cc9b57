"""Rasa's REST channel, which says in Rasa's log which turn of the app each line belongs to.

Rasa itself logs neither the turn nor, on most lines, the conversation; the app sends both with every message. Named
in ``credentials.yml``; the address and the wire format are those of Rasa's own channel (``/webhooks/rest/webhook``).
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
"""Below Rasa's own loggers, whose level ``LOG_LEVEL`` sets (info unless told otherwise); all others start at warning."""

_turn: ContextVar[str] = ContextVar("turn", default="")
"""The app's id of the turn that is being answered in this task; empty between messages."""


class Rest(RestInput):
    """Rasa's REST channel; every line logged while it answers a message ends with the turn's id."""

    def __init__(self) -> None:
        mark_lines()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes, as Rasa's own, around a handler that logs one line for each message."""

        async def handle(message: UserMessage) -> Any:
            turn = str((message.metadata or {}).get("turn") or "")
            began = time.monotonic()
            token = _turn.set(turn)
            try:
                # Rasa logs by structlog in some places and by logging in others: both are told.
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
    """Have every line of the ``logging`` module end with ``turn=<id>`` while a message is answered."""
    make = logging.getLogRecordFactory()
    if getattr(make, "marks_turns", False):
        return

    def made(*args: Any, **named: Any) -> logging.LogRecord:
        record = make(*args, **named)
        turn = _turn.get()
        # Lines of structlog are whole JSON objects, which carry the turn already.
        if turn and isinstance(record.msg, str) and not record.msg.startswith("{"):
            record.msg = f"{record.msg} turn={turn.replace('%', '%%')}"
        return record

    made.marks_turns = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(made)
