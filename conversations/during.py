"""Reads what a citizen says while a danger is open: advice was given, and nobody has said that the danger is over."""

from __future__ import annotations

import re
from enum import StrEnum

from conversations import danger
from conversations.danger import Advice
from conversations.types import Button, Reply
from core.text import plain

LONGEST = 24
"""Most characters, besides signs, of a message that counts as about the danger because of its words alone."""
BY_PEOPLE = ("self_harm", "crime", "domestic_violence", "child_abuse")
"""Kinds of danger in which a citizen may be forced to say that all is well, or may say so out of shame.

With these the citizen stays in the queue, whatever the citizen says.
"""


_QUIET = re.compile(
    r"(?:孩子|小孩|娃|人|[他她]|现在|突然|刚才|已经|那边|里面|屋里|隔壁)*(?:没|不)(?:有|出|了)*(?:声音?|动静|动|哭|吭声)了*(?:啊|呀)*"
)
"""Silence after blows. Alone it looks like a faint."""


class Heard(StrEnum):
    """What a message says about the open danger."""

    OVER = "over"
    """The danger is over."""
    CALLED = "called"
    """Somebody has called for help, or help is on its way."""
    ABOUT = "about"
    """Something else about the danger: how things are, where it is, what to do now, only yes or no."""


_CLAUSES = re.compile(r"[，,。.！!？?；;、\s]+")
_REQUEST = re.compile(
    r"投诉|举报|反映|登记|人工|坐席|客服|工单|建议|取消|请问|想问|咨询|撤销|多少钱|政策|条件|材料|证明"
)
_WHO = r"(?:现在|已经|刚才|刚刚|终于|我们?|俺们?|咱们?|[他她它]们?|大家|人|孩子|娃|老人|老头|爸爸?|妈妈?|都|也|全|被)*"
_SAFE = (
    r"(?:没(?:有)?(?:什么|啥)?(?:大)?(?:事|危险)|平安|安全|脱险|得救|获救|虚惊一场|是?误会|是?误报|救(?:出来|下来|上来)|"
    r"劝(?:住|下来))(?:了|啦|儿)*"
)
_OVER = re.compile(rf"{_WHO}{_SAFE}(?:了|啦)?")
_OUT = re.compile(
    rf"{_WHO}(?:跑|逃|撤|走|爬)?(?:出来|下楼|上岸)(?:了|啦)|(?:明?火|火势)?(?:已经|都|被)*(?:扑|熄)?灭(?:掉)?(?:了|啦)|"
    rf"(?:火|火势)(?:已经|被)*(?:控制住|灭掉|扑灭)(?:了|啦)|{_WHO}(?:醒(?:过来|来)?|找(?:到|着|回来))(?:了|啦)"
)
_THANKS = r"(?:好了|好的|好|嗯|恩|哦|噢|哎|谢谢|多谢|感谢)*"
_ALL_SAFE = re.compile(rf"{_THANKS}(?:{_OVER.pattern})+{_THANKS}")
_ALL_OUT = re.compile(rf"{_THANKS}(?:{_OVER.pattern}|{_OUT.pattern})+{_THANKS}")
"""Good news said in one breath (没事了醒了, 好了好了已经醒了)."""
_NUMBER = r"(?:110|119|120|122|12356|95598|急救|火警|救护车|警察|民警|消防(?:车|队|员)?|医生|电话)"
_CALLED = re.compile(
    rf"(?:我们?|俺|咱|已经|刚才?|刚刚|都|早就?|也|邻居|家人|{_NUMBER})*(?:打(?:了|过了?|通了?|完了?)|报(?:了|过)?警了?|叫了)"
    rf"(?:{_NUMBER}|了|啦|电话)*|(?:已经|都|刚|我们?)*(?:打|叫|拨)(?:了|过|通了)?{_NUMBER}(?:了|过了|啦)|"
    rf"{_NUMBER}(?:说|已经|都|马上|就|快|要|正)*(?:来|到|在路上|出发|赶来|过来|打|叫|通|接通)(?:了|过了|啦|的路上)*"
)
_NOT_CALLED = re.compile(
    r"没(?:打|报|叫|人接|来|到)|打不(?:通|了|出)|占线|不敢(?:打|报)|不(?:想|要|能)(?:打|报)"
)
_BARE = re.compile(
    r"(?:是|对|嗯|恩|哦|有|没有?|不|不是|好|好的|行|在|喂|你好|您好|知道了|谢谢|多谢|谢了|感谢|再见|拜拜|算了|不知道|不会|"
    r"的|了|啊|呀|吧|呢|您|你|们){1,5}|"
    r"(?:那|我|现在|接下来|然后|该|到底|要|应该|呢|了|啊|呀)*(?:怎么办|咋办|咋整|咋弄|怎么弄|怎么做|怎么救|做什么|干什么|干啥|然后呢)"
    r"(?:啊|呀|呢|才好|好)*|(?:我们?|人|就|还|对|都)*在(?:家|屋|房|里|外|楼|车|路|厨房|卧室|这|那|电梯|门).{0,4}|"
    r"快(?:点|来|些|一点)*(?:啊|呀|吧)*|急(?:死|啊|呀)*(?:我了|了)?"
)
_GOES = re.compile(
    r"呼吸|反应|反應|叫不(?:醒|应)|(?:没|不|还没|醒不)(?:过)?(?:醒|来气)|动不了|不动了|流血|好多血|心跳|抽搐|呕吐|吐血|吐白沫|"
    r"疼|(?<!头)痛|晕|昏|冒烟|浓烟|(?<!油)烟(?![花草酒])|火(?![车化])|出不[去来]|下不[去来]|跑不|逃|困(?!难)|锁(?:着|住|在|了)|"
    r"卡(?:住|在)|砸门|砍|踹|踢门|刀|打我|打人|追|躲|害怕|好怕|有点怕|怕(?:死|他|她)|(?<!抢)救(?![助济护])|"
    r"(?:坐|乘|走|用)(?:电梯|楼梯)|没有?水|水(?:上来|涨|漫)|(?:[他她]|对方|那人)(?:们)?(?:还|又|就|要|正|也)*(?:在|来了|进来|回来)|"
    r"难受|关不[上掉了]|爆炸|没人帮|撑不|没意思|跳|伤口|掐|勒|没声音|没动静"
)


def heard(text: str, kind: str) -> Heard | None:
    """What a message says about the open danger; None when its words alone don't show that it is about the danger.

    Args:
        text: the message.
        kind: the kind of the open danger.

    >>> heard("没有呼吸", "medical").value, heard("火灭了，没事了", "fire").value, heard("120打了 然后呢", "medical").value
    ('about', 'over', 'called')
    >>> heard("我想投诉物业", "fire"), heard("公积金怎么取", "fire")
    (None, None)
    """
    said = plain(text)
    clauses = [one for one in (plain(part) for part in _CLAUSES.split(text)) if one]
    if len(said) > LONGEST + len(clauses) or _REQUEST.search(said):
        return None
    if _is_over(clauses, kind):
        return Heard.OVER
    if any(_CALLED.fullmatch(one) for one in clauses) and not _NOT_CALLED.search(said):
        return Heard.CALLED
    if not said or _NOT_CALLED.search(said) or _GOES.search(said):
        return Heard.ABOUT
    return Heard.ABOUT if all(_BARE.fullmatch(one) for one in clauses) else None


def silence(text: str) -> bool:
    """Whether a message says only that somebody has fallen silent: after blows, that is part of the same danger.

    >>> silence("现在没声音了"), silence("他没有呼吸了")
    (True, False)
    """
    return _QUIET.fullmatch(plain(text)) is not None


def asks_for_more(text: str) -> bool:
    """Whether a message has a word that asks the hotline for something (投诉, 登记, 人工)."""
    return _REQUEST.search(plain(text)) is not None


def _is_over(clauses: list[str], kind: str) -> bool:
    own_despair = kind == "self_harm"
    for one in clauses:
        if own_despair and not re.search(r"[他她人]|爸|妈|孩子|老人|救|劝", one):
            continue  # Citizens who speak of their own despair are not believed when they only say "没事".
        if _ALL_SAFE.fullmatch(one) or (kind not in BY_PEOPLE and _ALL_OUT.fullmatch(one)):
            rest = [other for other in clauses if other != one and _GOES.search(other)]
            return all(_ALL_OUT.fullmatch(other) for other in rest)
    return False


def step(advice: Advice, *, called: bool) -> Reply:
    """The next step for a person whose danger is open: the advice's own text, with its numbers.

    Args:
        advice: the advice that was given.
        called: whether the citizen has called for help. Then the reply does not ask to call.
    """
    if "12356" in {number.number for number in advice.numbers} and advice.label.startswith("有轻生"):
        numbers = "、".join(f"{n.number}（{n.name}）" for n in advice.numbers)
        text = f"我在，您慢慢说，我听着。什么时候都可以打 {numbers}，电话那头有人。"
    elif called:
        text = f"好，记下了。等人来的时候，听电话里的安排。\n{advice.advice}"
    else:
        text = f"您说的我记下了。{advice.lead}\n{advice.advice}"
    return Reply(text, _ways(advice), advice.card())


def ended() -> Reply:
    """The reply to a person who says that the danger is over."""
    return Reply(
        "太好了，人没事就好。要把这件事登记下来请部门处理，点下面就行；还有别的要问、要反映的，直接说。"
        "情况要是又变了，请马上再打电话。",
        (danger.FILE_IT,),
    )


def misread(text: str) -> Reply:
    """The reply to a person who said that it is not urgent, and whose earlier words ``text`` were not understood."""
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return Reply(f"好的，没有危险就好。您刚才说的“{shown}”，要登记下来请部门处理吗？", (danger.FILE_IT,))


def only_a_cry(text: str) -> bool:
    """Whether a message has only signs and cries for help, so that it does not say what is wrong.

    >>> only_a_cry("🔥🔥🔥救命🆘"), only_a_cry("我家着火了")
    (True, False)
    """
    return not re.search(
        r"\w", re.sub(r"救命|救我|来人|快来|快点|求救|sos|help|啊|呀|了|!|！", "", text.lower())
    )


def _ways(advice: Advice) -> tuple[Button, ...]:
    despair = "12356" in {number.number for number in advice.numbers}
    return (danger.FILE_IT,) if despair else (danger.FILE_IT, danger.NOT_URGENT)
