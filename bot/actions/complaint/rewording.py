"""Changes the content or the accused where the citizen says so in plain words: 内容改成…, 把他们写成路面施工单位."""

from __future__ import annotations

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import same, steps
from bot.actions.complaint.answers import read_answer
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import clip
from bot.understanding.edits import ContentEdit, content_edit, subject_edit
from bot.understanding.faults import is_fault
from bot.understanding.kind import named_type
from bot.understanding.requests import is_question, reproaches

_SHOWN = 40


async def reworded(turn: Turn, slot: str) -> bool:
    """Change the content or the accused as the message says; False for a message that changes neither.

    Args:
        slot: the slot that was asked for.
    """
    if turn.pressed or slot in ("content", same.SLOT) or not turn.slot("content"):
        return False
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


async def _another_content(turn: Turn, slot: str, edit: ContentEdit) -> None:
    value = read_answer("content", edit.new)
    if not isinstance(value, str):
        steps.bad_try(turn, slot)
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
