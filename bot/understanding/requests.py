"""Parts a message with several requests where its words say so: :func:`by_cues`.

Stories often contain cue words such as 还有 and 另外, so a cue alone is not enough. A cue counts when it
announces something new (另外还想反映一件事), or when the text after it is a question about a rule or procedure after a
complaint. Where a matter goes over to one for another department, with or without a cue, is found by
:mod:`bot.understanding.seams`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from bot.understanding.announced import items
from bot.understanding.apart import category, differ, listed_apart
from bot.understanding.faults import is_fault
from bot.understanding.situation import is_situation

MOST = 3
"""Largest number of requests in one message; the last one contains the rest of the text."""
_MOST_CUES = 6
"""Most cues of one kind at which the categories of the parts are compared, because that takes milliseconds."""
_MOST_PLACES = 40
"""Most places of one kind at which a cut is tried: for each, both parts are read again."""
_LEAST, _LEAST_NAMED = 4, 3
"""Fewest characters of a request; the same after a cue that announces something new."""

_ASKING = r"(问|咨询|请教|打听|了解)(一?下|个事|个问题|问)?"
_TELLING = r"(反映|反应|投诉|举报|说|提|建议|表扬)(一?下|一?件(事情?)?|一?个(事情?|问题)?)?"
_OPENS = re.compile(
    r"(?:^|(?<=[。！？!?；;，,、\s]))(?P<cue>"
    rf"(?:对了|另外|还有|此外|再就是|再有就是|同时|顺便|顺带|那个|再|最后|然后|还)[，,]?(?:我|俺|再|还|也|就|顺便|另外)*(?:想|要|得)?(?:{_ASKING}|{_TELLING})[，,：:]?|"
    r"(?:还有|另外|再有|此外|对了)?[，,]?(?:还)?(?:有)?(?:另外?|别的)?(?:一)?(?:件|桩)(?:别的)?事(?:情)?(?:是|就是|也)?[，,：:]?|"
    r"(?:还有|另外|再有)(?:还)?(?:有)?(?:一)?(?:个|件|桩|样)(?:别的)?(?:事情?|问题|毛病)(?:是|就是|也)?[，,：:]?|"
    r"(?P<nth>(?:第二|第三)(?:(?:件|个|点|条)(?:事情?|问题)?(?:是|就是)?[，,：:、]?|(?:事|问题)(?:是|就是)?[，,：:、]?|是(?!名)|[，,：:、])|(?:其二|二是|二来|三是)[，,：:、]?|"
    r"[2２3３二三②③][、.．)）：:]\s*)"
    r")"
)
_MAY_OPEN = re.compile(
    r"(?:^|(?<=[。！？!?；;，,、\s]))(?P<cue>(?:另外|还有|此外|再就是|再有就是|再有|顺便|对了|同时|那个)(?:就是|呢)?[，,：:]?)"
)
_SENTENCE = re.compile(r"(?<=[？?。！!；;])(?P<cue>)")
_COMMA = re.compile(r"[，,]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_NAMES_RIGHT = re.compile(
    r"补贴|补助|津贴|医保|社保|公积金|养老金|低保|户口|护照|入学|学籍|退休|结婚|证(?![据明人])"
)
"""What a question asks for that needs nothing of the story before it."""
_BRIEF = 80
"""Most characters of a message that is cut at a mere comma."""
_FIRST_MARK = re.compile(
    r"^\s*(?:(?:您好|你好)\s*)?(?:[，,。！!]\s*)?(?:[1１一①][、.．)）：:]|"
    r"第一(?:(?:件|个|点)(?:事情?|问题)?(?:是|就是)?[，,：:、]?|[，,：:、]|是)|"
    r"(?P<announced>(?:我|俺)?(?:们)?(?:有|想|要)*(?:反映|反应|投诉|说|问|咨询)?(?:一下)?(?:两|2|三|3|俩|几)(?:个|件|桩)(?:事情?|问题)(?:[，,]?都)?(?:要|得)?(?:反映|说|问|管|解决|处理|办)?(?:一下)?[，,：:。]?\s*"
    r"(?:一个?是|[1１一①][、.．)）：:]?|第一(?:件|个)?(?:事情?)?(?:是)?[，,：:、]?|首先)?))\s*"
)
_PROCEDURE = re.compile(
    r"(怎么|怎样|如何|咋|在哪里?|去哪里?|到哪里?|哪里|哪儿)(办理|申请|领|提取?|取|报销|查询?|开|交|缴|补办?|换|迁|转|登记|预约|报名|算|弄|写|打印|续|认定)|"
    r"(在|去|到)哪(里|儿)?办|(要|需要|带|准备|用)(些|哪些|什么|啥)(材料|手续|证件|资料|条件|东西)?|(什么|啥|哪些)(材料|手续|条件|流程)|"
    r"(多少钱|多长时间|多久|几天|什么时候)(能|可以|开始|发|到账|办|下来|截止|报名)|(标准|比例|条件|流程|材料|手续|期限|年限|政策)(是|有|要)?(什么|多少|啥|哪些|怎样)|"
    r"(能不能|可不可以|可以|能|可|可能)(用来|异地|提前|跨省|一次性)?(办理?|申请|领|提取?|报销|查询?|买|转|退|补|落户|贷款).{0,10}[吗么？?不]|"
    r"(补贴|补助|津贴|医保|社保|公积金|养老金|低保|户口|身份证|居住证|护照|驾驶证|居住证|生育|入学|学籍).{0,14}(多少|怎么|咋|吗|条件|材料|几|哪|什么|啥)"
)
_ASKS = re.compile(
    r"[?？]\s*$|(吗|么|呢|多少|哪里|哪儿|什么|啥|怎么办|流程|材料|条件|标准|多久|几天|钱)[啊呀哈的\s。]*$|(怎么|咋|如何|怎样)[^，,。；;]{0,10}$|(在哪里?|去哪|什么时候|几点)[^，,。；;]{0,8}$|哪些[^，,。；;]{0,6}$|(什么|哪些|多少)[^，,。；;]{0,8}$"
)
_QUESTION_WORD = re.compile(
    r"啥时候|什么时候|何时|多少|(?<!好)几[次天年个号月点岁]|哪[天年里儿些个种]|怎么[办算交领取查]|[吗么]\s*[?？]?$"
)
_SHORT_QUESTION = 16
"""Most characters of a part that is a question because of one such word."""
_ANNOUNCES = re.compile(r"^(你好|您好)?[，,]?(我|俺)?(?:(想|要)?(请问|问一?下|问问|咨询)|(?:想|先|再|还)+问)")
_GRIEVANCE = re.compile(
    r"没人(管|修|理|清|来|收|扫|拉|接|换|问|负责|处理|打扫|疏通)|不管|不理|坏了|投诉|举报|反映|太(吵|臭|脏|差|黑)|扰民|欠|拖|骗|乱收|乱停|漏水|堵|态度|为什么|凭什么|不给|停水|停电|解决|修好|处理|恢复|来人|万一|也不(说|管|听)"
)


@dataclass(frozen=True)
class Request:
    """One request of a message.

    Args:
        text: the words of the request.
        kind: ``question``: the knowledge base may answer it; ``matter``: it must be filed.
        asked: the words that ask, when those before them only tell in what situation somebody is; else empty.
    """

    kind: Literal["question", "matter"]
    text: str
    asked: str = ""


def by_cues(text: str) -> tuple[Request, ...]:
    """The requests of a message, cut where its words announce something new, or where a question stands beside a matter."""
    found = list(listed(text))
    if found:
        return tuple(found)
    rest = text.strip()
    announced = _FIRST_MARK.match(rest)
    if announced:
        rest = rest[announced.end() :]
    asked = False
    kind = "" if not announced else "matters" if announced["announced"] else "list"
    while len(found) < MOST - 1:
        cut = _cut(rest, kind)
        if cut is None:
            break
        first, cue, rest = cut
        kind = kind and "matters"  # when its first two items are separate, so are the others
        found.append(request(first, asked))
        asked = _ASKING_CUE.search(cue) is not None
    if _only_for_question(found, rest, asked):
        return (Request("question", text.strip(), rest.strip()),)
    if not found:
        return (request(text.strip()),)
    return (*found, request(rest, asked))


def _only_for_question(found: list[Request], rest: str, asked: bool) -> bool:
    """Whether all that stands before the last request only says for whom the question behind it is."""
    last = request(rest, asked)
    return (
        bool(found)
        and last.kind == "question"
        and _GRIEVANCE.search(last.text) is None
        and all(one.kind == "matter" and is_situation(one.text) for one in found)
    )


def listed(text: str) -> tuple[Request, ...]:
    """The requests of a message that announces how many there are; empty when they belong to one matter."""
    parts, called = items(text)
    apart = [
        listed_apart(first, second, announced="matters" if called else "list")
        for first, second in pairwise(parts)
    ]
    return tuple(map(request, parts)) if apart and all(apart) else ()


def is_question(text: str) -> bool:
    """Whether a part asks about a rule or procedure and reports no problem."""
    return (
        _PROCEDURE.search(text) is not None
        and _ASKS.search(text) is not None
        and _GRIEVANCE.search(text) is None
    )


def names_right(text: str) -> bool:
    """Whether a question names a right or a paper, and so needs nothing of what was said before it.

    >>> names_right("公积金怎么取"), names_right("一个月补多少")
    (True, False)
    """
    return _NAMES_RIGHT.search(text) is not None


def reproaches(text: str) -> bool:
    """Whether a text tells of a problem, or asks for something to be done.

    >>> reproaches("小区路灯坏了没人修"), reproaches("结婚登记要带什么")
    (True, False)
    """
    return _GRIEVANCE.search(text) is not None


def _asking(text: str) -> bool:
    """Whether a part contains a question, whatever else it says."""
    return _ANNOUNCES.search(text) is not None or (
        _PROCEDURE.search(text) is not None and _GRIEVANCE.search(text) is None
    )


def request(text: str, asked: bool = False) -> Request:
    """A part of a message with its kind; ``asked``: a cue said that it asks."""
    return Request("question" if asked or _asking(text) or _only_asks(text) else "matter", text)


def _only_asks(text: str) -> bool:
    """Whether a short part asks, and tells nothing that could be filed (退休金啥时候涨?)."""
    return (
        len(text) <= _SHORT_QUESTION
        and _QUESTION_WORD.search(text) is not None
        and _GRIEVANCE.search(text) is None
        and not is_fault(text)
    )


def _cut(text: str, announced: str) -> tuple[str, str, str] | None:
    """The first request, the cue and the rest; None when the text can't be split."""
    for pattern, sure in ((_OPENS, True), (_MAY_OPEN, bool(announced)), (_SENTENCE, False)):
        for nth, match in enumerate(islice(pattern.finditer(text), _MOST_PLACES)):
            first = text[: match.start()].strip(" ，,。；;、\n")
            second = text[match.end() :].strip(" ，,。；;、：:\n")
            cue = match.group("cue")
            named = sure and _NAMES_NEW.search(cue) is not None
            asked = sure and _ASKING_CUE.search(cue) is not None
            if match.groupdict().get("nth") and not (
                nth < _MOST_CUES and listed_apart(first, second, announced=announced)
            ):
                continue
            if len(first) < _LEAST or len(second) < (_LEAST_NAMED if named else _LEAST):
                continue
            if _apart(first, second, named=named, asked=asked, bare=pattern is _SENTENCE):
                return first, cue, second
    return _cut_at_comma(text)


def _cut_at_comma(text: str) -> tuple[str, str, str] | None:
    """Cut between a matter and a plain question that surely go to different departments; None when there is no such comma."""
    if len(text) > _BRIEF:
        return None  # a long story asks about itself
    for match in list(_COMMA.finditer(text))[:_MOST_CUES]:
        first, second = text[: match.start()].strip(), text[match.end() :].strip()
        question = _COMMA.split(second)[0]
        told = _GRIEVANCE.search(first) is not None and not _asking(first)
        if told and _NAMES_RIGHT.search(question) and is_question(question) and differ(first, question):
            return first, "", second
    return None


def _apart(first: str, second: str, *, named: bool, asked: bool, bare: bool) -> bool:
    """Whether two parts are separate requests."""
    asks = (_asking(first), asked or is_question(second))
    if bare:
        # Without a cue, only a plain question beside a complaint of known category counts as two requests.
        if asks == (True, False):
            return category(second) is not None
        return asks == (False, True) and _beside(first, second)
    if asks == (True, False):
        return named or _GRIEVANCE.search(second) is not None or is_fault(second)
    if asks == (False, True):
        return True
    return named and (_SAME_STORY.search(second) is None or differ(first, second))


def _beside(matter: str, question: str) -> bool:
    """Whether a plain question after a matter is about something else; 要怎么办理 and 门禁卡怎么办 belong to it."""
    if (
        question[:1] in "这那该它"
        or not is_question(question)
        or not _GRIEVANCE.search(matter)
        or category(matter) is None
    ):
        return False
    words = subject_words(question)
    return bool(words) and not any(word in matter for word in words)


def subject_words(text: str) -> frozenset[str]:
    """Pairs of characters in a row that say what a text is about, without the words that only ask.

    >>> sorted(subject_words("老寿星钱怎么领"))
    ['寿星', '星钱', '老寿']
    """
    about = _ASKING_WORDS.sub(" ", text)
    return frozenset(part[i : i + 2] for part in about.split() for i in range(len(part) - 1))


_ASKING_WORDS = re.compile(
    r"怎么|怎样|如何|咋|在?哪[里儿]?|什么|啥|哪些|多少|多久|多长时间|几天|材料|手续|证件|资料|条件|流程|标准|办理?|申请|带|准备|需要|要|"
    r"可以|能|不|吗|呢|么|请问|我|想|问|一下|这个?|那个?|该|应该|去|到|找|的|了|是|有|些|[^\u4e00-\u9fffA-Za-z]"
)
"""Words of a question that do not say what it is about."""
_ASKING_CUE = re.compile(r"问|咨询|请教|打听|了解")
_NAMES_NEW = re.compile(r"反映|反应|投诉|举报|建议|表扬|件|桩|第|二|三|其|\d|②|③")
_SAME_STORY = re.compile(
    r"^(他|她|它|他们|这家|这个|这事|该|对方|老板|物业也|打(了)?(电话|12345)|找(了)?(他|物业|社区|居委)|我(打|找|去)了?|希望|请|要求|麻烦|尽快)"
)
