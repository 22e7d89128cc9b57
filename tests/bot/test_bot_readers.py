"""The one reader of each fact: whose phone it is, and that no text makes any reader slow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from bot.actions.complaint.answers import read_answer, without_own
from bot.actions.complaint.values import read_district, read_when, rest_after_district
from bot.understanding.clauses import clauses, may_be_place
from bot.understanding.confidential import read_confidential
from bot.understanding.kind import named_type, suggest_type
from bot.understanding.lasting import lasting, only_time
from bot.understanding.mine import mine
from bot.understanding.name import introduced_name, read_name
from bot.understanding.phone import asked_phone, own_phone, phone, without_phone
from bot.understanding.place import place
from bot.understanding.remarks import is_no_value
from bot.understanding.subject import subject
from bot.understanding.ticket import find_code, find_number
from bot.understanding.when import moment
from bot.understanding.wishes import read_wish
from core.phone import canonical, find
from tests import pumping
from tests.cities import HUAINAN

NOW = datetime.fromisoformat("2026-11-24T14:00:00+08:00")


@pytest.mark.parametrize(
    "story",
    [
        "举报卖假药的，他手机号15512345678，要求查处",
        "接到诈骗电话18888888888冒充公安让我转账，我要举报",
        "物业电话05546661234打不通",
        "楼上邻居的电话是13955540000，天天半夜吵",
        "某某公司（电话13955540000）拖欠工资",
        "客服4008001234一直没人接",
        "他叫王五，电话13955540000，欠钱不还",
        "13955540000这个号码天天骚扰我",
        "店老板姓刘13955540000，不退钱",
    ],
)
def test_anothers_number_stays_in_the_story(story: str) -> None:
    found = mine(story, NOW, HUAINAN)
    assert found.phone == ""
    assert without_own(story, {"contact_phone": found.phone}) == story


@pytest.mark.parametrize(
    ("story", "number", "rest"),
    [
        ("楼道灯坏了，我的联系电话是13955540000，请尽快修", "13955540000", "楼道灯坏了，请尽快修"),
        ("楼道灯坏了，联系方式：（0554）6660000转801", "05546660000-801", "楼道灯坏了"),
        ("楼道灯坏了 1 3 9 5 5 5 4 0 0 0 0", "13955540000", "楼道灯坏了"),
        ("经理电话13955540001骗人，我手机幺三九五五五四零零零零", "13955540000", "经理电话13955540001骗人"),
        ("有事请打我电话13955540000，路灯坏了", "13955540000", "路灯坏了"),
    ],
)
def test_ones_own_number_is_taken_out_of_the_story(story: str, number: str, rest: str) -> None:
    assert mine(story, NOW, HUAINAN).phone == number
    assert without_own(story, {"contact_phone": number}) == rest


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("13800000000吧", "13800000000"),
        ("幺三九，五五五四，零零零零", "13955540000"),
        ("（0554）6660000", "05546660000"),
        ("打座机6660000", "6660000"),
        ("不告诉你", None),
    ],
)
def test_an_answer_gives_the_number_a_story_would(said: str, number: str | None) -> None:
    assert read_answer("contact_phone", said) == number


def test_a_type_is_named_alike_in_answers_and_stories() -> None:
    for said, label in (
        ("我要举报投诉没用的公司", "举报"),
        ("不是投诉，是求助的事情", "求助"),
        ("给民警点个赞", "表扬"),
    ):
        kind, guess = named_type(said), suggest_type(said)
        assert kind is not None and guess is not None
        assert kind is guess.type and kind.label == label


READERS: dict[str, Callable[[str], object]] = {
    "canonical": canonical,
    "find": lambda text: find(text, local=True),
    "phone": phone,
    "own_phone": own_phone,
    "without_phone": lambda text: without_phone(text, "13955540000"),
    "type": suggest_type,
    "named type": named_type,
    "name": read_name,
    "introduced name": introduced_name,
    "wish": read_wish,
    "lasting": lasting,
    "only time": lambda text: only_time(text[:2_000]),
    "no value": is_no_value,
    "maybe a place": lambda text: may_be_place(text[:2_000], HUAINAN),
    "clauses": clauses,
    "asked phone": asked_phone,
    "confidential": read_confidential,
    "ticket": find_number,
    "code": find_code,
    "place": lambda text: place(text[:2_000], HUAINAN),
    "subject": lambda text: subject(text[:2_000]),
    "time": lambda text: moment(text[:2_000], NOW),
    "district": lambda text: read_district(text, HUAINAN),
    "after district": lambda text: rest_after_district(text, HUAINAN),
    "elsewhere": HUAINAN.elsewhere,
    "asks elsewhere": HUAINAN.asks_elsewhere,
    "mine": lambda text: mine(text, NOW, HUAINAN),
}
HOSTILE = {
    "spaces": ("我电话13955540000", " ", "x"),
    "digits": ("", "1", "x"),
    "spaced digits": ("", "0 1 ", "x"),
    "phones": ("", "电话13955540000 ", "x"),
    "landlines": ("", "00852 0554-", "x"),
    "dictated": ("", "零五一 ", "x"),
    "expanders": ("", "ﷺ", "x"),
    "circled": ("", "①", "x"),
    "marks": ("", "+(+86-", "x"),
    "particles": ("田家庵区", "的 ", "x"),
    "letters": ("", "HN-20", "x"),
    "cities": ("", "在合肥市", "x"),
    "words": ("", "我的号楼栋路", "x"),
}
SIZE = 1_000
"""Characters of the smaller text; the larger has twice as many, so a cubic reader would take eight times as long."""
WORST_RATIO = 3.4
"""Linear is 2; quadratic is 4."""
QUICK = 0.02
"""Seconds below which the larger text is never slow, whatever the ratio: a reader is no danger there."""


def grows(read: Callable[[str], object], small: str, large: str) -> bool:
    """Whether the larger text takes far more than twice the time of the smaller one, each time that both are read."""
    for _ in range(pumping.TRIES):
        taken = pumping.seconds(read, large, 10)
        if taken <= QUICK or taken <= WORST_RATIO * pumping.seconds(read, small, 10):
            return False
    return True


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.slow
def test_no_text_makes_a_reader_slow(reader: str) -> None:
    read = READERS[reader]
    slow = []
    for name, (head, part, tail) in HOSTILE.items():
        small, large = (head + part * (size // len(part)) + tail for size in (SIZE, 2 * SIZE))
        if grows(read, small, large):
            slow.append(name)
    assert not slow


@pytest.mark.parametrize(
    ("story", "name", "value"),
    [
        ("兴源煤气有限公司无组织排放有毒气体", "subject", "兴源煤气有限公司"),
        ("兴源煤气有限公司无组织排放有毒气体", "address", ""),
        ("我们大通区九龙岗镇政府路的污水井冒水", "subject", ""),
        ("学院路路灯不亮", "subject", ""),
        ("学校路灯坏了", "subject", "学校"),
        ("谢家集区平山路15号门口积水", "district", "谢家集区"),
        ("谢家集区平山路15号门口积水", "town", ""),
        ("谢家集平山路15号门口积水", "town", ""),
        ("谢家集街道平山路15号门口积水", "town", "谢家集街道"),
        ("八公山区丁山路5号围墙要倒了", "town", ""),
        ("开发商锦绣园一直不给办房产证", "subject", "开发商"),
        ("天河医院套取医保", "subject", "天河医院"),
        ("教育培训机构老板卷钱跑路", "address", ""),
        ("淮滨路龙湖公园南门围挡太乱", "address", "淮滨路龙湖公园南门"),
        ("我是寿县的，孩子在田家庵区洞山中学住校，食堂昨天的菜里吃出虫子来了", "district", "田家庵区"),
        ("我是寿县的，孩子在田家庵区洞山中学住校，食堂昨天的菜里吃出虫子来了", "address", "洞山中学"),
        ("我是寿县的，自来水停了", "district", "寿县"),
        ("从潘集区到田家庵区的公交取消了", "district", ""),
        ("楼后面的KTV低音炮震得窗户响", "subject", "KTV"),
        ("健身房关门跑路了，年卡还剩八个月", "subject", "健身房"),
        ("锦绣江南小区说好去年交房，房产证也办不下来，开发商是锦绣置业", "subject", "锦绣置业"),
        ("买的牛奶过期了，超市叫佳乐超市，老板不给退", "subject", "佳乐超市"),
        ("商家是故意的，吃出钢丝还不退钱", "subject", "商家"),
        ("算了物业的事不说了，我要说的是门口违章停车把消防通道堵了", "subject", ""),
        ("我要投诉物业，算了物业的事不说了，我要说的是门口违章停车", "subject", ""),
        ("五一广场旁边那一点人行道被共享单车占完了，一千多辆，在田家庵区国庆街道", "address", "五一广场旁边"),
    ],
)
def test_half_words_and_made_up_towns_are_not_read(story: str, name: str, value: str) -> None:
    assert getattr(mine(story, NOW, HUAINAN), name) == value


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("以上三点：一、路灯不亮；二、井盖松动；三、没有斑马线，都在朝阳东路", None),
        ("一点人行道都不留，车子全停上面", None),
        ("五一广场的喷泉关了", None),
        ("2019年，4月29号在他家交的定金到现在没退", "2019-04-29"),
        ("根据6月25日的通告应当拆除，到现在没动", None),
        ("建议每天21:00到次日7:00路边停车免费", None),
        ("这家公司2010年成立，工资从来不按时发", None),
        ("路灯不亮，下午3点后打我电话", None),
    ],
)
def test_no_time_is_made_of_points_squares_papers_and_proposals(story: str, said: str | None) -> None:
    found = mine(story, NOW, HUAINAN).happened_at
    day = found.start.date().isoformat() if found and found.start else None
    assert day == said
    assert said or found is None


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("在万顺建筑工地干活，从去年3月干到8月，包工头欠我两万三工资不给", "去年3月干到8月"),
        ("今年5月一直停水到7月", "今年5月一直停水到7月"),
    ],
)
def test_a_span_of_months_keeps_its_words(story: str, said: str) -> None:
    found = mine(story, NOW, HUAINAN).happened_at
    assert found is not None and (found.text, found.start) == (said, None)


@pytest.mark.parametrize("said", ["2月30日", "4月31号晚上", "二月三十号"])
def test_a_day_that_no_calendar_has_is_no_time(said: str) -> None:
    found = mine(f"{said}快递站把我的包裹弄丢了，不认账", NOW, HUAINAN)
    assert found.happened_at is None and found.unsure.happened_at is None
    assert read_when(said, 50) is None


def test_a_day_of_the_old_calendar_stays_in_its_words() -> None:
    found = mine("农历十月初一在坟地烧纸引着了草", NOW, HUAINAN).happened_at
    assert found is not None and (found.text, found.start) == ("农历十月初一", None)
