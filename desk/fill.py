"""Variables in canned replies: what they are called, what they are filled with, and that none is sent unfilled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.clock import local
from core.errors import BadRequest
from tickets.of_person import SAME_TALK, Own

VARIABLES = {
    "坐席": "您在坐席台的名字",
    "工单号": "这个会话最近登记的工单号",
    "工单状态": "这张工单现在的状态",
    "承办单位": "这张工单的承办单位",
    "今天": "今天的日期，例如 11 月 30 日",
    "问候": "早上好、上午好、中午好、下午好、晚上好",
}
"""Name of a variable that is filled by itself → what with. Every other one is a gap that the agent fills in by hand."""
_BLANK = re.compile(r"\{([\u4e00-\u9fff][\u4e00-\u9fff\d]{0,11})\}")
"""A variable or gap: Chinese words in braces."""
_GREETINGS = ((5, "晚上好"), (8, "早上好"), (11, "上午好"), (13, "中午好"), (18, "下午好"), (24, "晚上好"))
"""(hour before which it is said, greeting)."""


def blanks(text: str) -> list[str]:
    """The variables and gaps of a text, each once, in order.

    >>> blanks("{问候}，{工单号}请在{几点}前来，{工单号} {} {a}")
    ['问候', '工单号', '几点']
    """
    return list(dict.fromkeys(_BLANK.findall(text)))


def require_filled(text: str) -> str:
    """The text, when nothing in it is left to be filled in.

    Raises:
        BadRequest: code ``not_filled``; ``details.blanks`` names what is missing.
    """
    if left := blanks(text):
        named = "、".join(f"{{{one}}}" for one in left)
        raise BadRequest(
            f"没有发出去：{named}还没有填，请填好再发", code="not_filled", details={"blanks": left}
        )
    return text


def values(agent: str, tickets: Sequence[Own], at: datetime) -> dict[str, str]:
    """What the variables are filled with in a conversation. One that has no value is left out.

    Args:
        agent: name of the agent.
        tickets: the citizen's tickets; only those of the same conversation count.
        at: now.
    """
    here = [one.line for one in tickets if one.why == SAME_TALK]
    last = max(here, key=lambda line: line.created_at, default=None)
    moment = local(at)
    found: Mapping[str, str | None] = {
        "坐席": agent,
        "工单号": last.number if last else None,
        "工单状态": last.state.label if last else None,
        "承办单位": last.department if last else None,
        "今天": f"{moment.month} 月 {moment.day} 日",
        "问候": next(words for hour, words in _GREETINGS if moment.hour < hour),
    }
    return {name: value for name, value in found.items() if value}
