"""Opening the complaint form: everything the first message already says is taken, only the rest is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import later, questions
from bot.actions.complaint.answers import read_mined, without_own
from bot.actions.complaint.leaving import takes_up_again
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, clip, plain
from bot.actions.talk import abroad, mood
from bot.actions.talk.digressions import policy_aside
from bot.understanding.kind import named_type
from bot.understanding.requests import Request, split
from conversations.scope import DECLINED

_STORY_FROM = {"complain": 5, "suggest": 11, "praise": 11, "start_complaint": 14}
"""Characters from which a message of that intent tells the matter itself, not only the wish to tell one."""
_BARE = re.compile(
    r"(你好|您好)?(我|俺)?(们)?(想|要|有|再|得)*(反映|反应|投诉|举报|求助|表扬|建议|提|说|讲|写)*"
    r"(一下|一个|一件|一位|几点|几个|个|点|些)*(问题|情况|事情?|意见|建议|工作人员|人|感谢信)*(要|想)?(反映|投诉|说)?(啊|呀|吧)?"
)
_THANKS = "谢谢您的肯定，我帮您记下来转给他们。"
NOTED = ("district", "address", "happened_at", "subject", "contact_phone")


async def open_form(turn: Turn) -> str | None:
    """Fill what is already said; the caller asks for what is left.

    Returns:
        What to say before the next question (that and how it was understood), maybe nothing; None when the form is
        not begun after all, and the citizen has been told so.
    """
    if turn.slot("filing_key"):  # reopened because one field could not be filed
        return ""
    wanted = turn.entities.get("slot") if turn.pressed else None
    left = turn.slot(drafts.KEPT)
    if isinstance(left, dict) and (wanted == "draft" or (not turn.pressed and takes_up_again(turn.text))):
        return _take_up(turn, left)
    story = _story(turn) or _set_just_now(turn)
    kept = None
    if story is None:
        kept = await _declined(turn) if wanted == "declined" else _kept_story(turn)
        if kept and isinstance(left, dict) and str(left.get("content")) in kept:
            # The question of a form that was left, not answered either: it goes on as a question, with all that is
            # filled.
            return _take_up(turn, {"complaint_type": "咨询", **left})
    requests = split(story) if story else ()
    if len(requests) > 1 and requests[0].kind == "question":
        await _question_first(turn, requests)
        return None
    content = requests[0].text if requests else kept
    named = {"complaint_type": _type(turn, kept is not None)}
    filled = {name: value for name, value in named.items() if value}
    if content:
        mined = read_mined(content, turn.slots)
        if turn.intent == "complain" and mined.get("complaint_type") == "咨询":
            # "到底有没有人管？" sounds like a question, and is none: the citizen is asked instead.
            del mined["complaint_type"]
        filled = {**mined, **filled, "content": without_own(content, mined)}
    placed = turn.slots.get("district") or filled.get("district")
    theirs = "" if placed or not content else abroad.of_story(content)
    turn.set_all({**filled, "story": None, drafts.KEPT: None})
    if len(requests) > 1:
        later.remember(turn, requests[1:])
    return mood.sympathy(turn, content or "") + acknowledge(turn, filled) + theirs + later.noted(requests[1:])


def _take_up(turn: Turn, kept: Mapping[str, Any]) -> str:
    """A complaint that was left goes on with all that was filled; what to say of it."""
    turn.set_all({**kept, drafts.KEPT: None})
    return "好的，刚才填的都还在，我们接着来。"


async def _question_first(turn: Turn, requests: tuple[Request, ...]) -> None:
    """A question and a complaint in one message: the question is answered now, the complaint offered after it."""
    await policy_aside(turn.narrowed(requests[0].text), certain=True)
    matter = next((r.text for r in requests[1:] if r.kind == "matter"), requests[1].text)
    turn.say(
        f"您还提到“{clip(matter, 40)}”，要帮您登记这件事吗？",
        [Choice("登记这件事", "/start_complaint"), Choice("不用了", "/deny"), HUMAN],
    )
    rest = [request for request in requests[1:] if request.text != matter]
    later.remember(turn, rest)
    turn.set("story", matter)
    turn.offer("complaint")
    turn.set("requested_slot", None)  # ends the form


async def _declined(turn: Turn) -> str | None:
    """What the hotline had declined as out of its scope; the citizen says it is not."""
    said = (await parts().conversations.recall(turn.conversation_id)).get(DECLINED)
    return str(said) if said else None


def _story(turn: Turn) -> str | None:
    least = _STORY_FROM.get(turn.intent)
    said = plain(turn.text)
    if least is None or turn.pressed or len(said) < least or _BARE.fullmatch(said):
        return None
    return turn.text


def _set_just_now(turn: Turn) -> str | None:
    """A story another action handed over within this turn."""
    for event in reversed(turn.events):
        if event.get("event") == "user":
            return None
        if event.get("event") == "slot" and event.get("name") == "story" and event.get("value"):
            return str(event["value"])
    return None


def _kept_story(turn: Turn) -> str | None:
    """What was said right before and could not be answered, where it was kept for this (``story``)."""
    for event in turn.previous():
        if event.get("event") == "slot" and event.get("name") == "story" and event.get("value"):
            return str(event["value"])
    return None


def _type(turn: Turn, kept: bool) -> str | None:
    if turn.intent == "suggest":
        return "建议"
    if turn.intent == "praise":
        return "表扬"
    if kept and turn.previous_action in ("action_answer_policy", "action_deny"):
        return "咨询"
    kind = None if turn.pressed else named_type(turn.text)
    return kind.label if kind else None


def acknowledge(turn: Turn, filled: Mapping[str, Any]) -> str:
    """A sentence that says what was understood, so that a mistake is seen at once."""
    if filled.get("complaint_type") == "表扬":
        return _THANKS
    if not filled.get("content"):
        return "好的，我来帮您登记。"
    matter = {"建议": "您的建议", "咨询": "您的问题"}.get(str(filled.get("complaint_type")), "您说的情况")
    noted = [questions.brief(name, filled[name]) for name in NOTED if filled.get(name)]
    also = f"（{'、'.join(noted)}也记下了）" if noted else ""
    return f"{matter}我记下了{also}，还要跟您核对几个问题。"
