"""The greeting and the first buttons of the web channel, shown before the visitor has said anything."""

from __future__ import annotations

STARTERS = ("公积金可以用来付房租吗", "我要反映问题", "查询工单进度", "转人工")
"""Words of the first buttons. A tapped one is sent as if the citizen had typed it."""


def greeting(city: str) -> str:
    """The greeting, in the name of the city's hotline."""
    return f"您好，这里是{city}12345智能助手。问政策、办事，反映问题，或者查工单进度，直接说就行。"
