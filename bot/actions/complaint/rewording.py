"""Changes what the citizen says is wrong in plain words: 内容改成…, 把他们写成路面施工单位, 不是两万三，是两万八, 村名写错了."""

from __future__ import annotations

import re

from bot.actions.complaint import amounts, changing, place_parts, same, steps
from bot.actions.complaint import draft as drafts
from bot.actions.complaint.answers import read_answer
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import clip
from bot.understanding.edits import ContentEdit, content_edit, subject_edit
from bot.understanding.faults import is_fault
from bot.understanding.kind import named_type
from bot.understanding.requests import is_question, reproaches
from core.simplified import simplified
from tickets.corrected import IN_FORM

_SHOWN = 40
_NAME = re.compile(
    r"(?:应该|其实|正确的?)?(?:是|叫)?(?P<name>(?!不|没|跳过|取消)[\u4e00-\u9fff\d]{2,10}?)(?:才对|吧|啊|呀){0,2}[。！!]?"
)


async def reworded(turn: Turn, slot: str) -> bool:
    """Change the content, the accused or a name in the address as the message says; False for a message that changes none.

    Args:
        slot: the slot that was asked for.
    """
    if turn.pressed or slot in ("content", same.SLOT) or not turn.slot("content"):
        return False
    if await _place_part(turn, slot):
        return True
    if (figure := amounts.corrected(simplified(_whole(turn)), turn.slots)) is not None:
        content = f"{turn.slot('content')}\n{IN_FORM}{figure}"
        await steps.go_on(
            turn, {"content": content}, before=f"好的，更正记在内容里了：{figure}。", look=False
        )
        return True
    if (edit := content_edit(turn.text)) is not None:
        await _another_content(turn, slot, edit)
        return True
    subject = subject_edit(turn.text) if turn.slot("subject") is not None or slot == "subject" else None
    if subject is None:
        return False
    whom, more = subject
    filled: dict[str, object] = {"subject": read_answer("subject", whom)}
    if more:
        filled["content"] = f"{turn.slot('content')}\n补充：{more}"
    also = f"，“{clip(more, _SHOWN)}”也补进内容里了" if more else ""
    said = f"好的，{drafts.LABELS['subject']}改成“{clip(whom, _SHOWN)}”{also}。"
    await steps.go_on(turn, filled, before=said)
    return True


def _whole(turn: Turn) -> str:
    """The whole message. The form reads an answer that corrects itself without the wrong value."""
    said = (str(event.get("text") or "") for event in reversed(turn.events) if event.get("event") == "user")
    return next(said, turn.text).strip()


async def _place_part(turn: Turn, slot: str) -> bool:
    """Put the right name into the address, or ask for it; False for a message that is about no name in it."""
    former = turn.slot("former") or {}
    asked = former.get("part") if slot == "address" and former.get("slot") == "address" else None
    wrong = place_parts.read(simplified(_whole(turn)))
    if wrong is None and not asked:
        return False
    address = str(
        turn.slot("address") or (former.get("value") if former.get("slot") == "address" else "") or ""
    )
    if wrong is not None and not wrong.new:
        changing.ask_part(turn, address, wrong.kind)
        return True
    kind, new = (wrong.kind, wrong.new) if wrong is not None else (str(asked), _bare(turn.text))
    changed = place_parts.put(address, kind, new) if new else None
    if changed is None:
        return False
    await steps.go_on(turn, {"address": changed}, before=f"好的，具体地址改成“{clip(changed, _SHOWN)}”。")
    return True


def _bare(answer: str) -> str:
    """The name in the answer to "which is the right one?"; "" when it tells more than a name."""
    found = _NAME.fullmatch(answer.strip())
    return found["name"] if found else ""


async def _another_content(turn: Turn, slot: str, edit: ContentEdit) -> None:
    value = read_answer("content", edit.new)
    if not isinstance(value, str):
        await steps.bad_try(turn, slot)
        return
    if edit.adds:
        content = f"{turn.slot('content')}\n补充：{value}"
        await steps.go_on(turn, {"content": content}, before="好的，这一句写进内容里了。")
        return
    kind = _kind(value, edit.asks)
    turn.set_all(
        {"content": None, "category": None, "former": None, **({"complaint_type": kind} if kind else {})}
    )
    await steps.take(turn, "content", value, before="好的，内容按您说的改了。")


def _kind(content: str, asks: bool) -> str | None:
    """The type that another content calls for; None when the one so far may stay."""
    named = named_type(content)
    if named is not None:
        return named.label
    return (
        "咨询"
        if asks or (is_question(content) and not is_fault(content) and not reproaches(content))
        else None
    )
