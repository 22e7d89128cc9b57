"""What a message says about itself: only a question, only a time or emoji, shortened or in another script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.asking import ends_filing, only_asks, own_question, without_lead_in
from bot.understanding.decide import ASK, TELL, Bars, decide
from bot.understanding.shorthand import written_out
from bot.understanding.signs import only_time, sign
from tests import pumping

TELLS = {"question": 0.02, "matter": 0.96, "both": 0.01, "talk": 0.01}
TALK = {"question": 0.02, "matter": 0.0, "both": 0.0, "talk": 0.98}


@pytest.mark.parametrize(
    "said",
    [
        "我不是投诉",
        "我不是来投诉的",
        "就是想问",
        "我只是咨询一下",
        "我是来咨询的",
        "你还没回答我",
        "那你还没答我的问题呢",
        "别给我登记，我就是问问",
        "不是投诉，是咨询",
        "咨询一下，不投诉",
    ],
)
def test_a_message_that_only_ends_filing(said: str) -> None:
    assert ends_filing(said) and own_question(said) is None


@pytest.mark.parametrize(
    "said",
    ["我不投诉了", "我想问一下", "我不是投诉他，是他先骂我", "打电话没有回复我", "不是", "就是昨天晚上"],
)
def test_a_message_that_does_not(said: str) -> None:
    assert not ends_filing(said) and own_question(said) is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("我不是投诉，就是想问路灯归谁管", "路灯归谁管"),
        ("不是投诉啊。我就问一下，户口怎么迁", "户口怎么迁"),
        ("我不是举报，就打听一下养老金哪天发", "养老金哪天发"),
        ("我没有要投诉，只想了解一下落户政策", "落户政策"),
        ("不投诉，就问下生育津贴", "生育津贴"),
    ],
)
def test_a_question_that_denies_to_be_a_matter_is_one_whatever_the_models_say(said: str, asked: str) -> None:
    assert own_question(said) == without_lead_in(said) == asked
    assert only_asks(said)
    for intent in ("complain", "start_complaint", "suggest", "nlu_fallback"):
        assert decide(said, [(intent, 0.99)], TELLS, 0.1, Bars()).intent == ASK


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("不对，我问的是身份证怎么补办", "身份证怎么补办"),
        ("你理解错了，我是想问落户要什么材料", "落户要什么材料"),
        ("我问的不是这个，是低保怎么申请", "低保怎么申请"),
        ("公积金怎么取？我不是投诉", "公积金怎么取"),
        ("我问的是为什么没人来修", None),
        ("我不是投诉，我建议装个路灯", None),
        ("不是，我是问过他了他不管", None),
    ],
)
def test_a_question_that_corrects_what_was_understood(said: str, asked: str | None) -> None:
    assert own_question(said) == asked


@pytest.mark.parametrize("said", ["一周了", "都半个月了", "三天", "两年多了", "昨天晚上", "已经三个月了"])
def test_a_bare_time_is_no_question(said: str) -> None:
    assert only_time(said)
    assert decide(said, [("ask_policy", 0.9)], TALK, 0.99, Bars()).intent == "inform"


@pytest.mark.parametrize("said", ["一周上几天班", "三天无理由退货", "产假多少天", "三年级", "年假", "双休"])
def test_a_question_about_a_time_is_none(said: str) -> None:
    assert not only_time(said)


@pytest.mark.parametrize(
    ("said", "intent"),
    [("😡", "abuse"), ("😡😡😡💩", "abuse"), ("👍", "thank"), ("🔥?", "nonsense"), ("？？", "nonsense")],
)
def test_emoji_alone_are_read(said: str, intent: str) -> None:
    assert decide(said, [("goodbye", 0.9)], TALK, 0.9, Bars()).intent == intent
    assert sign(said + "啊") is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("gjj怎么取", "住房公积金怎么取"),
        ("SFZ丢了", "身份证丢了"),
        ("sb", "社保"),
        ("yb能报多少", "医保能报多少"),
        ("你们真sb", "你们真sb"),
        ("我的usb坏了", "我的usb坏了"),
        ("写信到abc@etc.com", "写信到abc@etc.com"),
        ("how to get a passport", "怎么办护照"),
        ("I lost my ID card", "丢了身份证"),
        ("身份證丟了怎麼補辦", "身份证丢了怎么补办"),
        ("<p>公积金</p><script>x()</script>怎么取", "公积金  怎么取"),
        ("a<b而且b>c", "a<b而且b>c"),
        ("<b></b>", "<b></b>"),
    ],
)
def test_shorthand_english_traditional_and_tags_are_written_out(said: str, meant: str) -> None:
    assert written_out(said).split() == meant.split()


def test_a_topic_is_a_question_unless_something_is_to_be_done() -> None:
    assert decide("低保", [("nlu_fallback", 0.3)], TALK, 0.1, Bars(), topic=True).intent == ASK
    assert decide("转人工", [("request_human", 0.9)], TALK, 0.9, Bars(), topic=True).intent == "request_human"


@pytest.mark.parametrize("said", ["投诉要多久", "投诉几天能处理"])
def test_a_question_about_complaints_opens_no_form(said: str) -> None:
    asks = {"question": 0.9, "matter": 0.01, "both": 0.0, "talk": 0.09}
    assert decide(said, [("start_complaint", 0.6)], asks, 0.95, Bars()).intent == ASK
    assert decide("我要投诉", [("start_complaint", 0.6)], TALK, 0.95, Bars()).intent == "start_complaint"


def test_a_short_question_by_its_form_is_no_matter() -> None:
    assert decide("花呗逾期三天上不上征信", [(TELL, 0.83)], TELLS, 0.1, Bars()).intent == ASK
    assert decide("路灯坏了你们管不管", [(TELL, 0.83)], TELLS, 0.1, Bars()).intent == TELL


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(written_out(text), str)
    ends_filing(text), own_question(text), only_time(text), sign(text)


@pytest.mark.parametrize(
    "part", ["我不是投诉，", "就是想问", "<a ", "<script>", "不对，", "how to get ", "一天", "gjj "]
)
def test_no_text_makes_a_reader_slow(part: str) -> None:
    def read(text: str) -> None:
        written_out(text), ends_filing(text), own_question(text), only_time(text)

    assert pumping.least(read, (part * 4_000)[:4_000], 0.05) <= 0.05
