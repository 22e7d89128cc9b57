"""Reads back what was filled, when the citizen wants to check it (地址写错没有, 你念一遍)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint import draft as drafts
from bot.actions.complaint.corrections import field_of
from bot.actions.runtime.wording import clip, plain

_READS = re.compile(
    r"(?:念|读|报|复述)(?:出来)?(?:给我)?(?:听)?(?:一?[遍下]|听)|[写填记登](?:的)?(?:都)?(?:错|对)(?:了)?(?:没有?|吗|么|不$)|[写填记](?:的)?(?:对不对|是不是对)|"
    r"(?:给我|让我)(?:看|听)(?:看|听|一?下|一?遍)*(?:我)?(?:刚才)?(?:[写填记](?:了|的)|内容)|(?:刚才)?(?:都)?[写填记]了(?:些)?(?:啥|什么)(?:啊|呀|呢)?$"
)
_LONGEST = 24
"""Most characters of such a wish."""
_SHOWN = 60


def answer(text: str, slot: str, slots: Mapping[str, Any]) -> str | None:
    """What is filled, in a sentence; None when the message asks for something else, or nothing is filled.

    Args:
        slot: the slot that was asked for; the summary shows everything itself.
        slots: the current slots.
    """
    said = plain(text)
    if len(said) > _LONGEST or _READS.search(said) is None:
        return None
    if slot == drafts.CONFIRM:
        return "好的，都在下面，哪一项不对直接说就能改。"
    field = field_of(text, {})
    names = [field] if field and slots.get(field) else [name for name in drafts.LABELS if slots.get(name)]
    lines = [f"{drafts.LABELS[name]}：{clip(drafts.shown(name, slots[name]), _SHOWN)}" for name in names]
    return f"现在记的是——{'；'.join(lines)}。哪里不对直接说就能改。" if lines else None
