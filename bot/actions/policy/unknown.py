"""The words with which a question without an answer is met.

They are whole the first time and shorter and other ones later in the talk, say where a telephone number can be had when
one is asked for, and name the nearest question that the base does know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.actions.runtime.turn import Turn

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

FIRST = "这个问题我没有把握，不敢随便回答您。"
"""First sentence of a reply that says "I don't know"."""
POINT = "这一点我没有把握，不敢随便说。"
"""The same, for a point of what the talk is about."""
AGAIN = (
    "这一问我手头的资料里也没有，不敢随便说。",
    "这个我也没查到准信。",
    "这一点我这儿也没有现成的答案。",
)
"""The same, when the talk has heard it before; the next of them each time."""
NOT_ON_FILE = "我这里没有登记，不敢乱"
"""Words that say that an office or its number is not on file."""
_NUMBER = f"电话号码{NOT_ON_FILE}报。"
"""The same, for a question for a telephone number."""
_DARES_NOT = "不敢随便回答您"
"""Words of other first sentences, too: when it was not sure what was meant, or which of several questions."""
MARKS = (FIRST, POINT, *AGAIN, NOT_ON_FILE)
"""Words by which a reply that says "I don't know" can be told from others."""
WAYS_ON = "我可以把您的问题登记下来，请工作人员查清楚了答复您；也可以转人工。"
"""What is offered for a question without an answer."""
_WAYS_AGAIN = (
    "要请工作人员查了答复您，就点“登记这个问题”；也可以转人工。",
    "要等答复就登记，急就转人工。",
    "想要个准话，登记一下，查清了答复您；也可以转人工。",
)
"""The same, when the talk has heard it before. The buttons below always say it, too."""
NEAR = "相近的问题也列在下面，您看看是不是。"
"""Added when similar entries are offered, too."""
_NEAR_ONE, _NEAR_SOME = "我知道的最接近的是“{title}”，要看就点一下。", "相近的列在下面，要看哪个就点一下。"
"""The same, when the talk has heard before that something is not known: the buttons say the rest."""
_ASKS_NUMBER = re.compile(
    r"(?:电话|热线|号码|座机)(?:号码?)?(?:是|有|给|发|告诉|报)?(?:多少|几|啥|什么|哪|我|吗|不|一下|一个|吧|[?？]|$)"
)
"""A question for a telephone number (公积金中心电话多少)."""


def heard_before(turn: Turn) -> int:
    """How many replies of this talk have said "I don't know"."""
    said = [str(event.get("text") or "") for event in turn.events if event.get("event") == "bot"]
    return sum(any(mark in one for mark in (*MARKS, _DARES_NOT)) for one in said)


def asks_number(text: str) -> bool:
    """Whether a message asks for a telephone number.

    >>> [asks_number(said) for said in ("公积金中心电话多少", "有没有妇联的号码", "电话没人接", "物业电话打不通")]
    [True, True, False, False]
    """
    return _ASKS_NUMBER.search(text) is not None


def words(turn: Turn, near: Sequence[Entry], *, first: str = FIRST) -> str:
    """What is said to a question without an answer.

    Args:
        near: the nearest entries that the base does know; they stand below as buttons.
        first: the sentence with which it is said for the first time.
    """
    if near and heard_before(turn):
        return sentence(turn, first=first) + _nearest(near)
    return sentence(turn, first=first) + ways_on(turn) + (NEAR if near else "")


def sentence(turn: Turn, *, first: str = FIRST) -> str:
    """The sentence that says "I don't know": another one each time, and one of its own for a telephone number.

    Args:
        first: the sentence with which it is said for the first time.
    """
    times = heard_before(turn)
    if asks_number(turn.text):
        return _NUMBER
    return AGAIN[(times - 1) % len(AGAIN)] if times else first


def ways_on(turn: Turn) -> str:
    """What is offered for a question without an answer: whole the first time, then shorter."""
    times = heard_before(turn)
    return _WAYS_AGAIN[min(times, len(_WAYS_AGAIN)) - 1] if times else WAYS_ON


def _nearest(near: Sequence[Entry]) -> str:
    """Points to the nearest entries, which stand below as buttons."""
    return _NEAR_ONE.format(title=near[0].title.rstrip("？?")) if len(near) == 1 else _NEAR_SOME
