"""Reads what a citizen says while a danger is open: advice was given, and nobody has said that the danger is over."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conversations import ended
from conversations.after_alarm import asks, more_company
from conversations.ended import BARE, BY_PEOPLE, GOES
from conversations.muted import cannot_phone
from conversations.past import LASTS, gone
from conversations.sequels import DONE_WITH, Heard, asks_now, from_shares, goes_on
from core import text as texts
from core.simplified import simplified

LONGEST = 24
"""Most characters, besides signs, of a message that counts as about the danger because of its words alone."""


_SIGN = 8
"""Most characters of a message with a sign of how things go (没有呼吸) that is nothing but that sign."""
_QUIET = re.compile(
    r"(?:孩子|小孩|娃|人|[他她]|现在|突然|刚才|已经|那边|里面|屋里|隔壁){0,12}(?:没|不)(?:有|出|了){0,12}(?:声音?|动静|动|哭|吭声)了*(?:啊|呀){0,12}"
)
"""Silence after blows. Alone it looks like a faint."""


_CLAUSES = re.compile(r"[，,。.！!？?；;、\s]+")
_REQUEST = re.compile(
    r"投诉|举报|反映|登记|人工|坐席|客服|工单|建议|取消|请问|想问|咨询|撤销|多少钱|政策|条件|材料|证明|撤(?:回|单|掉|诉|了吧|了算)|追究"
)
_STILL_IN = re.compile(
    r"还(?:在|有|被|困).{0,6}(?:里|上|困|车|屋|楼)|(?:没|不)(?:有|见)?(?:出|跑|逃|下|上)来|出不来|困在|被困|没(?:找|看)(?:到|着|见)"
)
"""Words by which somebody has not got out."""
_NAMED = re.compile(r"[他她都全]|人|爸|妈|爷|奶|孩子|娃|老|救|[没有]事")
"""Who got out, in good news; without it only the one who writes may have."""
_SOMEBODY_ELSE = re.compile(r"[他她]|爸|妈|孩子|老人|救下|劝")
_ONLY_I = re.compile(
    r"(?:(?:现在|已经|刚才|刚刚|也|反正|好了){0,4}[我俺](?![们家爸妈爹娘爷奶哥姐弟妹儿女老孩])[^我俺]{0,6}){1,4}"
)
"""Good news of nobody but the one who writes."""
_ANYBODY = re.compile(r"[他她都全们]|人|爸|妈|爹|娘|爷|奶|孩|娃|老|儿|女|[哥姐弟妹]|火|烟|水")
"""Somebody or something besides the one who writes, in good news."""
_OTHERS = re.compile(
    r"爸|妈|爹|娘|爷|奶|姥|外[公婆]|老[公婆伴人头太]|丈夫|妻子|媳妇|孩子|小孩|娃|儿子|女儿|闺女|[哥姐弟妹]|邻居|同[学事伴]|室友|工友|朋友|师傅|司机|大[爷妈叔]|"
    r"[他她]|别人|有[个]?人|[几两三四五六七八九十\d]个人|人(?:还|都|被|在|出|掉|困|晕|倒|没)"
)
"""Somebody besides the citizen in the words that raised an alarm."""
_IN_WATER = re.compile("落水|溺|淹|水库|[河江湖塘井池沟海]|跳桥|水里")
"""Words of an alarm in which somebody may not breathe any more when they are out."""
_OUT = re.compile(r"(?:捞|拉|救|拖|抱|抬|背|爬|出|上)(?:到|了)?(?:出来|上来|上岸|岸)|上岸|出来")
_WELL = re.compile(
    "没(?:有)?(?:什么|啥|太?大)?(?:事|碍)|医院|平安|安全|醒|脱险|脱离|稳定|缓过|会哭|能说话|误会|误报|救活"
)
"""Words of the state somebody is in, besides being out."""
_BLOCKED = re.compile(
    r"打不(?:通|出去?|了|进)|没打通|(?:没(?:有)?人|不)接|占线|(?:一直|老)忙|没(?:有)?信号|(?:(?<!能)不能|不敢|没法|不方便|(?<!好)不好)(?:说话|出声|打电话|讲话|吭声|打|报警)|"
    r"(?:手机|电话)(?:快|要)?(?:没电|欠费|停机|坏)"
)
_HIDING = re.compile(r"躲|藏(?!族|医|品)|(?:锁|反锁|关)(?:在|着)(?:屋|房|厕所|卫生间|卧室)")
_MANY = r"[\d〇零一二两三四五六七八九十百几半]+"
_DETAIL = re.compile(
    rf"(?:(?:我们?|家里|里面|里头|上面|楼上|车上|这边|那边|对方|一共|总共|大概|大约|差不多|有|是|就|还有?|住|在|第|也就|快|都|又){{0,12}}"
    rf"{_MANY}(?:多|来)?(?:个|名|口|位|条)?(?:大人|孩子|小孩|老人|男的|女的|人|楼|层|栋|幢|单元|室|号|门|岁|分钟|小时|点|天|米)"
    r"(?:多|左右|了|的|吧|钟|半){0,12})+|"
    r"(?:就|是|在){0,12}(?:刚刚|刚才|昨[天晚](?:上|夜里)?|今[天早晚](?:早上|上午|下午|晚上)?|前天|早上|上午|中午|下午|晚上|夜里|半夜)(?:的|了|吧|发生的){0,12}|"
    r"(?:人|我|[他她]|都|也|还|暂时|目前){0,12}(?:没(?:有)?(?:人)?(?:受伤|伤着|伤到|大碍)|清醒|醒着|还醒着)(?:了|的|着){0,12}|"
    r"(?:我们?|人|[他她]们?|就|还|对|都|现在){0,12}在(?!.*(?:[吗么哪谁几多?？]|[能要会可行]不|能(?!看|听)|可以|不$)).{1,8}|"
    r"(?:我们?|已经|把|都|先|刚){0,12}通(?:着|了|好|过){0,12}风(?:了|着){0,12}|(?:我们?|已经|把|都|先|刚){0,12}(?:(?:打?开|关|拉|断)(?:了|掉|上|好)?(?:总)?(?:阀门?|窗户?|门窗?|电闸|闸|煤气|燃气|电源|电|气)|"
    r"(?:总)?(?:阀门?|窗户?|门窗?|电闸|闸|煤气|燃气|电源|电|气)(?:已经|都|也|全){0,12}(?:打?开|关|拉|断)(?:掉|上|好)?)(?:了|啦){0,12}"
)
"""Details that one who helps would ask for: where, how many, since when, hurt or not, what was done."""
_WHAT_NOW = re.compile(
    r"(?:怎么|咋)(?:办|整|弄|搞|做|救|处理|处置|着|样)|咋(?![说讲样会还])|然后呢|(?:做|干|弄)(?:点|些)?(?:什么|啥)|该(?:怎么|咋|干|做)|(?:现在|接下来|下一步|还)(?:要|该|能|得)?(?:干|做|怎么|咋)|(?:什么|啥)办法"
)
"""What to do in general: the steps of the advice answer it."""


_CRY = 12
"""Most characters of a cry."""
_CRIES = re.compile(
    r"出不[去来]|下不[去来]|跑不[了掉]|(?:没|不)(?:有)?呼吸|喘不|动不了|我不动了|叫不醒|救命|救救"
)
_AGAIN = re.compile(
    r"(?:[他她]|我|人|火|孩子|老人|爸|妈|现在){0,12}又(?:昏|晕|倒|不行|没反应|没呼吸|抽|吐|流血|起来|着|烧|冒烟|漏|打|砸|来|跳|闹|发作|疼)"
)


def plain(text: str) -> str:
    """:func:`core.text.plain` in simplified characters, in which this module's words are written."""
    return simplified(texts.plain(text))


def heard(text: str, kind: str, told: str = "", shares: Mapping[str, float] | None = None) -> Heard | None:
    """What a message says about the open danger; None when nothing shows that it is about the danger.

    Plain words of an end count first, then the probabilities; other words only hold back what would end a danger wrongly, and
    say what a few words mean.

    Args:
        text: the message.
        kind: the kind of the open danger.
        told: the words that raised the alarm. When they tell of somebody else, 我没事 ends nothing.
        shares: probabilities of what the message says (:meth:`conversations.danger.Judge.after`). Without them plain words
            alone decide.

    >>> heard("我没事了", "fire", "着火了").value, heard("我没事了", "fire", "着火了，我妈还在里面").value
    ('over', 'about')
    >>> heard("没有呼吸", "medical").value, heard("火灭了，没事了", "fire").value
    ('about', 'over')
    >>> heard("我想投诉物业", "fire"), heard("公积金怎么取", "fire")
    (None, None)
    """
    said, clauses, shares = plain(text), _clauses(text), shares or {}
    if _REQUEST.search(said):
        return None
    by_words = ended.heard(clauses, kind) if len(said) <= LONGEST + len(clauses) else None
    if by_words is Heard.OVER and kind not in BY_PEOPLE and goes_on(shares):
        return Heard.ABOUT
    if by_words in (Heard.OVER, Heard.ARRIVED, Heard.PAST):
        return _believed(by_words, clauses, kind, plain(told))
    if gone(text, kind):
        return Heard.GONE
    if cannot_phone(text):
        return Heard.MUTE
    if _BLOCKED.search(said) and len(said) <= LONGEST:
        return Heard.BLOCKED
    if by_words is Heard.CALLED:
        return by_words
    short, learned = _short(said, clauses), from_shares(shares)
    if short is Heard.HIDING or (short is not None and (len(said) <= _SIGN or not GOES.search(said))):
        return short  # 没有呼吸 is no news of an end, whatever is learned of it.
    if learned in DONE_WITH:
        if kind == "self_harm" and not _SOMEBODY_ELSE.search(said):
            return None  # 没事了 of one's own despair is no end, whoever reads it.
        if learned is Heard.PAST and kind in LASTS and shares["past"] > shares["joke"]:
            return Heard.ABOUT  # 是昨天摔的 says nothing of how they are now.
        # 人带走了 may be said of the victim, and 没气了 is no death yet.
        return Heard.EASED if learned is Heard.GONE else _believed(learned, clauses, kind, plain(told))
    if learned is not None and asks(text):
        # 电话打给哪个 is no news of a call, and a question that may be about something else is not held back.
        sure = asks_now(shares) or learned in (Heard.BLOCKED, Heard.CALLED)
        return Heard.ABOUT if sure else short
    return learned or short


def _clauses(text: str) -> list[str]:
    return [one for one in (plain(part) for part in _CLAUSES.split(text)) if one]


def still_in(text: str) -> bool:
    """Whether a message says that somebody has not got out (我没事，楼下两个老人还没出来)."""
    return _STILL_IN.search(plain(text)) is not None


def _believed(news: Heard, clauses: list[str], kind: str, told: str) -> Heard:
    """What is heard in a message that seems to end a danger.

    Args:
        news: how it seems to end.
        clauses: the plain clauses of the message.
        kind: the kind of the danger.
        told: the plain words that raised the alarm.
    """
    said = "".join(clauses)
    if _STILL_IN.search(said):
        return Heard.EASED
    if kind in BY_PEOPLE or news is not Heard.OVER:
        return news
    others = _OTHERS.search(told) is not None
    if others and not _ANYBODY.search(said) and any(_ONLY_I.fullmatch(one) for one in clauses):
        return Heard.ABOUT
    unnamed = (
        others and _STILL_IN.search(told) and not _NAMED.search(said)
    )  # 好了好了出来了, with the mother inside
    doubtful = kind == "medical" or (kind == "water" and _IN_WATER.search(told) is not None)
    only_out = doubtful and _OUT.search(said) is not None and not _WELL.search(said)
    return Heard.EASED if unnamed or only_out else news


def _short(said: str, clauses: list[str]) -> Heard | None:
    """What a few words say that mean nothing by themselves: a sign, a detail, yes or no."""
    if len(said) > LONGEST + len(clauses):
        return None
    if _HIDING.search(said):
        return Heard.HIDING
    if not said or GOES.search(said):
        return Heard.ABOUT
    return Heard.ABOUT if all(BARE.fullmatch(one) or _DETAIL.fullmatch(one) for one in clauses) else None


def only_details(text: str) -> bool:
    """Whether a message has nothing but details of a danger, so that it can't tell of another one.

    >>> only_details("里面还有两个大人"), only_details("着火了，三楼")
    (True, False)
    """
    clauses = _clauses(text)
    return bool(clauses) and all(_DETAIL.fullmatch(one) or BARE.fullmatch(one) for one in clauses)


def sign(text: str) -> str | None:
    """The word with which a message tells how things go (呼吸, 出不去); None when there is none."""
    found = GOES.search(plain(text))
    return None if found is None else found[0]


def cries(text: str) -> bool:
    """Whether a short message tells that somebody can't get out, or does not breathe; no answer of a form sounds so.

    >>> cries("出不去了"), cries("他没呼吸了"), cries("三楼窗户上")
    (True, True, False)
    """
    said = plain(text)
    return len(said) <= _CRY and _CRIES.search(said) is not None


def again(text: str) -> bool:
    """Whether a message says that a danger that was over has come back.

    >>> again("又昏了"), again("又起来了"), again("又涨价了"), again("又来了两个人排队")
    (True, True, False, False)
    """
    return len(plain(text)) <= _CRY and _AGAIN.match(plain(text)) is not None and not more_company(text)


def asks_what_now(text: str) -> bool:
    """Whether a message asks what to do in the danger, so that the steps of the advice answer it.

    >>> asks_what_now("120打了 然后呢"), asks_what_now("阀门关不上咋办"), asks_what_now("要不要掐人中")
    (True, True, False)
    """
    return _WHAT_NOW.search(plain(text)) is not None


def silence(text: str) -> bool:
    """Whether a message says only that somebody has fallen silent: after blows, that is part of the same danger.

    >>> silence("现在没声音了"), silence("他没有呼吸了")
    (True, False)
    """
    return _QUIET.fullmatch(plain(text)) is not None


def asks_for_more(text: str) -> bool:
    """Whether a message has a word that asks the hotline for something (投诉, 登记, 人工)."""
    return _REQUEST.search(plain(text)) is not None
