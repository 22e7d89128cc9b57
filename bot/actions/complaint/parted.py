"""Splits a story into its requests, and leaves the citizen's place with the matter that is filed first."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.actions.runtime.context import parts
from bot.understanding.clauses import only_place
from bot.understanding.remarks import is_protest
from bot.understanding.requests import Request
from bot.understanding.self_told import is_remark
from bot.understanding.splitting import split
from bot.understanding.venting import only_vents

_CLAUSES = re.compile(r"(?<=[，,。；;\s])")
_MARKS = " ，,。；;的\n"


def parted(story: str) -> tuple[Request, ...]:
    """The requests of a story in order; at least one.

    A place that stands alone at the end (…，我妈的高龄津贴怎么领，谢家集区) is where the citizen lives, and no part of the last
    request: it goes to the first one when that is a matter.
    """
    requests = _with_remarks(story, split(story))
    if len(requests) < 2 or requests[0].kind != "matter":
        return requests
    clauses = [one for one in _CLAUSES.split(requests[-1].text) if one.strip(_MARKS)]
    kept = len(clauses)
    while kept > 1 and only_place(clauses[kept - 1].strip(_MARKS), parts().city):
        kept -= 1
    if kept == len(clauses):
        return requests
    place = "".join(clauses[kept:]).strip(_MARKS)
    first = replace(requests[0], text=f"{requests[0].text}，{place}")
    last = replace(requests[-1], text="".join(clauses[:kept]).strip(_MARKS))
    return (first, *requests[1:-1], last)


def _with_remarks(story: str, requests: tuple[Request, ...]) -> tuple[Request, ...]:
    """The requests, with what is none joined to the request beside it, as it was said: a remark about the citizen
    (我听不见，只能打字), or the anger before it (你们是干什么吃的！)."""
    kept: list[Request] = []
    before = ""
    for request in requests:
        if is_remark(request.text) or is_protest(request.text) or only_vents(request.text):
            before = _between(story, before, request.text) if before else request.text
            continue
        kept.append(replace(request, text=_between(story, before, request.text) if before else request.text))
        before = ""
    if before and kept:
        kept[-1] = replace(kept[-1], text=_between(story, kept[-1].text, before))
    return tuple(kept) or requests


def _between(story: str, first: str, second: str) -> str:
    """Both parts as they stand in the story, with what is between them."""
    start = story.find(first)
    end = story.find(second, start + len(first)) if start >= 0 else -1
    return story[start : end + len(second)] if end >= 0 else f"{first}，{second}"
