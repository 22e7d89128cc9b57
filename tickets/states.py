"""The states of a ticket. Which moves lead from one to another: :mod:`tickets.lifecycle`."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The state of a ticket. It is stored as the English code and shown as :attr:`label`.

    >>> State.PENDING_ACCEPTANCE.label
    '待受理'
    """

    PENDING_ACCEPTANCE = "pending_acceptance"
    PENDING_DISPATCH = "pending_dispatch"
    PENDING_SIGN = "pending_sign"
    HANDLING = "handling"
    RETURN_REVIEW = "return_review"
    EXTENSION_REVIEW = "extension_review"
    SUSPENDED = "suspended"
    PENDING_REVIEW = "pending_review"
    PENDING_CALLBACK = "pending_callback"
    CLOSED = "closed"
    DECLINED = "declined"
    ANSWERED_DIRECTLY = "answered_directly"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The name of the state for citizens and agents."""
        return _LABELS[self]

    @property
    def is_final(self) -> bool:
        """Whether the ticket is finished, so that nothing more happens to it by itself."""
        return self in _FINAL

    @classmethod
    def parse(cls, text: str) -> State | None:
        """The state with this code or Chinese label; None when there is none.

        >>> State.parse("待受理") is State.parse("pending_acceptance")
        True
        """
        for state in cls:
            if text in (state.value, state.label):
                return state
        return None


_LABELS: dict[State, str] = {
    State.PENDING_ACCEPTANCE: "待受理",
    State.PENDING_DISPATCH: "待派单",
    State.PENDING_SIGN: "待签收",
    State.HANDLING: "办理中",
    State.RETURN_REVIEW: "退单审核",
    State.EXTENSION_REVIEW: "延期审核",
    State.SUSPENDED: "挂起",
    State.PENDING_REVIEW: "待审核",
    State.PENDING_CALLBACK: "待回访",
    State.CLOSED: "办结归档",
    State.DECLINED: "不予受理",
    State.ANSWERED_DIRECTLY: "直接答复",
    State.MERGED: "并单",
    State.WITHDRAWN: "已撤回",
}

_FINAL = frozenset({State.CLOSED, State.DECLINED, State.ANSWERED_DIRECTLY, State.MERGED, State.WITHDRAWN})
