"""有用, 没用, 都不是 and what nothing answered, through the endpoint: kept once, without personal data."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.actions.policy import answer as policy
from bot.understanding.decide import Bars
from gaps import Asked
from gaps.models import AskedQuestion
from gaps.service import Window
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity

FUND = "公积金怎么提取"
RABIES = "狂犬疫苗要打几针"


def _decided(more: dict[str, Any]) -> dict[str, Any]:
    """What Rasa keeps of the decision about a message, when it had evidence."""
    kinds = more.get("kinds")
    return {"decision": {"reasons": kinds}} if kinds else {}


class Talk:
    """A citizen's dialogue: each message with the events Rasa would send for all before it."""

    def __init__(self, rasa: Rasa, conversation: str) -> None:
        self._rasa = rasa
        self._conversation = conversation
        self._before: list[dict[str, Any]] = []
        self._turns = 0
        self.heard: Answer | None = None

    async def say(self, action: str, text: str, intent: str, **more: Any) -> Answer:
        self._turns += 1
        turn = f"turn-{self._turns}"
        heard = await self._rasa.run(
            action, text, intent, conversation=self._conversation, turn=turn, before=self._before, **more
        )
        self._before += [
            {"event": "user", "text": text, "metadata": {"turn": turn}, "parse_data": _decided(more)},
            {"event": "action", "name": action},
            *(
                {"event": "bot", "text": r["text"], "data": {"buttons": r.get("buttons")}}
                for r in heard.body["responses"]
            ),
            *heard.body["events"],
            {"event": "action", "name": "action_listen"},
        ]
        self.heard = heard
        return heard

    async def press(self, title: str) -> Answer:
        assert self.heard is not None
        payload = self.heard.buttons[title]
        intent, brace, rest = payload.removeprefix("/").partition("{")
        action = {
            "affirm": "action_affirm", "deny": "action_deny", "ask_policy": "action_answer_policy",
            "follow_up": "action_follow_up",
        }[intent]  # fmt: skip
        entities = json.loads(brace + rest) if brace else {}
        return await self.say(action, payload, intent, entities=entities)


@pytest.fixture
def talk(rasa: Rasa, visitor: str) -> Talk:
    return Talk(rasa, visitor)


async def kept(city: SmallCity) -> list[tuple[str, str, str | None, str | None]]:
    async with city.database.read() as session:
        rows = await session.scalars(select(AskedQuestion).order_by(AskedQuestion.id))
        return [(row.question, row.outcome, row.verdict, row.entry_id) for row in rows]


async def test_an_answer_asks_for_a_verdict_and_useful_is_counted(talk: Talk, city: SmallCity) -> None:
    answer = await talk.say("action_answer_policy", FUND, "ask_policy")
    assert list(answer.buttons)[-3:] == ["有用", "没用", "转人工"]
    assert await kept(city) == [], "an answer nobody judged is not kept"
    thanks = await talk.press("有用")
    assert "谢谢" in thanks.text
    assert await kept(city) == [(FUND, "answer", "useful", "gjj-withdraw")]
    assert (await city.gaps.groups(Window())).groups == ()


async def test_useless_is_kept_and_offers_a_human_and_a_message(
    talk: Talk, city: SmallCity, rasa: Rasa, visitor: str
) -> None:
    await talk.say("action_answer_policy", f"{FUND}，我电话13800001234", "ask_policy")
    sorry = await talk.press("没用")
    assert "记下" in sorry.text
    assert set(sorry.buttons) == {"转人工", "登记这个问题"}
    assert sorry.slots["offer"] == "complaint"
    assert sorry.slots["story"] == f"{FUND}，我电话13800001234", "the citizen's own message keeps the number"
    assert await kept(city) == [(f"{FUND}，我电话***", "answer", "useless", "gjj-withdraw")]
    opened = await talk.say("validate_complaint_form", "/start_complaint", "start_complaint")
    assert opened.slots["complaint_type"] == "咨询"
    assert FUND in opened.slots["content"]


async def test_the_verdict_finds_its_question_after_follow_ups(talk: Talk, city: SmallCity) -> None:
    await talk.say("action_answer_policy", FUND, "ask_policy")
    section = await talk.press("办理材料")
    assert {"有用", "没用"} <= set(section.buttons)
    await talk.press("没用")
    assert await kept(city) == [(FUND, "answer", "useless", "gjj-withdraw")]


@pytest.mark.parametrize(
    ("words", "counts"),
    [("不对", True), ("答非所问", True), ("不是我要的答案", True), ("不用了", False), ("没有", False)],
)
async def test_only_a_no_that_means_the_answer_counts(
    talk: Talk, city: SmallCity, words: str, counts: bool
) -> None:
    await talk.say("action_answer_policy", FUND, "ask_policy")
    answer = await talk.say("action_deny", words, "deny")
    assert "登记" in answer.text
    assert await kept(city) == ([(FUND, "answer", "useless", "gjj-withdraw")] if counts else [])


async def test_a_later_no_judges_nothing(talk: Talk, city: SmallCity) -> None:
    await talk.say("action_answer_policy", FUND, "ask_policy")
    await talk.say("action_calm", "急死了", "abuse")
    await talk.say("action_deny", "不对", "deny")
    assert await kept(city) == []


@pytest.fixture
def unsure(city: SmallCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """The knowledge base never answers at once: it asks back with what it found."""
    searcher = city.knowledge.searcher
    assert searcher is not None
    fitted = searcher.calibration
    never = replace(fitted, bias=fitted.bias - 12, answer_at=1.1, ask_at=0.0)
    city.knowledge._searcher = searcher.with_calibration(never)
    monkeypatch.setattr(policy, "shipped", lambda: Bars(sure=1.1, likely=1.1))


@pytest.mark.usefixtures("unsure")
async def test_none_of_the_candidates_is_a_gap_and_a_chosen_one_is_judged_for_the_question(
    talk: Talk, city: SmallCity
) -> None:
    candidates = await talk.say("action_answer_policy", RABIES, "ask_policy")
    assert "都不是" in candidates.buttons, candidates.text
    await talk.press("都不是")
    assert await kept(city) == [(RABIES, "ask_back", "useless", None)]
    again = await talk.say("action_answer_policy", FUND, "ask_policy")
    chosen = next(title for title, payload in again.buttons.items() if "gjj-withdraw" in payload)
    assert (await talk.press(chosen)).cards[0]["entry"] == "gjj-withdraw"
    await talk.press("没用")
    assert (await kept(city))[1] == (FUND, "answer", "useless", "gjj-withdraw")


@pytest.mark.usefixtures("unsure")
async def test_a_typed_yes_to_the_only_candidate_keeps_its_question(talk: Talk, city: SmallCity) -> None:
    asked = "身份证丢了怎么补办"
    candidate = await talk.say("action_answer_policy", asked, "ask_policy")
    assert list(candidate.buttons) == ["是的", "都不是", "登记这件事", "转人工"]
    await talk.say("action_affirm", "对", "affirm")
    await talk.press("有用")
    assert await kept(city) == [(asked, "answer", "useful", "police-id-lost")]


@pytest.mark.usefixtures("unsure")
async def test_a_new_question_after_candidates_is_judged_for_itself(talk: Talk, city: SmallCity) -> None:
    await talk.say("action_answer_policy", RABIES, "ask_policy")
    await talk.say("action_answer_policy", FUND, "ask_policy")
    await talk.press("是的")
    await talk.press("有用")
    assert [row[0] for row in await kept(city)] == [FUND]


async def test_what_is_not_known_is_kept_once_a_turn(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    for _ in range(2):
        await rasa.run("action_answer_policy", f"我想问一下，{RABIES}", "ask_policy", conversation=visitor)
    assert await kept(city) == [(RABIES, "unknown", None, None)]
    [group] = (await city.gaps.groups(Window())).groups
    assert (group.question, group.count) == (RABIES, 1)


async def test_what_an_entry_does_not_say_is_a_gap_of_that_entry(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    await city.conversations.remember(visitor, "entry", "civil-marriage")
    await rasa.run("action_follow_up", "收费吗", "follow_up", conversation=visitor)
    [(question, outcome, _, _)] = await kept(city)
    entry = city.knowledge.entry("civil-marriage")
    assert entry is not None
    assert (question, outcome) == (f"{entry.title}——收费吗", "unknown")


async def test_in_a_form_a_question_nothing_answers_is_kept_and_the_form_goes_on(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    answer = await rasa.run(
        "validate_complaint_form", f"等等我先问个事，{RABIES}", "ask_policy",
        conversation=visitor, slots={"requested_slot": "address", "content": "路灯坏了"},
    )  # fmt: skip
    assert "我们接着刚才的登记" in answer.text
    assert [row[0] for row in await kept(city)] == [RABIES]


async def test_not_understood_is_kept_only_when_it_looks_like_a_question(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    for turn, likely in (("t1", "complain"), ("t2", "ask_policy")):
        await rasa.run(
            "action_fallback", RABIES, "nlu_fallback", conversation=visitor, confidence=0.2, turn=turn,
            ranking=[("nlu_fallback", 0.3), (likely, 0.2), ("inform", 0.1)],
        )  # fmt: skip
    assert len(await kept(city)) == 1


async def test_a_store_that_fails_keeps_nobody_from_an_answer(
    rasa: Rasa, visitor: str, city: SmallCity, caplog: pytest.LogCaptureFixture
) -> None:
    async with city.database.engine.begin() as connection:
        await connection.run_sync(AskedQuestion.__table__.drop)  # type: ignore[attr-defined]
    answer = await rasa.run("action_answer_policy", RABIES, "ask_policy", conversation=visitor)
    assert "没有把握" in answer.text
    assert "could not be kept" in caplog.text


async def test_a_verdict_whose_question_is_gone_still_counts_for_the_entry(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    await rasa.run(
        "action_affirm", '/affirm{"turn":"long-ago","entry":"gjj-withdraw"}', "affirm",
        conversation=visitor, entities={"turn": "long-ago", "entry": "gjj-withdraw"},
    )  # fmt: skip
    assert await kept(city) == [("", "answer", "useful", "gjj-withdraw")]
    await city.gaps.keep(Asked("long-ago", "", "answer", "web", "gjj-withdraw", "useless"))
    [rating] = await city.gaps.ratings(30)
    assert (rating.useful, rating.useless) == (0, 1)
