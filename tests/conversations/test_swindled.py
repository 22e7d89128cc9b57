"""A swindle under way, by somebody who poses as an office: an alarm, and neither a lawsuit nor only a form."""

from __future__ import annotations

import pytest

from bot.understanding.danger import shipped
from conversations import danger
from tests.conversations.conftest import Process


@pytest.mark.parametrize(
    "words",
    [
        "有人冒充法院的人，给我发短信说我涉案了，让我转账",
        "公安局打电话说我涉嫌洗钱，要我把钱转到安全账户",
        "我刚把五万块转给那个自称公安的人了",
        "自称银行客服的让我把钱转过去，不转就冻结我的卡",
        "对方说是公检法的，钱转过去了，现在联系不上",
        "接到电话说是社保局的，说我社保卡被盗用涉嫌犯罪，让我配合调查，要验证码",
        "我老妈要给一个自称警察的人转钱，拦都拦不住",
        "骗子冒充我领导让我转钱",
        "刷单的让我再转一万才能提现，我正准备转",
        "快递理赔的说要我开屏幕共享",
        "有人打电话说是我孙子，让我汇两万",
        "客服叫我把验证码告诉他，我已经说了，卡里钱没了",
    ],
)
async def test_money_that_a_false_office_asks_for_raises_the_alarm(process: Process, words: str) -> None:
    replies = await process.say(words)
    assert "先别再转钱" in replies[0].text and "110" in replies[0].text and "96110" in replies[0].text
    assert replies[0].card is not None and replies[0].card["kind"] == "help"
    assert process.dialogue.asked == []


@pytest.mark.parametrize(
    "words",
    [
        "收到冒充法院的短信，说我有传票，我有点怕",
        "法院发短信说我涉案，是真的吗",
        "法院传票发到我手机上，是真的假的",
        "怎么识别冒充公检法的诈骗",
        "自称社保局的打电话要我把养老金转到安全账户，我挂了",
    ],
)
async def test_who_is_only_afraid_is_answered_and_not_sent_to_court(process: Process, words: str) -> None:
    await process.say(words)
    assert process.dialogue.texts() == [words]


@pytest.mark.parametrize(
    "words",
    [
        "法院判了对方不还钱，我转账的记录都有",
        "我去银行转账转错了，人家不还",
        "老师让我交资料费，微信转账可以吗",
        "公司让我把钱转到老板私人账户，合法吗",
        "法院让我把执行款转到法院账户，怎么转",
        "银行客服让我转人工",
        "被骗了两千块钱，上个月的事，能追回来吗",
        "去年我爸被冒充公检法的骗走十万，案子有结果了吗",
    ],
)
def test_true_offices_and_what_lies_behind_raise_none(words: str) -> None:
    assert shipped().judge(words) is None


def test_a_robber_is_no_swindler() -> None:
    assert danger.advice("crime", "有人拿刀逼我给他转账").tag == danger.advices()["crime"].tag
    assert danger.advice("crime", "冒充公安的人叫我转账").tag == danger.advices()["fraud"].tag


async def test_a_suit_about_a_judgement_is_declined_as_before(process: Process) -> None:
    assert shipped().scope("法院判我赔钱，我不服这个判决，你们给我改判") == "litigation"
    assert shipped().scope("骗子冒充我领导让我转钱") is None
