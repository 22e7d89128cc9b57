"""A row of the agents' list: what a talk is about, who is left without an answer, who is served, who can't phone; names for citizens."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.complaint import for_desk
from conversations.patience import LONG_WAIT
from conversations.types import HandoffReason
from desk.assistant import Assistant
from tests.cities import HUAINAN
from tests.conftest import Clock
from tests.desk.conftest import MakeOffice, Office, Person, on_both


@pytest.fixture
async def office(make_office: MakeOffice) -> Office:
    reads = for_desk.reader(HUAINAN)
    return await make_office(assistant=Assistant(reads, says=for_desk.says, awaits=for_desk.awaits))


async def _row(agent: Person, conversation_id: str) -> dict[str, Any]:
    listed = (await agent.get("/conversations", mode="all"))["conversations"]
    return next(one for one in listed if one["id"] == conversation_id)


async def _waits(office: Office, visitor: str, *words: str) -> str:
    """A citizen who says this, asks for an agent in the middle of it, and waits."""
    one = await office.waiting(visitor)
    for nth, text in enumerate(words):
        await office.says(visitor, text, f"{visitor}-w{nth}")
    return one


@on_both
async def test_a_row_says_what_it_is_about_and_the_last_words_that_say_something(office: Office) -> None:
    agent = await office.hire("a1")
    one = await _waits(
        office, "v1", "你好", "巷口的下水道堵了半个月", "污水都漫到台阶上了", "还有人没", "确认提交"
    )
    row = await _row(agent, one)
    assert row["about"] == "巷口的下水道堵了半个月"
    assert row["last_words"]["text"] == "污水都漫到台阶上了"
    silent = await _waits(office, "v2", "有人在吗")
    row = await _row(agent, silent)
    assert row["about"] is None and row["last_words"]["text"] == "有人在吗", "a row is never empty"


async def test_words_without_an_answer_are_counted_also_after_the_first_reply(
    office: Office, clock: Clock
) -> None:
    agent = await office.hire("a1")
    one = await _waits(office, "v1", "楼上往下扔东西")
    await agent.post(f"/conversations/{one}/take")
    assert (await _row(agent, one))["unanswered_since"] is None, "until the first reply another clock runs"
    await agent.post(f"/conversations/{one}/messages", {"client_id": "m1", "text": "哪个小区？"})
    assert (await _row(agent, one))["unanswered_since"] is None
    await office.says("v1", "好的，谢谢", "v1-a")
    assert (await _row(agent, one))["unanswered_since"] is None, "thanks want no answer"
    await office.says("v1", "金色家园的，刚才又扔了一个花盆", "v1-b")
    first = await _row(agent, one)
    clock.forward(minutes=1)
    await office.says("v1", "人呢", "v1-c")
    row = await _row(agent, one)
    assert row["unanswered_since"] == first["unanswered_since"] is not None
    assert row["answer_due_at"] > row["unanswered_since"]
    await agent.post(f"/conversations/{one}/messages", {"client_id": "m2", "text": "记下了。"})
    assert (await _row(agent, one))["unanswered_since"] is None


async def test_who_has_a_ticket_meanwhile_is_marked_and_waits_too_long_no_more(
    office: Office, clock: Clock
) -> None:
    chief, agent = await office.hire("c1", role="supervisor"), await office.hire("a1")
    one = await _waits(office, "v1", "垃圾桶满了没人收")
    clock.forward(minutes=6)
    await (await office.conversations.jobs.run(LONG_WAIT, one))
    row = await _row(chief, one)
    assert row["alerted_at"] is not None and row["filed"] is None
    await agent.post(f"/conversations/{one}/take")
    wanted = {"type": "求助", "content": "垃圾桶满了没人收", "key": "ticket-0001"}
    number = (await agent.post(f"/conversations/{one}/tickets", wanted))["number"]
    await agent.post(f"/conversations/{one}/transfer", {"to": None, "note": "请同事接着办"})
    clock.forward(minutes=6)
    await (await office.conversations.jobs.run(LONG_WAIT, one))
    row = await _row(chief, one)
    assert row["filed"] == number and row["alerted_at"] is None


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        ("耳朵不好，电话里听不清，打字说吧", "听不见，只能打字"),
        ("白天上班不方便接电话", "不方便打电话"),
        ("给我发短信，别打电话", "不方便打电话"),
        ("物业的电话打不通", None),
    ],
)
async def test_who_cannot_phone_is_marked(office: Office, said: str, mark: str | None) -> None:
    agent = await office.hire("a1")
    assert (await _row(agent, await _waits(office, "v1", said)))["in_writing"] == mark


async def test_the_sheet_holds_the_matter_and_where_and_no_answers_to_the_assistant(office: Office) -> None:
    agent = await office.hire("a1")
    one = await _waits(
        office,
        "v1",
        "想问低保怎么申请",
        "都不是。我问的是低保被停了找谁",
        "我打不了电话，只能打字",
        "家在泉山街道，腿不能走",
    )
    await agent.post(f"/conversations/{one}/take")
    fields = (await agent.get(f"/conversations/{one}/matter"))["fields"]
    assert fields["content"]["value"] == "想问低保怎么申请\n低保被停了找谁\n家在泉山街道，腿不能走"
    assert fields["address"]["value"].endswith("泉山街道")


async def test_what_was_told_to_the_agent_follows_what_the_form_holds(office: Office) -> None:
    agent = await office.hire("a1")
    one = await office.says("v1", "我爱人在厂里干活轧伤了手", "v1-0")
    draft = {"complaint_type": "求助", "content": "我爱人在厂里干活轧伤了手"}
    await office.conversations.remember_all(one, {"draft": draft})
    await office.conversations.request_human(one, HandoffReason.CITIZEN_ASKED)
    await agent.post(f"/conversations/{one}/take")
    await office.says("v1", "厂里没给交保险，也没签合同", "v1-1")
    await office.says("v1", "在吗", "v1-2")
    fields = (await agent.get(f"/conversations/{one}/matter"))["fields"]
    assert fields["content"]["value"] == "我爱人在厂里干活轧伤了手\n厂里没给交保险，也没签合同"


async def test_citizens_never_read_the_name_for_signing_in(office: Office) -> None:
    agent = await office.hire("xiaoli", name="xiaoli")
    one = await office.waiting("v1")
    await agent.post(f"/conversations/{one}/take")
    await agent.post(f"/conversations/{one}/messages", {"client_id": "m1", "text": "您好"})
    said = [message.to_json() for message in await office.conversations.history(one)]
    assert "xiaoli" not in str(said)
    assert said[-1]["sender_name"] == "坐席" and said[-2]["text"].startswith("坐席已接入")
