"""Shows articles of law below "I don't know", for reference only: they are possibly about the question."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from bot.actions.runtime.context import parts

if TYPE_CHECKING:
    from kb_index.statutes.shelf import FoundArticle

_LONGEST = 160
"""Longest shown part of an article, in characters: about three lines on a phone."""
_SHORTEST_CUT = 60
"""An article is cut at the end of a sentence only if at least this number of characters stays."""
_HEAD = "可能相关的法律条文（只供参考，不是对您问题的答复，您的情况怎么办理以承办单位答复为准）："


async def beneath(question: str) -> str:
    """The text to add to "I don't know": empty, or lines that begin with a line end.

    Args:
        question: the citizen's own words.
    """
    laws = parts().laws
    found = await laws.related(question, parts().city.regions) if laws else ()
    if not found:
        return ""
    addresses = "　".join(dict.fromkeys(article.url for article in found))
    return "\n".join(["", _HEAD, *(_line(a) for a in found), f"全文和最新版本请查官方数据库：{addresses}"])


def _line(article: FoundArticle) -> str:
    day = dt.date.fromisoformat(article.date) if article.date else None
    version = f"{day.year}年{day.month}月{day.day}日的版本" if day else "版本日期不明"
    where = "全国适用" if article.region == "全国" else f"只适用于{article.region}"
    return f"・《{article.title}》{article.number}（{version}，{where}）：{_cut(article.text)}"


def _cut(text: str) -> str:
    """At most :data:`_LONGEST` characters, cut at the end of a sentence if possible."""
    flat = re.sub(r"\s+", "", text)
    if len(flat) <= _LONGEST:
        return flat
    head = flat[:_LONGEST]
    end = max(head.rfind(mark) for mark in "。；")
    return (head[: end + 1] if end >= _SHORTEST_CUT else head) + "……"
