"""Reads what a message says about a ticket that was filed or shown before: 登记成功没, 查询码是啥, 没人理, 补充, 撤了吧, 修好了.

Such words name no ticket and no matter. They are about the ticket only where one is known. A model reads them
(:mod:`bot.understanding.ticket_reader`); rules find only what must be exact: the words that announce a supplement or a
correction, because what follows them is written down.
"""

from __future__ import annotations

import asyncio
import re

from bot.understanding.remarks import wants_filed
from bot.understanding.ticket_reader import Heard, Said, shipped
from bot.understanding.write_down import write_down
from core.phone import find
from core.text import plain
from kb_index.language.pretrained import shipped_encoder
from kb_index.language.text import simplified

ABOUT = 0.4
"""Probability (0 to 1) from which a message is about the ticket known here."""
ACT = 0.6
"""Probability (0 to 1) from which something is written to the ticket without asking. Wrong in 1 of 29 unseen lines."""
_LONGEST = 30
"""Most characters of a message that only asks whether something was filed."""
_LONGEST_TALK = 60
"""Most characters of a message that talks of a ticket and does not announce a supplement. A longer one tells a matter."""
_LEAST_TOLD = 3
"""Fewest characters that add something to the ticket."""

_LEAD = (
    r"(?:那|那个|我|俺|我们|刚才|刚|的|这个|这张|这件|那件|单子|工单|投诉|诉求|事|件|你们|您|请|麻烦|帮|给|再|又|想|要|问一?下|"
    r"对了|等等|哦|算了|，|,|\s){0,12}"
)
_END = r"(?:了|吧|啊|呀|呢|哈|吗|么|嘛|来着|一下|下|谢谢|，|,|\s){0,12}"
_FILED = re.compile(
    rf"{_LEAD}(?:登记|提交|投诉|报|交)(?:上去?|成功?|好|进去|下来)?(?:了)?(?:没有?|没成功|吗|么|没){_END}|"
    rf"{_LEAD}(?:登记|提交|投诉)?(?:成功|成)(?:了)?(?:没有?|吗|么){_END}|{_LEAD}(?:算|是|是不是|算是)?(?:登记|提交)(?:好|成功|上)?了?(?:吗|么|没有?|吧){_END}|"
    rf"{_LEAD}(?:有没有|是不是|算不算|算是|到底|究竟|没|给我|帮我|都|事|说){{0,12}}(?:登记|登|提交|报|记|交|录)(?:上|好|成|进|下|成功)(?:去|来)?(?:了)?(?:没有?|吗|么|没)?{_END}(?<!了)|{_LEAD}(?:是不是|有没有)(?:登记|提交|报|投诉)(?:好|成功|上)?了?{_END}|"
    rf"{_LEAD}(?:到底|究竟)?(?:登记?|提交?|记|交)(?:没|不)(?:登记?|提交|记|交)(?:上|好)?{_END}"
)
"""Asks whether something was filed. The complaint form knows no ticket, and needs this without the model."""
_CODE = re.compile(
    rf"{_LEAD}(?:工单号|单号|编号|查询码|号码?|码)(?:和查询码|跟查询码|、查询码)?"
    rf"(?:是|叫)?(?:啥|什么|多少|几|哪个|哪几个|忘(?:记)?|没(?:记|看)(?:住|清|到)?|找不(?:到|着)|再(?:说|发|报)(?:一)?(?:遍|次|下)?){_END}|"
    rf"{_LEAD}(?:再)?(?:说|发|报|告诉)(?:一?[下遍次])?(?:我)?(?:工单号|单号|编号|查询码)(?:和查询码)?{_END}"
)
"""Asks for number or query code."""
_ADD = re.compile(
    rf"^(?:能不能|可不可以|能|可以)?{_LEAD}(?:(?:忘|漏|少)(?:记|掉|了)?(?:说|讲|写|提|告诉你们?|留|填)?(?:了)?(?:一?[句点条个件]|我?的?(?:联系)?(?:电话|手机号?|号码)(?:忘?了?留?了?)?|[，,：:]|(?=[在是有]))|"
    rf"(?:我的?)?(?:电话|手机号?|号码)(?:我)?(?:忘(?:记)?(?:留|写|填|说)?|没(?:留|写|填|说))(?:了)?|(?:把)?(?:我的?)?(?:电话|手机号?|号码)(?:也)?(?:给我|帮我)?(?:加|补|留|填)(?:上|一下|进去)|补一?[句点条]|还有一?[句点条](?:话)?|补充(?:说明)?(?:一?[下句点条个]|情况|内容|[，,：:])|加上?一?[句条点]|(?:加|补|留|添)(?:上|个|一个|一下)?(?:我的?)?(?=(?:联系)?(?:电话|手机号?|号码)))(?:情况|内容|话)?{_END}[，,：:。\s]*(?:就?是)?(?P<told>.*)$",
    re.DOTALL,
)
_ONLY_ANNOUNCES = re.compile(
    r"(?:我|俺|想|要|给|把|再|帮|请|麻烦|能不能|可以|还|对|往|在|工单|单子|那个?|这个?|张|刚才|的|里|上|一下){0,10}(?:补充|添加|追加|补)"
    r"(?:一?[下点些]|工单|单子|情况|内容|材料|说明|信息|东西|到|进|去|那个?|这个?|张|刚才|的|里|上|吗|吧|不|行|可以|呢){0,8}"
)
"""Announces a supplement, and says nothing of it (我要给工单补充内容)."""
_MISSAID = re.compile(rf"^{_LEAD}(?:说|写|填|讲|报|打|搞)错了[，,。\s]*(?:应该|其实)?(?:是|不是)\S")
_CHANGE = re.compile(
    rf"^{_LEAD}(?:把)?{_LEAD}(?:里的?|上的?)?(?:具体)?(?:地址|位置|地点|时间|电话号?码?|手机号?码?|号码|名字|称呼|内容|涉及对象)"
    r"(?:得|要)?(?:改成|改为|换成|改到|应该是|更正为|说错了|写错了|填错了|不对)[，,：:。\s]*"
    rf"(?!{_END}$)\S"
)
_TICKET = r"(?:工单|单子|单|投诉|诉求|举报|登记的?|反映的?)"
_WITHDRAWS = re.compile(
    rf"(?:那|就|把|请|麻烦|你们?|您|给我|帮我|我|俺|想|要|的|刚才|之前|[那这](?:一?[个张件条])?){{0,8}}(?:{_TICKET}(?:的|就|给我|帮我|可以|也|都|先|[那这][个张]?|事){{0,4}}(?:撤[了掉回销]?|取消|作废|删[了掉])|"
    rf"(?:撤[了掉回销]?|取消|作废|删[了掉])(?:我|我的|俺的|刚才|[那这]一?[个张件条]|的){{0,4}}{_TICKET}|撤(?:[了掉]|[回销]了?)?(?=吧|算了)|撤[回销](?=了?$))(?:吧|算了|了|掉|啊|呀|谢谢|好了|就行){{0,4}}"
)
"""A clause that withdraws the ticket: 我那个工单撤了吧, 撤了吧."""
_FILED_ONE = re.compile(r"工单|单子|[那这]张单|撤单")
_CLAUSES = re.compile(r"[，,。；;！!\s]+")
_ASKED = re.compile(r"怎么|咋|材料|哪里|哪儿|手续|流程|多少钱|[?？]$|吗$|么$|呢$")
_OTHER_PHONE = re.compile(
    r"(?:电话|手机|号码?)[^，,。]{0,6}(?:错|换|改|不对|变了)|(?:换|改)(?:成|个|了)?[^，,。]{0,3}(?:电话|手机|号)"
)
_TO_WHAT = re.compile(
    r"(?:改成|改为|换成|改到|应该是|更正为|(?<!不)是(?!不是|不对|错)|(?<!不)叫(?!做?什么|你|我))(?!什么|啥|哪)[^，,。；;]{2,}"
)
"""Words of a correction that say to what."""
_DOES_NOT_COUNT = re.compile(r"[?？。.！!、]+")


def announced(text: str) -> Said | None:
    """What a message announces in so many words: a supplement, a correction with its value, a withdrawal; None otherwise.

    >>> announced("我想把地址改成菜市口南边"), announced("再补充一句,是圆形的大井盖"), announced("路灯坏了没人修")
    (<Said.CHANGE: 'change'>, <Said.ADD: 'add'>, None)
    >>> announced("来水了没有人通知，我那个工单撤了吧"), announced("摊子撤了又来了")
    (<Said.WITHDRAW: 'withdraw'>, None)
    >>> announced("楼道还冒过烟，补充一下"), announced("工地停了，我撤销了吧")
    (<Said.ADD: 'add'>, <Said.WITHDRAW: 'withdraw'>)
    """
    said = plain(text)
    if (order := write_down(text)) is not None and len(order.words) >= _LEAST_TOLD:
        return Said.ADD
    if _ASKED.search(said):
        return None
    if _ADD.match(text.strip()) and len(told(text)) >= _LEAST_TOLD:
        return Said.ADD
    if len(said) > _LONGEST_TALK:
        return None
    last = [part for part in _CLAUSES.split(said) if part][-1:]
    if last and _WITHDRAWS.fullmatch(last[0]):
        return Said.WITHDRAW
    if _CHANGE.search(text) or _MISSAID.search(text) or (_OTHER_PHONE.search(said) and find(text)):
        return Said.CHANGE
    return None


def only_announces(text: str) -> bool:
    """Whether a message announces a supplement, and does not say what.

    >>> [only_announces(said) for said in ("我要给工单补充内容", "补充工单", "补充一下", "补充一下店名", "补充他们用木炭")]
    [True, True, True, False, False]
    """
    return _ONLY_ANNOUNCES.fullmatch(_DOES_NOT_COUNT.sub("", plain(text))) is not None


def withdraws_filed(text: str) -> bool:
    """Whether a message withdraws something that it calls filed (撤回工单), so that no unfinished complaint is meant.

    >>> [withdraws_filed(said) for said in ("我要撤回工单", "那张单子撤了吧", "撤了吧", "取消投诉", "工单怎么撤回")]
    [True, True, False, False, False]
    """
    return announced(text) is Said.WITHDRAW and _FILED_ONE.search(plain(text)) is not None


async def heard(text: str, longest: int = _LONGEST_TALK) -> Heard | None:
    """What a message says about a ticket; None when it is not likely about one, or has more than ``longest`` characters.

    It runs in a thread, because the encoder takes some ten milliseconds.
    """
    if (said := announced(text)) is not None:
        return Heard(said, 1.0, 1.0)
    if not 0 < len(text.strip()) <= longest:
        return None
    found = await asyncio.to_thread(_read, text)
    return found if found.about >= ABOUT else None


def _read(text: str) -> Heard:
    return shipped().hear(shipped_encoder().states([simplified(text).strip()])[0])


def asks_whether_filed(text: str) -> bool:
    """Whether a message asks if something was filed at all, or for its number or code; and not how it stands.

    >>> [asks_whether_filed(text) for text in ("查询码是啥", "登记成功没", "修好了没", "查询码是多少位的数字")]
    [True, True, False, False]
    """
    said = plain(text)
    if len(said) > _LONGEST or wants_filed(text):  # 提交吧 orders it
        return False
    bare = _DOES_NOT_COUNT.sub("，", said).strip("，,")
    return _FILED.fullmatch(bare) is not None or _CODE.fullmatch(bare) is not None


_STANDS = re.compile(
    r"(?:那|我|俺|的|我们?|请问|问一?下|想问|想知道|帮我|给我|查一?下|看一?下|看看|查查|这个?|那个?|这张|那张|这件|那件|刚才|之前|上次|昨天|前天|前几天|登记|反映|反应|投诉|报|说|"
    r"工单|单子?|诉求|事情?|问题|情况|现在|目前|到底|究竟|你们?|都|还|有|件|进度|[，,\s]){0,16}"
    r"(?:(?:办|处理|弄|搞|进行|进展|受理|派|解决|查|回复|走)?(?:到|得|的)?(?:哪(?:一?步|里|儿)?|啥程度|什么程度|怎么样|咋样|怎样|如何)(?:[了啦]|的)?|"
    r"(?:办|处理|解决|弄|搞|受理|派)(?:好|完|下去|出去)?[了]?(?:没有?|吗|么)|(?:有|出)(?:没有?)?(?:结果|消息|进展|回复|答复|人管|人处理|下文|动静)(?:了)?(?:没有?|吗|么)?|"
    r"(?:的)?(?:进度|进展)(?:呢|怎么样|如何|是什么)?|(?:是)?什么(?:进度|进展|情况|状态))(?:[了啊呀呢吧哈]){0,3}"
)
"""Asks how a ticket stands, and says nothing else."""


def asks_how_it_stands(text: str) -> bool:
    """Whether a message only asks how a ticket stands.

    >>> [asks_how_it_stands(said) for said in ("我那张单子处理到哪一步了", "进展怎么样", "有消息了吗", "现在是什么情况")]
    [True, True, True, True]
    >>> [asks_how_it_stands(said) for said in ("水漏到哪家去了还不知道", "办得不好", "路灯还没修", "井盖是圆的")]
    [False, False, False, False]
    """
    said = _DOES_NOT_COUNT.sub("", plain(text))
    return 0 < len(said) <= _LONGEST and _STANDS.fullmatch(said) is not None


def says_to_what(text: str) -> bool:
    """Whether a correction says what is right.

    >>> says_to_what("不是三单元，是五单元"), says_to_what("电话填错一位，帮改下")
    (True, False)
    """
    return announced(text) is Said.CHANGE or _TO_WHAT.search(text) is not None


def told(text: str) -> str:
    """What a message adds to the ticket, without the words that announce it; "" when nothing announces it."""
    if (order := write_down(text)) is not None and order.words:
        return order.words
    found = _ADD.match(text.strip())
    return found["told"].strip() if found else ""
