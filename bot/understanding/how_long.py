"""Recognises messages that only ask how long a matter will take (几天能处理)."""

from __future__ import annotations

import re

from core.text import plain

_LONGEST = 30
"""Most characters of such a question. A longer text tells of a matter."""
_BEFORE = (
    r"(?:好的|谢谢|好|行|嗯|哦|你|您|先|告诉(?:我|俺)|跟(?:我|俺)说|说说|，|,|、|那么?|请问|问一?下|我?想问|我|俺|这|个|件|种|事情?|的|你们|大概|一般|大约|差不多|最快|最晚|到底|登记|提交|投诉|"
    r"举报|反映|上报|工单|单子|诉求|问题|完|了|以后|之后|后|的话|得|要|会|需要|过|您好|你好|那边|部门)*"
)
_LONG = r"(?:要?(?:几|多少)个?(?:天|日|工作日)|多久|多长时间|多少时间|(?:什么|啥|哪个)时候|啥时|什么时间|何时|几时)"
_BETWEEN = r"(?:之?内|时间|左右|才|能|可以?|会|就|给|我|俺|有|人|你们|工作人员|部门|来|打|个|得到|收到|出|被|这|事|要|得|到|过来)*"
_TICKET = r"(?:处理|解决|回复|答复|回应|反馈|结果|回音|回话|回信|音信|信(?![访用息])|消息|说法|下文|办结|受理|回电|联系|电话)"
_ANY = rf"(?:{_TICKET}|办理?|弄|搞|好)"
_NEEDS = r"(?:要|得|会|需要|大概|一般|时限是?)"
"""A word between deed and time. Without it the text tells of the past (弄好几天了, 处理多久了) and asks nothing."""
_AFTER = r"(?:好|完|掉|成|下来|我|俺|给|到|出来|一下|这|件|个|事|的|呢|啊|呀|吧|吗|了|时限|是|要|得|会|需要|大概|一般)*"
_OF_TICKET = re.compile(
    rf"{_BEFORE}{_LONG}{_BETWEEN}{_TICKET}{_AFTER}|{_BEFORE}{_TICKET}{_AFTER}{_NEEDS}{_LONG}{_AFTER}|"
    rf"{_BEFORE}(?:投诉|举报|反映|登记|提交)(?:以后|之后|后|了|完|一下|问题|事情?)*(?:一般|大概)?(?:要|得|会|需要)等?{_LONG}[呢啊呀吧吗的]*"
)
_SEEN_TO = r"(?:来|派人|上门|过来|去|开始)?(?:收|修|查|清|装|弄|拆|看|管|治|整改?|恢复|通|来[水电气]|退|赔|运|拉走?|扫|填平?)[\u4e00-\u9fff]{0,2}"
"""What is done about a matter in the form, but about no paper: 收垃圾, 查表."""
_BY = r"(?:今年|年前|年底|过年|本?月底?|这个?月|这个?[周星礼][期拜]?|[本这]周|今天|明天|[两几]天|最近|近期|短期|马上|春节|开学)(?:之?内|之?前|里)?"
_OF_ANYTHING = re.compile(
    rf"{_BEFORE}{_LONG}{_BETWEEN}(?:来人|派人来?|上门|到场|有人来)[啊呀呢看修处理一下]*|"
    rf"{_BEFORE}{_BY}(?:能不能|能|会不会|会|可以)(?:有|出|给|个|我|处理|解决)*(?:{_TICKET}|{_ANY}|{_SEEN_TO}){_AFTER}(?:吗|么|不)*|"
    rf"{_BEFORE}{_NEEDS}{_LONG}[呢啊呀吧吗的才行]*|{_BEFORE}{_LONG}(?:才|能|可以?|会|给|我|俺|人)*回[我俺个啊呀呢吧吗的]*|"
    rf"(?:你们?|这个?|这事|那)*(?:要|得)(?:登记|填|处理|办|等){_LONG}[呢啊呀吧吗的]*|"
    rf"{_BEFORE}{_LONG}{_BETWEEN}{_SEEN_TO}{_AFTER}|"
    rf"{_BEFORE}{_LONG}{_BETWEEN}{_ANY}{_AFTER}|{_BEFORE}{_ANY}{_AFTER}{_NEEDS}{_LONG}{_AFTER}|{_BEFORE}等{_LONG}{_AFTER}"
)


def asks_how_long(text: str, *, anything: bool = False) -> bool:
    """Whether a message asks how long handling takes, and says nothing else.

    Args:
        text: the message.
        anything: whether words that may also ask about a procedure (多久能办好) count, too. Set it only when the
            conversation is about a matter, not about a procedure.

    >>> asks_how_long("几天能处理"), asks_how_long("多久能办好"), asks_how_long("身份证多久能办好")
    (True, False, False)
    >>> [asks_how_long(said, anything=True) for said in ("多久能办好", "要多少天", "几天能给我回", "护照要多少天", "好几天了")]
    [True, True, True, False, False]
    """
    said = plain(text)
    if len(said) > _LONGEST:
        return False
    return bool(_OF_TICKET.fullmatch(said) or (anything and _OF_ANYTHING.fullmatch(said)))
