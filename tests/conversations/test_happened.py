"""What happened is kept with the change, once, and makes the conversation's state again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import delete, func, select, update

from conversations.danger import NO
from conversations.event_kinds import (
    DangerBeside,
    Event,
    FirstReply,
    HandedBack,
    HandedOver,
    Kind,
    LeftQueue,
    MadeUrgent,
    Opened,
    Outcome,
    Rated,
    Report,
    Result,
    Said,
    Taken,
    from_json,
    to_json,
)
from conversations.models import Conversation, ConversationEvent, Turn
from conversations.rasa import RasaDown
from conversations.service import Conversations
from conversations.types import Agent, HandoffReason, InboundMessage, Reply
from conversations.waiting import BACK_BUTTON
from core.clock import now
from core.database import Database
from tests.conversations.conftest import Process
from tests.conversations.test_danger import FIRE
from tests.rasa_standin import SmallDialogue
from tests.waiting import until

ANNE, BILL = Agent("agent-a", "坐席 1 号"), Agent("agent-b", "坐席 2 号")
APPEAL = "法院判的我不服，我要上诉"
BESIDE = DangerBeside("fire", 0.3, "t1")
ANSWERED = Outcome(Result.ANSWERED, entry="fund/withdraw", probability=0.9)


class ReportingDialogue(SmallDialogue):
    """Reports what its turns came to, as actions do."""

    def __init__(self) -> None:
        super().__init__()
        self.conversations: Conversations | None = None
        self.reports: list[Report] = []

    async def ask(self, sender: str, message: str, metadata: dict[str, str]) -> list[Reply]:
        assert self.conversations is not None
        for report in self.reports:
            await self.conversations.report(sender, metadata["turn"], report)
        return await super().ask(sender, message, metadata)


async def of_kind(process: Process, kind: Kind, user: str = "v1") -> list[Event]:
    events = await process.conversations.happened(await process.id_of(user))
    return [one for one in events if one.kind is kind]


async def outcomes(process: Process) -> list[Outcome]:
    found = [one.facts for one in await of_kind(process, Kind.OUTCOME)]
    return [one for one in found if isinstance(one, Outcome)]


async def test_a_whole_talk_is_told_in_order_with_who_and_why(process: Process) -> None:
    await process.say("公积金怎么提取")
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, HandoffReason.CITIZEN_ASKED)
    await process.conversations.request_human(conversation, HandoffReason.LOW_CONFIDENCE)  # changes nothing
    await process.conversations.take(conversation, ANNE)
    await process.conversations.take(conversation, ANNE)
    for number in range(2):
        await process.conversations.say(conversation, ANNE, "您好", f"c{number}")
    await process.conversations.hand_back(conversation, ANNE)
    told = [
        (type(one.facts), one.actor, one.agent_id, one.reason)
        for one in await process.conversations.happened(conversation, messages=False)
    ]
    asked = "citizen_asked"
    assert told == [
        (Opened, "citizen", None, None),
        (Outcome, "bot", None, None),
        (HandedOver, "citizen", None, asked),
        (Taken, "agent", ANNE.id, asked),
        (FirstReply, "agent", ANNE.id, None),
        (HandedBack, "agent", ANNE.id, asked),
    ]
    said = [(one.actor, one.facts) for one in await of_kind(process, Kind.MESSAGE)]
    assert Counter(actor for actor, _ in said) == {"citizen": 1, "bot": 1, "system": 2, "agent": 2}
    assert all(facts == Said(1) for _, facts in said)


async def test_who_waited_since_when_is_still_known_when_the_row_has_forgotten_it(
    process: Process, database: Database
) -> None:
    conversation = await process.id_of()
    for reason in (HandoffReason.DEGRADED, HandoffReason.LOW_CONFIDENCE):
        await process.conversations.request_human(conversation, reason)
        waiting = await process.conversations.view(conversation)
        handed = (await of_kind(process, Kind.HANDED_OVER))[-1]
        assert (handed.at, handed.reason) == (waiting.waiting_since, reason)
        await process.conversations.take(conversation, ANNE)
        taken = (await of_kind(process, Kind.TAKEN))[-1]
        assert isinstance(taken.facts, Taken) and taken.facts.waited_s is not None
        assert taken.facts.waited_s == pytest.approx((taken.at - handed.at).total_seconds(), abs=0.05)
        await process.conversations.hand_back(conversation, ANNE)
    assert (await process.conversations.view(conversation)).waiting_since is None


async def test_leaving_the_queue_says_why_and_urgency_when_it_came(process: Process) -> None:
    await process.say("您好")
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, HandoffReason.CITIZEN_ASKED)
    await process.say(BACK_BUTTON.title)
    (left,) = await of_kind(process, Kind.LEFT_QUEUE)
    assert isinstance(left.facts, LeftQueue)
    assert (left.facts.why, left.reason, left.actor) == ("asked", "citizen_asked", "citizen")
    await process.conversations.request_human(conversation, HandoffReason.CITIZEN_ASKED)
    await process.conversations.take(conversation, ANNE)
    await process.say(FIRE)
    (urgent,) = await of_kind(process, Kind.MADE_URGENT)
    assert (urgent.facts, urgent.reason) == (MadeUrgent(), "emergency")


async def test_every_turn_came_to_one_thing_and_the_app_s_own_word_goes_first(
    start: Callable[[], Awaitable[Process]], database: Database
) -> None:
    process = await start()
    dialogue = ReportingDialogue()
    dialogue.conversations = process.conversations
    process.conversations._runner._answerer._dialogue = dialogue
    dialogue.reports = [Report(Outcome(Result.MATTER)), Report(ANSWERED)]
    await process.say("公积金怎么提取")
    dialogue.reports = []
    await process.say("您好")
    dialogue.reports = [Report(ANSWERED)]
    await process.say(APPEAL)  # never reaches the actions
    await process.say("沉默")  # they ran, and no reply came of it
    about = [(one.result, one.entry, one.probability, one.about) for one in await outcomes(process)]
    assert about == [
        ("answered", "fund/withdraw", 0.9, None),
        ("talk", None, None, None),
        ("declined", None, None, "litigation"),
        ("degraded", None, None, "human"),
    ]
    async with database.read() as session:
        assert await session.scalar(select(func.count()).where(Turn.reported.is_not(None))) == 2


async def test_danger_is_told_with_its_kind_and_probability(process: Process) -> None:
    await process.say(FIRE)
    await process.say(NO.title, button=NO.payload)  # what was said first is answered after all
    first, then = await outcomes(process)
    assert (first.result, first.about, then.result) == ("danger", "fire", "talk")
    assert first.probability is not None and 0 < first.probability <= 1
    (left,) = await of_kind(process, Kind.LEFT_QUEUE)
    assert isinstance(left.facts, LeftQueue)
    assert (left.facts.why, left.reason) == ("no_danger", "emergency")


async def test_what_the_citizen_thinks_of_an_answer_is_kept_beside_the_turn_that_said_so(
    start: Callable[[], Awaitable[Process]],
) -> None:
    process = await start()
    dialogue = ReportingDialogue()
    dialogue.conversations = process.conversations
    process.conversations._runner._answerer._dialogue = dialogue
    dialogue.reports = [Report(rated=Rated("useless", "t0", "fund/withdraw"))]
    await process.say("没用")
    (rated,) = await of_kind(process, Kind.RATED)
    assert (rated.facts, rated.actor) == (Rated("useless", "t0", "fund/withdraw"), "citizen")
    (came_to,) = await outcomes(process)
    assert came_to.result is Result.TALK


async def test_a_report_for_another_conversation_s_turn_or_one_that_is_over_changes_nothing(
    process: Process, database: Database
) -> None:
    await process.say("您好")
    receipt = await process.conversations.receive(InboundMessage("web", "v2", "m1", "慢慢查"))
    conversation, over = await process.id_of(), (await outcomes(process))[0].turn
    kept = [
        await process.conversations.report(conversation, turn, Report(ANSWERED))
        for turn in (receipt.turn_id, over, "no such turn")
    ]
    assert kept == [False, False, False]
    process.dialogue.gate.set()
    assert await process.conversations.wait(receipt.turn_id, 10)
    results = [o for user in ("v1", "v2") for o in await of_kind(process, Kind.OUTCOME, user)]
    assert [one.facts.result for one in results if isinstance(one.facts, Outcome)] == ["talk", "talk"]


async def test_a_turn_run_again_after_a_death_forgets_what_was_reported_and_is_told_once(
    start: Callable[[], Awaitable[Process]], database: Database
) -> None:
    one = await start()
    receipt = await one.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    await until(lambda: one.dialogue.asked != [])
    assert await one.conversations.report(receipt.conversation_id, receipt.turn_id, Report(ANSWERED))
    await one.die()
    async with database.write() as session:
        await session.execute(update(Conversation).values(lease_until=now()))
    other = await start()
    other.dialogue.gate.set()
    await other.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    assert await other.conversations.wait(receipt.turn_id, 10)
    assert [(o.result, o.turn) for o in await outcomes(other)] == [("talk", receipt.turn_id)]


class LosingDialogue(ReportingDialogue):
    """Loses its first reply after the actions have done their work."""

    async def ask(self, sender: str, message: str, metadata: dict[str, str]) -> list[Reply]:
        replies = await super().ask(sender, message, metadata)
        if len(self.asked) == 1:
            raise RasaDown("the reply was lost")
        return replies


async def test_a_turn_that_filed_a_ticket_and_lost_its_reply_is_tried_again(
    start: Callable[[], Awaitable[Process]],
) -> None:
    process = await start()
    dialogue = LosingDialogue()
    dialogue.conversations = process.conversations
    process.conversations._runner._answerer._dialogue = dialogue
    dialogue.reports = [Report(Outcome(Result.FILED, about="HN1"))]
    receipt = await process.conversations.receive(InboundMessage("web", "v1", "m1", "确认提交"))
    assert await process.conversations.wait(receipt.turn_id, 15)
    assert len(dialogue.asked) == 2
    assert [one.result for one in await outcomes(process)] == [Result.FILED]


async def test_an_agent_s_take_over_in_mid_turn_leaves_the_turn_to_them(process: Process) -> None:
    receipt = await process.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    await until(lambda: process.dialogue.asked != [])
    await process.conversations.take(receipt.conversation_id, ANNE)
    process.dialogue.gate.set()
    await process.conversations.wait(receipt.turn_id, 10)
    (taken,) = await of_kind(process, Kind.TAKEN)
    assert (taken.facts, taken.reason) == (Taken(), None)
    assert [o.result for o in await outcomes(process)] == ["left_to_agent"]


async def test_events_go_with_their_conversation(process: Process, database: Database) -> None:
    kept, gone = await process.id_of("v1"), await process.id_of("v2")
    async with database.write() as session:
        await session.execute(delete(Conversation).where(Conversation.id == gone))
    async with database.read() as session:
        left = set(await session.scalars(select(ConversationEvent.conversation_id)))
    assert left == {kept}


def test_facts_come_back_as_they_went() -> None:
    for facts in (
        Opened("web"),
        Taken(),
        Taken(1.5),
        MadeUrgent(),
        ANSWERED,
        LeftQueue("asked", 3.0),
        BESIDE,
    ):
        assert from_json(facts.KIND, to_json(facts)) == facts
