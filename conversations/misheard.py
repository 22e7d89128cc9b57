"""Reads that a citizen protests against what an alarm has made of their words (不是！我说120打过了): the danger before counts again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conversations import danger
from conversations.after_alarm import plain
from conversations.danger_state import fresh, made, not_over

_CLAUSES = re.compile(r"[，,。.！!？?；;、\s]+")
_WRONG = re.compile(
    r"(?:[你您]们?)?(?:不是(?:的|这样|这个(?:意思)?|那(?:个意思|样)|啊|呀|吧){0,2}|不对|错了|(?:又|是)?(?:搞|弄|听|看|理解|说|答)(?:错|岔|反)了|误会了?|扯(?:哪|远)[^，,]{0,4}|"
    r"(?:在)?(?:瞎|乱|胡)?说(?:的)?(?:啥|什么|哪)[^，,]{0,4}|什么(?:家暴|打人|乱七八糟|跟什么|呀|啊)[^，,]{0,4}|哪跟哪|答非所问|"
    r"(?:没|没有|哪有|谁说)(?:有?人)?(?:打|欺负|伤害)(?:我|人|她|他|孩子)?)(?:了|啊|呀|吧|呢){0,2}"
)
"""A clause that only protests."""
_MEANT = re.compile(
    r"(?:我|俺)(?:刚才|刚刚|是|明明|都)?(?:的意思是|说的是|问的是|是说|是问|说|问)(?:的)?[：:]?"
)
"""How what was meant is said once more."""


def protested(text: str) -> str | None:
    """What a message says besides its protest against a misreading; None when it does not protest.

    >>> protested("不是！我说120打过了！孩子想睡觉能不能让她睡")
    '120打过了，孩子想睡觉能不能让她睡'
    >>> protested("不对啊"), protested("他不是我老公"), protested("没人打我，我问的是她能不能喝水")
    ('', None, '她能不能喝水')
    """
    clauses = [one for one in _CLAUSES.split(text.strip()) if one]
    if not clauses:
        return None
    against = [one for one in clauses[:2] if _WRONG.fullmatch(plain(one))]
    if not against and not re.match(r"(?:我|俺)(?:的意思是|说的是|问的是|是说|是问)", plain(clauses[0])):
        return None
    told = [
        _MEANT.sub("", one, count=1) if _MEANT.match(one) else one for one in clauses if one not in against
    ]
    return "，".join(one for one in told if one.strip())


def before(fact: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fact of the danger that was open before the one of ``fact``; None when there was none.

    What is known of the call, and of where help must come, is kept.
    """
    earlier = not_over(dict(fact))
    if fact.get("state") != "told" or not fresh(dict(fact)) or not earlier:
        return None
    last = earlier[-1]
    back = made("told", str(last["kind"]), str(last["text"]))
    back["label"] = danger.advice(str(last["kind"]), str(last["text"])).label
    if earlier[:-1]:
        back["before"] = earlier[:-1]
    return back | {key: fact[key] for key in ("called", "where", "by_text", "human", "asked") if key in fact}


def sorry(reply: str) -> str:
    """A reply in front of which a misreading is excused."""
    return f"对不起，刚才是我听岔了。{reply}"
