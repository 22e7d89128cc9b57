"""回访 in the conversation: solved or not, one to five, why; only by the conversation that filed the ticket."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.progress import callback
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tickets.models import Department
from tickets.states import State
from tickets.types import Actor, Ticket, TicketDraft

FORM = "validate_status_form"
ANSWER = "小区门口的路灯已于昨天修好，恢复照明了。"


@pytest.fixture
async def visitor(city: SmallCity) -> str:
    return await city.visitor()


@pytest.fixture
async def answered(city: SmallCity, visitor: str) -> Ticket:
    """A ticket of the visitor that was answered and waits for the callback."""
    async with city.database.write() as session:
        session.add(office := Department(name="测试市政局"))
        await session.flush()
    agent, clerk = Actor("agent", "坐席"), Actor("department", "经办", None, office.id)
    draft = TicketDraft("投诉", "小区门口的路灯坏了三天", conversation_id=visitor)
    number = (await city.tickets.file(draft, "k")).number
    act = city.tickets.moves.act
    await act(number, "accept", {}, agent)
    await act(number, "dispatch", {"department": office.id}, agent)
    return await again(city, number, office.id, agent, clerk)


async def again(city: SmallCity, number: str, office: str, agent: Actor, clerk: Actor) -> Ticket:
    act = city.tickets.moves.act
    if (await city.tickets.get(number)).state is State.PENDING_SIGN:
        await act(number, "sign", {}, clerk)
    await act(number, "reply", {"public": ANSWER}, clerk)
    return await act(number, "approve", {}, agent)


async def press(rasa: Rasa, visitor: str, payload: str, **more: Any) -> Any:
    value = payload.partition('"value":"')[2].removesuffix('"}')
    entities = {"slot": callback.SLOT, "value": value}
    return await rasa.run(FORM, payload, "ask_progress", conversation=visitor, entities=entities, **more)


def payload(ticket: Ticket, rest: str) -> str:
    return f'/ask_progress{{"slot":"callback","value":"{ticket.number}:{rest}"}}'


async def test_a_satisfied_citizen_closes_the_ticket_with_two_presses(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    [yes, _] = callback.ways(answered.number)
    asked = await press(rasa, visitor, yes[1])
    titles = list(asked.buttons)
    assert [title[0] for title in titles[:5]] == list("12345"), "so that a typed mark chooses it"
    assert asked.slots["requested_slot"] is None, "else Rasa's form would ask for a number"
    done = await press(rasa, visitor, payload(answered, "yes:5"), turn="t1")
    assert "谢谢您的评价" in done.text
    end = await city.tickets.get(answered.number)
    assert (end.state, end.heard.result, end.heard.satisfied) == (State.CLOSED, "solved", 5)


async def test_a_dissatisfied_citizen_says_why_and_it_is_redone_once_then_reviewed(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    assert answered.department_id is not None
    clerk = Actor("department", "经办", None, answered.department_id)
    for turn, told in (("t1", "退给测试市政局重新办理"), ("t2", "由负责人来审核")):
        asked = await press(rasa, visitor, payload(answered, "no:1"), turn=f"{turn}-a")
        assert asked.slots["requested_slot"] == "reason"
        said = await rasa.run(
            FORM, "晚上又灭了，根本没修好", "inform", conversation=visitor, slots=asked.slots, turn=turn
        )
        assert told in said.text and said.slots["requested_slot"] is None
        if turn == "t1":
            redone = await city.tickets.get(answered.number)
            assert redone.state is State.HANDLING and redone.supervised_at is not None
            await again(city, answered.number, answered.department_id, Actor("agent", "坐席"), clerk)
    end = await city.tickets.get(answered.number)
    assert end.state is State.PENDING_CALLBACK and end.disputed and end.rounds.redos == 1
    later = await press(rasa, visitor, payload(answered, "yes:5"), turn="t3")
    assert "正由负责人审核" in later.text, "what was decided upon is not closed over it"


async def test_a_button_counts_also_while_the_form_asks_something_else(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    slots = {"requested_slot": "ticket_number"}
    await press(rasa, visitor, payload(answered, "yes:4"), slots=slots, turn="t1")
    assert (await city.tickets.get(answered.number)).state is State.CLOSED


async def test_whoever_gives_no_reason_waits_for_a_supervisor(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    asked = await press(rasa, visitor, payload(answered, "no:2"))
    await rasa.run(FORM, "/skip", "skip", conversation=visitor, slots=asked.slots, turn="t1")
    end = await city.tickets.get(answered.number)
    assert end.disputed and end.rounds.redos == 0 and end.heard.result == "unsolved"


async def test_thanks_for_what_was_mended_are_taken_as_solved(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    said = await rasa.run("action_fallback", "路灯修好了谢谢", "nlu_fallback", conversation=visitor)
    assert "您打几分" in said.text
    assert (await city.tickets.get(answered.number)).state is State.PENDING_CALLBACK


async def test_nobody_else_answers_for_the_citizen(rasa: Rasa, city: SmallCity, answered: Ticket) -> None:
    stranger = await city.visitor("stranger")
    said = await press(rasa, stranger, payload(answered, "no:1"))
    assert "不是在这里登记的" in said.text
    assert (await city.tickets.get(answered.number)).state is State.PENDING_CALLBACK


@pytest.mark.parametrize("value", ["", ":", "HN1:maybe:9", ":::", "HN2026113000001:yes:99"])
async def test_nonsense_in_a_button_changes_nothing(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, value: str
) -> None:
    await press(rasa, visitor, f'/ask_progress{{"slot":"callback","value":"{value}"}}')
    assert (await city.tickets.get(answered.number)).state is State.PENDING_CALLBACK
