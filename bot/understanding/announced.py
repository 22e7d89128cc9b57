"""Takes apart a message that says how many matters it has: 两件事，一个是路灯不亮，一个是公交车老晚点."""

from __future__ import annotations

import re

_COUNT = {"两": 2, "俩": 2, "2": 2, "二": 2, "三": 3, "3": 3, "仨": 3}
_ANNOUNCES = re.compile(
    r"^(?:\s*(?:您好|你好))?[，,。！!\s]*(?:我|俺)?(?:们)?(?:今天|现在)?(?:这里|这边)?(?:这)?(?:有|想|要|得|来)*(?:反映|反应|投诉|说|问|咨询|讲|登记)?(?:一?下)?"
    r"(?P<count>[两俩二三仨23])(?:个|件|桩|样|档子)?(?P<what>事情?儿?|问题)(?:情)?(?:[，,\s]*都)?(?:要|想|得)?(?:反映|反应|说|问|投诉|登记|麻烦你们?|咨询|管|解决|处理|办)?(?:一?下)?(?:吧|啊|哈|呢)?"
    r"[，,：:。；;\s]+"
)
_MARK = re.compile(
    r"(?:^|[，,；;。、\s]{1,9})(?:然后|还有|另外|再|其中|再就是)?(?:是)?"
    r"(?:第?[一二三](?:个|件|桩|样)(?:事情?儿?)?(?:呢)?(?:是|就是|[，,：:])|另(?:外)?一?(?:个|件|桩|样)(?:事情?儿?)?(?:呢)?(?:是|就是|[，,：:])|[一二三]是|"
    r"第[一二三](?:是)?[，,：:]|[一二三]来(?:是)?)\s*"
)
_SEPARATORS = (r"[；;\n]", r"[。]", r"、", r"[，,]", r"\s+")
_JOINS = re.compile(r"^(?:还有|另外|然后|再就是|再|也|和|以及)(?:就是|有)?")
_LEAST = 3
"""Fewest characters of an item."""


def items(text: str) -> tuple[tuple[str, ...], bool]:
    """The matters of a message that announces their number, and whether it calls them matters (事) and not problems (问题).

    Empty when the message announces none, or does not have as many parts as it announces.

    >>> items("两件事,一个是路灯不亮,一个是公交车老晚点")
    (('路灯不亮', '公交车老晚点'), True)
    >>> items("有三个问题：电梯坏了、没人修、天天爬楼")[1], items("两个孩子上学怎么办")
    (False, ((), False))
    """
    announced = _ANNOUNCES.match(text)
    if announced is None:
        return (), False
    count, rest = _COUNT[announced["count"]], text[announced.end() :]
    called = announced["what"] != "问题"
    marked = list(_MARK.finditer(rest))
    if len(marked) == count and marked[0].start() == 0:
        return _whole(_MARK.split(rest)[1:], count), called
    for separator in _SEPARATORS:
        parts = [part for part in re.split(separator, rest.strip(" ，,。；;、\n")) if part.strip()]
        if len(parts) > 1:
            return (_whole(parts, count) if len(parts) == count else ()), called
    return (), called


def _whole(parts: list[str], count: int) -> tuple[str, ...]:
    """The parts without the words that join them; empty when one is too short to be a matter."""
    bare = tuple(_JOINS.sub("", part.strip(" ，,。；;、：:\n")).strip(" ，,：:") for part in parts)
    return bare if len(bare) == count and all(len(part) >= _LEAST for part in bare) else ()
