"""The notice about personal data in WeChat, with the platform's own payloads."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.city import load_city
from core.city.notice import PrivacyNotice
from core.consents import Consent
from core.database import Database
from tests.channels.wechat.conftest import PUBLIC_URL, Running
from tests.channels.wechat.platform import CITIZEN, payload, text_xml

PAGE = f"{PUBLIC_URL}/privacy"


@pytest.fixture
def notice() -> PrivacyNotice:
    found = load_city("huainan").notice
    assert found is not None
    return found.filled(
        dict.fromkeys(("messages", "contacts", "questions", "events", "logs", "tracker", "tokens"), 30)
    )


async def noted(database: Database) -> list[tuple[str, str, str, str, str]]:
    async with database.read() as session:
        rows = await session.scalars(select(Consent).order_by(Consent.given_at))
        return [(row.channel, row.account, row.user_id, row.purpose, row.version) for row in rows]


async def test_the_welcome_tells_it_once(running: Running, database: Database) -> None:
    platform = running.platform()
    welcome = (await platform.push(payload("event_subscribe"))).text or ""
    assert "个人信息处理告知" in welcome and PAGE in welcome and "110、119 或 120" in welcome
    assert await noted(database) == [("wechat", "main", CITIZEN, "notice", "2026-11-29")]
    assert (await platform.push(text_xml("公积金怎么提取"))).text == "您说的是：公积金怎么提取"


async def test_who_followed_before_is_told_with_the_first_answer(
    running: Running, database: Database
) -> None:
    platform = running.platform()
    first = (await platform.push(text_xml("公积金怎么提取"))).text or ""
    assert first.startswith("您说的是：公积金怎么提取") and first.count(PAGE) == 1
    assert (await noted(database))[0][3:] == ("notice", "2026-11-29")
    assert PAGE not in ((await platform.push(text_xml("那要带什么材料"))).text or "")


async def test_in_danger_nothing_stands_beside_the_advice(running: Running, database: Database) -> None:
    platform = running.platform()
    advice = (await platform.push(text_xml("楼上有人煤气中毒晕倒了"))).text or ""
    assert "120" in advice and "告知" not in advice
    # The law lets the notice follow when the emergency is over.
    assert await noted(database) == []


@pytest.mark.parametrize("word", ["隐私", "个人信息"])
async def test_the_words_bring_it(running: Running, word: str) -> None:
    platform = running.platform()
    await platform.push(payload("event_subscribe"))
    said = (await platform.push(text_xml(word))).text or ""
    assert PAGE in said and "30 天" in said and "删除我的信息" in said
    assert running.dialogue.asked == []


async def test_a_place_sent_by_who_was_told_is_a_consent(running: Running, database: Database) -> None:
    platform = running.platform()
    await platform.push(payload("event_subscribe"))
    await platform.push(payload("location"))
    assert [one[3] for one in await noted(database)] == ["notice", "place"]


async def test_a_place_sent_by_who_was_not_told_is_none(running: Running, database: Database) -> None:
    await running.platform().push(payload("location"))
    assert [one[3] for one in await noted(database)] == ["notice"]
