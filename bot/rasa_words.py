"""Keeps what citizens say out of Rasa's log: values that may hold words are left out, and tracebacks show no variables."""

from __future__ import annotations

from typing import Any

_NAMES = frozenset(
    [
        "event",
        "event_info",
        "level",
        "logger",
        "exc_info",
        "stack_info",
        "turn",
        "conversation",
        "action_name",
        "intent_name",
        "policy_name",
        "action_executed",
        "resource_name",
        "component_name",
        "rule_name",
        "name",
        "channel",
    ]
)
"""Keys of values that name parts of the program, and no words of a citizen."""
GONE = "***"
"""Stands for a value that is left out."""


def without_words(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A log record without values that may hold a citizen's words. Numbers and names of parts stay."""
    return {
        key: value if key in _NAMES or isinstance(value, (int, float, type(None))) else GONE
        for key, value in event.items()
    }


def keep_out() -> None:
    """Let Rasa's log leave out words. Called before Rasa sets up its log."""
    import structlog
    from rasa.utils import log_utils
    from structlog.tracebacks import ExceptionDictTransformer

    log_utils._anonymizer = without_words
    plain = ExceptionDictTransformer(show_locals=False)
    structlog.processors.dict_tracebacks = structlog.processors.ExceptionRenderer(plain)
