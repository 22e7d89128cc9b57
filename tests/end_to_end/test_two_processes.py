"""Two processes of the app on one PostgreSQL: a citizen at one, an agent at the other, as if there were one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from conversations.models import Conversation
from core.settings import ROOT
from tests.redis_server import RedisServer, redis
from tests.two_processes import Processes, two_processes
from tests.waiting import until

LIVE_S = 1.0
LATE_S = 8.0


@pytest.fixture
async def both(tmp_path: Path, postgresql_url: str) -> AsyncIterator[tuple[Processes, RedisServer]]:
    with redis() as server:
        async with two_processes(tmp_path, postgresql_url, server.url) as running:
            yield running, server


async def conversation_id(processes: Processes) -> str:
    async with processes.database.read() as session:
        return (await session.scalars(select(Conversation.id))).one()


async def test_citizen_at_one_agent_at_the_other(both: tuple[Processes, RedisServer]) -> None:
    processes, server = both
    agent = await processes.agent(processes.b)
    citizen = await processes.citizen(processes.a)
    line = await citizen.line()
    await citizen.says("路灯坏了")
    assert await agent.text("路灯坏了", LATE_S) < LIVE_S
    assert await agent.text("您说的是：路灯坏了", LATE_S) < LIVE_S
    here = f"/api/desk/conversations/{await conversation_id(processes)}"

    async def agent_says(text: str) -> None:
        await processes.b.post(f"{here}/messages", {"client_id": str(uuid.uuid4()), "text": text})

    # Both ways live.
    await processes.b.post(f"{here}/take", {})
    await agent_says("您好，请讲")
    assert await line.text("您好，请讲", LATE_S) < LIVE_S
    await citizen.says("在龙湖路")
    assert await agent.text("在龙湖路", LATE_S) < LIVE_S

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
    await agent_says("记下了")
    assert await line.text("记下了", LATE_S) < LIVE_S
    await citizen.says("谢谢")
    assert await agent.text("谢谢", LATE_S) < LIVE_S

    said = ["您好，请讲", "在龙湖路", "还有一盏", "是哪一盏？", "路口那盏", "记下了"]
    assert [text for text in line.texts() if text in said] == said
    said = ["路灯坏了", "您说的是：路灯坏了", *said, "谢谢"]
    assert [text for text in agent.texts() if text in said] == said


async def test_a_turn_waited_for_at_one_is_answered_at_the_other(both: tuple[Processes, RedisServer]) -> None:
    processes, _ = both
    citizen = await processes.citizen(processes.a)
    first = asyncio.create_task(citizen.says("慢慢查", at=processes.b))
    await until(lambda: processes.rasa.asked == ["慢慢查"])
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
    assert processes.rasa.asked == ["慢慢查", "再问一句"]


async def _stored(processes: Processes, count: int) -> bool:
    async with processes.database.read() as session:
        return await session.scalar(select(Conversation.last_seq)) == count


async def test_without_redis_the_operator_is_told(tmp_path: Path, postgresql_url: str) -> None:
    async with two_processes(tmp_path, postgresql_url, "") as processes:
        await until(lambda: "app processes share this database" in processes.a.log + processes.b.log, 15)
        doctor = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "service.cli", "doctor"],
            cwd=ROOT,
            env=processes.environment,
            capture_output=True,
            text=True,
        )
    (line,) = [line for line in doctor.stdout.splitlines() if "app processes:" in line]
    assert line.startswith("✗") and "WENBAN_REDIS_URL" in line
