"""What each move of a ticket does beside changing its state: one function for each move that does more.

A function gets the move, changes the row, and returns the line for the ticket's history. When a move has several targets, it
chooses one (:attr:`Doing.target`). It may ask for moves that follow by themselves (:attr:`Doing.then`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.city import City
from core.clock import local
from core.errors import BadRequest, Conflict
from core.jobs import add
from tickets import calls, catalog, deadlines, dispatch, numbers, replies, rows, similar, urgency
from tickets.lifecycle import Transition, Who
from tickets.models import Department, TicketRow
from tickets.states import State
from tickets.types import EMERGENCY, URGENT, Actor
from tickets.working_time import after_working_days, working_days_until

AUTOMATIC = "ticket_dispatch"
"""Kind of the job that may dispatch an accepted ticket by itself (:mod:`tickets.automatic`). Its key is the ticket's id."""


@dataclass
class Doing:
    """A move that is being made.

    Args:
        session: its transaction.
        row: the ticket, locked.
        transition: the move.
        fields: its checked fields, of the model in :data:`tickets.needs.NEEDS`.
        actor: who makes it.
        city: has the rules.
        at: the present.
        target: the state to which it leads.
        then: moves that the system makes right after it: (code, fields).
    """

    session: AsyncSession
    row: TicketRow
    transition: Transition
    fields: Any
    actor: Actor
    city: City
    at: datetime
    target: State
    then: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


Effect = Callable[[Doing], Awaitable[str]]


async def of(doing: Doing) -> str:
    """Do what a move does beside changing the state; the line for the history."""
    effect = _EFFECTS.get(doing.transition.action)
    return await effect(doing) if effect else _words(doing.fields)


def _words(fields: Any) -> str:
    """The words of a move that has only one text."""
    for name in ("reason", "text", "note"):
        if said := getattr(fields, name, ""):
            return str(said)
    return ""


def _recount(doing: Doing) -> None:
    deadlines.set_due(doing.row, deadlines.of_row(doing.city, doing.row))


async def _accept(doing: Doing) -> str:
    row, fields, changed = doing.row, doing.fields, []
    if fields.category and fields.category != row.category:
        known = {f"{c.name}/{leaf.name}" for c in catalog.categories() for leaf in c.children}
        if fields.category not in known:
            raise BadRequest(
                f"没有“{fields.category}”这个分类", details={"fields": {"category": "没有这个分类"}}
            )
        row.category = fields.category
        changed.append(f"分类改为 {row.category}")
    if fields.district and fields.district != row.district:
        district = doing.city.named(fields.district)
        if district is None:
            raise BadRequest(
                f"没有“{fields.district}”这个县区", details={"fields": {"district": "没有这个县区"}}
            )
        row.district = district.name
        changed.append(f"县区改为 {row.district}")
    if (code := urgency.changed(row, fields.urgent, fields.emergency)) != row.urgency:
        changed.append({URGENT: "定为紧急", EMERGENCY: "定为特急"}.get(code or "", "不再算紧急"))
        urgency.put(row, code, doing.at)
    row.accepted_at = doing.at
    if doing.city.handling.dispatch.automatic_from is not None:
        await add(doing.session, AUTOMATIC, row.id)
    if changed:
        _recount(doing)
    return "；".join([*changed, *([fields.note] if fields.note else [])])


async def _decline(doing: Doing) -> str:
    told = f"依据：{doing.fields.basis}\n可以这样反映：{doing.fields.route}"
    doing.row.public_reply = told
    return told


async def _answer(doing: Doing) -> str:
    doing.row.public_reply = doing.fields.text
    doing.row.replied_at = doing.at
    return str(doing.fields.text)


async def _department(doing: Doing, asked: str) -> Department:
    """The department with this id, or this name."""
    found = await doing.session.get(Department, asked)
    if found is None:
        found = await doing.session.scalar(select(Department).where(Department.name == asked))
    if found is None or not found.active:
        raise BadRequest("没有这个承办单位", details={"fields": {"department": "没有这个承办单位"}})
    return found


async def _dispatch(doing: Doing) -> str:
    fields, row = doing.fields, doing.row
    lead = await _department(doing, fields.department)
    others = [await _department(doing, one) for one in dict.fromkeys(fields.assisting) if one != lead.id]
    row.department_id, row.dispatched_at, row.signed_at = lead.id, doing.at, None
    dispatch.write(doing.session, row, lead.id, [one.id for one in others])
    _recount(doing)
    said = [f"主办：{lead.name}"]
    said += [f"协办：{'、'.join(one.name for one in others)}"] if others else []
    return "；".join([*said, *([fields.note] if fields.note else [])])


async def _sign(doing: Doing) -> str:
    doing.row.signed_at = doing.at
    return ""


async def _ask_return(doing: Doing) -> str:
    fields = doing.fields
    if not fields.department:
        return str(fields.reason)
    return f"{fields.reason}（建议转给：{(await _department(doing, fields.department)).name}）"


async def _grant_return(doing: Doing) -> str:
    row = doing.row
    await dispatch.end(doing.session, row.id, returned=True)
    row.returns += 1
    row.department_id = row.signed_at = row.dispatched_at = row.replied_at = None
    row.public_reply = row.confidential_reply = ""  # what one department wrote is no other's
    _recount(doing)
    return str(doing.fields.note)


async def _refuse_return(doing: Doing) -> str:
    doing.target = State.HANDLING if doing.row.signed_at else State.PENDING_SIGN
    return str(doing.fields.reason)


async def _ask_extension(doing: Doing) -> str:
    days, most = doing.fields.days, doing.city.handling.extension.most_days
    if days > most:
        raise BadRequest(f"一次最多延 {most} 个工作日", details={"fields": {"days": f"最多 {most}"}})
    doing.row.asked_days = days
    return f"申请延长 {days} 个工作日：{doing.fields.reason}"


async def _grant_extension(doing: Doing) -> str:
    row, asked = doing.row, doing.row.asked_days or 1
    days = doing.fields.days or asked
    if days > asked:
        raise BadRequest(f"承办单位只申请了 {asked} 个工作日", details={"fields": {"days": f"最多 {asked}"}})
    row.extensions += 1
    row.added_days += days
    row.asked_days = None
    _recount(doing)
    due = min((at for at in (row.reply_due_at, row.close_due_at) if at is not None), default=None)
    if due is not None and due <= doing.at:
        # Who decides late promises no day that is over.
        more = f"请多批几天（最多 {asked} 个工作日），或者" if days < asked else "请"
        raise Conflict(
            f"延长 {days} 个工作日只到 {local(due):%m 月 %d 日 %H:%M}，已经过了。{more}不同意延期，让承办单位尽早答复。",
            code="not_now",
        )
    return f"延长 {days} 个工作日" + (f"：{doing.fields.note}" if doing.fields.note else "")


async def _refuse_extension(doing: Doing) -> str:
    doing.row.asked_days = None
    return str(doing.fields.reason)


async def _contact(doing: Doing) -> str:
    return f"{'联系上了' if doing.fields.reached else '没有联系上'}：{doing.fields.text}"


async def _suspend(doing: Doing) -> str:
    row, days, most = doing.row, doing.fields.days, doing.city.handling.suspension.most_days
    if days > most:
        raise BadRequest(f"一次最多挂起 {most} 个工作日", details={"fields": {"days": f"最多 {most}"}})
    hours = doing.city.deadlines.office_hours
    until = after_working_days(doing.at, days, hours.times if hours else ())
    row.suspensions += 1
    row.suspended_at, row.suspended_until = doing.at, until.at.astimezone(UTC)
    return f"最多等 {days} 个工作日：{doing.fields.reason}"


async def _resume(doing: Doing) -> str:
    row = doing.row
    if row.suspended_at is not None and row.suspended_until is not None:
        # Nobody is given the days during which no clock looked. An end of midnight is that of the day before.
        end = min(doing.at, row.suspended_until - timedelta(microseconds=1))
        row.added_days += working_days_until(row.suspended_at, end)
    row.suspended_at = row.suspended_until = None
    _recount(doing)
    return str(doing.fields.note)


async def _reply(doing: Doing) -> str:
    row, fields = doing.row, doing.fields
    found = await replies.warnings(row, fields.public)
    if found and not fields.override:
        doubts = "；".join(one.text for one in found)
        raise BadRequest(
            f"答复还有要看一看的地方：{doubts}。改好再交，或者写明仍要提交的理由。",
            code="reply_warnings",
            details={"warnings": [one.to_json() for one in found]},
        )
    row.public_reply, row.confidential_reply, row.replied_at = fields.public, fields.confidential, doing.at
    said = [f"公开答复：{fields.public}"]
    said += [f"内部说明：{fields.confidential}"] if fields.confidential else []
    if found:
        said.append(f"系统提示过（{'；'.join(one.text for one in found)}），仍提交的理由：{fields.override}")
    return "\n".join(said)


async def _approve(doing: Doing) -> str:
    doing.row.approved_at = doing.at
    calls.plan(doing.row, doing.city, doing.at)
    return str(doing.fields.note)


async def _callback(doing: Doing) -> str:
    row, fields, rules = doing.row, doing.fields, doing.city.handling.callback
    doing.target = State.PENDING_CALLBACK
    if not fields.reached:
        told, last = calls.missed(row, doing.city, doing.at)
        if last and not row.disputed:  # else a supervisor decides
            doing.then = [("archive", {"reason": f"{row.unreached} 天都打过电话，没有联系上"})]
        return told + (f"：{fields.why}" if fields.why else "")
    if fields.solved is None:
        raise BadRequest("请说明问题解决了没有", details={"fields": {"solved": "必须填写"}})
    unhappy = not fields.solved or (fields.satisfied is not None and fields.satisfied < rules.satisfied_from)
    by_citizen = doing.actor.kind == Who.CITIZEN
    if unhappy and not fields.why and not by_citizen:
        raise BadRequest("请写明哪里没有解决或者不满意", details={"fields": {"why": "必须填写"}})
    calls.end(row)
    row.callback = "solved" if fields.solved else "unsolved"
    row.satisfied, row.callback_why = fields.satisfied, fields.why
    if not unhappy:
        if row.disputed and doing.actor.kind == Who.AGENT:
            raise Conflict("群众对办理结果有异议，要由班长决定。", code="not_now")
        _settle(row)
        # Who presses 解决了 is asked for a mark next. Without one the clock files it away as what it is: solved.
        if fields.satisfied is not None or not by_citizen:
            doing.target = State.CLOSED
    elif fields.why and row.redos < rules.redos:
        doing.then = [("redo", {"reason": f"群众不满意：{fields.why}"[:500]})]
        doing.then += [("supervise", {"note": "回访不满意，重新办理"})]
    elif not row.disputed:  # It was redone before, or nobody knows what is wrong: a supervisor decides.
        row.disputed = True
        row.decide_due_at = deadlines.later(doing.city, rules.decide_within, doing.at)
    said = ["已解决" if fields.solved else "未解决"]
    said += [f"满意度 {fields.satisfied}"] if fields.satisfied else []
    return "，".join(said) + (f"：{fields.why}" if fields.why else "")


async def _redo(doing: Doing) -> str:
    row = doing.row
    calls.keep(doing.session, row)
    row.redos += 1
    row.due_from, row.added_days, row.extensions, row.suspensions = doing.at, 0, 0, 0
    row.replied_at = row.approved_at = row.satisfied = None
    row.callback, row.unreached = "", 0
    calls.end(row)
    _settle(row)
    _recount(doing)
    return str(doing.fields.reason)


async def _archive(doing: Doing) -> str:
    row = doing.row
    row.callback = row.callback or ("unreached" if row.unreached else "unanswered")
    calls.end(row)
    _settle(row)
    return str(doing.fields.reason)


def _settle(row: TicketRow) -> None:
    """Nothing is left for a supervisor to decide."""
    row.disputed, row.decide_due_at = False, None


async def _merge(doing: Doing) -> str:
    row, known = doing.row, numbers.plain_number(doing.fields.into)
    into = await rows.by_number(doing.session, known, lock=True) if known else None
    if into is None or into.id == row.id:
        raise BadRequest("没有这张可以并入的工单", details={"fields": {"into": "没有这张工单"}})
    if State(into.state).is_final:
        raise Conflict(f"{into.number} 已经是“{State(into.state).label}”，不能再并进去。", code="not_now")
    row.merged_into_id = into.id
    await doing.session.execute(
        update(TicketRow).where(TicketRow.merged_into_id == row.id).values(merged_into_id=into.id)
    )
    await dispatch.end(doing.session, row.id, returned=False)
    row.department_id = None  # whoever leads the other one has it now (:func:`tickets.dispatch.has`)
    into.reporters = max(into.reporters, row.reporters, await _reporters(doing, into))
    await rows.add_event(doing.session, into.id, doing.actor, "merged_in", note=f"并入 {row.number}")
    return f"并入 {into.number}"


async def _reporters(doing: Doing, into: TicketRow) -> int:
    merged = await doing.session.scalars(
        select(TicketRow).where(TicketRow.merged_into_id == into.id, TicketRow.id != doing.row.id)
    )
    return similar.reporters([into, doing.row, *merged])


async def _withdraw(doing: Doing) -> str:
    children = await doing.session.scalar(
        select(func.count()).where(TicketRow.merged_into_id == doing.row.id)
    )
    if children and doing.actor.kind == Who.CITIZEN:
        # Nobody hears that others reported the same, or how many.
        raise Conflict("这张工单已经在办，现在不能自己撤回；不想办了可以转人工。", code="not_now")
    if children:
        raise Conflict(f"还有 {children} 张工单并在这张里一起办，不能撤回。", code="not_now")
    await dispatch.end(doing.session, doing.row.id, returned=False)
    return str(doing.fields.reason)


async def _urge(doing: Doing) -> str:
    doing.row.urges += 1
    if doing.actor.kind == Who.CITIZEN:
        doing.row.urged_at = doing.at
    return str(doing.fields.note)


async def _supervise(doing: Doing) -> str:
    doing.row.supervised_at = doing.at
    return str(doing.fields.note)


_EFFECTS: dict[str, Effect] = {
    "accept": _accept,
    "decline": _decline,
    "answer": _answer,
    "dispatch": _dispatch,
    "sign": _sign,
    "ask_return": _ask_return,
    "grant_return": _grant_return,
    "refuse_return": _refuse_return,
    "ask_extension": _ask_extension,
    "grant_extension": _grant_extension,
    "refuse_extension": _refuse_extension,
    "contact": _contact,
    "suspend": _suspend,
    "resume": _resume,
    "reply": _reply,
    "approve": _approve,
    "callback": _callback,
    "redo": _redo,
    "archive": _archive,
    "merge": _merge,
    "withdraw": _withdraw,
    "urge": _urge,
    "supervise": _supervise,
}
