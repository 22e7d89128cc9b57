"""Answers follow-up questions (那要带什么材料？) from the entry that the conversation is about, or from its topic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.actions.complaint import later
from bot.actions.policy import declined, feedback, locally, unknown, untold, whole, within
from bot.actions.policy import subject as subjects
from bot.actions.policy.answer import (
    ANSWERING,
    ASKED,
    BEFORE,
    INVITED,
    OPENING,
    entry_choice,
    is_likely,
    is_sure,
    may_offer,
    near_entries,
    search,
    tell,
    tell_result,
)
from bot.actions.policy.aspects import only_follows, shares_subject
from bot.actions.policy.choosing import offered
from bot.actions.policy.going_on import chosen
from bot.actions.policy.subject import ENTRY, is_past, since, subject_of
from bot.actions.policy.which import offer_filing
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.turn import Choice as Button
from bot.actions.runtime.wording import FILE_QUESTION, HUMAN, plain
from bot.actions.talk.asked import earlier, kinds_of
from bot.understanding.decide import ASK_WITH_MATTER
from bot.understanding.elliptic import leans, may_ask, points_at_somebody
from conversations.event_kinds import Result

if TYPE_CHECKING:
    from bot.understanding.within.choice import Choice
    from kb_index.entries.entry import Entry

_WHOLE_QUESTION = 8
"""Fewest characters of a question that may have a subject of its own."""
_FIRMLY = 0.5
"""Probability (0 to 1) from which what an entry tells goes before other actions, and no entry of before is asked."""
_STATED = 0.4
"""The same for what asks nothing by its form, and would else be met by a question what it means."""
GUESSED = 0.35
"""Probability (0 to 1) of an entry that was offered from which a follow-up may be about it, though nobody chose it."""
_WISHES = frozenset({"start_complaint", "request_human", "affirm", "deny", "thank", "goodbye", "cancel"})
"""Intents that are no question, though they may have its words."""
_GUESSES = 2
"""Most entries of a list that nobody has chosen from that a message may be about."""
_POINTER = re.compile(r"[见看]“(?P<title>[^“”]{4,80})”$")
"""How a sentence ends that leaves the answer to another entry."""
LISTENS = "好的。还有想问的，接着问我就行；要登记或者找人工，也随时说。"
"""Reply to a remark after an answer."""


async def follow_up(turn: Turn) -> None:
    """Answer from the entry that the conversation is about; search for a question that names another subject."""
    known = await parts().conversations.recall(turn.conversation_id)
    entry = subject_of({ENTRY: known.get(ENTRY)} if turn.pressed else known, turn.text)
    if not turn.pressed and offered(turn):
        await _after_guess(turn)
        return
    if not turn.pressed and await declined.answered(turn, known):
        return
    if entry is None:
        await _without_entry(turn, known)
    elif turn.pressed or turn.entities.get("section"):
        await _pressed(turn, entry, turn.entities.get("section"))
    elif not await _goes_on(turn, entry, known):
        if may_ask(turn.text, kinds_of(turn)) or parts().city.asks_elsewhere(turn.text) is not None:
            await tell_result(turn, await search(turn.text))
        else:
            turn.say(LISTENS, [HUMAN])
            turn.outcome(Result.TALK)


async def continues(turn: Turn) -> bool:
    """Handle a message that goes on from what was just answered, whatever its intent; False for any other.

    What asks nothing by its form (我都六十二了) does so only right after an answer, and when it is likely.
    """
    if turn.pressed:
        return False
    known = await parts().conversations.recall(turn.conversation_id)
    about = subject_of(known, turn.text)
    bare = only_follows(turn.text)
    asks = bare or may_ask(turn.text) or may_ask(turn.text, kinds_of(turn))
    if about is not None and not offered(turn):
        if not asks:
            return await surely_says(turn, _STATED)
        if await declined.answered(turn, known) or await _goes_on(turn, about, known):
            turn.set("misses", 0)
            return True
        return False
    if bare and (known.get(ASKED) or known.get(BEFORE) or offered(turn)):
        turn.set("misses", 0)
        await follow_up(turn)
        return True
    if turn.intent == ASK_WITH_MATTER or not asks:
        return False
    if await declined.answered(turn, known):
        turn.set("misses", 0)
        return True
    of_somebody = bool(offered(turn)) and points_at_somebody(turn.text)
    if not (leans(turn.text) or of_somebody):
        return False
    found = await search(turn.text)
    if is_sure(found) or not (of_somebody or found.outcome == "unknown"):
        return False
    if offered(turn):
        await _after_guess(turn)
    elif known.get(ASKED):
        await _without_entry(turn, known)
    else:
        return False
    turn.set("misses", 0)
    return True


async def surely_says(turn: Turn, least: float = _FIRMLY) -> bool:
    """Answer a message, right after an answer, that its entry or another one of its topic quite surely tells; else False.

    For actions that take the message for something else: a report (修车店的味呢, 新厂子老拖着不给开户), or the time that
    a ticket takes.

    Args:
        least: probability (0 to 1) from which it is answered.
    """
    if turn.pressed or turn.previous_action not in ANSWERING or turn.intent in _WISHES or offered(turn):
        return False
    if later.wanted(turn):
        return False  # 查吧 takes up the question that was offered
    if turn.offered in (INVITED, "complaint") and not may_ask(turn.text, kinds_of(turn)):
        return False  # it tells more of what is to be filed
    known = await parts().conversations.recall(turn.conversation_id)
    entry = subject_of(known, turn.text)
    if entry is None or parts().city.asks_elsewhere(turn.text) is not None:
        return False
    if whole.answer(turn, entry, only=True):
        turn.set("misses", 0)
        return True
    entry, choice = await about(turn, entry, known)
    if _says_who_sets_it(turn, entry, choice):
        turn.set("misses", 0)
        return True
    bare = only_follows(turn.text)
    if not (bare and _says_section(turn, entry, choice)):
        enough = bare or max(choice.says, choice.other) >= least
        asks = bare or may_ask(turn.text) or may_ask(turn.text, kinds_of(turn))
        # What asks nothing and is about another entry tells a matter (工地半夜施工，吵得孩子睡不着).
        if choice.kind not in (("says", "other") if asks else ("says",)) or not enough:
            return False
        await say(turn, entry, choice, known)
    turn.set("misses", 0)
    return True


async def _goes_on(turn: Turn, entry: Entry, known: Mapping[str, object]) -> bool:
    """Answer a question about the entry of the talk, or say that nothing tells it; False for one of its own, and for no question."""
    if parts().city.asks_elsewhere(turn.text) is not None:
        return False
    if whole.answer(turn, entry, only=True):
        return True
    entry, choice = await about(turn, entry, known)
    if _says_who_sets_it(turn, entry, choice):
        return True
    bare = only_follows(turn.text)
    if bare and _says_section(turn, entry, choice):
        return True
    if choice.kind in ("own", "quiet") and not bare:
        return False
    whole_question = not bare and not leans(turn.text) and len(plain(turn.text)) >= _WHOLE_QUESTION
    if choice.kind == "none" and whole_question and not shares_subject(turn.text, entry):
        return False  # 学车练习卡丢了怎么办 names a subject of its own
    if choice.kind in ("says", "other"):
        await say(turn, entry, choice, known)
    elif turn.intent == "out_of_scope":
        return False
    elif turn.offered in (INVITED, "complaint") and not untold.times(turn) and not bare:
        return False  # it may tell more of what is to be filed (不知道是哪家公司的)
    elif not whole.answer(turn, entry):
        await untold.say(turn, entry, choice.others)
    return True


def _says_who_sets_it(turn: Turn, entry: Entry, choice: Choice) -> bool:
    """Say that the entry leaves the sum that is asked for to the city or the province; False when it does not, or tells the sum."""
    told = (
        None
        if choice.kind == "says" and choice.sure
        else locally.sum_set_locally(entry, turn.text, parts().city)
    )
    if told is not None:
        within.say(turn, entry, told)
    return told is not None


def _says_section(turn: Turn, entry: Entry, choice: Choice) -> bool:
    """Say the section that a question without a subject asks for, when no sentence surely answers; False when there is none."""
    told = choice.kind in ("says", "other") and choice.sure
    wanted = None if told else within.section_for(entry, turn.text)
    if wanted is not None:
        within.say(turn, entry, within.section(entry, wanted))
    return wanted is not None


async def about(turn: Turn, entry: Entry, known: Mapping[str, object]) -> tuple[Entry, Choice]:
    """The entry that a message is about, the last one or the one before it, and what the message is."""
    choice = await chosen(turn, entry, str(known.get(OPENING) or ""))
    if choice.kind == "says" and not choice.sure and within.of_other_deed(turn.text, entry):
        return entry, replace(choice, kind="none", says=0.0)
    before = parts().kb.entry(str(known[BEFORE])) if known.get(BEFORE) else None
    if before is None or choice.kind in ("own", "quiet") or max(choice.says, choice.other) >= _FIRMLY:
        return entry, choice
    other = await chosen(turn, before)
    if other.kind == "says" and other.says >= max(_FIRMLY, choice.says, choice.other):
        return before, other
    return entry, choice


async def say(turn: Turn, entry: Entry, choice: Choice, known: Mapping[str, object]) -> None:
    """Say the likeliest sentences of the entry, or the whole other entry; and offer to file what is told beside the question."""
    pointed = await _pointed(turn.text, choice) if choice.kind == "says" else None
    if choice.kind == "other":
        await tell(turn, choice.others[0][0], probability=choice.other, doubt=not choice.sure)
    elif pointed is not None:
        await tell(turn, pointed, probability=choice.says, doubt=not choice.sure)
    else:
        if entry.id != known.get(ENTRY):
            facts = {ENTRY: entry.id, BEFORE: known.get(ENTRY), OPENING: None, **since(known)}
            await parts().conversations.remember_all(turn.conversation_id, facts)
        within.say(turn, entry, within.said(entry, turn.text, choice))
    if turn.intent == ASK_WITH_MATTER:
        offer_filing(turn, turn.text)


async def _pointed(text: str, choice: Choice) -> Entry | None:
    """The entry that the chosen sentences only point to (过期没换的，见“…”), when it is about what is asked; else None."""
    for said in choice.sentences:
        named = _POINTER.search(said)
        hits = (await search(named["title"])).hits if named else ()
        if named and hits and hits[0].entry.title == named["title"] and shares_subject(text, hits[0].entry):
            return hits[0].entry
    return None


def surely_first(action: Action) -> Action:
    """Wraps an action: :func:`surely_says` comes first, for what asks something; else the action runs."""

    async def say_or_act(turn: Turn) -> None:
        if not (may_ask(turn.text) and await surely_says(turn)):
            await action(turn)

    return say_or_act


async def _after_guess(turn: Turn) -> None:
    """Answer a follow-up to 您是想问…吗？ that nobody said yes to: it is about the citizen's own words, and one of the entries offered."""
    own = "，".join(reversed(earlier(turn)[:1]))
    asked = f"{own}，{turn.text}" if own else turn.text
    before = {hit.entry.id: hit.probability for hit in (await search(own)).hits} if own else {}
    guesses = [entry for entry in offered(turn) if before.get(entry.id, 0.0) >= GUESSED][:_GUESSES]
    chosen_of = [(entry, await chosen(turn, entry, own)) for entry in guesses]
    told = [(entry, choice) for entry, choice in chosen_of if choice.kind in ("says", "other")]
    if told:
        await say(turn, *max(told, key=lambda one: max(one[1].says, one[1].other)), {})
        return
    result = await search(asked)
    if is_sure(result) or is_likely(result):
        hit = result.hits[0]
        await tell(turn, hit.entry, probability=hit.probability, doubt=not is_sure(result))
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


def leans_or_follows(text: str) -> bool:
    """Whether a question names no subject of its own or leans on what was said before."""
    return only_follows(text) or leans(text)


async def _without_entry(turn: Turn, known: Mapping[str, object]) -> None:
    """Answer a follow-up when the conversation is about no entry.

    Args:
        known: the facts of the conversation, with the last question without an answer and the entry before it.
    """
    asked = "" if is_past(known) else str(known.get(ASKED) or "")
    if turn.pressed:
        turn.say("您想问哪件事的办理情况？请说完整一点，比如“办居住证要什么材料”。", [HUMAN])
    elif not asked or not (only_follows(turn.text) or leans(turn.text)):
        await tell_result(turn, await search(turn.text))
    else:
        result = await search(f"{asked}，{turn.text}")
        against = subjects.rejected(known)
        if is_sure(result) and result.hits[0].entry.id not in against:
            await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
            return
        if await _from_before(turn, known):
            return
        near = near_entries(result, f"{asked}，{turn.text}")
        if result.outcome == "ask_back" and not await may_offer(turn, result):
            near = []
        await feedback.keep_unanswered(turn, f"{asked}——{turn.text}")
        buttons = [entry_choice(turn, entry) for entry in near if entry.id not in against]
        _say_unknown(turn, unknown.sentence(turn), asked, buttons)


async def _from_before(turn: Turn, known: Mapping[str, object]) -> bool:
    """Answer from the entry before the last unknown question; False when it does not say.

    还要带啥 names nothing, so it is about that question, unless the question only leaned on the entry before.
    """
    if only_follows(turn.text) and not leans_or_follows(str(known.get(ASKED) or "")):
        return False
    entry = parts().kb.entry(str(known[BEFORE])) if known.get(BEFORE) else None
    choice = None if entry is None else await chosen(turn, entry)
    if entry is None or choice is None or choice.kind != "says":
        return False
    await say(turn, entry, choice, {})
    return True


async def _pressed(turn: Turn, entry: Entry, section: str | None) -> None:
    """Give the section whose button was pressed, or say that the entry has none."""
    if section in entry.sections:
        within.say(turn, entry, within.section(entry, str(section)))
    else:
        await untold.say(turn, entry, section=section)


def _say_unknown(
    turn: Turn,
    first: str,
    subject: str,
    near: Sequence[Button],
    *,
    listed: bool = False,
) -> None:
    """Say that a follow-up has no answer, and offer to file the question, or a human.

    Args:
        first: the first sentence.
        subject: what the follow-up is about; the filed question begins with it.
        near: further buttons.
        listed: whether ``near`` contains other entries.
    """
    turn.say(first + unknown.ways_on(turn) + (unknown.NEAR if listed else ""), [FILE_QUESTION, HUMAN, *near])
    turn.set("story", turn.text if turn.pressed else f"{subject.rstrip('？?')}：{turn.text}")
    turn.offer("complaint")
    turn.outcome(Result.UNKNOWN)
