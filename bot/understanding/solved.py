"""Reads that a matter has come right by itself or was mended: 修好了谢谢, 水来了, 钱退给我了."""

from __future__ import annotations

import re

from core.text import plain

_LONGEST = 24
"""Most characters of such a message."""
_MARKS = re.compile(r"[，,。.！!、；;~～…\s]+|[\U0001f300-\U0001faff\u2600-\u27bf]+")
_AROUND = (
    r"(?:谢谢|多谢|感谢|辛苦|麻烦|太好|你们?|您|了|啦|啊|呀|哈|吧|哦|噢|嗯|好的|不用|不用管|不用登记|不用来|不用修|不用催|不需要|再|管|登记|报|来|处理|投诉|"
    r"告诉|说一声|一声|跟|给|我|俺|们|就|也|已经?|刚才?|刚刚|现在|今天|昨天|早上|下午|终于|都|又|全|那个?|这个?|事|的|是|师傅|工作人员|物业|有人|来人|派人|他们|社区|人家|把|被|让|过)*"
)
_THING = (
    r"(?:楼道|路|小区|家里?|门口|井|下水|热|自来|暖)?(?:灯|路灯|井盖|盖子|水管|管道|管子|水|电|气|网|暖气|电梯|门|路|坑|下水道|厕所|墙|屋顶|空调|垃圾|噪音|车|树|栏杆|"
    r"问题|事情|毛病|情况|钱|押金|工资|补贴|欠款|退款|定金|快递)"
)
_DONE = re.compile(
    rf"{_AROUND}(?:{_THING}{_AROUND})?"
    r"(?:搞定|(?:修|弄|整|搞|处理|解决|办|清理|疏通|换|装|补|接|通|恢复|收拾|协调)(?:好|完|通|掉|清|上|干净|到位|妥当?)|(?:解决|恢复|疏通|处理|清理)(?=了)|"
    r"好(?=了)|通(?=了)|(?:来|通|有|不停)(?:水|电|气|网|暖)|(?:水|电|气|网|暖气)(?:来|通|有|恢复|热)|(?:灯|路灯)亮|不(?:漏|堵|吵|响|臭|冒|停)|(?:走|拉|清|运|搬|挪|拆|退|还|发|给|打)(?:走|掉|给我|到账|过来)?(?=了)|到账)"
    rf"(?:了|啦|咯){_AROUND}"
)
_NOT = re.compile(
    r"没(?!事)|不(?!用|需要|漏|堵|吵|响|臭|冒|停)|又(?!.{0,2}好)|还|吗|么|呢|[?？]|什么|啥|怎么|咋|几|多久|其实|但|可是|却|假|说是|(?<!刚)才|再(?!说)|要|想|请|快|赶|希望|能|得|别|"
    r"^给我|坏了(?!的)|(?:拉|搬|拆|退|运|打|走)(?:走|掉)?(?:了)?(?:我|他|人)(?!的?钱|家)|打了"
)
_ONE_OF = re.compile(
    r"修|弄|整|搞|处理|解决|清理|疏通|换好|装好|补好|补上|通了|恢复|收拾|水|电|气|网|暖|灯|漏|堵|吵|响|臭|冒|停|清(?:走|掉|了|干净)|拉走|运走|挪走|拆掉|退给|退了|还给|发了|到账|垃圾|好了.{0,4}(?:不用|谢)|(?:不用|谢|已经|都|事).{0,6}好了"
)
"""Words without which 好了 says nothing of a matter."""


def is_solved(text: str) -> bool:
    """Whether a message says that the matter is settled, and nothing else.

    >>> [is_solved(said) for said in ("修好了谢谢", "已经来人修好了", "水来了，不用管了", "钱退给我了", "灯亮了")]
    [True, True, True, True, True]
    >>> [is_solved(said) for said in ("没修好", "修好了又坏了", "修好了吗", "路灯坏了没人修", "好了", "什么时候修好")]
    [False, False, False, False, False, False]
    """
    if text.rstrip().endswith(("?", "？")):
        return False
    said = _MARKS.sub("", plain(text))
    return (
        0 < len(said) <= _LONGEST
        and _NOT.search(said) is None
        and _ONE_OF.search(said) is not None
        and _DONE.fullmatch(said) is not None
    )


_CLAUSES = re.compile(r"[，,。.！!、；;~～…\s]+")
_GIVEN_UP = re.compile(
    r"(?:(?:那|就|我|俺|也|都|这|个|件|张|的|工单|单子|事|东西|已经|你们?|先){0,8}"
    r"(?:算了|不要了|不用(?:再)?(?:管|来|处理|登记|麻烦)?了?|(?:撤|取消|作废)(?:了|掉|回|销)?)(?:吧|了|啊|哈|谢谢){0,3}){1,3}"
)
"""A clause that gives a matter up, and the beginning of one (算了今天来人清了)."""


def is_settled(text: str) -> bool:
    """Whether a message only says that the matter is settled, and perhaps that it is given up therefore.

    Giving up alone (算了，不要了) may be a farewell, so it does not count.

    >>> is_settled("算了不要了，今天来人清了"), is_settled("算了今天早上已经清走了，这个工单我不要了，撤了吧")
    (True, True)
    >>> is_settled("算了，不要了"), is_settled("都清走了，过了今晚我就不麻烦谁了"), is_settled("他把我妈打走了")
    (False, False, False)
    """
    left = []
    for clause in filter(None, _CLAUSES.split(plain(text))):
        if _GIVEN_UP.fullmatch(clause):
            continue
        given_up = _GIVEN_UP.match(clause)
        left.append(clause[given_up.end() :] if given_up else clause)
    return bool(left) and all(is_solved(one) for one in left)
