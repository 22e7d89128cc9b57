"""From the bot to a human and back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from conversations.listing import Wanted
from conversations.service import Conversations
from conversations.types import Agent, InboundMessage, Mode, Reply
from conversations.waiting import BACK_TO_BOT
from core.database import Database
from core.errors import BadRequest, Conflict, NotFound
from core.events import LocalEvents
from tests.conversations.conftest import Process
from tests.rasa_standin import FORM, SmallDialogue, no_answer
from tests.waiting import until

Start = Callable[[], Awaitable[Process]]
ONE, TWO = Agent("agent-1", "坐席 1 号"), Agent("agent-2", "坐席 2 号")


async def _waiting(process: Process, user: str, *, urgent: bool = False) -> str:
    await process.say("您好", user=user)
    conversation_id = await process.id_of(user)
    await process.conversations.request_human(conversation_id, "citizen_asked", urgent=urgent)
    return conversation_id


async def test_the_queue_is_fair_and_urgent_ones_go_first(process: Process) -> None:
    first, second = await _waiting(process, "a"), await _waiting(process, "b")
    urgent = await _waiting(process, "c", urgent=True)
    process.online[0] = 2
    places = [await process.conversations.request_human(c, "citizen_asked") for c in (first, second, urgent)]
    assert [(p.mode, p.position, p.agents_online) for p in places] == [
        (Mode.WAITING, 2, 2), (Mode.WAITING, 3, 2), (Mode.WAITING, 1, 2),
    ]  # fmt: skip
    assert [v.id for v in (await process.conversations.list(Wanted("waiting"))).views] == [
        urgent,
        first,
        second,
    ]
    assert await process.conversations.counts(ONE.id) == {"waiting": 3, "mine": 0}


async def test_who_waits_is_told_of_each_message_and_may_go_back(process: Process) -> None:
    conversation_id = await _waiting(process, "a")
    process.online[0] = 1
    (told,) = await process.say("路灯不亮", user="a")
    assert "记下了" in told.text and [b.payload for b in told.buttons] == [BACK_TO_BOT]
    for said in ("三天了", "在吗", "怎么还没人接"):
        (told,) = await process.say(said, user="a")
        assert ("记下了" if said == "三天了" else "位置") in told.text, said
        assert "排队" in told.text and [b.payload for b in told.buttons] == [BACK_TO_BOT], said
    (back,) = await process.say("不等了，继续问智能助手", user="a", button=BACK_TO_BOT)
    assert "不排队了" in back.text
    assert (await process.conversations.view(conversation_id)).mode is Mode.BOT
    assert process.dialogue.texts() == ["您好"]
    assert (await process.say("公积金", user="a"))[0].text == "您说的是：公积金"


async def test_everybody_is_told_how_many_are_before_them(process: Process) -> None:
    process.online[0] = 1
    told = [(await process.say("坏了", user=user))[0].text for user in "abc"]
    assert ["排在最前面" in text for text in told] == [True, False, False]
    assert [f"前面还有 {n} 位" in text for n, text in enumerate(told)] == [False, True, True]


async def test_one_of_two_agents_gets_it(process: Process) -> None:
    conversation_id = await _waiting(process, "a")
    results = await asyncio.gather(
        *(process.conversations.take(conversation_id, agent) for agent in (ONE, TWO) * 3),
        return_exceptions=True,
    )
    lost = [r for r in results if isinstance(r, Conflict)]
    assert len(lost) == 3 and {e.code for e in lost} == {"already_taken"}
    system = [m for m in await process.conversations.history(conversation_id) if m.sender == "system"]
    assert len(system) == 1


async def test_talk_both_ways_and_back(process: Process) -> None:
    conversation_id = await _waiting(process, "a")
    with pytest.raises(Conflict) as refused:
        await process.conversations.say(conversation_id, ONE, "您好", "c-1")
    assert refused.value.code == "not_yours"
    await process.conversations.take(conversation_id, ONE)
    assert await process.say("路灯不亮", user="a") == []
    said = await process.conversations.say(conversation_id, ONE, "请问在哪条路？", "c-1")
    assert await process.conversations.say(conversation_id, ONE, "请问在哪条路？", "c-1") == said
    with pytest.raises(Conflict):
        await process.conversations.say(conversation_id, TWO, "我来", "c-2")
    with pytest.raises(Conflict):
        await process.conversations.hand_back(conversation_id, TWO)
    for text in ("", "  ", "字" * 4_001):
        with pytest.raises(BadRequest):
            await process.conversations.say(conversation_id, ONE, text, "c-3")
    view = await process.conversations.hand_back(conversation_id, ONE, "已记录")
    assert (view.mode, view.agent_id) == (Mode.BOT, None)
    assert process.dialogue.texts() == ["您好"]
    assert (await process.say("谢谢", user="a"))[0].text == "您说的是：谢谢"


async def test_the_bot_is_silent_when_taken_over_while_it_thinks(process: Process) -> None:
    receipt = await process.conversations.receive(InboundMessage("web", "a", "m1", "慢慢查"))
    await until(lambda: process.dialogue.asked != [])
    await process.conversations.take(receipt.conversation_id, ONE)
    process.dialogue.gate.set()
    assert await process.conversations.wait(receipt.turn_id, 10) == []
    history = await process.conversations.history(receipt.conversation_id)
    assert [m.sender for m in history] == ["citizen", "system"]


async def test_an_agents_words_close_the_choices_offered_before(process: Process) -> None:
    await process.say("我要投诉", user="a")
    conversation_id = await process.id_of("a")
    await process.conversations.take(conversation_id, ONE)
    await process.conversations.say(conversation_id, ONE, "请说", "c-1")
    await process.say("1", user="a")
    await process.conversations.hand_back(conversation_id, ONE)
    await process.say("1", user="a")
    assert process.dialogue.texts() == ["我要投诉", "1"]


async def test_only_the_newest_notices_choices_are_open(process: Process) -> None:
    conversation_id = await process.id_of("a")
    await process.conversations.tell(conversation_id, Reply("您的工单办好了，满意吗？", FORM), "k-1")
    await process.say("1", user="a")
    await process.conversations.tell(conversation_id, Reply("您的工单办好了，满意吗？", FORM), "k-2")
    await process.conversations.tell(conversation_id, Reply("今天下午停水。"), "k-3")
    await process.say("1", user="a")
    assert process.dialogue.texts() == [FORM[0].payload, "1"]


async def test_facts_are_kept_and_forgotten(process: Process) -> None:
    conversation_id = await process.id_of("a")
    await process.conversations.remember(conversation_id, "entry", "gjj-001")
    await process.conversations.remember(conversation_id, "other", {"a": [1]})
    await process.conversations.request_human(conversation_id, "citizen_asked", context={"地点": "示例路"})
    facts = await process.conversations.recall(conversation_id)
    assert (facts["entry"], facts["other"], facts["handoff"]) == ("gjj-001", {"a": [1]}, {"地点": "示例路"})
    await process.conversations.remember(conversation_id, "entry", None)
    assert "entry" not in await process.conversations.recall(conversation_id)
    assert await process.conversations.recall("nobody") == {}


async def test_a_conversation_that_is_not_there(process: Process) -> None:
    for call in (
        process.conversations.view("nobody"),
        process.conversations.request_human("nobody", "citizen_asked"),
        process.conversations.take("nobody", ONE),
        process.conversations.hand_back("nobody", ONE),
    ):
        with pytest.raises(NotFound):
            await call


async def test_unread_counts_until_the_agent_looks(process: Process) -> None:
    conversation_id = await _waiting(process, "a")
    await process.say("一", user="a")
    (view,) = (await process.conversations.list(Wanted())).views
    assert view.unread == 2 and view.last_words is not None
    await process.conversations.seen(conversation_id)
    (view,) = (await process.conversations.list(Wanted())).views
    assert view.unread == 0


async def test_who_still_waits_hears_the_new_place(process: Process) -> None:
    first, second = await _waiting(process, "a"), await _waiting(process, "b")
    with process.events.subscribe(f"conversation:{second}") as heard:
        await process.conversations.take(first, ONE)
        event = await asyncio.wait_for(heard.get(), 2)
    assert (event.kind, event.data) == ("mode", {"mode": "waiting", "position": 1, "agents": False})


async def test_facts_kept_at_the_same_moment_are_all_kept(postgresql_url: str) -> None:
    """SQLite's writers queue; on PostgreSQL each would write back what it read before the others."""
    database = Database(postgresql_url)
    async with Conversations(database, LocalEvents(), SmallDialogue(), no_answer) as conversations:
        one = (await conversations.find_or_create("web", "", "v")).id
        await asyncio.gather(*(conversations.remember(one, f"fact {n}", n) for n in range(10)))
        assert await conversations.recall(one) == {f"fact {n}": n for n in range(10)}
    await database.close()


async def test_a_conversation_begun_by_many_at_once_is_one(postgresql_url: str) -> None:
    """A browser's socket and its first message come together; SQLite's writers queue, PostgreSQL's do not."""
    database = Database(postgresql_url)
    async with Conversations(database, LocalEvents(), SmallDialogue(), no_answer) as conversations:
        for visitor in range(5):
            views = await asyncio.gather(
                *(conversations.find_or_create("web", "", f"v{visitor}") for _ in range(10))
            )
            assert len({view.id for view in views}) == 1
    await database.close()
