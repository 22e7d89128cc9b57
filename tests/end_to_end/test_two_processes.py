"""Two processes of the app on one PostgreSQL: a citizen at one, an agent at the other, as if there were one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from conversations.models import Conversation
from core.settings import ROOT
from tests.redis_server import RedisServer, redis
from tests.two_processes import Line, Processes, two_processes
from tests.waiting import until

LIVE_S = 1.0
LATE_S = 8.0


@pytest.fixture
async def both(tmp_path: Path, bare_postgresql_url: str) -> AsyncIterator[tuple[Processes, RedisServer]]:
    with redis() as server:
        async with two_processes(tmp_path, bare_postgresql_url, server.url) as running:
            yield running, server


async def live(says: Callable[[str], Awaitable[object]], hears: Line, words: str) -> list[str]:
    """Said at one process and heard at the other within a second; what was said.

    A machine with other work may stall for a second: then it is said again. What is not told never comes.
    """
    said: list[str] = []
    for again in range(3):
        said.append(words + "。" * again)
        speaking = asyncio.create_task(says(said[-1]))  # type: ignore[arg-type]
        took = await hears.text(said[-1], LATE_S)
        await speaking
        if took < LIVE_S:
            return said
    raise AssertionError(f"never within {LIVE_S} s: {words}")


async def conversation_id(processes: Processes) -> str:
    async with processes.database.read() as session:
        return (await session.scalars(select(Conversation.id))).one()


async def test_citizen_at_one_agent_at_the_other(both: tuple[Processes, RedisServer]) -> None:
    processes, server = both
    agent = await processes.agent(processes.b)
    citizen = await processes.citizen(processes.a)
    line = await citizen.line()
    said = await live(citizen.says, agent, "路灯坏了")
    here = f"/api/desk/conversations/{await conversation_id(processes)}"

    async def agent_says(text: str) -> None:
        await processes.b.post(f"{here}/messages", {"client_id": str(uuid.uuid4()), "text": text})

    # Both ways live.
    await processes.b.post(f"{here}/take", {})
    said += await live(agent_says, line, "您好，请讲")
    said += await live(citizen.says, agent, "在龙湖路")

    # Redis is stopped: late, nothing lost.
    server.stop()
    await citizen.says("还有一盏")
    await agent.text("还有一盏", LATE_S)
    await agent_says("是哪一盏？")
    await line.text("是哪一盏？", LATE_S)

    # And started: live again, nothing twice.
    await citizen.says("路口那盏")
    server.start()
    await agent.text("路口那盏", LATE_S)
    await until(lambda: all(p.log.count("hearing other processes") == 2 for p in (processes.a, processes.b)))
    said += ["还有一盏", "是哪一盏？", "路口那盏"]
    said += await live(agent_says, line, "记下了")
    said += await live(citizen.says, agent, "谢谢")

    def heard(by: Line) -> list[str]:
        return [text for text in by.texts() if text in said]

    assert heard(agent) == said
    await line.text(said[-1], LATE_S)
    assert heard(line) == said


async def test_a_turn_waited_for_at_one_is_answered_at_the_other(both: tuple[Processes, RedisServer]) -> None:
    processes, _ = both
    citizen = await processes.citizen(processes.a)
    first = asyncio.create_task(citizen.says("慢慢查", at=processes.b))
    await until(lambda: processes.rasa.texts() == ["慢慢查"])
    # The conversation is B's now: what comes in at A is answered there, and A hears of it.
    second = asyncio.create_task(citizen.says("再问一句", at=processes.a))
    await until(lambda: _stored(processes, 2))
    processes.rasa.gate.set()
    began = time.monotonic()
    answers = [(await each)["replies"] for each in (first, second)]
    assert [[reply["text"] for reply in replies] for replies in answers] == [
        ["您说的是：慢慢查"],
        ["您说的是：再问一句"],
    ]
    assert time.monotonic() - began < LIVE_S
    assert processes.rasa.texts() == ["慢慢查", "再问一句"]


async def _stored(processes: Processes, count: int) -> bool:
    async with processes.database.read() as session:
        return await session.scalar(select(Conversation.last_seq)) == count


async def test_without_redis_the_operator_is_told(tmp_path: Path, bare_postgresql_url: str) -> None:
    async with two_processes(tmp_path, bare_postgresql_url, "") as processes:
        await until(lambda: "个进程用这个数据库" in processes.a.log + processes.b.log, 15)
        doctor = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "service.cli", "doctor"],
            cwd=ROOT,
            env=processes.environment,
            capture_output=True,
            text=True,
        )
    (line,) = [line for line in doctor.stdout.splitlines() if "进程：" in line]
    assert line.startswith("✗") and "WENBAN_REDIS_URL" in line


async def test_a_citizen_may_send_no_more_because_there_are_two_processes(
    both: tuple[Processes, RedisServer],
) -> None:
    processes, _ = both
    citizen = await processes.citizen(processes.a)

    async def status(n: int) -> int:
        at, body = (processes.a, processes.b)[n % 2], {"client_id": str(uuid.uuid4()), "text": f"第{n}句"}
        headers = {"Authorization": f"Bearer {citizen.token}"}
        async with at.session.post(f"{at.url}/api/web/messages", json=body, headers=headers) as response:
            return response.status

    assert [await status(n) for n in range(24)] == [200] * 20 + [429] * 4
