"""Judges reports of a few characters that Rasa does not know (路太黑, 药贵)."""

from __future__ import annotations

import re

from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.understanding.clauses import only_place

_FROM, _TO = 2, 7
"""Fewest and most characters of such a report."""
REPORTS, _MAY_REPORT, MAY_TELL = 0.8, 0.05, 0.015
"""Probability of a matter (0 to 1) from which a short message opens the form, is asked about, and is at least kept.

Of 35 reports of two to seven characters that Rasa did not know (网速慢, 路太黑, 药贵), 16, 15 and two reach these bars first; of
42 such messages of mere talk none, four (two of them places) and four.
"""
_WHERE = re.compile(r"(?:街上|[头边旁上下]|楼|门口|路口|附近|对面|村|小区|邻居|个人)(?:的|那边|这边)?$")
"""How the mere name of a place ends."""


_WRONG = re.compile("[太没不坏黑臭脏乱吵堵漏贵滑断停骗欠拖]")
"""Characters that say what is wrong."""


def may_report(turn: Turn, *, unheard: bool = False) -> bool:
    """Whether a short message may report a matter, and names more than a place.

    Args:
        unheard: whether the message before was not understood. Then mere characters are no report: it has to say
            what is wrong.
    """
    short = _FROM <= len(plain(turn.text)) <= _TO and (not unheard or _WRONG.search(turn.text) is not None)
    return short and matter(turn) >= _MAY_REPORT and not only_where(turn.text)


def only_where(text: str) -> bool:
    """Whether a message is only the name of a place."""
    return only_place(text, parts().city) or _WHERE.search(plain(text)) is not None


def matter(turn: Turn) -> float:
    """Probability that the message is a matter, 0 to 1; 0 without evidence, and for a question."""
    reasons = {} if turn.pressed or turn.decision is None else turn.decision["reasons"]
    asks = float(reasons.get("question") or 0.0) + float(reasons.get("both") or 0.0)
    tells = float(reasons.get("matter") or 0.0)
    return tells if tells > asks else 0.0
