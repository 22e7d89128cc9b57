"""Reads what a message says about itself: that nothing is to be filed, that it only asks, and what it asks.

Rasa's last component uses this module through :mod:`bot.understanding.decide`, so it must run in Python 3.10
with only the standard library.
"""

from __future__ import annotations

import re

from core.text import plain

_MARKS = r"[，,。.！!？?、：:；;…\s]"
_ME = r"(?:我们?|俺们?|咱)?"
_NOT_FILING = (
    rf"{_ME}(?:这个?|现在)?(?:又|也|并|真|可|都|根本){{0,12}}(?:不是|没有?|没说)(?:要|来|想|在|说|打算){{0,12}}(?:投诉|举报|反映问题|告状|登记)"
    r"(?:谁|的|呀|啊|哦|了)?"
)
_JUST = r"(?:单纯|纯粹|就|只|光|是)"
_ASKED_ABOUT = r"(?:一?下|一哈|一嘴|一句|问|个事儿?|点事|件事|个?问题|而已|你们?|您|呀|啊|吧)"
_ONLY_ASKS = rf"{_ME}(?:这)?{_JUST}+(?:来|想|要){{0,12}}(?:先)?(?:问|咨询|打听|了解|请教)(?!过){_ASKED_ABOUT}*(?:个?政策|政策|规定|情况|的|而已){{0,12}}"
_UNANSWERED = (
    r"(?:那|可)?你们?(?:怎么|咋|都|也|到底)?(?:还|都)?(?:没有?|不)(?:回答|答复|回复|解答|答)(?:我|俺)?(?:的|呢|啊|呀)?"
    r"(?:(?:刚才|前面|上面|刚刚|一开始)?(?:问)?的?(?:问题|话)?)?(?:呢|啊|呀)?"
)
_NO_MATTER = r"(?:谁要投诉了?|别给我登记|不要给我登记|不用给我登记)"
_NOT_NOW = rf"{_ME}(?:又|也|并)?不(?:想|要|来)?(?:投诉|举报|登记)(?:谁|的)?了?"
"""“我不投诉”: alone it cancels the form; together with a question it says that there is no matter."""
_ENDED = re.compile(
    rf"(?:那就?|算了|哦|嗯|哎|好吧|行吧){{0,3}}(?:(?:{_NOT_FILING}|{_NO_MATTER})(?:{_ONLY_ASKS})?(?:{_UNANSWERED})?|{_ONLY_ASKS}(?:{_NOT_FILING})?(?:{_UNANSWERED})?|"
    rf"(?:{_ME}(?:来)?(?:问|咨询)(?:一?下|问)?|{_ONLY_ASKS})(?:{_NOT_NOW})|{_NOT_NOW}{_ONLY_ASKS}|{_UNANSWERED})"
)
_WRONG = r"(?:不对|不是(?:这个|这样)?(?:意思)?|错了|(?:你|您)?(?:搞|弄|理解|听|看|会)错(?:意思)?了|你没(?:听|看|弄|搞)(?:懂|明白))"
_I_ASK = rf"{_ME}(?:刚才|前面|刚刚|一开始)?(?:是|想|要|就)*(?:问|咨询|打听)(?:的|你|您|你们)*(?:不是这个|不是这)?{_MARKS}*(?:而?是|就是)"
_DENIED = re.compile(rf"(?:{_NOT_FILING}|{_NOT_NOW}|{_NO_MATTER}){_MARKS}+(?P<asks>{_ONLY_ASKS}{_MARKS}*)?")
_CORRECTED = re.compile(
    rf"{_WRONG}{_MARKS}*(?:{_I_ASK}|{_ONLY_ASKS}|{_ME}(?:是|想|要)+(?:问|咨询|打听)(?!过))(?:一?下)?{_MARKS}*|{_I_ASK}{_MARKS}*"
)
_DENIED_AFTER = re.compile(
    rf"{_MARKS}{{1,9}}(?:{_NOT_FILING}{_MARKS}{{0,9}}(?:{_ONLY_ASKS})?|{_ONLY_ASKS}){_MARKS}*$"
)
_WAIT = re.compile(r"^(?:等等|等一下|等下|算了|哦|噢|那个|那)[，,。！!、\s]*(?=我|俺)")
_LEAD_IN = re.compile(
    r"^(?:(?:等等|等一下|等下|对了|那个|哎|你好|您好|先不说这个)[，,。！!、\s]*)*"
    rf"(?:(?:我|俺)?(?:先|还|再|就|就是|只是)?(?:想|要)?(?:问|咨询|打听|请教)(?:一下|下|个事儿?|个问题|一个问题|你|您)?[，,：:、\s]+|"
    rf"{_ONLY_ASKS}[，,：:、\s]+|{_ME}(?:就是|只是|单纯|就|只|光|先){{1,12}}(?:来|想|要){{0,12}}(?:先)?(?:问|咨询|打听|了解|知道)(?:一?下|问)?)"
)
"""Words such as “等等我先问个事，…”, which announce a question but do not belong to it."""
_QUESTION = re.compile(
    r"[?？]|[吗呢么]|怎么|咋|如何|怎样|多少|多久|多大|几[天年个次岁点月]|([能会行要算该用])不\1|可不可以|是不是|有没有|啥|什么|哪|"
    r"谁|允许|可[能行要管以中]|还能|能否|是否|请问|规定|标准|条件|材料|政策|流程|归谁"
)
_PROTEST = re.compile(r"为什么|为啥|凭什么|没人(?:管|修|来|理|问)|管不管|到底")
"""Words of a complaint that only sounds like a question."""
_OTHER_WISH = re.compile(r"(?:我|俺)?(?:是|要|想)*(?:建议|表扬|举报|投诉|反映|感谢)")
_AT_END = re.compile(
    r"(?:[\u4e00-\u9fff](?<![管理修来都也还])[不没]|[了过到好完成]没有|有[^，,。；;]{1,8}没有|[对是][吧不]|(?:没有?了?|不(?:行|能|给|让|用|会)|[能会要行给有])呗)[嘞咧滴呢啊呀哦的]?[？?。！!～~\s]{0,9}$"
)
"""A verb and 不 or 没, 对吧, or 没有呗, at the end. 到底管不管, 来不来 and 一点音信没有 are mostly reproaches and do not count."""
_LEAST = 4
"""Fewest characters of a question that must be left after the words around it are removed."""
_LEAST_TOPIC = 2
"""Fewest characters of the question when the message says explicitly that a question follows."""


def ends_filing(text: str) -> bool:
    """Whether a message says only that nothing is to be filed, or that a question is still open.

    >>> ends_filing("我不是要投诉，就是想问一下政策"), ends_filing("你还没回答我"), ends_filing("我不是投诉他")
    (True, True, False)
    >>> ends_filing("那我不投诉 就问问")
    True
    """
    said = re.sub(_MARKS, "", plain(text))
    return _ENDED.fullmatch(re.sub(r"^(?:那就?|哦|噢|嗯|好吧){1,3}", "", said)) is not None


def own_question(text: str) -> str | None:
    """The question in a message that also says that it is one: 我不是投诉，就是想问…, 不对，我问的是…; else None.

    >>> own_question("我不是投诉，就是想问公积金怎么取"), own_question("不对，我问的是身份证怎么补办")
    ('公积金怎么取', '身份证怎么补办')
    >>> own_question("我不是投诉他，是他先骂我") is None, own_question("公积金怎么取？我不是投诉")
    (True, '公积金怎么取')
    """
    said = _WAIT.sub("", text.strip())
    denied = _DENIED.match(said)
    if denied:
        rest = said[denied.end() :].strip()
        least = _LEAST_TOPIC if denied["asks"] else _LEAST
        asks = denied["asks"] or (_QUESTION.search(rest) and not _OTHER_WISH.match(rest))
        return without_lead_in(rest) if asks and len(plain(rest)) >= least else None
    corrected = _CORRECTED.match(said)
    if corrected:
        rest = said[corrected.end() :].strip()
        return rest if len(plain(rest)) >= _LEAST_TOPIC and _PROTEST.search(rest) is None else None
    after = _DENIED_AFTER.search(said)
    if after and _QUESTION.search(said[: after.start()]) and len(plain(said[: after.start()])) >= _LEAST:
        return said[: after.start()].strip()
    return None


def only_asks(text: str) -> bool:
    """Whether a message says explicitly that it is not a complaint, and asks something.

    >>> only_asks("我不是投诉，就是想问路灯归谁管"), only_asks("我不是投诉，我建议装个路灯")
    (True, False)
    """
    return _DENIED.match(text.strip()) is not None and own_question(text) is not None


def asks(text: str) -> bool:
    """Whether words ask something and reproach nobody.

    >>> asks("育儿假几天"), asks("路灯坏了"), asks("怎么到现在还没人管")
    (True, False, False)
    """
    return _QUESTION.search(text) is not None and _PROTEST.search(text) is None


def asks_at_end(text: str) -> bool:
    """Whether a text is a question by its last word, whatever else it says.

    >>> [asks_at_end(said) for said in ("这个有效没", "给报不", "一年一次对吧", "到底管不管", "一点音信没有")]
    [True, True, True, False, False]
    >>> [asks_at_end(said) for said in ("我闺女能帮我办不", "俺才七十八啊 那没有呗", "你们去修呗")]
    [True, True, False]
    """
    return _AT_END.search(text) is not None


def without_lead_in(question: str) -> str:
    """The question without words that only announce it, or only say that it is one.

    >>> without_lead_in("等等我先问个事，居住证怎么办理？"), without_lead_in("就是想问低保怎么申请")
    ('居住证怎么办理？', '低保怎么申请')
    """
    own = own_question(question)
    if own is not None:
        return own
    bare = _LEAD_IN.sub("", question)
    return bare if len(bare) >= _LEAST else question
