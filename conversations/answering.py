"""Decides how a turn is answered: danger first, then the queue, matters out of scope, Rasa, the knowledge base."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from conversations import buttons, by_text, danger, foreign, scope, steps
from conversations.alarm import Alarm
from conversations.attachments import BESIDE
from conversations.event_kinds import Outcome, Result
from conversations.facts import FORM
from conversations.handoff import Handoff
from conversations.noticed import Noticed
from conversations.open_danger import Screened
from conversations.queued import Queued
from conversations.rasa import RasaDown
from conversations.rights import TAKE_BACK, Rights, asked
from conversations.types import Button, HandoffReason, Job, Mode, Reply
from conversations.waiting import (
    ASK_AGENT,
    BACK_TO_BOT,
    Helps,
    asks_how_long,
    asks_on,
    asks_place,
    calls_agent,
    leaves,
    said_on_leaving,
    says_goodbye,
)

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
"""Number of tries with Rasa. After them a turn is answered without Rasa."""
MAX_RASA_TEXT = 4_000
"""Number of characters of a message that Rasa reads: the most that a visitor of the web page can send.

The whole message is stored. Whoever sends more by another channel is told that the rest was not read.
"""
_CUT = Reply(f"您这一条太长，我只读了前 {MAX_RASA_TEXT} 个字，后面的没有读到：请把后面的再单独发一次。")
HUMAN = Button("转人工", "/request_human")
KEEP_S = 2.0
"""Seconds for which the reply to words waits until the form has the photo beside them."""
WITHOUT_RASA_AT_ONCE = 2
"""Number of turns that are answered without Rasa at the same time.

When Rasa is full, such turns come faster than they can be answered. Without this limit they would delay the
storing of new messages, which must be done within seconds.
"""


class Dialogue(Protocol):
    """Answers a turn: Rasa's client, or another object with the same interface."""

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> list[Reply]:
        """The replies to one message.

        Raises:
            RasaDown: there is no answer.
        """
        ...


@dataclass(frozen=True)
class Answered:
    """How a turn was answered.

    Args:
        by: see :attr:`conversations.models.Turn.answered_by`.
        replies: the replies to the citizen.
        outcome: what the turn came to, without its id; None when actions have reported it.
        beside: the danger that was asked about in front of the answer; None when none was.
    """

    by: str
    replies: Sequence[Reply]
    outcome: Outcome | None = None
    beside: danger.Danger | None = None


FallbackAnswer = Callable[[str], Awaitable[Reply | None]]
"""Answers a question without Rasa. It returns None when it is not sure of an answer."""


class Answerer:
    """Answers one turn at a time for each conversation. It writes nothing but facts; the runner writes the replies.

    Args:
        dialogue: answers most turns (Rasa's client).
        handoff: calls the agents.
        queued: talks with those who wait for an agent.
        alarm: judges danger, and matters out of scope.
        fallback_answer: answers without Rasa.
        helps: see :data:`conversations.waiting.Helps`.
        rights: answers who asks about their own data.
        noticed: tells the notice about personal data.
    """

    def __init__(
        self,
        dialogue: Dialogue,
        handoff: Handoff,
        queued: Queued,
        alarm: Alarm,
        fallback_answer: FallbackAnswer,
        helps: Helps,
        rights: Rights,
        noticed: Noticed,
    ) -> None:
        self._dialogue = dialogue
        self._handoff = handoff
        self._queued = queued
        self._alarm = alarm
        self._fallback_answer = fallback_answer
        self._helps = helps
        self._rights = rights
        self._noticed = noticed
        self._places = asyncio.Semaphore(WITHOUT_RASA_AT_ONCE)

    async def answer(self, conversation_id: str, job: Job) -> Answered:
        """Decide who answers a turn, and return the replies.

        Raises:
            RasaDown: the turn has filed a ticket whose number is not told yet, and is to be tried again.
        """
        answered = await self._met(conversation_id, job)
        answered = replace(answered, replies=buttons.once(answered.replies, danger.FILE_IT.payload))
        answered = await self._with_notice(conversation_id, answered)
        spoken = foreign.language(job.text) if job.chosen is None else None
        if spoken is None or answered.by in ("agent", "foreign"):
            return answered
        told = await self._handoff.recalled(conversation_id, foreign.FACT)
        if told == spoken.name and answered.by != "emergency":
            return answered
        await self._handoff.remember(conversation_id, foreign.FACT, spoken.name)
        return replace(answered, replies=[Reply(spoken.line), *answered.replies])

    async def _with_notice(self, conversation_id: str, answered: Answered) -> Answered:
        """Add the line about personal data to a first answer. In danger nothing stands beside the advice."""
        if answered.by in ("agent", "emergency") or not answered.replies:
            return answered
        line = await self._noticed.line(conversation_id)
        return answered if line is None else replace(answered, replies=[*answered.replies, line])

    async def _met(self, conversation_id: str, job: Job) -> Answered:
        """Meet danger first, and then answer."""
        if job.chosen is None and by_text.cannot_hear(job.text):
            await self._handoff.remember(conversation_id, by_text.FACT, True)
        screened = await self._alarm.before(conversation_id, job)
        if screened.replies is not None:
            await self._keep_attached(conversation_id, job)
            replies = [*screened.replies, *await self._asked_beside(screened.question)]
            raised = screened.outcome is not None and screened.outcome.result is Result.DANGER
            if raised and await self._handoff.recalled(conversation_id, FORM):
                await self._alarm.told_in_form(conversation_id, job)
            said = any("12110" in reply.text for reply in replies)
            if raised and not said and await self._handoff.recalled(conversation_id, by_text.FACT):
                replies.insert(1, steps.IN_WRITING)
            return Answered("emergency", replies, screened.outcome)
        answered = await self._answer(conversation_id, job, screened)
        if screened.ahead:
            return replace(answered, replies=[*screened.ahead, *answered.replies])
        if screened.beside is None or any(danger.NO in reply.buttons for reply in answered.replies):
            return answered
        asked = await self._alarm.beside(conversation_id, job, screened.beside, answered.replies)
        # Without an outcome of the question, what the answer came to counts.
        by = answered.by if asked.outcome is None else "emergency"
        beside = screened.beside if asked.outcome is None else None
        return Answered(by, asked.replies or (), asked.outcome or answered.outcome, beside)

    async def _asked_beside(self, question: str) -> Sequence[Reply]:
        """The answer to a question that came with danger (孩子误吞了纽扣电池，医保怎么报), to be read after the advice."""
        if not question:
            return ()
        try:
            async with self._places:
                answer = await self._fallback_answer(question)
        except Exception:
            log.exception("the knowledge base can't answer beside a danger")
            answer = None
        later = Reply(f"您问的“{question}”我记着，等人安全了再问我一声，我帮您查。")
        return (later if answer is None else replace(answer, text=f"您还问了“{question}”：\n{answer.text}"),)

    async def _answer(self, conversation_id: str, job: Job, screened: Screened) -> Answered:
        """Answer a message in which no danger was met."""
        text, chosen = job.text, job.chosen
        right = asked(text) if screened.text is None and (chosen is None or not chosen.payload) else None
        if right is not None:
            replies = await self._rights.answer(conversation_id, right)
            # While an agent has the conversation, the request is stored, and the agent answers.
            if job.mode is not Mode.HUMAN:
                return Answered("rights", replies, Outcome(Result.TALK))
        elif chosen is not None and chosen.payload == TAKE_BACK:
            return Answered("rights", await self._rights.take_back(conversation_id), Outcome(Result.TALK))
        if job.mode is Mode.HUMAN:
            left = await self._queued.take_back(conversation_id)
            if left is None:
                return Answered("agent", (), Outcome(Result.LEFT_TO_AGENT))
            return Answered("queue", [left], Outcome(Result.WAITING))
        waits = job.mode is Mode.WAITING
        rest = said_on_leaving(text) if waits and chosen is None and screened.text is None else ""
        if rest and not await self._alarm.goes_on(conversation_id):
            return await self._left_with(conversation_id, job, rest)
        again = waits and await self._queued.asked_for_nobody(conversation_id)
        form = waits and (asks_on(job.offered) or bool(await self._handoff.recalled(conversation_id, FORM)))
        if screened.text is not None:
            # The citizen denied danger: answer what was said before the question about danger.
            text, chosen = screened.text, None
        elif waits and await self._stays_queued(conversation_id, job, again, form):
            goodbye = await self._parts(conversation_id, job, form)
            leave = goodbye or leaves(text, chosen, form=form)
            replies = await self._queued.while_waiting(conversation_id, text, leave=leave, goodbye=goodbye)
            if await self._alarm.goes_on(conversation_id) or leave:
                replies = await self._alarm.reminded(conversation_id, replies)
            else:
                screened = await self._alarm.after(conversation_id, job, replies, queued=True)
                if screened.replies is not None:
                    return Answered("queue", screened.replies, screened.outcome)
            return Answered("queue", replies, Outcome(Result.WAITING))
        if chosen is not None and chosen.payload == BACK_TO_BOT:
            return Answered("queue", [Reply("好的，您请说，我在听。")], Outcome(Result.TALK))
        if not text and chosen is None and job.attached is None:
            hint = Reply("您好，请用文字说说您想问的或者要反映的事情。")
            return Answered("empty", [hint], Outcome(Result.TALK))
        spoken = None if chosen else foreign.language(text)
        if spoken is not None and spoken.script and not await self._handoff.recalled(conversation_id, FORM):
            return Answered("foreign", [Reply(spoken.line, (HUMAN,))], Outcome(Result.NOT_UNDERSTOOD))
        beyond = None if chosen else await self._alarm.elsewhere(text)
        if beyond is not None:
            await self._keep_attached(conversation_id, job)
            await self._handoff.remember(conversation_id, scope.DECLINED, text)
            await self._handoff.remember(conversation_id, scope.BESIDE, beyond.live or None)
            await self._handoff.remember(conversation_id, scope.KIND, beyond.kind.name)
            return Answered("scope", beyond.replies(), Outcome(Result.DECLINED, about=beyond.kind.name))
        if job.attempts < MAX_ATTEMPTS:
            alone = None if job.beside else job.attached
            said = buttons.as_text(text)
            message = chosen.payload if chosen else alone or said[:MAX_RASA_TEXT]
            try:
                kept = await self._keep_attached(conversation_id, job)
                replies = await self._dialogue.ask(conversation_id, message or "？", {"turn": job.turn_id})
                if replies and screened.text is not None:
                    replies = list(await self._alarm.replayed(job, text, replies))
                if replies:
                    screened = await self._alarm.after(conversation_id, job, replies)
                    if screened.replies is not None:
                        return Answered("rasa", screened.replies, screened.outcome)
                    if waits and again and not await self._alarm.goes_on(conversation_id):
                        replies = [*await self._queued.answers_again(conversation_id, text), *replies]
                    elif waits and not await self._needs_no_reminder(conversation_id, replies):
                        replies = [*replies, *await self._queued.still_waiting(conversation_id)]
                    cut = [] if chosen or alone or len(said) <= MAX_RASA_TEXT else [_CUT]
                    return Answered("rasa", [*kept, *cut, *replies])
                log.warning("Rasa said nothing", extra={"turn": job.turn_id})
            except RasaDown as error:
                log.warning("Rasa is down: %s", error.message, extra={"turn": job.turn_id})
                if job.attempts + 1 < MAX_ATTEMPTS and await self._alarm.result(job) is Result.FILED:
                    raise  # The ticket exists, and only Rasa's reply was lost: the next try tells the number.
        async with self._places:
            return await self._without_rasa(conversation_id, text, chosen)

    async def _left_with(self, conversation_id: str, job: Job, rest: str) -> Answered:
        """Answer what a citizen says who leaves the queue in the same message (不等了，押金多久退)."""
        left = await self._queued.leave(conversation_id)
        chosen = buttons.choose(rest, None, job.offered)
        told = await self._answer(
            conversation_id, replace(job, text=rest, chosen=chosen, mode=Mode.BOT), Screened()
        )
        return replace(told, replies=[*left, *told.replies])

    async def _keep_attached(self, conversation_id: str, job: Job) -> Sequence[Reply]:
        """Give a photo or place to the form before the words beside it are answered; what there is to tell of it.

        The reply to the words does not depend on it: the message itself is stored, and agents see it.
        """
        if not job.beside or not job.attached or job.mode is Mode.HUMAN:
            return ()
        try:
            async with asyncio.timeout(KEEP_S):
                return await self._dialogue.ask(
                    conversation_id, job.attached, {"turn": job.turn_id, BESIDE: True}
                )
        except (RasaDown, TimeoutError):
            log.warning("what was attached can't be given to the form", extra={"turn": job.turn_id})
            return ()

    async def _needs_no_reminder(self, conversation_id: str, replies: Sequence[Reply]) -> bool:
        """Whether a waiting citizen is not to be reminded of the queue: a form asks on, or danger is spoken of."""
        form = any(asks_on(reply.buttons) for reply in replies)
        return form or await self._alarm.goes_on(conversation_id)

    async def _stays_queued(self, conversation_id: str, job: Job, again: bool, form: bool) -> bool:
        """Whether a waiting citizen's message is about the queue, or only kept for the agent.

        Args:
            again: whether Rasa is tried again with whatever is not about the queue.
            form: whether a form runs, which takes answers such as 楼下没人管.
        """
        spoken = job.attached is None or job.beside
        asks = job.chosen is None and spoken and (asks_place if form else asks_how_long)(job.text)
        if leaves(job.text, job.chosen, form=form) or asks or await self._parts(conversation_id, job, form):
            return True
        return not (again or form) and not await self._goes_on(conversation_id, job)

    async def _parts(self, conversation_id: str, job: Job, form: bool) -> bool:
        """Whether a waiting citizen only says goodbye. To a form it is said otherwise, and in danger it may be the last word."""
        if form or job.chosen is not None or job.attached is not None or not says_goodbye(job.text):
            return False
        return not await self._alarm.goes_on(conversation_id)

    async def _goes_on(self, conversation_id: str, job: Job) -> bool:
        """Whether the assistant answers a waiting citizen's message, while the place in the queue is kept."""
        if await self._alarm.goes_on(conversation_id):
            return True
        if job.chosen is not None:
            return job.chosen.payload != ASK_AGENT
        try:
            return await self._helps(conversation_id, job)
        except Exception:
            log.exception("a waiting citizen's message can't be judged", extra={"turn": job.turn_id})
            return False

    async def _without_rasa(self, conversation_id: str, text: str, chosen: Button | None) -> Answered:
        """Answer from the knowledge base when it is sure, or else call an agent; always reply."""
        if (chosen is not None and chosen.payload == ASK_AGENT) or (chosen is None and calls_agent(text)):
            place = await self._handoff.request_human(conversation_id, HandoffReason.CITIZEN_ASKED)
            return Answered("degraded", [self._queued.put_in(place)], Outcome(Result.DEGRADED, about="human"))
        try:
            answer = await self._fallback_answer(text)
        except Exception:
            log.exception("the knowledge base can't answer either")
            answer = None
        if answer is not None:
            return Answered("degraded", [answer], Outcome(Result.DEGRADED, about="answered"))
        place = await self._handoff.request_human(conversation_id, HandoffReason.DEGRADED)
        await self._queued.missed(conversation_id, text)
        told = self._queued.put_in(place)
        said = Reply(f"智能助手这会儿忙不过来，您的话我记下了。{told.text}", told.buttons)
        return Answered("degraded", [said], Outcome(Result.DEGRADED, about="human"))
