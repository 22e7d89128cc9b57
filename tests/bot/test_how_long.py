"""几天能处理: the deadline where a document says it, in the form and after filing; else nothing is promised."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.actions.progress.how_long import UNTOLD
from bot.actions.runtime.endpoint import routes
from bot.understanding.how_long import asks_how_long
from core.clock import local
from tests.bot.calls import SECRET, Answer, Rasa, client_of
from tests.bot.parts import SmallCity, small_city
from tests.cities import QINGWU
from tickets.types import TicketDraft

FORM, STATUS = "validate_complaint_form", "validate_status_form"
RULES = "《青梧市政务服务便民热线办理规则》（青政办〔2026〕7号）"
FILLED: dict[str, Any] = {"complaint_type": "投诉", "content": "楼下烧烤摊油烟太大", "district": "梧东区"}


@pytest.fixture
async def qingwu(tmp_path: Path, knowledge_index: Path) -> AsyncIterator[SmallCity]:
    """The made-up city, whose deadlines stand on a document."""
    async with small_city(tmp_path, knowledge_index, city=QINGWU) as made:
        yield made


@pytest.fixture
async def there(qingwu: SmallCity) -> AsyncIterator[Rasa]:
    app = web.Application()
    app.add_routes(routes(SECRET))
    async with client_of(app) as client:
        yield Rasa(client)


@pytest.mark.parametrize(
    ("text", "of_ticket", "of_anything"),
    [
        ("几天能处理？", True, True),
        ("大概多长时间有结果", True, True),
        ("登记了多久会回复我", True, True),
        ("你们什么时候给我打电话", True, True),
        ("处理大概要几天", True, True),
        ("多久能办好", False, True),
        ("要等几天啊", False, True),
        ("要多少天", False, True),
        ("大概得多久啊", False, True),
        ("几天能给我回", False, True),
        ("好的谢谢,大概几天能给我回话", True, True),
        ("过户要多少天", False, False),
        ("几天能回家", False, False),
        ("拘留要多少天", False, False),
        ("要了多少天的假", False, False),
        ("身份证多久能办好", False, False),
        ("信访多久给答复", False, False),
        ("好几天了", False, False),
        ("弄好几天了", False, False),
        ("处理多久了", False, False),
        ("路灯坏了三天了，什么时候能处理", False, False),
        ("三天了还没处理", False, False),
    ],
)
def test_which_words_ask_how_long(text: str, of_ticket: bool, of_anything: bool) -> None:
    assert asks_how_long(text) is of_ticket
    assert asks_how_long(text, anything=True) is of_anything


@pytest.mark.parametrize(
    ("slot", "filled", "said"),
    [
        ("address", {}, f"按{RULES}，这类诉求登记后 5 个工作日内答复、10 个工作日内办结。"),
        ("happened_at", {"complaint_type": "咨询"}, f"按{RULES}，这类诉求登记后 3 个工作日内答复。"),
        ("complaint_type", {"complaint_type": None}, f"按{RULES}，一般诉求登记后 5 个工作日内答复"),
        ("complaint_confirm", {"category": "供水供电供气供热/供水"}, "登记后 24 小时内办结。"),
        ("contact_phone", {"complaint_type": "建议"}, UNTOLD),  # its rule is an example
    ],
)
async def test_in_the_form_it_is_answered_and_the_form_goes_on(
    there: Rasa, qingwu: SmallCity, slot: str, filled: dict[str, Any], said: str
) -> None:
    visitor = await qingwu.visitor()
    slots = {**FILLED, **filled, "requested_slot": slot}
    answer = await there.run(FORM, "多久能办好？", "follow_up", conversation=visitor, slots=slots)
    assert said in answer.text and "接着刚才" in answer.text
    assert answer.slots["requested_slot"] == slot
    assert answer.slots.get(slot) is None, "the question is no answer"


async def test_filing_tells_until_when(there: Rasa, qingwu: SmallCity) -> None:
    visitor = await qingwu.visitor()
    slots = {**FILLED, "address": "某路", "filing_key": "k", "complaint_confirm": True}
    filed = await there.run("action_file_ticket", "/affirm", "affirm", conversation=visitor, slots=slots)
    ticket = await qingwu.tickets.get(filed.cards[0]["number"])
    assert ticket.due.rule == "其他"
    _told_or_kept(filed, ticket.due.provisional)


@pytest.mark.parametrize(
    ("action", "text", "intent"),
    [
        (STATUS, "什么时候能给我答复", "ask_progress"),
        (STATUS, "几天能处理", "urge"),
        ("action_follow_up", "什么时候能办好", "follow_up"),
        ("action_ask_or_tell", "大概多长时间有结果", "ask_or_tell"),
        ("action_answer_policy", "多久能解决", "ask_policy"),
        ("action_fallback", "几天能处理", "nlu_fallback"),
        (FORM, "多久能处理", "complain"),
        ("action_answer_policy", "要多少天", "ask_policy"),
        ("action_fallback", "几天能给我回", "nlu_fallback"),
    ],
)
async def test_after_filing_it_is_answered_by_the_ticket_whatever_the_intent(
    there: Rasa, qingwu: SmallCity, action: str, text: str, intent: str
) -> None:
    visitor = await qingwu.visitor()
    draft = TicketDraft("投诉", "路灯坏了三天了", channel="web", conversation_id=visitor)
    ticket = await qingwu.tickets.file(draft, "k")
    answer = await there.run(action, text, intent, conversation=visitor)
    assert ticket.number in answer.text
    _told_or_kept(answer, ticket.due.provisional)
    assert not answer.slots.get("requested_slot")
    assert [event.action for event in await qingwu.tickets.events(ticket.number)] == ["filed"], (
        "asking urges nobody"
    )


def _told_or_kept(answer: Answer, provisional: bool) -> None:
    """Near a year whose holidays are not announced, a date is not told."""
    assert RULES in answer.text or provisional
    assert ("前办结。" in answer.text) is not provisional


async def test_who_has_filed_nothing_hears_the_general_rule(there: Rasa, qingwu: SmallCity) -> None:
    visitor = await qingwu.visitor()
    answer = await there.run(STATUS, "投诉了多久会回复", "ask_progress", conversation=visitor)
    assert f"按{RULES}，一般诉求登记后 5 个工作日内答复" in answer.text
    assert not answer.slots.get("requested_slot")


async def test_an_example_is_never_told(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    """The shipped city has no document for its rules yet."""
    slots = {**FILLED, "requested_slot": "address"}
    asked = await rasa.run(FORM, "几天能处理", "follow_up", conversation=visitor, slots=slots)
    assert UNTOLD in asked.text
    draft = TicketDraft("投诉", "路灯坏了三天了", channel="web", conversation_id=visitor)
    ticket = await city.tickets.file(draft, "k")
    assert ticket.due.close_at is not None
    after = await rasa.run(STATUS, "几天能处理", "ask_progress", conversation=visitor)
    progress = await rasa.run(STATUS, "查进度", "ask_progress", conversation=visitor)
    assert UNTOLD in after.text
    until = local(ticket.due.close_at)
    for said in (asked, after, progress):
        assert "工作日" not in said.text and "应当" not in said.text
        assert f"{until.month} 月 {until.day} 日" not in said.text


async def test_a_follow_up_about_a_procedure_is_left_alone(there: Rasa, qingwu: SmallCity) -> None:
    visitor = await qingwu.visitor()
    draft = TicketDraft("投诉", "路灯坏了三天了", channel="web", conversation_id=visitor)
    await qingwu.tickets.file(draft, "k")
    await qingwu.conversations.remember(visitor, "entry", "gjj-withdraw")
    answer = await there.run("action_follow_up", "多久能办好", "follow_up", conversation=visitor)
    assert RULES not in answer.text


async def test_a_ticket_filed_while_somebody_is_in_danger_is_urgent(there: Rasa, qingwu: SmallCity) -> None:
    visitor = await qingwu.visitor()
    await qingwu.conversations.request_human(visitor, "emergency", urgent=True)
    slots = {**FILLED, "filing_key": "k", "complaint_confirm": True}
    filed = await there.run("action_file_ticket", "/affirm", "affirm", conversation=visitor, slots=slots)
    ticket = await qingwu.tickets.get(filed.cards[0]["number"])
    assert (ticket.urgency, ticket.due.rule) == ("urgent", "紧急")
    assert ticket.due.close_at == ticket.created_at + timedelta(hours=24)
