"""Problems of the editors' files: their place, their severity, and how to mend them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]
"""An error keeps the entry out of the index. A warning is a reminder for the editor."""


@dataclass(frozen=True, order=True)
class Problem:
    """One finding of ``wenban kb check``.

    Args:
        file: path relative to the knowledge folder.
        line: 1-based line number; 1 when the problem concerns the whole file.
        severity: an ``error`` keeps the entry out of the index, a ``warning`` does not.
        code: stable code for programs, listed in docs/knowledge-base.md.
        message: what is wrong, in Chinese for editors.
        mend: how to mend it, in Chinese for editors.
    """

    file: str
    line: int
    severity: Severity
    code: str
    message: str
    mend: str

    def to_json(self) -> dict[str, Any]:
        """A JSON-safe form for ``--json``."""
        return asdict(self)

    def __str__(self) -> str:
        mark = "错误" if self.severity == "error" else "提醒"
        return f"{self.file}:{self.line}: {mark} [{self.code}] {self.message}（{self.mend}）"


def shorten(text: str, limit: int = 40) -> str:
    """Shortens a long text for a message.

    >>> shorten("身份证丢了怎么补办", 5)
    '身份证丢了…'
    """
    return text if len(text) <= limit else text[:limit] + "…"


def has_errors(problems: list[Problem]) -> bool:
    """Whether any problem is an error (not a warning)."""
    return any(p.severity == "error" for p in problems)
