"""What the citizen of a ticket may see of it outside a conversation: where it stands, what happened when, what may be done now.

No names, no words of the staff to one another, nothing of other reporters, and nothing of the matter itself: a page may be left open
on somebody else's computer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.database import Database
from tickets import progress
from tickets.lookup import Tried
from tickets.models import TicketEventRow
from tickets.service import Tickets
from tickets.types import CITIZEN, WITHDRAWAL_WISHED, Ticket

WAYS = ("callback", "urge", "withdraw")
"""Codes of the moves that a page offers. Adding to a ticket is no move (:meth:`tickets.service.Tickets.note`)."""
_ASKED = "suspend"
_HAPPENED = {
    "filed": "登记了您的诉求",
    "accept": "热线受理",
    "decline": "经核对，不属于本热线的受理范围",
    "answer": "热线直接答复了您",
    "dispatch": "转给承办单位",
    "sign": "承办单位签收，开始办理",
    "grant_return": "退回热线，重新确定由谁来办",
    "grant_extension": "经审核，同意延长办理时间",
    _ASKED: "请您补充情况",
    "resume": "接着办理",
    "approve": "办理结果审核通过，答复了您",
    "callback": "回访",
    "redo": "退回重新办理",
    "archive": "归档",
    "merge": "和同一件事合并办理",
    "withdraw": "按您的意思撤回",
    WITHDRAWAL_WISHED: "有人凭工单号和查询码想撤回，等登记时的会话确认",
    "urge": "催办",
    "urged": "催办",
}
"""Code of an action → how its citizen reads it. What is not here is the staff's own."""
_BY_CITIZEN = {
    "noted": "您补充了情况",
    "rated": "您评价了办理情况",
    "phone_corrected": "您更正了联系电话",
    "name_corrected": "您更正了联系人",
    "contact_taken_back": "您撤回了联系人或电话的更正",
}
"""The same for what counts only when the citizen did it: these notes are written by the staff as well."""


@dataclass(frozen=True)
class Happened:
    """Something that happened to a ticket.

    Args:
        at: when.
        words: what, in plain words.
    """

    at: datetime
    words: str


@dataclass(frozen=True)
class Seen:
    """A ticket as its citizen sees it.

    Args:
        ticket: the ticket.
        stands: where it stands, in one sentence.
        answer: the answer that was reviewed; empty when there is none.
        promises: the deadlines that the citizen may rely on.
        happened: its public history, oldest first.
        adds: whether something can be added to it.
        ways: moves that the citizen may make now, of :data:`WAYS`: code → why not just now, or None.
    """

    ticket: Ticket
    stands: str
    answer: str
    promises: Sequence[progress.Promise]
    happened: Sequence[Happened]
    adds: bool
    ways: dict[str, str | None]


class PublicTickets:
    """Tickets as citizens see them by number and query code.

    Args:
        database: where the tickets are.
        tickets: the tickets.
    """

    def __init__(self, database: Database, tickets: Tickets) -> None:
        self._database = database
        self._tickets = tickets

    async def opened(self, number: str, code: str, tried: Tried) -> Seen | None:
        """The ticket, when number and code belong together; else None, whichever of the two is wrong.

        Raises:
            RateLimited: too many wrong codes (:mod:`tickets.lookup`).
        """
        ticket = await self._tickets.by_number_and_code(number, code, tried)
        return None if ticket is None else await self.seen(ticket)

    async def seen(self, ticket: Ticket) -> Seen:
        """A ticket as its citizen sees it now."""
        may = {one["action"]: one["why_not"] for one in await self._tickets.moves.may(ticket.number, CITIZEN)}
        return Seen(
            ticket,
            progress.standing(ticket),
            progress.answer_of(ticket),
            progress.promises(ticket.due, ticket.state),
            await self._happened(ticket.id),
            not ticket.state.is_final,
            {action: may[action] for action in WAYS if action in may},
        )

    async def _happened(self, ticket_id: str) -> tuple[Happened, ...]:
        async with self._database.read() as session:
            events = await session.scalars(
                select(TicketEventRow)
                .where(
                    TicketEventRow.ticket_id == ticket_id,
                    TicketEventRow.action.in_([*_HAPPENED, *_BY_CITIZEN]),
                )
                .order_by(TicketEventRow.at, TicketEventRow.id)
            )
            read = [(one, _words(one)) for one in events]
        return tuple(Happened(one.at, words) for one, words in read if words)


def _words(event: TicketEventRow) -> str:
    if event.action == _ASKED:
        asked = event.note.partition("：")[2] or event.note
        return f"{_HAPPENED[_ASKED]}：{asked}"
    if event.action in _HAPPENED:
        return _HAPPENED[event.action]
    return _BY_CITIZEN[event.action] if event.actor_kind == CITIZEN.kind else ""
