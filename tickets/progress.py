"""The text for citizens who ask about progress. It says where the ticket stands, and promises nothing."""

from __future__ import annotations

from datetime import datetime

from core.clock import local, now
from tickets.states import State
from tickets.types import Ticket

_STANDS: dict[State, str] = {
    State.PENDING_ACCEPTANCE: "已经登记好了，正等工作人员核对受理，您不用重复提交。",
    State.PENDING_DISPATCH: "已经受理，正在确定由哪个单位来办。",
    State.PENDING_SIGN: "已经转给{department}，正等对方签收。",
    State.HANDLING: "{department}正在办理。",
    State.RETURN_REVIEW: "{department}提出这件事不归本单位办，我们正在审核由谁来办。",
    State.EXTENSION_REVIEW: "{department}申请多要一些时间，我们正在审核。",
    State.PENDING_REVIEW: "{department}已经提交了办理结果，我们正在审核。",
    State.PENDING_CALLBACK: "办理结果已经审核，工作人员会联系您回访，请留意来电。",
    State.CLOSED: "已经办结归档。如果问题没有解决或者又出现了，您可以说“转人工”告诉我们。",
    State.DECLINED: "经核对不属于本热线的受理范围。想了解原因和可以去哪里反映，您可以说“转人工”。",
    State.ANSWERED_DIRECTLY: "已经直接答复您。如果还有不清楚的，您可以说“转人工”。",
    State.MERGED: "和别人反映的同一件事合并办理了，结果一样会告诉您。",
}


def progress_text(ticket: Ticket) -> str:
    """The progress of a ticket in two or three sentences for the chat.

    It names the deadlines that are based on a document. Examples and provisional deadlines are not told. It never
    names a result or an estimated time.
    """
    stands = _STANDS[ticket.state].format(department=ticket.department or "承办单位")
    text = (
        f"您好，您 {_when(ticket.created_at)} 提交的{ticket.type.label}工单 {ticket.number}，"
        f"现在是“{ticket.state.label}”：{stands}"
    )
    return "\n".join([text, *deadline_lines(ticket)])


def deadline_lines(ticket: Ticket) -> list[str]:
    """The deadlines that a citizen may rely on, one sentence each; none when there are none or all are over."""
    if not ticket.due.promised:
        return []
    said = []
    for step in ticket.due.left(ticket.state):
        if step.code == "sign":
            continue  # This step does not concern the citizen.
        late = "现在已经过了这个时间，您可以说“催办”。" if step.at < now() else ""
        said.append(f"按{ticket.due.basis}，应当在 {_when(step.at)} 前{step.label}。{late}")
    return said


def _when(moment: datetime) -> str:
    at = local(moment)
    return f"{at.year} 年 {at.month} 月 {at.day} 日 {at:%H:%M}"
