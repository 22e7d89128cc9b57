"""Reads what citizens wish about their own name, phone and secrecy, at any moment of the form."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.understanding.confidential import NO_NEED, hides
from core.text import plain


class Wish(StrEnum):
    """A citizen's wish about their own contact details.

    Attributes:
        ANONYMOUS: give no name.
        CONFIDENTIAL: be known to the hotline only.
        OPEN: no secrecy needed.
        NO_PHONE: give no phone number.
        NAMED: give a name after all.
        PHONED: give a phone number after all.
        BY_TEXT: be reached by text message, not by call.
        BY_CHAT: be reached in WeChat or here only.
        ASKS: no wish yet, a question whether anonymity or secrecy is possible.
    """

    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    OPEN = "open"
    NO_PHONE = "no_phone"
    NAMED = "named"
    PHONED = "phoned"
    BY_TEXT = "by_text"
    BY_CHAT = "by_chat"
    ASKS = "asks"


_LEAD = r"(?:能不能|可不可以|是的|好的?|嗯|那就?|就是?|还是|算了|要不|我|俺|我们|想|要|得|需要|请|麻烦|希望|能|给|帮|替|为|选|用|改成|改为|最好|必须|一定|务必|你们?|您|可以|先|也|都|可是|但|别人|千万|可){0,12}"
_END = r"(?:吧|了|的|啊|呀|哦|呢|好了|就行了?|就好|也行|就可以|处理|举报|投诉|反映|登记|提交|一下|谢谢|可以|行吗|可以吗|好吗|行|算了|哈){0,12}"
_REFUSES = r"(?:不|不想|不愿意?|不能|不方便|不敢|不打算|不会|不要|不用|不好|没法|没办法|别|拒绝)(?:再)?"
_GIVES = r"(?:留下?|说|写|填|讲|报|告诉|透露|提供|暴露|公开|给|登记)?(?:你们?|您|人|别人|出来?)?"
_NAME = r"(?:我|俺)?(?:的|自己的?)?(?:真实?|真)?(?:姓名|名字|名|身份|叫什么|叫啥|姓什么|姓啥|是谁|个人信息)(?:和?电话)?"
_PHONE = r"(?:我|俺)?(?:的|自己的?)?(?:联系)?(?:电话号码|手机号码|电话号?|手机号?|号码|联系方式|座机)"
_TOLD = r"(?:让|告诉|跟|给|对|被|叫|透露给)(?:他们?|她们?|人家?|别人|任何人|对方|物业|老板|邻居|单位|公司|村里|学校|房东|村干部)(?:们)?"

_ASKS = re.compile(
    r"(?:匿名|保密|不留名|不写名字|不留名字|实名).{0,8}(?:行不行|行吗|行么|可以吗|可以么|可不可以|能不能|能吗|区别|什么意思|怎么|吗|么|[?？])|"
    r"(?:能不能|可不可以|可以|能|是否可以|是不是可以|可否|允许|支持).{0,4}(?:匿名|保密|不留名|不写名字).{0,6}(?:吗|么|不|呢|[?？])|(?:能不能|可不可以|可否).{0,4}(?:匿名|保密|不留名|不写名字)|"
    r"(?:必须|一定要|非要|要不要|用不用)实名|"
    r"(?:会不会|会|能不能|不会|别是).{0,4}(?:把|将|跟|给|让|被|对)?.{0,4}(?:我|俺).{0,6}(?:告诉|说出去|透露|泄露|传出去|卖|报复|供出|捅出去).{0,10}$|"
    r"(?:会不会|会被|不会|会).{0,3}(?:打击)?报复.{0,4}$|"
    r"(?:会不会|不会).{0,6}(?:来|上门)?(?:找|打|骂|整|为难|针对|威胁|骚扰|欺负|收拾)(?:我|俺).{0,6}$|"
    r"(?:他们?|她们?|人家|对方|村干部|物业|老板|邻居|别人)(?:会不会|会|不会|能)(?:知道|看到|查到|晓得|发现)(?:是)?(?:我|俺).{0,8}$"
)
_RULES: tuple[tuple[Wish, re.Pattern[str]], ...] = (
    (
        Wish.NAMED,
        re.compile(
            rf"{_LEAD}(?:写|留|填|登|加|添|补)(?:上|个|下)?(?:我|俺)?的?(?:真|实)?(?:名字?|姓名|真名|实名){_END}|{_LEAD}(?:不用?|不要|别|取消|不想)匿名了?{_END}|{_LEAD}(?:把)?{_NAME}(?:也|还是)?(?:给)?(?:写|留|填|登|加|添|补)(?:上|着|全|进去){_END}|{_LEAD}(?:实名|署名)(?:的)?{_END}"
        ),
    ),
    (Wish.PHONED, re.compile(rf"{_LEAD}(?:留|写|填)(?:上|一?个|下)?{_PHONE}{_END}")),
    (
        Wish.OPEN,
        re.compile(
            rf"{_LEAD}(?:{NO_NEED}|不)(?:再)?(?:给我|帮我|替我)?保密{_END}|公开{_END}|不怕.{{0,6}}知道|{_LEAD}保(?:什么|啥)密{_END}(?:(?:我|俺)?还怕[他她]们?)?"
        ),
    ),
    (
        Wish.ANONYMOUS,
        re.compile(
            rf"{_LEAD}匿名{_END}|{_LEAD}{_REFUSES}{_GIVES}{_NAME}{_END}|{_LEAD}(?:把)?{_NAME}(?:就)?(?:{_REFUSES}{_GIVES}|去掉|删掉|删了|删除|去了|不要|算了|保留){_END}|"
            r"(?:我)?无名氏|我?不实名|不想实名|叫我?热心市民"
        ),
    ),
    (
        Wish.NO_PHONE,
        re.compile(
            rf"{_LEAD}(?:{_REFUSES}|没有?){_GIVES}{_PHONE}{_END}|{_LEAD}(?:把)?{_PHONE}(?:就)?(?:{_REFUSES}{_GIVES}|去掉|删掉|删了|删除|坏了|丢了|停机了?|没有?|算了){_END}"
        ),
    ),
    (
        Wish.BY_TEXT,
        re.compile(
            rf"{_LEAD}(?:只|光)?(?:能|用|发|收|看){{0,12}}(?:短信|发信息|发消息|信息)(?:联系|通知|回复|找|告诉|沟通|交流|给){{0,12}}(?:我|俺)?{_END}|"
            rf"{_LEAD}(?:不要|别|不方便|不能|没法|听不见|不用)(?:给我|再)?(?:打|接|听)(?:我)?(?:电话)?(?:给我)?(?:[，, ]?(?:请|只|就)?(?:能|用|发){{0,12}}(?:短信|信息|消息)(?:联系|通知|回复){{0,12}}(?:我)?)?{_END}|"
            rf"{_LEAD}(?:(?<=[我俺])不|不(?:太|大)?(?:想|敢|习惯|爱|愿意?))(?:想|敢|习惯|爱|愿意?|怎么|随便|太|大|会){{0,12}}[接听](?:陌生)?(?:的)?电话{_END}|"
            r"(?:我|俺)(?:是)?(?:聋哑?人|听力(?:不好|障碍)|耳朵(?:不好|听不见|聋)|听不见|听不清).{0,12}|(?:我|俺)?听不(?:见|清)[，, ]?(?:请|只|就)?(?:能|用|发){0,12}(?:短信|信息|消息).{0,6}"
        ),
    ),
    (
        Wish.BY_CHAT,
        re.compile(
            rf"{_LEAD}加(?:我|俺)(?:的)?微信{_END}|{_LEAD}(?:只|光)?(?:能|用|有|加|在){{0,12}}(?:微信|网上|这里|这儿)(?:上)?(?:跟|给|和|找)?(?:我|俺)?(?:联系|找|回复?|通知|说|讲|聊|告诉|沟通|留言|发|信息|消息){{0,12}}(?:我|俺)?{_END}|{_LEAD}(?:只|光)(?:能|有|用)(?:微信)[^，,。]{{0,8}}"
        ),
    ),
    (
        Wish.CONFIDENTIAL,
        re.compile(
            rf"{_LEAD}(?:身份|信息|个人信息|{_NAME}|{_PHONE})?(?:要|得|需要|给我)?保密{_END}|{_LEAD}(?:别|莫|甭|不要|不能|不想|不许|怕|不希望|勿){_TOLD}?(?:知道|说|晓得|看到)(?:出去)?(?:了)?(?:是)?(?:我|俺)?(?:是)?(?:说的|讲的|举报的|投诉的|反映的|谁|的){{0,12}}{_END}|"
            rf"{_LEAD}(?:别|不要|不能|不想|不许|怕){_TOLD}(?:是?我?(?:说的|举报的|投诉的|反映的)?){_END}|(?:我|俺|就|真|也|有点|主要|还是){{0,12}}(?:害)?怕(?:他们?|人家|对方)?(?:会)?(?:被|来)?(?:打击)?报复[^，,。]{{0,6}}|"
            r"(?:你们?|您|可|求求你们?|拜托){0,12}(?:千万|一定)(?:别|不要|不能)(?:往外)?(?:说|讲|告诉(?:别人|人|他们))(?:出去)?(?:是我|是谁)?(?:说的|举报的|反映的)?(?:啊|呀|哦|了){0,12}"
        ),
    ),
)
_REMINDS = re.compile(
    r"(?:不是|刚才|刚刚|前面|之前|一开始|开头|我|俺|都|就|已经|早就?|也|跟你们?|和你们?){0,12}(?:说|选|讲|填|写|点)(?:过了|了|过|的)(?:是|要|就|几遍|好几遍){0,12}|"
    r"(?:我|俺|不是){0,12}(?:都|已经|早就?)(?:说|选)"
)
"""How citizens remind of what they said before: 不是说了…吗."""
_BESIDE_MATTER = re.compile(
    r"(?:你好|您好)?(?:我|俺|我们|俺们|想|要|希望|来|申请|请|得)*(?P<wish>匿名|保密|不留名|不署名)地?(?:举报|投诉|反映|检举|告)(?!电话|信|箱|渠道|平台|制度|热线|人|被|[以之]?后|的|奖|了|过)"
)
"""The wish in the words that announce a matter: 我要匿名举报…."""
_REFUSAL = re.compile(
    r"(?:我|俺|就|那|也|都|算[了啦]|这个?|还是|可以|能|能不能|可不可以)*(?:"
    r"(?:不|不想|不愿意?|不方便|不能|不用|别|先不)(?:说|留|填|写|告诉|讲|给|提供|透露|报|想说|想留|想填|想给)(?:你们?|您)?(?:了|行不行|行吗|可以吗|可不可以|行么|吗)?|不方便|不了|跳过|略过|空着|下一(?:个|项|步|题)|拒绝|免了|没有?)"
    r"(?:吧|了|的|啊|呀|呢|算了)*"
)
_LONGEST = 26
"""The longest wish, in characters. A longer text is a story that may contain the same words."""


def read_wish(text: str) -> Wish | None:
    """The wish that a whole message or clause expresses; None for anything else.

    >>> read_wish("是的我匿名"), read_wish("我不想告诉你们我叫什么"), read_wish("匿名举报行不行"), read_wish("不用保密")
    (<Wish.ANONYMOUS: 'anonymous'>, <Wish.ANONYMOUS: 'anonymous'>, <Wish.ASKS: 'asks'>, <Wish.OPEN: 'open'>)
    >>> read_wish("不留电话"), read_wish("只能微信联系"), read_wish("别打电话，发短信"), read_wish("物业不公开账目")
    (<Wish.NO_PHONE: 'no_phone'>, <Wish.BY_CHAT: 'by_chat'>, <Wish.BY_TEXT: 'by_text'>, None)
    """
    said = plain(text).replace("滴", "的")  # 莫让他晓得是俺讲滴
    if len(said) > _LONGEST:
        return None
    reminder = _REMINDS.match(said)
    if reminder and (
        again := read_wish(re.sub(r"(?:了|的)?(?:吗|么|嘛|啊|呀|呢)+$", "", said[reminder.end() :]))
    ):
        return again
    if _ASKS.search(said + text.strip()[-1:]):
        return Wish.ASKS
    if hides(said):
        return Wish.CONFIDENTIAL
    return next((wish for wish, pattern in _RULES if pattern.fullmatch(said)), None)


def wish_beside_matter(text: str) -> Wish | None:
    """The wish in the words with which a message announces the matter that it goes on to tell; None without one.

    >>> wish_beside_matter("我要匿名举报楼下赌博"), wish_beside_matter("匿名举报电话没人接")
    (<Wish.ANONYMOUS: 'anonymous'>, None)
    """
    found = _BESIDE_MATTER.match(plain(text))
    if found is None:
        return None
    return Wish.CONFIDENTIAL if found["wish"] == "保密" else Wish.ANONYMOUS


def refuses(text: str) -> bool:
    """Whether an answer refuses what was asked, without naming it.

    >>> refuses("不说行不行"), refuses("不留"), refuses("不方便"), refuses("不锈钢厂")
    (True, True, True, False)
    """
    return _REFUSAL.fullmatch(plain(text)) is not None
