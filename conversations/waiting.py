"""Messages of a citizen who waits for an agent: leaving the queue, asking how long, or adding details."""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable, Sequence

from conversations import muted
from conversations.types import Button, Job, Mode, QueuePlace, Reply
from core import text as texts
from core.simplified import simplified

BACK_TO_BOT = "/back_to_bot"
"""Payload of the button with which a waiting citizen returns to the assistant."""
BACK_BUTTON = Button("不等了，继续问智能助手", BACK_TO_BOT)
"""The button with this payload."""
LEAVE_MATTER = Button("先把事情登记下来", "/start_complaint")
"""The button with which a waiting citizen leaves the matter for the departments."""
CALL_BACK = Button("留电话，请人回电", '/request_human{"slot":"callback"}')
"""The button with which a waiting citizen asks to be called back."""
_CANCEL = "/cancel"
"""Payload of the button that ends a form."""
ASK_AGENT = "/request_human"
"""Payload of the button that calls an agent: the one button that the assistant does not answer for who waits already."""

Helps = Callable[[str, Job], Awaitable[bool]]
"""Whether the assistant answers what a waiting citizen types (id of the conversation, turn), while the place is kept."""

_ME = r"(?:(?:算了|好吧|行吧|行|得|拉倒)吧?|(?:太慢|太久|等太久|(?:怎么|咋|还是|都){0,12}没(?:有)?人[接理来在管应]?[啊呀吗么呢]*|没有)了?)?(?:那|就|我|俺|我们|咱|还是|先|都|也|这|可|真|实在){0,12}"
_AGENT = r"(?:人工|真人|坐席|客服|话务员|工作人员|接线员|你们|人)"
_HELPER = r"(?:智能助手|智能|机器人?|助手|小助手|你)"
_END = r"(?:了|啦|咯|喽|喔|哈|吧|啊|呀|算了|得了|谢谢){0,12}"
_NOT = r"(?:不想|不用|不要|不必|不打算|不|别|甭|懒得|没空|没时间|没工夫|没功夫|没心思|没耐心)"
_WAITS = r"(?:再|继续|接着|往下|去|劳烦|麻烦){0,12}(?:等(?:待|候)?|候|耗|排(?:队)?|及|转(?:接)?|找|接|要|用|麻烦|劳烦){0,12}"
_LEAVES = re.compile(
    rf"{_ME}{_NOT}{_WAITS}(?:下去)?(?:{_AGENT}|队)?(?:接|来|回|回复)?(?:了|啦|咯|喽)(?:{_END})|"
    rf"{_ME}等不(?:了|及|起|下去)(?:了|啦)|{_ME}(?:等|排)(?:够|烦|累|不动)(?:了|啦)|"
    rf"{_ME}(?:取消|退出|离开|结束|撤销|停止|放弃)(?:掉)?(?:排队|等待|等候|队列|队伍|转?接?{_AGENT}|转接)?{_END}|"
    rf"{_ME}{_NOT}(?:排队?|等(?:待|候)?|转接?)(?:{_AGENT}|队)?(?:吧)?|{_ME}(?:{_AGENT})?(?:算了|拉倒|罢了)(?:吧|不等了?)?|"
    rf"{_ME}(?:返回|回到?|转回?|切回?|换回?|接着|继续)(?:去)?(?:问|找|跟|用)?(?:{_HELPER})(?:那|这)?(?:说|聊|吧|来|好){{0,12}}|"
    rf"{_ME}{_HELPER}来(?:吧|得了)|{_ME}(?:让|由|叫)?{_HELPER}(?:来|给我)?(?:回答|答|说|办)(?:吧|我|就行|好|得){{0,12}}(?:了)?|"
    rf"{_ME}(?:问|找|跟|和)(?:{_HELPER})(?:说|聊|问)?(?:吧|得了|算了|就行|就好|就可以)(?:了)?|{_ME}(?:撤|走|退)了|返回"
)
_GOES = re.compile(
    rf"{_ME}(?:{_NOT}(?:再|继续|接着|往下|去|麻烦){{0,3}}(?:(?:等(?:待|候)?|候|排(?:队)?|转(?:接)?)(?:{_AGENT}|队)?|(?:找|要|接)(?:人工|真人|坐席|客服|话务员|接线员))(?:了|啦|咯|喽)(?!解)|"
    r"(?:取消|退出|放弃)(?:排队|等待)(?:了|吧)?)(?:吧|啊|呀|哈|算了|谢谢){0,2}(?:那就|那|就)?(?=$|[我俺想先帮给查问要把])"
)
"""Leaves the queue at the beginning of a clause, whatever follows."""
_HURRIES = re.compile(r"快|赶紧|赶快|派|来人|接(?:一下|电话|啊|吧)")
"""What is asked of whoever is waited for: who says so does not leave."""
_IMPATIENT = re.compile(
    r"(?=.*(?:慢|久|等|排|烦|累|急|忙|没人|没空|没时间|猴年马月|到啥时候|到什么时候)).{0,10}|"
    r"(?:好吧|行吧|行|算了|罢了|拉倒|得了|谢谢|不好意思|回头再说|改天再说|下次再说|以后再说|再见)(?:吧|了|啊)*"
)
"""What is said beside it (太慢了，不等了), and asks for nothing."""
_NOBODY = re.compile(
    r"(?:怎么|咋|都|也|还是|一直|到底|这都?|喂|你们){0,12}(?:没(?:有)?人(?:在|接|理|来|应|管|回)?|有(?:没有)?人|人(?=呢)|在不在|在(?=吗|么))(?:我|在|啊|呀|吗|么|呢|嘛|吧|[?？]){0,12}"
)
"""Whether anybody is there, asked before one leaves (没人啊？不等了)."""
_PLEADS = re.compile(
    r"快|赶紧|派|来人|接(?:一下|电话|啊|吧)|催(?!收|债|款|缴|费|租|婚)|投诉|举报|几|吗|呢|[?？]"
)
_OF_THE_QUEUE = re.compile(rf"等|排|候|转|{_HELPER}|{_AGENT}")
_CALLS = r"(?:那|我|俺|请|麻烦|帮我|给我|快|就|还是|要|想)*(?:转|找|叫|要|接)(?:一下|个)?(?:人工|坐席|客服|真人)(?:客服|坐席|服务)?(?:吧|啊|呀|了|一下)*"
_HOW_LONG = re.compile(
    r"[?？\s]+|.{0,6}(?:在吗|在不在|有人吗|人呢|有没有人|没人(?=[来接理回应在管吗啊呀呢?？]|$)|还没(?:人|来|接|好|到)|多久|多长时间|前面.{0,4}几(?:个|位|名)?(?:人|号)?(?=[啊呀了在排等呢吗吧，,?？]|$)|第几|排到|"
    r"到我|轮到|催(?!收|债|款|缴|费|租|婚)|快点|还要等|等(?:了)?(?:好久|半天|很久|这么久|多久|\d+)|怎么还|理我|回我|接啊|接一下).{0,10}|"
    + _CALLS
)
_ONLY_CALLS = re.compile(_CALLS)
_LATE = re.compile(
    r"怎么还|又(?:要|得|让|在|排|等)|这么久|好久|半天|很久|没人|人呢|理我|回我|还没|快点|催(?!收|债|款|缴|费|租|婚)"
)
_LEAD = r"(?:那|请问|我们?|俺|你们?|您|现在|大概|大约|一般|估计|到底|究竟|还|要|得|再|需要|会|，|,|\s){0,12}"
_TAIL = r"(?:了|啊|呀|呢|吗|么|吧|的|在|[?？]){0,12}"
_WAIT = rf"{_LEAD}(?:等|排)(?:队|到)?(?:多久|多长时间?|几点|什么时候|啥时候){_TAIL}|{_LEAD}(?:多久|什么时候|啥时候|几点)(?:才|能|可以|会)*(?:到我|轮到我|有人|有坐席|接通?|排到|回我){_TAIL}"
_PLACE = re.compile(
    rf"{_LEAD}(?:排|前面)?(?:在|到|队)?第?几(?:位|个|号|名){_TAIL}|{_LEAD}(?:排队?|排在|排到)第?(?:几|多少){_TAIL}|{_LEAD}第几{_TAIL}|"
    rf"{_LEAD}(?:前面)?{_LEAD}有(?:几|多少)(?:个|位)?人?(?:在|还)?(?:排队|排|等)?{_TAIL}|{_LEAD}都?没(?:有)?(?:人|坐席)(?:吗|么)|{_WAIT}"
)
_HOURS = re.compile(
    rf"{_LEAD}(?:人工|坐席|客服|这里|这边|热线)*(?:几点|什么时候|啥时候|啥时间|什么时间)(?:钟)?(?:上班|下班|上线|在线|休息){_TAIL}|"
    rf"{_LEAD}(?:人工|坐席|客服)*(?:周末|晚上|夜里|节假日)(?:有人|有坐席|上班)(?:没有?|不)?{_TAIL}"
)
_AGAIN = re.compile(
    r"(?:我|俺|你们?|这|那|喂|哎|啊|唉){0,4}(?:怎么|咋|为啥|为什么|凭啥|凭什么)?(?:我|俺|又|还|还在|还得|还要|重新|再|要|得|让|叫|给|把|是|在|从头){1,8}(?:排(?:上|起|到|回)?队?|等(?:着|上)?|转(?:回)?(?:来)?排队|掉回队(?:伍|里))(?:了|啊|呀|呢|吗|么|嘛|去|来|[?？]){0,6}"
)
"""Complains of waiting once more: 怎么又排队了."""
_AHEAD = re.compile(
    rf"{_LEAD}(?:前面|前头)(?:还|大概|总共|一共|现在)?(?:有|是|剩)?(?:几|多少)(?:个|位|名)?(?:人|号)?{_TAIL}"
)
_MOST = 4
"""Most clauses of a message that only asks for the place."""
_LONGEST = 16
"""Most characters of a message that only leaves the queue or asks how long it takes."""


def plain(text: str) -> str:
    """:func:`core.text.plain` in simplified characters, in which this module's words are written."""
    return simplified(texts.plain(text))


def leaves(text: str, chosen: Button | None, *, form: bool = False) -> bool:
    """Whether a message of a waiting citizen asks to leave the queue.

    Args:
        form: whether a form runs meanwhile. Then 算了 and 取消 are said to the form.

    >>> leaves("不排了", None), leaves("人工太慢，不等了", None), leaves("不等了解清楚就催我", None)
    (True, True, False)
    >>> leaves("取消", None), leaves("取消", None, form=True)
    (True, False)
    """
    said = _bare(text)
    if chosen is not None:
        return chosen.payload == BACK_TO_BOT
    if said == _bare(BACK_BUTTON.title):
        return True
    if len(said) > _LONGEST or (form and not _OF_THE_QUEUE.search(said)):
        return False
    clauses = [one for part in _MARKS.split(plain(text)) if (one := _bare(part))]
    rest = [one for one in clauses if not _LEAVES.fullmatch(one)]
    beside = all(
        _NOBODY.fullmatch(one) or (_IMPATIENT.fullmatch(one) and not _PLEADS.search(one)) for one in rest
    )
    return _LEAVES.fullmatch(said) is not None or (len(rest) < len(clauses) and beside)


_BYE = r"(?:再见|再会|回见|拜拜|拜|bye)(?:了|啦|啊|哈|吧|您){0,2}"
_SETTLED = (
    r"(?:事情?|问题|这边|我这边|那事儿?|都|也|已经|全|刚刚?|现在|人家|他们){0,5}"
    r"(?:(?:解决|处理|办|弄|搞|修)(?:好|完|妥|成)?|搞定|办妥|有人(?:处理|解决))(?:了|啦|咯|喽){1,2}|(?:都|全|已经|全都){1,2}好(?:了|啦)|没有?(?:什么|啥|别的|其他|其它)?(?:的)?(?:事情?|问题)(?:了|啦)|(?:现在)?(?:不需要|用不着|不用(?:麻烦(?:你们?|您)?)?)(?:了|啦)"
)
_CIVIL = r"(?:好的?|行|嗯+|哦|那|谢谢?(?:你们?|您|啦|了|啊)?|多谢|感谢|辛苦了?|麻烦(?:你们?|您)了?|不用了|不麻烦(?:你们?|您)?了|打扰了|没别的(?:事)?了|就这样(?:吧)?){1,3}"
_GOODBYE = re.compile(rf"(?:{_CIVIL})?(?:{_SETTLED}|{_BYE})(?:{_CIVIL}|{_BYE}){{0,2}}")
_OF_COURTESY = re.compile(_CIVIL)


def says_goodbye(text: str) -> bool:
    """Whether a waiting citizen only says that the matter is settled, or goodbye. Where somebody may be in danger it is none of this.

    >>> [says_goodbye(said) for said in ("好的再见", "都解决了，拜拜", "办好了", "再见！我还要问社保", "一直没解决", "谢谢")]
    [True, True, True, False, False, False]
    """
    said = [one for part in _MARKS.split(plain(text)) if (one := _bare(part))]
    if not said or sum(map(len, said)) > _LONGEST or text.rstrip().endswith(("?", "？")):
        return False
    ends = [one for one in said if _GOODBYE.fullmatch(one)]
    rest = [one for one in said if not _GOODBYE.fullmatch(one)]
    return bool(ends) and all(_OF_COURTESY.fullmatch(one) for one in rest)


def said_on_leaving(text: str) -> str:
    """What a waiting citizen says behind the words that leave the queue; empty when they do not leave, or say no more.

    >>> said_on_leaving("不等了，那我问下住院押金要不要先交"), said_on_leaving("太慢了，不排了查进度"), said_on_leaving("不等了")
    ('那我问下住院押金要不要先交', '查进度', '')
    >>> [said_on_leaving(said) for said in ("不等了，你们快派人来", "老板不要我了，咋办", "不等了解清楚就催我", "房租不等了结就涨")]
    ['', '', '', '']
    """
    text = simplified(text)
    if leaves(text, None):
        return ""
    for clause in itertools.islice(re.finditer(r"[^，,。.！!、；;~～…\s?？]+", text), _MOST):
        if (found := _GOES.match(clause[0])) is not None:
            rest = text[clause.start() + found.end() :].strip("，,。.！!、；;~～… \t\r\n")
            return "" if _HURRIES.search(rest) else rest
        said = _bare(clause[0])
        if not (_NOBODY.fullmatch(said) or (_IMPATIENT.fullmatch(said) and not _PLEADS.search(said))):
            break
    return ""


def calls_agent(text: str) -> bool:
    """Whether a message calls for an agent, and says nothing else.

    >>> calls_agent("转人工"), calls_agent("那给我找个真人吧"), calls_agent("怎么转人工")
    (True, True, False)
    """
    said = _bare(text)
    return len(said) <= _LONGEST and _ONLY_CALLS.fullmatch(said) is not None


def asks_how_long(text: str) -> bool:
    """Whether a waiting citizen asks how long it takes, or pushes.

    >>> asks_how_long("还要等多久"), asks_how_long("社保卡丢了怎么办"), asks_how_long("楼道没人打扫")
    (True, False, False)
    >>> asks_how_long("怎么又排队了?我前面几个"), asks_how_long("怎么又停水了?我前面几个")
    (True, False)
    >>> asks_how_long("帮我催一下"), asks_how_long("我就问催收去哪告")
    (True, False)
    """
    said = plain(text)
    if not said or asks_place(text) or (len(said) <= _LONGEST and _HOW_LONG.fullmatch(said) is not None):
        return True
    return len(said) <= 2 * _LONGEST and all(map(_pushes, _clauses(text)))


def asks_place(text: str) -> bool:
    """Whether a waiting citizen asks for their place, the time until their turn, or the hours, and nothing else.

    >>> [asks_place(said) for said in ("我排第几", "还有几个人啊", "你们几点下班", "社保局几点下班", "屋里还有几个人没出来")]
    [True, True, True, False, False]
    """
    said = plain(text)
    if len(said) <= _LONGEST and (_PLACE.fullmatch(said) or _HOURS.fullmatch(said) or _AHEAD.fullmatch(said)):
        return True
    parts = _clauses(text)
    return (
        1 < len(parts) <= _MOST
        and len(said) <= 2 * _LONGEST
        and any(_AHEAD.fullmatch(one) or _PLACE.fullmatch(one) for one in parts)
        and all(map(_pushes, parts))
    )


def _pushes(clause: str) -> bool:
    """Whether a clause, in its plain form, complains of waiting or asks for the place in the queue."""
    return any(one.fullmatch(clause) for one in (_AGAIN, _AHEAD, _PLACE, _HOURS))


def _clauses(text: str) -> list[str]:
    return [one for part in _MARKS.split(plain(text)) if (one := _bare(part).strip("?？"))]


def put_in(place: QueuePlace, hours: str) -> Reply:
    """What a citizen is told who comes into the queue. It promises nothing that may not happen.

    Args:
        place: the place in the queue.
        hours: when agents are at the desk; empty when the hotline has not said.
    """
    if place.mode is Mode.HUMAN:
        return Reply("坐席正在为您服务，请稍候。")
    if place.mode is Mode.BOT:
        return Reply(
            "这会儿从您这个网络找人工的人太多，暂时排不进去，请过十分钟再说“转人工”。\n"
            "您也可以先把事情登记下来交给部门，或者留个电话请人回电；有别的要问，接着问我就行。",
            (LEAVE_MATTER, CALL_BACK),
        )
    if place.agents_online:
        return Reply(f"已为您转接人工，{_before(place)}，请稍候。", (BACK_BUTTON,))
    if place.text_only:
        return Reply(
            f"现在没有坐席在线，{_when(hours) or _unsure(place)}已为您排队，{_before(place)}，坐席上线后就在这里打字回您，不用打电话。\n"
            "不想干等，可以先把事情登记下来交给部门，工单上会写明请发短信联系；有别的要问，接着问我就行。",
            ways(place),
        )
    return Reply(
        f"现在没有坐席在线，{_when(hours) or _unsure(place)}已为您排队，{_before(place)}，坐席上线后会按顺序回复您。\n"
        "不想干等，可以先把事情登记下来交给部门，或者留个电话请人回电；有别的要问，接着问我就行。",
        ways(place),
    )


def goes_on(text: str, place: QueuePlace, hours: str, *, told: bool, resume: Sequence[Button] = ()) -> Reply:
    """The reply to a waiting citizen's message that the assistant does not answer.

    Args:
        text: the message.
        place: the place in the queue.
        hours: when agents are at the desk; empty when the hotline has not said.
        told: whether the citizen was told before that messages are kept.
        resume: the button for what is unfinished with the assistant, if anything is.
    """
    said, now = plain(text), "" if place.agents_online else "现在没有坐席在线，"
    if asks_how_long(text):
        late = "让您久等了。" if not told and _LATE.search(said) else ""
        still = f"{late}{now}还在排队，{_before(place)}，您的位置一直留着。"
        if asks_place(text) and _HOURS.fullmatch(said):
            still = f"{_when(hours) or _unsure(place)}{still}"
        elif asks_place(text) and re.fullmatch(_WAIT, said):
            ahead = place.agents_online and place.position > 1
            still += "要等多久看前面的人谈多久，我说不准。" if ahead else "多久能接上，我说不准。"
        return Reply(still, ways(place, resume))
    kept = "记下了，坐席接入后能看到。" if told else "您说的我都记下了，坐席接入后能看到。"
    if muted.cannot_phone(text):
        kept = "好的，都打字说，不用打电话。"
    return Reply(f"{kept}{now}还在排队，{_before(place)}。", ways(place, resume))


def kept_place(place: QueuePlace, resume: Sequence[Button] = ()) -> Reply:
    """The reminder after an answer of the assistant that the citizen's place is kept."""
    nobody = "" if place.agents_online else "；现在没有坐席在线"
    return Reply(f"您的排队位置还留着，{_before(place)}{nobody}。", ways(place, resume))


def ways(place: QueuePlace, resume: Sequence[Button] = ()) -> tuple[Button, ...]:
    """The buttons for who waits: when nobody is on duty, also to leave the matter and to be called back.

    Args:
        resume: the button for what is unfinished with the assistant. It goes on with that matter.
    """
    if place.agents_online:
        return (BACK_BUTTON,)
    call = () if place.text_only else (CALL_BACK,)
    return (*(resume or (LEAVE_MATTER,)), *call, BACK_BUTTON)


def asks_on(offered: Sequence[Button]) -> bool:
    """Whether these buttons stand under a form's question: only there one can cancel."""
    return any(button.payload == _CANCEL for button in offered)


def _before(place: QueuePlace) -> str:
    return f"前面还有 {place.position - 1} 位" if place.position > 1 else "您排在最前面"


def _unsure(place: QueuePlace) -> str:
    """What is said where nobody knows when agents are there; who can't phone is not told to."""
    unsure = "几点有人，我这里没有准信；"
    if place.text_only:
        return f"{unsure}您有话打字留在这里，坐席上线先看到。"
    return f"{unsure}急着找人，也可以打 12345。"


def _when(hours: str) -> str:
    return f"坐席上班时间是{hours}。" if hours else ""


_MARKS = re.compile(r"[，,。.！!、；;~～…\s]+|(?<=[?？])")


def _bare(text: str) -> str:
    return _MARKS.sub("", plain(text))
