"""Answers how much, when the entry of the talk says that the sum is set by the city, the county or the province."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.actions.policy.within import Said
from bot.actions.runtime.wording import clip, plain
from bot.understanding.fillers import beside_question
from bot.understanding.within.sentences import headed

if TYPE_CHECKING:
    from core.city import City
    from kb_index.entries.entry import Entry

_SUM = re.compile(
    r"多少(?!天|年|岁|次|人|个|号|时间|日)|好多(?:钱|块)|几(?:块|百|千|万|钱)|什么标准|标准(?:是|多|高|呢|吗)"
)
"""Words that ask for a sum of money."""
_NO_SUM = re.compile(r"电话|号码|多少(?:天|年|岁|次|人|号)|工龄|面积|平方|分数|比例")
_OF_SUM = re.compile(r"多少|标准|金额|数额|每月|怎么罚|几级能领")
_SET = re.compile(
    r"(?:由|按|看|照)(?:当地|本地|各地|本市|本省|省里|市里|县里|区里|户籍地|居住地|所在地)|各地(?:不同|不一|自己)|"
    r"(?:当地|本市|本省|省里|市里)[^，。；]{0,10}(?:定|规定|公布|为准)|(?:本市|当地|本省)[^，。；]{0,6}多少|加多少"
)
_PAID = re.compile(r"好多|[几多少]+(?:块|百|千|万|元|钱)*|[补取罚贴报住天元块钱]|标准|现在|今年")
"""Words of a sum that name nothing it is for."""
_LONGEST = 24
"""Most characters of a question that asks only for the sum, with a place beside it."""
_LEFT = 1
"""Most characters of such a question that may be left when its place and the words of a sum are taken away."""
_SHOWN = 120
"""Longest quoted sentence, in characters."""


def asks_sum(text: str, city: City) -> bool:
    """Whether a short message asks how much money it is, and names nothing that the money is for.

    >>> from core.city import load_city
    >>> here = load_city("huainan")
    >>> [asks_sum(said, here) for said in ("淮南一个月能补好多钱", "我住田家庵，能给多少", "残疾补贴一个月多少", "要等多少天")]
    [True, True, False, False]
    """
    said = plain(text)
    if len(said) > _LONGEST or _SUM.search(said) is None or _NO_SUM.search(said):
        return False
    places = {city.name, city.full_name, *(n for d in city.districts for n in (*d.names, *d.short))}
    for place in sorted(places, key=len, reverse=True):
        said = said.replace(place, "")
    return len(beside_question(_PAID.sub("", said))) <= _LEFT


def sum_set_locally(entry: Entry, text: str, city: City) -> Said | None:
    """What an entry says to a question for a sum that it leaves to the city or the province; None when it does not say so.

    Args:
        entry: the entry of the talk.
        text: the citizen's words.
        city: the city.
    """
    if not asks_sum(text, city):
        return None
    told = next((one for one in headed(entry) if _SET.search(one) and _OF_SUM.search(one)), None)
    if told is None:
        return None
    title = entry.title.rstrip("？?")
    return Said(
        f"关于“{title}”，资料里写的是：{clip(told, _SHOWN)}。{city.name}现在的数，我这里没有登记，不敢乱说。",
        False,
        1.0,
    )
