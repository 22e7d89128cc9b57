"""Leaves a question of the complaint form unanswered (跳过, 不知道), or says why it can't be."""

from __future__ import annotations

from bot.actions.complaint import contact, questions, steps
from bot.actions.complaint import draft as drafts
from bot.actions.runtime.turn import Turn

_WHY = {
    "address": "地址说个大概就行，不然工作人员找不到地方。",
    "content": "要先说说是什么事，才能帮您登记。",
}
"""Why a slot can't be skipped."""


async def skip(turn: Turn, slot: str) -> None:
    """Go on without a value for the slot that was asked for."""
    if slot == drafts.CONFIRM:  # the citizen refuses again what was already left empty (不留)
        steps.ask_again(turn, slot, "好的，空着的就不填了。")
    elif slot in ("contact_name", "contact_phone"):
        filled, said = contact.refused(turn, slot)
        await steps.go_on(turn, filled, before=said)
    elif slot == "complaint_type":
        kind = drafts.likely_type(str(turn.slot("content") or ""))
        await steps.go_on(turn, {slot: kind}, before=f"好的，先按“{kind}”登记，不对的话说一声就改。")
    elif slot in ("content", "address") and turn.slot(slot):  # asked further, and what is there is enough
        await steps.go_on(turn, {})
    elif slot == "address" and (steps.tries_so_far(turn) >= 1 or questions.put_often(turn, slot)):
        await steps.go_on(turn, {slot: ""}, before="好的，位置先空着，工作人员可能会再跟您核实。")
    elif slot == "subject":
        await steps.go_on(turn, {slot: questions.unnamed_subject(turn)})
    elif questions.skippable(turn, slot):
        await steps.go_on(turn, {slot: ""})
    elif slot == "district":
        await steps.go_on(turn, {slot: drafts.WHOLE_CITY})
    else:
        turn.set("tries", steps.tries_so_far(turn) + 1)
        questions.ask(turn, slot, before=_WHY.get(slot, "这一项需要您选一下。"))
