"""Answers what is said against an answer: searches with the words that were meant, without the denied ones and the entry just given.

What only says that the answer missed the question gets an apology and ways on. The same entry is never said again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.actions.policy import feedback, unknown, untold, within
from bot.actions.policy import subject as subjects
from bot.actions.policy.answer import (
    ANSWERING,
    ASKED,
    BEFORE,
    NEAR_FROM,
    OPENING,
    entry_choice,
    search,
    tell,
)
from bot.actions.policy.aspects import shares_subject
from bot.actions.policy.choosing import offered
from bot.actions.policy.going_on import chosen
from bot.actions.policy.subject import ENTRY, REJECTED, since
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import FILE_QUESTION, HUMAN, clip, plain
from bot.actions.talk.asked import earlier
from bot.understanding.decide import shipped
from bot.understanding.elliptic import may_ask
from bot.understanding.instead import Instead, instead
from bot.understanding.within.judging import behind
from bot.understanding.wording import asks_somehow
from conversations.event_kinds import Result

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

_KEPT = 120
"""Longest kept part of the question, in characters."""
_LEAST = 5
"""Fewest characters of words beside a protest that are searched although they do not ask."""
_MOST = 5
"""Most such ids that are kept."""
_SORRY = "对不起，刚才没答到您问的。"
_AGAIN = "您把想问的换个说法、再具体一点说一遍，我重新找；不想再试，点“登记这个问题”，请工作人员查清楚了答复您，也可以转人工。"
_NOT_KNOWN = "您问的“{asked}”，我手头没有把握，不敢随便说。"


def first(action: Action) -> Action:
    """Wraps an action: what is said against the answer right before is handled first; else the action runs."""

    async def run(turn: Turn) -> None:
        if not await answered(turn):
            await action(turn)

    return run


async def answered(turn: Turn) -> bool:
    """Handle what is said against the last answer; False for anything else, and where nothing was answered."""
    if turn.pressed or turn.requested:
        return False
    said = instead(turn.text)
    if said is None or not (turn.previous_action in ANSWERING or said.missed):
        return False
    known = await parts().conversations.recall(turn.conversation_id)
    shown = offered(turn)
    entry = parts().kb.entry(str(known[ENTRY])) if known.get(ENTRY) else None
    if entry is None and not shown and not known.get(ASKED):
        return False
    turn.set("misses", 0)
    if not said.right or (said.missed and not _tells_what(said.right)):
        await _missed(turn)
        return True
    rejected = {one.id for one in shown} or ({entry.id} if entry is not None else set())
    rejected |= set(subjects.rejected(known))
    if said.paired:  # what was only offered, and is about what was meant, was not said against
        rejected -= {
            one.id for one in shown if shares_subject(said.right, one) and not _names_denied(one, said)
        }
    await _anew(turn, said, known, rejected)
    return True


def _tells_what(right: str) -> bool:
    """Whether words beside a protest say what is asked."""
    named = len(plain(right)) >= _LEAST and "不是" not in right
    return named or may_ask(right) or asks_somehow(right)


async def _missed(turn: Turn) -> None:
    """Apologise, keep the question for the editors, and say how it goes on."""
    before = earlier(turn)
    about = feedback.rated(turn)
    if about is not None:
        await feedback.keep_useless(turn, about)
    elif before:
        await feedback.keep_unanswered(turn, before[0])
    turn.say(_SORRY + _AGAIN, [FILE_QUESTION, HUMAN])
    turn.set("story", before[0] if before else None)
    turn.offer("complaint")
    turn.outcome(Result.UNKNOWN)


async def _anew(turn: Turn, said: Instead, known: Mapping[str, object], rejected: set[str]) -> None:
    """Answer what was meant: from another entry, or from one of before that was not said against."""
    asked, alone = _meant(said, next(iter(earlier(turn)), "") or str(known.get(OPENING) or ""))
    found = await asyncio.gather(*map(search, (asked, said.right) if alone else (asked,)))
    best: dict[str, float] = {}
    for hit in (hit for result in found for hit in result.hits):
        best[hit.entry.id] = max(hit.probability, best.get(hit.entry.id, 0.0))
    entries = {hit.entry.id: hit.entry for result in found for hit in result.hits}
    kept = [one for one in entries.values() if one.id not in rejected and not _denied(one, said)]
    ranked = sorted(kept, key=lambda one: -best[one.id])
    earlier_ones = [
        parts().kb.entry(str(known[key]))
        for key in (ENTRY, BEFORE)
        if known.get(key) not in (None, *rejected)
    ]
    told = [one for one in earlier_ones if one is not None and not _denied(one, said)]
    likeliest = ranked[0] if ranked and best[ranked[0].id] >= shipped().likely else None
    of_before = next((one for one in told if likeliest is not None and one.id == likeliest.id), None)
    if of_before is None:
        of_before = await _still_of(said.right, told, likeliest)
    if of_before is not None:
        await _from_before(turn, of_before, asked, known)
        return
    if likeliest is not None:
        chance = best[likeliest.id]
        await tell(turn, likeliest, probability=chance, doubt=chance < shipped().sure)
        return
    near = [one for one in ranked if best[one.id] >= NEAR_FROM]
    await _unknown(turn, said, asked, near, known, rejected)


async def _still_of(right: str, told: list[Entry], likeliest: Entry | None) -> Entry | None:
    """The entry given before that what was meant is still about; None when it is about none of them.

    Beside another likely entry (上牌在哪上 alone finds cars) it is so only if the search finds it first behind its own title.
    """
    for one in told:
        if not shares_subject(right, one):
            continue
        if likeliest is None:
            return one
        hits = (await search(behind(one.title, right))).hits
        if hits and hits[0].entry.id == one.id:
            return one
    return None


def _meant(said: Instead, own: str) -> tuple[str, bool]:
    """What is searched: the citizen's words before, with what was meant in the place of what is denied; and whether what was
    meant asks something by itself, and so is searched alone, too."""
    asks = may_ask(said.right) or asks_somehow(said.right)
    if not asks and said.denied and said.denied[0] in own:
        return own.replace(said.denied[0], said.right), False
    for one in said.denied:
        own = own.replace(one, "")
    return (f"{said.right}，{own}" if own else said.right), asks or not own


def _denied(entry: Entry, said: Instead) -> bool:
    """Whether an entry is about what was denied, and about nothing of what was meant."""
    return _names_denied(entry, said) and not shares_subject(said.right, entry)


def _names_denied(entry: Entry, said: Instead) -> bool:
    return any(one in entry.title for one in said.denied)


async def _from_before(turn: Turn, entry: Entry, asked: str, known: Mapping[str, object]) -> None:
    """Say the sentences of an entry given before, and not the whole of it again; or that it does not tell it."""
    facts = {
        ENTRY: entry.id,
        BEFORE: known.get(BEFORE) if entry.id == known.get(ENTRY) else known.get(ENTRY),
        OPENING: None,
        **since(known),
    }
    await parts().conversations.remember_all(turn.conversation_id, facts)
    asking = turn.narrowed(asked)
    choice = await chosen(asking, entry)
    if choice.kind == "says":
        within.say(turn, entry, within.said(entry, asked, choice))
    else:
        await untold.say(turn, entry, choice.others)


async def _unknown(
    turn: Turn,
    said: Instead,
    asked: str,
    near: list[Entry],
    known: Mapping[str, object],
    rejected: set[str],
) -> None:
    """Say that nothing is sure; what was said against is no subject any more."""
    beside = [one for one in near if shares_subject(said.right, one)][:1]
    before = next((known[key] for key in (ENTRY, BEFORE) if known.get(key) not in (None, *rejected)), None)
    facts = {
        BEFORE: before,
        ENTRY: None,
        ASKED: clip(asked, _KEPT),
        REJECTED: sorted(rejected)[:_MOST],
        **since(known),
    }
    await parts().conversations.remember_all(turn.conversation_id, facts)
    await feedback.keep_unanswered(turn, asked)
    words = _SORRY + _NOT_KNOWN.format(asked=clip(said.right, _KEPT)) + unknown.ways_on(turn)
    turn.say(
        words + (unknown.NEAR if beside else ""),
        [FILE_QUESTION, HUMAN, *(entry_choice(turn, one) for one in beside)],
    )
    turn.set("story", asked)
    turn.offer("complaint")
    turn.outcome(Result.UNKNOWN)
