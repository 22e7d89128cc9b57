"""Questions for an office: read by their whole clause, answered from the nearest fact, gone when the fact has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from bot.actions.policy import offices
from bot.actions.runtime.endpoint import routes
from bot.understanding.decide import ASK, TELL, Bars, decide
from bot.understanding.office import read_office
from core.city.facts import Facts, FactsFolder
from core.city.facts.reading import national_numbers
from core.clock import SHANGHAI
from tests.bot.calls import SECRET, Answer, Rasa, client_of
from tests.bot.parts import small_city
from tests.bot.test_bot_feedback import Talk
from tests.cities import HUAINAN, QINGWU, QINGWU_FOLDER
from tests.conftest import Clock

WRITTEN: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("offices.yml").read_text("utf-8"))
COUNTY: list[dict[str, str]] = yaml.safe_load((QINGWU_FOLDER.parent / "county.yml").read_text("utf-8"))[
    "questions"
]
MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=SHANGHAI)
ACTION = "action_answer_policy"


class Here(Talk):
    """A talk that can begin anew in the same conversation."""

    def __init__(self, rasa: Rasa, visitor: str) -> None:
        super().__init__(rasa, visitor)
        self.rasa, self.visitor = rasa, visitor

    def anew(self) -> Here:
        """The same conversation, of which Rasa remembers nothing."""
        return Here(self.rasa, self.visitor)


def set_to(clock: Clock, moment: datetime) -> None:
    clock.forward(seconds=(moment - clock.now()).total_seconds())


@pytest.fixture
async def qingwu(tmp_path: Path, knowledge_index: Path, clock: Clock) -> AsyncIterator[Here]:
    """A talk in the made-up city, on a Monday morning."""
    set_to(clock, MONDAY)
    facts = FactsFolder(QINGWU_FOLDER / "facts", QINGWU)
    async with small_city(tmp_path, knowledge_index, city=QINGWU, facts=facts) as made:
        app = web.Application()
        app.add_routes(routes(SECRET))
        async with client_of(app) as client:
            yield Here(Rasa(client), await made.visitor())


async def ask(talk: Talk, text: str, action: str = ACTION, intent: str = "ask_policy", **more: Any) -> Answer:
    return await talk.say(action, text, intent, **more)


def test_sixty_wordings_are_read_and_sixty_near_misses_are_not() -> None:
    facts = Facts(HUAINAN, (), national_numbers())
    assert len(WRITTEN["asks"]) >= 60 and len(WRITTEN["asks_not"]) >= 60
    for row in WRITTEN["asks"]:
        asked = read_office(row["say"], facts)
        assert asked is not None, row
        got = (asked.what.name, asked.name, asked.district, asked.day)
        assert got == (row["what"], row["name"], row.get("district", ""), row.get("day", "")), row
    taken = [said for said in WRITTEN["asks_not"] if read_office(said, facts) is not None]
    assert taken == []


async def test_fifty_questions_of_a_filled_county_are_answered_right(qingwu: Here) -> None:
    wrong = []
    for row in COUNTY:
        answer = await qingwu.anew().say(ACTION, row["say"], "ask_policy")
        await offices.parts().conversations.remember_all(qingwu.visitor, {"office_place": None})
        if row["hold"] not in answer.text or "依据：" not in answer.text:
            wrong.append((row["say"], answer.text))
    assert len(COUNTY) == 50 and wrong == []


async def test_past_its_end_an_office_is_told_to_nobody(qingwu: Here, clock: Clock) -> None:
    assert "0728-6661108" in (await ask(qingwu, "澜水县自来水公司电话")).text
    set_to(clock, datetime(2027, 4, 1, 9, 0, tzinfo=SHANGHAI))
    gone = await ask(qingwu, "澜水县自来水公司电话")
    assert "我这里没有登记" in gone.text and "6661108" not in gone.text and gone.cards == []
    assert "市里的" in (city := await ask(qingwu, "澜水县供电局电话")).text and "5551107" in city.text
    set_to(clock, datetime(2027, 7, 1, 9, 0, tzinfo=SHANGHAI))
    assert "555" not in (await ask(qingwu, "供电局电话")).text


async def test_the_card_has_the_number_to_tap_the_hours_of_the_day_and_the_source(qingwu: Here) -> None:
    answer = await ask(qingwu, "澜水县医保局电话")
    (card,) = answer.cards
    assert card["kind"] == "office" and card["phones"] == [{"number": "0728-6661102", "note": ""}]
    assert card["today"] == "今天11月30日（周一）上班时间 08:00-11:30、14:30-17:30，现在在上班"
    assert card["sources"][0]["number"] == "澜政办〔2026〕5号" and card["verified"] == "2026-11-20"
    assert "依据：《澜水县便民服务手册》（澜政办〔2026〕5号）" in answer.text


async def test_what_follows_is_about_the_same_office_and_the_county_is_remembered(qingwu: Here) -> None:
    assert "6661102" in (await ask(qingwu, "澜水县医保局电话")).text
    assert "石矶路2号2楼" in (await ask(qingwu, "那地址呢", "action_follow_up", "follow_up")).text
    assert "5551102" in (await ask(qingwu, "梧东区的呢", "action_follow_up", "follow_up")).text
    assert "6661101" in (await ask(qingwu.anew(), "澜水县社保局电话")).text
    assert "文昌街9号" in (await ask(qingwu.anew(), "公积金在哪办")).text


async def test_the_form_knows_the_county(qingwu: Here) -> None:
    answer = await ask(qingwu, "社保局电话多少", slots={"district": "澜水县"})
    assert "6661101" in answer.text


async def test_only_a_county_has_it_so_the_citizen_is_asked_which(qingwu: Here) -> None:
    asked = await ask(qingwu, "自来水公司电话多少")
    assert "澜水县" in asked.buttons and "您问的是哪里的" in asked.text
    told = await ask(qingwu, "/ask_policy", entities={"slot": "office", "value": "PHONE|自来水公司|澜水县"})
    assert "0728-6661108" in told.text


@pytest.mark.parametrize("said", ["残联电话多少", "澜水县残联几点上班", "梧东区文旅局在哪"])
async def test_what_is_not_on_file_is_said_plainly_and_filed_or_handed_over(qingwu: Here, said: str) -> None:
    answer = await ask(qingwu, said)
    assert "我这里没有登记" in answer.text and "12345" not in answer.text
    assert {"登记这个问题", "转人工"} <= set(answer.buttons) and answer.slots["story"] == said


@pytest.mark.parametrize("said", ["澜水县社保局在哪，电话多少", "澜水县社保局电话多少？在哪？"])
async def test_two_things_asked_of_one_office_are_told_once(qingwu: Here, said: str) -> None:
    answer = await ask(qingwu, said)
    assert "0728-6661101" in answer.text and len(answer.cards) == 1
    assert "没有登记" not in answer.text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("12345热线几点到几点有人接", "全天"),
        ("你总知道12345的号码吧", "12345"),
        ("政务热线过年放假不", "也上班"),
    ],
)
async def test_the_hotline_itself_is_on_file(qingwu: Here, said: str, told: str) -> None:
    answer = await ask(qingwu, said)
    assert told in answer.text and "没有登记" not in answer.text


async def test_a_national_number_stands_in_for_a_local_office(qingwu: Here) -> None:
    answer = await ask(qingwu, "澜水县市场监管局几点上班")
    assert "澜水县市场监管局的上班时间我这里没有登记" in answer.text and "12315" in answer.text


async def test_a_policy_question_beside_it_is_answered_by_its_entry(qingwu: Here) -> None:
    answer = await ask(qingwu, "社保局电话多少？养老保险要交满多少年")
    assert "0728-5551101" in answer.text and "按月领养老金" in answer.text, answer.text


async def test_a_matter_told_beside_it_is_offered_to_be_filed(qingwu: Here) -> None:
    kinds = {"question": 0.3, "both": 0.6, "matter": 0.1}
    answer = await ask(
        qingwu,
        "我家门口路灯坏了三天没人修，城管局电话多少",
        "action_answer_policy",
        "ask_with_matter",
        kinds=kinds,
    )
    assert "城管局" in answer.text and "登记" in answer.text


async def test_behind_an_entry_the_office_of_its_department_is_told(qingwu: Here) -> None:
    assert "公积金" in (await ask(qingwu, "公积金怎么提取")).text
    told = await ask(qingwu, "电话多少", "action_follow_up", "follow_up")
    assert "0728-5551104" in told.text and "这件事由住房公积金管理中心负责" in told.text


async def test_within_the_form_it_is_answered_and_the_form_goes_on(qingwu: Here) -> None:
    slots = {"requested_slot": "district", "content": "路灯坏了三天", "complaint_type": "投诉"}
    told = await ask(qingwu, "城管局电话多少", "validate_complaint_form", "ask_policy", slots=slots)
    assert "城管局的电话我这里没有登记" in told.text, told.text
    told = await ask(qingwu, "社保局电话多少", "validate_complaint_form", "ask_policy", slots=slots)
    assert "0728-5551101" in told.text and "县区" in told.text, told.text


@pytest.mark.parametrize("said", WRITTEN["asks_not"][:12])
async def test_near_misses_are_left_to_others(qingwu: Here, said: str) -> None:
    answer = await ask(qingwu, said, "action_fallback", "nlu_fallback")
    assert not any(card["kind"] == "office" for card in answer.cards)


def test_the_decision_asks_unless_it_is_surely_a_matter() -> None:
    kinds = {"question": 0.3, "matter": 0.5, "both": 0.1, "talk": 0.1}
    assert decide("社保局电话", [(TELL, 0.8)], kinds, 0.1, Bars(), office=True).intent in (
        ASK,
        "ask_with_matter",
    )
    surely = {"question": 0.02, "matter": 0.95, "both": 0.02, "talk": 0.01}
    assert decide("社保局电话", [(TELL, 0.99)], surely, 0.1, Bars(), office=True).intent == TELL
    assert (
        decide("转人工", [("request_human", 0.9)], kinds, 0.1, Bars(), office=True).intent == "request_human"
    )


def test_while_rasa_is_down_an_office_on_file_is_told() -> None:
    folder = FactsFolder(QINGWU_FOLDER / "facts", QINGWU)
    folder.refresh()
    told = offices.reply("澜水县社保局电话", folder.now, QINGWU, MONDAY)
    assert told is not None and "0728-6661101" in told.text and told.card and told.card["kind"] == "office"
    assert offices.reply("公积金怎么取", folder.now, QINGWU, MONDAY) is None


async def test_what_follows_an_office_that_is_not_on_file_is_filed_with_its_place_and_subject(
    qingwu: Here,
) -> None:
    first = "澜水县残联在哪"
    answer = await ask(qingwu, first)
    assert "我这里没有登记" in answer.text
    for said, asked in (("周六上班不", "上班时间"), ("电话给一个", "电话"), ("有没有电话我问问", "电话")):
        kept = {"story": answer.slots["story"]}
        answer = await ask(qingwu, said, "action_follow_up", "follow_up", slots=kept)
        assert f"澜水县残联的{asked}我这里没有登记" in answer.text, answer.text
    assert answer.slots["story"] == f"{first}；周六上班不；电话给一个；有没有电话我问问"
