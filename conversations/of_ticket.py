"""Reads whether a message is about how a ticket is handled: it urges it, withdraws it, adds to it, asks how it stands.

Such a message names the matter of the ticket (我要撤了那个漏煤气的单子), which was told, and judged, when it was filed. So that
name is no danger of this moment; only what the message tells beside may be one (催一下，又着火了).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from core.simplified import simplified

LONGEST = 36
"""Most characters of a message that is read. A longer one tells a matter of its own."""
_CLAUSES = re.compile(r"[，,。.！!？?；;：:、\s]+")
_EMPTY = re.compile(
    r"[的了吧呢啊呀哈吗嘛么哦诶嗯好谢请你您们我俺他她它那这个件张条单子事工也都就再又还先后来把给帮跟和说下里头面上去是有想要能行吗算为没不一二三催查问看]*"
)
"""Characters that tell nothing, when nothing else is left."""
_THING = re.compile("情况|内容|说明|信息|事情|材料|一下|漏写|漏说")
"""Words of what a supplement is, and not of what it says."""
_CALLS = r"(?:投诉|诉求|举报|登记|反映|上报|案子|案件)"
_TICKET = rf"(?:工单|单子|[这那此本]单|(?:[这那]个?|的|刚才|之前|上次|我那)(?:件|张|条)?{_CALLS}|^我?{_CALLS}(?=撤|不要|算了|有|怎|到|处|催|办))"
"""A ticket as a thing. 我要投诉楼上打人 names none."""
_VERB = re.compile(
    r"(?:帮|给|替|请|麻烦|能不能|可以|可不可以|再|又|快|赶紧|跟|和|让|他们|你们|我|俺|也|都|就|得|想|要|先|只|好好|天天|一直){0,8}"
    r"(?:催(?![眠乳熟泪吐化生产情收债款])(?:促|一催|催|单|办)?|补充(?!维|能量|营养|水|医疗|保险|公积金|资金|人手)(?:说明|情况)?|"
    r"(?:加|补|添|写|漏(?:写|说)?)(?:上|了|进|进去)?(?=一?[句条点]))(?:了|过|一?[下句条点])*(?:子|下)?"
)
"""Words that urge a ticket, or announce a supplement. What stands beside them may tell something new."""
_ADDS = re.compile(
    rf"补充|(?:加|补|添|写|漏(?:写|说)?)(?:上|了|进|进去)?一?[句条点]|{_TICKET}(?:里|上|中)(?:头|面)?.{{0,6}}(?:[加添补写]|漏|少)|(?:[加添补写]|漏|少).{{0,6}}{_TICKET}(?:里|上|中)"
)
_STANDS = re.compile(
    rf"{_TICKET}.{{0,16}}(?:到哪|进度|进展|结果|下文|音信|怎么样|咋样|没人[管理办]|有没有人|没动静|回[复音话]|答复|办[到得的了完好]|处理|催|快|[加添补写])|"
    rf"(?:催|[查看问](?:一?下|[查看问])?|[加添补写]).{{0,16}}{_TICKET}"
)
_WITHDRAWS = re.compile(
    rf"(?:撤(?![离退侨走出])[了掉回销]?|取消|作废|删[了掉除]?|不要).{{0,16}}(?:{_TICKET}|{_CALLS}$)|{_TICKET}.{{0,8}}(?:撤(?![离退侨])|取消|作废|删[了掉])|{_TICKET}.{{0,4}}(?:不要了|不投|算了)|"
    r"[撤销]单|(?:撤[了掉回销]?|取消|作废|删[了掉除]?)(?:我|俺|刚才|之前)?的?"
    rf"{_CALLS}(?:吧|了|算了)*$|"
    r"^(?:那|就|我|俺|还是|先|想|要|请|帮我?|给我?){0,4}撤(?:[了掉销]|回(?=吧|算了))?(?:吧|算了|了)*$|"
    r"(?:不|别|懒得|没必要)(?:想|要|打算|用|再)?(?:继续|再)?(?:告|投诉|举报|反映|追究|投)(?:他|她|它|人家|你)?(?:们)?.{0,8}了"
)
_HELP = re.compile(r"1[12][0-9]|救护|急救|消防|警|救命|救援|快救|快来(?!处理|修|看)|医院(?!的|那)|医生|大夫")
"""Words of the help that comes in a danger. Who urges an ambulance urges no ticket."""


class Handling(StrEnum):
    """What a message wants of a ticket."""

    URGES = "urges"
    """That it goes faster, or to know how it stands."""
    WITHDRAWS = "withdraws"
    """That it is dropped."""
    ADDS = "adds"
    """That something is added to it."""


@dataclass(frozen=True)
class OfTicket:
    """A message about the handling of a ticket.

    Args:
        handling: what is wanted.
        rest: what the message tells beside; "" for nothing.
    """

    handling: Handling
    rest: str


def of_ticket(text: str) -> OfTicket | None:
    """What a message wants of a ticket, and what it tells beside; None when it is about no ticket.

    >>> of_ticket("我要撤了那个漏煤气的单子"), of_ticket("催一下，又着火了")
    (OfTicket(handling=<Handling.WITHDRAWS: 'withdraws'>, rest=''), OfTicket(handling=<Handling.URGES: 'urges'>, rest='又着火了'))
    >>> of_ticket("帮我催一下救护车"), of_ticket("我家着火了，快来人"), of_ticket("他把孩子催吐了，人没反应")
    (None, None, None)
    """
    said = simplified(text.lower())
    if len(said) > LONGEST or _HELP.search(said):
        return None
    handling: Handling | None = None
    rest: list[str] = []
    for clause in filter(None, _CLAUSES.split(said)):
        wanted, told = _wanted(clause)
        if told:
            rest.append(told)
        if wanted is not None and handling is not Handling.WITHDRAWS:
            handling = wanted
    return None if handling is None else OfTicket(handling, "，".join(rest))


_NAMED = re.compile(
    rf"(?:(?:我|俺|那|这|上次|之前|刚才|昨天|前天){{0,3}}个?(?:反映|投诉|说|报|登记)?的?[\u4e00-\u9fff]{{0,8}}的)?(?:我|俺|那|这|个|张|件){{0,4}}(?:{_TICKET}|{_CALLS}$)"
)
"""A ticket with the words that tell which one (我那个漏煤气的单子)."""
_HANDLED = re.compile(
    r"(?:我|俺|先|就|想|要|请|帮|给|能不能|可以|那|也|都|还是){0,4}(?:撤(?![离退侨走出])[了掉回销]?|取消|作废|删[了掉除]?|不要了|算了)(?:吧|了)*|"
    r"(?:不|别|懒得|没必要)(?:想|要|打算|用|再)?(?:继续|再)?(?:告|投诉|举报|反映|追究|投)(?:他|她|它|人家|你)?(?:们)?了?|"
    r"(?:处理|办|弄|搞)(?:了没有?|[得到]?(?:怎么样|咋样|哪(?:一步|儿|里)?)了?|完了?)|(?:没有?|无)人(?:来)?[理管办](?:我)?|没(?:动静|下文|结果|回音)|"
    r"怎么样了?|咋样了?|到哪(?:一步|儿|里)?了?|进度|进展|快点?(?:处理|办|来)?"
)
"""What is wanted of a ticket, or asked about it."""


def _wanted(clause: str) -> tuple[Handling | None, str]:
    """What a clause wants of a ticket, and what it tells beside.

    Only the words of the ticket and of its handling are left out, never a whole clause: 单子没人理我不想活了.
    """
    if _WITHDRAWS.search(clause):
        wanted = Handling.WITHDRAWS
    elif _STANDS.search(clause) or _VERB.search(clause):
        wanted = Handling.ADDS if _ADDS.search(clause) else Handling.URGES
    else:
        return None, clause
    rest = _VERB.sub("", _HANDLED.sub("", _NAMED.sub("", clause)))
    return wanted, "" if _EMPTY.fullmatch(_THING.sub("", rest)) else rest


_SOFT = r"(?:赶紧|赶快|快点?|马上|尽快|也|都|再|还|就|要|得|请|麻烦|[你您]们?|[给帮替][我俺咱]|一并|一起|顺便|能不能|可不可以|可以|那|把|将|这个?|那个?|它|这[条点件些]|情况|刚才|我?说的|一下)"
_INTO = r"(?:里面?|里头|上面?|中|去|来)"
_PUT = (
    rf"(?:(?:[加补写记添]|补充|添加)(?:上去?|进去?|进来|到(?:(?:工单|单子|内容|[这那]?张单)?{_INTO}{{0,2}}|工单|单子|内容)|进(?:工单|单子|内容){_INTO}{{0,2}})|"
    r"(?:补充|添加|记)一?下)"
)
_ORDERS = re.compile(
    rf"{_SOFT}{{0,8}}{_PUT}(?:吧|啊|呀|呗|哈|哦|了|谢谢|行[吗不]|好[吗不]|可以[吗不]){{0,4}}"
)
"""A clause that only orders to write down what stands beside it (赶紧加上, 加到工单里)."""
_HEADS = re.compile(
    r"(?:工单|单子|投诉)?(?:的)?(?:内容|情况)?(?:里面?|上面?)?(?:再|还|也)?(?:要|得)?(?:加上|补充|补上|添上|写上|加一[条句])"
)
"""A clause in front of what is to be written (内容加上：…)."""
_WRITTEN = re.compile(
    rf"(?:[你您]们?|那|这个?|有没有|给我|帮我|都|把){{0,4}}(?:[加补写记添录]|补充|登记)(?:上|进|到|在|了){{0,2}}(?:我的?|这个?|那个?)?(?:工单|单子|投诉){_INTO}{{0,2}}了?(?:没有?|吗|么|没)?|"
    rf"(?:工单|单子)(?:{_INTO})?(?:都)?(?:有没有)?(?:写|加|记)(?:上|进去|了)?(?:了)?(?:没有?|吗|么|没)"
)
"""A clause that asks whether what was told stands in the ticket (你写到单子里没有)."""
_PROGRESS = re.compile(
    r"(?:我|想|要|再|帮我|给我|麻烦){0,4}(?:[查看问](?:一?下|[查看问])?)?(?:一下)?(?:工单|办理|处理|我的?|这个?|办事){0,3}(?:进度|进展)(?:[查看问](?:一?下|[查看])?)?(?:怎么样|咋样|到哪(?:一?步)?)?(?:了|吧|呢)?"
)
_SENT = re.compile(
    r"(?:[你您他]们?|到底|都|有没有|那边|部门|单位){0,4}(?:派|安排|叫)人(?:来|去|过来|过去)?(?:修|处理|看|弄|管)?了?(?:没有?|吗|么|没|呢)?|"
    r"(?:[你您他]们?|都|到底){0,3}(?:怎么|咋)还(?:没|不)(?:派|安排)?人?(?:来)?人?(?:修|处理|看|弄|管)"
)
"""A clause that asks whether somebody was sent to mend it."""


def order(text: str) -> OfTicket | None:
    """What a citizen who has a ticket wants of it, and what the message tells beside; None when it is about no ticket.

    More is understood than by :func:`of_ticket`: to one who has just filed, 赶紧加上 and 进度查一下 can mean nothing else. What is
    told beside may be long, and speak of help that was called.

    >>> order("又有学生摔进去了，腿流血了，赶紧加上")
    OfTicket(handling=<Handling.ADDS: 'adds'>, rest='又有学生摔进去了，腿流血了')
    >>> order("120来过了，没事了。你写到单子里没有").rest, order("进度查一下").handling.value
    ('120来过了，没事了', 'urges')
    >>> order("你们派人来没有，昨晚又冒烟了").rest, order("帮我催一下救护车"), order("快来人，我家着火了")
    ('昨晚又冒烟了', None, None)
    """
    said = simplified(text.lower())
    handling: Handling | None = None
    rest: list[str] = []
    for clause in filter(None, _CLAUSES.split(said)):
        if any(one.fullmatch(clause) for one in (_ORDERS, _HEADS, _WRITTEN)):
            handling = Handling.ADDS
        elif handling is None and (_PROGRESS.fullmatch(clause) or _SENT.fullmatch(clause)):
            handling = Handling.URGES
        else:
            rest.append(clause)
    return of_ticket(text) if handling is None else OfTicket(handling, "，".join(rest))


def asks_for_somebody(text: str) -> bool:
    """Whether a message asks whether somebody was sent. In an open danger it may ask after the help.

    >>> asks_for_somebody("你们派人来没有"), asks_for_somebody("进度查一下")
    (True, False)
    """
    return any(_SENT.fullmatch(one) for one in _CLAUSES.split(simplified(text)) if one)
