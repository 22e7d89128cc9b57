"""回访 in the conversation: solved or not, one to five, why; only by the conversation that filed the ticket."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.progress import callback
from core.errors import Conflict
from core.events import LocalEvents
from core.jobs import Jobs
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.cities import HUAINAN
from tests.conftest import Clock
from tickets import told
from tickets.listing import Wanted
from tickets.models import Department
from tickets.states import State
from tickets.sweep import Sweep
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


async def press(rasa: Rasa, visitor: str, payload: str, action: str = FORM, **more: Any) -> Any:
    value = payload.partition('"value":"')[2].removesuffix('"}')
    entities = {"slot": callback.SLOT, "value": value}
    return await rasa.run(action, payload, "ask_progress", conversation=visitor, entities=entities, **more)


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
    for turn, expected in (("t1", "退给测试市政局重新办理"), ("t2", "由负责人来审核")):
        asked = await press(rasa, visitor, payload(answered, "no:1"), turn=f"{turn}-a")
        assert asked.slots["requested_slot"] == "reason"
        said = await rasa.run(
            FORM, "晚上又灭了，根本没修好", "inform", conversation=visitor, slots=asked.slots, turn=turn
        )
        assert expected in said.text and said.slots["requested_slot"] is None
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


async def unsolved(city: SmallCity, number: str) -> bool:
    """What was said is written down, so that no clock files the ticket as one without an answer."""
    ticket = await city.tickets.get(number)
    return ticket.heard.result == "unsolved" and ticket.disputed


async def test_what_is_not_solved_is_written_down_before_anything_else_is_asked(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    [_, no] = callback.ways(answered.number)
    asked = await press(rasa, visitor, no[1], turn="t1")
    assert "您打几分" in asked.text and await unsolved(city, answered.number)
    why = await press(rasa, visitor, payload(answered, "no:1"), turn="t2")
    heard = (await city.tickets.get(answered.number)).heard
    assert (heard.satisfied, heard.why) == (1, "") and "还差在哪里" in why.text
    await rasa.run(FORM, "晚上又灭了", "inform", conversation=visitor, slots=why.slots, turn="t3")
    redone = await city.tickets.get(answered.number)
    assert redone.state is State.HANDLING and not redone.disputed, "the reason completes what was said"
    events = [event.action for event in await city.tickets.events(answered.number)]
    assert events.count("redo") == 1


@pytest.mark.parametrize(("said", "intent"), [("算了不说了", "cancel"), ("转人工", "request_human")])
async def test_whoever_leaves_the_question_why_has_still_said_it(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, said: str, intent: str
) -> None:
    why = await press(rasa, visitor, payload(answered, "no:1"), turn="t1")
    end = await rasa.run(FORM, said, intent, conversation=visitor, slots=why.slots, turn="t2")
    assert end.slots["requested_slot"] is None and await unsolved(city, answered.number)
    assert (await city.tickets.get(answered.number)).heard.satisfied == 1
    assert "不查了" not in end.text


async def test_a_reason_that_comes_after_the_archive_is_kept_with_the_ticket(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    why = await press(rasa, visitor, payload(answered, "no:1"), turn="t1")
    await city.tickets.moves.act(
        answered.number, "archive", {"reason": "已电话说明"}, Actor("supervisor", "班长")
    )
    said = await rasa.run(FORM, "晚上又灭了", "inform", conversation=visitor, slots=why.slots, turn="t2")
    assert "已经记到这张工单上" in said.text
    assert "晚上又灭了" in (await city.tickets.events(answered.number))[-1].note


@pytest.mark.parametrize("slot", ["content", "district", "contact_phone", "complaint_confirm"])
async def test_a_button_counts_while_another_matter_is_filed_and_the_filing_goes_on(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, slot: str
) -> None:
    """The answer comes unasked, so a form is often open."""
    form = "validate_complaint_form"
    slots = {"requested_slot": slot, "content": "井盖丢了", "complaint_type": "投诉"}
    asked = await press(rasa, visitor, payload(answered, "no"), slots=slots, action=form, turn="t1")
    assert "您打几分" in asked.text and asked.slots["requested_slot"] == slot
    assert await unsolved(city, answered.number)
    after = await press(rasa, visitor, payload(answered, "no:2"), slots=slots, action=form, turn="t2")
    assert after.slots["requested_slot"] == slot and "content" not in after.slots
    assert (await city.tickets.get(answered.number)).heard.satisfied == 2
    done = await press(rasa, visitor, payload(answered, "yes:5"), slots=slots, action=form, turn="t3")
    assert "谢谢您的评价" in done.text and done.slots["requested_slot"] == slot
    end = await city.tickets.get(answered.number)
    assert end.state is State.CLOSED and not end.disputed


async def test_an_agent_closes_no_ticket_that_a_citizen_disputes(
    city: SmallCity, rasa: Rasa, visitor: str, answered: Ticket
) -> None:
    await press(rasa, visitor, payload(answered, "no:1"), turn="t1")
    solved = {"solved": True, "satisfied": 5}
    with pytest.raises(Conflict, match="要由班长决定"):
        await city.tickets.moves.act(answered.number, "callback", solved, Actor("agent", "坐席"))
    end = await city.tickets.moves.act(answered.number, "callback", solved, Actor("supervisor", "班长"))
    assert end.state is State.CLOSED and not end.disputed


async def test_thanks_for_what_was_mended_are_taken_as_solved(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    said = await rasa.run("action_fallback", "路灯修好了谢谢", "nlu_fallback", conversation=visitor)
    assert "您打几分" in said.text
    kept = await city.tickets.get(answered.number)
    assert (kept.state, kept.heard.result) == (State.PENDING_CALLBACK, "solved")


async def test_solved_without_a_mark_is_kept_as_solved_and_filed_away_as_that(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, clock: Clock
) -> None:
    [yes, _] = callback.ways(answered.number)
    await press(rasa, visitor, yes[1], turn="t1")
    again = await press(rasa, visitor, yes[1], turn="t2")
    assert "您打几分" in again.text
    kept = await city.tickets.get(answered.number)
    assert (kept.state, kept.heard.result, kept.heard.satisfied) == (State.PENDING_CALLBACK, "solved", None)
    clock.forward(days=10)
    await Sweep(city.database, LocalEvents(), HUAINAN, Jobs(city.database)).run()
    end = await city.tickets.get(answered.number)
    assert (end.state, end.heard.result, end.heard.satisfied) == (State.CLOSED, "solved", None)
    last = (await city.tickets.events(answered.number))[-1]
    assert last.action == "archive" and last.note == "群众说已解决，5 个工作日内没有打分"
    assert "您说已经解决" in told.text(end, "archive", last.note)


async def test_who_says_it_is_not_solved_and_no_more_waits_for_a_supervisor_until_a_day(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, clock: Clock
) -> None:
    [_, no] = callback.ways(answered.number)
    await press(rasa, visitor, no[1], turn="t1")
    waiting = await city.tickets.get(answered.number)
    [left] = waiting.due.left(waiting.state)
    assert left.label == "裁决" and waiting.due.to_json(waiting.state)["next"]["step_code"] == "decide"
    assert "裁决" not in city.tickets.progress_text(waiting), "it is nobody's date but the hotline's"
    clock.forward(days=10)
    await Sweep(city.database, LocalEvents(), HUAINAN, Jobs(city.database)).run()
    page = await city.tickets.find(Wanted(state="open", due="overdue", by_due=True))
    assert [line.number for line in page.tickets] == [answered.number]
    events = [(one.action, one.note) for one in await city.tickets.events(answered.number)]
    assert events[-1] == ("overdue", "裁决超过期限")
    theirs = Wanted(department_id=answered.department_id, own=True, due="overdue")
    assert (await city.tickets.find(theirs)).tickets == (), "it is none of the department's work"
    boss = Actor("supervisor", "班长")
    redone = await city.tickets.moves.act(answered.number, "redo", {"reason": "电话里说又灭了"}, boss)
    assert not redone.disputed and redone.due.decide_at is None


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


@pytest.mark.parametrize(
    ("action", "intent"),
    [
        ("action_deny", "deny"),
        ("action_no_form", "nlu_fallback"),
        ("validate_complaint_form", "start_complaint"),
    ],
)
async def test_not_solved_in_plain_words_counts_however_late_it_is_said(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, action: str, intent: str
) -> None:
    asked = await rasa.run(action, "问题还是没解决", intent, conversation=visitor, turn="t1")
    assert "您打几分" in asked.text and await unsolved(city, answered.number)


async def test_not_solved_with_what_is_wrong_begins_the_redoing_and_files_nothing_new(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    said = await rasa.run(
        "validate_complaint_form",
        "还是没修好，晚上又不亮",
        "start_complaint",
        conversation=visitor,
        turn="t1",
    )
    assert "退给测试市政局重新办理" in said.text
    redone = await city.tickets.get(answered.number)
    assert redone.state is State.HANDLING and redone.heard.why == "晚上又不亮"


async def test_without_an_open_callback_not_solved_is_read_as_before(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    await press(rasa, visitor, payload(answered, "yes:5"), turn="t1")
    await rasa.run("action_deny", "没解决", "deny", conversation=visitor, turn="t2")
    assert (await city.tickets.get(answered.number)).state is State.CLOSED


async def tell(city: SmallCity, visitor: str, ticket: Ticket) -> None:
    """The answer is told in the conversation, as its notice does it."""
    news = told.news(f"n-{ticket.version}", ticket, "approve", "", callback.ways(ticket.number))
    await city.conversations.notify(visitor, news)


DENIALS = (
    "问题还在",
    "根本没用",
    "人一走又摆出来了",
    "没给我退钱，这事没完",
    "灯还是一闪一闪的",
    "哪解决了，骗人的",
    "修好了没两天又灭了",
    "小区门口晚上照样黑漆漆",
)


@pytest.mark.parametrize("said", DENIALS)
@pytest.mark.parametrize(
    ("action", "intent"),
    [("action_fallback", "nlu_fallback"), ("validate_complaint_form", "start_complaint")],
)
async def test_right_after_the_question_own_words_that_deny_it_are_its_answer(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, said: str, action: str, intent: str
) -> None:
    await tell(city, visitor, answered)
    heard = await rasa.run(action, said, intent, conversation=visitor, turn="t1")
    assert "退给测试市政局重新办理" in heard.text
    redone = await city.tickets.get(answered.number)
    assert (redone.state, redone.heard.why) == (State.HANDLING, said)


@pytest.mark.parametrize("said", ["没有", "还没呢", "还是老样子", "压根就没解决", "没处理啊"])
async def test_a_bare_no_to_the_question_is_not_solved(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, said: str
) -> None:
    await tell(city, visitor, answered)
    asked = await rasa.run("action_deny", said, "deny", conversation=visitor, turn="t1")
    assert "您打几分" in asked.text and await unsolved(city, answered.number)


@pytest.mark.parametrize(
    "said",
    [
        "还没回家看",
        "没问题",
        "我家停水了没人管",
        "龙湖路又有人占道摆摊",
        "八公山的路灯也没人修",
        "还是转人工吧",
        "还有一件事，没人管",
        "修好没有？",
    ],
)
async def test_other_words_after_the_question_are_no_answer_to_it(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket, said: str
) -> None:
    await tell(city, visitor, answered)
    await rasa.run("action_fallback", said, "nlu_fallback", conversation=visitor, turn="t1")
    kept = await city.tickets.get(answered.number)
    assert (kept.state, kept.heard.result) == (State.PENDING_CALLBACK, "")


async def test_long_after_the_question_such_words_are_read_as_before(
    rasa: Rasa, city: SmallCity, visitor: str, answered: Ticket
) -> None:
    await rasa.run("action_fallback", "人一走又摆出来了", "nlu_fallback", conversation=visitor, turn="t1")
    await rasa.run("action_deny", "没有", "deny", conversation=visitor, turn="t2")
    kept = await city.tickets.get(answered.number)
    assert (kept.state, kept.heard.result) == (State.PENDING_CALLBACK, ""), "nothing was asked lately"
