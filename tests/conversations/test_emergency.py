"""Danger is seen, and harmless words with the same characters are not taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import emergency
from conversations.emergency import screen

DANGER = [
    ("self_harm", "我不想活了"),
    ("self_harm", "活不下去了，你们谁都不管"),
    ("self_harm", "我要从楼上跳楼"),
    ("self_harm", "欠薪不给我就去跳河"),
    ("self_harm", "我想自杀"),
    ("self_harm", "刚才割腕了"),
    ("self_harm", "真的不想活，没意思"),
    ("self_harm", "再不解决我就喝农药"),
    ("self_harm", "准备烧炭"),
    ("self_harm", "累死了不想活了"),
    ("self_harm", "还不如死了"),
    ("self_harm", "我要去死"),
    ("self_harm", "吞了安眠药"),
    ("self_harm", "有个人站在楼顶要跳"),
    ("fire", "煤气罐爆炸了"),
    ("fire", "家里冒烟了"),
    ("fire", "楼下烧烤店着火了在冒黑烟"),
    ("fire", "着火了我好怕"),
    ("gas", "燃气报警器一直响"),
    ("gas", "一氧化碳中毒了"),
    ("rescue", "有人落水了"),
    ("rescue", "孩子溺水了"),
    ("rescue", "孩子掉河里了"),
    ("rescue", "掉进窨井里了"),
    ("rescue", "我被困电梯里了"),
    ("rescue", "房子快塌了"),
    ("fire", "我家着火了"),
    ("fire", "楼道起火了快来人"),
    ("fire", "对面工厂在冒黑烟"),
    ("fire", "充电的电动车烧起来了"),
    ("fire", "小区发生火灾"),
    ("fire", "去年也着过火，现在又着火了"),
    ("fire", "你好 我 家 着 火 了"),
    ("gas", "家里燃气泄漏了"),
    ("gas", "闻到煤气味"),
    ("gas", "好大的燃气味"),
    ("gas", "天然气漏气怎么办"),
    ("gas", "楼道里有一股煤气味"),
    ("gas", "我妈煤气中毒了"),
    ("medical", "快叫救护车"),
    ("medical", "帮我叫120"),
    ("medical", "我爸晕倒了"),
    ("medical", "有人昏迷不醒"),
    ("medical", "老人喘不上气"),
    ("medical", "流了好多血"),
    ("medical", "老人没气了"),
    ("medical", "有人触电了"),
    ("medical", "他快不行了"),
    ("medical", "我老婆要生了"),
    ("crime", "救命"),
    ("crime", "有人持刀"),
    ("crime", "他正在打我"),
    ("crime", "楼下有人打人"),
    ("crime", "快报警"),
    ("crime", "老公打我"),
    ("crime", "他拿着刀"),
    ("crime", "我被家暴了"),
    ("crime", "小孩被拐走了"),
    ("crime", "有人抢劫"),
    ("traffic", "刚刚出车祸了"),
    ("traffic", "路口发生交通事故"),
    ("traffic", "我被车撞了"),
    ("traffic", "电动车撞倒老人了"),
    ("traffic", "高架上翻车了"),
]

HARMLESS = [
    "120平米的房子要交多少物业费",
    "房子120平，物业费一平一块五",
    "我要120平的户型",
    "打120要多少钱",
    "叫救护车收费吗",
    "投诉120救护车乱收费",
    "110国道什么时候修好",
    "公交119路几点末班车",
    "122路公交站牌坏了",
    "这天热死了",
    "排队排了三小时累死了",
    "气死我了",
    "这个政策想死磕到底不现实",
    "预防一氧化碳煤气中毒的宣传什么时候来社区",
    "燃气报警器去哪里领",
    "燃气费怎么交",
    "天然气开户要什么材料",
    "煤气罐在哪换",
    "去年家里着火，现在能申请救助吗",
    "火灾隐患向谁举报",
    "电动车进楼道容易着火",
    "担心会着火",
    "火灾赔偿找谁",
    "消防演练什么时候搞",
    "怕起火想换个插座",
    "车祸赔偿标准是什么",
    "交通事故怎么处理",
    "交通事故责任认定书几天出",
    "那个路口经常发生车祸",
    "去年出的车祸还没结案",
    "救命钱什么时候发",
    "大病救助报销比例",
    "上个月晕倒住院能报销吗",
    "去年被人打了",
    "火车站怎么走",
    "生育津贴怎么领",
    "救护车司机招聘吗",
    "高血压门诊慢性病怎么办",
    "轻轨什么时候开工",
    "跳广场舞的太吵了",
    "我不想活动了",
    "超市跳楼价骗人",
    "真想死你了",
    "烧炭烧烤店油烟扰民",
    "农药店在哪",
    "孩子发烧起来怎么办",
    "火灾报警器去哪买",
    "起火原因谁来认定",
    "急得冒火",
    "上下班路上出车祸算工伤吗？",
    "上班路上被车撞了算不算工伤啊",
    "我们小区楼下烧烤店天天半夜冒烟",
    "饭店的排烟管道对着我家窗户冒黑烟",
    "小区没气了什么时候恢复供气",
    "防溺水安全教育什么时候讲",
    "危房快塌了能不能申请补助",
    "管道埋在下面",
    "路面塌了一个坑没人修",
    "手机快不行了",
    "公司快不行了社保怎么办",
    "媳妇下个月要生了生育津贴怎么领",
    "昏迷病人医保怎么报",
    "其他城管打人怎么投诉",
    "我妈打我电话没人接",
    "带刀能坐高铁吗",
    "车祸后遗症怎么鉴定",
    "您好",
    "",
]


@pytest.mark.parametrize(("name", "text"), DANGER)
def test_danger_is_seen(name: str, text: str) -> None:
    danger = screen(text)
    assert danger is not None and danger.name == name
    assert any(number in danger.advice for number in ("110", "119", "120", "122", "12356"))


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_are_left_alone(text: str) -> None:
    assert screen(text) is None


def test_the_list_is_long_enough_to_mean_something() -> None:
    assert len(DANGER) + len(HARMLESS) >= 60
    assert {name for name, _ in DANGER} == {rule.danger.name for rule in emergency._rules()}


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    screen(text)


@settings(deadline=None)
@given(
    st.text(st.sampled_from("路灯不亮，。 "), max_size=50), st.text(st.sampled_from("谢谢，。 "), max_size=50)
)
def test_danger_in_one_clause_is_not_hidden_by_others(before: str, after: str) -> None:
    danger = screen(f"{before}。我家着火了。{after}")
    assert danger is not None and danger.name == "fire"
