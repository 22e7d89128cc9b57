"""Reads in plain words that a danger is over, that help is there, or that help was called: every clause says so, or nothing bad."""

from __future__ import annotations

import re

from conversations.past import lies_behind
from conversations.sequels import Heard

BY_PEOPLE = ("self_harm", "crime", "domestic_violence", "child_abuse")
"""Kinds of danger in which a citizen may be forced to say that all is well, or may say so out of shame.

With these the citizen stays in the queue, whatever the citizen says.
"""
BARE = re.compile(
    r"(?:是|对|嗯|恩|哦|有|没有?|不|不是|好|好的|行|在|喂|你好|您好|知道了|谢谢|多谢|谢了|感谢|再见|拜拜|算了|不知道|不会|"
    r"的|了|啊|呀|吧|呢|您|你|们){1,5}|"
    r"(?:那|我|现在|接下来|然后|该|到底|要|应该|呢|了|啊|呀){0,12}(?:怎么办|咋办|咋整|咋弄|怎么弄|怎么做|怎么救|做什么|干什么|干啥|然后呢)"
    r"(?:啊|呀|呢|才好|好){0,12}|(?:我们?|人|就|还|对|都){0,12}在(?:家|屋|房|里|外|楼|车|路|厨房|卧室|这|那|电梯|门).{0,4}|"
    r"快(?:点|来|些|一点){0,12}(?:啊|呀|吧){0,12}|急(?:死|啊|呀){0,12}(?:我了|了)?"
)
"""Words that say nothing, a question what to do, a cry for haste."""
GOES = re.compile(
    r"呼吸|反应|反應|叫不(?:醒|应)|(?:没|不|还没|醒不)(?:过)?(?:醒|来气)|动不了|不动了|流血|好多血|心跳|抽搐|呕吐|吐血|吐白沫|"
    r"疼|(?<!头)痛|晕|昏|冒烟|浓烟|(?<!油)烟(?![花草酒])|火(?![车化])|出不[去来]|下不[去来]|跑不|逃|困(?!难)|锁(?:着|住|在|了)|"
    r"卡(?:住|在)|砸门|砍|踹|踢门|刀|打我|打人|追|躲|害怕|好怕|有点怕|怕(?:死|他|她)|(?<!抢)救(?![助济护])|"
    r"(?:坐|乘|走|用)(?:电梯|楼梯)|没有?水|水(?:上来|涨|漫)|(?:[他她]|对方|那人)(?:们)?(?:还|又|就|要|正|也)*(?:在|来了|进来|回来)|"
    r"难受|关不[上掉了]|爆炸|没人帮|撑不|没意思|跳|伤口|掐|勒|没声音|没动静"
)
"""Signs of how things go, none of which is an end."""
_WHO = r"(?:现在|早就|目前|暂时|这会儿?|已经|刚才|刚刚|终于|我们?|俺们?|咱们?|[他她它]们?|大家|人|孩子|娃|老人|老头|爸|妈|都|也|全|被){0,12}"
_SAFE = (
    r"(?:没(?:有)?(?:什么|啥|太)?(?:大)?(?:事|危险|碍)|(?:挺|很|蛮|还算|算是?|暂时|目前|绝对){0,2}(?:平安|安全)|(?:病情|情况|情绪)?稳定(?:下来|住)?|脱险|脱离(?:生命)?危险|转危为安|缓过(?:来|劲来?)|没(?:有)?(?:着火|起火|漏气)|得救|获救|虚惊一场|是?误会|是?误报|救下来|劝(?:住|下来))"
    r"(?:了|啦|儿|的|呢){0,12}"
)
_SAFE_PLACE = re.compile(
    rf"{_WHO}(?:已经)?(?:(?:跑|躲|逃|搬|回|住|待)?(?:到|在|去|进)(?:了)?)(?:我|俺)?(?:妈家?|娘家|爸妈家|爸妈那|姐家|哥家|妹家|弟家|亲戚家|朋友家|同学家|邻居家|派出所|公安局|警察局|宾馆|单位)(?:里|了|这|那边|来){{0,3}}"
)
"""Where somebody is safe from blows. Beside good news it brings nothing bad; alone it is no end."""
_AIRED = r"(?:(?:打?开|关)(?:了|好|掉)?(?:门窗?|窗户?|(?:总)?阀门?|煤?气|燃气)){0,3}"
"""What is done about gas on the way out."""
_OVER = re.compile(rf"{_WHO}{_SAFE}")
_OUT = re.compile(
    rf"(?!(?:现在|已经|刚才|刚刚|终于|都|也|全){{0,12}}上来){_WHO}{_AIRED}(?:跑|逃|撤|走|爬|放|救|抬|背|抱|捞|拉|拽)?(?:出来|下楼|上岸|上来)(?:了|啦)|(?:明?火|火势|消防(?:员|队|车)?(?:来(?:了|过)?)?)?(?:已经|早就?|都|也|被){{0,12}}(?:扑|熄)?灭(?:掉)?(?:了|啦)|"
    rf"(?:火|火势)(?:已经|被){{0,12}}(?:控制住|灭掉|扑灭)(?:了|啦)|{_WHO}(?:醒(?:过来|来)?|找(?:到|着|回来))(?:了|啦)"
)
_THANKS = r"(?:好了|好的|好|嗯|恩|哦|噢|哎|谢谢|多谢|感谢){0,12}"
_BY_HELP = r"(?:警察|民警|保安|邻居|大家|路人|消防员?)"
_THEY = r"(?:(?:那|这)(?:个|些|伙|帮|群)?人|(?:打[我人]|砸门|闹)的|[他她](?:们|俩)?|对方|打架的|闹事的|小偷|贼|坏人|双方|老公|老婆|前夫|男友|人|现在|早就?|已经|已|刚才?|终于|都|也|全){0,12}"
_ENDED = re.compile(
    rf"{_THEY}(?:打完)?(?:打完|散(?:开|伙)?|走(?:开|掉|远)?|跑(?:掉|远)?|溜|停手|住手|消停|不(?:打|闹|砸|敲)(?:人|我)?|(?:拉|劝|分)开)(?:了|啦)|"
    rf"{_THEY}(?:(?:被|让|给){_BY_HELP}|{_BY_HELP}(?:已经|都)?把?{_THEY}|(?:小偷|贼|坏人|打架的|闹事的|那个?人)(?:已经|都){{0,12}})"
    r"(?:抓(?:住|走|起来)?|带走|控制住|制住|拉开|劝开)(?:了|啦)|(?:人)?(?:已经|都){0,12}抓(?:住|走|起来)(?:了|啦)|"
    rf"(?:刀子?|棍子?|酒瓶)(?:已经|都|被|给|{_BY_HELP}|我们?){{0,12}}(?:夺|抢|收|拿|没收)(?:下来?|走|过来)(?:了|啦)"
)
"""How violence ends. That somebody is silent, overpowered or taken away is no end: it may be the victim."""
_CALMED = re.compile(
    r"(?!.{0,12}[被给让][他她])(?:刀子?|棍子?|酒瓶|药|绳子?|[他她]|人|现在|已经|已|刚才?|刚刚|终于|都|也|被|警察|民警|大家|邻居|把|给|我们?){0,12}"
    r"(?:拉(?:回来|住|下来)|(?:夺|抢|没收)(?:下来?|走|过来|掉)|(?:平静|冷静|稳定)下来|情绪稳定(?:下来)?|稳住|愿意说话)(?:了|啦)"
)
"""How somebody else's despair ends for now. That they have gone, sleep, or have got hold of the knife may mean the worst."""
_FIXED = re.compile(
    r"(?:好了|[他她]们|师傅|物业|人家|燃气公司|供电公司|电工|的|人|已经|都|也|刚|来|给|把|阀门|软管|管子|这|就){0,12}"
    r"(?:修(?:好|过|完)|换(?:好|过|完)|处理(?:好|过|完)|堵住|弄好)(?:了|啦)"
)
"""How a leak or a live wire ends: it is mended."""
_AIRED_OUT = re.compile(
    r"(?:现在|已经|通风(?:以后|之后|后)?|也|都|就|屋里){0,5}(?:闻不(?:到|着)(?:煤气|燃气)?(?:味道?|味儿)?|(?:煤气|燃气)?(?:没(?:有)?味(?:道|儿)?|味(?:道|儿)?(?:散|没)(?:掉|光)?))了"
)
_BACK_HOME = re.compile(
    r"(?:人|孩子|娃|老人|[他她]|已经|自己|刚|都){0,6}(?:回来|回家|到家|接回来?|接到|在家)了"
)
_EBBED = re.compile(r"(?:水|洪水|积水|已经|都|也){0,4}退(?:下去|掉)?了")
_ENDS = {
    "missing": _BACK_HOME,
    "water": _EBBED,
    "crime": _ENDED,
    "domestic_violence": _ENDED,
    "child_abuse": _ENDED,
    "another_self_harm": _CALMED,
    "gas": re.compile(f"{_FIXED.pattern}|{_AIRED_OUT.pattern}"),
    "electric": _FIXED,
}
"""Kind of danger → how it ends, besides that all are safe."""
_KIN = r"(?:(?:我|俺|咱)(?:们|家)?|[他她]们?|人|爸爸?|妈妈?|爹|娘|爷爷|奶奶|外[公婆]|姥[姥爷]|老公|老婆|老伴|儿子|女儿|闺女|孩子|娃|老人|[哥姐弟妹]){0,4}"
_IN_HOSPITAL = re.compile(
    rf"{_KIN}(?:现在|已经|都|刚才?|也|就|人){{0,4}}(?:被)?(?:(?:送|拉|抬|转|住|到|进|在)(?:到|进|去|在)?(?:了)?)(?:县|市|省|人民|中)?(?:医院|急诊室?|抢救室|病房|手术室|ICU|icu)(?:里)?(?:了|啦|呢|住着|住下|治疗|抢救|观察|检查)*|"
    r"(?:医生|大夫|医院)(?:那边|里)?(?:说|讲|让|叫|建议|要求|通知)(?:我们?|[他她])?(?:得|要|可以|能|想|先){0,3}(?:转|住院|手术|做手术|留观|观察|出院|拍片|检查|缴费|办)[^，,。]{0,8}|"
    r"(?:要|准备|马上|今天|明天|得|可以){0,2}(?:转院|出院|转诊)(?:了)?"
)
"""The one who was in danger is with doctors."""
_TAKEN = re.compile(
    rf"{_KIN}(?:现在|已经|都|刚才?|也|就|人|让|叫|给){{0,4}}(?:被)?(?:120|救护车|急救车|急救)(?:的人)?(?:给|已经)?(?:拉|接|送|抬|带)(?:走|去医院|到医院|上车)(?:了|啦)?"
)
"""The one who was in danger is with those who help."""
_PICKED_UP = re.compile(
    rf"{_KIN}(?:现在|已经|都|刚才?|也|人|被|给){{0,4}}(?:(?:接|拉|抬|送|带)(?:走|上车|上去|到车上)|上(?:了)?(?:救护)?车)(?:了|啦)"
)
"""The same beside the news that they have come; alone 拉走了 may be said of anybody."""
_PASSED = re.compile(
    r"(?:头|人|我|他|她|现在|也|都|已经|血|伤口|味道?|烟){0,5}(?:(?:不|没(?:有)?)(?:再|怎么)?(?:头?晕|头?疼|头?痛|难受|恶心|想吐|流血|流|冒烟|漏|漏气|有味道?|味道?)|止住)(?:了|啦)"
)
"""A sign that has gone."""
_ALL_SAFE = re.compile(rf"{_THANKS}(?:{_OVER.pattern})+{_THANKS}")
_ALL_OUT = re.compile(rf"{_THANKS}(?:{_OVER.pattern}|{_OUT.pattern}){{1,12}}{_THANKS}")
"""Good news said in one breath (没事了醒了, 好了好了已经醒了)."""
_NUMBER = r"(?:110|119|120|122|12356|95598|急救|火警|救护车|警察|民警|消防(?:车|队|员)?|医生|电话|(?:燃气|煤气|天然气|供电|电力|电梯|维保)公司)"
_CALLED = re.compile(
    rf"(?:我们?|俺|咱|已经?|刚才?|刚刚|都|早就?|也|帮|有人|邻居|家人|同事|朋友|路人|物业|保安|老公|老婆|[爸妈]|{_NUMBER}){{0,12}}"
    rf"(?:打(?:给|了|过了?|通了?|完了?)|报(?:了|过|完|的)?警了?|打的(?=1)|叫了)(?:{_NUMBER}|已经|了|啦|电话){{0,12}}|(?:已经|都|刚|我们?){{0,12}}(?:打|叫|拨)(?:了|过|通了)?{_NUMBER}(?:了|过了|啦)|"
    rf"{_NUMBER}(?:说|已经|都|马上|就|快|要|正){{0,12}}(?:来|到|在路上|出发|赶来|过来|打|叫|通|接通)(?:了|过了|啦|的路上){{0,12}}"
)
_ARRIVED = re.compile(
    r"(?:救护车|[警交]警|警察|警车|民警|消防(?:车|队|员)?|急救|医生|救援(?:队|的)?|120|110|119|他们|人家|(?:燃气|煤气|天然气|供电|电力|电梯|维保|物业)(?:公司|站)?|抢修|师傅)(?:的?(?:人|师傅|工人))?"
    r"(?:已经|都|也|刚|刚刚|终于|现在){0,12}(?:(?:来|到|赶到|过来|到场|来到|进来)(?:现场|场|门口|楼下)?|来?(?:看|检查|查|修|处理)(?:过|完|好)?)(?:了|啦)"
)
_SOMEBODY = re.compile("他们|人家")
_WORKS = re.compile("燃气|煤气|天然气|供电|电力|电梯|维保|物业|抢修|师傅")
"""Those who mend what leaks or is stuck."""
_MENDED = ("gas", "electric", "water")
"""Kinds of danger in which it helps that they have come."""
_ABOUT_NOW = re.compile("刀|打|砍|追|死|又|没|不|[我俺他她爸妈爹娘爷奶孩娃人里]")
_EXPLAINED = re.compile(
    r"(?:原来|其实|就|只)?是.{2,10}|(?:今天)?(?:早上|上午|中午|下午|晚上|刚才)的事(?:了)?"
)
"""What it was after all, or when: beside good news."""
_SETTLED = re.compile(
    r"(?:我们?|[他她]们?|警察|民警|物业|师傅|消防|救护车|已经|都|也|刚|现在|正在|给|把|这|事|就是|是|虚惊一场|误会|总?阀门?|窗户?|门|"
    r"电?闸|煤气|燃气|开|关|拉|通(?:好|过)?风|修好?|处理好?|解决好?|来过?|看(?:过|完)?|检查(?:过|完)?|公司|抢修|回[去来]|搬出来|弄好|好|掉|了|的|啦|谢谢|放心|你们|您|大家)+"
)
"""Words beside good news that bring nothing bad."""
_NOT_CALLED = re.compile(
    r"没(?:打|报|叫|人接|来|到)|进不[来去]|打不(?:通|了|出)|占线|不敢(?:打|报)|不(?:想|要|能)(?:打|报)"
)


def heard(clauses: list[str], kind: str) -> Heard | None:
    """What plain words say of the end of a danger, or of a call for help; None when they say neither.

    Args:
        clauses: the plain clauses of a short message.
        kind: the kind of the danger.

    >>> heard(["火灭了", "没事了"], "fire").value, heard(["救护车来了"], "medical").value, heard(["120打了"], "medical").value
    ('over', 'arrived', 'called')
    >>> heard(["火灭了", "我爸不动了"], "fire") is None, heard(["没事了"], "self_harm") is None
    (True, True)
    """
    if _all_over(clauses, kind):
        return Heard.OVER
    if lies_behind("，".join(clauses), kind):
        return Heard.PAST
    if _helped(clauses, kind):
        return Heard.ARRIVED
    called = any(_says_called(one, kind) for one in clauses)
    return Heard.CALLED if called and not any(_NOT_CALLED.search(one) for one in clauses) else None


def _all_over(clauses: list[str], kind: str) -> bool:
    """Whether some clause says that the danger is over, and no other says more (没事了，嘴歪了 is no end)."""
    others = [one for one in clauses if not _says_over(one, kind)]
    return len(others) < len(clauses) and all(_brings_nothing(one, kind) for one in others)


def _brings_nothing(clause: str, kind: str) -> bool:
    """Whether a clause beside good news brings nothing bad: what was done, a sign that has gone, who is called."""
    plainly = any(one.fullmatch(clause) for one in (BARE, _SETTLED, _PASSED))
    bad = GOES.search(clause) or _ABOUT_NOW.search(clause)
    plainly = plainly or (_EXPLAINED.fullmatch(clause) is not None and not bad)
    there = any(one.fullmatch(clause) for one in (_IN_HOSPITAL, _TAKEN, _SAFE_PLACE))
    there = there or (kind not in BY_PEOPLE and _PICKED_UP.fullmatch(clause) is not None)
    return plainly or there or _says_called(clause, kind)


def _in_hospital(clause: str, kind: str) -> bool:
    taken = _TAKEN.fullmatch(clause) is not None
    return kind not in BY_PEOPLE and (taken or _IN_HOSPITAL.fullmatch(clause) is not None)


def _helped(clauses: list[str], kind: str) -> bool:
    """Whether some clause says that help is there, and no other says more. 他们来了 may mean the attackers."""
    there = [
        one
        for one in clauses
        if (
            _ARRIVED.fullmatch(one)
            and not (kind in BY_PEOPLE and _SOMEBODY.match(one))
            and (kind in _MENDED or not _WORKS.search(one))
        )
        or _in_hospital(one, kind)
    ]
    rest = [one for one in clauses if one not in there]
    return kind != "self_harm" and bool(there) and all(_brings_nothing(one, kind) for one in rest)


def _says_called(clause: str, kind: str) -> bool:
    """Whether a clause says that help was called. 老公打了 may tell of blows."""
    named = kind not in BY_PEOPLE or re.search(rf"警|{_NUMBER}", clause) is not None
    return named and _CALLED.fullmatch(clause) is not None


def _says_over(clause: str, kind: str) -> bool:
    if kind == "self_harm" and not re.search(r"[他她人]|爸|妈|孩子|老人|救|劝", clause):
        return False  # Citizens who speak of their own despair are not believed when they only say "没事".
    ends = _ENDS.get(kind)
    if ends and re.fullmatch(rf"{_THANKS}(?:{ends.pattern}|{_OVER.pattern})+{_THANKS}", clause):
        return True
    return bool(_ALL_SAFE.fullmatch(clause) or (kind not in BY_PEOPLE and _ALL_OUT.fullmatch(clause)))
