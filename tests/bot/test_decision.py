"""What a message is, decided once from all evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.understanding.decide import ASK, ASK_WITH_MATTER, TELL, WHICH, Bars, decide, shipped
from bot.understanding.evidence import SearchedOnce
from bot.understanding.fitting import examples
from bot.understanding.kinds import Found, masked
from bot.understanding.kinds import shipped as kinds_model
from desk.summaries import decision
from kb_index.language.pretrained import shipped_encoder
from kb_index.service import KnowledgeBase
from tests.bot.calls import Rasa
from tests.bot.calls import call as made_call
from tests.bot.parts import MODEL, SmallCity

BARS = Bars(sure=0.8, likely=0.7, matter=0.95, tell=0.7, ask=0.6, offer=0.2, talk=0.4)
ASKS = {"question": 0.95, "matter": 0.02, "both": 0.02, "talk": 0.01}
TELLS = {"question": 0.02, "matter": 0.96, "both": 0.01, "talk": 0.01}
BOTH = {"question": 0.2, "matter": 0.1, "both": 0.69, "talk": 0.01}
RATHER_ASKS = {"question": 0.75, "matter": 0.2, "both": 0.04, "talk": 0.01}
UNCLEAR = {"question": 0.4, "matter": 0.39, "both": 0.01, "talk": 0.2}
STORY = "我去年在厂里上班摔断了腿，单位一直没有给我交保险，现在住院花了三万多块钱，这算不算工伤"


@pytest.mark.parametrize(
    ("kinds", "best", "intent"),
    [
        (ASKS, 0.9, ASK),
        (ASKS, 0.1, ASK),
        (BOTH, 0.9, ASK_WITH_MATTER),
        (BOTH, 0.1, ASK_WITH_MATTER),
        (TELLS, 0.1, TELL),
        (TELLS, 0.99, ASK_WITH_MATTER),
        (UNCLEAR, 0.1, WHICH),
        (UNCLEAR, 0.9, ASK_WITH_MATTER),
    ],
)
def test_evidence_outweighs_rasas_intent(kinds: dict[str, float], best: float, intent: str) -> None:
    for rasa in (TELL, ASK, "nlu_fallback"):
        assert decide(STORY, [(rasa, 0.99)], kinds, best, BARS).intent == intent


@pytest.mark.parametrize(
    ("text", "best", "second", "intent"),
    [
        ("夜市一排炭火炉子的烟直往我卧室灌，打城管还是打环保", 0.75, 0.01, ASK_WITH_MATTER),
        ("跟着老乡在工地绑钢筋，钱到现在没结，我去找总包他认不认", 0.75, 0.01, ASK_WITH_MATTER),
        ("夜市一排炭火炉子的烟直往我卧室灌，打城管还是打环保", 0.75, 0.5, TELL),
        ("夜市一排炭火炉子的烟直往我卧室灌，打城管还是打环保", 0.5, 0.01, TELL),
        ("夜市一排炭火炉子的烟直往我卧室灌，睡不成觉", 0.75, 0.01, TELL),
        ("夜市一排炭火炉子的烟直往我卧室灌，到底有没有人管", 0.75, 0.01, TELL),
        ("夜市一排炭火炉子的烟直往我卧室灌，这日子正常吗？", 0.75, 0.01, TELL),
        ("我要投诉夜市的烧烤摊，烟直往我卧室灌，找谁管", 0.75, 0.01, TELL),
    ],
)
def test_a_story_that_ends_in_a_question_is_answered_when_one_entry_is_known(
    text: str, best: float, second: float, intent: str
) -> None:
    assert decide(text, [(TELL, 0.99)], TELLS, best, BARS, second=second).intent == intent


def test_a_matter_surely_heard_in_words_that_ask_nothing_is_filed() -> None:
    nothing_asked = "楼上天天半夜装修吵得睡不着"
    assert decide(nothing_asked, [(TELL, 0.99)], RATHER_ASKS, 0.99, BARS).intent == TELL
    assert decide(nothing_asked + "，该找谁管？", [(TELL, 0.99)], RATHER_ASKS, 0.99, BARS).intent != TELL
    assert decide(nothing_asked, [(TELL, 0.99)], ASKS, 0.99, BARS).intent == ASK


def test_what_rasa_surely_takes_for_a_question_is_not_filed_as_a_matter_that_is_only_likely() -> None:
    perhaps = {"question": 0.3, "matter": 0.65, "both": 0.04, "talk": 0.01}
    assert decide(STORY, [(ASK, 0.99)], perhaps, 0.1, Bars(sure=0.8, matter=0.9)).intent == ASK_WITH_MATTER
    assert decide(STORY, [(ASK, 0.6)], perhaps, 0.1, Bars(sure=0.8, matter=0.9)).intent == TELL


@pytest.mark.parametrize(
    ("text", "confidence", "best", "intent"),
    [
        ("俺庄后头那个沟，叫人倒的都是垃圾，一到热天臭得不能过，咋弄嘛", 0.97, 0.54, TELL),
        ("楼上天天半夜拖桌子，说了好些回也不听，你说这咋整？", 0.9, 0.5, TELL),
        ("2023年5月我在寿县双桥镇买的锦绣江南的房子，到现在房产证也办不下来", 0.87, 0.56, TELL),
        ("我听说退休人员的养老金从今年一月起涨了", 0.6, 0.5, ASK),
        ("门口的窨井盖没了一个礼拜，孩子差点掉下去，可有人管管啊", 0.9, 0.5, TELL),
        ("门口的窨井盖没了一个礼拜，孩子差点掉下去，可有人管管啊", 0.6, 0.5, ASK),
        ("门口的窨井盖没了一个礼拜，孩子差点掉下去，怎么办", 0.97, 0.9, ASK),
        ("医保卡丢了，咋办", 0.97, 0.5, ASK),
    ],
)
def test_a_story_that_asks_nothing_or_only_pleads_is_filed(
    text: str, confidence: float, best: float, intent: str
) -> None:
    found = decide(text, [(TELL, confidence)], RATHER_ASKS, best, BARS).intent
    assert (TELL if found == TELL else ASK) == intent


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "best", "kept"),
    [
        ("转人工", "request_human", 0.4, 0.9, True),
        ("我上个月反映的那件事办到哪一步了", "ask_progress", 0.6, 0.3, True),
        ("想知道前夫名下有没有房，登记中心给不给查", "ask_progress", 0.6, 0.95, False),
        ("我要表扬一下小区的保洁大姐，下雨天还在往外舀水", "praise", 0.9, 0.2, False),
        ("再见", "goodbye", 0.9, 0.0, True),
    ],
)
def test_a_wish_told_in_so_many_words_is_believed(
    text: str, intent: str, confidence: float, best: float, kept: bool
) -> None:
    assert (decide(text, [(intent, confidence)], ASKS, best, BARS).intent == intent) is kept


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("这个也给补没", ASK),
        ("外县的能办不", ASK),
        ("一年交一次对吧", ASK),
        ("跨省给不给报", ASK),
        ("满六十就给是吧？", ASK),
        ("物业到底管不管", TELL),
        ("我要投诉，他们办不办事", TELL),
        ("门口垃圾没人收", TELL),
        ("楼下油烟大", TELL),
    ],
)
def test_a_short_message_that_ends_as_a_question_opens_no_form(text: str, intent: str) -> None:
    assert decide(text, [(TELL, 0.6)], TELLS, 0.1, BARS).intent == intent


@pytest.mark.parametrize(
    ("text", "rasa", "intent"),
    [
        ("怎么查一个人有没有案底", "ask_progress", ASK),
        ("帮我看看我名下有几张电话卡，在哪查", "ask_progress", ASK),
        ("上回反映的那个事给查一查，办好了没", "ask_progress", "ask_progress"),
        ("工单怎么查", "ask_progress", "ask_progress"),
        ("能不能再催一催他们", "urge", "urge"),
    ],
)
def test_what_has_no_word_of_a_ticket_asks_for_no_progress(text: str, rasa: str, intent: str) -> None:
    assert decide(text, [(rasa, 0.6)], ASKS, 0.2, BARS).intent == intent


@pytest.mark.parametrize("rasa", ["bot_challenge", "greet", "ask_capability", "thank"])
def test_small_talk_needs_a_message_that_is_mostly_talk(rasa: str) -> None:
    text = "起步那一档究竟是多少钱"
    assert decide(text, [(rasa, 0.7)], {**ASKS, "question": 0.86, "talk": 0.1}, 0.1, Bars()).intent == ASK
    talk = {"question": 0.1, "matter": 0.02, "both": 0.0, "talk": 0.88}
    assert decide("你究竟是不是机器在回我的话", [(rasa, 0.7)], talk, 0.1, Bars()).intent == rasa


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("HN2026113000002 HD4KER73", True),
        ("工单号HN2026113000002，查询码HD4K-ER73", True),
        ("hn20261130-00002", True),
        ("HN2026113000002 这个单子的路灯还是不亮", False),
    ],
)
def test_only_a_number_and_a_code_ask_how_the_ticket_stands(text: str, asks: bool) -> None:
    assert (decide(text, [(TELL, 0.99)], TELLS, 0.1, BARS).intent == "ask_progress") is asks


def test_filing_is_asked_about_only_with_a_sign_of_a_matter() -> None:
    hardly = {"question": 0.45, "matter": 0.15, "both": 0.01, "talk": 0.39}
    assert decide("过了月底还可以弄吗还是要等明年", [("nlu_fallback", 0.3)], hardly, 0.05, BARS).intent == ASK
    assert decide(STORY, [("nlu_fallback", 0.3)], UNCLEAR, 0.05, BARS).intent == WHICH


def test_a_decision_tells_its_reasons() -> None:
    told = decide(STORY, [(TELL, 0.8)], BOTH, 0.9, BARS)
    assert told.to_json() == json.loads(json.dumps(told.to_json()))
    assert told.reasons == {"rasa": TELL, "confidence": 0.8, **BOTH, "base": 0.9}
    (line,) = decision({"decision": told.to_json()})
    assert line["value"] == "问政策，也讲了自己的事（把握 90%；两者都有 69%，知识库有答案 90%）"


def test_numbers_are_masked_before_kinds_are_told_apart() -> None:
    assert masked("阳光城3栋1单元电梯坏了5天了") == masked("阳光城88栋12单元电梯坏了90天了")


@pytest.mark.slow
def test_the_shipped_model_tells_written_messages_apart() -> None:
    rows = examples()[::40]
    encoder, model = shipped_encoder(), kinds_model()
    right = 0
    for row in rows:
        kinds = model.probabilities(row.text, encoder.states([row.text])[0], Found())
        assert sum(kinds.values()) == pytest.approx(1, abs=1e-3)
        right += max(kinds, key=lambda kind: kinds[kind]) == row.kind
    assert right / len(rows) >= 0.8


def test_the_bars_that_ship_are_probabilities() -> None:
    assert all(0 < bar < 1 for bar in vars(shipped()).values())


async def test_a_question_is_searched_once(knowledge_index: Path) -> None:
    async with KnowledgeBase(knowledge_index, MODEL, poll_s=60) as base:
        once = SearchedOnce(base)
        found = await once.search("居住证怎么办", ("全国",))
        assert found.hits
        assert await once.search("居住证怎么办", ("全国",)) is found
        assert await once.search("居住证怎么办") is not found
        assert once.entry(found.hits[0].entry.id) == found.hits[0].entry


async def test_the_conversation_keeps_what_was_decided_for_the_desk(
    rasa: Rasa, city: SmallCity, visitor: str
) -> None:
    told = decide(STORY, [(TELL, 0.8)], BOTH, 0.9, BARS).to_json()
    body = made_call("action_answer_policy", "居住证怎么办", ASK_WITH_MATTER, conversation=visitor)
    body["tracker"]["latest_message"]["decision"] = told
    assert (await rasa.post(body)).status == 200
    assert (await city.conversations.recall(visitor))["decision"] == told


@pytest.mark.parametrize(
    ("text", "taken_for"),
    [
        ("不签字能强拆不", "deny"),
        ("不同意能赔不", "deny"),
        ("第三个,评残能上门不", "rate"),
        ("评职称要发论文不", "rate"),
    ],
)
def test_a_question_with_a_no_or_a_rating_in_its_words_is_a_question(text: str, taken_for: str) -> None:
    kinds = {"question": 0.95, "matter": 0.03, "both": 0.0, "talk": 0.02}
    assert decide(text, [(taken_for, 0.7)], kinds, 0.5).intent in ("ask_policy", "nlu_fallback")


def test_a_short_question_with_a_no_in_it_is_asked_of_the_base() -> None:
    kinds = {"question": 0.98, "matter": 0.02, "both": 0.0, "talk": 0.0}
    assert decide("不签字能强拆不", [("deny", 0.69)], kinds, 0.749).intent == ASK


@pytest.mark.parametrize(
    ("text", "intent"),
    [("不用了吧", "deny"), ("不要了行不", "deny"), ("给个好评行不", "rate"), ("评价一下", "rate")],
)
def test_a_no_and_a_rating_stay_what_they_are(text: str, intent: str) -> None:
    kinds = {"question": 0.05, "matter": 0.01, "both": 0.0, "talk": 0.94}
    assert decide(text, [(intent, 0.87)], kinds, 0.3).intent == intent


def test_a_number_asked_for_goes_on_from_what_was_spoken_of() -> None:
    kinds = {"question": 0.0, "matter": 0.0, "both": 0.0, "talk": 1.0}
    assert decide("有没有电话", [("skip", 0.36)], kinds, 0.78).intent == "follow_up"
    assert decide("没有电话", [("skip", 0.9)], kinds, 0.1).intent == "skip"


@pytest.mark.parametrize(
    ("text", "taken_for", "best", "second", "intent"),
    [
        ("娃想改跟我姓，他爸不肯签字", "correct", 0.84, 0.04, ASK),
        ("投诉点错了想撤", "cancel", 0.92, 0.0, ASK),
        ("娃想改跟我姓，他爸不肯签字", "correct", 0.2, 0.1, "correct"),
        ("改一下诉求内容", "correct", 0.92, 0.0, "correct"),
    ],
)
def test_a_question_that_an_entry_answers_is_nothing_done_with_a_form(
    text: str, taken_for: str, best: float, second: float, intent: str
) -> None:
    assert decide(text, [(taken_for, 0.6)], ASKS, best, second=second).intent == intent
