"""What can be done where there is no sure answer: candidates within the form, topics, ways on, through the endpoint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb_index.publishing.build import build
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import MODEL, SmallCity
from tests.bot.test_bot_choosing import entries
from tests.bot.test_bot_feedback import RABIES, Talk, kept

FORM = "validate_complaint_form"
AT_ADDRESS = {"requested_slot": "address", "content": "路灯坏了", "district": "寿县"}


@pytest.fixture
def asking_back(city: SmallCity) -> None:
    """The knowledge base nearly answers whatever it is asked, and finds several entries about as likely."""
    searcher = city.knowledge.searcher
    assert searcher is not None
    fitted = searcher.calibration
    weights = tuple(weight / 20 for weight in fitted.weights)
    nearly = replace(fitted, weights=weights, bias=fitted.bias / 20, answer_at=1.1, ask_at=0.0)
    city.knowledge._searcher = searcher.with_calibration(nearly)


@pytest.fixture
async def listed(rasa: Rasa, visitor: str, asking_back: None) -> tuple[Talk, Answer]:
    """A talk in whose form a question was asked that is nearly answered."""
    talk = Talk(rasa, visitor)
    return talk, await talk.say(FORM, f"等等我先问下，{RABIES}", "ask_policy", slots=AT_ADDRESS)


async def test_in_the_form_candidates_are_numbered_and_the_form_goes_on(listed: tuple[Talk, Answer]) -> None:
    _, answer = listed
    assert "1. " in answer.text
    assert "换个说法" not in answer.text
    assert answer.body["responses"][-1]["text"].startswith("我们接着刚才的登记")
    assert answer.slots["requested_slot"] == "address"


@pytest.mark.parametrize("said", ["1", "第一个", "看第一个"])
async def test_in_the_form_a_number_is_answered_and_no_address(
    listed: tuple[Talk, Answer], said: str
) -> None:
    talk, answer = listed
    told = await talk.say(FORM, said, "inform", slots=AT_ADDRESS)
    assert told.cards[0]["entry"] == entries(answer)[0]
    assert told.slots["requested_slot"] == "address"
    assert "address" not in told.slots


async def test_in_the_form_a_candidates_button_is_answered(listed: tuple[Talk, Answer]) -> None:
    talk, answer = listed
    first = entries(answer)[0]
    told = await talk.say(
        FORM, f'/ask_policy{{"entry":"{first}"}}', "ask_policy", entities={"entry": first}, slots=AT_ADDRESS
    )
    assert told.cards[0]["entry"] == first
    assert told.slots["requested_slot"] == "address"


async def test_in_the_form_none_of_them_is_kept_and_says_what_can_be_done(
    listed: tuple[Talk, Answer], city: SmallCity
) -> None:
    talk, _ = listed
    told = await talk.say(FORM, "都不是", "deny", slots=AT_ADDRESS)
    assert "登记下来" in told.text and "转人工" in told.text
    assert told.slots["requested_slot"] == "address"
    assert [row[2] for row in await kept(city)] == ["useless"]


@pytest.mark.parametrize("said", ["国庆路3号", "3号楼楼下", "寿县人民医院对面"])
async def test_in_the_form_an_address_after_candidates_stays_one(
    listed: tuple[Talk, Answer], said: str
) -> None:
    talk, _ = listed
    told = await talk.say(FORM, said, "inform", slots=AT_ADDRESS)
    assert said in told.slots["address"]


@pytest.mark.parametrize("intent", ["affirm", "deny"])
async def test_a_verdict_pressed_in_the_form_confirms_and_refuses_nothing(
    rasa: Rasa, visitor: str, city: SmallCity, intent: str
) -> None:
    about = {"turn": "t-0", "entry": "gjj-withdraw"}
    slots = {**AT_ADDRESS, "address": "国庆路", "requested_slot": "complaint_confirm"}
    told = await rasa.run(
        FORM, f'/{intent}{{"turn":"t-0","entry":"gjj-withdraw"}}', intent,
        conversation=visitor, entities=about, slots=slots,
    )  # fmt: skip
    assert told.slots["requested_slot"] == "complaint_confirm"
    assert told.slots.get("complaint_confirm") is None
    assert [row[3] for row in await kept(city)] == ["gjj-withdraw"]


async def test_a_bare_yes_to_several_asks_which_and_queues_nobody(
    rasa: Rasa, visitor: str, city: SmallCity, asking_back: None
) -> None:
    talk = Talk(rasa, visitor)
    first = await talk.say("action_answer_policy", RABIES, "ask_policy")
    assert len(entries(first)) > 1
    which = await talk.say("action_affirm", "是的", "affirm")
    assert "哪一个" in which.text
    assert entries(which) == entries(first)
    assert (await city.conversations.view(visitor)).mode == "bot"
    told = await talk.say("action_fallback", "第一个", "nlu_fallback")
    assert told.cards[0]["entry"] == entries(first)[0]
    assert '"turn":"turn-1"' in told.buttons["有用"], "judged for the question, not for the yes"


@pytest.mark.parametrize("action", ["action_answer_policy", "action_fallback", "action_out_of_scope"])
async def test_a_bare_topic_offers_what_there_is_about_it(
    rasa: Rasa, visitor: str, city: SmallCity, topical: None, action: str
) -> None:
    talk = Talk(rasa, visitor)
    offered = await talk.say(action, "居住证", "nlu_fallback")
    assert sorted(entries(offered)) == ["permit-apply", "permit-renew"]
    assert "关于“居住证”" in offered.text
    second = await talk.say("action_fallback", "2", "nlu_fallback")
    assert second.cards[0]["entry"] == entries(offered)[1]


async def test_what_merely_stands_in_titles_is_no_topic(city: SmallCity, topical: None) -> None:
    assert await city.knowledge.about("怎么办") == ()
    assert await city.knowledge.about("证") == ()
    assert len(await city.knowledge.about("居住證")) == 2


async def test_not_understood_says_what_can_be_done(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        "action_fallback", "那个那个", "nlu_fallback", conversation=visitor, confidence=0.2
    )
    assert "换个说法" not in answer.text
    assert {"反映问题", "查工单进度", "转人工"} <= set(answer.buttons)


async def test_a_question_not_understood_can_be_filed(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        "action_fallback", RABIES, "nlu_fallback", conversation=visitor, confidence=0.2,
        ranking=[("nlu_fallback", 0.3), ("ask_policy", 0.2)],
    )  # fmt: skip
    assert "没听明白" not in answer.text
    assert {"登记这个问题", "转人工"} <= set(answer.buttons)
    assert answer.slots["story"] == RABIES


async def test_no_after_an_answer_can_file_the_question(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", "公积金怎么提取", "ask_policy")
    answer = await talk.say("action_deny", "不用了", "deny")
    assert {"登记这个问题", "转人工"} == set(answer.buttons)
    assert answer.slots["story"] == "公积金怎么提取"
    assert "offer" not in answer.slots, "a yes to this starts nothing"


@pytest.fixture
async def topical(city: SmallCity, tmp_path: Path) -> None:
    """A base with two entries about one topic, whose titles share a phrase with a third."""
    folder = tmp_path / "topical"
    folder.mkdir()
    sample = (Path(__file__).parent / "knowledge/gjj/withdraw.md").read_text("utf-8")
    for entry_id, title, tag in (
        ("permit-apply", "居住证怎么办", "居住证"),
        ("permit-renew", "居住证到期了怎么办", "居住证签注"),
        ("lamp-broken", "路灯坏了怎么办", "路灯"),
    ):
        head = sample.replace("gjj-withdraw", entry_id).replace("tags: [测试]", f"tags: [{tag}]")
        head = head.replace("住房公积金什么情况下可以提取？", title)
        (folder / f"{entry_id}.md").write_text(head.replace("公积金", title), "utf-8")
    build(folder, city.knowledge.index_dir.with_name("topical-index"), MODEL)
    city.knowledge.index_dir = city.knowledge.index_dir.with_name("topical-index")
    await city.knowledge.refresh()
    searcher = city.knowledge.searcher
    assert searcher is not None
    assert len(searcher.shelf.store) == 3
    unsure = replace(searcher.calibration, bias=searcher.calibration.bias - 12, answer_at=1.1)
    city.knowledge._searcher = searcher.with_calibration(unsure)


@pytest.mark.parametrize("said", ["我在六安", "合肥滨湖", "安徽滁州", "我家在合肥蜀山区"])
async def test_who_is_in_another_city_gets_its_number(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await rasa.run("action_fallback", said, "nlu_fallback", conversation=visitor)
    assert "-12345" in answer.text and "没听明白" not in answer.text
