"""Buttons and small text functions that several capabilities share."""

from __future__ import annotations

import json

from bot.actions.runtime.turn import Choice
from core.text import plain as plain

HUMAN = Choice("转人工", "/request_human")
"""The button that hands over to a human."""
CANCEL = Choice("取消", "/cancel")
"""The button that ends a form."""
SKIP = Choice("跳过", "/skip")
"""The button that leaves a slot of a form empty."""
COMPLAIN = Choice("反映问题", "/start_complaint")
"""The button that opens the complaint form."""
PROGRESS = Choice("查工单进度", "/ask_progress")
"""The button that opens the form for a ticket's progress."""
FILE_IT = Choice("登记这件事", "/start_complaint")
"""The button that opens the complaint form with the stored story."""
FILE_QUESTION = Choice("登记这个问题", "/start_complaint")
"""The button that opens the complaint form with the stored question."""
RESUME = Choice("接着填刚才的", '/start_complaint{"slot":"draft","value":"again"}')
"""The button that continues the unfinished complaint."""
YES = Choice("是", "/affirm")
"""The button that agrees."""
NO = Choice("不是", "/deny")
"""The button that disagrees."""


def choice(title: str, intent: str, **entities: str) -> Choice:
    """A button whose payload contains an intent and entities.

    >>> choice("田家庵区", "inform", slot="district", value="田家庵区").payload
    '/inform{"slot":"district","value":"田家庵区"}'
    """
    return Choice(title, f"/{intent}" + json.dumps(entities, ensure_ascii=False, separators=(",", ":")))


def clip(text: str, length: int) -> str:
    """The text cut to at most ``length`` characters; a cut is marked by “…”.

    >>> clip("一二三四五", 4)
    '一二三…'
    """
    return text if len(text) <= length else text[: length - 1] + "…"
