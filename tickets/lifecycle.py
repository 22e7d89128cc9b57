"""The life of a ticket (工单流转): every move from state to state, who may make it, and the only writer of a state.

The table :data:`TRANSITIONS` is the whole truth. The desk's buttons, the API, the assistant, the clock and the page
docs/tickets.md are made from it. What a move needs is described in :mod:`tickets.needs`, what it does beside changing the state in
:mod:`tickets.effects`, and :mod:`tickets.moves` makes it.

Procedure (受理、派单、办理、答复、督办、办结、回访、评价): 《国务院办公厅关于进一步优化地方政务服务便民热线的指导意见》
（国办发〔2020〕53号）.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tickets.states import State


class Who(StrEnum):
    """Who makes a move; the code is the ``kind`` of :class:`tickets.types.Actor`."""

    CITIZEN = "citizen"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    DEPARTMENT = "department"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The name of the role for people."""
        return _WHO[self]


_WHO = {
    Who.CITIZEN: "群众",
    Who.AGENT: "话务员",
    Who.SUPERVISOR: "班长",
    Who.DEPARTMENT: "承办单位",
    Who.SYSTEM: "系统",
}

_STAFF = (Who.AGENT, Who.SUPERVISOR)
_BEGUN = (State.PENDING_ACCEPTANCE, State.PENDING_DISPATCH)
_AT_DEPARTMENT = (
    State.PENDING_SIGN,
    State.HANDLING,
    State.RETURN_REVIEW,
    State.EXTENSION_REVIEW,
    State.SUSPENDED,
)
_UNANSWERED = (*_BEGUN, *_AT_DEPARTMENT)
_OPEN = (*_UNANSWERED, State.PENDING_REVIEW, State.PENDING_CALLBACK)


class Tone(StrEnum):
    """How a move stands out among others."""

    LEAD = "lead"
    """The next step of a ticket's life."""
    PLAIN = "plain"
    GRAVE = "grave"
    """It ends a ticket, or turns it back."""


@dataclass(frozen=True)
class Transition:
    """A move of a ticket.

    Args:
        action: its code, at most 20 characters. It must not change, because histories hold it.
        label: its name for people.
        sources: the states in which it can be made.
        targets: the states to which it can lead; empty: the state stays. When there are several, the move's effect
            chooses (:mod:`tickets.effects`).
        who: who may make it.
        told: whether the citizen hears of it (:mod:`tickets.notices`).
        assisting: whether an assisting department (协办单位) may make it, too, and not the lead only.
        appends: whether it only adds to the ticket, so that nothing which somebody else is just writing becomes wrong by it: the
            version stays, and an older one is no conflict.
        tone: how its button stands out.
        daily: its name on a department's list, when it is one of the few that departments make every day; empty: it is none.
    """

    action: str
    label: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    who: tuple[Who, ...]
    told: bool = False
    assisting: bool = False
    appends: bool = False
    tone: Tone = Tone.PLAIN
    daily: str = ""

    @property
    def stays(self) -> bool:
        """Whether the move leaves the state as it is."""
        return not self.targets


_ALL = (
    Transition(
        "accept",
        "受理",
        (State.PENDING_ACCEPTANCE,),
        (State.PENDING_DISPATCH,),
        _STAFF,
        told=True,
        tone=Tone.LEAD,
    ),
    Transition("decline", "不予受理", _BEGUN, (State.DECLINED,), _STAFF, told=True, tone=Tone.GRAVE),
    Transition("answer", "直接答复", _BEGUN, (State.ANSWERED_DIRECTLY,), _STAFF, told=True),
    Transition(
        "dispatch",
        "派单",
        (State.PENDING_DISPATCH,),
        (State.PENDING_SIGN,),
        (*_STAFF, Who.SYSTEM),
        told=True,
        tone=Tone.LEAD,
    ),
    Transition(
        "sign",
        "签收",
        (State.PENDING_SIGN,),
        (State.HANDLING,),
        (Who.DEPARTMENT,),
        tone=Tone.LEAD,
        daily="签收",
    ),
    Transition(
        "ask_return",
        "退单申请",
        (State.PENDING_SIGN, State.HANDLING),
        (State.RETURN_REVIEW,),
        (Who.DEPARTMENT,),
        daily="退单",
    ),
    Transition(
        "grant_return", "同意退单", (State.RETURN_REVIEW,), (State.PENDING_DISPATCH,), _STAFF, tone=Tone.LEAD
    ),
    Transition(
        "refuse_return",
        "不同意退单",
        (State.RETURN_REVIEW,),
        (State.PENDING_SIGN, State.HANDLING),
        _STAFF,
        tone=Tone.GRAVE,
    ),
    Transition(
        "ask_extension",
        "延期申请",
        (State.HANDLING,),
        (State.EXTENSION_REVIEW,),
        (Who.DEPARTMENT,),
        daily="延期",
    ),
    Transition(
        "grant_extension",
        "同意延期",
        (State.EXTENSION_REVIEW,),
        (State.HANDLING,),
        (Who.SUPERVISOR,),
        told=True,
        tone=Tone.LEAD,
    ),
    Transition(
        "refuse_extension",
        "不同意延期",
        (State.EXTENSION_REVIEW,),
        (State.HANDLING,),
        (Who.SUPERVISOR,),
        tone=Tone.GRAVE,
    ),
    Transition(
        "note",
        "办理进展",
        (*_AT_DEPARTMENT, State.PENDING_REVIEW),
        (),
        (Who.DEPARTMENT, *_STAFF),
        assisting=True,
        appends=True,
    ),
    Transition(
        "contact",
        "先行联系",
        (State.HANDLING, State.SUSPENDED),
        (),
        (Who.DEPARTMENT, *_STAFF),
        assisting=True,
        appends=True,
    ),
    Transition("suspend", "挂起", (State.HANDLING,), (State.SUSPENDED,), (Who.DEPARTMENT,), told=True),
    Transition(
        "resume",
        "恢复办理",
        (State.SUSPENDED,),
        (State.HANDLING,),
        (Who.DEPARTMENT, *_STAFF, Who.CITIZEN, Who.SYSTEM),
        tone=Tone.LEAD,
    ),
    Transition(
        "reply",
        "提交答复",
        (State.HANDLING,),
        (State.PENDING_REVIEW,),
        (Who.DEPARTMENT,),
        tone=Tone.LEAD,
        daily="答复",
    ),
    Transition(
        "approve",
        "审核通过",
        (State.PENDING_REVIEW,),
        (State.PENDING_CALLBACK,),
        _STAFF,
        told=True,
        tone=Tone.LEAD,
    ),
    Transition("reject", "审核退回", (State.PENDING_REVIEW,), (State.HANDLING,), _STAFF, tone=Tone.GRAVE),
    Transition(
        "callback",
        "回访",
        (State.PENDING_CALLBACK,),
        (State.PENDING_CALLBACK, State.CLOSED),
        (Who.CITIZEN, *_STAFF),
        tone=Tone.LEAD,
    ),
    Transition(
        "redo",
        "重办",
        (State.PENDING_CALLBACK,),
        (State.HANDLING,),
        (Who.SUPERVISOR, Who.SYSTEM),
        told=True,
    ),
    Transition(
        "archive",
        "归档",
        (State.PENDING_CALLBACK,),
        (State.CLOSED,),
        (Who.SUPERVISOR, Who.SYSTEM),
        told=True,
        tone=Tone.GRAVE,
    ),
    Transition(
        "merge",
        "并单",
        (*_BEGUN, State.PENDING_SIGN, State.HANDLING),
        (State.MERGED,),
        _STAFF,
        told=True,
        tone=Tone.GRAVE,
    ),
    Transition(
        "withdraw",
        "撤回",
        _UNANSWERED,
        (State.WITHDRAWN,),
        (Who.CITIZEN, *_STAFF),
        told=True,
        tone=Tone.GRAVE,
    ),
    Transition("urge", "催办", _OPEN, (), (Who.CITIZEN, *_STAFF), appends=True),
    Transition(
        "supervise",
        "督办",
        (*_UNANSWERED, State.PENDING_REVIEW),
        (),
        (Who.SUPERVISOR, Who.SYSTEM),
        appends=True,
    ),
)
TRANSITIONS: dict[str, Transition] = {one.action: one for one in _ALL}
"""Code of an action → the move."""
_EDGES = {(a, b) for one in _ALL for a in one.sources for b in one.targets}


def may_be_withdrawn(state: State) -> bool:
    """Whether a ticket in this state can still be withdrawn.

    >>> may_be_withdrawn(State.PENDING_ACCEPTANCE), may_be_withdrawn(State.PENDING_CALLBACK)
    (True, False)
    """
    return state in TRANSITIONS["withdraw"].sources


class IllegalMove(Exception):
    """Code tried to write a state to which no move leads. This is a mistake in the program, never of a user."""


class Stateful(Protocol):
    """A ticket's row, as far as this module writes it."""

    state: str


def enter(row: Stateful, transition: Transition, target: State) -> None:
    """Write the state to which a move leads. No other function of the project writes a state.

    Args:
        row: the ticket.
        transition: the move.
        target: one of its targets, or the present state when the move stays.

    Raises:
        IllegalMove: the move does not lead from the present state to ``target``.
    """
    now = State(row.state)
    if now not in transition.sources or target not in (transition.targets or (now,)):
        raise IllegalMove(f"{transition.action}: {now} → {target}")
    row.state = target


def refuse_illegal(before: object, after: object) -> None:
    """Refuse a change of state that no move makes. The table of tickets calls it for each assignment.

    Raises:
        IllegalMove: no move leads from ``before`` to ``after``.
    """
    if not isinstance(before, str):  # a new row, or one whose state was not read
        if after == State.PENDING_ACCEPTANCE:
            return
        raise IllegalMove(f"a new ticket is not {after}")
    if before != after and (State(before), State(str(after))) not in _EDGES:
        raise IllegalMove(f"{before} → {after}")


def allowed(state: State, who: Who) -> tuple[Transition, ...]:
    """The moves that somebody may make in a state, in the order of a ticket's life.

    >>> [one.action for one in allowed(State.PENDING_SIGN, Who.DEPARTMENT)]
    ['sign', 'ask_return', 'note']
    """
    return tuple(one for one in _ALL if state in one.sources and who in one.who)
