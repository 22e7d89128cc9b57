"""What else must hold for a move of a ticket, beside state and role: how often, how late, who decides."""

from __future__ import annotations

from datetime import datetime

from core.city import City
from core.clock import local
from tickets import deadlines, rows
from tickets.lifecycle import Who
from tickets.models import TicketRow
from tickets.progress import lines_of
from tickets.states import State

_DECIDES = ("dispatch", "grant_return", "refuse_return")


def why_not(action: str, row: TicketRow, who: Who, city: City, moment: datetime) -> str | None:
    """Why a move can't be made now, in one plain sentence; None when nothing is against it.

    Args:
        action: code of the move. State and role were looked at before.
        row: the ticket.
        who: who wants to make it.
        city: has the rules.
        moment: the present.
    """
    rules = city.handling
    if action in _DECIDES and row.returns >= rules.returns.supervisor_after and who is not Who.SUPERVISOR:
        return f"这张工单已经退过 {row.returns} 次，要由班长决定。"
    if action == "ask_return":
        start = row.dispatched_at or row.created_at
        if moment > deadlines.later(city, rules.returns.within, start):
            return f"派单已经超过 {rules.returns.within.label}，不能再申请退单。"
    if action == "ask_extension":
        due = row.reply_due_at or row.close_due_at
        if due is None:
            return "这张工单没有办理期限，不用申请延期。"
        if row.extensions >= rules.extension.times:
            return f"这张工单已经延期过 {row.extensions} 次，不能再延。"
        if moment > due:
            return "办理期限已经过了，不能再申请延期。"
    if action == "suspend":
        if row.suspensions >= rules.suspension.times:
            return f"这张工单已经挂起过 {row.suspensions} 次，不能再挂起。"
        if any(due is not None and moment > due for due in (row.reply_due_at, row.close_due_at)):
            return "办理期限已经过了，不能再挂起。"
    # Who was asked for a reason may still give it; with the reason, it is a supervisor's.
    if action == "callback" and who is Who.CITIZEN and row.disputed and row.callback_why:
        return "您的意见已经记下，正由负责人审核，审核完会告诉您。"
    # Once a day: the hotline's own rule. No document that was read names how often.
    urged = row.urged_at if action == "urge" and who is Who.CITIZEN else None
    if urged is not None and local(urged).date() == local(moment).date():
        until = "".join(lines_of(rows.due(row), State(row.state)))
        return f"您今天 {local(urged):%H:%M} 已经催过了，办的人看得到。{until}明天还没有动静，可以再催。"
    return None
