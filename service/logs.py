"""Logging: lines for people, or JSON for log collectors. Mobile and identity-card numbers are masked in both."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from core.privacy import mask_text

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _extras(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record: logging.LogRecord | None = event.get("_record")
    if record is not None:
        event.update({k: v for k, v in vars(record).items() if k not in _STANDARD and not k.startswith("_")})
    return event


def _mask(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {k: mask_text(v) if isinstance(v, str) else v for k, v in event.items()}


def configure(level: str, style: str) -> None:
    """Send all log records of the process to standard error.

    Args:
        level: the least severe level that is logged: ``debug``, ``info``, ``warning`` or ``error``.
        style: ``console`` (lines for people) or ``json``.
    """
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if style == "json" else "%H:%M:%S", utc=style == "json"),
        _extras,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # Before the masking. A traceback with local variables would also stop all conversations for seconds.
            structlog.processors.format_exc_info,
            _mask,
            renderer,
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in (
        "sentence_transformers",
        "httpx",
        "faiss",
        "alembic",
        "bm25s",
        "rasa_sdk",
        "urllib3",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class AccessLog(AbstractAccessLogger):
    """The access log: one line for each request. The query is left out, because it may hold a visitor's token."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write the line: method, path, status, and duration in milliseconds.

        The path is written as it was sent, with its escapes, so that nobody can forge a line.
        """
        level = logging.DEBUG if request.path in ("/healthz", "/readyz") else logging.INFO
        self.logger.log(
            level,
            "%s %s %s %.0f ms",
            request.method,
            request.raw_path.partition("?")[0],
            response.status,
            time * 1000,
        )
