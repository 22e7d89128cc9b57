"""Answers a follow-up with the sentences of the entry that was given before, and with nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.actions.policy import feedback
from bot.actions.policy.aspects import aspect, quotes_first, subject, wanted_section
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import FILE_QUESTION, HUMAN, choice, clip
from bot.understanding.within.sentences import headed
from conversations.event_kinds import Result
from kb_index.entries.render import to_text
from kb_index.language.unsaid import missing

if TYPE_CHECKING:
    from bot.understanding.within.choice import Choice
    from kb_index.entries.entry import Entry

_LONGEST = 120
"""Longest quoted sentence, in characters."""
_DEED = 3
"""Most characters of the name of a deed; more tell what has happened."""
_UNSURE = "要是没说到您想问的，可以登记下来请工作人员答复，也可以转人工。"
"""Said below a sentence that may not be what was asked for."""


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


def section_for(entry: Entry, text: str) -> str | None:
    """The section that a question asks for; None when the entry has none, or it does not mention what the question names."""
    wanted = wanted_section(text)
    if wanted is None or wanted not in entry.sections or quotes_first(text):
        return None
    lacks = of_other_deed(text, entry)
    return None if lacks or missing(text, f"{entry.title}\n{wanted}\n{entry.sections[wanted]}") else wanted


def of_other_deed(text: str, entry: Entry) -> bool:
    """Whether a question for a time, a place or the like names something of which an entry has no two characters (什么时候报名)."""
    left = subject(text)
    parts = (part for section in entry.sections.items() for part in section)
    whole = "\n".join((*entry.questions, entry.answer, *parts))
    pairs = [left[at : at + 2] for at in range(len(left) - 1)]
    named = aspect(text) is not None and 2 <= len(left) <= _DEED and left in text
    return named and not any(pair in whole for pair in pairs)


def said(entry: Entry, text: str, chosen: Choice) -> Said:
    """What an entry says to a follow-up: one or two sentences, or the whole section that is asked for and has the likeliest.

    Args:
        text: the citizen's words.
        chosen: what the message is; its sentences are said.
    """
    headings = headed(entry)
    wanted = section_for(entry, text)
    if wanted is not None and any(headings.get(one) == wanted for one in chosen.sentences):
        return Said(section(entry, wanted).text, True, chosen.says, wanted)
    quoted = "；".join(clip(one, _LONGEST) for one in chosen.sentences)
    if chosen.sure:
        return Said(f"关于“{entry.title}”，资料里写的是：{quoted}。", True, chosen.says)
    return Said(f"关于“{entry.title}”，资料里相关的是：{quoted}。", False, chosen.says)


def say(turn: Turn, entry: Entry, told: Said) -> None:
    """Say it, with the entry's other sections and the verdict on the answer before; and with ways on when it is not sure."""
    rest = [choice(name, "follow_up", section=name) for name in entry.sections if name != told.section]
    if told.sure:
        turn.say(told.text, [*rest, *feedback.rating_again(turn), HUMAN])
    else:
        turn.say(told.text + _UNSURE, [*rest, *feedback.rating_again(turn), FILE_QUESTION, HUMAN])
        turn.set("story", f"{entry.title.rstrip('？?')}：{turn.text}")
    turn.outcome(Result.ANSWERED, entry=entry.id, probability=round(told.probability, 3), about=told.section)
