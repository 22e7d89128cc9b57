"""Logging: lines for people, or JSON for log collectors. Mobile and identity-card numbers are masked in both.

What comes from outside can't begin a line of its own: control characters in a record's words are written as escapes,
and the lines of a traceback are indented.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
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


_BROKEN = {
    **{code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))},
    **{code: f"\\u{code:04x}" for code in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))},
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
}
"""Characters that break, hide or turn around a line → how they are written: control characters and marks of direction."""
_TRACES = ("exception", "stack")
"""Values of a record that have several lines on purpose."""


def _one_line(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep every value in its line, so that nobody can forge a line with words that are logged."""
    return {key: _in_line(key, value) if isinstance(value, str) else value for key, value in event.items()}


def _in_line(key: str, text: str) -> str:
    if key not in _TRACES:
        return text.translate(_BROKEN)
    # splitlines also splits at marks such as U+0085, at which a viewer of logs may begin a line.
    return "\n".join("  " + line.translate(_BROKEN) for line in text.splitlines())


def _masked(render: Callable[..., Any]) -> Callable[..., str]:
    """A renderer whose whole text is masked: also numbers within lists, and those of a traceback."""

    def masked(logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
        return mask_text(str(render(logger, name, event)))

    return masked


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
            # A traceback with local variables would also stop all conversations for seconds.
            structlog.processors.format_exc_info,
            _one_line,
            _masked(renderer),
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
        "PIL",  # on debug it writes all that a photo says of its owner
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
