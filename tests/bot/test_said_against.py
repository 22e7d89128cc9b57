"""What is said against an answer never gets the same answer again; after a filing the answer before is no subject any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.actions.complaint.filing import FILED
from bot.actions.policy import subject
from bot.actions.policy.answer import ENTRY
from bot.understanding.decide import Bars, decide
from bot.understanding.instead import instead
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_afterwards import _filed
from tests.bot.test_bot_feedback import Talk

ANSWERED = [{"event": "action", "name": "action_answer_policy"}]


async def _asked(rasa: Rasa, visitor: str) -> Talk:
    talk = Talk(rasa, visitor)
    told = await talk.say("action_answer_policy", "身份证丢了怎么补办", "ask_policy")
    assert told.cards[0]["entry"] == "police-id-lost"
    return talk


@pytest.mark.parametrize(
    "action", ["action_answer_policy", "action_fallback", "action_deny", "action_follow_up"]
)
async def test_another_subject_is_searched_without_the_denied_one(
    rasa: Rasa, visitor: str, action: str
) -> None:
    talk = await _asked(rasa, visitor)
    answer = await talk.say(action, "我说的是公积金怎么提取，不是身份证", "ask_policy")
    assert [card["entry"] for card in answer.cards] == ["gjj-withdraw"]


@pytest.mark.parametrize(
    "said", ["不是身份证，是狂犬疫苗", "没问你这个，狂犬疫苗要打几针", "答非所问，我问的是狂犬疫苗打几针"]
)
async def test_what_is_not_known_is_said_to_be_so_and_never_the_same_again(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    talk = await _asked(rasa, visitor)
    for words in (said, "你到底懂不懂，狂犬疫苗打几针"):
        answer = await talk.say("action_answer_policy", words, "ask_policy")
        assert "对不起" in answer.text and "登记这个问题" in answer.buttons
        assert not answer.cards and "挂失" not in answer.text
    assert (await city.conversations.recall(visitor)).get(ENTRY) is None


@pytest.mark.parametrize(
    "action", ["action_deny", "action_affirm", "action_who", "action_calm", "action_fallback"]
)
@pytest.mark.parametrize("said", ["你这个答非所问", "你再好好看看", "你没回答我的问题", "听不懂人话吗"])
async def test_a_protest_gets_an_apology_and_ways_on(
    rasa: Rasa, visitor: str, action: str, said: str
) -> None:
    talk = await _asked(rasa, visitor)
    answer = await talk.say(action, said, "deny")
    assert "对不起" in answer.text and {"登记这个问题", "转人工"} <= set(answer.buttons)


async def test_a_bare_subject_takes_the_place_of_the_denied_one(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", "身份证怎么提取", "ask_policy")
    answer = await talk.say("action_fallback", "我说的是公积金 不是身份证", "nlu_fallback")
    assert [card["entry"] for card in answer.cards] == ["gjj-withdraw"]


@pytest.mark.parametrize(
    "said", ["都不对，我说的是公积金提取要啥条件", "不是啊，公积金怎么取", "你搞错了，我这是公积金，怎么提取"]
)
async def test_after_a_bare_no_the_question_goes_on(rasa: Rasa, visitor: str, said: str) -> None:
    talk = await _asked(rasa, visitor)
    answer = await talk.say("action_fallback", said, "nlu_fallback")
    assert [card["entry"] for card in answer.cards] == ["gjj-withdraw"]


def test_what_puts_right_tells_no_matter() -> None:
    kinds = {"question": 0.1, "matter": 0.85, "both": 0.0, "talk": 0.05}
    ranking = [("complain", 0.7)]
    for said in (
        "我说的是护照 不是港澳通行证",
        "我这个是三轮车不是小轿车",
        "不对，我是灵活就业的，停了两个月",
    ):
        assert decide(said, ranking, kinds, 0.0, Bars()).intent == "nlu_fallback"
    for said in ("不对，路灯坏了", "都不是，怎么到现在还没人管"):
        assert decide(said, ranking, kinds, 0.0, Bars()).intent == "complain"
    for said in (
        "不是一天两天了 天天堵",
        "不是三号楼，是五号楼",
        "我不是本地户口 能办吗",
        "没有房产证 是租的房子 能上学吗",
    ):
        assert instead(said) is None


def test_the_key_of_the_last_filing_is_the_filings() -> None:
    assert f'_FILED = "{FILED}"' in Path(subject.__file__).read_text("utf-8")


@pytest.mark.parametrize("said", ["几天能有信", "护栏几天能修好", "这周能修好不"])
async def test_after_a_filing_a_bare_question_is_about_the_ticket(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    talk = await _asked(rasa, visitor)
    ticket = await _filed(city, visitor)
    await city.conversations.remember(visitor, FILED, {"turn": "t", "number": ticket.number})
    answer = await talk.say("action_answer_policy", said, "ask_policy")
    assert ticket.number in answer.text and "身份证" not in answer.text


async def test_after_a_filing_a_question_that_names_the_subject_is_about_the_entry(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    talk = await _asked(rasa, visitor)
    ticket = await _filed(city, visitor)
    await city.conversations.remember(visitor, FILED, {"turn": "t", "number": ticket.number})
    bare = await talk.say("action_follow_up", "那要多少钱", "follow_up")
    assert "身份证" not in bare.text
    named = await talk.say("action_follow_up", "那身份证在外地能补不", "follow_up")
    assert "身份证" in named.text


@pytest.mark.parametrize("action", ["action_answer_policy", "action_follow_up", "action_fallback"])
@pytest.mark.parametrize("said", ["有依据吗", "哪个文件规定的", "你说的出处在哪"])
async def test_the_sources_are_given_before_any_sentence(
    rasa: Rasa, visitor: str, action: str, said: str
) -> None:
    talk = await _asked(rasa, visitor)
    answer = await talk.say(action, said, "follow_up")
    assert answer.text.startswith("依据：")


@pytest.mark.parametrize("said", ["是哪个部门管", "这事归谁负责"])
async def test_the_department_is_named_before_any_sentence(rasa: Rasa, visitor: str, said: str) -> None:
    talk = await _asked(rasa, visitor)
    assert "负责" in (await talk.say("action_follow_up", said, "follow_up")).text
