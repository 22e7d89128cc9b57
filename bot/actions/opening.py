"""Opening the complaint form: everything the first message already says is taken, only the rest is asked."""

from __future__ import annotations

import re

from bot.actions import draft as drafts
from bot.actions import questions
from bot.actions.turn import Event, Turn, set_slot
from bot.actions.values import mentioned_district, read_phone, read_type
from bot.actions.wording import plain

_STORY_FROM = {"complain": 5, "suggest": 11, "praise": 11}
"""Characters from which a message of that intent tells the matter itself, not only the wish to tell one."""
_BARE = re.compile(
    r"(你好|您好)?(我|俺)?(们)?(想|要|有|再|得)*(反映|反应|投诉|举报|求助|表扬|建议|提|说|讲|写)*"
    r"(一下|一个|一件|一位|几点|几个|个|点|些)*(问题|情况|事情?|意见|建议|工作人员|人|感谢信)*(要|想)?(反映|投诉|说)?(啊|呀|吧)?"
)
_THANKS = "谢谢您的肯定，我帮您记下来转给他们。"


def open_form(turn: Turn) -> list[Event]:
    """Fill what is already said, acknowledge it, and ask the first question that is left."""
    if turn.slot("filing_key"):  # reopened because one field could not be filed
        return [set_slot("tries", 0), *questions.ask(turn, drafts.next_missing(turn.slots))]
    story = _story(turn)
    kept = _kept_story(turn) if story is None else None
    content = story or kept
    filled: dict[str, str | None] = {
        "complaint_type": _type(turn, kept is not None),
        "content": content,
        "district": mentioned_district(content) if content else None,
        "contact_phone": read_phone(content, story=True) if content else None,
    }
    filled = {name: value for name, value in filled.items() if value}
    turn.slots.update(filled)
    events = [set_slot(name, value) for name, value in filled.items()]
    events += [set_slot("tries", 0), set_slot("story", None)]
    return [*events, *questions.ask(turn, drafts.next_missing(turn.slots), before=_acknowledge(turn, filled))]


def _story(turn: Turn) -> str | None:
    least = _STORY_FROM.get(turn.intent)
    said = plain(turn.text)
    if least is None or turn.pressed or len(said) < least or _BARE.fullmatch(said):
        return None
    return turn.text


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
    return None if turn.pressed else read_type(turn.text)


def _acknowledge(turn: Turn, filled: dict[str, str | None]) -> str:
    if filled.get("complaint_type") == "表扬":
        return _THANKS
    if not filled.get("content"):
        return "好的，我来帮您登记。"
    matter = {"建议": "您的建议", "咨询": "您的问题"}.get(str(filled.get("complaint_type")), "您说的情况")
    noted = [str(filled[name]) for name in ("district", "contact_phone") if filled.get(name)]
    also = f"（{'、'.join(noted)}也记下了）" if noted else ""
    return f"{matter}我记下了{also}，还要跟您核对几个问题。"
