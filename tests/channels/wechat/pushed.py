"""What the tests of pushing share: a conversation with an agent, a second citizen, and waiting until all is sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, select

from channels.wechat.models import WeChatAnswer
from channels.wechat.outbound.push import open_push
from conversations.models import Turn
from conversations.types import Agent
from conversations.wakes import JOB
from core.clock import now
from core.jobs import JobRow
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.platform import CITIZEN
from tests.waiting import until

AGENT = Agent("agent-3", "坐席 3 号")
"""The agent."""
SOON = timedelta(seconds=1)
"""A delivery that is due within this time counts as still going on."""
SEND = "/cgi-bin/message/custom/send"
"""Path of the API's call that pushes a message."""


async def answered(running: Running) -> bool:
    """Whether all messages of all citizens are answered."""
    async with running.conversations._database.read() as session:
        return not await session.scalar(select(exists().where(Turn.state == "open")))


async def settled(running: Running, account: str = "pushing", user: str = CITIZEN) -> None:
    """Wait until all messages are answered and this citizen has received every reply."""
    conversation_id = (await running.view(user, account)).id

    async def nothing_owed() -> bool:
        return await answered(running) and not await running.conversations.undelivered(conversation_id)

    await until(nothing_owed, within_s=15)


async def idle(running: Running) -> None:
    """Wait until nothing more will be sent at the clock's present time: all is sent, or is due only later."""
    jobs = running.conversations.jobs

    async def nothing_to_do() -> bool:
        jobs.wake()  # The clock may have been put forward, so more may be due now.
        async with running.conversations._database.read() as session:
            under_way = (JobRow.due_at <= now() + SOON) | (JobRow.leased_until > now())
            delivering = exists().where(JobRow.kind == JOB, JobRow.state == "waiting", under_way)
            pushing = exists(select(WeChatAnswer).where(open_push()))
            return await answered(running) and not await session.scalar(select(delivering | pushing))

    await until(nothing_to_do, within_s=15)


async def talking(running: Running) -> str:
    """Makes a conversation that an agent has taken and in which everything is delivered. Returns its id."""
    view = await running.view(account="pushing")
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, AGENT)
    await running.account("pushing").say("在吗")
    await settled(running)
    # The greeting may have been pushed. This message sets the number of messages that may be sent to its maximum again.
    await running.account("pushing").say("我在")
    await idle(running)
    running.api.sent.clear()
    running.api.calls.clear()
    return view.id


async def neighbour(running: Running, user: str = "oTEST_neighbour") -> str:
    """Lets another citizen of the same account write. Returns the id of their conversation."""
    await running.account("pushing").say("您好", user=user)
    return (await running.view(user, "pushing")).id
