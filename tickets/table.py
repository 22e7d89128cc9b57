"""The table of moves × roles for people, made from :data:`tickets.lifecycle.TRANSITIONS`."""

from __future__ import annotations

from tickets import needs
from tickets.lifecycle import TRANSITIONS, Transition, Who


def table() -> str:
    """The table in Markdown, one line a move, as it stands in docs/tickets.md."""
    roles = list(Who)
    lines = [
        "| 操作 | 代码 | 从 | 到 | " + " | ".join(who.label for who in roles) + " | 要填 | 告诉群众 |",
        "|---|---|---|---|" + "---|" * len(roles) + "---|---|",
    ]
    lines += [_line(move, roles) for move in TRANSITIONS.values()]
    return "\n".join(lines)


def _line(move: Transition, roles: list[Who]) -> str:
    sources = "、".join(state.label for state in move.sources)
    targets = "、".join(state.label for state in move.targets) or "（不变）"
    marks = [
        "✓" + ("（含协办）" if move.assisting and who is Who.DEPARTMENT else "") if who in move.who else ""
        for who in roles
    ]
    fields = "、".join(
        f"{one['label']}{'' if one['required'] else '（可不填）'}" for one in needs.described(move.action)
    )
    cells = [move.label, f"`{move.action}`", sources, targets, *marks, fields, "✓" if move.told else ""]
    return "| " + " | ".join(cells) + " |"
