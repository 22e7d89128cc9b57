"""Meets what a citizen says while a danger is open: advice was given, and the danger is not over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from conversations import (
    after_alarm,
    another,
    aside,
    by_text,
    danger,
    during,
    ended,
    grief,
    met,
    muted,
    scope,
    sequels,
    steps,
    store,
)
from conversations.danger import Advice, Danger, Judge
from conversations.danger_state import (
    FACT,
    FRESH,
    advice_of,
    fresh,
    goes_beside,
    goes_on,
    made,
    not_over,
    read_as,
    same_violence,
)
from conversations.event_kinds import Outcome, Result, read_report
from conversations.handoff import Handoff
from conversations.models import Turn
from conversations.sequels import DONE_WITH, Heard
from conversations.sources import SOURCE_URGENT
from conversations.types import HandoffReason, Job, Mode, Reply
from conversations.waiting import asks_how_long, asks_place
from core.clock import iso, now
from core.database import Database

TALKED = (None, Result.TALK, Result.UNKNOWN, Result.NOT_UNDERSTOOD)
"""Results of a turn that don't help a person in danger. None: no action reported a result."""
_BESIDE = (Result.ANSWERED, Result.TICKET)
"""Results that are no words about the danger: they come after a line with the numbers."""
_SAID = 6
"""Number of the citizen's last messages in which is read what was told of the danger."""
_MEANT = 16
"""Most characters of a message that tells what the citizen means to do, whatever danger it sounds like."""
_SEQUEL = 60
"""Most characters of a message that is read as the sequel of an alarm. A longer one tells a matter of its own."""
WHERE = "求助的人和地点"
"""Name of the line with which agents see where help must come."""


@dataclass(frozen=True)
class Screened:
    """What to do with a message.

    Args:
        replies: replies to the citizen that end the turn; None when the turn goes on.
        text: text for the assistant instead of the message; None: the message.
        outcome: what the turn came to, when it ends here.
        beside: the danger that is asked about in front of the answer.
        question: what is answered after the advice that ends the turn; "" for nothing.
        ahead: replies that are said in front of the answer, when the turn goes on.
    """

    replies: Sequence[Reply] | None = None
    text: str | None = None
    outcome: Outcome | None = None
    beside: Danger | None = None
    question: str = ""
    ahead: Sequence[Reply] = ()


class OpenDanger:
    """Answers within an open danger.

    Args:
        database: where the conversations are.
        handoff: calls the agents, and keeps the facts.
        judge: reads what is said after an alarm; without it the words alone decide.
    """

    def __init__(self, database: Database, handoff: Handoff, judge: Judge | None) -> None:
        self._database = database
        self._handoff = handoff
        self._judge = judge

    async def heard(self, text: str, fact: dict[str, Any]) -> Heard | None:
        """What a message says about the danger that is open, or that was asked about."""
        shares = await self._sequel(text, fact)
        found = during.heard(text, read_as(fact), str(fact["text"]), shares)
        # Who was asked whether all are safe, and tells good news again, is believed.
        twice = (
            found in (Heard.EASED, Heard.ABOUT)
            and fact.get("eased")
            and sequels.ends(shares)
            and not during.still_in(text)
            and during.sign(text) is None  # 他还在客厅 is no good news, however it is read
        )
        return Heard.OVER if twice and read_as(fact) != "self_harm" else found

    async def worsens(self, text: str, fact: dict[str, Any]) -> bool:
        """Whether a message says that a danger that was over is not (又闭上了, 可是不会动)."""
        if during.asks_for_more(text) or _EARLIER.search(text) or after_alarm.more_company(text):
            return False
        return sequels.back(await self._sequel(text, fact))

    async def asks_now(self, text: str, fact: dict[str, Any]) -> bool:
        """Whether a message surely asks what to do in the danger that was asked about."""
        return after_alarm.asks(text) and sequels.asks_now(await self._sequel(text, fact))

    async def _sequel(self, text: str, fact: dict[str, Any]) -> Mapping[str, float]:
        if self._judge is None or not 0 < len(text) <= _SEQUEL:
            return {}
        return await asyncio.to_thread(self._judge.after, str(fact["text"]), text)

    async def meet(
        self, conversation_id: str, job: Job, found: Danger | None, fact: dict[str, Any]
    ) -> Screened | None:
        """The reply to a message about the open danger; None when the message is to be answered as usual.

        Args:
            found: the danger that the message tells of.
            fact: the open danger.
        """
        kind = str(fact["kind"])
        outcome = Outcome(Result.DANGER, about=kind)
        if found is not None and found.kind == kind and self._newly_harmed(job.text, fact):
            return None  # The whole advice for the wound is due, whatever else the message says.
        if found is not None and aside.doubted(job.text, found):
            found = None
        told, question = after_alarm.apart(job.text)
        heard = await self.heard(told, fact)
        if not question and during.heard(told, read_as(fact), str(fact["text"])) is None:
            rest, asked = after_alarm.asked_after(job.text)
            news = await self.heard(rest, fact) if asked else None
            if news in DONE_WITH:
                told, question, heard = rest, asked, news
        if found is not None and found.kind != kind:
            shares = await self._sequel(job.text, fact)
            if sequels.within(shares) or sequels.good_news(shares, found.kind):
                found = None  # 有人想扒门出去可以吗 asks about this danger, and tells of no other.
        clear = found is not None and found.clear
        if heard in (Heard.OVER, Heard.PAST) and clear and found is not None and found.kind == kind:
            # 快来人啊，我家着火了 is no end, whatever is learned of it: there only plain words count.
            plainly = during.heard(told, read_as(fact), str(fact["text"]))
            heard = heard if plainly in DONE_WITH else Heard.ABOUT
        if goes_beside(fact) and not another.of_all(told) and await self._of_one(told, heard, fact):
            heard = Heard.EASED
        over = heard in DONE_WITH
        known = clear and found is not None and goes_on(job.text, found, fact, heard)
        # 我跳下去救 and 坐电梯下去 sound like other dangers. So short, they tell what the citizen means to do.
        if not clear or known or (found is not None and found.kind == kind) or len(job.text) <= _MEANT:
            own = await self._asked_or_meant(conversation_id, job, fact)
            if own is not None:
                return Screened([own], outcome=outcome)
        if found is not None and clear and not (over and found.kind == kind):
            if not known:
                return None
            # The same danger goes on. Its own advice says more than that of another kind, or the numbers alone.
            heard = Heard.ABOUT if over else heard
            return Screened([await self._step(conversation_id, job.text, heard, fact)], outcome=outcome)
        if over and heard is not None:
            behind = {"past": True} if heard is Heard.PAST else {}
            await self._handoff.remember(conversation_id, FACT, fact | {"state": "over"} | behind)
            if kind not in ended.BY_PEOPLE:
                await self._handoff.leave_queue(conversation_id, HandoffReason.EMERGENCY)
            told_over = steps.done_with(heard, advice_of(fact))
            return (
                Screened(text=question, ahead=[told_over])
                if question
                else Screened([told_over], outcome=outcome)
            )
        if fact.get("filing") and heard is not Heard.CALLED and not during.cries(job.text):
            return None  # The form has asked a question, and its answers are words like these.
        if heard is Heard.CALLED and question:
            step = await self._step(conversation_id, told, heard, fact)
            return Screened([step], outcome=outcome, question=question)
        if question and heard is None:
            return None
        waits = job.mode is Mode.WAITING
        if waits and asks_place(job.text) and not during.only_details(job.text):
            return None
        # 没人在乎我 and 120还要多久 sound like pushing in the queue. In a danger they are about the danger.
        pushes = waits and asks_how_long(job.text)
        despair = read_as(fact) == "self_harm"
        apart = aside.elsewhere(job.text) or aside.asks_to_file(job.text)
        if despair and found is None and apart and not after_alarm.own_death(job.text):
            return None  # 催收违法去哪告 is answered, and 能在你这登记吗 filed, whatever it seems to say of the despair.
        alone = despair and _stays(job.text)
        if not alone and heard is None and not pushes and (found is None or during.asks_for_more(job.text)):
            return None
        return Screened([await self._step(conversation_id, job.text, heard, fact)], outcome=outcome)

    async def begin(
        self, conversation_id: str, job: Job, found: Danger, text: str, fact: dict[str, Any]
    ) -> Screened:
        """Give advice for a danger, and call the agents. It is short when the same danger was told before.

        Args:
            found: the danger.
            text: the words that told of it.
            fact: what is remembered of a danger before.
        """
        found = same_violence(found, text, fact)
        advice = danger.advice(found.kind, text)
        other = fact.get("state") in ("told", "over") and fresh(fact)
        earlier = not_over(fact) if other else []
        if other and advice.label != advice_of(fact).label:
            past = {"over": "yes"} if fact["state"] == "over" else {}
            earlier.append({"kind": fact["kind"], "text": fact["text"]} | past)
        if earlier:
            advice = advice.beside(advice_of(fact))
        again = fact.get("state") == "told" and fresh(fact) and fact.get("label") == advice.label
        nth = await self._handoff.sources.urgent(conversation_id)
        repeated = nth > SOURCE_URGENT
        context = {"紧急": advice.label}
        if repeated:
            context["提醒"] = f"同一来源 10 分钟内第 {nth} 个紧急会话，可能是重复的，排在其他紧急会话之后"
        place = await self._handoff.request_human(
            conversation_id, HandoffReason.EMERGENCY, urgent=not repeated, context=context
        )
        kept = str(fact["text"]) if again else text
        state = {**made("told", found.kind, kept), "label": advice.label}
        state |= {"before": earlier} if earlier else {}
        if fact.get("state") == "told":
            # Who can't speak, and where help must come, stays known when another danger is told.
            state |= {key: fact[key] for key in ("asked", "by_text", "said", "where") if key in fact}
        if await self._handoff.recalled(conversation_id, by_text.FACT):
            state["by_text"] = True
        if found.question:
            state["question"] = found.question
        await self._handoff.remember(conversation_id, FACT, state)
        # The message may also bring a matter. It can be filed later, in the citizen's own words.
        await self._handoff.remember(conversation_id, scope.DECLINED, kept)
        outcome = Outcome(Result.DANGER, about=found.kind, probability=found.probability)
        if again:
            short = steps.again(advice, by_text=bool(fact.get("by_text")))
            own = met.answer(advice, text, await self.told(conversation_id, fact))
            if own is not None:
                short = Reply(own.reply, short.buttons, advice.card())
            return Screened([await self.new(conversation_id, short, state)], outcome=outcome)
        ways = () if job.mode is Mode.HUMAN else steps.ways(advice)
        told = advice.reply(steps.comes(place, first=not repeated, left=job.mode is Mode.HUMAN), ways)
        return Screened([told], outcome=outcome, question=found.question)

    async def stay(self, conversation_id: str, text: str, fact: dict[str, Any]) -> Screened:
        """The next step, for words that say nothing else of the open danger."""
        step = await self._step(conversation_id, text, Heard.ABOUT, fact)
        return Screened([step], outcome=Outcome(Result.DANGER, about=str(fact["kind"])))

    async def comfort(self, conversation_id: str, text: str, fact: dict[str, Any]) -> Screened:
        """Warm words to one who grieves; no form opens, and nothing is asked but whether a human shall come."""
        heard = await self.heard(text, fact) if fact["state"] == "told" else None
        gone = heard in DONE_WITH or grief.lost(text)
        told = fact | {"state": "over"} if gone else fact
        goes_on = told["state"] == "told" and fresh(fact)
        reply = grief.reply(advice_of(fact), fact, text, goes_on=goes_on)
        counted = {"comforted": int(fact.get("comforted") or 0) + 1, "offered": iso(now())}
        await self._handoff.remember(conversation_id, FACT, told | counted)
        return Screened(
            [reply], outcome=Outcome(Result.DANGER if goes_on else Result.TALK, about=str(fact["kind"]))
        )

    async def human(self, conversation_id: str, job: Job, fact: dict[str, Any]) -> Screened:
        """Call the agents for a citizen in danger who asks for a human, and go on talking."""
        urgent = await self._handoff.sources.urgent(conversation_id) <= SOURCE_URGENT
        place = await self._handoff.request_human(conversation_id, HandoffReason.EMERGENCY, urgent=urgent)
        again, by_text = bool(fact.get("human")), bool(fact.get("by_text"))
        reply = steps.human(advice_of(fact), place, again=again, by_text=by_text)
        told = await self.new(conversation_id, reply, fact | {"human": True})
        return Screened([told], outcome=Outcome(Result.DANGER, about=str(fact["kind"])))

    async def _of_one(self, text: str, heard: Heard | None, fact: dict[str, Any]) -> bool:
        """Whether news is good for one of two who are in danger (救护车来了，接走了): the other one still is."""
        if heard in DONE_WITH:
            return True
        before = [made("told", str(one["kind"]), str(one["text"])) for one in not_over(fact)]
        return any([await self.heard(text, one) in DONE_WITH for one in before])

    @staticmethod
    def _newly_harmed(text: str, fact: dict[str, Any]) -> bool:
        """Whether a message of somebody in despair tells of a wound, or of pills taken, that was not known."""
        told = danger.advice("self_harm", text)
        return read_as(fact) == "self_harm" and danger.harmed(told) and told.label != advice_of(fact).label

    async def _asked_or_meant(self, conversation_id: str, job: Job, fact: dict[str, Any]) -> Reply | None:
        """The reply to what the citizen means to do, asks of the danger, or tells of where help must come; or None."""
        if fact.get("filing"):
            return None
        advice = advice_of(fact)
        own = met.answer(advice, job.text, await self.told(conversation_id, fact))
        if own is not None:
            said = Reply(own.reply, steps.ways(advice), advice.card())
            quiet = fact | {"by_text": True} if job.text.find("12110") >= 0 else fact
            return await self.new(conversation_id, said, quiet)
        if after_alarm.whereabouts(job.text):
            kept = "；".join([*str(fact.get("where") or "").split("；"), job.text.strip()[:80]]).strip("；")
            await self._handoff.request_human(conversation_id, HandoffReason.EMERGENCY, context={WHERE: kept})
            said = steps.taken_down(advice, by_text=bool(fact.get("by_text")))
            return await self.new(conversation_id, said, fact | {"where": kept})
        return None

    async def told(self, conversation_id: str, fact: dict[str, Any]) -> str:
        """What was told of the danger so far: the words that raised the alarm, and the last messages."""
        async with self._database.read() as session:
            said = await store.recent_words(session, conversation_id, now() - FRESH, _SAID)
        return "，".join([str(fact["text"]), *said])

    async def _step(
        self, conversation_id: str, text: str, heard: Heard | None, fact: dict[str, Any]
    ) -> Reply:
        """The next step, and what of it is new is remembered."""
        called = bool(fact.get("called")) or heard is Heard.CALLED
        by_text = bool(fact.get("by_text")) or muted.must_be_quiet(text)
        signs, sign = list(fact.get("signs", ())), during.sign(text)
        new = sign is not None and sign not in signs and len(signs) < steps.SIGNS
        if new:
            signs.append(sign)
        changed = fact | ({"called": True} if called else {}) | ({"signs": signs} if signs else {})
        changed |= {"by_text": True} if by_text else {}
        changed |= {"eased": True} if heard is Heard.EASED else {}
        again = new or during.asks_what_now(text)
        advice = advice_of(fact)
        if self._asks_more(text, heard, advice, by_text=by_text):
            return await self.new(conversation_id, steps.not_known(advice, called=called), changed)
        step = steps.step(advice, heard, called=called, steps=again, by_text=by_text)
        return await self.new(conversation_id, step, changed)

    @staticmethod
    def _asks_more(text: str, heard: Heard | None, advice: Advice, *, by_text: bool) -> bool:
        """Whether a message asks something of the danger that neither the steps nor any other words would answer."""
        told = during.only_details(text) or during.asks_what_now(text) or _ASIDE.search(text)
        plainly = after_alarm.asks(text) and not told  # 十几分钟了 asks nothing.
        return plainly and heard in (None, Heard.ABOUT) and not by_text and not steps.in_despair(advice)

    async def new(self, conversation_id: str, reply: Reply, fact: dict[str, Any]) -> Reply:
        """The reply in other words when it would be the same as the last one; it is remembered with the fact."""
        new = steps.varied(reply, str(fact.get("said", "")))
        await self._handoff.remember(conversation_id, FACT, fact | {"said": new.text})
        return new

    async def help_first(
        self, conversation_id: str, job: Job, replies: Sequence[Reply], fact: dict[str, Any]
    ) -> Screened:
        """Put the next step in front of the assistant's replies, or instead of those that are no help."""
        outcome = await self.outcome(job)
        result = None if outcome is None else outcome.result
        if outcome is not None and result is Result.TALK and outcome.about == "cancelled":
            left = await self.new(conversation_id, steps.left_form(advice_of(fact)), fact)
            return Screened([*replies, left], outcome=Outcome(Result.DANGER, about=str(fact["kind"])))
        if (
            after_alarm.asks(job.text)
            and result in (*TALKED, Result.ASKED_BACK)
            and not _ASIDE.search(job.text)
        ):
            fact |= {"asked": job.text}
            await self._handoff.remember(conversation_id, FACT, fact)
        if result is Result.MATTER and not fact.get("filing"):
            await self._handoff.remember(conversation_id, FACT, fact | {"filing": True})
            return Screened([steps.first(advice_of(fact), by_text=bool(fact.get("by_text"))), *replies])
        if result is Result.FILED:
            await self._handoff.remember(conversation_id, FACT, fact | {"filing": False})
        if fact.get("filing"):
            return Screened()
        by_text = bool(fact.get("by_text"))
        other = result in (*TALKED, Result.ASKED_BACK) and aside.elsewhere(job.text)
        if (result in _BESIDE or other) and (fact.get("called") or fact.get("aside")):
            return Screened()  # The numbers were told, and this is about something else.
        if result in _BESIDE or other:
            await self._handoff.remember(conversation_id, FACT, fact | {"aside": True})
            return Screened([steps.first(advice_of(fact), by_text=by_text), *replies])
        if result not in (*TALKED, Result.ASKED_BACK):
            return Screened()
        step = await self._step(conversation_id, job.text, None, fact)
        beside = replies if result is Result.ASKED_BACK else ()
        return Screened([step, *beside], outcome=Outcome(Result.DANGER, about=str(fact["kind"])))

    async def result(self, job: Job) -> Result | None:
        """What the actions have reported of a turn that is open; None when they have reported nothing."""
        outcome = await self.outcome(job)
        return None if outcome is None else outcome.result

    async def outcome(self, job: Job) -> Outcome | None:
        """The whole of :meth:`result`."""
        async with self._database.read() as session:
            reported = await session.scalar(select(Turn.reported).where(Turn.id == job.turn_id))
        return read_report(reported).outcome


_EARLIER = re.compile("上[回次]|之前|以前|那个|单子|工单")
"""Words of something that was said or filed before."""
_ASIDE = re.compile(
    r"(?:就|只是|随便)(?:想)?(?:问问|问一下|问下)(?!.{0,2}[费证档])|怎么死|怎样死|死了?会|疼不疼|痛不痛|有人(?:在|吗)|你是谁|你能"
)
"""Questions that are asked of the one who listens, or of death itself."""


def _stays(text: str) -> bool:
    """Whether what somebody in despair says stays within the talk: it asks for nothing, or for what comes after death."""
    asks = after_alarm.asks(text)
    return (
        after_alarm.own_death(text)
        or not (asks or during.asks_for_more(text))
        or _ASIDE.search(text) is not None
    )
