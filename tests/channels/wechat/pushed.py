"""What tests of pushing share: an agent's conversation, a neighbour, and waiting until all that can go out has."""

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
SOON = timedelta(seconds=1)
"""What is to be looked at again within that is under way still."""
SEND = "/cgi-bin/message/custom/send"


async def answered(running: Running) -> bool:
    """Whether every message of everybody is answered."""
    async with running.conversations._database.read() as session:
        return not await session.scalar(select(exists().where(Turn.state == "open")))


async def settled(running: Running, account: str = "pushing", user: str = CITIZEN) -> None:
    """Wait until every message is answered and nothing is owed to the citizen."""
    conversation_id = (await running.view(user, account)).id

    async def nothing_owed() -> bool:
        return await answered(running) and not await running.conversations.undelivered(conversation_id)

    await until(nothing_owed, within_s=15)


async def idle(running: Running) -> None:
    """Wait until nothing more goes out by itself as the clock stands: all is sent, or waits for later."""
    jobs = running.conversations.jobs

    async def nothing_to_do() -> bool:
        jobs.wake()  # The clock may have been put forward: what is due is looked at anew.
        async with running.conversations._database.read() as session:
            under_way = (JobRow.due_at <= now() + SOON) | (JobRow.leased_until > now())
            delivering = exists().where(JobRow.kind == JOB, JobRow.state == "waiting", under_way)
            pushing = exists(select(WeChatAnswer).where(open_push()))
            return await answered(running) and not await session.scalar(select(delivering | pushing))

    await until(nothing_to_do, within_s=15)


async def talking(running: Running) -> str:
    """A conversation an agent has, with nothing owed; its id."""
    view = await running.view(account="pushing")
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, AGENT)
    await running.account("pushing").say("在吗")
    await settled(running)
    # The welcome may have been pushed; with these words the window is as new.
    await running.account("pushing").say("我在")
    await idle(running)
    running.api.sent.clear()
    running.api.calls.clear()
    return view.id


async def neighbour(running: Running, user: str = "oTEST_neighbour") -> str:
    """Another citizen of the same account, who has just written; the conversation's id."""
    await running.account("pushing").say("您好", user=user)
    return (await running.view(user, "pushing")).id
