"""Messages of a citizen who waits for an agent: leaving the queue, asking how long, or adding details."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from conversations.types import Button, Job
from core.text import plain

BACK_TO_BOT = "/back_to_bot"
"""Payload of the button with which a waiting citizen returns to the assistant."""
BACK_BUTTON = Button("不等了，继续问智能助手", BACK_TO_BOT)
"""The button with this payload."""

Helps = Callable[[Job], Awaitable[bool]]
"""Whether the assistant answers what a waiting citizen says, while the place in the queue is kept."""

_ME = r"(?:那|就|我|俺|我们|还是|先|都)*"
_AGENT = r"(?:人工|真人|坐席|客服|话务员|工作人员|人)"
_LEAVES = re.compile(
    rf"(?:算了|好吧|行吧)?{_ME}(?:不想|不用|不要|不|别|没空|等不)(?:再|继续|接着)?"
    rf"(?:等|排|排队|等待|及|转|转接|找|接|要|用)?(?:{_AGENT}|队)?(?:了|啦|咯|喽)(?:吧|啊|呀)?(?:算了|谢谢)?|"
    rf"{_ME}(?:取消|退出|离开|结束|撤销|停止)(?:掉)?(?:排队|等待|队列|队伍|转?接?{_AGENT}|转接)?(?:了|吧)?|"
    rf"{_ME}(?:别|不用|不要|不)(?:排队?|等|转接?)(?:{_AGENT}|队)?(?:吧)?|算了(?:吧|不等了?)?|"
    rf"{_ME}(?:返回|回到?|转回?|切回?|换回?|接着|继续)(?:去)?(?:问|找|跟|用)?(?:智能|机器)?(?:助手|机器人|你)(?:说|聊|吧|来)*|"
    rf"{_ME}(?:问|找)(?:你|机器人|智能助手)(?:吧|得了|算了)|{_ME}(?:你|机器人|智能助手)(?:来)?(?:回答|答|说)(?:吧|我)*|返回"
)
_HOW_LONG = re.compile(
    r"[?？\s]+|.{0,6}(?:在吗|在不在|有人吗|人呢|有没有人|没人|还没(?:人|来|接|好|到)|多久|多长时间|前面.{0,4}几|第几|排到|"
    r"到我|轮到|催|快点|还要等|等(?:了)?(?:好久|半天|很久|这么久|多久|\d+)|怎么还|理我|回我|接啊|接一下).{0,10}"
)
_LEAD = r"(?:那|请问|我们?|俺|你们?|您|现在|大概|大约|一般|估计|到底|究竟|还|要|得|再|需要|会|，|,|\s)*"
_TAIL = r"(?:了|啊|呀|呢|吗|么|吧|的|在|[?？])*"
_WAIT = rf"{_LEAD}(?:等|排)(?:队|到)?(?:多久|多长时间?|几点|什么时候|啥时候){_TAIL}|{_LEAD}(?:多久|什么时候|啥时候|几点)(?:才|能|可以|会)*(?:到我|轮到我|有人|有坐席|接通?|排到|回我){_TAIL}"
_PLACE = re.compile(
    rf"{_LEAD}(?:排|前面)?(?:在|到|队)?第?几(?:位|个|号|名){_TAIL}|{_LEAD}(?:排队?|排在|排到)第?(?:几|多少){_TAIL}|{_LEAD}第几{_TAIL}|"
    rf"{_LEAD}(?:前面)?{_LEAD}有(?:几|多少)(?:个|位)?人?(?:在|还)?(?:排队|排|等)?{_TAIL}|{_LEAD}都?没(?:有)?(?:人|坐席)(?:吗|么)|{_WAIT}"
)
_HOURS = re.compile(
    rf"{_LEAD}(?:人工|坐席|客服|这里|这边|热线)*(?:几点|什么时候|啥时候|啥时间|什么时间)(?:钟)?(?:上班|下班|上线|在线|休息){_TAIL}|"
    rf"{_LEAD}(?:人工|坐席|客服)*(?:周末|晚上|夜里|节假日)(?:有人|有坐席|上班)(?:没有?|不)?{_TAIL}"
)
_LONGEST = 16
"""Most characters of a message that only leaves the queue or asks how long it takes."""


def leaves(text: str, chosen: Button | None) -> bool:
    """Whether a message of a waiting citizen asks to leave the queue.

    >>> leaves("不排了", None), leaves("算了，不等了", None), leaves("不等了解清楚就催我", None)
    (True, True, False)
    """
    said = _bare(text)
    if chosen is not None:
        return chosen.payload == BACK_TO_BOT
    return said == _bare(BACK_BUTTON.title) or (len(said) <= _LONGEST and _LEAVES.fullmatch(said) is not None)


def asks_how_long(text: str) -> bool:
    """Whether a waiting citizen asks how long it takes, or pushes.

    >>> asks_how_long("还要等多久"), asks_how_long("社保卡丢了怎么办")
    (True, False)
    """
    said = plain(text)
    return not said or asks_place(text) or (len(said) <= _LONGEST and _HOW_LONG.fullmatch(said) is not None)


def asks_place(text: str) -> bool:
    """Whether a waiting citizen asks for their place, the time until their turn, or the hours, and nothing else.

    >>> [asks_place(said) for said in ("我排第几", "还有几个人啊", "你们几点下班", "社保局几点下班", "屋里还有几个人没出来")]
    [True, True, True, False, False]
    """
    said = plain(text)
    return len(said) <= _LONGEST and any(one.fullmatch(said) for one in (_PLACE, _HOURS))


def acknowledged(text: str, told: bool) -> str:
    """The reply to a waiting citizen's message; the place in the queue follows it.

    Args:
        text: the message.
        told: whether the citizen was told before that messages are kept.
    """
    said = plain(text)
    if asks_place(text) and _HOURS.fullmatch(said):
        return "坐席几点上下班，我这里没有准信，不敢乱说。您的位置一直留着。"
    if asks_place(text) and re.fullmatch(_WAIT, said):
        return "还在排队，您的位置一直留着。要等多久看前面的人谈多久，我说不准。"
    if asks_how_long(text):
        return "还在排队，您的位置一直留着。"
    if told:
        return "这一句也记下了。"
    return "您说的我都记下了，坐席接入后能看到。"


def _bare(text: str) -> str:
    return re.sub(r"[，,。.！!、~～…\s]", "", plain(text))
