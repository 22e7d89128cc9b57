"""Reads that a matter which was answered is not settled: 没解决, 还是没修好，晚上又不亮, and, right after the question, 人一走又摆出来了."""

from __future__ import annotations

import re

from core.text import plain

_BEFORE = r"(?:还是|还|这个?|那个?|我们?(?:的|这)?|你们|问题|事情?|情况|根本|压根|完全|其实|一直|到现在|现在|都|并|也|就|[，, ]){0,6}"
_NOT_DONE = (
    r"(?:没有?|未)(?:给|能|得到)?(?:我们?|人)?"
    r"(?:解决|修好?|处理好?|弄好?|办好?|整好|搞好|搞定|改好?|落实)(?:了|呢|呀|啊|吧|掉|怎么办|咋办)?"
)
_AS_BEFORE = (
    r"(?:仍然?|依然|照样|还是)(?:老样子|那样|这样|一样|坏的|不行|没变|没人(?:管|修|来|理))(?:了|呢|啊|的)?"
)
_UNSOLVED = re.compile(rf"(?:{_BEFORE}{_NOT_DONE}|{_AS_BEFORE})(?P<why>$|[，,。.！!；;～~… ].*)", re.S)
_END_WORDS = r"(?:啊|呀|呢|哦|嘛|的|了|吧|哎|唉){0,3}"
_NO = re.compile(rf"(?:唉|哎|还|并|都|根本|压根|完全|其实|就){{0,3}}(?:没有?|没得|没好|不行){_END_WORDS}")
"""A no that says nothing else."""
_DONE = "解决|处理|办|修|弄|搞|整|管|退|还|赔|补|发|清|拆|搬|换|改|变|动|拉|装|通|亮|理|查|罚|停|落实|兑现|到账|收到|收手|人影|反应|动静|效果|作用|变化|改善|下文|结果"
_STILL = re.compile(
    rf"(?:没有?|未|不|(?:没|无)人)(?:见|看到|能|得到|再)?(?:人|谁)?(?:来|去)?(?:给|帮|替|跟)?(?:我们?|俺们?|咱们?|大家)?(?:{_DONE})|"
    r"没用|不(?:管用|顶用|起作用|来(?:了|修|管|看)|出热?水)|没(?:人)?来|没(?:个)?完|"
    r"还(?:一直)?(?:在|存在)|还是(?!算了?|[转找想要请谢麻])|仍|依[然旧]|照[样旧]|老样子|原样|[和跟](?:以前|之前|原来|从前)(?:的|一样|一个样)|一个样|"
    r"又(?!好|修好|能|可以|谢|快)|再次|反弹|复发|继续[^，]|一走就|变本加厉|"
    r"骗人|糊弄|忽悠|敷衍|假的|瞎说|胡说|瞎扯|扯淡|白搭|白跑|白说|应付|走过场|[装做]样子|撒谎|不属实|答非所问|谁说|"
    r"哪(?:里|儿)?(?:有|解决|修|处理|办|管)|(?:解决|处理|修|办)了?个|(?:有|屁|啥|什么)用"
)
"""Words that deny what was answered, or tell the grievance as one that goes on."""
_OTHERWISE = re.compile(
    r"不知道|不清楚|不确定|没(?:注意|空)|没(?:去|来得及)?(?:看(?!到(?:有)?人)|试)|还没(?:回|到家)|回头|回去看|再看看|等(?:会|一下|下|我)|"
    r"没(?:有)?(?:啥|什么)?(?:问题|事(?!实)|意见|毛病)|不用|"
    r"另外|别的|其他|其它|换一?[个件]|还有[一个件]|另[一有]|顺便|第二件|"
    r"(?:我|俺)?(?:要|想|来)(?:再)?(?:投诉|举报|反映|问|查|咨询|登记|报)|人工|坐席|客服|"
    r"[吗么][，。]|怎么[查办弄]|多少钱?|几点|什么时候|啥时候|哪天|撤[了回销]|谢谢|感谢|满意"
)
"""Words of who has not looked yet, has nothing against it, or wants something else."""
_GOOD = re.compile(
    r"(?<!没)(?<!没有)(?<!未)(?<!没给)(?<!哪)(?<!哪里)(?:解决|修好|弄好|处理好|办好|搞定)(?:了|啦)(?!个|吗|才怪)"
)
_BUT = re.compile(r"但|可是|不过|却|又|才怪|谁说|哪|个屁|假")
_MATTERS = re.compile(
    r"停水|停电|停气|漏水|漏电|漏气|路灯|井盖|垃圾|噪[音声]|电梯|工资|押金|定金|物业费|暖气|供暖|煤气|燃气|宽带|快递|公交|学校|医院|医保|社保|公积金|身份证|"
    r"违建|违章|油烟|广场舞|施工|工地|占道|摆摊|流浪狗|狗|下水道|污水|厕所|停车|车位|充电|学费|房产证|低保|养老金|补贴|树|坑|积水|消防|飞线|群租|罚款|驾照"
)
"""What complaints are often about. One that the ticket does not name begins another story."""
_LONGEST_DENIAL = 80
"""Most characters of a denial; a longer message tells a matter."""
_ENDS = "，,。.！!；;～~… \n\t"
_LONGEST = 500
"""Most characters of such a message; a longer one tells a matter."""


def why_unsolved(text: str) -> str | None:
    """What a message says beside that the matter is not settled: empty when nothing; None when it does not say so at all.

    >>> [why_unsolved(said) for said in ("没解决", "还是没修好，晚上又不亮", "问题一直没有得到解决！", "还是老样子")]
    ['', '晚上又不亮', '', '']
    >>> [why_unsolved(said) for said in ("没解决吗", "解决了", "没办身份证能坐车吗", "如果没解决，我再找你们", "路灯没修好")]
    [None, None, None, None, None]
    """
    said = plain(text).strip(_ENDS)
    if len(said) > _LONGEST or said.endswith(("?", "？", "吗")):
        return None
    found = _UNSOLVED.fullmatch(said)
    return None if found is None else found["why"].strip(_ENDS)


def is_no(text: str) -> bool:
    """Whether a message is a bare no to the question whether it is solved.

    >>> [is_no(said) for said in ("没有", "还没呢", "没有啊！", "没有水", "没事")]
    [True, True, True, False, False]
    """
    return _NO.fullmatch(plain(text).strip(_ENDS)) is not None


def denies(text: str, told: str) -> bool:
    """Whether a message denies, right after the question whether a matter is solved, that it is: it tells that it goes on.

    Args:
        text: the message.
        told: what the matter was, and what was answered. A message with another subject begins another story.

    >>> said = ("问题还在", "压根就没解决", "没处理啊", "根本没用", "人一走又摆出来了", "没给我退钱，这事没完", "路灯还是不亮")
    >>> [denies(one, "小区门口的路灯坏了") for one in said]
    [True, True, True, True, True, True, True]
    >>> other = ("还没回家看", "没问题了", "解决了", "我家停水了没人管", "还有一件事，没人管", "还是转人工吧", "又怎么查社保", "没解决吗？")
    >>> [denies(one, "小区门口的路灯坏了") for one in other]
    [False, False, False, False, False, False, False, False]
    """
    if text.rstrip().endswith(("?", "？")):
        return False
    said = plain(text).strip(_ENDS)
    if not 1 < len(said) <= _LONGEST_DENIAL or said.endswith(("吗", "么")) or _OTHERWISE.search(said):
        return False
    if _GOOD.search(said) and not _BUT.search(said):
        return False
    known = plain(told)
    return _STILL.search(said) is not None and all(one.group() in known for one in _MATTERS.finditer(said))
