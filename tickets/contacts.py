"""Who sees a citizen's name and phone in clear (查看联系方式): whoever has the ticket at that moment, with a reason that is kept."""

from __future__ import annotations

from core.database import Alongside, Database
from core.errors import BadRequest, Forbidden, NotFound
from tickets import dispatch, notes, rows
from tickets.lifecycle import Who
from tickets.states import State
from tickets.types import Actor, Contact


async def see(
    database: Database, number: str, actor: Actor, reason: str, alongside: Alongside | None = None
) -> Contact:
    """Name and phone in clear. The ticket's history records who saw them and why.

    A department sees them while it has the ticket (:func:`tickets.dispatch.has`). That is looked at in the transaction that
    records it, so that a ticket which is taken away at the same time is seen before or not at all.

    Args:
        database: where the tickets are.
        number: number of the ticket.
        actor: who sees them.
        reason: why.
        alongside: work of the caller in the same transaction.

    Raises:
        NotFound: there is no such ticket, or the department does not have it.
        Forbidden: code ``confidential``: the citizen wants 保密, and the actor is a department; code ``not_now``: the citizen
            has withdrawn, so that no department has a reason to call.
        BadRequest: the reason is empty, or longer than :data:`tickets.notes.MAX_NOTE` characters.
    """
    why = notes.said(reason)
    if not why:
        raise BadRequest("请写明为什么要看联系方式", code="reason_needed")
    async with database.write() as session:
        row = await rows.wanted(session, number, lock=True)
        if actor.kind == Who.DEPARTMENT:
            if not await dispatch.has(session, row, actor.department_id or ""):
                raise NotFound("没有这张工单")
            if row.confidential:
                raise Forbidden("群众要求保密，承办单位不能查看联系方式", code="confidential")
            if State(row.state) is State.WITHDRAWN:
                raise Forbidden("群众已经撤回这件诉求，不用再联系了", code="not_now")
        await rows.add_event(session, row.id, actor, "contact_seen", note=why)
        if alongside is not None:
            await alongside(session)
        former = [one.get("name") or one.get("phone") or "" for one in row.former_contacts]
        own = actor.kind != Who.DEPARTMENT
        return Contact(
            row.contact_name or "",
            row.contact_phone or "",
            tuple(dict.fromkeys(filter(None, former))) if own else (),
        )
