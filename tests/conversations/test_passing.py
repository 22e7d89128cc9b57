"""An agent passes a conversation on, or ends it."""

from __future__ import annotations

import pytest

from conversations.event_kinds import Closed, FirstReply, HandedBack, Kind, Opened, Transferred
from conversations.listing import Wanted
from conversations.types import Agent, HandoffReason, Mode, Stage
from conversations.waiting import BACK_BUTTON
from core.errors import BadRequest, Conflict, NotFound
from tests.conftest import Clock
from tests.conversations.conftest import Process

ANNE, BILL = Agent("agent-a", "坐席 1 号"), Agent("agent-b", "坐席 2 号")


async def held(process: Process, user: str = "v1", agent: Agent = ANNE) -> str:
    """A conversation that an agent has."""
    await process.say("我要找人", user=user)
    conversation = await process.id_of(user)
    await process.conversations.request_human(conversation, HandoffReason.CITIZEN_ASKED)
    await process.conversations.take(conversation, agent)
    return conversation


async def test_a_colleague_goes_on_and_the_citizen_is_told_nothing(process: Process, clock: Clock) -> None:
    conversation = await held(process)
    await process.conversations.say(conversation, ANNE, "您好", "c1")
    before = len(await process.conversations.history(conversation))
    clock.forward(seconds=60)
    view = await process.conversations.transfer(conversation, ANNE, BILL, " 请核实\n楼栋 ")
    assert (view.mode, view.agent_id) == (Mode.HUMAN, BILL.id)
    assert view.facts["transfer"] == {"from": ANNE.id, "note": "请核实 楼栋"}
    assert len(await process.conversations.history(conversation)) == before
    assert (await process.conversations.list(Wanted())).views[0].unread == 1, (
        "the colleague has read nothing yet"
    )
    with pytest.raises(Conflict) as refused:
        await process.conversations.say(conversation, ANNE, "还有一句", "c2")
    assert refused.value.code == "not_yours"
    clock.forward(seconds=30)
    await process.conversations.say(conversation, BILL, "我来接着办", "c3")
    clock.forward(seconds=30)
    await process.conversations.hand_back(conversation, BILL)
    events = (await process.conversations.happened(conversation, messages=False))[-3:]
    assert [(one.kind, one.agent_id) for one in events] == [
        (Kind.TRANSFERRED, ANNE.id),
        (Kind.FIRST_REPLY, BILL.id),
        (Kind.HANDED_BACK, BILL.id),
    ]
    passed, first, back = (one.facts for one in events)
    assert isinstance(passed, Transferred) and isinstance(first, FirstReply) and isinstance(back, HandedBack)
    assert (passed.note, passed.to) == ("请核实 楼栋", BILL.id)
    assert passed.held_s == pytest.approx(60, abs=5)
    assert first.after_s == pytest.approx(30, abs=5)
    assert back.held_s == pytest.approx(60, abs=5), "since the colleague got it"
    assert "transfer" not in await process.conversations.recall(conversation)


async def test_back_into_the_queue_is_told_with_the_place_and_a_way_out(process: Process) -> None:
    process.online[0] = 2
    first = await held(process, "v1")
    await process.say("我也要找人", user="v2")
    await process.conversations.request_human(await process.id_of("v2"), HandoffReason.CITIZEN_ASKED)
    view = await process.conversations.transfer(first, ANNE, None, "要懂社保的同事")
    assert (view.mode, view.agent_id, view.reason) == (Mode.WAITING, None, "citizen_asked")
    told = (await process.conversations.history(first))[-1]
    assert told.text == "坐席请同事接着为您办理。已为您转接人工，您排在最前面，请稍候。", (
        "who waited once goes on waiting"
    )
    assert told.buttons == (BACK_BUTTON,)
    assert (await process.conversations.list(Wanted("waiting"))).views[0].id == first
    taken = await process.conversations.take(first, BILL)
    assert taken.facts["transfer"]["note"] == "要懂社保的同事", "whoever takes it reads the note"


async def test_the_citizen_may_leave_the_queue_again(process: Process) -> None:
    conversation = await held(process)
    await process.conversations.transfer(conversation, ANNE, None, "请同事接")
    assert [one.text for one in await process.say(BACK_BUTTON.title)] == ["好的，不排队了。您请说，我在听。"]
    assert (await process.conversations.view(conversation)).mode is Mode.BOT


async def test_what_can_not_be_passed_stays_where_it_is(process: Process) -> None:
    conversation = await held(process)
    for agent, to, note, code in (
        (BILL, ANNE, "给你", "not_yours"),
        (ANNE, ANNE, "给我", "same_agent"),
        (ANNE, BILL, " 。 ", "note_needed"),
        (ANNE, BILL, "长" * 201, "note_needed"),
    ):
        with pytest.raises((Conflict, BadRequest)) as refused:
            await process.conversations.transfer(conversation, agent, to, note)
        assert refused.value.code == code
    view = await process.conversations.view(conversation)
    assert (view.mode, view.agent_id) == (Mode.HUMAN, ANNE.id)
    events = await process.conversations.happened(conversation)
    assert Kind.TRANSFERRED not in [one.kind for one in events]
    with pytest.raises(NotFound):
        await process.conversations.transfer("nobody", ANNE, BILL, "给你")
    with pytest.raises(NotFound):
        await process.conversations.close("nobody", ANNE)


async def test_the_agent_ends_it_and_the_citizen_begins_anew(process: Process, clock: Clock) -> None:
    conversation = await held(process)
    with pytest.raises(Conflict) as refused:
        await process.conversations.close(conversation, BILL)
    assert refused.value.code == "not_yours"
    clock.forward(seconds=40)
    view = await process.conversations.close(conversation, ANNE)
    assert (view.mode, view.stage, view.agent_id, view.reason) == (Mode.BOT, Stage.CLOSED, None, None)
    last = (await process.conversations.history(conversation))[-1]
    assert (last.sender, last.text) == (
        "system",
        "本次服务已结束，谢谢您。以后有事，在这里直接说就行。\n这次服务您还满意吗？",
    )
    assert [one.text for one in await process.say("再问一下")] == ["您说的是：再问一下"]
    assert (await process.conversations.view(conversation)).stage is Stage.ACTIVE
    events = await process.conversations.happened(conversation, messages=False)
    closed, again = (one for one in events if isinstance(one.facts, Closed | Opened) and one.nth > 1)
    assert isinstance(closed.facts, Closed) and closed.agent_id == ANNE.id
    assert closed.facts.held_s == pytest.approx(40, abs=5)
    assert again.facts == Opened("web", again=True)
