"""The text for citizens who ask about progress. It says where the ticket stands, and promises nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.clock import local, now
from core.masking import hide
from tickets.due import Due
from tickets.states import State
from tickets.types import Ticket

_STANDS: dict[State, tuple[str, str]] = {
    State.PENDING_ACCEPTANCE: ("已经登记好了，正等工作人员核对受理，您不用重复提交。", ""),
    State.PENDING_DISPATCH: ("已经受理，正在确定由哪个单位来办。", ""),
    State.PENDING_SIGN: ("已经转给{department}，正等对方签收。", ""),
    State.HANDLING: ("{department}正在办理。", ""),
    State.RETURN_REVIEW: ("{department}提出这件事不归本单位办，我们正在审核由谁来办。", ""),
    State.EXTENSION_REVIEW: ("{department}申请多要一些时间，我们正在审核。", ""),
    State.SUSPENDED: ("{department}在等您补充情况，收到以后接着办。", ""),
    State.PENDING_REVIEW: ("{department}已经提交了办理结果，我们正在审核。", ""),
    State.PENDING_CALLBACK: ("{department}已经办完并答复，等您说说解决了没有。", ""),
    State.CLOSED: ("已经办结归档。", "如果问题没有解决或者又出现了，您可以说“转人工”告诉我们。"),
    State.DECLINED: ("经核对不属于本热线的受理范围。", "还有疑问，您可以说“转人工”。"),
    State.ANSWERED_DIRECTLY: ("已经直接答复您。", "如果还有不清楚的，您可以说“转人工”。"),
    State.MERGED: ("和别人反映的同一件事合并办理了，结果一样会告诉您。", ""),
    State.WITHDRAWN: ("按您的意思撤回了，不再办理。", "以后还有事，随时再说。"),
}
"""State → where the ticket stands, and what the citizen may say in the talk then."""
_TOLD = ("reply", "close")
"""The steps that concern the citizen."""
ANSWERED = frozenset({State.PENDING_CALLBACK, State.CLOSED, State.DECLINED, State.ANSWERED_DIRECTLY})
"""States in which the answer was reviewed, so that the citizen may read it."""


def progress_text(ticket: Ticket) -> str:
    """The progress of a ticket in two or three sentences for the chat.

    It names the deadlines that are based on a document. Examples and provisional deadlines are not told, nor any estimated
    time. The answer is told once it was reviewed, in its own words.
    """
    stands = standing(ticket) + _STANDS[ticket.state][1]
    text = f"您好，{filed(ticket)}，现在是“{ticket.state.label}”：{stands}"
    if ticket.merged_answer:
        text = f"您好，{filed(ticket)}，和同一件事合并办理，已经有结果了。"
    said = answer_of(ticket)
    answer = [f"答复：{said}"] if said else []
    return "\n".join([text, *answer, *deadline_lines(ticket)])


def filed(ticket: Ticket) -> str:
    """The ticket as citizens know it: when they filed it, its type and number."""
    return f"您 {when(ticket.created_at)} 提交的{ticket.type.label}工单 {ticket.number}"


def standing(ticket: Ticket) -> str:
    """Where a ticket stands, in one sentence, without what may be said in a talk."""
    if ticket.merged_answer:
        return "和同一件事合并办理，已经有结果了。"
    return _STANDS[ticket.state][0].format(department=ticket.department or "承办单位")


def no_withdrawal(ticket: Ticket) -> str:
    """What is said of a ticket that can't be withdrawn any more."""
    return f"工单 {ticket.number} 现在是“{ticket.state.label}”，{standing(ticket)}不能再撤回，也不用撤。"


def answer_of(ticket: Ticket) -> str:
    """The answer that its citizen may read, with masked numbers; empty when there is none that was reviewed.

    It may name another reporter of the same matter, and is read by whoever has the number and the code.
    """
    return hide(ticket.merged_answer or (ticket.public_reply if ticket.state in ANSWERED else ""))


@dataclass(frozen=True)
class Promise:
    """A deadline that a citizen may rely on.

    Args:
        words: the document, the time and the step: 按……，应当在 2026 年 12 月 7 日 18:00 前答复。
        late: whether the time is over.
    """

    words: str
    late: bool


def promises(due: Due, state: State) -> list[Promise]:
    """The deadlines that a citizen may rely on; none when there are none or all are over.

    Args:
        due: the deadlines.
        state: the state of the ticket.
    """
    if not due.promised:
        return []
    return [
        Promise(f"按{due.basis}，应当在 {_until(step.at)} 前{step.label}。", step.at < now())
        for step in due.left(state)
        if step.code in _TOLD
    ]


def deadline_lines(ticket: Ticket, *, late: bool = True) -> list[str]:
    """The same deadlines for a talk, one sentence each; see :func:`lines_of`."""
    return lines_of(ticket.due, ticket.state, late=late)


def lines_of(due: Due, state: State, *, late: bool = True) -> list[str]:
    """The deadlines that a citizen may rely on, one sentence each, for a talk; none when there are none or all are over.

    Args:
        due: the deadlines.
        state: the state of the ticket.
        late: whether those that have passed are named, too.
    """
    urge = "现在已经过了这个时间，您可以说“催办”。"
    return [one.words + urge * one.late for one in promises(due, state) if late or not one.late]


def _until(moment: datetime) -> str:
    """A deadline as people say it: midnight is the end of the day before."""
    if local(moment).time() != time():
        return when(moment)
    day = local(moment) - timedelta(days=1)
    return f"{day.year} 年 {day.month} 月 {day.day} 日 24:00"


def when(moment: datetime) -> str:
    """A moment as citizens read it: 2026 年 11 月 23 日 18:00."""
    at = local(moment)
    return f"{at.year} 年 {at.month} 月 {at.day} 日 {at:%H:%M}"
