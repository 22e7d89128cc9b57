"""Danger in a conversation: gives advice, puts the citizen into the queue as urgent, or asks when it is not sure.

The assistant keeps talking with the citizen. The state is kept as one fact of the conversation
(:data:`FACT`), so that any process can continue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from conversations import (
    after_alarm,
    another,
    aside,
    calling,
    danger,
    during,
    ended,
    facts,
    grief,
    muted,
    past,
    scope,
    steps,
    store,
)
from conversations.danger import Danger, Judge
from conversations.danger_state import (
    FACT,
    FRESH,
    TOLD_IN_FORM,
    advice_of,
    fresh,
    harm_done,
    is_open,
    known_of_late,
    made,
    may_return,
    of_facts,
    of_queue,
    passed_over,
    read_as,
    restored,
    stored,
    told_of_the_past,
)
from conversations.event_kinds import Outcome, Result, read_report
from conversations.facts import FORM
from conversations.filed import FILED
from conversations.handoff import Handoff
from conversations.of_ticket import Handling, OfTicket, asks_for_somebody, of_ticket, order
from conversations.open_danger import TALKED, OpenDanger, Screened
from conversations.rehearing import Rehearing
from conversations.sequels import DONE_WITH, Heard
from conversations.types import HandoffReason, Job, Mode, Reply
from conversations.waiting import leaves, says_goodbye
from core.clock import now
from core.database import Database

_HUMAN = "/request_human"
"""Payload of the button that asks for a human."""
TALK = 3
"""Number of the citizen's last messages that are judged together in the second look."""
_ABOUT_RULES = (Result.ANSWERED, Result.ASKED_BACK, Result.UNKNOWN)
"""Results of a turn about a question."""

_WRITTEN = (Result.TICKET, Result.FILED, Result.MATTER)
"""Results of a turn in which something was written, or is being written."""

Unsure = Callable[[Sequence[Reply]], bool]
"""Whether the assistant's replies show that it did not understand, or ask for the place of a matter."""


class Alarm:
    """Judges each message before the assistant gets it, and again when the assistant did not understand it.

    Args:
        database: where the conversations are.
        handoff: calls the agents.
        judge: judges messages; with None no message is judged.
        unsure: see :data:`Unsure`.
    """

    def __init__(
        self,
        database: Database,
        handoff: Handoff,
        judge: Judge | None,
        unsure: Unsure,
    ) -> None:
        self._database = database
        self._handoff = handoff
        self._judge = judge
        self._unsure = unsure
        self._open = OpenDanger(database, handoff, judge)
        self._rehearing = Rehearing(self._open, handoff, self._look)

    async def before(self, conversation_id: str, job: Job) -> Screened:
        """Judge a message before it is answered. Mostly the turn just goes on."""
        if job.chosen is not None:
            fact = await self._fact(conversation_id)
            if is_open(fact) and job.mode is not Mode.HUMAN and job.chosen.payload == _HUMAN:
                return await self._open.human(conversation_id, job, fact)
            if job.chosen.payload not in (danger.YES.payload, danger.NO.payload):
                if job.chosen.payload == danger.FILE_IT.payload and fact.get("state") == "told":
                    await self._handoff.remember(conversation_id, FACT, fact | {"filing": True})
                return Screened()
            if job.chosen.payload == danger.NO.payload:
                return await self._denied(conversation_id, fact)
            told = Danger(str(fact.get("kind", "crime")), 1.0, clear=True)
            return await self._open.begin(conversation_id, job, told, str(fact.get("text") or job.text), fact)
        if not job.text:
            return Screened()
        fact = await self._fact(conversation_id)
        if of_queue(job, fact):
            return Screened()  # 前面还有几个人 sounds like people in need, but is asked by one who waits
        ordered = await self._order(conversation_id, job)
        if ordered is not None and (done := await self._ordered(conversation_id, ordered, job, fact)):
            return done
        if self._another_dies(job, fact):
            return await self._open.begin(
                conversation_id, job, Danger("self_harm", 1.0, clear=True), job.text, fact
            )
        if grief.offered(fact) and job.mode is not Mode.HUMAN:
            wanted = grief.answer(job.text)
            await self._handoff.remember(
                conversation_id, FACT, {k: v for k, v in fact.items() if k != "offered"}
            )
            if wanted is not None:
                return (
                    Screened(text="转人工", ahead=[grief.calls()])
                    if wanted
                    else Screened([grief.left()], outcome=Outcome(Result.TALK))
                )
        found = harm_done(job.text, await self._look(job.text), fact)
        if found is not None and found.kind != "self_harm" and not fact and says_goodbye(job.text):
            found = None  # 都办好了，再见 tells of nobody, whatever it sounds like.
        if fact.get("state") == "asked" and fresh(fact):
            return await self._answered(conversation_id, job, found, fact)
        if self._tired(job, fact):
            return await self._let_be(conversation_id, job, fact)
        if is_open(fact) and job.mode is not Mode.HUMAN:
            if after_alarm.wants_human(job.text):
                return await self._open.human(conversation_id, job, fact)
            again = await self._rehearing.heard_again(conversation_id, job, fact)
            if again is not None:
                return again
            before, kind = await self._open.told(conversation_id, fact), read_as(fact)
            no_alarm = danger.not_urgent(job.text) and not after_alarm.prepared(kind, before)
            if no_alarm or after_alarm.taken_back(job.text, kind, before):
                return await self._denied(conversation_id, fact, after_alarm.wished(job.text))
        new = found is not None and found.clear
        if job.mode is not Mode.HUMAN and not new and grief.may_be(fact) and grief.grieves(job.text):
            return await self._open.comfort(conversation_id, job.text, fact)
        if is_open(fact) and calling.apart(job.text, read_as(fact)) == (True, ""):
            found = None  # 打过了 is said of the phone, whatever it sounds like.
        if (
            is_open(fact)
            and job.mode is not Mode.HUMAN
            and not (job.mode is Mode.WAITING and leaves(job.text, None))
        ):
            met = await self._open.meet(conversation_id, job, found, fact)
            if met is not None:
                return met
        if is_open(fact) and await self._open.heard(job.text, fact) is Heard.OVER:
            await self._handoff.remember(conversation_id, FACT, fact | {"state": "over"})  # told to an agent
        over = found is None and fact.get("state") in ("over", "denied") and fresh(fact)
        if over and (during.again(job.text) or await self._open.worsens(job.text, fact)):
            found = Danger(str(fact["kind"]), 1.0, clear=True)
        if may_return(fact) and after_alarm.returns(job.text, str(fact["kind"])):
            came = Danger(str(fact["kind"]), 1.0, clear=True)
            return await self._open.begin(conversation_id, job, came, f"{fact['text']}。{job.text}", {})
        if found is None or told_of_the_past(job.text, found, fact):
            return Screened()
        if not (known_of_late(fact) and found.clear):
            found = await self._within_talk(conversation_id, job, found)
        if found is None:
            return Screened()
        if found.clear:
            return await self._open.begin(conversation_id, job, found, job.text, fact)
        known = fact.get("state") in ("told", "denied") and fresh(fact)
        goes = leaves(job.text, None) or (says_goodbye(job.text) and not is_open(fact))
        leaves_queue = job.mode is Mode.WAITING and goes
        passed = passed_over(fact, found) or aside.let_go(job.text, found, fact)
        if known or leaves_queue or passed or job.mode is Mode.HUMAN:
            return Screened()
        if job.mode is Mode.BOT and found.beside:
            return Screened(beside=found)
        return await self._ask(conversation_id, found, job.text)

    async def beside(
        self, conversation_id: str, job: Job, found: Danger, replies: Sequence[Reply]
    ) -> Screened:
        """Put the question about an unlikely danger in front of the answer, or instead of one that is no help.

        Args:
            found: the danger.
            replies: the answer. It is shown again when the citizen says that nobody is in danger.
        """
        if await self._open.result(job) in TALKED:
            return await self._ask(conversation_id, found, job.text, withheld=replies)
        fact = made("asked", found.kind, job.text) | {"withheld": stored(replies), "beside": True}
        await self._handoff.remember(conversation_id, FACT, fact)
        return Screened([danger.ASK_BESIDE, *replies])

    async def after(
        self, conversation_id: str, job: Job, replies: Sequence[Reply], *, queued: bool = False
    ) -> Screened:
        """Check the assistant's replies before they are sent. Mostly the turn just goes on.

        While a danger is open, the next step of the advice replaces small talk and "no answer". When no danger is
        open and the assistant is unsure (:data:`Unsure`), or the citizen waits in the queue, the last messages are
        judged together.

        Args:
            conversation_id: the conversation.
            job: the turn.
            replies: what the assistant, or the queue, would say.
            queued: whether the replies are the queue's.
        """
        if job.chosen is not None or not job.text:
            return Screened()
        fact = await self._fact(conversation_id)
        unmet = await self._unwritten(conversation_id, job, fact)
        if unmet is not None:
            return unmet
        if is_open(fact):
            return await self._open.help_first(conversation_id, job, replies, fact)
        if (fresh(fact) and fact.get("state") == "denied") or of_queue(job, fact):
            return Screened()
        ticket = of_ticket(job.text)
        if (not queued and not self._unsure(replies)) or (ticket is not None and not ticket.rest):
            return Screened()
        async with self._database.read() as session:
            said = await store.recent_words(session, conversation_id, aside.since(fact), TALK)
        if len(said) < 2:
            return Screened()
        together = "，".join(said)
        found = await self._look(together)
        if found is None or not found.clear:  # Several messages together look like danger too easily.
            return Screened()
        return await self._ask(conversation_id, found, together, withheld=replies)

    async def replayed(self, job: Job, text: str, replies: Sequence[Reply]) -> Sequence[Reply]:
        """The replies to what was said before the citizen denied danger.

        When the assistant did not understand it, they are one offer to file it.
        """
        return replies if await self._open.result(job) is not Result.NOT_UNDERSTOOD else [steps.misread(text)]

    async def result(self, job: Job) -> Result | None:
        """See :meth:`OpenDanger.result`."""
        return await self._open.result(job)

    async def elsewhere(self, text: str) -> scope.Beyond | None:
        """The out-of-scope matter that the text brings; None when it brings none, or names a route only in passing."""
        name = None if self._judge is None else await asyncio.to_thread(self._judge.scope, text)
        found = scope.kind(name) if name else scope.by_phrase(text)
        if found is None:
            return None
        live = None if self._judge is None else await asyncio.to_thread(self._judge.live, text)
        if live is not None and not live.wanted:
            return None
        return scope.Beyond(found, live.text if live is not None else "")

    async def goes_on(self, conversation_id: str) -> bool:
        """Whether the conversation waits in the queue because of danger, open or over.

        Then the assistant keeps answering.
        """
        fact = await self._fact(conversation_id)
        return fact.get("state") in ("told", "over") or bool(fact.get("kept"))

    async def reminded(self, conversation_id: str, replies: Sequence[Reply]) -> Sequence[Reply]:
        """The replies to a citizen who leaves the queue, with the numbers to call while danger is fresh."""
        fact = await self._fact(conversation_id)
        if not replies or fact.get("state") != "told" or not fresh(fact):
            return replies
        advice = danger.advice(str(fact["kind"]), str(fact["text"]))
        last = advice.again(replies[-1].text)
        return [*replies[:-1], replace(last, buttons=(*replies[-1].buttons, *last.buttons))]

    async def _within_talk(self, conversation_id: str, job: Job, found: Danger) -> Danger | None:
        """A danger as it is heard within a plain talk about rules; None when it is none.

        Torn from the talk, what goes on with a question sounds like anything (他说电脑里查不着, 让我签个自愿走人). So right after
        an answer a short message without a sign of danger is judged together with the question before it. When both tell of
        none, only a strong and clear danger is left, and the citizen is asked about it beside the answer.
        """
        if job.mode is not Mode.BOT or not aside.fragment(job.text):
            return found
        async with self._database.read() as session:
            asked = await store.recent_words(session, conversation_id, now() - FRESH, TALK)
            before = await store.last_reported(session, conversation_id, job.turn_id)
        outcome = read_report(before).outcome
        if outcome is None or outcome.result not in _ABOUT_RULES or len(asked) < 2:
            return found
        if await self._look(f"{asked[-2]}，{job.text}") is not None:
            return found
        strong = found.clear and found.probability >= aside.STRONG
        return replace(found, clear=False, beside=True) if strong else None

    async def told_in_form(self, conversation_id: str, job: Job) -> None:
        """Keep words of danger for the form that was asking: advice answers them, so that the form does not see them."""
        known = await facts.recall(self._database, conversation_id)
        said = str((known.get(FACT) or {}).get("text") or job.text)
        told = known.get(TOLD_IN_FORM) or []
        if said not in told:
            await self._handoff.remember(conversation_id, TOLD_IN_FORM, [*told, said])

    async def _look(self, text: str) -> Danger | None:
        # Judging a long text takes a tenth of a second. In a thread it does not delay other conversations.
        return None if self._judge is None else await asyncio.to_thread(self._judge.judge, text)

    async def _fact(self, conversation_id: str) -> dict[str, Any]:
        return of_facts(await facts.recall(self._database, conversation_id))

    async def _order(self, conversation_id: str, job: Job) -> OfTicket | None:
        """What a citizen who has filed here, or whose form is open, wants of that; None when the message is about no ticket."""
        known = await facts.recall(self._database, conversation_id)
        mine = job.mode is not Mode.HUMAN and (known.get(FILED) or known.get(FORM))
        return order(job.text) if mine else None

    async def _ordered(
        self, conversation_id: str, ordered: OfTicket, job: Job, fact: dict[str, Any]
    ) -> Screened | None:
        """Let an order about the citizen's own ticket be carried out (昨晚又冒烟了，加到工单里); None when danger comes first.

        What is ordered to be written is written, with a line of whom to call if it is still going on. An open danger stays open,
        and does not keep anybody from the ticket; what raised it is what 加到工单里 means when it says no more.
        """
        wants, rest = ordered.handling, ordered.rest
        if wants is Handling.WITHDRAWS or (is_open(fact) and str(fact["kind"]) in ended.BY_PEOPLE):
            return None
        found = await self._look(rest) if rest else None
        clear = found is not None and found.clear
        if found is not None and clear and found.kind in ended.BY_PEOPLE:
            return None
        if wants is Handling.URGES and (
            (clear and not past.told_later(rest)) or not self._of_a_ticket(job, fact)
        ):
            return None
        adds, asked = wants is Handling.ADDS, fact.get("state") == "asked" and fresh(fact)
        same = (
            job.text if job.mode is Mode.WAITING else None
        )  # 催一下 is meant for the ticket, not for the queue
        if not is_open(fact) and not asked:
            return Screened(text=same)
        ahead: list[Reply] = []
        news = await self._open.heard(rest, fact) if rest and not clear else None
        if asked:
            await self._pass_over(conversation_id, fact)
        elif news in DONE_WITH and news is not None:
            await self._handoff.remember(conversation_id, FACT, fact | {"state": "over"})
            await self._handoff.leave_queue(conversation_id, HandoffReason.EMERGENCY)
            ahead.append(steps.heard_so())
        elif adds:
            await self._handoff.remember(conversation_id, FACT, fact | {"aside": True})
        only_points = adds and (not rest or (news is not None and found is None))
        return Screened(text=f"{fact['text']}，加到工单里" if only_points else same, ahead=ahead)

    @staticmethod
    def _of_a_ticket(job: Job, fact: dict[str, Any]) -> bool:
        """Whether who urges means the ticket: within a danger 派人来没有 asks after the help."""
        return not (is_open(fact) and asks_for_somebody(job.text))

    async def _unwritten(self, conversation_id: str, job: Job, fact: dict[str, Any]) -> Screened | None:
        """The alarm for clear danger in an order that was not carried out after all; None when there is none."""
        if is_open(fact) or await self._order(conversation_id, job) is None:
            return None
        if await self._open.result(job) in _WRITTEN or await self._handoff.recalled(conversation_id, FORM):
            return None
        found = await self._look(job.text)
        if found is None or not found.clear:
            return None
        return await self._open.begin(conversation_id, job, found, job.text, fact)

    @staticmethod
    def _another_dies(job: Job, fact: dict[str, Any]) -> bool:
        """Whether, in an alarm, somebody besides the one in danger now wants to die. No good news of the one outweighs it."""
        known = is_open(fact) and read_as(fact) == "another_self_harm"
        return (
            job.mode is not Mode.HUMAN
            and known_of_late(fact)
            and not known
            and another.wants_to_die(job.text)
        )

    async def _answered(
        self, conversation_id: str, job: Job, found: Danger | None, fact: dict[str, Any]
    ) -> Screened:
        """Handle the citizen's own words after the question whether there is danger."""
        answer = danger.yes_or_no(job.text)
        if after_alarm.taken_back(job.text, str(fact["kind"]), str(fact["text"])):
            return await self._denied(conversation_id, fact, after_alarm.wished(job.text))
        if fact.get("beside") and danger.nods(job.text):
            answer = (
                None  # 是的 and 不是 answer what was said last, and that was the answer beside the question
            )
        if answer is False:
            return await self._denied(conversation_id, fact)
        news = await self._open.heard(job.text, fact)
        if news in DONE_WITH:
            return await self._dealt_with(conversation_id, job, fact, past=news is Heard.PAST)
        if fact.get("beside") and answer is None and (found is None or not found.clear):
            # These words are about the answer: the citizen passes over the question.
            return await self._pass_over(conversation_id, fact)
        ticket = of_ticket(job.text)
        if answer is None and found is None and ticket is not None and not ticket.rest:
            return await self._pass_over(conversation_id, fact)
        if answer is None and found is None and aside.another_question(job.text):
            await self._pass_over(conversation_id, fact)
            await self._handoff.remember(conversation_id, scope.DECLINED, str(fact["text"]))
            return Screened(ahead=[] if fact.get("withheld") else [steps.kept()])
        both = f"{fact['text']}。{job.text}"
        if answer is None and found is None and await self._open.asks_now(job.text, fact):
            answer = True  # 能不能把人抬出来 asks what to do: somebody is in danger.
        if answer is None and found is None:
            found = await self._look(both)
            # A place or a thank you after a suspicion proves no danger, however both read together.
            bare = found is not None and during.sign(job.text) is None
            if found is not None and bare:
                found = replace(found, clear=False)
            if found is not None and not found.clear and fact.get("withheld") is None and "again" not in fact:
                # Neither yes nor no, and danger is still likely: ask once more instead of forgetting it.
                await self._handoff.remember(
                    conversation_id, FACT, made("asked", found.kind, both) | {"again": True}
                )
                asked = Outcome(Result.DANGER_ASKED, about=found.kind, probability=found.probability)
                return Screened([danger.ASK_AGAIN], outcome=asked)
            if found is None or bare or (not found.clear and fact.get("withheld") is None):
                # Do not ask a third time. For a while only clear danger, or danger of another kind, counts.
                await self._pass_over(conversation_id, fact)
                alone = fact.get("withheld") or muted.only_a_cry(str(fact["text"]))
                return Screened(text=None if alone else both)
        kind = found.kind if found else str(fact["kind"])
        return await self._open.begin(conversation_id, job, Danger(kind, 1.0, clear=True), both, fact)

    async def _dealt_with(
        self, conversation_id: str, job: Job, fact: dict[str, Any], *, past: bool
    ) -> Screened:
        """The citizen answers the question whether there is danger with news that it is over: what was told goes on.

        Args:
            past: whether it was on a day before. Then the day belongs to what was told.
        """
        kind, text = str(fact["kind"]), str(fact["text"])
        denied = Outcome(Result.DANGER_DENIED, about=kind)
        kept = made("denied", kind, text) | ({"past": True} if past else {})
        await self._handoff.remember(conversation_id, FACT, kept)
        await self._handoff.remember(conversation_id, scope.DECLINED, text)
        if fact.get("beside"):
            return Screened(
                [replace(steps.relieved(goes_on=False), buttons=(danger.FILE_IT,))], outcome=denied
            )
        warm = steps.relieved(goes_on=True)
        if fact.get("withheld"):
            return Screened([warm, *map(restored, fact["withheld"])], outcome=denied)
        return Screened(text=f"{text}。{job.text}" if past else text, ahead=[warm])

    async def _pass_over(self, conversation_id: str, fact: dict[str, Any]) -> Screened:
        """Let the question about danger be, and answer what the citizen says instead."""
        passed = made("passed", str(fact["kind"]), str(fact["text"]))
        await self._handoff.remember(conversation_id, FACT, passed)
        return Screened()

    async def _ask(
        self, conversation_id: str, found: Danger, text: str, withheld: Sequence[Reply] | None = None
    ) -> Screened:
        before = await self._fact(conversation_id)
        fact = made("asked", found.kind, text)
        if withheld is not None:
            fact["withheld"] = stored(withheld)
        await self._handoff.remember(conversation_id, FACT, fact)
        asked = Outcome(Result.DANGER_ASKED, about=found.kind, probability=found.probability)
        known = fresh(before) and before.get("state") in ("asked", "passed")
        return Screened([danger.ASK_AGAIN if known else danger.ASK], outcome=asked)

    async def _denied(self, conversation_id: str, fact: dict[str, Any], wished: str = "") -> Screened:
        """The citizen says that there is no danger: what was asked is answered after all.

        Args:
            fact: the danger.
            wished: what the citizen asks for instead, with the words that take the alarm back.
        """
        kind, text = str(fact.get("kind", "")), str(fact.get("text", ""))
        told = kind == "self_harm" and fact.get("state") == "told"
        despair = told and (steps.in_despair(advice_of(fact)) or danger.harmed(advice_of(fact)))
        planned = despair and after_alarm.PLANNED.search(after_alarm.plain(text)) is not None
        if not planned:
            await self._handoff.leave_queue(conversation_id, HandoffReason.EMERGENCY)
        await self._handoff.remember(conversation_id, scope.DECLINED, text or None)
        kept = made("denied", kind, text) | ({"kept": True} if planned else {})
        await self._handoff.remember(conversation_id, FACT, kept if text else None)
        denied = Outcome(Result.DANGER_DENIED, about=kind or None)
        asked = after_alarm.asked_before(wished, [str(fact.get(key) or "") for key in ("asked", "question")])
        if despair:
            if after_alarm.own_death(asked):
                asked = ""
            glad = steps.glad(answers=bool(asked))
            return Screened(text=asked, ahead=[glad]) if asked else Screened([glad], outcome=denied)
        if asked:
            return Screened(text=asked)
        if fact.get("withheld"):
            return Screened([restored(one) for one in fact["withheld"]], outcome=denied)
        return Screened(text=text) if text else Screened([Reply("好的，您请说，我在听。")], outcome=denied)

    @staticmethod
    def _tired(job: Job, fact: dict[str, Any]) -> bool:
        """Whether the citizen protests against an alarm that nobody can have forced them to take back."""
        forced = is_open(fact) and str(fact.get("kind")) in ended.BY_PEOPLE
        return (
            job.mode is not Mode.HUMAN
            and known_of_late(fact)
            and not forced
            and after_alarm.tired_of(job.text)
        )

    async def _let_be(self, conversation_id: str, job: Job, fact: dict[str, Any]) -> Screened:
        """Stop telling the citizen to phone, and answer what is asked with the protest."""
        kind = str(fact["kind"])
        await self._handoff.leave_queue(conversation_id, HandoffReason.EMERGENCY)
        await self._handoff.remember(conversation_id, FACT, made("denied", kind, str(fact["text"])))
        _, question = after_alarm.asked_after(job.text)
        if question:
            return Screened(text=question, ahead=[steps.sorry(answers=True)])
        return Screened([steps.sorry(answers=False)], outcome=Outcome(Result.DANGER_DENIED, about=kind))
