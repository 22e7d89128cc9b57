"""Finds the questions about different things that somebody asks in one story (父亲上个月去世了，丧葬费怎么领，户口怎么注销)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.actions.policy import answer as policy
from bot.actions.policy.aspects import names_subject, shares_subject
from bot.understanding.clauses import clauses
from bot.understanding.questions import bare, is_question
from bot.understanding.requests import reproaches

if TYPE_CHECKING:
    from kb_index.search.searcher import SearchResult

_ASKED = 8
"""Most questions of a letter; each takes up to two searches, of some milliseconds."""
_TOLD = 4
"""Most clauses that are told beside the questions. Who tells more tells a matter, and its words find entries by chance."""
_STORY = 2
"""Number of clauses told before a question that say in what situation it is asked."""
_RIVAL = 0.3
"""Probability (0 to 1) from which another entry, found by the question with its story, makes an answer doubtful."""

Found = list[tuple[str, "SearchResult"]]
"""Questions, each with what the search finds for it."""


async def found(text: str) -> Found:
    """The questions of a message that also tells in what situation they are asked, each with what was found for it.

    A question that names no subject (要什么材料) belongs to the one before it, and is left out.

    Returns:
        Two to :data:`_ASKED` questions, at least two of which different entries answer; else nothing. Nothing either for a message that
        one entry surely answers as a whole, and for one that tells long or reproaches somebody, because that is a matter.
    """
    asked, told = _parts(text)
    if not 2 <= len(asked) <= _ASKED or not 0 < len(told) <= _TOLD:
        return []
    if policy.is_sure(await policy.search(text)):
        return []
    alone = [await policy.search(question) for question, _ in asked]
    others = {result.hits[0].entry.id for result in alone if result.hits and result.outcome != "unknown"}
    questions = [
        (question, await _with_story(question, story, result, others))
        for (question, story), result in zip(asked, alone, strict=True)
    ]
    answers = {result.hits[0].entry.id for _, result in questions if policy.is_known(result)}
    return questions if len(answers) > 1 else []


def _parts(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The questions, each with the story before it, and all that is told; nothing of a message that reproaches somebody."""
    asked: list[tuple[str, str]] = []
    told: list[str] = []
    for clause in clauses(text):
        said = bare(clause)
        if said and is_question(said):
            if names_subject(said):
                asked.append((said, "，".join(told[-_STORY:])))
        elif reproaches(clause):
            return [], []
        elif said:
            told.append(said)
    return asked, told


async def _with_story(question: str, story: str, alone: SearchResult, others: set[str]) -> SearchResult:
    """What is found for a question in its story.

    What is sure by the question alone stays. Else the story may tell it (丧葬费怎么领取, of a father who died), or make doubtful
    what is only likely (上户口要什么材料, of a newborn child). It says nothing when it leads to the answer of another question, or
    away from what the question names.

    Args:
        others: ids of the likeliest entries of all the questions by themselves.
    """
    if policy.is_sure(alone) or not story:
        return alone
    within = await policy.search(f"{story}，{question}")
    if not within.hits or within.hits[0].probability < _RIVAL:
        return alone
    first = within.hits[0].entry.id
    if alone.hits and first == alone.hits[0].entry.id:
        return within if policy.is_known(within) else alone
    if alone.outcome == "unknown":
        return within if policy.is_known(within) else alone
    if first in others or not shares_subject(question, within.hits[0].entry):
        return alone
    if policy.is_known(alone):
        return replace(alone, outcome="ask_back", hits=(alone.hits[0], within.hits[0]))
    near = {hit.entry.id for hit in alone.hits[:3]}
    return within if policy.is_known(within) and first in near else alone
