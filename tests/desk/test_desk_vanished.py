"""However an agent vanishes, their citizens are told and back in the queue within a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiohttp import ClientWebSocketResponse

from conversations.listing import Wanted
from conversations.queued import JOB as AGENTS_GONE
from core.clock import now, use_clock
from desk.presence import AWAY_AFTER
from tests.conftest import Clock
from tests.core.jobs.table import row
from tests.desk.conftest import MakeOffice, Office, Person, on_both
from tests.desk.test_desk_live import connect
from tests.desk.test_desk_passing import taken
from tests.desk.test_desk_presence import Stopped
from tests.waiting import until

WAYS = ("page closed", "laptop shut", "nobody at the page", "session ended", "signed out", "process killed")
CITIZENS = 100
WITHIN = timedelta(seconds=60)
BEAT = timedelta(seconds=10)
STEP = timedelta(seconds=30)
"""Shorter than a page may be silent: a look between a step and the pages' answers takes nobody for gone."""


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    stopped = Stopped()
    use_clock(stopped.now)
    yield stopped
    use_clock(None)


async def answer(socket: ClientWebSocketResponse, idle: timedelta = timedelta()) -> None:
    """Answer as a page where somebody did something that long ago, and wait until the server has heard it."""
    await socket.send_json({"type": "beat", "idle_s": idle.total_seconds()})
    await socket.send_json({"type": "ping"})
    async with asyncio.timeout(10):
        while (await socket.receive_json())["type"] != "pong":
            pass


async def kill(office: Office) -> None:
    """End a process as by ``kill -9``: its sockets break, no work is finished, and no lease is given back."""
    runner = office.conversations._runner
    runner._again.clear()
    for task in (*runner._workers.values(), runner._keeper, *office.conversations.jobs._loops):
        assert task is not None
        task.cancel()
    await office.server.close()


async def look(office: Office) -> None:
    """Let the process do what is due by now; it looks for agents who have gone by its own timetable."""

    async def has_looked() -> bool:
        job = await row(office.database, AGENTS_GONE)
        return job is not None and job.leased_by is None and job.due_at > now()

    office.conversations.jobs.wake()
    await until(has_looked, within_s=30)


@on_both
@pytest.mark.slow
async def test_all_of_a_hundred_citizens_are_back_within_a_minute(
    make_office: MakeOffice, clock: Clock
) -> None:
    here, dies = await make_office(watched=True), await make_office(watched=True)
    chief = await here.hire("chief", "admin")
    agents: list[tuple[str, Person, ClientWebSocketResponse]] = []
    for number in range(2 * len(WAYS)):
        way = WAYS[number % len(WAYS)]
        person = await (dies if way == "process killed" else here).hire(f"a{number}")
        agents.append((way, person, await connect(person)))
    stays = await here.hire("stays")
    stays_at = await connect(stays)
    talks = [(agents[number % len(agents)][1], f"v{number}") for number in range(CITIZENS)]
    vanished = set()
    for agent, visitor in (*talks, (stays, "kept")):
        one = await taken(here, agent, visitor)
        await agent.post(f"{one}/messages", {"client_id": "m1", "text": "您好，请讲"})
        vanished.add(one.rpartition("/")[2])
    vanished.discard(kept := one.rpartition("/")[2])
    while clock.ahead < AWAY_AFTER:
        clock.forward(seconds=STEP.total_seconds())
        for way, _, socket in (*agents, ("stays", stays, stays_at)):
            await answer(socket, clock.ahead if way == "nobody at the page" else timedelta())

    began = clock.ahead
    for way, person, socket in agents:
        match way:
            case "page closed":
                await socket.close()
            case "session ended":
                await chief.post(f"/accounts/{person.id}/reset_password")
            case "signed out":
                await person.post("/logout")
    await kill(dies)
    waiting: set[str] = set()
    while not waiting:
        clock.forward(seconds=BEAT.total_seconds())
        assert clock.ahead - began < WITHIN
        await answer(stays_at)
        for way, _, socket in agents:
            if way == "nobody at the page":
                await answer(socket, AWAY_AFTER + clock.ahead - began)
        await look(here)
        page = await here.conversations.list(Wanted(mode="waiting", limit=200))
        waiting = {view.id for view in page.views} if len(page.views) == CITIZENS else set()

    assert waiting == vanished
    assert (await here.conversations.view(kept)).mode == "human", "who is there keeps theirs"
    for conversation in vanished:
        said = (await here.conversations.history(conversation))[-1].text
        assert said.startswith("刚才接待您的坐席离开了") and "前面" in said
    shown = (await stays.get("/conversations", mode="waiting", limit=200))["conversations"]
    assert {one["rank"] for one in shown} == {1}
