"""Recognises questions, also without a question word (周六办不, 外地的呢), and those that need the talk before them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.understanding.asking import asks
from bot.understanding.faults import is_fault
from bot.understanding.remarks import is_asking, is_laughter, is_protest
from core.text import plain, without_pictures

_TELL_ME = re.compile(
    r"(?:告诉|发|给|报|说)(?:我|俺|一下|个|下|一?声){1,3}.{0,16}(?:电话|号码|热线|地址|网址|地点)|"
    r"(?:电话|号码|热线|地址|网址|地点)(?:是)?(?:给|告诉|发|报)(?:给)?(?:我|俺|一下|个)|^.{2,10}(?:电话|号码|热线|地址|网址)(?:呢|是)?$"
)
"""Asks to be told a number or a place (把社保局电话给我). Not 打我电话."""
_OWN_NUMBER = re.compile(
    r"(?:打|留|记|换|用|改)(?:一下|下)?.{0,3}(?:电话|号码|地址)|(?:我|俺)(?:的|这)?(?:电话|号码)|不留|没有?电话"
)
_BY_ITSELF = re.compile(
    r"(?:怎么|咋|如何|怎样|[去在到]哪[里儿]?|哪里)(?:个)?(?:能|可以|去)?[办申领提取查交缴补换迁转报退开挂登打]|"
    r"(?:什么|啥|哪些)(?:材料|手续|条件|证件)|带(?:些)?(?:什么|啥)|(?:比例|标准|时间|条件).{0,2}(?:多少|什么)"
)
"""Words with which a question names what it asks for."""
_LEANS = re.compile(
    r"^(?:那|要是|如果|万一|假如|还|也|但是?|可是?|不过|就是|然后|所以|或者|哦)|(?:的话|呢)[？?。！!～~\s]{0,9}$"
)
"""Words with which a message goes on from what was said before."""
_SOMEBODY = re.compile(r"(?:那|要是|万一|如果|可|但){0,2}(?:[他她]们?|人家|对方|那个?人)(?!打|砍|杀|骂)")
"""How a message begins that is about somebody named before (他不来咋整)."""
_QUESTION = 0.5
"""Probability (0 to 1) of a question from which a message is one, whatever its words."""
_LEANING = 16
"""Most characters of a message that leans on the one before."""
_BRIEF = 7
"""Most characters of a question that leans on the one before although no word says so."""


def points_at_somebody(text: str) -> bool:
    """Whether a short message is about somebody who was named before.

    >>> points_at_somebody("他不来咋整"), points_at_somebody("他不来办离婚，我一个人去民政局能办吗")
    (True, False)
    """
    said = plain(text)
    return len(said) <= _LEANING and _SOMEBODY.match(said) is not None


def may_ask(text: str, kinds: Mapping[str, float] | None = None) -> bool:
    """Whether a message asks something, and reproaches nobody.

    Args:
        text: the message.
        kinds: kind → probability (:data:`bot.understanding.decide.KINDS`), when known.

    >>> [may_ask(said) for said in ("周六办不", "外地的呢", "你把社保局电话告诉我", "合肥能办不")]
    [True, True, True, True]
    >>> [may_ask(said) for said in ("路灯坏了", "哈哈", "到底管不管", "打我电话就行", "王建国")]
    [False, False, False, False, False]
    """
    said = without_pictures(text).strip()
    if not plain(said) or is_laughter(said) or is_protest(said):
        return False
    if asks_to_be_told(said):
        return True
    asked = is_asking(said) or (asks(said) and not is_fault(said))
    if kinds is None:
        return asked
    question, matter = float(kinds.get("question") or 0), float(kinds.get("matter") or 0)
    return (
        question >= _QUESTION or names_what_it_asks(said) or (asked and matter < max(question, 1 - _QUESTION))
    )


def asks_to_be_told(text: str) -> bool:
    """Whether a message asks to be told a number or a place without the form of a question.

    >>> asks_to_be_told("你把社保局电话告诉我"), asks_to_be_told("打我电话就行")
    (True, False)
    """
    return _TELL_ME.search(plain(text)) is not None and _OWN_NUMBER.search(text) is None


def names_what_it_asks(text: str) -> bool:
    """Whether a question names by itself what it asks for.

    >>> names_what_it_asks("社保卡丢了去哪补"), names_what_it_asks("谁家的狗")
    (True, False)
    """
    return _BY_ITSELF.search(text) is not None


def leans(text: str) -> bool:
    """Whether a message can only be understood from what was said before, as far as its form shows.

    >>> [leans(said) for said in ("那我老家不是这儿的呢", "周末呢", "合肥能办不", "身份证丢了怎么补办")]
    [True, True, True, False]
    """
    said = plain(without_pictures(text))
    return len(said) <= _BRIEF or (len(said) <= _LEANING and _LEANS.search(said) is not None)
