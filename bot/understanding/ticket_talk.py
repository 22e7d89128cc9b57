"""Reads what a message says about a ticket that was filed or shown before: 登记成功没, 查询码是啥, 催一下, 补充, 撤了吧, 修好了.

Such words name no ticket and no matter. They are about the ticket only where one is known.
"""

from __future__ import annotations

import re
from enum import StrEnum

from core.phone import find
from core.text import plain

_LONGEST = 30
"""Most characters of a message that only asks about the ticket, or wants something done with it."""


class Said(StrEnum):
    """What a message says about the ticket."""

    FILED = "filed"
    """It asks whether the ticket was filed."""
    CODE = "code"
    """It asks for number or query code."""
    URGE = "urge"
    """It urges the ticket."""
    ADD = "add"
    """It adds something to the ticket."""
    CHANGES = "changes"
    """It wants something corrected, and does not say to what."""
    CHANGE = "change"
    """It corrects something in the ticket."""
    WITHDRAW = "withdraw"
    """It withdraws the ticket."""
    DONE = "done"
    """It says that the matter is settled."""
    PHOTO = "photo"
    """It announces a photo that was forgotten."""


_LEAD = (
    r"(?:那|那个|我|俺|我们|刚才|刚刚|刚|的|这个|这张|这件|那件|单子|工单|投诉|诉求|事|件|你们|您|请|麻烦|帮我?|给我?|再|又|想|要|问一?下|"
    r"对了|等等|哦|算了|，|,|\s)*"
)
_END = r"(?:了|吧|啊|呀|呢|哈|吗|么|嘛|来着|一下|下|谢谢|，|,|\s)*"
_GOES_ON = r"(?:办|弄|处理|解决|修|搞|查|受理|立案|派单|转办|派|转|安排|联系|回复|答复)(?:完|好|下去|出去|过去|给.{1,4})?(?:了)?(?:没有?|吗|么)"
_FIELD = r"(?:的)?(?:具体)?(?:地址|位置|地点|时间|电话号?码?|手机号?码?|号码|名字|姓名|称呼|内容)"
_DONE = r"(?:都|已经|已|人家|他们|师傅|问题|事情?|现在|刚刚|今天|昨天|前天|上午|下午|早上|晚上|自己)*(?:来(?:人)?)?(?:修|弄|解决|处理|办|搞|清理?|通|换|来|看|恢复|好)(?:好|掉|完|过|通)?了(?:的)?"
_DONE_ALL = rf"(?:谢谢|多谢|感谢|太好|辛苦)?{_LEAD}(?:{_DONE}|(?:不用|不要|别|不必)(?:再)?(?:来|修|管|处理|弄|办|派人|催)(?:人)?|没事|不麻烦你们?)(?:了|啦)?{_END}"
_WORDS: tuple[tuple[Said, re.Pattern[str]], ...] = (
    (
        Said.FILED,
        re.compile(
            rf"{_LEAD}(?:登记|提交|投诉|报|交)(?:上去?|成功?|好|进去|下来)?(?:了)?(?:没有?|没成功|吗|么|没){_END}|"
            rf"{_LEAD}(?:登记|提交|投诉)?(?:成功|成)(?:了)?(?:没有?|吗|么){_END}|{_LEAD}(?:算|是|是不是|算是)?(?:登记|提交)(?:好|成功|上)?了?(?:吗|么|没有?|吧){_END}|"
            rf"{_LEAD}(?:有没有|是不是|算不算|算是|到底|究竟|没|给我|帮我|都|事|说)*(?:登记|登|提交|报|记|交|录)(?:上|好|成|进|下|成功)(?:去|来)?(?:了)?(?:没有?|吗|么|没)?{_END}(?<!了)|{_LEAD}(?:是不是|有没有)(?:登记|提交|报|投诉)(?:好|成功|上)?了?{_END}|"
            rf"{_LEAD}(?:到底|究竟)?(?:登记?|提交?|记|交)(?:没|不)(?:登记?|提交|记|交)(?:上|好)?{_END}"
        ),
    ),
    (
        Said.CODE,
        re.compile(
            rf"{_LEAD}(?:工单号|单号|编号|查询码|号码?|码)(?:和查询码|跟查询码|、查询码)?"
            rf"(?:是|叫)?(?:啥|什么|多少|几|哪个|哪几个|忘(?:记)?|没(?:记|看)(?:住|清|到)?|找不(?:到|着)|再(?:说|发|报)(?:一)?(?:遍|次|下)?){_END}|"
            rf"{_LEAD}(?:再)?(?:说|发|报|告诉)(?:一?[下遍次])?(?:我)?(?:工单号|单号|编号|查询码)(?:和查询码)?{_END}"
        ),
    ),
    (
        Said.URGE,
        re.compile(
            rf"{_LEAD}催(?:一催|催|办|促|一?下)?(?:他们|一下)?{_END}|{_LEAD}(?:咋|怎么|为啥|为什么)?(?:还|都|一直)*没(?:有)?(?:个)?(?:动静|消息|进展|反应|人联系我?|回音|下文)"
            rf"{_END}(?:[?？，,]*{_LEAD}催(?:一催|催|办|促|一?下)?{_END})?[?？]*"
        ),
    ),
    (
        Said.URGE,
        re.compile(
            rf"{_LEAD}(?:咋|怎么|为啥|为什么|到底)?(?:还|都|一直)*(?:没|不)(?:有)?(?:个)?(?:人)?(?:来)?(?:修好|修|来|管|弄好|弄|处理|解决|办好|办|给办)(?:人|他们)?{_END}|"
            rf"{_LEAD}(?:到底|究竟)?(?P<verb>修|管|办|来)不(?P=verb){_END}|{_LEAD}(?:都|已经)?(?:等了)?(?:好)?(?:快)?[一二两三四五六七八九十几多半\d]{{1,3}}(?:个)?(?:天|月|年|周|星期|礼拜)(?:了|啦){_END}(?:{_LEAD}(?:还|都|也|一点|点)*(?:没|不见)(?:个)?(?:动静|消息|进展|反应|人来?|人管|人修|回音|下文)?{_END})?|"
            rf"{_LEAD}(?:咋|怎么|为啥)?(?:还|都|也|就)*没(?:一个)?人(?:给我|跟我|来)*(?:打(?:个)?电话|回(?:个)?(?:话|电话)|联系|管|理|问|回复|答复|过来){_END}|"
            rf"{_LEAD}(?:还)?(?:要|得)?等(?:到)?(?:多久|多长时间|啥时候|什么时候|几天|哪天|猴年马月){_END}|{_LEAD}(?:好)?急{_END}"
        ),
    ),
    (
        Said.FILED,
        re.compile(
            rf"{_LEAD}有(?:没有)?(?:个)?(?:消息|进展|结果|回音|回复|下文)(?:了)?(?:没有?|吗|么)?{_END}|{_LEAD}(?:现在)?(?:是)?(?:啥|什么|个啥)情况{_END}|"
            rf"{_LEAD}(?:现在)?(?:进度|进展|办|处理|弄|搞)?(?:得|的|到)?(?:咋样|怎么样|怎样|哪一?步|哪儿?){_END}|"
            rf"{_LEAD}(?:现在|到底|都)*{_GOES_ON}{_END}|{_LEAD}(?:单子|回复|结果|答复|下文)呢|{_LEAD}(?:派|转|交|归)给?(?:了)?(?:谁|哪个?(?:单位|部门)?)(?:办|管)?{_END}|"
            rf"{_LEAD}(?:现在)?谁(?:在(?:负责)?|负责)(?:办|管|处理|弄)(?:我?(?:这|那)?(?:个|件)?(?:事|单子))?{_END}"
        ),
    ),
    (
        Said.WITHDRAW,
        re.compile(
            rf"{_LEAD}(?:撤(?:销|回|掉|单|诉|案)?|不(?:想|要|打算)?(?:再)?(?:投诉|追究|反映|举报|告|登记|报))(?:了|啦|掉)*{_END}"
            rf"(?:(?:撤(?:销|回|掉|单)?|不(?:想|要)?(?:再)?(?:投诉|追究|反映|告)|我|俺|给我|帮我|把它?|取消|{_DONE}){_END})*|"
            rf"{_LEAD}(?:取消|撤销|撤回)(?:这个|这张|那个|刚才的?|我的|那张)*(?:工单|投诉|单子|登记|诉求){_END}"
        ),
    ),
    (
        Said.CHANGES,
        re.compile(
            rf"{_LEAD}(?:改|换|更正)(?:一?下|个)?{_FIELD}{_END}|{_LEAD}(?:把)?{_FIELD}(?:给)?(?:我)?(?:改|换|更正)(?:一?下|掉)?{_END}|"
            rf"{_LEAD}{_FIELD}(?:我)?(?:说|写|填|留|报)?(?:错|不对|不是)(?:了)?{_END}"
        ),
    ),
    (Said.DONE, re.compile(rf"(?:{_DONE_ALL})+")),
    (
        Said.PHOTO,
        re.compile(
            rf"{_LEAD}(?:还有)?(?:照片|图片|图|视频)(?:我)?(?:忘(?:记)?(?:发|传)?|没(?:发|传)|漏(?:发)?)(?:上去?|上来|给你们?)?{_END}|"
            rf"{_LEAD}(?:忘(?:记)?|没|漏)(?:了)?(?:发|传|拍)(?:上)?(?:照片|图片|图|视频){_END}|"
            rf"{_LEAD}(?:能|可以)?(?:补|加|再发|发|传)(?:个|张|几张|一张|些)?(?:照片|图片|图)(?:给你们?)?(?:可以|行)?{_END}"
        ),
    ),
)
_ADD = re.compile(
    rf"^{_LEAD}(?:(?:忘|漏|少)(?:记|掉|了)?(?:说|讲|写|提|告诉你们?|留|填)?(?:了)?(?:一?[句点条个件]|我?的?(?:联系)?(?:电话|手机号?|号码)(?:忘?了?留?了?)?|[，,：:]|(?=[在是有]))|"
    rf"(?:我的?)?(?:电话|手机号?|号码)(?:我)?(?:忘(?:记)?(?:留|写|填|说)?|没(?:留|写|填|说))(?:了)?|(?:把)?(?:我的?)?(?:电话|手机号?|号码)(?:也)?(?:给我|帮我)?(?:加|补|留|填)(?:上|一下|进去)|补一?[句点条]|还有一?[句点条](?:话)?|补充(?:说明)?(?:一?[下句点条个]|情况|内容|[，,：:])|加上?一?[句条点]|(?:加|补|留|添)(?:上|个|一个|一下)?(?:我的?)?(?=(?:联系)?(?:电话|手机号?|号码)))(?:情况|内容|话)?{_END}[，,：:。\s]*(?:就?是)?(?P<told>.*)$",
    re.DOTALL,
)
_MISSAID = re.compile(rf"^{_LEAD}(?:说|写|填|讲|报|打|搞)错了[，,。\s]*(?:应该|其实)?(?:是|不是)\S")
_CHANGE = re.compile(
    rf"^{_LEAD}(?:把)?{_LEAD}(?:里的?|上的?)?(?:具体)?(?:地址|位置|地点|时间|电话号?码?|手机号?码?|号码|名字|称呼|内容|涉及对象)"
    r"(?:得|要)?(?:改成|改为|换成|改到|应该是|更正为|说错了|写错了|填错了|不对)[，,：:。\s]*\S"
)
_REGISTERED = re.compile(r"登|提交|投诉|报|交|成功|成了")
"""Words that ask whether something was filed at all, and not how it stands."""
_ASKED = re.compile(r"怎么|咋|材料|哪里|哪儿|手续|流程|多少钱|[?？]$|吗$|么$|呢$")
_OTHER_PHONE = re.compile(
    r"(?:电话|手机|号码?)[^，,。]{0,6}(?:错|换|改|不对|变了)|(?:换|改)(?:成|个|了)?[^，,。]{0,3}(?:电话|手机|号)"
)
_LEAST_TOLD = 3
"""Fewest characters that add something to the ticket."""


def said_of(text: str) -> Said | None:
    """What a message says about a ticket; None when it says none of these.

    >>> [str(said_of(text)) for text in ("我刚才那个登记成功没", "查询码是啥来着", "咋还没动静?催一下", "撤了吧我不想追究了")]
    ['filed', 'code', 'urge', 'withdraw']
    >>> said_of("我想把地址改成菜市口南边"), said_of("再补充一句,是圆形的大井盖"), said_of("路灯坏了没人修")
    (<Said.CHANGE: 'change'>, <Said.ADD: 'add'>, None)
    """
    said = plain(text)
    if len(said) <= _LONGEST:
        bare = re.sub(r"[?？。.！!、]+", "，", said).strip("，,")
        for kind, pattern in _WORDS:
            if pattern.fullmatch(bare) and not (kind is Said.DONE and len(bare) < _LEAST_TOLD):
                return kind
    if _ASKED.search(said):
        return None
    if _ADD.match(text.strip()) and len(told(text)) >= _LEAST_TOLD:
        return Said.ADD
    if len(said) > 2 * _LONGEST:
        return None
    if _CHANGE.search(text) or _MISSAID.search(text) or (_OTHER_PHONE.search(said) and find(text)):
        return Said.CHANGE
    return None


def asks_whether_filed(text: str) -> bool:
    """Whether a message asks if something was filed at all, or for its number or code; and not how it stands.

    >>> [asks_whether_filed(text) for text in ("查询码是啥", "登记成功没", "修好了没", "查询码是多少位的数字")]
    [True, True, False, False]
    """
    said = said_of(text)
    return said is Said.CODE or (said is Said.FILED and _REGISTERED.search(text) is not None)


def told(text: str) -> str:
    """What a message adds to the ticket, without the words that announce it."""
    found = _ADD.match(text.strip())
    return found["told"].strip() if found else ""
