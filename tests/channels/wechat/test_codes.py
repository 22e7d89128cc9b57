"""Query codes reach the citizen in WeChat, passive and pushed, and stand in nothing that is stored."""

from __future__ import annotations

import json
from collections.abc import Collection

import pytest
from sqlalchemy import select

from channels.wechat.models import WeChatAnswer
from conversations.models import Delivery, MessageRow
from conversations.types import Button, Reply
from core.codes import place
from core.database import Database
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.pushed import settled, talking

NUMBER, CODE = "HN2026112300001", "AC3D9KXQ"
FILED = f"已经登记好了。\n工单号：{NUMBER}\n查询码：{place(NUMBER)}\n请记好这两个号。"


@pytest.fixture
def with_codes(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    async def codes_of(conversation_id: str, numbers: Collection[str]) -> dict[str, str]:
        return {NUMBER: CODE} if NUMBER in numbers else {}

    monkeypatch.setattr(running.conversations.told, "_codes_of", codes_of)
    return running


async def _stored(database: Database) -> str:
    async with database.read() as session:
        rows = [
            *[vars(row) for row in await session.scalars(select(WeChatAnswer))],
            *[vars(row) for row in await session.scalars(select(MessageRow))],
            *[vars(row) for row in await session.scalars(select(Delivery))],
        ]
    return json.dumps(rows, default=str, ensure_ascii=False)


@pytest.mark.parametrize("buttons", [(), (Button("催办", "/urge"),)])
async def test_a_push_has_the_code(
    with_codes: Running, api: Api, database: Database, buttons: tuple[Button, ...]
) -> None:
    conversation_id = await talking(with_codes)
    api.sent.clear()
    await with_codes.conversations.tell(conversation_id, Reply(FILED, buttons), "k")
    await settled(with_codes)
    assert CODE in json.dumps(api.sent, ensure_ascii=False) and "⟦" not in json.dumps(
        api.sent, ensure_ascii=False
    )
    stored = await _stored(database)
    assert CODE not in stored and place(NUMBER) in stored


async def test_a_passive_reply_has_the_code(with_codes: Running, database: Database) -> None:
    view = await with_codes.view()
    await with_codes.conversations.tell(view.id, Reply(FILED), "k")
    said = await with_codes.platform().say("在吗")
    assert f"查询码：{CODE}" in said.text and "⟦" not in said.text
    stored = await _stored(database)
    assert CODE not in stored and place(NUMBER) in stored
