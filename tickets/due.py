"""A ticket's deadlines (期限): when its steps must be done, and which step is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from core.clock import iso
from tickets.states import State

SOON = timedelta(hours=24)
"""Time before a deadline from which a ticket is due soon."""
LABELS = {"sign": "签收", "reply": "答复", "close": "办结", "decide": "裁决"}
"""Code of a step → its name, in the order of a ticket's life."""
_BEFORE_SIGNED = frozenset({State.PENDING_ACCEPTANCE, State.PENDING_DISPATCH, State.PENDING_SIGN})
_BEFORE_REPLY = _BEFORE_SIGNED | {State.HANDLING, State.RETURN_REVIEW, State.EXTENSION_REVIEW}
_BEFORE_CLOSE = _BEFORE_REPLY | {State.PENDING_REVIEW}
"""Whoever is called back was answered: the time that it takes to reach a citizen is nobody's delay. A suspended ticket waits for
the citizen, and its deadlines move on."""


class Step(NamedTuple):
    """A step of a ticket with its deadline.

    Args:
        code: ``sign``, ``reply``, ``close`` or ``decide``.
        at: when it must be done.
    """

    code: str
    at: datetime

    @property
    def label(self) -> str:
        """The name of the step: 签收, 答复, 办结 or 裁决."""
        return LABELS[self.code]

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return {"step": self.label, "step_code": self.code, "at": iso(self.at)}


class Dated(Protocol):
    """What has a ticket's deadlines: its row, or some of its columns."""

    sign_due_at: datetime | None
    reply_due_at: datetime | None
    close_due_at: datetime | None
    decide_due_at: datetime | None


@dataclass(frozen=True)
class Due:
    """The deadlines of a ticket.

    Args:
        sign_at: until when the department must sign for it (签收); None where no rule limits that.
        reply_at: until when the citizen must have an answer.
        close_at: until when the matter must be settled.
        rule: name of the rule in the city's ``deadlines.yml``; empty when no rule fits the ticket.
        basis: the document on which they are based; empty when the rule is only an example.
        provisional: whether holidays that are not announced yet may change them.
        decide_at: until when a supervisor must decide about a dissatisfied citizen; None when there is nothing to decide. It is
            the hotline's own, and no citizen's date.
    """

    sign_at: datetime | None = None
    reply_at: datetime | None = None
    close_at: datetime | None = None
    rule: str = ""
    basis: str = ""
    provisional: bool = False
    decide_at: datetime | None = None

    @property
    def promised(self) -> bool:
        """Whether a citizen may be told the dates: a document says so, and holidays can't change them any more."""
        return bool(self.basis) and not self.provisional

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps that have a deadline, in the order of a ticket's life."""
        named = zip(LABELS, (self.sign_at, self.reply_at, self.close_at, self.decide_at), strict=True)
        return tuple(Step(code, at) for code, at in named if at is not None)

    def left(self, state: State) -> tuple[Step, ...]:
        """The steps that a ticket in this state still has before it."""
        return tuple(step for step in self.steps if step.code in _LEFT[state])

    def to_json(self, state: State) -> dict[str, Any]:
        """The JSON form for the desk; ``next`` is the step that is due first, None when none is left."""
        left = sorted(self.left(state), key=lambda step: step.at)
        return {
            "rule": self.rule,
            "basis": self.basis,
            "example": bool(self.rule) and not self.basis,
            "provisional": self.provisional,
            "next": left[0].to_json() if left else None,
            "steps": [step.to_json() for step in self.steps],
        }


def left(row: Dated, state: State) -> tuple[Step, ...]:
    """The steps that a ticket in this state still has before it, as :meth:`Due.left` says, from its row."""
    dates = (row.sign_due_at, row.reply_due_at, row.close_due_at, row.decide_due_at)
    left = _LEFT[state]
    return tuple(
        [Step(code, at) for code, at in zip(LABELS, dates, strict=True) if at is not None and code in left]
    )


def _is_left(code: str, state: State) -> bool:
    if code == "sign":
        return state in _BEFORE_SIGNED
    if code == "decide":
        return state is State.PENDING_CALLBACK
    return state in (_BEFORE_REPLY if code == "reply" else _BEFORE_CLOSE)


_LEFT = {state: frozenset(code for code in LABELS if _is_left(code, state)) for state in State}
"""What is left in each state; the clock asks for very many tickets."""
