"""Answers follow-up questions (那要带什么材料？) from the entry that the conversation is about, or from its topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.actions.policy import feedback
from bot.actions.policy.answer import (
    ASKED,
    ENTRY,
    NEAR,
    WAYS_ON,
    entry_choice,
    is_sure,
    search,
    source_line,
    tell,
    tell_result,
)
from bot.actions.policy.answer import offered as near_entries
from bot.actions.policy.aspects import aspect, only_follows, quoted, quotes_first, wanted_section
from bot.actions.policy.choosing import offered
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Choice, Turn
from bot.actions.runtime.wording import FILE_QUESTION, HUMAN, choice, clip
from conversations.event_kinds import Result
from kb_index.entries.render import to_text

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

_DEPARTMENT = re.compile(r"部门|单位|归谁|谁管|找谁|找哪|电话")
_SOURCE = re.compile(r"依据|规定|文件|哪条|第几条|法律|出处|来源")
_MORE = re.compile(r"还有|然后|详细|具体|继续|多说|展开")
_SHORT = 12
"""Most characters of a question that may be clear only together with the topic of the last entry."""
_PLACE = "办理地点"
_NEAREST = 2
"""Most other entries offered together with "I don't know"."""


async def follow_up(turn: Turn) -> None:
    """Answer from the entry that the conversation is about; search for a question that names another subject."""
    known = await parts().conversations.recall(turn.conversation_id)
    entry = parts().kb.entry(str(known[ENTRY])) if known.get(ENTRY) else None
    pressed = turn.entities.get("section")
    asked_back = [] if turn.pressed else offered(turn)
    if asked_back and wanted_section(turn.text) and len(turn.text) <= _SHORT:
        # After 您是想问…吗？ the citizen writes 要带什么材料: this accepts the first candidate as the new subject.
        entry = asked_back[0]
        await parts().conversations.remember(turn.conversation_id, ENTRY, entry.id)
    if entry is None:
        await _without_entry(turn, str(known.get(ASKED) or ""))
        return
    if not pressed and not only_follows(turn.text) and await _told_other(turn, entry):
        return
    await _within(turn, entry, pressed or wanted_section(turn.text) or _office(turn.text, entry))


async def continues(turn: Turn) -> bool:
    """Handle a message that names no subject of its own (还要带啥), whatever its intent; False for any other.

    Its subject is the entry given last, or the last question without an answer.
    """
    if turn.pressed or not only_follows(turn.text):
        return False
    known = await parts().conversations.recall(turn.conversation_id)
    if not (known.get(ENTRY) or known.get(ASKED)):
        return False
    turn.set("misses", 0)
    await follow_up(turn)
    return True


def continuing_first(action: Action) -> Action:
    """Wraps an action: a message that only follows up on what was answered is handled first; else the action runs."""

    async def continue_or_act(turn: Turn) -> None:
        if not await continues(turn):
            await action(turn)

    return continue_or_act


def _office(text: str, entry: Entry) -> str | None:
    """The section with the place, if the text asks 找谁 and the entry has that section; else None."""
    return _PLACE if re.search(r"找谁|找哪", text) and _PLACE in entry.sections else None


async def _without_entry(turn: Turn, asked: str) -> None:
    """Answer a follow-up when the conversation is about no entry.

    Args:
        asked: the last question without an answer, which the follow-up may be about; "" when there is none.
    """
    if turn.pressed:
        turn.say("您想问哪件事的办理情况？请说完整一点，比如“办居住证要什么材料”。", [HUMAN])
    elif not asked or not only_follows(turn.text):
        await tell_result(turn, await search(turn.text))
    else:
        result = await search(f"{asked}，{turn.text}")
        if is_sure(result):
            await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
            return
        near = [entry_choice(turn, entry) for entry in near_entries(result)]
        await feedback.keep_unanswered(turn, f"{asked}——{turn.text}")
        _say_unknown(turn, f"“{clip(asked, 30)}”这件事我没有把握，您问的这一点也不敢随便说。", asked, near)


async def _told_other(turn: Turn, entry: Entry) -> bool:
    """Answer a follow-up from another entry, if one surely answers it; False when none does."""
    result = await search(turn.text)
    if not is_sure(result) and len(turn.text) <= _SHORT:
        result = await search(f"{entry.topic} {turn.text}")
        if not (is_sure(result) and _related(entry, result.hits[0].entry)):
            return False
    if not is_sure(result) or result.hits[0].entry.id == entry.id:
        return False
    await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
    return True


def _related(one: Entry, other: Entry) -> bool:
    """Whether two entries are about the same topic."""
    return one.id != other.id and (one.topic == other.topic or bool(set(one.tags) & set(other.tags)))


async def _within(turn: Turn, entry: Entry, section: str | None) -> None:
    rest = [choice(name, "follow_up", section=name) for name in entry.sections if name != section]
    verdict = feedback.rating_again(turn)
    said = _said_in(entry, section, "" if turn.pressed else turn.text)
    if said:
        turn.say(said, [*rest, *verdict, HUMAN])
        turn.outcome(Result.ANSWERED, entry=entry.id, about=section)
        return
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
    found = None if turn.pressed else aspect(turn.text)
    asked = found.name if found else section or "您问的这一点"
    result = await search(f"{entry.topic} {asked if turn.pressed else turn.text}")
    related = [hit.entry for hit in result.hits if _related(entry, hit.entry)][:_NEAREST]
    _say_unknown(
        turn,
        f"关于“{entry.title}”，{asked}我手头的资料没有写，不能乱说。",
        entry.title,
        [*rest, *(entry_choice(turn, other) for other in related)],
        about=(entry.id, section),
        listed=bool(related),
    )


def _said_in(entry: Entry, section: str | None, text: str) -> str:
    """What an entry says to a follow-up: its section, or the sentences that answer it; "" when it says nothing."""
    if section and section in entry.sections and not (text and quotes_first(text)):
        return f"{entry.title}——{section}：\n{to_text(entry.sections[section])}"
    told = quoted(entry, text) if text else ""
    if told:
        return f"关于“{entry.title}”，资料里写的是：{told}。"
    if section and section in entry.sections:
        return f"{entry.title}——{section}：\n{to_text(entry.sections[section])}"
    return ""


def said_within_form(entry: Entry, text: str) -> str:
    """What an entry says to a follow-up asked while a form runs; "" when it says nothing."""
    return _said_in(entry, wanted_section(text), text)


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
    turn.say(first + WAYS_ON + (NEAR if listed else ""), [FILE_QUESTION, HUMAN, *near])
    turn.set("story", turn.text if turn.pressed else f"{subject.rstrip('？?')}：{turn.text}")
    turn.offer("complaint")
    turn.outcome(Result.UNKNOWN, entry=about[0], about=about[1])
