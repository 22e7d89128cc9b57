"""Danger beside a question about a right: told first, asked about, or left alone when it lies behind."""

from __future__ import annotations

import pytest

from bot.understanding.danger.judging import judge


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("我孩子误吞了纽扣电池，医保怎么报", "医保怎么报"),
        ("孩子误吞了纽扣电池怎么办，医保能报销吗", "医保能报销吗"),
        ("我孩子误吞了纽扣电池，异地医保怎么报销，谢谢", "异地医保怎么报销"),
        ("我爸晕倒了，另外公积金怎么提取", "公积金怎么提取"),
        ("我妈没有呼吸了，社保怎么查", "社保怎么查"),
        ("家里煤气漏了，燃气费怎么交", "燃气费怎么交"),
        ("有人要跳楼，停车费怎么收", "停车费怎么收"),
        ("我妈喝农药了，低保怎么申请", "低保怎么申请"),
        ("娃把纽扣电池咽了，住院医保报多少", "住院医保报多少"),
        ("俺叫狗咬了腿上淌血，疫苗能报不", "疫苗能报不"),
        ("侄子掉进枯井了，这归哪个单位", "这归哪个单位"),
        ("煤炉子熏的，我妈喊不答应，取暖补贴还能领吗", "取暖补贴还能领吗"),
        ("爷爷摔得头上冒血，公交公司赔不赔", "公交公司赔不赔"),
    ],
)
def test_what_happens_now_is_clear_and_the_question_kept(said: str, question: str) -> None:
    found = judge(said)
    assert found is not None
    assert found.clear
    assert found.question == question


_TOLD = (
    *(
        "我爸喝了半瓶百草枯",
        "家里煤气漏了一屋子",
        "孩子掉井里了",
        "烧炭烧的，我妈叫不答应",
        "楼下电动车烧起来了",
    ),
    *("工友触电倒地上不动了", "老公在砸门要打死我", "孩子锁车里了太阳晒着不动了", "有人站在桥栏杆外面要跳"),
    *("我被车撞了腿断了起不来", "隔壁女的一直惨叫喊救命", "架子上有个工人吊着快掉下来了"),
)
_ASKED = (
    *("新农合能报吗", "找哪个部门管", "能不能匿名", "要不要花钱"),
    *("算不算工伤", "电话多少", "归谁管", "谁来赔"),
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "frame", ["{told}，{asked}", "{asked}，{told}", "请问{asked}？{told}，谢谢", "{told}{asked}"]
)
def test_any_emergency_beside_any_question_is_noticed(frame: str) -> None:
    said = [frame.format(told=told, asked=asked) for told in _TOLD for asked in _ASKED]
    found = {one: judge(one) for one in said}
    assert [one for one, danger in found.items() if danger is None] == []
    # Only asked back, an emergency loses minutes.
    assert sum(danger.clear for danger in found.values() if danger) >= 0.95 * len(said)


@pytest.mark.parametrize(
    "told",
    [
        *("去年我爸喝过百草枯", "我妈上个月煤气中毒住了院", "孩子前几天掉井里救上来了", "楼下电动车上周烧了"),
        *("以前老公打过我", "我被车撞断腿三个月了", "要是架子上掉下来个人", "电梯困过我妈一次"),
    ],
)
def test_the_same_questions_about_the_past_or_the_feared_raise_nothing(told: str) -> None:
    frames = ("{told}，{asked}", "{asked}，{told}", "请问{asked}？{told}，谢谢")
    said = [frame.format(told=told, asked=asked) for frame in frames for asked in _ASKED]
    assert [one for one in said if judge(one) is not None] == []


@pytest.mark.parametrize(
    "said",
    [
        *(
            "喝农药自杀的医保给不给报",
            "触电死亡算工伤吗",
            "煤气泄漏赔偿标准",
            "溺水怎么赔",
            "一氧化碳中毒医保给不给报",
        ),
        *(
            "持刀伤人判几年",
            "家暴能匿名举报吗",
            "以后能匿名举报吗",
            "我对象是在合肥交的，行不行",
            "他不来行不行",
            "孩子锁车里那回已经砸窗救出来了，归谁管",
        ),
    ],
)
def test_a_question_about_a_rule_raises_nothing(said: str) -> None:
    assert judge(said) is None


@pytest.mark.parametrize("said", ["我被狗咬了，打疫苗医保能报销吗"])
def test_what_may_be_over_is_asked_about_beside_the_answer(said: str) -> None:
    found = judge(said)
    assert found is not None
    assert found.beside and not found.clear


@pytest.mark.parametrize(
    "said",
    [
        "孩子误吞硬币上周拉出来了，医保怎么报",
        "孩子摔断了腿做了手术，医保怎么报",
        "我爸去年脑梗去世了，养老金怎么领",
        "我妈卧床不起，残疾补贴怎么申请",
        "孩子发烧住院，医保报多少",
        "爷爷瘫痪了，低保怎么申请",
        "工伤手指断了，社保怎么认定",
        "我老公酒驾被抓，驾照怎么办",
        "小孩溺水去世，学籍怎么注销",
        "我喝了假酒住院，医保能报吗",
        "父亲心梗做支架，异地医保怎么报",
        "家里老人刚走，户口怎么销",
        "楼下装修太吵，物业费怎么退",
        "我卡里的钱没了，医保卡怎么补",
        "工地没发工资，社保怎么查",
        "我爱人去年轻生过，现在稳定吃药，问下精神科门诊慢病怎么报",
        "水费怎么交，医保怎么报",
        "老公不给生活费，离婚怎么办理",
        "小孩近视了，医保能报配镜吗",
        "我爸退休了，养老金怎么领",
    ],
)
def test_what_lies_behind_is_no_danger(said: str) -> None:
    assert judge(said) is None
