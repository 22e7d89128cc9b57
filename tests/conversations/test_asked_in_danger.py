"""Questions within an alarm: a short answer that was read somewhere, or an honest word to ask those who help; the alarm stays open."""

from __future__ import annotations

import pytest

from conversations import danger
from conversations.event_kinds import Result
from tests.conversations.conftest import Process
from tests.conversations.test_danger import FIRE, results_in

CHEST = "我爸胸口疼得冒冷汗"
FALLEN = "我奶奶摔倒了起不来，头在流血"
GAS = "家里煤气味很大"
KNIFE = "有人拿刀在砸我家门"
POISON = "我婆婆把除草剂喝了"
LOST = "我爸有老年痴呆早上出去到现在没回来"
OUT_COLD = "我大伯倒在地上喊不应"


@pytest.mark.parametrize(
    ("told", "question", "shown"),
    [
        (CHEST, "阿司匹林能不能吃", "先别自己吃"),
        (CHEST, "能不能喝点水", "先别喂"),
        (CHEST, "救护车要多久", "车到哪儿我看不到"),
        (CHEST, "打120要钱吗", "先救人"),
        (CHEST, "能自己开车送医院吗", "先打 120"),
        (FALLEN, "能不能扶起来", "别急着扶"),
        (FALLEN, "要不要包扎一下", "直接压"),
        (GAS, "能不能开灯", "先别开灯"),
        (GAS, "能不能打电话", "别在屋里打电话"),
        (FIRE, "门打不开怎么办", "堵住门缝"),
        (FIRE, "能跳下去吗", "别跳"),
        (KNIFE, "打110会不会留记录", "报警不算"),
        (KNIFE, "要不要开门跟他谈", "先到安全的地方"),
        (FIRE, "能不能开门出去", "先用手背试门"),
        (KNIFE, "会不会报复我", "替您保密"),
        (KNIFE, "警察多久能到", "人到哪儿了我看不到"),
        ("我爸突然嘴歪了，说话含糊", "能不能喂点水", "记下几点发的病"),
        ("我爸低血糖晕倒叫不醒", "能不能喂糖水", "叫不醒的别喂"),
        ("孩子被毒蛇咬了脚", "要不要扎紧大腿", "别扎紧"),
        ("工友的手绞进搅拌机里了", "断了的手指怎么带去医院", "袋外放冰"),
        ("有人困在电梯里了", "里面会不会缺氧", "有通风孔"),
        ("有人掉水库里了快来人", "捞上来了，要不要倒着控水", "千万别控水"),
        (POISON, "人直打瞌睡，能让她眯一会吗", "别平躺"),
        (POISON, "她吐得到处都是，让她平躺行吗", "别平躺"),
        (POISON, "药洒我手上了要洗吗", "清水好好冲"),
        (OUT_COLD, "衣兜里翻出一瓶药，往他嘴里喂两颗行不行", "嘴里什么都别放"),
        (OUT_COLD, "他鼾声打得震天响", "侧躺"),
        (OUT_COLD, "头底下垫个枕头行吗", "侧躺"),
        (OUT_COLD, "掐人中管用吗", "别掐人中"),
        (OUT_COLD, "咋看他还喘不喘气", "看胸口动不动"),
        (CHEST, "我扶着他走到楼下等行吗", "别动"),
        ("我爸突然嘴歪了，说话含糊", "要不要扎他手指头放点血", "别放血"),
        (GAS, "能把换气扇打开散散味吗", "别动"),
        (GAS, "电视插头要拔吗", "别动"),
        (GAS, "隔壁老太太要不要通知一声", "别按门铃"),
        (GAS, "我上去把阀门拧上行不行", "别回去"),
        (GAS, "下去走电梯行吗", "走楼梯"),
        (GAS, "那我去哪等", "别回屋"),
        (LOST, "要等24小时才能报警吗", "不用等 24 小时"),
        (LOST, "这会儿能报警不", "不用等 24 小时"),
        (FIRE, "要不要喊一下楼上的", "敲邻居的门"),
        (FIRE, "灭火器咋用啊", "对准火焰根部"),
        (FIRE, "我袖子烧着了", "就地打滚"),
        (FIRE, "楼道全是烟能往下冲吗", "退回屋里"),
        ("孩子被开水烫了一大片", "用纱布裹上行吗", "干净的纱布"),
    ],
)
async def test_a_question_of_the_danger_gets_an_answer_of_its_own(
    process: Process, told: str, question: str, shown: str
) -> None:
    (whole,) = await process.say(told)
    (reply,) = await process.say(question)
    assert shown in reply.text and len(reply.text) < 170, reply.text
    assert reply.card is not None and process.dialogue.asked == []
    (again,) = await process.say("没有呼吸了")  # the alarm is still open
    assert again.card is not None and whole.card is not None


@pytest.mark.parametrize(
    ("told", "question", "number"),
    [
        (CHEST, "要不要给他量血压", "120"),
        (CHEST, "要不要吃速效救心丸", "120"),
        (FIRE, "消防车能开进来吗", "119"),
        (KNIFE, "他会不会进来", "110"),
    ],
)
async def test_what_nothing_answers_is_left_to_those_who_help(
    process: Process, told: str, question: str, number: str
) -> None:
    await process.say(told)
    results_in(process, Result.UNKNOWN)
    (reply,) = await process.say(question)
    assert "不敢乱说" in reply.text and f"请直接问 {number}" in reply.text and reply.card is not None


async def test_who_asks_again_what_to_do_hears_the_steps_and_despair_is_listened_to(process: Process) -> None:
    await process.say(FIRE)
    assert "湿毛巾" in (await process.say("怎么办"))[0].text
    await process.say("我真的不想活了，遗书都写好了", user="v-2")
    (reply,) = await process.say("会疼吗", user="v-2")
    assert "我听着" in reply.text and "12356" in reply.text


async def test_a_question_about_something_else_is_still_answered(process: Process) -> None:
    await process.say(FIRE)
    results_in(process, Result.ANSWERED)
    line, answer = await process.say("医保卡丢了怎么补")
    assert "119" in line.text and answer.text.startswith("您说的是")


async def test_can_i_phone_is_no_word_of_one_who_can_t(process: Process) -> None:
    await process.say(KNIFE)
    await process.say("能不能打电话给物业")
    (reply,) = await process.say("他还在砸")
    assert "12110" not in reply.text


async def test_a_third_danger_keeps_the_numbers_of_both_before(process: Process) -> None:
    await process.say(KNIFE)
    await process.say("我家着火了，快来人")
    (reply,) = await process.say("路口两车撞了，有人躺着不动")
    assert reply.card is not None
    numbers = [number["number"] for number in reply.card["numbers"]]
    assert {"110", "119", "120", "122"} <= set(numbers) and len(numbers) == len(set(numbers))


async def test_who_asks_what_to_do_answers_the_question_whether_there_is_danger(process: Process) -> None:
    (asked,) = await process.say("发生车祸了有人受伤")
    if asked.text == danger.ASK.text:
        (reply,) = await process.say("现在该怎么救他")
        assert reply.card is not None and "120" in reply.text


@pytest.mark.parametrize(
    ("kind", "text", "label"),
    [
        ("crowd", "楼在晃，吊灯都在摆，是不是地震", "正在地震"),
        ("medical", "工友的手绞进搅拌机里了", "有人被机器卷住、卡住"),
        ("water", "孩子手卡扶梯缝里了，正往里卷", "有人被机器卷住、卡住"),
        ("gas", "清理化粪池的下去两个都没声了", "有人掉进井里、坑里"),
        ("medical", "隔壁有股死人味，老头好几天没露面了", "屋里的人叫不应"),
        ("crime", "抢了我的银行卡在取款机取钱", "人身或者财产正受侵害"),
        ("crowd", "房子裂得厉害要塌了", "很多人有危险，或者房屋、工地、工厂出事"),
        ("gas", "楼道煤气味很大，敲门没人应", "燃气泄漏或者一氧化碳中毒"),
    ],
)
def test_the_advice_fits_what_is_told(kind: str, text: str, label: str) -> None:
    assert danger.advice(kind, text).label == label


@pytest.mark.parametrize(
    ("told", "never"),
    [
        ("我儿子被花生卡住喉咙了喘不上气", "倒提着"),
        ("我老婆羊水破了，孩子要生了", "张口哈气"),
        ("有人触电倒在地上，电线掉水里了", "八米"),
        ("我被刀捅了在流血", "往上压"),
    ],
)
async def test_the_advice_says_only_what_was_read_whole(process: Process, told: str, never: str) -> None:
    (reply,) = await process.say(told)
    assert reply.card is not None and never not in reply.text


async def test_who_chokes_is_struck_and_thrust_in_turn_and_an_infant_is_not_thrust(process: Process) -> None:
    (reply,) = await process.say("我儿子被花生卡住喉咙了喘不上气")
    assert "拍背 5 下、冲肚子 5 下，轮着来" in reply.text and "压胸 5 下轮着来，别冲肚子" in reply.text


@pytest.mark.parametrize(
    "wish", ["那催收的我能在你这登记吗", "能在你这登记吗", "我想投诉那个催收公司，帮我登记一下"]
)
async def test_who_despairs_may_have_a_matter_filed(process: Process, wish: str) -> None:
    await process.say("网贷催收天天骂我，我真的不想活了，遗书都写好了")
    assert process.dialogue.asked == []
    results_in(process, Result.MATTER)
    await process.say(wish)
    assert wish in str(process.dialogue.asked[-1:])
