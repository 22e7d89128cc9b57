"""What a ticket went through (:class:`Rounds`), and what its citizen said of the result (:class:`Heard`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rounds:
    """How often something happened to a ticket."""

    returns: int = 0
    extensions: int = 0
    suspensions: int = 0
    redos: int = 0
    urges: int = 0
    unreached: int = 0

    def to_json(self) -> dict[str, int]:
        """The JSON form for the desk."""
        return dict(vars(self))


@dataclass(frozen=True)
class Heard:
    """回访: what the citizen said of the result.

    Args:
        result: see :attr:`tickets.models.TicketRow.callback`.
        satisfied: 1 to 5; None when not said.
        why: the reason of a dissatisfied citizen.
    """

    result: str = ""
    satisfied: int | None = None
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return {
            "result": CALLBACK_LABELS.get(self.result),
            "result_code": self.result,
            "satisfied": self.satisfied,
            "why": self.why,
        }


CALLBACK_LABELS = {
    "solved": "已解决",
    "unsolved": "未解决",
    "unreached": "未联系上",
    "unanswered": "没有回复",
}
"""Code of a callback's result → its name for people."""
