"""The text for citizens who ask about progress. It says where the ticket stands, and promises nothing."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from core.clock import local, now
from tickets.due import Due
from tickets.states import State
from tickets.types import Ticket

_STANDS: dict[State, str] = {
    State.PENDING_ACCEPTANCE: "已经登记好了，正等工作人员核对受理，您不用重复提交。",
    State.PENDING_DISPATCH: "已经受理，正在确定由哪个单位来办。",
    State.PENDING_SIGN: "已经转给{department}，正等对方签收。",
    State.HANDLING: "{department}正在办理。",
    State.RETURN_REVIEW: "{department}提出这件事不归本单位办，我们正在审核由谁来办。",
    State.EXTENSION_REVIEW: "{department}申请多要一些时间，我们正在审核。",
    State.SUSPENDED: "{department}在等您补充情况，收到以后接着办。",
    State.PENDING_REVIEW: "{department}已经提交了办理结果，我们正在审核。",
    State.PENDING_CALLBACK: "{department}已经办完并答复，等您说说解决了没有。",
    State.CLOSED: "已经办结归档。如果问题没有解决或者又出现了，您可以说“转人工”告诉我们。",
    State.DECLINED: "经核对不属于本热线的受理范围。还有疑问，您可以说“转人工”。",
    State.ANSWERED_DIRECTLY: "已经直接答复您。如果还有不清楚的，您可以说“转人工”。",
    State.MERGED: "和别人反映的同一件事合并办理了，结果一样会告诉您。",
    State.WITHDRAWN: "按您的意思撤回了，不再办理。以后还有事，随时再说。",
}
_TOLD = ("reply", "close")
"""The steps that concern the citizen."""
ANSWERED = frozenset({State.PENDING_CALLBACK, State.CLOSED, State.DECLINED, State.ANSWERED_DIRECTLY})
"""States in which the answer was reviewed, so that the citizen may read it."""


def progress_text(ticket: Ticket) -> str:
    """The progress of a ticket in two or three sentences for the chat.

    It names the deadlines that are based on a document. Examples and provisional deadlines are not told, nor any estimated
    time. The answer is told once it was reviewed, in its own words.
    """
    stands = _STANDS[ticket.state].format(department=ticket.department or "承办单位")
    text = f"您好，{filed(ticket)}，现在是“{ticket.state.label}”：{stands}"
    if ticket.merged_answer:
        text = f"您好，{filed(ticket)}，和同一件事合并办理，已经有结果了。"
    said = ticket.merged_answer or (ticket.public_reply if ticket.state in ANSWERED else "")
    answer = [f"答复：{said}"] if said else []
    return "\n".join([text, *answer, *deadline_lines(ticket)])


def filed(ticket: Ticket) -> str:
    """The ticket as citizens know it: when they filed it, its type and number."""
    return f"您 {_when(ticket.created_at)} 提交的{ticket.type.label}工单 {ticket.number}"


def deadline_lines(ticket: Ticket, *, late: bool = True) -> list[str]:
    """The deadlines that a citizen may rely on, one sentence each; see :func:`lines_of`."""
    return lines_of(ticket.due, ticket.state, late=late)


def lines_of(due: Due, state: State, *, late: bool = True) -> list[str]:
    """The deadlines that a citizen may rely on, one sentence each; none when there are none or all are over.

    Args:
        due: the deadlines.
        state: the state of the ticket.
        late: whether those that have passed are named, too.
    """
    if not due.promised:
        return []
    said = []
    for step in due.left(state):
        passed = step.at < now()
        if step.code not in _TOLD or (passed and not late):
            continue
        more = "现在已经过了这个时间，您可以说“催办”。" if passed else ""
        said.append(f"按{due.basis}，应当在 {_until(step.at)} 前{step.label}。{more}")
    return said


def _until(moment: datetime) -> str:
    """A deadline as people say it: midnight is the end of the day before."""
    if local(moment).time() != time():
        return _when(moment)
    day = local(moment) - timedelta(days=1)
    return f"{day.year} 年 {day.month} 月 {day.day} 日 24:00"


def _when(moment: datetime) -> str:
    at = local(moment)
    return f"{at.year} 年 {at.month} 月 {at.day} 日 {at:%H:%M}"
