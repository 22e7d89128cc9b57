"""The list of conversations is searched on the server, and comes in pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from conversations.danger import advices
from conversations.models import Conversation
from core.clock import now
from desk.models import DeskUser
from tests.desk.conftest import Office, Person, on_both
from tickets.types import TicketDraft


def ids(answer: dict[str, Any]) -> list[str]:
    return [one["id"] for one in answer["conversations"]]


async def found(agent: Person, q: str = "", **more: str) -> list[str]:
    return ids(await agent.get("/conversations", 200, q=q, **more))


@on_both
async def test_pages_show_each_conversation_once_and_in_order(office: Office) -> None:
    agent = await office.hire("a1")
    waiting = [await office.waiting(f"w{n}", urgent=n % 2 == 0) for n in range(4)]
    talking = [await office.says(f"b{n}", "公积金怎么取", f"b{n}-1") for n in range(5)]
    moment = now()
    async with office.database.write() as session:  # all at one moment: only the id still tells them apart
        await session.execute(update(Conversation).values(updated_at=moment))
        await session.execute(
            update(Conversation).where(Conversation.id.in_(waiting)).values(waiting_since=moment)
        )
    whole = await agent.get("/conversations")
    assert whole["next"] is None and len(whole["conversations"]) == 9
    for size in (1, 2, 4, 8, 9):
        seen, after = [], ""
        while after is not None:
            page = await agent.get("/conversations", limit=size, after=after)
            assert len(page["conversations"]) <= size
            seen += ids(page)
            after = page["next"]
        assert seen == ids(whole)
    assert set(ids(whole)[:4]) == set(waiting) and set(ids(whole)[4:]) == set(talking)
    assert [one["urgent"] for one in whole["conversations"]][:4] == [True, True, False, False]


async def test_a_page_goes_on_where_the_last_one_ended_though_the_list_moved(office: Office) -> None:
    agent = await office.hire("a1")
    made = [await office.says(f"b{n}", "您好", f"b{n}-1") for n in range(6)]
    first = await agent.get("/conversations", limit=3)
    assert ids(first) == made[:2:-1]
    async with office.database.write() as session:  # a shown one and one of the next page come to the top
        for one in (made[3], made[0]):
            await session.execute(
                update(Conversation)
                .where(Conversation.id == one)
                .values(updated_at=now() + timedelta(hours=1))
            )
    assert ids(await agent.get("/conversations", limit=3, after=first["next"])) == [made[2], made[1]]


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "0~0~gestern~x",
        "0~0~2026-11-29T00:00:00~x",
        "1~1~~",
        "~~~",
        "1~1~0001-01-01T00:00:00+14:00~x",
        "1~1~9999-12-31T23:59:59-14:00~x",
    ],
)
async def test_a_place_that_was_never_given_is_refused(office: Office, after: str) -> None:
    agent = await office.hire("a1")
    assert (await agent.get("/conversations", 400, after=after))["error"]["code"] == "bad_cursor"


async def test_a_search_of_too_many_words_is_refused_and_each_word_is_searched_once(office: Office) -> None:
    agent = await office.hire("a1")
    refused = await agent.get("/conversations", 400, q="一 二 三 四 五 六 七 八 九")
    assert "8 个词" in refused["error"]["message"]
    for words in ("的 " * 50, "ﷺ" * 25):  # the second is written out as hundreds of words
        await agent.get("/conversations", q=words)


async def test_an_event_beyond_all_numbers_is_refused(office: Office) -> None:
    agent = await office.hire("a1")
    await agent.get(f"/conversations/{await office.waiting('v1')}/events", 400, after=10**22)


@on_both
async def test_a_conversation_is_found_by_code_ticket_agent_and_entrance(office: Office) -> None:
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2", name="接线员老陶")
    one = await office.waiting("v1")
    two = await office.says("v2", "您好", "v2-1", channel="wechat")
    three = await office.waiting("v3")
    await bill.post(f"/conversations/{three}/take")
    ticket = await office.tickets.file(
        TicketDraft("投诉", "洞山路井盖丢了好几天", district="田家庵区", conversation_id=two), "k"
    )
    assert await found(anne, f" 网页访客　{one[-4:].upper()} ") == [one]
    assert await found(anne, one) == [one]
    assert await found(anne, ticket.number) == [two]
    assert await found(anne, ticket.number.lower()[-9:]) == [two]
    assert await found(anne, "井盖 微信") == [two] and await found(anne, "井盖 网页") == []
    assert await found(anne, "老陶") == [three] and await found(anne, "A2") == [three]
    assert set(await found(anne, "网页访客")) == {one, three}
    assert await found(anne, "没有这样的") == [] and await found(anne, "%") == []
    assert await found(anne, "网页", mode="waiting") == [one]


@on_both
async def test_urgent_ones_are_found_by_the_danger_that_the_list_shows(office: Office) -> None:
    agent = await office.hire("a1")
    fire, gas, lost, back = [await office.waiting(f"v{n}", urgent=True) for n in range(4)]
    await office.waiting("v9", urgent=True)
    label = advices()["missing"].label
    for one, told in (
        (fire, {"kind": "fire"}),
        (gas, {"kind": "gas", "label": advices()["gas"].label}),
        (lost, {"kind": "crime", "label": label}),  # 走失, which is told of as a crime
        (back, {"kind": "fire"}),
    ):
        await office.conversations.remember(one, "danger", {"state": "told", "text": "", **told})
    await agent.post(f"/conversations/{back}/take")
    await agent.post(f"/conversations/{back}/hand_back")
    assert await found(agent, "着火") == [fire]
    assert await found(agent, "燃气") == [gas]
    assert await found(agent, "走失") == [lost]
    assert await found(agent, "人身侵害") == [] and await found(agent, "没有这种") == []
    shown = (await agent.get("/conversations", q="着火"))["conversations"]
    assert shown[0]["danger"]["tag"] == "着火"


async def test_a_search_is_narrowed_by_kind(office: Office) -> None:
    agent = await office.hire("a1")
    asked, urgent = await office.waiting("v1"), await office.waiting("v2", urgent=True)
    unsure = await office.says("v3", "嗯", "v3-1")
    await office.conversations.request_human(unsure, "low_confidence")
    back = await office.waiting("v4", urgent=True)
    await agent.post(f"/conversations/{back}/take")
    await agent.post(f"/conversations/{back}/hand_back")
    assert await found(agent, kind="urgent") == [urgent]
    assert await found(agent, kind="citizen_asked") == [asked]
    assert await found(agent, kind="low_confidence") == [unsure]
    assert await found(agent, kind="degraded") == []
    await agent.get("/conversations", 400, kind="emergency!")


async def test_what_a_colleague_left_is_found_and_taken_over(office: Office) -> None:
    """Many conversations before it in the list: only the search leads there."""
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2", name="坐席 2 号")
    left, kept = await office.waiting("v1"), await office.waiting("v2")
    await anne.post(f"/conversations/{left}/take")
    await bill.post(f"/conversations/{kept}/take")
    for n in range(3):
        await office.waiting(f"w{n}", urgent=True)
    async with office.database.write() as session:
        await session.execute(update(DeskUser).where(DeskUser.id == bill.id).values(seen_at=now()))
    assert left not in ids(await bill.get("/conversations", limit=3))
    assert await found(bill, kind="left") == [left]
    assert set(await found(bill, "坐席")) == {left, kept}
    took = await bill.post(f"/conversations/{left}/take_over", {"holder": anne.id, "note": "同事已下班"})
    assert took["conversation"]["agent"]["id"] == bill.id
    assert await found(bill, kind="left") == []
