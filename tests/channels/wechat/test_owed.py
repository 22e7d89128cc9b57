"""What is owed to a citizen arrives whole, in order, first of all, and whatever happens to somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.wechat.models import WeChatAccess
from channels.wechat.outbound.pages import MORE
from conversations.models import Delivery, MessageRow
from conversations.types import Agent, Button, Reply
from core.clock import now
from core.database import Database
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.platform import CITIZEN, payload
from tests.channels.wechat.pushed import SEND, idle, neighbour, settled
from tests.conftest import Clock
from tests.waiting import until

AGENT = Agent("agent-3", "坐席 3 号")
LONG = [
    f"{name}：" + "".join(f"{name}第{n}点，请您带好身份证原件来窗口办理。" for n in range(60))
    for name in "甲乙丙"
]
DISTRICTS = tuple(Button(f"第{n}区", f'/inform{{"district":"{n}"}}') for n in range(1, 13))


async def taken(running: Running, account: str) -> str:
    """An agent has this citizen's conversation, and nothing is owed; its id."""
    view = await running.view(account=account)
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, AGENT)
    await running.account(account).say("在吗")
    await settled(running, account)
    # The welcome may have been pushed; with these words the window is as new.
    await running.account(account).say("我在")
    await settled(running, account)
    running.api.sent.clear()
    running.api.calls.clear()
    return view.id


async def states(database: Database, conversation_id: str) -> list[str]:
    async with database.read() as session:
        return list(
            await session.scalars(
                select(Delivery.state)
                .join(MessageRow, MessageRow.id == Delivery.message_id)
                .where(Delivery.conversation_id == conversation_id, MessageRow.sender == "agent")
                .order_by(MessageRow.seq, Delivery.part)
            )
        )


async def first_is_sent(database: Database, conversation_id: str) -> bool:
    return (await states(database, conversation_id))[0] == "sent"


def plain(texts: list[str]) -> str:
    """What a citizen has read, without markers and names."""
    whole = "".join(texts)
    for mark in (MORE, "\n…（没说完，后面接着发给您）", "【坐席 3 号】", "\n"):
        whole = whole.replace(mark, "")
    return whole


@pytest.mark.parametrize("account", ["main", "pushing", "mini"])
@pytest.mark.slow
async def test_three_long_texts_of_an_agent_arrive_whole_and_only_what_was_shown_is_sent(
    running: Running, api: Api, database: Database, account: str
) -> None:
    """By passive replies alone, pushed, and in a mini program; the citizen says other things meanwhile."""
    conversation_id = await taken(running, account)
    for n, text in enumerate(LONG):
        await running.conversations.say(conversation_id, AGENT, text, f"c-{n}")
    read: list[str] = []
    while await running.conversations.undelivered(conversation_id):
        if account != "main":
            await idle(running)
            if not await running.conversations.undelivered(conversation_id):
                break
        said = await running.account(account).say(f"我在听{len(read)}")
        if not read and account == "main":
            # A reply is marked as sent once it is out, so the citizen may have read it a moment sooner.
            await until(lambda: first_is_sent(database, conversation_id))
            assert await states(database, conversation_id) == ["sent", "pending", "pending", "pending"]
        read.append(said.text or "")
        assert len(read) < 10
    await settled(running, account)
    assert plain([*read, *api.texts()] if account == "main" else [*api.texts(), *read]) == "".join(LONG)
    assert set(await states(database, conversation_id)) == {"sent"} and 45002 not in api.refused


async def test_words_held_back_in_a_mini_program_go_out_when_the_citizen_writes(
    running: Running, api: Api
) -> None:
    conversation_id = await taken(running, "mini")
    api.fail(SEND, errcode=40003)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await until(lambda: api.calls[SEND] == 1)
    await running.account("mini").say("喂")
    await settled(running, "mini")
    assert api.texts() == ["【坐席 3 号】第一句"]


async def test_words_held_back_go_out_before_the_answer_while_the_bot_is_busy(
    running: Running, api: Api
) -> None:
    conversation_id = await taken(running, "pushing")
    api.fail(SEND, errcode=45047)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await until(lambda: api.calls[SEND] == 1)
    running.dialogue.busy = True
    # In an agent's hands no reply comes that could carry the words along.
    assert (await running.account("pushing").say("喂")).body == "success"
    await settled(running, "pushing")
    assert api.texts() == ["【坐席 3 号】第一句"]


async def test_a_sticker_opens_the_window_as_words_do(running: Running, api: Api) -> None:
    conversation_id = await taken(running, "pushing")
    api.fail(SEND, errcode=45015)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await until(lambda: api.calls[SEND] == 1)
    said = await running.account("pushing").push(payload("sticker"))
    assert said.text is not None and said.text.startswith("【坐席 3 号】第一句\n\n") and "看不到" in said.text


async def test_twelve_choices_are_numbered_and_ten_are_to_tap(running: Running, api: Api) -> None:
    other = await neighbour(running)
    await running.conversations.tell(other, Reply("在哪个区？", DISTRICTS), "k-1")
    await until(lambda: len(api.sent) == 1)
    assert api.texts()[0].endswith("\n12. 第12区") and api.refused == []
    await running.account("pushing").say("12", user="oTEST_neighbour")
    assert running.dialogue.texts()[-1] == DISTRICTS[11].payload
    await running.conversations.tell(other, Reply("在哪个区？", DISTRICTS[:10]), "k-2")
    await until(lambda: api.sent[-1]["msgtype"] == "msgmenu")
    assert len(api.sent[-1]["msgmenu"]["list"]) == 10


async def test_choices_that_the_text_lists_are_not_listed_twice(running: Running, api: Api) -> None:
    other = await neighbour(running)
    text = "在哪个区？\n" + "\n".join(f"{n}. 第{n}区" for n in range(1, 12))
    await running.conversations.tell(other, Reply(text, DISTRICTS), "k-1")
    await until(lambda: len(api.sent) == 1)
    assert api.texts() == [f"{text}\n\n回复数字选择，还有：\n12. 第12区"]
    await running.account("pushing").say("12", user="oTEST_neighbour")
    assert running.dialogue.texts()[-1] == DISTRICTS[11].payload
    whole = f"{text}\n12. 第12区"
    await running.conversations.tell(other, Reply(whole, DISTRICTS), "k-2")
    await until(lambda: len(api.sent) > 1 and whole in str(api.texts()[-1]))
    assert api.texts()[-1] == f"{whole}\n\n回复上面的数字选择。"


@pytest.mark.parametrize("errcode", [45098, 40200, 40035, 47003, 99999])
async def test_a_refused_menu_becomes_numbered_text_once(running: Running, api: Api, errcode: int) -> None:
    other = await neighbour(running)
    api.fail(SEND, errcode=errcode, kind="msgmenu")
    await running.conversations.tell(other, Reply("哪一类？", DISTRICTS[:2]), "k-1")
    await until(lambda: api.sent)
    assert api.texts() == ["哪一类？\n\n回复数字选择：\n1. 第1区\n2. 第2区"] and api.calls[SEND] == 2
    # An account that may not send menus sends no other; what was wrong with one menu says nothing of the next.
    await running.conversations.tell(other, Reply("哪一类？", DISTRICTS[:2]), "k-2")
    await until(lambda: len(api.sent) == 2)
    assert api.sent[-1]["msgtype"] == ("text" if errcode == 40035 else "msgmenu")


@pytest.mark.parametrize(("errcode", "times"), [(-1, 1), (40001, 2), (45009, 1), (45011, 1)])
async def test_one_citizens_error_stops_nobody_else(
    running: Running, api: Api, database: Database, clock: Clock, errcode: int, times: int
) -> None:
    conversation_id = await taken(running, "pushing")
    other = await neighbour(running)
    api.fail(SEND, errcode=errcode, times=times, openid=CITIZEN)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await until(lambda: api.calls[SEND] == times)
    await running.conversations.tell(other, Reply("通知"), "k-1")
    await until(lambda: api.texts("oTEST_neighbour") == ["通知"], within_s=5)
    await idle(running)
    async with database.write() as session:
        paused = await session.scalar(select(WeChatAccess.paused_until))
        assert paused is None
        at = await session.scalar(
            select(Delivery.next_attempt_at).where(
                Delivery.state == "pending", Delivery.conversation_id == conversation_id
            )
        )
        assert at is not None and now() < at < now() + timedelta(seconds=61)
    clock.forward(seconds=61)
    running.conversations.jobs.wake()
    await settled(running, "pushing")
    assert api.texts(CITIZEN) == ["【坐席 3 号】第一句"]


async def test_a_fault_several_citizens_hear_in_a_row_pauses_the_account(
    running: Running, api: Api, database: Database
) -> None:
    api.fail(SEND, errcode=-1, times=3)
    for n in range(3):
        one = await neighbour(running, f"oTEST_{n}")
        await running.conversations.tell(one, Reply("通知"), "k")
    await until(lambda: api.calls[SEND] == 3)

    async def pauses() -> bool:
        async with database.read() as session:
            return bool(await session.scalar(select(WeChatAccess.paused_until)))

    await until(pauses)
