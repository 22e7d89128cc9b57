"""Answers follow-up questions (那要带什么材料？) from the entry that the conversation is about, or from its topic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.actions.policy import declined, feedback, unknown, within
from bot.actions.policy.answer import (
    ASKED,
    BEFORE,
    ENTRY,
    candidates,
    entry_choice,
    is_likely,
    is_sure,
    likeliest,
    near_entries,
    search,
    source_line,
    tell,
    tell_result,
)
from bot.actions.policy.aspects import only_follows, own_subjects, wanted_section
from bot.actions.policy.choosing import offered
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Choice, Turn
from bot.actions.runtime.wording import FILE_QUESTION, HUMAN, choice, plain
from bot.actions.talk.asked import earlier, kinds_of
from bot.understanding.decide import ASK_WITH_MATTER
from bot.understanding.elliptic import leans, may_ask
from conversations.event_kinds import Result

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

_WHO = r"找谁|找哪|谁(?:给|来|负责|能给?)?(?:办|弄|发)"
_DEPARTMENT = re.compile(rf"部门|单位|归谁|谁管|电话|{_WHO}")
_SOURCE = re.compile(r"依据|规定|文件|哪条|第几条|法律|出处|来源")
_MORE = re.compile(r"还有|然后|详细|具体|继续|多说|展开")
_LEANING = 16
"""Most characters of a question that may be clear only together with what was said before."""
_FIRMLY = 0.8
"""Probability (0 to 1) from which a sentence of the last entry goes before another entry that is sure."""
_ANSWERING = frozenset({"action_answer_policy", "action_follow_up", "action_fallback", "action_ask_or_tell"})
"""Actions that may have answered from an entry."""
_PLACE = "办理地点"
_RELATED_FROM = 0.12
"""Probability (0 to 1) from which a related entry is offered: one of the same subject is rarely strange."""
_NEAREST = 2
"""Most other entries offered together with "I don't know"."""


async def follow_up(turn: Turn) -> None:
    """Answer from the entry that the conversation is about; search for a question that names another subject."""
    known = await parts().conversations.recall(turn.conversation_id)
    entry = subject_of(known)
    pressed = turn.entities.get("section")
    if not turn.pressed and offered(turn):
        await _after_guess(turn)
        return
    if not turn.pressed and await declined.answered(turn, known):
        return
    if entry is None:
        await _without_entry(turn, known)
        return
    if pressed or turn.pressed:
        await _within(turn, entry, pressed)
        return
    told = await within.told(entry, turn.text)
    bare = only_follows(turn.text)
    if told is not None and told.sure and bare:
        within.say(turn, entry, told)
    elif told is None and await _from_before(turn, known):
        return
    elif bare or not await _told_other(turn, entry, told):
        if own_subjects(turn.text, entry):
            await tell_result(turn, await search(turn.text))
            return
        await _within(turn, entry, wanted_section(turn.text) or _office(turn.text, entry), told)


async def continues(turn: Turn) -> bool:
    """Handle a message that goes on from what was just answered, whatever its intent; False for any other.

    It names no subject (还要带啥), leans on the talk (那外地的呢), is answered by a sentence of the entry given last
    (能罚款吗), or would only be asked whether it means that entry again.
    """
    if turn.pressed:
        return False
    known = await parts().conversations.recall(turn.conversation_id)
    about = subject_of(known)
    bare = only_follows(turn.text)
    if bare and (about is not None or known.get(ASKED) or known.get(BEFORE) or offered(turn)):
        turn.set("misses", 0)
        await follow_up(turn)
        return True
    if turn.intent == ASK_WITH_MATTER or not (may_ask(turn.text) or may_ask(turn.text, kinds_of(turn))):
        return False
    if await declined.answered(turn, known):
        turn.set("misses", 0)
        return True
    if about is not None and not offered(turn):
        return await _goes_on(turn, about, known)
    if not leans(turn.text) or (await search(turn.text)).outcome != "unknown":
        return False
    if offered(turn):
        await _after_guess(turn)
    elif known.get(ASKED):
        await _without_entry(turn, known)
    else:
        return False
    turn.set("misses", 0)
    return True


async def _goes_on(turn: Turn, entry: Entry, known: Mapping[str, object]) -> bool:
    """Answer a question that an entry answers, or that leans on it; False when it is a question of its own."""
    alone = await search(turn.text)
    same = bool(alone.hits) and alone.hits[0].entry.id == entry.id
    short = len(plain(turn.text)) <= _LEANING
    told = await within.told(entry, turn.text) if short or same else None
    firmly = told is not None and told.probability >= _FIRMLY and leans(turn.text)
    if (is_sure(alone) and not same and not firmly) or parts().city.asks_elsewhere(turn.text) is not None:
        return False
    if not same and not firmly and own_subjects(turn.text, entry, headed=not leans(turn.text)):
        return False
    rival = 0.0 if same or firmly else likeliest(alone)
    if told is not None and told.sure and told.probability >= rival:
        within.say(turn, entry, told)
    elif is_sure(alone) or (alone.outcome == "ask_back" and not same and not leans(turn.text)):
        return False
    elif leans(turn.text):
        if (told is None and await _from_before(turn, known)) or await _told_other(turn, entry, told):
            return True
        if told is None and not same:
            return False
        await _within(turn, entry, None, told)
    elif same and alone.outcome == "ask_back" and len(candidates(alone)) == 1:
        await _within(turn, entry, None, told)  # 您是想问…吗 about what was just said helps nobody
    else:
        return False
    turn.set("misses", 0)
    return True


async def surely_says(turn: Turn) -> bool:
    """Answer a short question, right after an entry was given, that a sentence of it surely answers; else False.

    For actions that take the question for something else: a report (修车店的味呢), or the time that a ticket takes.
    """
    if turn.pressed or turn.previous_action not in _ANSWERING or not may_ask(turn.text):
        return False
    entry = subject_of(await parts().conversations.recall(turn.conversation_id))
    if entry is None or offered(turn) or not leans_or_follows(turn.text):
        return False
    told = await within.told(entry, turn.text)
    if told is None or not told.sure:
        return False
    if own_subjects(turn.text, entry, headed=True):
        alone = await search(turn.text)
        if is_sure(alone) and alone.hits[0].entry.id != entry.id:
            return False
    turn.set("misses", 0)
    within.say(turn, entry, told)
    return True


def surely_first(action: Action) -> Action:
    """Wraps an action: :func:`surely_says` comes first; else the action runs."""

    async def say_or_act(turn: Turn) -> None:
        if not await surely_says(turn):
            await action(turn)

    return say_or_act


async def _after_guess(turn: Turn) -> None:
    """Answer a follow-up to 您是想问…吗？ that nobody said yes to: it is about the citizen's own words."""
    own = "，".join(reversed(earlier(turn)[:1]))
    asked = f"{own}，{turn.text}" if own else turn.text
    result = await search(asked)
    if is_sure(result) or is_likely(result):
        hit = result.hits[0]
        told = await within.told(hit.entry, turn.text)
        if told is None:
            await tell(turn, hit.entry, probability=hit.probability, doubt=not is_sure(result))
        else:
            await parts().conversations.remember(turn.conversation_id, ENTRY, hit.entry.id)
            within.say(turn, hit.entry, told)
        return
    near = [entry_choice(turn, entry) for entry in near_entries(result, asked)]
    await feedback.keep_unanswered(turn, f"{own}——{turn.text}")
    _say_unknown(turn, unknown.sentence(turn, first=unknown.POINT), own or turn.text, near, listed=bool(near))


def continuing_first(action: Action) -> Action:
    """Wraps an action: a message that only follows up on what was answered is handled first; else the action runs."""

    async def continue_or_act(turn: Turn) -> None:
        if not await continues(turn):
            await action(turn)

    return continue_or_act


def subject_of(known: Mapping[str, object]) -> Entry | None:
    """The entry that a conversation is about; None when it is about none.

    Args:
        known: the facts of the conversation.
    """
    return parts().kb.entry(str(known[ENTRY])) if known.get(ENTRY) else None


def leans_or_follows(text: str) -> bool:
    """Whether a question names no subject of its own or leans on what was said before."""
    return only_follows(text) or leans(text)


def _office(text: str, entry: Entry) -> str | None:
    """The section with the place, if the text asks 找谁 and the entry has that section; else None."""
    return _PLACE if re.search(_WHO, text) and _PLACE in entry.sections else None


async def _without_entry(turn: Turn, known: Mapping[str, object]) -> None:
    """Answer a follow-up when the conversation is about no entry.

    Args:
        known: the facts of the conversation, with the last question without an answer and the entry before it.
    """
    asked = str(known.get(ASKED) or "")
    if turn.pressed:
        turn.say("您想问哪件事的办理情况？请说完整一点，比如“办居住证要什么材料”。", [HUMAN])
    elif not asked or not (only_follows(turn.text) or leans(turn.text)):
        await tell_result(turn, await search(turn.text))
    else:
        result = await search(f"{asked}，{turn.text}")
        if is_sure(result):
            await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
            return
        if await _from_before(turn, known):
            return
        near = [entry_choice(turn, entry) for entry in near_entries(result, f"{asked}，{turn.text}")]
        await feedback.keep_unanswered(turn, f"{asked}——{turn.text}")
        _say_unknown(turn, unknown.sentence(turn), asked, near)


async def _from_before(turn: Turn, known: Mapping[str, object]) -> bool:
    """Answer from the entry before the last one or before the last unknown question; False when it does not say.

    还要带啥 names nothing, so it is about the last subject, unless the last question only leaned on the one before.
    """
    leant = not known.get(ENTRY) and leans_or_follows(str(known.get(ASKED) or ""))
    if only_follows(turn.text) and not leant:
        return False
    entry = parts().kb.entry(str(known[BEFORE])) if known.get(BEFORE) else None
    told = await within.told(entry, turn.text) if entry is not None and leans_or_follows(turn.text) else None
    if entry is None or told is None or not told.sure:
        return False
    alone = await search(turn.text)
    if is_sure(alone) or likeliest(alone) > told.probability:
        return False
    await parts().conversations.remember(turn.conversation_id, ENTRY, entry.id)
    within.say(turn, entry, told)
    return True


async def _told_other(turn: Turn, entry: Entry, told: within.Said | None) -> bool:
    """Answer a follow-up from another entry, if one surely answers it; False when none does.

    It is searched alone and, when it is short, together with the topic and with the citizen's words before it. What
    the entry itself says goes first.
    """
    result = await search(turn.text)
    if is_sure(result):
        if result.hits[0].entry.id == entry.id:
            return False
        await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
        return True
    if told is not None or len(plain(turn.text)) > _LEANING:
        return False
    for context in (entry.topic, *earlier(turn)[:1]):
        result = await search(f"{context}，{turn.text}")
        if is_sure(result) and _related(entry, result.hits[0].entry):
            await tell(turn, result.hits[0].entry, probability=result.hits[0].probability, doubt=True)
            return True
    return False


def _related(one: Entry, other: Entry) -> bool:
    """Whether two entries are about the same topic."""
    return one.id != other.id and (one.topic == other.topic or bool(set(one.tags) & set(other.tags)))


async def _within(turn: Turn, entry: Entry, section: str | None, told: within.Said | None = None) -> None:
    """Say what an entry says to a follow-up, or that it does not say.

    Args:
        section: the section that is asked for, if any.
        told: what the entry's sentences say to it, if anything.
    """
    rest = [choice(name, "follow_up", section=name) for name in entry.sections if name != section]
    if told is None and turn.pressed and section in entry.sections:
        told = within.section(entry, str(section))
    if told is not None:
        within.say(turn, entry, told)
        return
    verdict = feedback.rating_again(turn)
    if section is None and _SOURCE.search(turn.text) and source_line(entry):
        turn.say(source_line(entry), [*rest, *verdict, HUMAN])
        turn.outcome(Result.ANSWERED, entry=entry.id, about="依据")
        return
    if section is None and _DEPARTMENT.search(turn.text):
        turn.say(
            f"这件事由{entry.department}负责。窗口和电话我这里没有，需要的话帮您转人工问。",
            [*rest, HUMAN],
        )
        turn.offer("human")
        turn.outcome(Result.ANSWERED, entry=entry.id, about="承办单位")
        return
    if section is None and _MORE.search(turn.text) and entry.sections:
        turn.say(f"关于“{entry.title}”，您还可以看下面这些：", [*rest, HUMAN])
        turn.outcome(Result.ASKED_BACK, entry=entry.id)
        return
    await feedback.keep_unanswered(turn, f"{entry.title}——{section if turn.pressed else turn.text}")
    asked = f"“{section}”" if turn.pressed and section else "您问的这一点"
    result = await search(f"{entry.topic} {section if turn.pressed else turn.text}")
    near = [hit.entry for hit in result.hits if hit.probability >= _RELATED_FROM]
    related = [one for one in near if _related(entry, one)][:_NEAREST]
    _say_unknown(
        turn,
        f"“{entry.title.rstrip('？?')}”的资料里没有写{asked}。",
        entry.title,
        [*rest, *(entry_choice(turn, other) for other in related)],
        about=(entry.id, section),
        listed=bool(related),
    )


def _say_unknown(
    turn: Turn,
    first: str,
    subject: str,
    near: Sequence[Choice],
    *,
    about: tuple[str | None, str | None] = (None, None),
    listed: bool = False,
) -> None:
    """Say that a follow-up has no answer, and offer to file the question, or a human.

    Args:
        first: the first sentence.
        subject: what the follow-up is about; the filed question begins with it.
        near: further buttons.
        about: entry and section of the outcome.
        listed: whether ``near`` contains other entries.
    """
    turn.say(first + unknown.ways_on(turn) + (unknown.NEAR if listed else ""), [FILE_QUESTION, HUMAN, *near])
    turn.set("story", turn.text if turn.pressed else f"{subject.rstrip('？?')}：{turn.text}")
    turn.offer("complaint")
    turn.outcome(Result.UNKNOWN, entry=about[0], about=about[1])
