"""Reads what citizens say about the further matters of a message: fetch one, file only the first, that all is one matter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text import plain

_LONGEST = 30
"""Most characters of such a message."""
_MARKS = re.compile(r"[，,。.！!、；;~～…\s]+")
_HEAD = r"[那还有对了哦噢嗯好的行然后另外我俺咱刚才前面之上开头说讲提问到过个这就再请麻烦帮忙给把你们您一先]{0,20}"
_THAT = r"的?[那这]?一?(?:个|件|桩|档子?|茬)?的?(?:事情?|事儿|问题|情况)?[呢啊嘛]?"
_FETCHES = re.compile(
    rf"{_HEAD}(?P<what>[\u4e00-\u9fffA-Za-z0-9]{{0,10}}?){_THAT}[也还再接着一起块儿并顺便是都就得要想给我帮忙麻烦请你们您能不可以]{{0,16}}"
    r"(?:登记?|记|上?报|反映|投诉|处理|办|弄|提交)(?:一?下|上|下来|进去|了|一个|个|吧|呗|啊|呀|吗|谢谢){0,6}"
)
_RECALLS = re.compile(rf"{_HEAD}(?P<what>[\u4e00-\u9fffA-Za-z0-9]{{2,10}}?){_THAT}(?:呢|怎么办呢?|还没登记?)")
"""还有刚才那个垃圾的事呢."""
_ALSO = re.compile(
    r"也|还|再|接着|一起|一块|一并|刚才|刚刚|前面|之前|那个|那件|那一件|另|第二|第三|剩下|后面|下一"
)
"""Words without which nothing that was told before is meant."""
_OTHER = re.compile(r"(?:另外?|第[二三]|剩下|后面?|下|其他|其它|那)?一?")
"""Words that name a further matter by its place only (另一件, 第二件)."""
_ASKS = re.compile(
    r"[?？]|了[吗没么]|没有?$|怎么(?!办呢?$)|咋|要不要|用不用|多久|几天|什么|啥|哪|谁|不用|不要|别|不想|先不|算了"
)
_ONE = re.compile(
    r"(?:(?:没有?|哪有|哪是|别|不要|不用|不|这|那|都|就|其实|本来|我说的|说的|前后|全|是|算|属于|也|的){0,12}"
    r"(?:同?一(?:个|件|回|码|档子)(?:事情?|事儿|问题|情况)?|一起的|连着的|分开(?:登记|说|办|报)?(?:了)?|(?:拆|分)成?两(?:个|件|张|回)(?:事|单|工单)?|两(?:件|个|回|码)事(?:情)?|"
    r"(?:写|登记?|放|合|并|记|报)(?:在|成|到)?一(?:起|张|块|个)(?:单子?|工单|里)?)(?:登记|办|报|说|就行|就好|吧|啊|呀|的|了|里){0,4}){1,4}"
)
_SPLITS = re.compile(
    r"^(?:这|那|都|就|其实|本来|我说的|说的|是|也){0,12}(?:两(?:件|个|回|码)事|分开)|不是(?:同?一|一起)"
)
"""The same words, said the other way round: 这是两件事, 不是一件."""
_FIRST_ONLY = re.compile(
    r"(?:那|就|还是|我|俺|咱|想|要){0,8}(?:先|就|只|光|单){1,4}(?:登记?|报|办|弄|说|反映|处理|管|来|填){0,4}(?:前面|头|上面|第一|这|眼前|手头|刚开始)(?:的)?(?:这|那)?一?(?:个|件)?(?:事情?|事儿)?"
    r"(?:登记|报|办|弄|说|反映|处理|完|好|就行|就好|就够|吧|啊|了|再说|的){0,8}|"
    r"(?:那|就|还是|我|俺|只|光|先){0,8}(?:登记?|报|办|弄|反映)?一(?:个|件)(?:事)?(?:就|也)?(?:行|够|好|可以)(?:了|吧|啊){0,4}|"
    r"(?:另|后|第二|其他|其它|别)(?:外|面)?(?:的)?(?:那)?一?(?:个|件)?(?:的)?(?:事情?|事儿)?(?:就|先|我){0,4}(?:不用|不要|不必|算了|不|别)(?:登记?|报|办|弄|管|说|反映|提)?(?:了|吧|啊){0,4}"
)


def fetched(text: str, matters: Sequence[str]) -> int | None:
    """Which of the matters told before a message asks to file now; None when it asks for none of them.

    Args:
        matters: their words, in the order in which they were told.

    >>> fetched("刚才说的垃圾也登记一下", ["我们村的垃圾没人清运"]), fetched("垃圾登记了没", ["我们村的垃圾没人清运"]) is None
    (0, True)
    >>> fetched("第二件也登记吧", ["我们村的垃圾没人清运"]), fetched("路灯也登记一下", ["我们村的垃圾没人清运"]) is None
    (0, True)
    """
    said = _said(text)
    asks = _ASKS.search(said) or (said.endswith("吗") and not re.search("能|可以", said))
    if not said or not matters or asks or text.rstrip().endswith(("?", "？")):
        return None
    found = _FETCHES.fullmatch(said) or _RECALLS.fullmatch(said)
    if found is None or _ALSO.search(said) is None:
        return None
    what = found["what"]
    named = [at for at, matter in enumerate(matters) if _shares(what or said, matter)]
    if named:
        return named[0]
    points = _OTHER.fullmatch(what) is not None and re.search("那[个件一]|另|第[二三]|剩下|后面|下一", said)
    return min(len(matters) - 1, int("第三" in said)) if points else None


def is_one_matter(text: str) -> bool:
    """Whether a message says that what was taken for two matters is one.

    >>> [is_one_matter(said) for said in ("这是一件事", "别分开登记", "不是两件事", "这是两件事", "一个单元的事")]
    [True, True, True, False, False]
    """
    said = _said(text)
    return bool(said) and _ONE.fullmatch(said) is not None and _SPLITS.search(said) is None


def wants_first_only(text: str) -> bool:
    """Whether a message says that only the first of several matters is to be filed, now or at all.

    >>> [wants_first_only(said) for said in ("先登记这个吧", "就先这一件", "另外那个不用了", "先这样", "先登记吧")]
    [True, True, True, False, False]
    """
    said = _said(text)
    return bool(said) and _FIRST_ONLY.fullmatch(said) is not None


def _said(text: str) -> str:
    said = _MARKS.sub("", plain(text))
    return said if len(said) <= _LONGEST else ""


def _shares(what: str, matter: str) -> bool:
    """Whether two neighbouring characters of some words stand in a matter."""
    return any(what[i : i + 2] in matter for i in range(len(what) - 1) if what[i : i + 2] not in _EMPTY)


_EMPTY = frozenset(
    {"我们", "这个", "那个", "事情", "问题", "登记", "反映", "投诉", "刚才", "一下", "说的", "没人", "一件"}
)
"""Pairs of characters that name no matter."""
