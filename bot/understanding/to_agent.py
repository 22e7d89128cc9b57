"""Recognises what citizens say to whoever answers, and not about their matter: calls, thanks, whether anybody is there, the name that was asked for.

An agent's sheet is filled from the words of a citizen, and none of this belongs into it.
"""

from __future__ import annotations

import re

from bot.understanding.assent import assent
from bot.understanding.human_wish import beside_call, may_wish_human
from bot.understanding.name import ANONYMOUS, introduced_name, read_name
from bot.understanding.phone import asked_phone, own_phone
from bot.understanding.remarks import is_laughter
from conversations.waiting import asks_place
from core.phone import find
from core.simplified import simplified
from core.text import plain

_PARTS = re.compile(r"[，,。；;！!？?\n]+|(?<=[\u4e00-\u9fff])\s+|(?<!\s)\s+(?=[\u4e00-\u9fff])")
"""Where words to an agent are cut. A run of spaces is tried from its first only, so time is in proportion to it."""
_GREETS = r"(?:喂+|哎|嗨|你好|您好|早上好|上午好|下午好|晚上好|在|hi|hello)(?:啊|呀|哈){0,2}"
_YOU = r"(?:你们?|您)(?:们)?"
_NOBODY = (
    r"(?:没(?:有)?人?|不)(?:在|人|说话|吭声|吱声|回(?:话|复|我|消息)?|理(?:我|人)?|出声|搭理(?:我|人)?|接)?"
)
_END = r"(?:了|啊|呀|呢|吗|么|吧|嘛|不|没有?|哦|哈|啦){0,4}"
_THERE = (
    rf"(?:{_YOU})?(?:还)?(?:在(?:吗|不|么|不在|线吗|没在)|有人(?:在)?(?:吗|么|没有?|不|吧)|有没有人(?:在)?|人呢|人(?:去|跑)?哪(?:儿|里)?去?了){_END}|"
    rf"(?:{_YOU})(?:这|那|的)?(?:边|里)?(?:人工|客服|坐席|人)?(?:怎么|咋|为什么|为啥|都|也|还|又|就|老|一直)*{_NOBODY}{_END}|"
    rf"(?:人工|客服|坐席)(?:怎么|咋|为什么|为啥|都|也|还|又|就|老|一直)*{_NOBODY}{_END}|"
    rf"(?:怎么|咋|为什么|为啥)(?:又|还|都|老|一直)*不(?:说话|吭声|吱声|出声|回(?:话|复|我|消息)|理(?:我|人)){_END}"
)
"""Whether anybody is there, and why nobody answers."""
_QUEUED = (
    rf"(?:我|怎么|咋|为什么|又|还|在|要|得|现在|到底|是不是|重新|让我|叫我|一直|老是)*(?:排队|排着队)(?:呢|了|吗|啊|到(?:什么|啥)时候|(?:要|得)?(?:多久|多长时间))?{_END}|"
    rf"(?:现在|我|俺|在)*前面(?:还|有|到底)*(?:几个|多少)(?:人|位)?{_END}|"
    rf"(?:我|俺)?(?:排|等)(?:在|到)?第几(?:个|位)?{_END}|(?:还|我|要|得)*(?:排|等)(?:多久|多长时间|几个人){_END}"
)
"""About the place in the queue."""
_WHO = rf"(?:{_YOU})?是(?:不是)?(?:个)?(?:真人|人工|机器人?|活人)(?:客服)?{_END}|(?:终于|总算)(?:有|来)(?:真|活)?人{_END}"
_MACHINE = (
    rf"(?:{_YOU})(?:这|那)?(?:个)?(?:破)?(?:机器人?|智能(?:助手|客服)?|AI|ai)(?:我|俺)?(?:也|都|真|实在|根本|就|太|老是|一直)*"
    r"(?:搞|弄|看|听|玩|用)?(?:不(?:懂|来|会用?|行|好用|管用|明白|了)|没用|笨|傻|烦人|答非所问|听不懂(?:人话)?|说不清(?:楚)?)"
    rf"{_END}|(?:机器人?|智能(?:助手|客服))(?:我|俺)?(?:也|都|真|根本|就)*(?:搞|弄|看|听|说|用)?(?:不懂|不会用?|没用|答非所问){_END}"
)
"""A complaint about the assistant."""
_BEFORE = rf"(?:我|俺)(?:刚才|刚刚|前面|上面|都|已经|早就?|不是)*(?:说|讲|填|写|报)过(?:了|的){_END}|(?:我|俺)?(?:刚才?|刚刚|前面)(?:都|就|不是)*(?:说|讲)(?:了|的){_END}"
_THANKS = r"(?:那|就|真|太|非常|好的?|嗯|行|先)*(?:谢谢|多谢|感谢|辛苦|麻烦|打扰)(?:你们?|您|了|啊|呀|哈|啦|师傅|同志|老师|大姐|小姐姐|一下){0,4}"
_WRITTEN = rf"(?:时间|地址|地方|名字|姓名|电话|号码|内容|这个|那)*(?:改|写|记|填|登记)(?:过来|过去|好|上去?|对|下来|进去)(?:了)?(?:吗|没有?|不){_END}"
"""Whether something was put down (时间改过来没有)."""
_CHOICE = (
    r"(?:都|全|这些?|那些?|上面的?)*(?:不是|不对)(?:的|这个|那个|这些|这样|啊|呀|吧|哦){0,3}|没有?(?:的|了|啊|呀)?|接着(?:说|填)(?:吧|啊)?|"
    r"(?:我)?(?:不等了|不排(?:队)?了)|继续问(?:智能)?助手|(?:就这样|确认|现在|赶紧|快|帮我|给我)*(?:提交|交)(?:吧|了|啊|上去)?|"
    r"先?把(?:这件)?事(?:情)?登记(?:下来|一下|上)|(?:选|要)?第[一二三四五六1-6]个|满意|一般|不满意"
)
"""What is said to the assistant's offers, pressed or typed."""
_IN_WRITING = (
    r"(?:那|我|俺|也|都|又|人|现在|这边|因为)*(?:听不(?:见|到|清)|(?:打|接)不了|不(?:能|会|方便|好)(?:打|接)|没法(?:打|接))(?:声音|话)?(?:电话)?(?:的|了|啊|呀)?|"
    r"(?:我)?只能打字(?:的|了|啊)?|你们?(?:人工)?能打字(?:吗|不|么)?|(?:请|麻烦|只能|还是|最好|给我|用|发|短信|微信|联系|回复|我|就行|就好|吧|哈)*短信(?:联系|回复|通知|告诉|说|给)?(?:我)?(?:就行|就好|吧|哈)?|"
    r"(?:不要|别|不用)(?:再|给我)*(?:打|来)电话(?:了|啊|给我|过来)?"
)
"""How the citizen is to be reached. It stands on the sheet by itself."""
_MEANT = re.compile(
    r"^(?:(?:不是|都不是|不对)[，,。.！!\s]*)?(?:我|俺)(?:是)?(?:的意思是(?:说)?|说的是|(?:想)?问的是|要问的是|是(?:说|问|想问)|指的是)[，,：:\s]*(?=[\u4e00-\u9fff]{3})"
)
"""Words before what is meant (我说的是 …)."""
_TO_US = re.compile(
    rf"(?:{_GREETS}|{_THERE}|{_WHO}|{_MACHINE}|{_BEFORE}|{_THANKS}|{_WRITTEN}|{_CHOICE}|{_IN_WRITING}){{1,3}}"
)
_OF_THE_TALK = re.compile(rf"(?:{_GREETS}|{_THERE}|{_QUEUED}|{_WHO}|{_MACHINE}|{_THANKS}|{_WRITTEN}){{1,3}}")
_ONLY_THANKS = re.compile(
    rf"(?:{_THANKS}|好的?(?:呀|嘞|吧|哒)?|行|再见|拜拜|没(?:事|别的)了|知道了|明白了|收到|嗯{{1,4}}|哦{{1,4}}){{1,3}}"
)
_THANKED = re.compile(rf"(?:{_THANKS})+(?={_YOU}?是(?:真人|人工|机器人?))")
_ASKS_NAME = re.compile(
    r"(?:怎么|如何|咋|怎样)(?:个)?(?:称呼|叫)|贵姓|尊姓|(?:叫|姓)(?:什么|啥)|(?:您|你)?(?:的)?(?:名字|姓名|全名|大名)(?:是|叫)?"
)
_ASKS_PHONE = re.compile(
    r"(?:电话|手机|号码|联系方式)(?:号码?)?(?:是|留|给|报|说|发|多少|几号|方便)|(?:留|给|报|说|发)(?:一?个|一?下|您的?|你的?)*(?:电话|手机|号码|联系方式)"
)
_HUMAN = re.compile("人工|真人|活人|客服|坐席|座席|话务|接线")
_LONGEST = 60
"""Most characters of a message in which single clauses are left out: a longer one is a story, and stays as it was told."""
_LEFT = 4
"""Most characters beside a number that tell nothing."""
_SHORT = 12
"""Most characters of a clause that may be a wish for a human and nothing else."""


def pieces(text: str) -> list[str]:
    """The clauses of a message, cut also at blanks.

    >>> pieces("王芳 13800000000 就是8月停的")
    ['王芳', '13800000000', '就是8月停的']
    """
    return [one for part in _PARTS.split(text) if (one := part.strip(" 、\t"))]


def asks_name(said: str) -> bool:
    """Whether words to a citizen ask for the name.

    >>> asks_name("请问您怎么称呼"), asks_name("您叫什么名字，电话多少"), asks_name("您说的那个小区叫阳光花园")
    (True, True, False)
    """
    return _ASKS_NAME.search(said) is not None


def asks_phone(said: str) -> bool:
    """Whether words to a citizen ask for the telephone number.

    >>> asks_phone("您的电话是多少"), asks_phone("留个联系方式吧"), asks_phone("物业电话打通了吗")
    (True, True, False)
    """
    return _ASKS_PHONE.search(said) is not None


def answered_name(text: str, asked: str) -> str | None:
    """The name in an answer to a question for it, or beside the own number and nothing else; None when there is none.

    Args:
        text: the citizen's message.
        asked: what was said to the citizen before it; "" for nothing.

    >>> answered_name("王芳，谢家集的", "您叫什么名字"), answered_name("王芳 13800000000", ""), answered_name("王芳，谢家集的", "")
    ('王芳', '王芳', None)
    >>> answered_name("龙湖路的灯坏了", "怎么称呼您") is None
    True
    """
    parts = pieces(text)
    alone = [one for one in parts if not find(one)]
    if not asks_name(asked) and (len(alone) == len(parts) or len(alone) != 1):
        return None
    found = (read_name(simplified(one)) for one in alone)
    return next((name for name in found if name and name != ANONYMOUS), None)


def is_of_the_talk(text: str) -> bool:
    """Whether a message is only about the talk itself: the queue, whether anybody is there, thanks.

    >>> [is_of_the_talk(said) for said in ("怎么又排队了?我前面几个", "还有几个人排队啊", "在吗", "医院排队排了一天", "窗口没人")]
    [True, True, True, False, False]
    """
    if asks_place(text):
        return True
    parts = pieces(simplified(text))
    return bool(parts) and all(
        _OF_THE_TALK.fullmatch(plain(one)) or assent(one) is not None or is_laughter(one) for one in parts
    )


def of_matter(text: str, asked: str = "") -> str:
    """What of a message tells of the matter; empty when nothing does.

    Args:
        text: the citizen's message.
        asked: what was said to the citizen before it; "" for nothing.

    >>> of_matter("我想找个真人讲话，你这机器我搞不懂"), of_matter("怎么又排队了?我前面几个"), of_matter("王芳 13800000000")
    ('', '', '')
    >>> of_matter("王芳，灯坏了三天，谢谢", "您怎么称呼"), of_matter("你好，龙湖路的灯坏了，谢谢")
    ('灯坏了三天', '龙湖路的灯坏了')
    >>> of_matter("都不是。我说的是换证能不能上门办"), of_matter("我打不了电话"), of_matter("确认提交")
    ('换证能不能上门办', '', '')
    >>> of_matter("我去窗口，没人，又去了一趟，还是没人")
    '我去窗口，没人，又去了一趟，还是没人'
    """
    if is_of_the_talk(text):
        return ""
    if len(text) > _LONGEST:
        return text
    text = _MEANT.sub("", text)
    name = answered_name(text, asked)
    number = (asked_phone(text) if asks_phone(asked) else None) or own_phone(text)
    parts = pieces(text)
    kept = [one for one in parts if not _for_us(one, name, number)]
    return text if len(kept) == len(parts) else "，".join(kept)


def wants_answer(text: str) -> bool:
    """Whether words to an agent want an answer: thanks, laughter and 好的 want none.

    >>> [wants_answer(said) for said in ("好的，谢谢", "嗯嗯", "人呢", "龙湖路的灯还没亮", "120说十分钟到")]
    [False, False, True, True, True]
    """
    parts = pieces(simplified(text))
    return not parts or not all(is_laughter(one) or _ONLY_THANKS.fullmatch(plain(one)) for one in parts)


def _for_us(clause: str, name: str | None, number: str | None) -> bool:
    """Whether a clause is for whoever answers, or is the citizen's name or number."""
    said = plain(simplified(clause))
    if not said or is_laughter(clause) or _TO_US.fullmatch(said) or not beside_call(clause):
        return True
    thanked = _THANKED.match(said)
    if thanked and _TO_US.fullmatch(said[thanked.end() :]):
        return True
    if name is not None and read_name(simplified(clause)) == name:
        return True
    introduced = introduced_name(clause)
    if introduced and len(said) <= len(introduced.removesuffix("先生/女士")) + _LEFT:
        return True
    if len(said) <= _SHORT and _HUMAN.search(said) and may_wish_human(clause):
        return True
    left = clause
    for one in reversed(find(clause)):
        if one.number == number:
            left = left[: one.start] + left[one.end :]
    return left != clause and len(plain(left)) <= _LEFT
