"""What is wrong with the editors' files: where, how bad, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """One finding of ``wenban kb check``.

    Args:
        file: path relative to the knowledge folder.
        line: 1-based line, 1 when the whole file is meant.
        severity: an ``error`` keeps the entry out of the index, a ``warning`` does not.
        code: stable and machine-readable, listed in docs/knowledge-base.md.
        message: what is wrong, in the editors' language.
        mend: what to do about it.
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
    """A long text cut for a message.

    >>> shorten("身份证丢了怎么补办", 5)
    '身份证丢了…'
    """
    return text if len(text) <= limit else text[:limit] + "…"


def has_errors(problems: list[Problem]) -> bool:
    """Whether any finding is an error."""
    return any(p.severity == "error" for p in problems)
