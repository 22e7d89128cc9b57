"""Answers a follow-up with the sentences of the entry that was given before, and with nothing else of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.actions.policy import feedback
from bot.actions.policy.aspects import only_follows, own_subjects, quotes_first, subject, wanted_section
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import HUMAN, choice, clip
from bot.understanding.within.judging import judge
from bot.understanding.within.sentences import sentences
from conversations.event_kinds import Result
from kb_index.entries.render import to_text
from kb_index.language.aspects import aspects
from kb_index.language.unsaid import missing
from kb_index.search.unsaid import unsaid

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

_LONGEST = 120
"""Longest quoted sentence, in characters."""
_BY_TITLE = 0.05
"""Probability (0 to 1) from which a sentence is said to a bare question for a point that the entry's own title asks for."""


@dataclass(frozen=True)
class Said:
    """What an entry says to a follow-up.

    Args:
        text: the reply.
        sure: whether it surely answers.
        probability: that it answers, 0 to 1.
        section: the section that is the reply, if any.
    """

    text: str
    sure: bool
    probability: float
    section: str | None = None


def section(entry: Entry, name: str) -> Said:
    """A section of an entry, which must have it."""
    return Said(f"{entry.title}——{name}：\n{to_text(entry.sections[name])}", True, 1.0, name)


async def told(entry: Entry, text: str) -> Said | None:
    """What an entry says to a follow-up in words: the section asked for, or one or two sentences; None for nothing.

    A question that names what the entry never mentions (职工医保呢 after 居民医保, 96119是干嘛的, 低保能申请吗 after 失业金)
    is about something else, and so is a sentence that does not mention it. A section, or a sentence that is
    not sure, answers only for a deed of the entry's (什么时候报名 is not when a card is made).

    Args:
        text: the citizen's words.
    """
    if unsaid(text, entry) or own_subjects(text, entry):
        return None
    wanted = wanted_section(text)
    other = _of_other_deed(text, entry)
    has = wanted is not None and wanted in entry.sections and not other
    # 办那个临时的要多久 is not told by the time that the card itself takes.
    has = has and not missing(text, f"{entry.title}\n{wanted}\n{entry.sections[str(wanted)]}")
    if has and not quotes_first(text):
        return section(entry, str(wanted))
    said = sentences(entry)
    found = await asyncio.to_thread(judge, entry.title, said, text)
    if found is None and only_follows(text) and aspects(text) & aspects(entry.title):
        # What the title asks for, the entry tells: to say that it does not would be wrong.
        found = await asyncio.to_thread(judge, entry.title, said, text, least=_BY_TITLE)
    if found is not None and missing(text, "\n".join((entry.title, *found.sentences))):
        found = None
    if found is not None and other and not found.sure:
        found = None
    if found is None:
        return section(entry, str(wanted)) if has else None
    quoted = "；".join(clip(one, _LONGEST) for one in found.sentences)
    head = "资料里写的是" if found.sure else "这一点资料里只写了"
    return Said(f"关于“{entry.title}”，{head}：{quoted}。", found.sure, found.probability)


def _of_other_deed(text: str, entry: Entry) -> bool:
    """Whether a question names, besides the point it asks for, something of which an entry has no two characters (报名)."""
    left = subject(text)
    whole = "\n".join(
        (*entry.questions, entry.answer, *(one for part in entry.sections.items() for one in part))
    )
    pairs = [left[at : at + 2] for at in range(len(left) - 1)]
    return bool(pairs) and left in text and not any(pair in whole for pair in pairs)


def say(turn: Turn, entry: Entry, said: Said) -> None:
    """Say it, with the entry's other sections and the verdict on the answer before."""
    rest = [choice(name, "follow_up", section=name) for name in entry.sections if name != said.section]
    turn.say(said.text, [*rest, *feedback.rating_again(turn), HUMAN])
    turn.outcome(Result.ANSWERED, entry=entry.id, probability=round(said.probability, 3), about=said.section)
