"""Handles messages with several requests that the decision takes for one question.

Several questions are answered one by one. Of a question and a matter, the first is handled and the other is offered. No
form opens for a message that says it is no complaint, or that is much more likely a question. What looks like a matter
is then a part of the question's story.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from bot.actions.complaint import later
from bot.actions.policy import answer as policy
from bot.actions.policy import feedback, letter
from bot.actions.policy import unknown as unknown_words
from bot.actions.policy.aspects import names_subject, shares_subject, subject
from bot.actions.policy.which import offer_filing
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import FILE_IT, FILE_QUESTION, HUMAN, clip
from bot.understanding.asking import only_asks, own_question
from bot.understanding.decide import ASK_WITH_MATTER
from bot.understanding.elliptic import names_what_it_asks
from bot.understanding.numbered import numbered
from bot.understanding.questions import questions
from bot.understanding.requests import Request
from bot.understanding.splitting import split
from conversations.event_kinds import Result

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry
    from kb_index.search.searcher import SearchResult

_ASKS_BESIDE = re.compile(r"问|咨询|请教|打听")
"""Words that introduce a separate question in a message about a matter."""
_MOST = 3
"""Most questions of one message that are answered at once."""
_NEAREST = 2
"""Most candidates of each question when several are asked back."""
_ANYWHERE = frozenset("的了在有我你您能会要可以办申请查领取交去到金费证保")
"""Characters that unrelated questions share."""
_POINTS_BACK = re.compile(r"的话|这个|那个|它|[这那](?:种|样|张|次|笔|些|边)")
"""Words that point back to the question before."""
_SHOWN = 30
"""Longest part of a question that is repeated, in characters."""
_ONLY_A_QUESTION = 0.8
"""Probability of a mere question (0 to 1) from which a message opens no form."""


def parts_first(action: Action) -> Action:
    """Wraps an action: several questions, or a question and a matter, are handled one by one; else the action runs."""

    async def serve_or_act(turn: Turn) -> None:
        if turn.pressed or not (await _answer_each(turn) or await _serve_both(turn)):
            await action(turn)

    return serve_or_act


async def _serve_both(turn: Turn) -> bool:
    """Handle a message with a question and a separate matter; False for any other message."""
    requests = split(turn.text)
    if {request.kind for request in requests} != {"question", "matter"}:
        return False
    await _serve(turn, requests)
    return True


async def _serve(turn: Turn, requests: Sequence[Request]) -> None:
    """Handle the first request, and offer the others."""
    if requests[0].kind == "matter":
        if await _question_first(turn, requests):
            return
        # Nothing answers it, so the complaint comes first: the form takes the whole message and splits it itself.
        turn.set("story", turn.text)
        turn.follow_up("complaint_form")
        return
    await policy.answer_policy(turn.narrowed(requests[0].text))
    later.remember(turn, requests[1:])
    later.offer(turn)


async def answer_policy(turn: Turn) -> None:
    """Like :func:`bot.actions.policy.answer.answer_policy`, but also handle further requests."""
    own = None if turn.pressed else own_question(turn.text)
    if own is not None and only_asks(turn.text):
        await policy.answer_policy(turn.narrowed(own))
        return
    if not turn.pressed and await _answer_each(turn):
        return
    requests = () if turn.pressed else split(turn.text)
    if len(requests) < 2:
        asked = requests[0].asked if requests else ""
        if asked and not policy.is_known(await policy.search(turn.text)) and names_subject(asked):
            alone = await policy.search(asked)
            if policy.is_known(alone):
                await policy.tell_result(turn.narrowed(asked), alone)
                return
        if await policy.answer_policy(turn) and turn.intent == ASK_WITH_MATTER:
            offer_filing(turn, turn.text)
        return
    if requests[0].kind == "matter":
        # All parts are one story if the whole message has a known answer or is a question. But a question that is
        # announced beside a matter (另外问一下) must not be lost.
        only_tells = all(request.kind == "matter" for request in requests)
        known = turn.decision is not None and only_tells and policy.is_known(await policy.search(turn.text))
        if known or (_is_question(turn) and (only_tells or _ASKS_BESIDE.search(turn.text) is None)):
            if await policy.answer_policy(turn):
                offer_filing(turn, turn.text)
            return
    await _serve(turn, requests)


async def _question_first(turn: Turn, requests: Sequence[Request]) -> bool:
    """Answer what is asked behind a matter, and then offer to file the matter; False when no answer is known.

    With a known answer nobody who asks is put into the form for having said why.
    """
    asked = next((request for request in requests if request.kind == "question"), None)
    if asked is None or parts().city.asks_elsewhere(turn.text) is not None:
        return False
    own, whole = await policy.search(asked.text), await policy.search(turn.text)
    if policy.is_known(own) and names_subject(asked.text):
        await policy.tell_result(turn.narrowed(asked.text), own)
        later.remember(turn, [request for request in requests if request is not asked])
        later.offer(turn)
        return True
    if not policy.is_known(whole):
        return False
    await policy.tell_result(turn, whole)
    offer_filing(turn, turn.text)
    return True


async def _answer_each(turn: Turn) -> bool:
    """Answer each question of a message with several questions; False for any other message.

    Known answers are given, likely ones are offered in one list, and a question without an answer can be filed.
    """
    if parts().city.asks_elsewhere(turn.text) is not None:
        return False
    own = numbered(turn.text)
    asked = own or await _parted(turn.text)
    if len(asked) > 1:
        found = [(question, await policy.search(question)) for question in asked[:_MOST]]
    else:
        every = await letter.found(turn.text)
        asked, found = [question for question, _ in every], every[:_MOST]
    if len(found) < 2:
        return False
    rest = asked[_MOST:]
    unknown = [question for question, result in found if result.outcome == "unknown"]
    about = {result.hits[0].entry.id for question, result in found if question not in unknown}
    if not own and len(about) + len(unknown) < 2:
        return False  # all about one entry, so it is one question in other words
    known = {
        result.hits[0].entry.id: (question, result) for question, result in found if policy.is_known(result)
    }
    if not known and not own:
        whole = await policy.search(turn.text)
        if policy.is_sure(whole) and whole.hits[0].entry.id not in about:
            return False  # only all of them together say what is asked
    groups = [
        (question, near)
        for question, result in found
        if not policy.is_known(result) and (near := _near(question, result, known)) is not None
    ]
    if known:
        groups = [(question, near) for question, near in groups if near or question in unknown]
    for question, result in known.values():
        if groups:  # numbers must choose from the list below
            doubt = not policy.is_sure(result)
            await policy.tell(turn, result.hits[0].entry, buttons=False, doubt=doubt)
        else:
            await policy.tell_result(turn.narrowed(question), result)
    turn.set("misses", 0)
    if not groups:
        later.remember(turn, [Request("question", question) for question in rest])
        later.offer(turn)
        return True
    if rest:
        named = "、".join(f"“{clip(question, _SHOWN)}”" for question in rest)
        turn.say(f"您还问了{named}，一次说不完，看完下面的再问我一句。")
    await _ask_back(turn, groups, unknown)
    return True


def _near(question: str, result: SearchResult, known: Container[str]) -> list[Entry] | None:
    """The entries to offer for a question without a sure answer; None when another question's answer also answers it."""
    offered = policy.near_entries(result, question)
    if result.outcome == "ask_back" and any(entry.id in known for entry in offered):
        return None
    if known:  # beside an answer, 先跑哪里 is no question of its own because an entry has a 哪里
        offered = [entry for entry in offered if shares_subject(question, entry)]
    return [entry for entry in offered if entry.id not in known][:_NEAREST]


async def _parted(text: str) -> list[str]:
    """The questions of a message that are about different things; most messages have fewer than two.

    A question that names no subject (要什么材料) belongs to the one before it. So does a question after a comma or a blank,
    unless it shares no word with the others (公积金怎么取 结婚登记要带什么), or the search knows its clause and does not know
    the whole sentence.
    """
    asked: list[str] = []
    for sentence in questions(text):
        named = [clause for clause in sentence.clauses if names_subject(clause)]
        if len(named) > 1 and len(named) == len(sentence.clauses) and _unrelated(named):
            asked += named
            continue
        if len(named) > 1 and not policy.is_known(await policy.search(sentence.text)):
            results = [await policy.search(clause) for clause in named]
            if any(map(policy.is_known, results)) and all(result.outcome != "unknown" for result in results):
                asked += named
                continue
        if names_subject(sentence.text):
            asked.append(sentence.text)
    return asked


def _unrelated(questions: Sequence[str]) -> bool:
    """Whether each asks for something by itself and about something of its own.

    收入多少 after 公租房怎么申请 does not, nor does 补的话多少钱 after 身份证去哪补.
    """
    seen: set[str] = set()
    for question in questions:
        about = set(subject(question)) - _ANYWHERE
        if not about or about & seen or not names_what_it_asks(question) or _POINTS_BACK.search(question):
            return False
        seen |= about
    return True


async def _ask_back(
    turn: Turn, groups: Sequence[tuple[str, Sequence[Entry]]], unknown: Sequence[str]
) -> None:
    """Ask about the questions without a sure answer, all at once, so that one reply can choose for all of them.

    Args:
        groups: each question with the entries to offer for it; none when nothing is near.
        unknown: the questions without an answer.
    """
    listed = [(question, near) for question, near in groups if near]
    if unknown:
        await feedback.keep_unanswered(turn, "；".join(unknown))
        named = "、".join(f"“{clip(question, _SHOWN)}”" for question in unknown)
        ways = [] if listed else [FILE_QUESTION, HUMAN]
        turn.say(f"{named}我没有把握，不敢随便回答您。{unknown_words.ways_on(turn)}", ways)
        turn.offer("complaint")
        turn.outcome(Result.UNKNOWN)
    if listed:
        _list(turn, listed)
    turn.set("story", "；".join(question for question, _ in groups))


def _list(turn: Turn, groups: Sequence[tuple[str, Sequence[Entry]]]) -> None:
    """Show the candidates of several questions as one numbered list."""
    entries = [entry for _, near in groups for entry in near]
    together = "，可以一起回，比如“1和2”" if len(entries) > 1 else ""
    lines = [f"您问的是不是下面这些？想看哪个回复序号{together}："]
    number = 0
    for question, near in groups:
        lines.append(f"“{clip(question, _SHOWN)}”：")
        for entry in near:
            number += 1
            lines.append(f"{number}. {entry.title}")
    buttons = [policy.entry_choice(turn, entry) for entry in entries]
    turn.say("\n".join(lines), [*buttons, feedback.none_of_these(turn.turn_id), FILE_IT, HUMAN])
    turn.offer("which")
    turn.outcome(Result.ASKED_BACK, entry=entries[0].id)


def _is_question(turn: Turn) -> bool:
    """Whether the decision found a question and nothing to file."""
    reasons = turn.decision["reasons"] if turn.decision is not None else {}
    return float(reasons.get("question") or 0.0) >= _ONLY_A_QUESTION
