"""Two requests in one message are cut apart where the second begins; ordinary stories are left whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.requests import MOST
from bot.understanding.splitting import split
from core import yaml_loader
from core.settings import ROOT

HERE = Path(__file__).parent
SETS = [
    yaml_loader.load((HERE / f"{name}.yml").read_text("utf-8"))
    for name in ("two_requests", "two_requests_blind")
]
TWO = [tuple(pair) for one in SETS for pair in one["two"]]
ONE = [text for one in SETS for text in one["one"]]


def test_the_sets_are_long_enough_to_mean_something() -> None:
    assert len(TWO) >= 40
    assert len(ONE) >= 50


@pytest.mark.parametrize(("text", "second"), TWO)
def test_two_requests_are_cut_where_the_second_begins(text: str, second: str) -> None:
    parts = split(text)
    assert len(parts) == 2
    assert parts[1].text.startswith(second)


@pytest.mark.slow
def test_stories_of_one_matter_stay_whole() -> None:
    """Stories full of 还有 and 另外, and some of those written for other measures; letters are never cut."""
    assert len([text for text in ONE if len(split(text)) == 1]) >= 0.85 * len(ONE)
    texts = [
        json.loads(line)["text"]
        for name in ("stories", "categories")
        for line in (ROOT / f"bot/evaluation/{name}.jsonl").read_text("utf-8").splitlines()[::6]
    ]
    assert len([text for text in texts if len(split(text)) == 1]) >= 0.95 * len(texts)
    letters = (ROOT / "bot/evaluation/letters.jsonl").read_text("utf-8").splitlines()[::10]
    assert [text for line in letters if len(split(text := json.loads(line)["text"])) > 1] == []


def test_a_part_left_whole_is_word_for_word() -> None:
    for text in ONE[::5]:
        parts = split(text)
        assert len(parts) > 1 or parts[0].text == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("楼道灯坏了，垃圾也没人收", ("楼道灯坏了", "垃圾也没人收")),
        ("健身房不退卡，村口那条路坑坑洼洼", ("健身房不退卡", "村口那条路坑坑洼洼")),
        ("①站台的路灯不亮②肉摊缺斤少两", ("①站台的路灯不亮", "肉摊缺斤少两")),
        ("物业有两个问题：1、电梯坏了；2、保安睡觉", ()),
        ("1、2024年5月交了定金；2、6月商家说没货；3、我要求退定金", ()),
        ("我姓陈，家住绿园小区，我们楼的化粪池溢了", ()),
        ("路灯不亮，老人摔了一跤，希望尽快修好", ()),
    ],
)
def test_two_matters_without_a_cue(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(one.text for one in split(text)) == (parts or (text,))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("小区电梯坏了没人修，另外问一下居住证怎么办理", ("matter", "question")),
        ("公积金怎么提取？另外小区停水两天没人管", ("question", "matter")),
        ("路灯不亮没人修，另外再反映一件事，垃圾没人清", ("matter", "matter")),
        ("居住证怎么办理要什么材料", ("question",)),
    ],
)
def test_each_part_is_known_for_what_it_is(text: str, kinds: tuple[str, ...]) -> None:
    assert tuple(part.kind for part in split(text)) == kinds


def test_three_are_three_and_more_belong_to_the_last() -> None:
    parts = split("1、路灯不亮没人修；2、垃圾没人清运；3、停车乱收费；4、物业不理人")
    assert len(parts) == MOST
    assert parts[-1].text.startswith("停车乱收费")


@settings(deadline=None)
@given(st.text(st.sampled_from("另外还有问一下投诉，。？12、路灯坏了 "), max_size=80))
def test_nothing_said_is_lost_but_cues(text: str) -> None:
    parts = split(text)
    assert 1 <= len(parts) <= MOST
    assert all(part.text in text or not part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "matters"),
    [
        ("潘集区锦绣城小区物业有三个问题：1、电梯经常坏；2、单元门禁失灵；3、保安不在岗。请督促物业整改", 1),
        ("交房收了三笔钱：1、维修基金1250元；2、测绘费400元；3、开户费600元。哪些是该收的？", 1),
        ("第一组考核80分，第二组70分，评分标准从来不公布", 1),
        (
            "尊敬的领导：我家住大通区。一、2021年规划了中学；二、2023年说要开工；三、到今天还是一块空地。请问到底建不建？此致敬礼",
            1,
        ),
        ("楼上天天半夜装修吵得睡不着，另外小区门口那盏路灯也坏了快一个月", 2),
        ("小区垃圾没人清运，另外还有一件事，老板拖欠我两个月工资", 2),
        ("物业不打扫卫生，还有就是电梯也老是坏，找他们也不管", 1),
    ],
)
def test_lists_and_chronologies_are_one_matter_and_two_departments_are_two(text: str, matters: int) -> None:
    assert len(split(text)) == matters


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("有两个事，一个是楼道灯不亮，另一个是摆摊的占了人行道", ("楼道灯不亮", "摆摊的占了人行道")),
        ("三件事：井盖翘了、垃圾没人收、公交车不停站", ("井盖翘了", "垃圾没人收", "公交车不停站")),
        ("我想反映两件事。河里有人倒泔水。学校门口没有斑马线", ("河里有人倒泔水", "学校门口没有斑马线")),
        ("想问生育津贴怎么领，另外巷子口的路灯坏了", ("想问生育津贴怎么领", "巷子口的路灯坏了")),
        ("垃圾堆了三天没人清，居住证怎么办理", ("垃圾堆了三天没人清", "居住证怎么办理")),
        ("两个问题：电梯坏了，物业不修", ()),
        (
            "两个事都要管：一个是镇政府路的污水井冒水，二是镇上的公交车好几个月不按点发车",
            ("镇政府路的污水井冒水", "镇上的公交车好几个月不按点发车"),
        ),
        ("两个问题都要管：一是电梯坏了，二是没人修", ("电梯坏了", "没人修")),
        ("三件事：电梯坏了、没人修", ()),
        ("老板欠我工资不给，要准备什么材料", ()),
        ("有两个孩子，一个上小学，一个上初中，没地方报名", ()),
    ],
)
def test_announced_matters_and_a_question_after_a_comma(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(one.text for one in split(text)) == (parts or (text,))


@pytest.mark.parametrize(
    "text",
    [
        "我要投诉，小区门口的排档天天吵到后半夜，没法睡",
        "你好我要举报，楼下饭店没有证",
        "有个问题，小区电梯坏了一个月",
        "跟城管反映过，没用，门口的流动摊贩还是天天占道",
        "我在合肥住，老家门口的路坏了",
    ],
)
def test_what_only_announces_a_matter_or_says_who_speaks_is_cut_off_nowhere(text: str) -> None:
    assert [request.text for request in split(text)] == [text]
