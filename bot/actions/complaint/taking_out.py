"""Takes words out of the complaint that the citizen does not want in it: 把“我说了三遍了”去掉."""

from __future__ import annotations

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import steps
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import clip, plain
from bot.understanding.clauses import clauses
from bot.understanding.ordered import removed

_FIELDS = ("subject", "address", "happened_at")
_ADDED = "\n补充："
_LEAST = 6
"""Fewest characters of a story that stay."""
_SHOWN = 30


async def take_out(turn: Turn) -> bool:
    """Take a whole clause out of the field that holds it, the story last; False when none does."""
    what = plain(removed(turn.text))
    if not what:
        return False
    for slot in _FIELDS:
        value = str(turn.slot(slot) or "")
        left = _without(value, what)
        if left != value:
            said = f"好的，{drafts.LABELS[slot]}里的“{clip(what, _SHOWN)}”去掉了。"
            await steps.go_on(turn, {slot: left}, before=said)
            return True
    story, *added = str(turn.slot("content") or "").split(_ADDED)
    bare, kept = _without(story, what), [_without(one, what) for one in added]
    if len(bare) < _LEAST or (bare == story and kept == added):
        return False
    whole = _ADDED.join([bare, *(one for one in kept if one)])
    await steps.go_on(turn, {"content": whole}, before=f"好的，“{clip(what, _SHOWN)}”去掉了。", look=False)
    return True


def _without(text: str, what: str) -> str:
    """A text without the clauses that are the given words; as it is when none is."""
    said = clauses(text)
    kept = [one for one in said if plain(one) != what]
    return text if len(kept) == len(said) else "，".join(kept)
