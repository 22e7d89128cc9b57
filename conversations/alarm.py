"""Danger within a conversation: advice first, an urgent call to the agents, one question in doubt; and the talk goes on.

What is remembered of it is one fact of the conversation (:data:`FACT`), so that any process can go on.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from conversations import danger, scope, store
from conversations.danger import Advice, Danger, Judge
from conversations.event_kinds import Outcome, Result
from conversations.handoff import Handoff
from conversations.types import Button, HandoffReason, Job, Mode, QueuePlace, Reply
from core.clock import iso, now
from core.database import Database
from core.rates import Rates

FACT = "danger"
"""Key of the conversation's fact: ``state`` (``asked``, ``told`` or ``denied``), ``kind``, ``text``, ``at``, ``withheld``."""
FRESH = timedelta(minutes=15)
"""How long a question waits for its answer, advice counts as given, and a denial is believed."""
TALK = 3
"""Messages that make the talk so far."""
SOURCE_WINDOW_S = 600.0
SOURCE_URGENT = 3
"""Conversations from one source that go before all others within the window; the rest wait in line, marked."""
_MOST_SOURCES = 10_000

Unsure = Callable[[Sequence[Reply]], bool]
"""Whether the assistant's replies show that it did not understand, or is asking for a place to file a matter."""


@dataclass(frozen=True)
class Screened:
    """What to do with a message.

    Args:
        replies: said to the citizen, and the turn is over; None when it goes on.
        text: what the assistant is asked, where it is not the message itself.
        outcome: what the turn came to, when it is over.
    """

    replies: Sequence[Reply] | None = None
    text: str | None = None
    outcome: Outcome | None = None


class Sources:
    """How many conversations of one source were urgent lately.

    A crowd behind one address may really be in danger together, so nothing is dropped: later ones are marked. Which
    source a conversation has is known to the process that received it alone; with any other it has none.
    """

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._of: OrderedDict[str, str] = OrderedDict()

    def heard(self, conversation_id: str, source: str) -> None:
        """A message came from a source; the empty one is nobody's."""
        if source:
            self._of[conversation_id] = source
            self._of.move_to_end(conversation_id)
            while len(self._of) > _MOST_SOURCES:
                self._of.popitem(last=False)

    async def urgent(self, conversation_id: str) -> int:
        """Note an urgent conversation: which one of its source's it is within the window, from 1."""
        source = self._of.get(conversation_id)
        return (
            1
            if source is None
            else await self._rates.place("urgent", source, conversation_id, SOURCE_WINDOW_S)
        )


class Alarm:
    """Looks at each message before the assistant does, and at what the assistant did not understand after.

    Args:
        judge: judges messages; None judges nothing.
        unsure: see :data:`Unsure`.
        rates: counts urgent conversations by their source.
    """

    def __init__(
        self,
        database: Database,
        handoff: Handoff,
        judge: Judge | None,
        unsure: Unsure,
        rates: Rates,
    ) -> None:
        self._database = database
        self._handoff = handoff
        self._judge = judge
        self._unsure = unsure
        self.sources = Sources(rates)

    async def before(self, conversation_id: str, job: Job) -> Screened:
        """What danger asks for before a message is answered; mostly nothing."""
        if job.chosen is not None:
            if job.chosen.payload not in (danger.YES.payload, danger.NO.payload):
                return Screened()
            fact = await self._fact(conversation_id)
            if job.chosen.payload == danger.NO.payload:
                return await self._denied(conversation_id, fact)
            told = Danger(str(fact.get("kind", "crime")), 1.0, clear=True)
            return await self._raise(conversation_id, job, told, str(fact.get("text") or job.text), fact)
        if not job.text:
            return Screened()
        found = await self._look(job.text)
        fact = await self._fact(conversation_id)
        if fact.get("state") == "asked" and _fresh(fact):
            return await self._answered(conversation_id, job, found, fact)
        if found is None:
            return Screened()
        if found.clear:
            return await self._raise(conversation_id, job, found, job.text, fact)
        known = fact.get("state") in ("told", "denied") and _fresh(fact)
        if known or job.mode is Mode.HUMAN:
            return Screened()
        return await self._ask(conversation_id, found, job.text)

    async def after(self, conversation_id: str, job: Job, replies: Sequence[Reply]) -> Screened:
        """A second look, with the talk so far, at what was not understood or is about to be filed; mostly nothing."""
        if job.chosen is not None or not job.text or not self._unsure(replies):
            return Screened()
        fact = await self._fact(conversation_id)
        if _fresh(fact) and fact.get("state") == "told":
            advice = danger.advice(str(fact["kind"]), str(fact["text"]))
            again = advice.again("您说的我记下了，坐席接入后都能看到。")
            return Screened([again], outcome=Outcome(Result.DANGER, about=str(fact["kind"])))
        if _fresh(fact) and fact.get("state") == "denied":
            return Screened()
        async with self._database.read() as session:
            said = await store.recent_words(session, conversation_id, now() - FRESH, TALK)
        if len(said) < 2:
            return Screened()
        found = await self._look("，".join(said))
        if found is None:
            return Screened()
        return await self._ask(conversation_id, found, "，".join(said), withheld=replies)

    async def elsewhere(self, text: str) -> scope.OutOfScope | None:
        """The route a matter belongs to that the hotline may not take up, if it is one."""
        name = None if self._judge is None else await asyncio.to_thread(self._judge.scope, text)
        return scope.kind(name) if name else scope.by_phrase(text)

    async def goes_on(self, conversation_id: str) -> bool:
        """Whether a waiting conversation was put into the queue because of danger: the assistant stays with it."""
        return (await self._fact(conversation_id)).get("state") == "told"

    async def _look(self, text: str) -> Danger | None:
        # A long letter takes a tenth of a second of arithmetic: other conversations are not kept waiting for it.
        return None if self._judge is None else await asyncio.to_thread(self._judge.judge, text)

    async def _fact(self, conversation_id: str) -> dict[str, Any]:
        async with self._database.read() as session:
            row = await store.get_conversation(session, conversation_id)
            return dict(row.facts.get(FACT) or {})

    async def _answered(
        self, conversation_id: str, job: Job, found: Danger | None, fact: dict[str, Any]
    ) -> Screened:
        """The citizen had been asked whether there is danger, and answers in words of their own."""
        answer = danger.yes_or_no(job.text)
        if answer is False:
            return await self._denied(conversation_id, fact)
        both = f"{fact['text']}。{job.text}"
        if answer is None and found is None:
            found = await self._look(both)
            if found is not None and not found.clear and fact.get("withheld") is None and "again" not in fact:
                # Neither yes nor no, and still likely: asked once more rather than forgotten.
                await self._handoff.remember(
                    conversation_id, FACT, _made("asked", found.kind, both) | {"again": True}
                )
                asked = Outcome(Result.DANGER_ASKED, about=found.kind, probability=found.probability)
                return Screened([danger.ASK], outcome=asked)
            if found is None or (not found.clear and fact.get("withheld") is None):
                await self._handoff.remember(conversation_id, FACT, None)
                return Screened(text=None if fact.get("withheld") else both)
        kind = found.kind if found else str(fact["kind"])
        return await self._raise(conversation_id, job, Danger(kind, 1.0, clear=True), both, fact)

    async def _ask(
        self, conversation_id: str, found: Danger, text: str, withheld: Sequence[Reply] | None = None
    ) -> Screened:
        fact = _made("asked", found.kind, text)
        if withheld is not None:
            fact["withheld"] = [asdict(reply) for reply in withheld]
        await self._handoff.remember(conversation_id, FACT, fact)
        asked = Outcome(Result.DANGER_ASKED, about=found.kind, probability=found.probability)
        return Screened([danger.ASK], outcome=asked)

    async def _denied(self, conversation_id: str, fact: dict[str, Any]) -> Screened:
        """No danger: what was said first is answered after all."""
        await self._handoff.leave_queue(conversation_id, HandoffReason.EMERGENCY)
        kind, text = str(fact.get("kind", "")), str(fact.get("text", ""))
        await self._handoff.remember(conversation_id, FACT, _made("denied", kind, text) if text else None)
        denied = Outcome(Result.DANGER_DENIED, about=kind or None)
        if fact.get("withheld"):
            return Screened([_reply(one) for one in fact["withheld"]], outcome=denied)
        return Screened(text=text) if text else Screened([Reply("好的，您请说，我在听。")], outcome=denied)

    async def _raise(
        self, conversation_id: str, job: Job, found: Danger, text: str, fact: dict[str, Any]
    ) -> Screened:
        advice = danger.advice(found.kind, text)
        again = fact.get("state") == "told" and _fresh(fact) and fact.get("label") == advice.label
        nth = await self.sources.urgent(conversation_id)
        repeated = nth > SOURCE_URGENT
        context = {"紧急": advice.label}
        if repeated:
            context["提醒"] = f"同一来源 10 分钟内第 {nth} 个紧急会话，可能是重复的，排在其他紧急会话之后"
        place = await self._handoff.request_human(
            conversation_id, HandoffReason.EMERGENCY, urgent=not repeated, context=context
        )
        kept = str(fact["text"]) if again else text
        await self._handoff.remember(
            conversation_id, FACT, {**_made("told", found.kind, kept), "label": advice.label}
        )
        # Whatever else was in the message can be filed afterwards, in its own words.
        await self._handoff.remember(conversation_id, scope.DECLINED, kept)
        outcome = Outcome(Result.DANGER, about=found.kind, probability=found.probability)
        if again:
            return Screened([advice.again("您说的我记下了。")], outcome=outcome)
        return Screened([advice.reply(_what_comes(place), _ways(found, advice, job))], outcome=outcome)


def _what_comes(place: QueuePlace) -> str:
    """Whether an agent comes; nothing is promised that can't be kept."""
    if place.mode is Mode.HUMAN:
        return "坐席也看到了您的消息。"
    if place.agents_online == 0:
        return "现在没有坐席在线，请直接打上面的电话。我会一直在，您可以接着跟我说。"
    return "我已经请坐席优先接您的对话；接入之前我一直在，您可以接着跟我说。"


def _ways(found: Danger, advice: Advice, job: Job) -> tuple[Button, ...]:
    if job.mode is Mode.HUMAN:
        return ()
    # Somebody in despair is not offered to be told that it is nothing.
    if found.kind == "self_harm" or "12356" in {n.number for n in advice.numbers}:
        return (danger.FILE_IT,)
    return (danger.FILE_IT, danger.NOT_URGENT)


def _made(state: str, kind: str, text: str) -> dict[str, Any]:
    return {"state": state, "kind": kind, "text": text, "at": iso(now())}


def _fresh(fact: dict[str, Any]) -> bool:
    return bool(fact) and now() - datetime.fromisoformat(str(fact["at"])) < FRESH


def _reply(data: dict[str, Any]) -> Reply:
    return Reply(data["text"], tuple(Button(**b) for b in data["buttons"]), data["card"])
