"""Five seconds, three deliveries: what the citizen gets, and that it is once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from channels.wechat.inbound import words
from channels.wechat.outbound import passive as answers
from conversations.models import Conversation
from conversations.types import Agent
from core.clock import now
from core.database import Database
from tests.channels.wechat.conftest import SHORT_PATIENCE_S, Running, Start
from tests.channels.wechat.platform import Said, text_xml
from tests.channels.wechat.pushed import settled

AGENT = Agent("agent-3", "坐席 3 号")


async def test_a_repeat_gets_the_same_reply_and_no_second_turn(running: Running) -> None:
    body = text_xml("公积金怎么提取")
    platform = running.platform()
    first, second, third = [await platform.push(body) for _ in range(3)]
    assert first.text == second.text == third.text == "您说的是：公积金怎么提取"
    assert len(running.dialogue.asked) == 1
    await settled(running, "main")


async def test_parallel_repeats_are_one_turn_and_one_reply(running: Running) -> None:
    body = text_xml("公积金怎么提取")
    said = await asyncio.gather(*(running.platform().push(body) for _ in range(8)))
    assert {s.text for s in said} == {"您说的是：公积金怎么提取"}
    assert len(running.dialogue.asked) == 1
    await settled(running, "main")


async def test_repeats_in_two_processes_are_one_turn_and_one_reply(start: Start) -> None:
    one, other = await start(), await start()
    body = text_xml("公积金怎么提取")
    said = await asyncio.gather(*(r.platform().push(body) for r in (one, other, one, other, other)))
    assert {s.text for s in said} == {"您说的是：公积金怎么提取"}
    assert len(one.dialogue.asked) + len(other.dialogue.asked) == 1
    later = await other.platform().push(body)
    assert later.text == "您说的是：公积金怎么提取"
    await settled(other, "main")


async def test_the_repeat_brings_what_was_not_ready_in_time(impatient: Running) -> None:
    body = text_xml("慢慢查公积金")
    await impatient.platform().drop(body)
    impatient.dialogue.gate.set()
    assert (await impatient.platform().push(body)).text == "您说的是：慢慢查公积金"
    assert len(impatient.dialogue.asked) == 1
    await settled(impatient, "main")


@pytest.mark.slow
async def test_the_first_two_deliveries_are_held_and_the_third_asks_for_patience(impatient: Running) -> None:
    body = text_xml("慢慢查公积金")
    for _ in range(2):
        await impatient.platform().drop(body)
    third = await impatient.platform().push(body)
    assert (third.status, third.text) == (200, words.PATIENCE)
    # Whatever comes for this message later is the same.
    impatient.dialogue.gate.set()
    assert (await impatient.platform().push(body)).text == words.PATIENCE
    # The result comes with a nudge, which itself is no turn …
    nudged = await impatient.platform().say("好了吗？")
    assert nudged.text == "您说的是：慢慢查公积金"
    assert impatient.dialogue.texts() == ["慢慢查公积金"]
    await settled(impatient, "main")
    # … and is read as any other words from then on.
    assert (await impatient.platform().say("好了吗？")).text == "您说的是：好了吗？"


@pytest.mark.slow
async def test_a_nudge_too_early_is_asked_for_patience_again(impatient: Running) -> None:
    assert await impatient.platform().insist(text_xml("慢慢查"))
    early = await impatient.platform().say("？？")
    assert early.text == words.STILL_BUSY
    impatient.dialogue.gate.set()
    assert (await impatient.platform().say("怎么样了")).text == "您说的是：慢慢查"
    assert impatient.dialogue.texts() == ["慢慢查"]


@pytest.mark.slow
async def test_real_words_after_patience_are_answered_with_the_result_first(impatient: Running) -> None:
    assert await impatient.platform().insist(text_xml("慢慢查"))
    impatient.dialogue.gate.set()
    said = await impatient.platform().say("那低保呢")
    assert said.text == "您说的是：慢慢查\n\n您说的是：那低保呢"
    assert impatient.dialogue.texts() == ["慢慢查", "那低保呢"]
    await settled(impatient, "main")


async def test_the_third_delivery_is_known_by_time_in_a_process_that_never_saw_the_others(
    start: Start, database: Database
) -> None:
    one, other = (
        await start(patience_s=SHORT_PATIENCE_S),
        await start(patience_s=SHORT_PATIENCE_S),
    )
    body = text_xml("慢慢查")
    await one.platform().drop(body)
    view = await one.view()
    (message,) = await one.conversations.history(view.id)
    async with database.write() as session:
        from conversations.models import MessageRow

        await session.execute(
            update(MessageRow)
            .where(MessageRow.id == message.id)
            .values(created_at=now() - timedelta(seconds=10))
        )
    said = await other.platform().push(body)
    assert said.text == words.PATIENCE


async def test_a_client_that_never_lets_go_is_answered_in_the_end(start: Start) -> None:
    running = await start(patience_s=SHORT_PATIENCE_S, hold_s=2 * SHORT_PATIENCE_S)
    said = await running.platform().push(text_xml("慢慢查"))
    assert said.text == words.PATIENCE


async def test_a_reply_lost_with_its_connection_comes_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The response is built and the platform is gone: the repeat gets the same, with what was owed before."""
    view = await running.view()
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, AGENT)
    await running.conversations.say(view.id, AGENT, "请问在哪条路？", "c-1")
    await running.conversations.hand_back(view.id, AGENT)

    written = answers.Answers.written

    async def dies(self: answers.Answers, answer: answers.Answer) -> None:
        raise RuntimeError("killed before the reply could be marked as delivered")

    body = text_xml("路灯不亮")
    monkeypatch.setattr(answers.Answers, "written", dies)
    lost = await running.platform().push(body)
    monkeypatch.setattr(answers.Answers, "written", written)
    assert await running.conversations.undelivered(view.id)
    again = await running.platform().push(body)
    assert again.text == lost.text
    assert again.text is not None and again.text.index("请问在哪条路") < again.text.index(
        "您说的是：路灯不亮"
    )
    await settled(running, "main")
    assert (await running.platform().say("下一句")).text == "您说的是：下一句"


@pytest.mark.parametrize("repeated", [True, False])
async def test_what_a_dead_process_had_claimed_is_not_lost(
    impatient: Running, monkeypatch: pytest.MonkeyPatch, repeated: bool
) -> None:
    async def dies(self: answers.Answers, *_: object, **__: object) -> answers.Answer:
        raise RuntimeError("killed after claiming")

    body = text_xml("公积金怎么提取")
    with monkeypatch.context() as patch:
        patch.setattr(answers.Answers, "_keep", dies)
        await impatient.platform().drop(body)
    if repeated:
        assert (await impatient.platform().push(body)).text == "您说的是：公积金怎么提取"
    else:
        assert (await impatient.platform().say("一")).text == "您说的是：公积金怎么提取\n\n您说的是：一"
    await settled(impatient, "main")


async def test_twenty_quick_messages_are_answered_in_order_each_once(start: Start) -> None:
    running = await start(patience_s=20, hold_s=25)
    bodies = [text_xml(f"第{n}句") for n in range(20)]
    said: list[Said] = []

    async def send(n: int) -> None:
        await asyncio.sleep(n * 0.01)
        said.append(await running.platform().push(bodies[n]))

    await asyncio.gather(*(send(n) for n in range(20)))
    history = await running.conversations.history((await running.view()).id)
    asked = [m.text for m in history if m.direction == "in"]
    assert running.dialogue.texts() == asked
    heard = Counter(line for s in said for line in (s.text or "").split("\n\n") if line)
    assert heard == Counter(f"您说的是：第{n}句" for n in range(20))
    for s in said:
        numbers = [
            asked.index(line.removeprefix("您说的是：")) for line in (s.text or "").split("\n\n") if line
        ]
        assert numbers == sorted(numbers)
    await settled(running, "main")


async def test_two_citizens_and_two_accounts_do_not_see_each_other(running: Running) -> None:
    first = await running.platform().say("甲", user="oTEST_a", message_id=1001)
    second = await running.platform().say("乙", user="oTEST_b", message_id=1001)
    third = await running.platform("safe").say("丙", user="oTEST_a", message_id=1001)
    assert [first.text, second.text, third.text] == ["您说的是：甲", "您说的是：乙", "您说的是：丙"]
    assert len({sender for sender, _ in running.dialogue.asked}) == 3


async def test_several_replies_are_one_text_with_a_numbered_list(running: Running) -> None:
    said = await running.platform().say("说两句")
    assert said.text == "第一句。\n\n第二句。\n\n回复数字选择：\n1. 转人工"


@pytest.mark.parametrize("typed", ["2", "２", "2.", "求助", " 2 。"])
@pytest.mark.slow
async def test_a_number_or_a_title_chooses(running: Running, typed: str) -> None:
    offered = await running.platform().say("我要投诉")
    assert offered.text == "请问是哪一类？\n\n回复数字选择：\n1. 投诉\n2. 求助"
    await running.platform().say(typed)
    assert running.dialogue.texts()[-1] == '/complaint_type{"t":"求助"}'


async def test_a_payload_typed_by_hand_is_only_text(running: Running) -> None:
    await running.platform().say("您好")
    for typed in ("/restart", "／restart", "/ /restart", "/\u3000/restart"):
        await running.platform().say(typed)
        assert not running.dialogue.texts()[-1].strip().startswith("/")


async def test_a_long_answer_comes_in_pages(running: Running) -> None:
    said = await running.platform().say("来个长文")
    pages = []
    while said.text is not None and said.text.endswith("看后面）"):
        pages.append(said.text.removesuffix("\n…（没说完，回复“继续”看后面）"))
        assert pages[-1].endswith("。"), "cut at the end of a sentence"
        body = text_xml("继续")
        said = await running.platform().push(body)
        again = await running.platform().push(body)
        assert again.text == said.text, "a repeat turns no page"
    pages.append(said.text or "")
    assert "".join(pages) == "".join(f"第{n}条，办理时请带好身份证和户口本原件。" for n in range(1, 121))
    assert len(pages) > 2
    assert running.dialogue.texts() == ["来个长文"]
    # Nothing more to turn to: now the word is read like any other.
    assert (await running.platform().say("继续")).text == "您说的是：继续"


async def test_other_words_bring_the_rest_of_a_long_answer_before_their_own(running: Running) -> None:
    shown = [(await running.platform().say(text)).text for text in ("来个长文", "换个问题", "继续", "继续")]
    whole = "".join(
        page.removesuffix("\n…（没说完，回复“继续”看后面）") for page in shown if page is not None
    )
    assert whole.endswith("第120条，办理时请带好身份证和户口本原件。\n\n您说的是：换个问题")
    assert all(whole.count(f"第{n}条，") == 1 for n in range(1, 121))
    await settled(running, "main")
    assert (await running.platform().say("继续")).text == "您说的是：继续"


async def test_advice_in_danger_waits_behind_nothing(running: Running) -> None:
    await running.platform().say("来个长文")
    said = await running.platform().say("我家着火了快来人")
    assert said.text is not None and "119" in said.text[:200]
    more = await running.platform().say("继续")
    assert more.text is not None and more.text.startswith("第")


async def test_when_rasa_is_down_the_citizen_still_gets_a_reply(running: Running) -> None:
    sure = await running.platform().say("坏了，几点开门")
    assert sure.text == "市民中心工作日上午八点半开门。"
    unsure = await running.platform().say("坏了怎么办")
    assert unsure.text is not None and "记下了" in unsure.text and "坐席" in unsure.text
    assert (await running.view()).mode == "waiting"


async def test_emergency_advice_comes_at_once(running: Running) -> None:
    said = await running.platform().say("我家着火了快来人")
    assert said.text is not None and "119" in said.text
    assert running.dialogue.asked == []


async def test_talk_with_an_agent_both_ways(running: Running) -> None:
    platform = running.platform()
    view = await running.view()
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, AGENT)
    told = await platform.say("在吗在吗")
    assert told.text == "坐席 3 号已接入，前面说的都看得到，不用重说。"
    # Nothing to say: acknowledged, and the bot is silent.
    quiet = await platform.say("路灯三天不亮了")
    assert (quiet.status, quiet.body) == (200, "success")
    await running.conversations.say(view.id, AGENT, "好的，请问在哪条路？", "c-1")
    await running.conversations.say(view.id, AGENT, "门牌号也请说一下。", "c-2")
    heard = await platform.say("示例路")
    assert heard.text == "【坐席 3 号】好的，请问在哪条路？\n\n【坐席 3 号】门牌号也请说一下。"
    await running.conversations.hand_back(view.id, AGENT)
    after = await platform.say("谢谢")
    assert after.text is not None and after.text.endswith("您说的是：谢谢") and "人工服务已结束" in after.text
    assert running.dialogue.texts() == ["谢谢"]
    seen = [(m.sender, m.text) for m in await running.conversations.history(view.id) if m.direction == "in"]
    assert [text for _, text in seen] == ["在吗在吗", "路灯三天不亮了", "示例路", "谢谢"]
    await settled(running, "main")


async def test_the_bot_is_silent_when_an_agent_takes_over_while_it_thinks(impatient: Running) -> None:
    body = text_xml("慢慢查")
    await impatient.platform().drop(body)
    view = await impatient.view()
    await impatient.conversations.take(view.id, AGENT)
    impatient.dialogue.gate.set()
    said = await impatient.platform().push(body)
    assert said.text == "坐席 3 号已接入，前面说的都看得到，不用重说。"
    assert not any("您说的是" in m.text for m in await impatient.conversations.history(view.id))


async def test_a_process_that_dies_mid_turn_is_taken_over_and_the_citizen_answered_once(
    start: Start, database: Database
) -> None:
    one = await start(patience_s=SHORT_PATIENCE_S)
    body = text_xml("慢慢查公积金")
    await one.platform().drop(body)
    assert one.dialogue.texts() == ["慢慢查公积金"]
    # kill -9, as far as the database can tell: workers and sweeper gone, no lease given back.
    runner = one.conversations._runner
    for task in (*runner._workers.values(), runner._keeper, *one.conversations.jobs._loops):
        assert task is not None
        task.cancel()
    runner._again.clear()
    await asyncio.sleep(0)
    async with database.write() as session:
        (owner,) = await session.scalars(
            update(Conversation)
            .where(Conversation.lease_owner.is_not(None))
            .values(lease_until=now() - timedelta(seconds=1))  # as if the lease had run out
            .returning(Conversation.lease_owner)
        )
    assert owner == runner._owner
    other = await start(patience_s=SHORT_PATIENCE_S)
    other.dialogue.gate.set()
    assert (await other.platform().push(body)).text == "您说的是：慢慢查公积金"
    assert other.dialogue.texts() == ["慢慢查公积金"]
    replies = [m for m in await other.conversations.history((await other.view()).id) if m.direction == "out"]
    assert len(replies) == 1
    await settled(other, "main")


async def test_a_storage_that_fails_is_held_and_then_admitted(
    impatient: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(impatient.conversations, "receive", broken)
    said = await impatient.platform().insist(text_xml("您好"))
    assert said is not None and (said.status, said.text) == (200, words.NOT_KEPT)
