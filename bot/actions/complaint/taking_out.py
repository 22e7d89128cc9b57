"""Takes words out of the complaint that the citizen does not want in it: 把“我说了三遍了”去掉."""

from __future__ import annotations

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import steps
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import clip
from bot.understanding.ordered import removed

_FIELDS = ("subject", "address", "happened_at")
_ADDED = "\n补充："
_LEAST = 6
"""Fewest characters of a story that stay."""
_SHOWN = 30


async def take_out(turn: Turn) -> bool:
    """Take the words out of the field that holds them, the story last; False when none does."""
    what = removed(turn.text)
    if not what:
        return False
    for slot in _FIELDS:
        value = str(turn.slot(slot) or "")
        if what in value:
            left = value.replace(what, "").strip(" ，,。")
            await steps.go_on(
                turn, {slot: left}, before=f"好的，{drafts.LABELS[slot]}里的“{clip(what, _SHOWN)}”去掉了。"
            )
            return True
    story, *added = str(turn.slot("content") or "").split(_ADDED)
    kept = [one for one in (part.replace(what, "").strip(" ，,。") for part in added) if one]
    bare = story.replace(what, "").strip(" ，,")
    whole = _ADDED.join([bare, *kept])
    if len(bare) < _LEAST or whole == _ADDED.join([story, *added]):
        return False
    turn.set("content", None)  # what is written before would be added to
    await steps.go_on(turn, {"content": whole}, before=f"好的，“{clip(what, _SHOWN)}”去掉了。", look=False)
    return True
