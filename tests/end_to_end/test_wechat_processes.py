"""The platform's repeats of one message, brought to two app processes at the same moment: one turn, one answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from conversations.models import Delivery, MessageRow, Turn
from core.database import Database
from core.sealing import use_data_key
from tests.channels.wechat.api import Api
from tests.channels.wechat.platform import text_xml
from tests.channels.wechat.processes import DATA_KEY, Processes

MESSAGES = 4


async def _settled(database: Database, answers: int) -> None:
    """Wait until so many answers were made and none is owed to the citizen any longer."""
    for _ in range(200):
        async with database.read() as session:
            states = list(await session.scalars(select(Delivery.state)))
        if len(states) >= answers and "pending" not in states:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("something is still owed")


async def _stored(database: Database) -> tuple[int, list[str], list[str]]:
    """How many turns there were, what was said to the assistant, and what it answered."""
    use_data_key(DATA_KEY)
    async with database.read() as session:
        turns = len(list(await session.scalars(select(Turn.id))))
        rows = list(await session.scalars(select(MessageRow).order_by(MessageRow.seq)))
    return (
        turns,
        [row.text for row in rows if row.direction == "in"],
        [row.text for row in rows if row.direction == "out"],
    )


@pytest.mark.parametrize("account", ["passive", "mini"])
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_repeats_in_parallel_from_two_processes_give_one_turn_and_one_answer(
    tmp_path: Path, backend: str, account: str, postgresql_url: str
) -> None:
    questions = [f"第{n}问" for n in range(MESSAGES)]
    shown: list[str] = []
    async with Api() as api:
        url = postgresql_url if backend == "postgresql" else ""
        processes = Processes(tmp_path, api, restart=False, database_url=url)
        database = Database(processes.database_url)
        try:
            await processes.prepare()
            await processes.start()
            await processes.start()
            for number, question in enumerate(questions, start=1):
                message = text_xml(question)
                for _ in range(3):
                    texts = {text for text in await processes.at_once(account, message) if text}
                    assert len(texts) <= 1, texts
                    if texts or account == "mini":
                        break  # A mini program takes no passive answers: its own are pushed.
                shown += texts
                await _settled(database, number)
            shown += api.texts()
            turns, said, answered = await _stored(database)
        finally:
            processes.stop()
            await database.close()
    expected = [f"您说的是：{question}" for question in questions]
    assert shown == expected
    assert (turns, said, answered) == (MESSAGES, questions, expected)
