"""Finds the words that only ask to have something filed (那帮我登记吧, 你帮俺记下来), and what a message says beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.clauses import clauses
from core.text import plain

_LEAD = (
    r"(?:那么?|算[了啦]|好[的吧嘞呀啊]?|行[吧啊]?|中|嗯|对|是的?|就|要不|还是|请|麻烦|劳驾|拜托|你们?|您|恁|帮忙|[给帮替][我俺咱]们?|我们?|俺们?|咱们?|"
    r"要|想|需要|可以|能不能|能|先|也|都|再|直接|把|它|匿名|实名|保密){0,10}"
)
_IT = r"(?:这|那)(?:一?[个件]事?情?|事儿?|些|个?问题)"
_TAIL = r"(?:一?下[子儿]?|下来|下去|上去?|着|起来|进去|个工单|个?单子?|在案|了|吧|呗|啊|呀|哈|嘛|的|行[吗不]|好[吗不]|可以[吗不]|吗|谢谢|[你您]){0,8}"
_WISH = re.compile(
    rf"(?P<before>{_LEAD})(?P<what>(?:{_IT}|[^，,。；;]{{2,10}}?(?:的事情?|的问题|这[件个]?事|那[件个]?事))?)(?:[给帮替][我俺咱]们?)?"
    rf"(?:(?P<files>登记|登|立案|立[个一]?案|建[个一]?单|开[个一]?单)|(?P<notes>记|报|提交|填))(?:{_IT})?{_TAIL}"
)
"""A clause that only asks to file; ``notes`` are verbs that mean it only beside 帮我, 把 or 下来."""
_SEND = re.compile(
    rf"{_LEAD}(?:让|叫|派|喊|找|安排|联系)(?:一?个?人|人家|有关部门|相关部门|部门的?人?|城管|社区|师傅|他们)(?:过?[来去]|上门|赶紧|快点|给)?"
    rf"(?:[给帮替][我俺咱]们?)?(?:(?:[管看修查治清弄处整理]{{1,2}})(?:一?(?:[管看修查治清弄整理]|下|处理))?|处理|解决)(?:这事|这个)?{_TAIL}"
)
"""A whole message that asks to have somebody sent (让人去管管), about what was said before."""
_HERE = re.compile(
    r"(?P<what>(?:那|这)?[^，,。；;那这我俺咱你您恁能可想要]{0,8}(?:的事情?|的问题|的|这[件个]?事|那[件个]?事|事)?)(?:[我俺咱]们?)?(?:这个?|那个?|这事|那事)?"
    r"(?:(?:[你您恁]们?(?:这里|这儿|这边|这|那里|那儿|那边|那|平台|热线)?)?(?:能不能|可不可以|能|可以|想|要)(?:[给帮替][我俺咱]们?)?(?:在|到|上|跟|通过)?"
    r"(?:[你您恁]们?(?:这里|这儿|这边|这|那里|那儿|那边|那|平台|热线)?|这里|这儿|这边)?|在(?:[你您恁]们?(?:这里|这儿|这边|这)|这里|这儿|这边))"
    r"(?P<files>登记|立案|投诉|反映|举报)(?:一?下|上)?(?:吗|么|不|吧|行吗|行不行|可以吗|好吗|了)?"
)
"""A clause that asks whether it can be filed here (那催收的我能在你这登记吗)."""
_OTHER_REGISTER = re.compile(
    r"[结离]婚|婚姻|失业|求职|房|不动产|抵押|车|公司|执照|户|居住|出生|入学|报名|疫苗|老年|残疾|退役|社团|商标|选民|流动|暂住|船|股"
)
"""What other offices register: 结婚能在你这登记吗."""
_SELF = re.compile(r"[你您恁]|这里|这儿|这边")
_REPLY = re.compile(
    rf"{_LEAD}(?:让|叫|请|喊|安排|派|找)(?P<who>一?个?人|人家|[你您]们|工作人员|(?:有关|相关)部门|[\u4e00-\u9fff]{{2,8}}?[局委办院所中心]{{1,2}}的?人?|[\u4e00-\u9fff]{{2,5}}的)?(?:人|同志)?"
    rf"(?:(?:来|再|直接|尽快|都|也|到时候?){{0,3}}(?:[给跟和与][我俺咱](?:[\u4e00-\u9fff]{{0,3}}(?=打|回|来))?)?(?:打(?:一?个)?电话|回(?:一?个)?电话?|来(?:一?个)?电话|联系(?:一?下)?|答复|回复|回话)(?:[我俺咱]|一?下)?|"
    rf"(?:来)?(?:告诉|答复|回复|联系)[我俺咱]?(?:一?[下声])?){_TAIL}(?P<what>.*)"
)
"""A clause that asks for somebody to call or to answer (让人社局的给我回个电话); ``what`` is what they are to tell."""
_FOR_ME = re.compile(r"[给帮替][我俺咱]|把|下来|上去|(?:请|麻烦)[你您]")
_BACK = re.compile(r"^(?:那|算了|好|行|中|嗯|对|就|还是|要不)|[吧呗]$|它|这|那")
"""Words of such a clause that point at what was said before."""
_MOST = 12
"""Most clauses of a message that are looked at; a longer message is a letter."""
_LONGEST = 24
"""Most characters of a clause that only asks to file."""
_NOD = re.compile(
    r"(?:那|就|也|算了|好的?|行|嗯+|对|是的?|可以|要得|中|谢谢|麻烦[你您]们?|拜托|吧|啊|呀|了|哎|唉|哦){1,6}"
)
"""A clause that only agrees."""


@dataclass(frozen=True, slots=True)
class FilingWish:
    """A message that asks in words to have something filed.

    Args:
        rest: the clauses of the message that do not ask for it and do not merely agree, in their order.
        back: whether the words point at what was said before (那…吧, 这件事).
        what: the words with which they name it (高龄补贴 in 帮我把高龄补贴的事登记一下); "" when they name nothing.
        sends: whether it asks for somebody to be sent (让人去管管), and so for more than an answer.
    """

    rest: tuple[str, ...]
    back: bool
    what: str
    sends: bool = False


def filing_wish(text: str) -> FilingWish | None:
    """What a message that asks to file something says besides; None for a message that does not ask for it.

    >>> filing_wish("那帮我登记吧"), filing_wish("算了，你帮俺记下来，俺姓陈")
    (FilingWish(rest=(), back=True, what='', sends=False), FilingWish(rest=('俺姓陈',), back=True, what='', sends=False))
    >>> filing_wish("那就派个人来看看吧"), filing_wish("路口有人烧垃圾，让人来管管")
    (FilingWish(rest=(), back=True, what='', sends=True), None)
    >>> filing_wish("那催收的我能在你这登记吗").what, filing_wish("结婚能在你这登记吗")
    ('催收', None)
    >>> filing_wish("帮我登记，村口的桥塌了"), filing_wish("在哪里登记结婚"), filing_wish("你们登记了吗")
    (FilingWish(rest=('村口的桥塌了',), back=False, what='', sends=False), None, None)
    >>> filing_wish("算了你给我登记吧，让医保局的给我打电话").rest, filing_wish("那登记吧，让人告诉我大厅几点开门").rest
    ((), ('大厅几点开门',))
    """
    said = clauses(text)
    if not 0 < len(said) <= _MOST:
        return None
    found = [_asks(clause) for clause in said]
    asking = [one for one in found if one is not None]
    if (
        not asking
        and any(map(_sends, said))
        and all(_sends(one) or _NOD.fullmatch(plain(one)) for one in said)
    ):
        return FilingWish((), True, "", sends=True)
    if not asking:
        return None
    rest = tuple(
        told
        for clause, one in zip(said, found, strict=True)
        if one is None and _NOD.fullmatch(plain(clause)) is None and (told := _to_be_told(clause))
    )
    back = any(_BACK.search(one.group()) for one in asking) or len(rest) + len(asking) < len(said)
    what = next((one["what"] for one in asking if one["what"]), "")
    return FilingWish(rest, back, re.sub(r"^(?:那|这)|(?:的|这|那)?(?:[件个])?(?:事情?|问题)$|的$", "", what))


def without_wish(text: str) -> str:
    """A message without the clauses that only ask to file it; as it is when it says nothing else.

    >>> without_wish("帮我登记，村口的桥塌了，没人修"), without_wish("登记吧"), without_wish("路灯坏了，没人修！")
    ('村口的桥塌了，没人修', '登记吧', '路灯坏了，没人修！')
    """
    wish = filing_wish(text)
    if wish is None or not wish.rest:
        return text
    start = text.find(wish.rest[0])
    end = text.rfind(wish.rest[-1]) + len(wish.rest[-1])
    whole = text[start:end]
    asked = any(_asks(one) is not None for one in clauses(whole))
    return "，".join(wish.rest) if asked or start < 0 else whole


def _to_be_told(clause: str) -> str:
    """A clause without the words that ask for a call or an answer; "" when it says nothing else."""
    found = _REPLY.fullmatch(clause.strip())
    return clause if found is None else found["what"].strip()


def _sends(clause: str) -> bool:
    return len(clause) <= _LONGEST and _SEND.fullmatch(plain(clause)) is not None


def _asks(clause: str) -> re.Match[str] | None:
    said = plain(clause)
    if len(said) <= _LONGEST and (here := _HERE.fullmatch(said)) and _SELF.search(said):
        return None if _OTHER_REGISTER.search(said) else here
    found = _WISH.fullmatch(said) if len(said) <= _LONGEST else None
    if found is None or re.search(r"[了没][吗没]|没有?[吗吧]?$|了$", said):
        return None  # 登记了吗, 登记了 ask and tell of what was filed
    return found if found["files"] or _FOR_ME.search(said) else None
