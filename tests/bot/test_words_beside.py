"""Words beside the matter that are none of its values: remarks about oneself, what is put aside, trades, times of something else."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.understanding.object_named import nameless, put_aside, without_aside
from bot.understanding.self_told import is_remark
from bot.understanding.subject import subject
from bot.understanding.when import moment
from conversations.by_text import cannot_hear
from core.clock import SHANGHAI

NOW = datetime(2026, 11, 24, 14, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "said",
    [
        "我听不见，只能打字",
        "俺是聋哑人，麻烦打字",
        "我耳朵背，别给我打电话",
        "本人听障，请发短信",
        "我说不了话，只能打字",
        "我聋的 打字慢",
    ],
)
def test_who_cannot_hear_is_understood(said: str) -> None:
    assert is_remark(said)
    assert cannot_hear(said)
    assert cannot_hear(f"{said}。楼下棋牌室夜里吵得睡不着")


@pytest.mark.parametrize("said", ["我不识字，孙女帮我打的", "我普通话不好，打字慢", "眼睛花，打字慢"])
def test_other_remarks_tell_nothing_of_a_matter(said: str) -> None:
    assert is_remark(said)
    assert not cannot_hear(said)


@pytest.mark.parametrize(
    "said",
    [
        "楼上吵得电视都听不见",
        "我听不见广播",
        "公交报站听不见",
        "村里喇叭听不清",
        "物业装聋作哑",
        "老板不说话",
        "电话打不通",
        "手机没信号，没法打电话",
        "客服不接电话",
        "窗口听不见我说话",
        "叫号声音太小听不清",
        "我妈耳朵聋，助听器补贴怎么领",
        "聋哑学校门口堵车",
        "残疾证怎么办",
        "噪声震得耳朵聋",
        "我不能说话不算数",
        "营业员不会说普通话",
        "他们就知道打字不来人",
        "希望用短信通知停水",
        "盲道被占了，我看不见",
    ],
)
def test_a_matter_is_no_remark(said: str) -> None:
    assert not is_remark(said)
    assert not cannot_hear(said)


@pytest.mark.parametrize(
    ("said", "aside", "left"),
    [
        ("我要投诉物业，算了物业的事不说了，门口违章停车", "物业", "门口违章停车"),
        ("先不说物业了，楼道里堆东西", "物业", "楼道里堆东西"),
        ("今天不提开发商，说说电梯", "开发商", "说说电梯"),
        ("物业的事以后再说，楼上天天剁肉", "物业", "楼上天天剁肉"),
        ("路灯那件事回头再讲吧，先反映井盖", "路灯", "先反映井盖"),
    ],
)
def test_what_is_put_aside(said: str, aside: str, left: str) -> None:
    assert put_aside(said) == aside
    assert without_aside(said).strip("，") == left


def test_this_puts_aside_the_clause_before() -> None:
    assert (
        without_aside("电梯坏了，物业乱收费，这个以后再说，先修电梯").replace("，", "") == "电梯坏了先修电梯"
    )


@pytest.mark.parametrize(
    "said",
    [
        "老板不说原因，就是不退钱",
        "物业总是说以后再说，没人修",
        "他们都是以后再说",
        "社区说过后再说，等了一个月",
        "先不说别的，光噪音就受不了",
        "先不说这些情况",
        "问他他就不说了",
        "保安说着说着就不说了",
        "物业先不管，居委会也不管",
        "每次都回头再说",
        "售后答复改天再说",
        "先不说话，看看再说",
        "医院让我下次再说",
        "商家推说回头再说",
        "老板不提工资的事",
        "这次不管怎样要给个说法",
        "学校不讲道理",
        "今天不说清楚不行",
        "工资的事老板不提",
        "以后再有这种事怎么办",
    ],
)
def test_nothing_is_put_aside(said: str) -> None:
    assert without_aside(said) == said


@pytest.mark.parametrize(
    "name",
    [
        "商家",
        "店家",
        "健身房",
        "健身会所",
        "那家饭店",
        "中介",
        "开发商",
        "驾校",
        "老板",
        "培训机构",
        "店老板",
    ],
)
def test_a_trade_names_nobody(name: str) -> None:
    assert nameless(name)


@pytest.mark.parametrize(
    "name",
    [
        "力美健身", "张记麻辣烫", "佳乐超市", "物业", "学校", "楼上邻居", "楼下饭店", "万顺建筑工地", "龙湖小区物业", "包工头刘老板",
        "顺达驾校", "田家庵派出所", "社区", "村委会", "医院", "公交公司", "自来水公司", "余护士", "环卫所", "修路的施工队",
    ],
)  # fmt: skip
def test_a_name_or_a_role_at_the_place_is_enough(name: str) -> None:
    assert not nameless(name)


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("我在万顺工地干活，包工头刘老板欠我两万", "包工头刘老板"),
        ("在电厂路工地打工，工头老张一直拖着不给", "工头老张"),
        ("宏达电子厂不给交社保", "宏达电子厂"),
    ],
)
def test_who_owes_the_wages(said: str, who: str) -> None:
    assert subject(said) == who


@pytest.mark.parametrize(
    "said",
    [
        "取暖补贴到现在没发，去年10月就发了",
        "今年的取暖补贴还没发",
        "工资一直拖着，最后一次发工资是今年3月",
        "高龄津贴没到账，上个月都发了",
        "2025年的补贴款没给我们",
        "大家还没领到，去年11月就领了",
    ],
)
def test_a_time_that_is_compared_is_not_when_it_happened(said: str) -> None:
    found = moment(said, NOW)
    assert found is None or found.start is None


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("去年10月就坏了没人修", "去年10月"),
        ("今年漏水了三次没人管", "今年"),
        ("今年的时候就漏", "今年"),
        ("8月份就报修了没人管", "8月份"),
        ("去年春天的时候路就塌了没修", "去年春天"),
        ("十月就没发工资", "十月"),
        ("昨天就来修了，没修好", "昨天"),
        ("上周五也停水了，到现在没来", "上周五"),
        ("去年3月就没发工资", "去年3月"),
        ("从去年3月干到8月，工资没给", "去年3月干到8月"),
        ("3月到8月的工资拖着没给", "3月到8月"),
        ("去年10月发的通知，今年6月停的水", "今年6月"),
        ("昨天发现井盖没了", "昨天"),
        ("今年7月开始欠薪", "今年7月"),
        ("上个月打了人没人管", "上个月"),
        ("国庆当天就没水了", "国庆当天"),
        ("2025年3月交不上物业费就停电", "2025年3月"),
        ("前天也不发货", "前天"),
        ("今年5月都没通气", "今年5月"),
        ("去年8月就收了停车费不给票", "去年8月"),
    ],
)
def test_a_time_stays_one(said: str, time: str) -> None:
    found = moment(said, NOW)
    assert found is not None
    assert found.text == time
