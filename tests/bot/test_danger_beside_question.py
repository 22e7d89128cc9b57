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
    ],
)
def test_what_happens_now_is_clear_and_the_question_kept(said: str, question: str) -> None:
    found = judge(said)
    assert found is not None
    assert found.clear
    assert found.question == question


@pytest.mark.parametrize(
    "said",
    ["娃把纽扣电池咽了，住院医保报多少", "我被狗咬了，打疫苗医保能报销吗"],
)
def test_what_may_be_over_is_asked_about_beside_the_answer(said: str) -> None:
    found = judge(said)
    assert found is not None
    assert found.beside
    assert not found.clear


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
