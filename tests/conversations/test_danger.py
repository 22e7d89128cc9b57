"""What somebody in danger is told, and how the conversation goes on after."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.understanding.danger import Judge
from bot.understanding.danger.kinds import DANGERS
from conversations import danger, scope
from conversations.event_kinds import DangerBeside, Outcome, Report, Result
from conversations.sources import SOURCE_URGENT, SOURCE_WINDOW_S, Sources
from conversations.types import Agent
from core.clock import local, now
from core.rates import LocalRates
from tests.conversations.conftest import Process

FIRE = "我家着火了，快来人"
POISON = "我妈喝农药了，快救救她"


def results_in(process: Process, result: Result) -> None:
    """Let the stand-in for Rasa report a result, as actions do."""

    async def report(conversation_id: str, turn_id: str, _: str) -> None:
        await process.conversations.report(conversation_id, turn_id, Report(Outcome(result)))

    process.dialogue.heard = report


def test_every_kind_has_advice_numbers_and_a_source_to_open() -> None:
    chosen_by_words = {kind for kind, one in danger.advices().items() if one.words is not None}
    assert {*danger.advices()} - chosen_by_words | {"child_abuse"} == {*DANGERS, "swallowed"}
    for kind, advice in danger.advices().items():
        assert (advice.words is None) == (not advice.instead_of) and set(advice.instead_of) <= set(DANGERS)
        reply = advice.reply("", ())
        assert reply.card is not None
        assert [n["number"] for n in reply.card["numbers"]] == [n.number for n in advice.numbers]
        # Channels that show no card read the numbers in the words.
        assert all(n.number in reply.text for n in advice.numbers if kind != "swallowed" or n.number == "120")
        assert all(s.url.startswith("http") and s.opened <= local(now()).date() for s in advice.sources)
        assert len(reply.text) <= 260


@pytest.mark.parametrize("sources", [[], [{"document": "消防法", "url": "https://flk.npc.gov.cn/"}]])
def test_no_advice_without_a_source_that_was_read(sources: list[dict[str, str]]) -> None:
    fire = danger.advices()["fire"].model_dump()
    assert danger.Advice.model_validate(fire).sources
    with pytest.raises(ValidationError, match="sources"):
        danger.Advice.model_validate({**fire, "sources": sources})


@pytest.mark.parametrize("kind", ["self_harm", "medical", "child_abuse"])
@pytest.mark.parametrize(
    "text",
    [
        "我妈把一瓶农药喝下去了咋弄",
        "俺娘喝敌敌畏了",
        "娃误食了老鼠药",
        "他吞了一瓶安眠药",
        "老头子吃了一整瓶安眠药叫不醒",
    ],
)
def test_poison_swallowed_by_anybody_means_120_first(kind: str, text: str) -> None:
    assert danger.advice(kind, text).numbers[0].number == "120"


@pytest.mark.parametrize("text", ["我不想活了", "农药我都买好了，还没喝", "我要从楼上跳下去"])
def test_without_poison_swallowed_the_advice_is_the_kind_s(text: str) -> None:
    assert danger.advice("self_harm", text).numbers[0].number == "12356"


@pytest.mark.parametrize(
    ("kind", "text", "label"),
    [
        ("crime", "我家老人走失了", "有人走失"),
        ("crime", "我儿子放学没回家，到处找不到", "有人走失"),
        ("crime", "有人跳楼了", "有人要轻生，或者已经轻生"),
        ("crime", "有人跳樓了", "有人要轻生，或者已经轻生"),
        ("self_harm", "有個女的站在樓頂要跳樓", "有人要轻生，或者已经轻生"),
        ("medical", "我爸喝農藥了", "吞服了有毒的东西"),
        ("self_harm", "桥上站着个男的，要往下跳", "有人要轻生，或者已经轻生"),
        ("medical", "对门老太太三天没出门，敲门不应，有臭味", "屋里的人叫不应"),
        ("medical", "孩子叫流浪狗咬了脸，全是血", "被动物咬伤"),
        ("self_harm", "有个老头在桥栏杆外面坐着不肯下来", "有人要轻生，或者已经轻生"),
        ("self_harm", "我爸说不想活了，敲门不应", "有人要轻生，或者已经轻生"),
        ("self_harm", "楼顶有个女的坐在边上哭", "有人要轻生，或者已经轻生"),
        ("self_harm", "我妹妹割腕了，流了好多血", "有人要轻生，或者已经轻生"),
        ("water", "隔壁孩子被打得哇哇叫，现在没声音了", "孩子正受伤害"),
        ("medical", "邻居打娃打了半天，突然没声音了", "孩子正受伤害"),
        # Their own despair, or another danger, keeps its own advice.
        ("self_harm", "他不要我了，我想跳楼", "有轻生的念头或者举动"),
        ("self_harm", "她逼得我要跳楼", "有轻生的念头或者举动"),
        ("self_harm", "我妈走了，我也不想活了", "有轻生的念头或者举动"),
        ("self_harm", "老婆跟人跑了，不想活了", "有轻生的念头或者举动"),
        ("self_harm", "他天天喝酒打人，不想活了", "有轻生的念头或者举动"),
        ("self_harm", "男朋友分手了想死", "有轻生的念头或者举动"),
        ("medical", "孩子打完疫苗抽搐了", "抽搐、癫痫发作"),
        ("medical", "弟弟羊角风犯了，倒地上直吐白沫", "抽搐、癫痫发作"),
        ("medical", "爷爷吃年糕噎住了，脸都青了", "喉咙被噎住、卡住，喘不上气"),
        ("medical", "娃嗓子里堵了颗珠子，喘不上来", "喉咙被噎住、卡住，喘不上气"),
        ("medical", "胳膊卡在机器里，流了好多血", "有人被机器卷住、卡住"),
        ("medical", "我嫂子快生了，羊水流了一地", "孕妇要生了"),
        ("child_abuse", "孩子生在路边了", "孕妇要生了"),
        ("medical", "老板要生气了，打得他头破血流", "有人病情危急或者受了重伤"),
        ("child_abuse", "娃让热粥烫了，胳膊起泡", "烧伤或者烫伤"),
        ("fire", "油锅打翻，浇到腿上了", "烧伤或者烫伤"),
        ("fire", "厨房起火，我妈烫伤了", "着火"),
        ("child_abuse", "孩子被他爸拿热水烫", "孩子正受伤害"),
        ("gas", "烧炭取暖，我爸叫不醒", "煤气中毒，人已经不舒服"),
        ("gas", "楼道里煤气味道好大", "燃气泄漏或者一氧化碳中毒"),
        ("water", "孩子掉水里不见了", "有人落水或者被困"),
        ("medical", "被蛇咬了，脚肿到膝盖", "被蛇咬伤"),
        ("crime", "有人拿刀追我", "人身或者财产正受侵害"),
        ("crowd", "脚手架上有个人站不住了，快掉下来了", "有人困在高处，或者快掉下来"),
        ("water", "擦窗户的师傅绳子缠住了，挂在二十楼外墙上", "有人困在高处，或者快掉下来"),
        ("medical", "塔吊司机在上面昏了下不来", "有人困在高处，或者快掉下来"),
        ("self_harm", "小娃娃爬到窗户外头下不来", "有人困在高处，或者快掉下来"),
        ("self_harm", "有个男的在脚手架上要跳", "有人要轻生，或者已经轻生"),
        ("self_harm", "我挂在窗户外面，不想活了", "有轻生的念头或者举动"),
        ("crowd", "脚手架倒了，下面压着人", "很多人有危险，或者房屋、工地、工厂出事"),
        ("child_abuse", "孩子锁在车里了，太阳晒着，车窗打不开", "有人被锁在车里"),
        ("child_abuse", "车钥匙锁里头了，娃也在里头，一直哭", "有人被锁在车里"),
        ("water", "校车上落了一个孩子没下来，车门锁了", "有人被锁在车里"),
        ("traffic", "车祸，孩子困在车里流血", "出了车祸"),
        ("crime", "我被锁在车里，司机不让我下车", "人身或者财产正受侵害"),
        ("water", "孩子掉井里了", "有人掉进井里、坑里"),
        ("medical", "我爸掉化粪池里没动静了", "有人掉进井里、坑里"),
        ("crime", "有人受伤了，刀还插在肚子上，好多血", "有人被打伤、刺伤"),
        ("crime", "店里有人拿棍子打人，头破血流", "有人被打伤、刺伤"),
        ("crime", "隔壁一直有女的在惨叫", "听见、看见别人正受暴力"),
        ("domestic_violence", "楼上男的在打老婆，女的喊救命", "听见、看见别人正受暴力"),
        ("domestic_violence", "他又打我，我躲邻居家了", "家里有人正在受暴力"),
        ("domestic_violence", "隔壁打孩子打得没声了", "孩子正受伤害"),
    ],
)
def test_the_words_choose_the_advice_within_a_kind(kind: str, text: str, label: str) -> None:
    assert danger.advice(kind, text).label == label


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *[
            (t, True)
            for t in ("有", "有！", "有危险", "是的", "嗯", "现在有危险", "快来", "有人有危险", "对对")
        ],
        *[
            (t, False)
            for t in ("没有", "没", "没有危险", "不是", "没事", "不急", "没人有危险", "不是紧急情况", "沒有")
        ],
        *[(t, None) for t in ("我爸在地上", "有个问题想问", "没有人管这件事", "不知道", "对方不还钱")],
    ],
)
def test_an_answer_in_words(text: str, answer: bool | None) -> None:
    assert danger.yes_or_no(text) is answer


async def test_clear_danger_is_met_first_called_in_and_the_assistant_stays(process: Process) -> None:
    process.online[0] = 1
    (advice,) = await process.say(FIRE)
    assert "119" in advice.text and "请坐席优先" in advice.text and process.dialogue.asked == []
    assert advice.card is not None and advice.card["numbers"][0] == {"number": "119", "name": "火警"}
    assert [b.title for b in advice.buttons] == [danger.FILE_IT.title, danger.NOT_URGENT.title]
    view = await process.conversations.view(await process.id_of())
    assert (view.mode, view.urgent, view.reason) == ("waiting", True, "emergency")
    assert view.facts["handoff"]["紧急"] == "着火"
    # Nothing is silent: the next words are answered while the place in the queue is kept.
    results_in(process, Result.ANSWERED)
    assert [r.text for r in await process.say("医保怎么报销")][1:] == ["您说的是：医保怎么报销"]
    assert (await process.conversations.view(await process.id_of())).mode == "waiting"


async def test_nobody_on_duty_is_said_and_nobody_promised(process: Process) -> None:
    (advice,) = await process.say(FIRE)
    assert "没有坐席在线" in advice.text and "优先" not in advice.text


async def test_what_was_said_in_danger_stays_filable(process: Process) -> None:
    await process.say(FIRE)
    await process.say(danger.FILE_IT.title)
    assert process.dialogue.texts() == [danger.FILE_IT.payload]
    assert (await process.conversations.recall(await process.id_of()))[scope.DECLINED] == FIRE


async def test_no_emergency_leaves_the_queue_and_answers_what_was_said(process: Process) -> None:
    await process.say(FIRE)
    (answer,) = await process.say(danger.NOT_URGENT.title)
    assert answer.text == f"您说的是：{FIRE}"
    view = await process.conversations.view(await process.id_of())
    assert (view.mode, view.urgent) == ("bot", False)


async def test_neither_yes_nor_no_is_asked_once_more_while_danger_is_likely(asking: Process) -> None:
    for words, asked in (("我妈走失了，老年痴呆", danger.ASK), ("在新庄孜那一片", danger.ASK_AGAIN)):
        (question,) = await asking.say(words)
        assert question.text == asked.text
    (answer,) = await asking.say("穿红衣服")
    assert answer.text.startswith("您说的是：我妈走失了")


async def test_the_way_out_for_somebody_in_despair_is_in_words_of_their_own(process: Process) -> None:
    (advice,) = await process.say("我真的不想活了，遗书都写好了")
    assert "12356" in advice.text
    assert [b.title for b in advice.buttons] == [danger.FILE_IT.title, danger.FINE.title]


async def test_said_again_it_is_a_short_reminder(process: Process) -> None:
    (first,) = await process.say(FIRE)
    (again,) = await process.say("快来人啊，我家着火了！")
    assert "119" in again.text and len(again.text) < len(first.text) / 2


async def test_who_leaves_the_queue_hears_the_numbers_once_more(process: Process) -> None:
    process.online[0] = 1
    await process.say(POISON)
    (left,) = await process.say("不等了")
    assert left.text.startswith("好的，不排队了") and "120（急救）" in left.text
    assert left.card is not None and left.card["numbers"][0] == {"number": "120", "name": "急救"}
    assert (await process.conversations.view(await process.id_of())).mode == "bot"


async def test_who_leaves_the_queue_without_danger_hears_no_number(process: Process) -> None:
    await process.conversations.request_human(await process.id_of(), "citizen_asked")
    (left,) = await process.say("不等了")
    assert left.text == "好的，不排队了。您请说，我在听。" and left.card is None


async def test_an_agent_s_talk_hears_clear_danger_too(process: Process) -> None:
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    await process.conversations.take(conversation, Agent("a", "坐席1号"))
    (advice,) = await process.say(POISON)
    assert "120" in advice.text and advice.buttons == ()
    view = await process.conversations.view(conversation)
    assert (view.mode, view.urgent) == ("human", True)


@pytest.fixture
def asking(process: Process) -> Process:
    """The same, where danger is never clear enough: the question is asked each time."""
    judge = Judge()
    judge.numbers = replace(judge.numbers, clear=2.0)
    process.conversations._alarm._judge = judge
    return process


async def test_in_doubt_one_question_is_asked_and_yes_raises_the_alarm(asking: Process) -> None:
    (question,) = await asking.say(FIRE)
    assert "现在有人有危险吗" in question.text and asking.dialogue.asked == []
    assert [b.title for b in question.buttons] == [danger.YES.title, danger.NO.title]
    assert (await asking.conversations.view(await asking.id_of())).mode == "bot"
    (advice,) = await asking.say("有")
    assert "119" in advice.text
    assert (await asking.conversations.view(await asking.id_of())).urgent


@pytest.fixture
def unlikely(asking: Process) -> Process:
    """The same, where danger is always unlikely: the message is answered too, with a result of the form."""
    judge = asking.conversations._alarm._judge
    assert isinstance(judge, Judge)
    judge.numbers = replace(judge.numbers, even=2.0)
    results_in(asking, Result.MATTER)
    return asking


async def test_unlikely_danger_is_asked_about_beside_the_answer(unlikely: Process) -> None:
    question, answer = await unlikely.say(FIRE)
    assert (question.text, answer.text) == (danger.ASK_BESIDE.text, f"您说的是：{FIRE}")
    assert [b.payload for b in question.buttons] == [danger.YES.payload]
    # Figures can count the question, and the answer is still what the turn came to.
    events = await unlikely.conversations.happened(await unlikely.id_of())
    (beside,) = [one.facts for one in events if isinstance(one.facts, DangerBeside)]
    (came,) = [one.facts for one in events if isinstance(one.facts, Outcome)]
    assert (beside.about, beside.turn, came.result) == ("fire", came.turn, Result.MATTER)
    assert 0 < beside.probability <= 1
    # No: what was answered is shown again, and nothing is asked of Rasa twice.
    (again,) = await unlikely.say("没有")
    assert again.text == answer.text and unlikely.dialogue.texts() == [FIRE]


@pytest.mark.parametrize("button", [None, danger.YES.payload])
async def test_unlikely_danger_that_is_there_raises_the_alarm(unlikely: Process, button: str | None) -> None:
    await unlikely.say(FIRE)
    (advice,) = await unlikely.say("有" if button is None else danger.YES.title, button=button)
    assert "119" in advice.text
    assert (await unlikely.conversations.view(await unlikely.id_of())).urgent


async def test_who_passes_over_unlikely_danger_is_answered_and_not_asked_again(unlikely: Process) -> None:
    await unlikely.say(FIRE)
    for words in ("是的", "田家庵区朝阳路12号", "我家着火了快来"):
        (answer,) = await unlikely.say(words)
        assert answer.text == f"您说的是：{words}"


async def test_unlikely_danger_is_asked_about_alone_when_the_answer_is_no_help(unlikely: Process) -> None:
    results_in(unlikely, Result.NOT_UNDERSTOOD)
    (question,) = await unlikely.say(FIRE)
    assert question.text == danger.ASK.text
    (answer,) = await unlikely.say("没有")
    assert answer.text == f"您说的是：{FIRE}"


async def test_in_doubt_yes_may_be_tapped(asking: Process) -> None:
    await asking.say(FIRE)
    (advice,) = await asking.say(danger.YES.title, button=danger.YES.payload)
    assert "119" in advice.text
    view = await asking.conversations.view(await asking.id_of())
    assert (view.urgent, view.facts["handoff"]["紧急"]) == (True, "着火")
    assert (await asking.conversations.recall(view.id))[scope.DECLINED] == FIRE


async def test_in_doubt_no_answers_what_was_said_first_and_is_believed(asking: Process) -> None:
    await asking.say(FIRE)
    (answer,) = await asking.say(danger.NO.title)
    assert answer.text == f"您说的是：{FIRE}"
    (answer,) = await asking.say("我家着火了，快来人啊")
    assert answer.text.startswith("您说的是")


async def test_in_doubt_other_words_count_with_what_was_said_before(asking: Process) -> None:
    await asking.say(FIRE)
    (advice,) = await asking.say("我家着火了，火越来越大，楼上还有人")
    assert "119" in advice.text


async def test_what_is_not_understood_is_looked_at_again_with_the_talk_so_far(process: Process) -> None:
    process.conversations._alarm._unsure = lambda replies: True
    for words in ("我爸", "叫不应", "晕"):
        replies = await process.say(words)
        if danger.ASK.text in replies[0].text or "120" in replies[0].text:
            break
    else:
        raise AssertionError("nothing was noticed")
    if replies[0].text == danger.ASK.text:
        # No: what the assistant had to say is said after all.
        (answer,) = await process.say("没有")
        assert answer.text.startswith("您说的是")


async def test_what_is_understood_is_not_looked_at_again(process: Process) -> None:
    for words in ("我爸", "叫不应", "晕"):
        (answer,) = await process.say(words)
        assert answer.text == f"您说的是：{words}"


async def test_what_is_not_understood_and_no_danger_is_answered_as_ever(process: Process) -> None:
    process.conversations._alarm._unsure = lambda replies: True
    for words in ("路灯", "门口那个", "不亮了"):
        (answer,) = await process.say(words)
        assert answer.text == f"您说的是：{words}"


async def test_from_one_source_only_the_first_go_before_all_others() -> None:
    moment = [0.0]
    sources = Sources(LocalRates(lambda: moment[0]))
    for number in range(62):
        sources.heard(f"c{number}", "one address")
    ranks = [await sources.urgent(f"c{number}") for number in range(62)]
    assert ranks == list(range(1, 63)) and await sources.urgent("c0") == 1
    assert await sources.urgent("another") == 1
    moment[0] = SOURCE_WINDOW_S + 1
    assert await sources.urgent("c61") == 1 and SOURCE_URGENT >= 3


async def test_only_the_newest_conversations_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.sources._MOST_SOURCES", 3)
    sources = Sources(LocalRates())
    for number in range(5):
        sources.heard(f"c{number}", "one address")
    assert [await sources.urgent(f"c{number}") for number in range(5)] == [1, 1, 1, 2, 3]
    assert len(sources._of) == 3


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_has_an_advice_and_an_answer(text: str) -> None:
    danger.advice("fire", text)
    danger.yes_or_no(text)
