"""延期: the days that were granted this time, the day to which they lead, and no day that is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from conversations.service import Conversations
from core.clock import SHANGHAI
from core.database import Database
from core.errors import Conflict
from core.events import LocalEvents
from core.jobs import Jobs
from tests.cities import QINGWU
from tests.conftest import Clock
from tests.rasa_standin import SmallDialogue, no_answer
from tests.waiting import until
from tickets.models import Department
from tickets.notices import TicketNotices
from tickets.service import Tickets
from tickets.types import Actor, Ticket, TicketDraft

AGENT, BOSS = Actor("agent", "坐席"), Actor("supervisor", "班长")


@dataclass
class Hall:
    """A ticket that a department handles, filed on a page, in the city whose rules have their documents."""

    database: Database
    tickets: Tickets
    conversations: Conversations
    clerk: Actor
    ticket: Ticket

    async def act(self, action: str, who: Actor, **given: object) -> Ticket:
        return await self.tickets.moves.act(self.ticket.number, action, given, who)

    async def told(self) -> str:
        """What the citizen has heard last, once everything that waits to be told was told."""
        assert self.ticket.conversation_id
        jobs = Jobs(self.database, look_s=0.05)
        TicketNotices(self.database, self.tickets, self.conversations.notify, jobs)
        before = len(await self.conversations.history(self.ticket.conversation_id))
        async with jobs:
            await until(lambda: self._more(before))
        return (await self.conversations.history(self.ticket.conversation_id))[-1].text

    async def _more(self, before: int) -> bool:
        assert self.ticket.conversation_id
        return len(await self.conversations.history(self.ticket.conversation_id)) > before


@pytest.fixture
async def hall(database: Database, clock: Clock) -> AsyncIterator[Hall]:
    """Monday 2026-12-07, 10:00; the answer is due on Thursday, 2026-12-10, 17:00."""
    clock.forward(seconds=(datetime(2026, 12, 7, 10, tzinfo=SHANGHAI) - clock.now()).total_seconds())
    async with database.write() as session:
        session.add(office := Department(name="青梧市城市管理局"))
        await session.flush()
    tickets = Tickets(database, LocalEvents(), QINGWU)
    async with Conversations(database, LocalEvents(), SmallDialogue(), no_answer) as conversations:
        conversation = (await conversations.find_or_create("web", "w", "visitor")).id
        ticket = await tickets.file(TicketDraft("咨询", "路灯什么时候修", conversation_id=conversation), "k")
        made = Hall(database, tickets, conversations, Actor("department", "经办", None, office.id), ticket)
        await made.act("accept", AGENT)
        await made.act("dispatch", AGENT, department=office.id)
        await made.act("sign", made.clerk)
        yield made


async def test_the_days_of_this_extension_are_told_and_not_those_of_a_suspension_before(
    hall: Hall, clock: Clock
) -> None:
    await hall.act("suspend", hall.clerk, reason="灯杆编号", days=3)
    clock.forward(days=1)
    await hall.act("resume", AGENT)
    await hall.act("ask_extension", hall.clerk, days=5, reason="等配件")
    ticket = await hall.act("grant_extension", BOSS, days=2)
    assert ticket.added_days == 3
    said = await hall.told()
    assert "经审核同意延长 2 个工作日。按" in said and "应当在 2026 年 12 月 15 日 17:00 前答复。让您" in said


async def test_an_extension_to_a_day_that_is_over_is_not_granted(hall: Hall, clock: Clock) -> None:
    await hall.act("ask_extension", hall.clerk, days=4, reason="等配件")
    clock.forward(days=7)  # Monday 2026-12-14
    with pytest.raises(Conflict) as refused:
        await hall.act("grant_extension", BOSS, days=1)
    assert refused.value.message == (
        "延长 1 个工作日只到 12 月 11 日 17:00，已经过了。请多批几天（最多 4 个工作日），或者不同意延期，让承办单位尽早答复。"
    )
    same = await hall.tickets.get(hall.ticket.number)
    assert (same.state.label, same.added_days, same.rounds.extensions) == ("延期审核", 0, 0)
    await hall.act("grant_extension", BOSS)
    assert "应当在 2026 年 12 月 16 日 17:00 前答复。让您" in await hall.told()


async def test_a_notice_that_goes_out_late_names_no_day_that_is_over(hall: Hall, clock: Clock) -> None:
    await hall.act("ask_extension", hall.clerk, days=2, reason="等配件")
    await hall.act("grant_extension", BOSS)
    clock.forward(days=30)
    said = await hall.told()
    assert said.endswith("还要一些时间，经审核同意延长 2 个工作日。让您久等了。")
