"""Reads questions whether and how the citizen is contacted (会打电话给我不, 我不接电话咋办), and wishes about it (来之前打个电话).

Rasa's last component uses this module through :mod:`bot.understanding.decide`, so it must run in Python 3.10
with only the standard library.
"""

from __future__ import annotations

import re
from enum import Enum

from core.simplified import simplified
from core.text import plain


class Contacted(Enum):
    """What a message says about being contacted.

    Attributes:
        WHETHER: it asks whether somebody calls or gets in touch.
        HOW: it asks how the citizen learns what became of the matter.
        FIRST: it asks whether somebody calls before coming.
        MISSED: it asks what happens when a call is not taken, or comes at a bad time.
        CALL_FIRST: it wishes that somebody calls before coming, or at a time; no question.
        IN_WRITING: it wishes to be reached in writing, and not by phone.
    """

    WHETHER = "whether"
    HOW = "how"
    FIRST = "first"
    MISSED = "missed"
    CALL_FIRST = "call_first"
    IN_WRITING = "in_writing"


_LONGEST = 36
"""Most characters of such a message. A longer one tells a matter."""
_ME = r"(?:我|俺|咱)们?"
_CALL = r"(?:[打来回](?:个|一个|一下|不[打来回]个?)?电话|回电|致电|来电(?![费话])|通电话|打(?:给|到)?(?=我|俺|咱))"
_TELL = r"(?:联系|通知|告诉|告知|回访|答复|回复|回话|找)"
_OTHERS = re.compile(
    r"法院|银行|公安|民警|警察|派出所|交警|学校|老师|公司|老板|房东|医院|医生|社保|税务|公积金|中介|对方|[他她]|骗|陌生|快递|保险|单位同事|领导|"
    r"包工头|物业|邻居|商家|店[家主]|报警|110|119|120|12110|投诉|举报|骚扰|推销|催收|贷款|号码?(?:是|多少)|电话(?:是|号码?)?多少|什么电话|电话没人|打不通|没人接|"
    r"预约|档案|(?:怎么|咋|如何|怎样)(?:跟|和|找|给)?(?:联系)?你们|人工|坐席|客服|真人|活人"
)
"""Who else may call, and other matters with a telephone in them."""
_BEFORE = re.compile(
    r"(?:来|上门|来人|修|处理|办|动手|派人|过来)[^，,。]{0,4}?(?:之前|以前|前|的时候|时)[^，,。]{0,4}?(?:先|提前)?[^，,。]{0,4}?(?:电话|联系|通知|告诉|说一?声|讲一?声)|"
    r"(?:提前|先)[^，,。]{0,3}(?:打个?电话|联系一?下?|通知一?声?|说一?声|讲一?声)[^，,。]{0,3}再(?:来|上门)"
)
_AT_TIME = re.compile(
    r"(?:晚上|下班(?:后|以后)?|周末|中午|早上|上午|下午|白天|夜里|[\d一二三四五六七八九十]点(?:钟|半)?(?:以后|之后|后|以前|前)?)[^，,。]{0,4}(?:再|才|给|来)?[^，,。]{0,3}(?:打(?!工|人|架|牌|麻将|鼓|桩|扫|球)|来电|联系)"
)
_NOT_TAKEN = re.compile(
    rf"(?:{_ME}|白天|上班|夜班|开会|睡着?|要是|万一|如果)[^。]{{0,10}}?(?:不(?:敢|想|方便|能|爱)?接|没接|接不(?:到|了|成)|没(?:听|看)(?:到|见)|漏接|关机|没信号|停机)[^，,。]{{0,4}}(?:电话|来电|打)|"
    rf"(?:电话|打(?:给|来|过来))[^。]{{0,6}}?(?:{_ME})?[^。]{{0,4}}?(?:不(?:敢|想|方便|能|爱)?接|没接|接不(?:到|了|成)|没(?:听|看)(?:到|见)|漏接|关机|没信号|停机)"
)
_NO_CALLS = re.compile(
    r"(?:别|不要|不用|甭|莫|不能|能不能不|可不可以不)(?:再)?(?:给|跟|和)?(?:我|俺)?(?:们)?(?:打|来)(?:我|俺)?(?:的)?电话|(?:打|接|听)不(?:了|成)电话|"
    r"(?:发|用|只看|回)(?:个|条)?(?:短信|文字|信息|消息)[^，,。]{0,3}(?:给|跟|联系|通知|回|行|可以|成|中|就|吗|不|没|$)|"
    r"^(?:那|就|你们?|您|我|俺){0,3}(?:短信|文字|信息|消息)(?:能|可以|给|会|可不可以|能不能)(?:发|回)(?:给我|我|俺|一下)?(?:不|没|吗|么|行不|行吗)?$"
)
_UNHEARING = re.compile(r"听不(?:见|到|清)|聋|听障|哑|说不了话|不会说话|听力")
_ASKS_HOW = re.compile(
    rf"(?:怎么|咋个?|怎样|如何|用什么|靠什么|凭什么|从哪|在哪里?)(?:能|会|才能|去|来)?[^，,。]{{0,4}}?(?:{_TELL}(?:到|得到)?(?:{_ME}|结果|$)|(?:接收|收到?|知道|晓得|看到|得知)[^，,。]{{0,4}}(?:结果|答复|回复|消息|信))|"
    rf"(?:怎么|咋个?|怎样|如何)(?:回|找|跟)(?:{_ME})"
)
_ASKS_WHETHER = re.compile(
    rf"(?:会|能|要|可以|有人|有没有人|谁|是不是|会有人)[^，,。]{{0,8}}?(?:(?:给|跟|和|同){_ME}[^，,。]{{0,3}}{_CALL}|{_CALL}[^，,。]{{0,4}}{_ME}|{_TELL}(?:{_ME}))|"
    rf"(?:会|会不会|有没有人|有人|要不要|要|会有人)(?:再|来)?(?:{_CALL}|回访)(?:过来|来)?(?:核实|回访)?[吗么嘛不呢]?$|(?:联系|找|通知)(?:得)?(?:到|着){_ME}|派人{_TELL}{_ME}|(?:打|用)(?:的是)?(?:哪一?个|什么)(?:电话|号码?)?[^，,。]{{0,2}}(?:给|打)?{_ME}|打不打电话|来不来电话|联不联系|通不通知|回不回访|(?:打|来)电话[^，,。]{{0,3}}{_ME}[^，,。]{{0,2}}$|"
    rf"(?:谁|哪个|哪里|什么号码?|哪个号码?)[^，,。]{{0,4}}(?:给|跟|和){_ME}[^，,。]{{0,3}}{_CALL}"
)
_WANTS_CALLED = re.compile(
    rf"^(?:那|请|麻烦|快|赶紧|你们?|您|就|让人|找人|叫人|派人|要|我要|我想|想|帮我){{0,4}}(?:给|跟|和){_ME}{_CALL}|(?:让|找|叫|派|请)(?:个|一个)?人"
)
"""Who wants to be called now wants a human."""
_ASKS = re.compile(
    r"[吗么嘛不没呢伐]$|[?？]|([会能要打来联通回])不\1|可不可以|行不行|好不好|中不中|有没有|咋|怎么|怎样|如何|谁|哪|是不是|(?:行|好|可以|中)(?:吗|不|么)$|会$"
)


def contacted(text: str) -> Contacted | None:
    """What a message says about being contacted, if it says nothing else; None for any other message.

    >>> [contacted(said).value for said in ("会打电话给我不", "我没留电话你们咋告诉我", "来人之前给俺打电话不", "我不接电话咋办")]
    ['whether', 'how', 'first', 'missed']
    >>> [contacted(said).value for said in ("来之前给我打个电话", "我听不见，能不能别打电话，发短信行吗")]
    ['call_first', 'in_writing']
    >>> [contacted(said).value for said in ("短信能发不", "能发短信不")]
    ['in_writing', 'in_writing']
    >>> [contacted(said) for said in ("短信能发12110报警不", "短信发不出去", "打个电话给我说", "社保局会打电话给我吗", "物业电话没人接", "三个人")]
    [None, None, None, None, None, None]
    """
    said = simplified(plain(text))
    if not 3 <= len(said) <= _LONGEST or _OTHERS.search(said):
        return None
    asks = _ASKS.search(said) is not None or text.rstrip().endswith(("?", "？"))
    if _NO_CALLS.search(said) or (_UNHEARING.search(said) and (_ASKS_HOW.search(said) or "电话" in said)):
        return Contacted.IN_WRITING
    if _BEFORE.search(said):
        return Contacted.FIRST if asks and _has_call(said) else Contacted.CALL_FIRST
    if _NOT_TAKEN.search(said):
        return (
            Contacted.MISSED if asks or _AT_TIME.search(said) or said.endswith(("电话", "到", "了")) else None
        )
    if _AT_TIME.search(said) and ("电话" in said or "联系" in said) and re.search(_ME, said):
        return Contacted.MISSED if asks else Contacted.CALL_FIRST
    if _ASKS_HOW.search(said):
        return Contacted.HOW
    if asks and _ASKS_WHETHER.search(said) and not _WANTS_CALLED.search(said):
        return Contacted.WHETHER
    return None


def _has_call(said: str) -> bool:
    return re.search(rf"电话|{_TELL}|一?声", said) is not None


def asks_contact(text: str) -> bool:
    """Whether a message asks whether or how the citizen is contacted."""
    return contacted(text) not in (None, Contacted.CALL_FIRST)
