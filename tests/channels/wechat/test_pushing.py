"""Customer-service messages: sent when no passive reply can carry it, within the quota, never twice, never lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from channels.wechat.models import WeChatAnswer
from conversations.models import Delivery
from conversations.types import Reply
from core.database import Database
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import Running, Start
from tests.channels.wechat.platform import CITIZEN, payload, text_xml
from tests.channels.wechat.pushed import AGENT, SEND, idle, neighbour, settled, talking
from tests.conftest import Clock
from tests.waiting import until


async def test_a_quick_reply_is_passive_and_costs_no_quota(running: Running, api: Api) -> None:
    said = await running.account("pushing").say("公积金怎么提取")
    assert said.text == "您说的是：公积金怎么提取"
    await settled(running)
    assert api.sent == []


async def test_when_the_bot_is_busy_the_delivery_is_acknowledged_and_the_reply_follows(
    running: Running, api: Api
) -> None:
    running.dialogue.busy = True
    body = text_xml("慢慢查公积金")
    said = await running.account("pushing").push(body)
    assert (said.status, said.body) == (200, "success")
    await until(lambda: api.typing == [CITIZEN])
    running.dialogue.gate.set()
    await settled(running)
    assert api.texts() == ["您说的是：慢慢查公积金"]
    # A repeat that comes all the same brings nothing a second time.
    assert (await running.account("pushing").push(body)).body == "success"
    assert len(api.sent) == 1 and running.dialogue.texts() == ["慢慢查公积金"]


@pytest.mark.slow
async def test_when_it_is_only_slow_the_repeats_are_used_first(impatient: Running, api: Api) -> None:
    platform, body = impatient.account("pushing"), text_xml("慢慢查公积金")
    for _ in range(2):
        await platform.drop(body)
    assert (await platform.push(body)).body == "success"
    impatient.dialogue.gate.set()
    await settled(impatient)
    assert api.texts() == ["您说的是：慢慢查公积金"]


async def test_a_reply_ready_for_a_repeat_is_passive(impatient: Running, api: Api) -> None:
    platform, body = impatient.account("pushing"), text_xml("慢慢查公积金")
    await platform.drop(body)
    impatient.dialogue.gate.set()
    assert (await platform.push(body)).text == "您说的是：慢慢查公积金"
    await settled(impatient)
    assert api.sent == []


@pytest.mark.slow
async def test_an_account_without_the_service_asks_for_patience_instead(impatient: Running, api: Api) -> None:
    impatient.dialogue.busy = True
    said = await impatient.platform().insist(text_xml("慢慢查"))
    assert said is not None and said.text is not None and "请稍等" in said.text
    assert api.calls == {}


async def test_an_agents_words_reach_the_citizen_at_once_and_merged(running: Running, api: Api) -> None:
    conversation_id = await talking(running)
    api.fail(SEND, slow_s=0.5)
    for n, text in enumerate(("请问在哪条路？", "门牌号也请说一下。", "谢谢。")):
        await running.conversations.say(conversation_id, AGENT, text, f"c-{n}")
    await settled(running)
    said = "\n\n".join(api.texts())
    assert [line for line in said.split("\n\n") if "坐席" in line] == [
        "【坐席 3 号】请问在哪条路？", "【坐席 3 号】门牌号也请说一下。", "【坐席 3 号】谢谢。",
    ]  # fmt: skip
    assert len(api.sent) <= 3 and len({m["text"]["content"] for m in api.sent}) == len(api.sent)


async def test_never_more_than_five_and_what_is_over_comes_first_with_the_next_message(
    running: Running, api: Api
) -> None:
    conversation_id = await talking(running)
    for n in range(8):
        await running.conversations.say(conversation_id, AGENT, f"第{n}句", f"c-{n}")
        await idle(running)
    assert len(api.sent) == 5 and api.refused == []
    assert (await running.conversations.reach(conversation_id)).open is False  # type: ignore[union-attr]
    said = await running.account("pushing").say("好的")
    assert said.text == "\n\n".join(f"【坐席 3 号】第{n}句" for n in (5, 6, 7))
    await settled(running)
    # The citizen's message has opened the window anew.
    reach = await running.conversations.reach(conversation_id)
    assert reach is not None and (reach.open, reach.left) == (True, 5)


async def test_three_in_the_minute_after_a_menu_click_and_none_later(
    running: Running, api: Api, clock: Clock
) -> None:
    platform = running.account("pushing")
    await platform.push(payload("event_SCAN"))
    view = await running.view(account="pushing")
    reach = await running.conversations.reach(view.id)
    assert reach is not None and (reach.open, reach.left) == (True, 3)
    for n in range(5):
        await running.conversations.tell(view.id, Reply(f"通知{n}"), f"k{n}")
        await idle(running)
    assert len(api.sent) == 3 and api.refused == []
    clock.forward(seconds=61)
    await running.conversations.due_now(view.id)
    await idle(running)
    assert len(api.sent) == 3 and (await running.conversations.reach(view.id)).open is False  # type: ignore[union-attr]


async def test_after_two_days_nothing_is_pushed(running: Running, api: Api, clock: Clock) -> None:
    conversation_id = await talking(running)
    clock.forward(hours=48)
    await running.conversations.say(conversation_id, AGENT, "处理好了", "c-1")
    await idle(running)
    assert api.calls[SEND] == 0
    reach = await running.conversations.reach(conversation_id)
    assert reach is not None and not reach.open


async def test_who_unsubscribed_is_left_alone_until_they_come_back(running: Running, api: Api) -> None:
    conversation_id = await talking(running)
    await running.account("pushing").push(payload("event_unsubscribe"))
    await running.conversations.say(conversation_id, AGENT, "还在吗", "c-1")
    await idle(running)
    assert api.sent == []
    said = await running.account("pushing").push(payload("event_subscribe"))
    assert said.text is not None and said.text.startswith("【坐席 3 号】还在吗\n\n您好")


@pytest.mark.parametrize("errcode", [45015, 45047])
async def test_a_window_the_platform_calls_closed_is_closed(running: Running, api: Api, errcode: int) -> None:
    """The platform knows better: its clock, or messages another program sent for the same account."""
    conversation_id = await talking(running)
    api.fail(SEND, errcode=errcode)
    await running.conversations.say(conversation_id, AGENT, "处理好了", "c-1")
    await until(lambda: api.calls[SEND] == 1)
    await idle(running)
    assert api.calls[SEND] == 1 and api.sent == []
    assert (await running.conversations.reach(conversation_id)).open is False  # type: ignore[union-attr]
    assert (await running.account("pushing").say("好了吗在吗")).text == "【坐席 3 号】处理好了"


async def test_over_the_days_calls_everything_waits_and_nothing_is_lost(
    running: Running, api: Api, clock: Clock
) -> None:
    conversation_id = await talking(running)
    other = await neighbour(running)
    api.fail(SEND, errcode=45009, times=2)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await running.conversations.tell(other, Reply("通知"), "k-1")
    await until(lambda: api.calls[SEND] == 2)
    await running.conversations.tell(other, Reply("通知"), "k-2")
    await idle(running)
    assert api.calls[SEND] == 2, "two citizens in a row: the whole account pauses"
    assert (await running.conversations.reach(conversation_id)).open is False  # type: ignore[union-attr]
    clock.forward(seconds=61)
    await idle(running)
    await settled(running)
    assert api.texts(CITIZEN) == ["【坐席 3 号】第一句"]


async def test_a_refused_push_is_never_taken_for_sent(running: Running, api: Api, database: Database) -> None:
    conversation_id = await talking(running)
    api.fail(SEND, errcode=40003)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await until(lambda: api.calls[SEND] == 1)
    await idle(running)
    async with database.read() as session:
        (delivery,) = await session.scalars(select(Delivery).where(Delivery.state == "pending"))
        (refused,) = await session.scalars(select(WeChatAnswer).where(WeChatAnswer.state == "refused"))
    assert delivery.error is not None and "40003" in delivery.error
    assert refused.route == "push"
    assert (await running.account("pushing").say("喂喂")).text == "【坐席 3 号】第一句"


@pytest.mark.slow
async def test_a_platform_that_is_not_there_costs_nothing(running: Running, api: Api, clock: Clock) -> None:
    conversation_id = await talking(running)
    api.fail(SEND, errcode=42001)  # the welcome may have been pushed: its token, if there is one, has expired
    api.fail("/cgi-bin/stable_token", status=503, times=1000)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await until(lambda: api.calls["stable_token"] >= 1)
    await idle(running)
    api._faults.clear()
    async with asyncio.timeout(15):
        while not api.sent:
            clock.forward(seconds=6)
            await idle(running)
    await settled(running)
    assert api.texts() == ["【坐席 3 号】第一句"]


@pytest.mark.parametrize("fault", [{"lost": True}, {"slow_s": 2.5}])
@pytest.mark.slow
async def test_a_push_whose_answer_was_lost_is_found_in_the_record_and_not_sent_again(
    running: Running, api: Api, fault: dict[str, Any]
) -> None:
    conversation_id = await talking(running)
    api.fail(SEND, **fault)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await running.conversations.say(conversation_id, AGENT, "第二句", "c-2")
    await settled(running)
    assert "".join(api.texts()).count("第一句") == 1 and "".join(api.texts()).count("第二句") == 1


async def test_a_push_the_record_does_not_show_is_sent_again(
    running: Running, api: Api, clock: Clock
) -> None:
    conversation_id = await talking(running)
    await running.conversations.say(conversation_id, AGENT, "证明记录可信的一句", "c-0")
    await settled(running)
    api.fail(SEND, status=502)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await until(lambda: api.calls[SEND] == 2)
    clock.forward(seconds=4)
    await settled(running)
    assert api.texts() == ["【坐席 3 号】证明记录可信的一句", "【坐席 3 号】第一句"]


async def test_the_same_words_said_before_do_not_pass_for_the_lost_ones(
    running: Running, api: Api, clock: Clock
) -> None:
    conversation_id = await talking(running)
    await running.conversations.say(conversation_id, AGENT, "请稍等", "c-0")
    await settled(running)
    api.fail(SEND, status=502)
    await running.conversations.say(conversation_id, AGENT, "请稍等", "c-1")
    await until(lambda: api.calls[SEND] == 2)
    clock.forward(seconds=4)
    await settled(running)
    assert api.texts() == ["【坐席 3 号】请稍等"] * 2


@pytest.mark.parametrize("records", [False, True])
async def test_what_nobody_can_tell_about_is_not_pushed_again_but_given_with_words_that_say_so(
    running: Running, api: Api, clock: Clock, records: bool
) -> None:
    """No record at all; or an empty one that nothing vouches for."""
    api.records = records
    conversation_id = await talking(running)
    api._record.clear()
    api.fail(SEND, status=502)
    await running.conversations.say(conversation_id, AGENT, "第一句", "c-1")
    await until(lambda: api.calls[SEND] == 1)
    clock.forward(seconds=4)
    await idle(running)
    assert api.calls[SEND] == 1
    # What comes after it goes out by itself; the doubtful one waits for the citizen.
    await running.conversations.say(conversation_id, AGENT, "第二句", "c-2")
    await until(lambda: api.texts() == ["【坐席 3 号】第二句"])
    said = await running.account("pushing").say("喂喂喂")
    assert said.text == "（刚才网络不太稳，下面这段您可能已经收到过。）\n【坐席 3 号】第一句"
    await settled(running)


async def test_buttons_are_a_menu_to_tap_and_the_tap_chooses(running: Running, api: Api) -> None:
    running.dialogue.busy = True
    await running.account("pushing").say("我要投诉，慢一点")
    running.dialogue.gate.set()
    await settled(running)
    (sent,) = api.sent
    assert sent["msgmenu"]["head_content"] == "请问是哪一类？"
    assert [one["content"] for one in sent["msgmenu"]["list"]] == ["投诉", "求助"]
    running.dialogue.busy = False
    await running.account("pushing").say("求助")
    assert running.dialogue.texts()[-1] == '/complaint_type{"t":"求助"}'


async def test_an_account_that_may_not_send_menus_gets_numbers(running: Running, api: Api) -> None:
    api.menus = False
    running.dialogue.busy = True
    await running.account("pushing").say("我要投诉，慢一点")
    running.dialogue.gate.set()
    await settled(running)
    assert api.texts() == ["请问是哪一类？\n\n回复数字选择：\n1. 投诉\n2. 求助"]


@pytest.mark.slow
async def test_a_long_push_is_cut_at_a_sentence_and_the_rest_follows(running: Running, api: Api) -> None:
    running.dialogue.busy = True
    await running.account("pushing").say("来个长文，慢一点")
    running.dialogue.gate.set()
    await settled(running)
    *firsts, last = api.texts()
    assert all(text.endswith("。\n…（没说完，后面接着发给您）") for text in firsts) and len(firsts) > 2
    whole = "".join(text.removesuffix("\n…（没说完，后面接着发给您）") for text in firsts) + last
    assert whole == "".join(f"第{n}条，办理时请带好身份证和户口本原件。" for n in range(1, 121))


async def test_an_answer_leads_to_its_whole_entry(running: Running, api: Api) -> None:
    view = await running.view(account="pushing")
    await running.account("pushing").say("您好")
    card = {"kind": "answer", "entry": "gjj/withdraw"}
    await running.conversations.tell(view.id, Reply("六种情况可以提取。", card=card), "k")
    await until(lambda: api.sent)
    assert api.texts() == ["六种情况可以提取。\n全文和依据：https://12345.example.gov.cn/kb/gjj/withdraw"]
    await running.conversations.tell(view.id, Reply("这是一句话。" * 200, card=card), "k2")
    await until(lambda: len(api.sent) == 2)
    assert api.texts()[1].endswith("也可以看全文：https://12345.example.gov.cn/kb/gjj/withdraw）")


@pytest.mark.slow
async def test_two_processes_push_everything_once(start: Start, api: Api) -> None:
    one, other = await start(), await start()
    api.quota = False
    view = await one.view(account="pushing")
    await one.account("pushing").say("您好")
    for n in range(30):
        await (one, other)[n % 2].conversations.tell(view.id, Reply(f"通知{n}。"), f"k{n}")
        await asyncio.sleep(0.01)
        if n % 5 == 0:
            await other.account("pushing").say(f"第{n}句")
    await idle(one)
    said = "".join(api.texts())
    assert all(said.count(f"通知{n}。") <= 1 for n in range(30))
    assert len(api.refused) == 0
