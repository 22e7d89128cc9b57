"""What follows an alarm: it stays with the danger until that is over, can be taken back, and is met when it comes back."""

from __future__ import annotations

import pytest

from conversations import after_alarm, buttons, danger, danger_state, met, steps
from conversations.danger import Danger
from conversations.event_kinds import Result
from conversations.open_danger import WHERE
from conversations.types import Button, Reply
from core.clock import local, now
from tests.conversations.conftest import Process
from tests.conversations.test_danger import FIRE, results_in

DESPAIR = "活着没意思 遗书写好了"
JOKE = "真要跳楼了哈哈 学籍档案在哪查啊"
SMELL = "楼道里一股臭鸡蛋味 我家灶都关了 嗓子有点难受"
STROKE = "我奶奶吃饭吃着吃着脸就歪了 筷子也拿不住 讲话含糊糊的"
LOCKED_IN = "我老公喝多了把门反锁了不让我走 手机也要砸 我躲厕所打字的"
STABBED = "有人受伤了 刀还插在肚子上 好多血"
POISONED = "我妈把农药喝了"
OIL = "厨房油锅着火了 火好大"


@pytest.mark.parametrize(
    "words",
    [
        "你帮我记一下 我叫李梅 住谢家集蔡家岗",
        "登记一下我的地址吧 蔡家岗矿二村3栋",
        "俺叫王秀兰，家住凤台县城关镇东大街12号",
        "我在田家庵区朝阳中路8号楼二单元",
        "记着 我名字叫赵磊 地址是山南新区春申大街",
    ],
)
async def test_who_and_where_are_taken_down_and_shown_to_the_agents(process: Process, words: str) -> None:
    await process.say(DESPAIR)
    (reply,) = await process.say(words)
    assert reply.text.startswith("记下了") and "110" in reply.text and reply.card is not None
    assert "肯定" not in reply.text and process.dialogue.asked == []
    view = await process.conversations.view(await process.id_of())
    assert view.facts["handoff"][WHERE] == words


async def test_a_second_place_is_added_to_the_first(process: Process) -> None:
    await process.say(DESPAIR)
    await process.say("我叫李梅 住谢家集蔡家岗")
    await process.say("矿二村3栋2单元")
    view = await process.conversations.view(await process.id_of())
    assert view.facts["handoff"][WHERE] == "我叫李梅 住谢家集蔡家岗；矿二村3栋2单元"


@pytest.mark.parametrize("words", ["我住的小区物业不管，投诉", "在哪里查档案", "我家住几楼来着", "蔡家岗"])
def test_no_place_where_help_must_come(words: str) -> None:
    assert not after_alarm.whereabouts(words)


@pytest.mark.parametrize(
    "words",
    [
        "那我户口上销户是谁去办",
        "那社保卡的钱呢",
        "遗书要不要公证",
        "我走了以后房子留给孩子行不行",
        "后事要花多少钱",
    ],
)
async def test_questions_about_one_s_own_death_are_no_policy_questions(process: Process, words: str) -> None:
    await process.say(DESPAIR)
    (reply,) = await process.say(words)
    assert "12356" in reply.text and process.dialogue.asked == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("药我都攒够了 不想去医院", "离那些东西"),
        ("安眠药买好了就在手边", "离那些东西"),
        ("嗯 我女儿在隔壁睡觉", "叫一声"),
        ("好吧 我跟我妹打电话了 她过来了", "有人来陪您就好"),
        ("没事 我就问问 你告诉我怎么取就行", "12356"),
        ("我没事，就是以后不麻烦你们了", "12356"),
        ("天黑了", "12356"),
    ],
)
async def test_whatever_follows_stays_within_the_talk(process: Process, words: str, shown: str) -> None:
    await process.say(DESPAIR)
    (reply,) = await process.say(words)
    assert shown in reply.text and process.dialogue.asked == []
    assert (await process.conversations.view(await process.id_of())).urgent


@pytest.mark.parametrize(
    "words",
    [
        "我开玩笑的 没人要跳楼",
        "开个玩笑",
        "你误会了 我不想死",
        "不是紧急情况",
        "我没事 我就是问毕业证！！",
        "俺就随口一说",
        "没想死 口头禅",
        "打错字了",
        "我不会跳的",
        danger.FINE.title,
    ],
)
async def test_an_alarm_for_despair_is_taken_back_once_and_believed(process: Process, words: str) -> None:
    await process.say(JOKE)
    warm, answer = await process.say(words)
    assert "12356" in warm.text and len(warm.text) < 60
    assert answer.text == f"您说的是：{'毕业证' if '毕业证' in words else '学籍档案在哪查啊'}"
    view = await process.conversations.view(await process.id_of())
    assert (view.mode, view.urgent) == ("bot", False)
    (answer,) = await process.say("高中毕业证丢了怎么补")
    assert answer.text == "您说的是：高中毕业证丢了怎么补"


async def test_the_last_question_is_answered_when_several_were_asked(process: Process) -> None:
    await process.say(JOKE)
    await process.say("高中毕业证丢了能补不")
    assert (await process.say("我没事 我就是问毕业证"))[-1].text == "您说的是：高中毕业证丢了能补不"


async def test_who_had_prepared_is_believed_in_plain_words_and_an_agent_still_looks(process: Process) -> None:
    await process.say(DESPAIR)
    (warm,) = await process.say("你误会了 我不想死")
    assert "12356" in warm.text
    view = await process.conversations.view(await process.id_of())
    assert (view.mode, view.urgent) == ("waiting", True)
    (answer,) = await process.say("公积金怎么取")
    assert answer.text == "您说的是：公积金怎么取"


@pytest.mark.parametrize(
    "words",
    [
        "我没事，就是以后不麻烦你们了",
        "没跟你开玩笑",
        "我不是开玩笑的",
        "我不想死 可是没办法",
        "没事了 你们别管我",
        "他说他开玩笑的",
        "没死成",
        "我没事 我就问问",
        "我不想死 药都吃了",
    ],
)
def test_what_only_sounds_like_taking_back_is_none(words: str) -> None:
    assert not after_alarm.taken_back(words, "self_harm", "真要跳楼了")


@pytest.mark.parametrize("told", [DESPAIR, FIRE, LOCKED_IN, STROKE])
@pytest.mark.parametrize("words", ["转人工", "我要找真人", "叫个客服来"])
async def test_a_human_is_called_at_once_in_any_danger(process: Process, told: str, words: str) -> None:
    process.online[0] = 1
    await process.say(told)
    (reply,) = await process.say(words)
    assert "坐席优先" in reply.text and process.dialogue.asked == []
    assert (await process.conversations.view(await process.id_of())).urgent
    (again,) = await process.say(words)
    assert again.text != reply.text


async def test_the_button_for_a_human_does_the_same(process: Process) -> None:
    await process.say(DESPAIR)
    results_in(process, Result.ANSWERED)
    process.dialogue.form = (Button("转人工", "/request_human"),)
    await process.say("公积金怎么取")
    (reply,) = await process.say("转人工", button="/request_human")
    assert "按紧急的排" in reply.text and "12356" in reply.text


@pytest.mark.parametrize("words", ["不用转人工", "人工费多少钱", "别找客服了"])
def test_no_wish_for_a_human(words: str) -> None:
    assert not after_alarm.wants_human(words)


@pytest.mark.parametrize(
    "words", ["又有味道了 这回比上次还大 我头晕", "又漏了 味道更大", "俺家又一股味 头昏", "煤气又漏上了"]
)
@pytest.mark.parametrize("ended", [danger.NOT_URGENT.title, "好了 他们来修过了", "没事了，阀门关了"])
async def test_a_danger_that_comes_back_raises_the_alarm_again(
    process: Process, ended: str, words: str
) -> None:
    await process.say(SMELL)
    await process.say(ended)
    (reply, *_) = await process.say(words)
    assert "119" in reply.text and "不要开关灯" in reply.text.replace("别开灯", "不要开关灯")
    assert (await process.conversations.view(await process.id_of())).urgent


async def test_a_danger_that_comes_back_is_heard_within_the_form(process: Process) -> None:
    await process.say(SMELL)
    results_in(process, Result.MATTER)
    await process.say(danger.FILE_IT.title)
    await process.say("田家庵区")
    (reply, *_) = await process.say("又有味道了 比上次还大 我头晕")
    assert "119" in reply.text and reply.card is not None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("煤气费又涨了", "gas"),
        ("要是又漏了找谁", "gas"),
        ("又有味道了", "traffic"),
        ("又要交什么材料", "gas"),
        ("会不会又着火", "fire"),
        ("没再冒烟", "fire"),
    ],
)
def test_what_does_not_come_back(words: str, kind: str) -> None:
    assert not after_alarm.returns(words, kind)


@pytest.mark.parametrize(
    ("told", "words", "shown"),
    [
        (SMELL, "我先开灯去看看是哪家", "别开灯"),
        (SMELL, "俺开个油烟机散散味", "别开灯"),
        (SMELL, "我去敲门看看是哪家漏的", "别进去"),
        (FIRE, "我进去找", "别再进去"),
        (FIRE, "我冲进去救我妈", "别再进去"),
        (FIRE, "坐电梯下去", "别坐电梯"),
        (OIL, "我拿水泼", "千万别用水"),
        (OIL, "接盆水浇上去", "锅盖"),
        ("插座着火了 火苗老高", "我拿水泼", "断电"),
        (STABBED, "我把刀拔出来", "别拔"),
        (POISONED, "给他灌水催吐", "别催吐"),
        (POISONED, "喂点牛奶行不", "别催吐"),
        ("有人触电了倒在地上 电线还在手上", "我去拉他", "别用手"),
        ("有孩子掉河里了 快淹死了", "我跳下去救", "别跳下去"),
        (LOCKED_IN, "我开门跟他拼了", "先到安全的地方"),
    ],
)
async def test_who_means_to_do_something_dangerous_is_stopped(
    process: Process, told: str, words: str, shown: str
) -> None:
    await process.say(told)
    (reply,) = await process.say(words)
    assert shown in reply.text and reply.card is not None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("gas", "灯没开"),
        ("gas", "我没开灯"),
        ("fire", "别让他进去"),
        ("fire", "消防员进去了"),
        ("fire", "没用水浇"),
        ("medical", "刀没敢拔"),
        ("swallowed", "没敢催吐"),
        ("self_harm", "药扔了"),
    ],
)
def test_what_was_not_done_is_not_stopped(kind: str, words: str) -> None:
    assert met.answer(danger.advices()[kind], words, "") is None


@pytest.mark.parametrize(
    ("told", "words", "shown"),
    [
        (STROKE, "要不要先让她躺一会看看", "别等"),
        (STROKE, "她现在好些了 说话清楚了 还要去医院不", "要去"),
        (STROKE, "急救车收费吗", "先救人"),
        (STROKE, "要带啥不", "缺什么后面再补"),
        (POISONED, "看着没事 还用去医院不", "要去医院"),
        (POISONED, "带什么去", "包装"),
        (SMELL, "119收费吗", "不收任何费用"),
        (LOCKED_IN, "12110是发短信吧 加什么", "12110554"),
    ],
)
async def test_a_question_about_the_danger_is_answered_short(
    process: Process, told: str, words: str, shown: str
) -> None:
    await process.say(told)
    (reply,) = await process.say(words)
    assert shown in reply.text and process.dialogue.asked == []


async def test_who_can_not_speak_is_not_told_to_phone_again(process: Process) -> None:
    await process.say(LOCKED_IN)
    await process.say("我不能打电话 他会听见")
    for words in ("他又醒了在砸门 我女儿在哭", "他还在客厅", "怎么办"):
        (reply,) = await process.say(words)
        assert "12110" in reply.text and "请马上打" not in reply.text, words


async def test_what_was_asked_with_the_end_is_answered_after_it(process: Process) -> None:
    await process.say(SMELL)
    over, answer = await process.say("好了 他们来修过了 燃气费现在多少钱一方")
    assert over.text.startswith("太好了") and answer.text == "您说的是：燃气费现在多少钱一方"


@pytest.mark.parametrize("told", [DESPAIR, FIRE, SMELL, STROKE, LOCKED_IN])
async def test_no_two_replies_in_a_row_are_the_same(process: Process, told: str) -> None:
    await process.say(told)
    last = ""
    for words in ("嗯", "嗯", "好的", "在家", "在家里", "谢谢"):
        (reply,) = await process.say(words)
        assert reply.text != last, words
        last = reply.text


def test_every_answer_has_a_source_that_was_read_or_sends_on() -> None:
    names = {*danger.advices()}
    for name, one in met.entries().items():
        assert {*one.dangers} <= names, name
        assert all(s.url.startswith("http") and s.opened <= local(now()).date() for s in one.sources), name
        if not one.sources:
            assert "120" in one.reply, name


@pytest.mark.parametrize(
    ("told", "words", "number"),
    [
        (FIRE, "以后能匿名举报吗", "119"),
        (STABBED, "我对象是在合肥交的，行不行", "120"),
        (SMELL, "没交满一年能办理吗", "119"),
        (LOCKED_IN, "投诉用不用实名", "110"),
    ],
)
async def test_what_is_asked_of_something_else_is_let_go_after_one_line(
    process: Process, told: str, words: str, number: str
) -> None:
    await process.say(told)
    results_in(process, Result.UNKNOWN)
    line, answer = await process.say(words)
    assert line.text.startswith("人还有危险的话") and number in line.text
    assert answer.text == f"您说的是：{words}"
    for again in (words, "那要带什么证件"):
        (answer,) = await process.say(again)
        assert answer.text == f"您说的是：{again}"
    # What is about the danger still is, and a new one raises the alarm anew.
    (reply,) = await process.say("他没反应了，怎么办")
    assert reply.card is not None
    replies = await process.say("我妈喝农药了，在吐白沫")
    assert replies[0].text.startswith("请现在就打 120")


@pytest.mark.parametrize("state", ["told", "over", "passed", "denied"])
async def test_a_weak_doubt_about_a_short_question_is_let_go_after_an_alarm(
    process: Process, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = process.conversations._alarm._judge
    assert look is not None
    made = danger_state.made(state, "fire", FIRE)
    await process.conversations._alarm._handoff.remember(await process.id_of(), danger_state.FACT, made)
    doubts = {
        "代办的人不来行不行": 0.7,
        "我爸叫不醒了，行不行": 0.7,
        "他要死了吗": 0.7,
        "家里没人行不行": 0.85,
    }
    monkeypatch.setattr(
        look, "judge", lambda text: Danger("medical", doubts[text], clear=False) if text in doubts else None
    )
    results_in(process, Result.ANSWERED)
    replies = await process.say("代办的人不来行不行")
    assert replies[-1].text == "您说的是：代办的人不来行不行"
    if state in ("over", "passed"):
        for words in list(doubts)[1:]:
            await process.conversations._alarm._handoff.remember(
                await process.id_of(), danger_state.FACT, made
            )
            (reply,) = await process.say(words)
            assert reply.text in (danger.ASK.text, danger.ASK_AGAIN.text)


async def test_what_was_dealt_with_is_not_judged_again_with_what_follows(process: Process) -> None:
    await process.say(FIRE)
    (reply,) = await process.say("火灭了，没事了")
    assert reply.text.startswith("太好了")
    results_in(process, Result.NOT_UNDERSTOOD)
    for words in ("那个单子的事", "就上回那个"):
        (reply,) = await process.say(words)
        assert reply.text == f"您说的是：{words}"


@pytest.mark.parametrize("clear", [True, False])
@pytest.mark.parametrize("words", ["我对象是在合肥交的，行不行", "他说电脑里查不着", "让我签个自愿走人"])
async def test_what_goes_on_with_a_plain_talk_about_rules_raises_no_alarm(
    process: Process, words: str, clear: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    results_in(process, Result.ANSWERED)
    await process.say("公积金怎么贷")
    look = process.conversations._alarm._judge
    assert look is not None
    seen = Danger("crime", 0.9, clear=clear)
    monkeypatch.setattr(look, "judge", lambda text: seen if text == words else None)
    (reply,) = await process.say(words)
    assert reply.text == f"您说的是：{words}"


@pytest.mark.parametrize(
    ("first", "words", "together"),
    [
        ("公积金怎么贷", "我爸叫不醒了，行不行", False),
        ("公积金怎么贷", "他把门堵上了", True),
        ("", "我对象是在合肥交的，行不行", False),
    ],
)
async def test_a_sign_a_danger_with_the_talk_or_no_talk_is_asked_about(
    process: Process, first: str, words: str, together: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    results_in(process, Result.ANSWERED)
    if first:
        await process.say(first)
    look = process.conversations._alarm._judge
    assert look is not None
    doubt = Danger("crime", 0.9, clear=False)
    monkeypatch.setattr(
        look, "judge", lambda text: doubt if text == words or (together and words in text) else None
    )
    (reply,) = await process.say(words)
    assert reply.text == danger.ASK.text


async def test_a_strong_danger_within_a_plain_talk_is_asked_about_beside_the_answer(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    results_in(process, Result.ANSWERED)
    await process.say("公积金怎么贷")
    look = process.conversations._alarm._judge
    assert look is not None
    strong = Danger("crime", 0.97, clear=True)
    monkeypatch.setattr(look, "judge", lambda text: strong if text == "他把门锁上了" else None)
    asked, reply = await process.say("他把门锁上了")
    assert asked.text == danger.ASK_BESIDE.text and reply.text == "您说的是：他把门锁上了"


def test_a_turn_offers_nothing_twice_and_few_enough() -> None:
    advice = danger.advices()["fire"]
    step = steps.step(advice, None, called=False, steps=False)
    human, files = Button("转人工", "/request_human"), Button("登记这件事", "/start_complaint")
    asked = Reply("您是想问这个吗？", (Button("是的", "/affirm"), files, human))
    offer = Reply("要登记吗？", (files, Button("不用了", "/deny"), human))
    told = buttons.once([step, asked, offer], danger.FILE_IT.payload)
    titles = [b.title for reply in told for b in reply.buttons]
    assert titles == [danger.FILE_IT.title, danger.NOT_URGENT.title, "是的", "不用了", "转人工"]
    many = Reply("哪一个？", tuple(Button(str(n), f"/{n}") for n in range(8)))
    told = buttons.once([many, asked])
    assert sum(len(reply.buttons) for reply in told) == buttons.MOST
    assert told[1].buttons == asked.buttons
    # What one reply offers, such as the districts, stays whole.
    districts = Reply("哪个县区？", tuple(Button(str(n), f"/{n}") for n in range(12)))
    assert buttons.once([districts]) == [districts]
