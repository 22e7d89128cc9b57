"""Writes what a citizen adds to a ticket, or corrects in it, and says it back.

Who only knows number and code of a ticket that was filed elsewhere may add words. What is written in it is neither changed nor
said then: who has the two numbers need not be its citizen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.actions.complaint.corrections import corrections
from bot.actions.progress import correcting
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, PROGRESS, clip
from bot.understanding.clauses import clauses
from bot.understanding.edits import beside_phone
from bot.understanding.name import ANONYMOUS, introduced_name, read_name, titled_name
from bot.understanding.newly_urgent import facts, makes_urgent
from bot.understanding.phone import asked_phone, own_phone, without_phone
from bot.understanding.unnamed import without_name
from bot.understanding.wishes import Wish, read_wish
from core.phone import find
from core.privacy import mask_name, mask_phone
from core.simplified import simplified
from core.text import plain
from tickets.corrections import Given
from tickets.service import MAX_NOTE
from tickets.types import CITIZEN, SYSTEM, Ticket

SHOWN = 40
"""Most characters of the citizen's words that are said back."""
NAME = "ticket_name"
"""Value of the slot ``offer`` after the citizen was asked for the name to be written into a ticket."""
LEAST = 5
"""Fewest characters that are added to a ticket where nothing announces them."""
_BEFORE = 3
"""Clauses before one in which is read whose name it tells."""
_NUMBER_ALONE = 24
"""Most characters of a message that hardly says more than a number."""
_IN_DANGER = "要是现在还有人受伤，请马上打 120；还冒烟、着火，打 119。"
_TO_BE_JUDGED = (
    "群众补充说有人受伤，或者险情已经出现。同一来源今天已有几张工单这样改成紧急，这张没有自动改，请核实后定级"
)
_ELSEWHERE = "这张工单不是在这里登记的，{}要在登记的那边改，或者转人工，坐席核实后帮您改。"
SAID_ELSEWHERE = "有人凭工单号和查询码反馈，不是在登记的会话里说的："
"""Begins a note of how the matter stands, from whoever knows number and code."""
_FOREIGN_NOTE = "有人凭工单号和查询码要求更正，请先核实："
_ANOTHERS = re.compile(
    r"(?:对方|物业|房东|老板|经理|商家|店[家主里长]|公司|单位|中介|邻居|[他她]们?|司机|师傅|涉及对象)[^，,。；;]{0,8}(?:电话|手机|号码|联系方式)|"
    r"(?:对方|物业|房东|老板|商家|[他她])[^，,。；;]{0,4}换(?:了)?号"
)
"""A number that is another's (对方电话换成…). The hotline would call the one who is complained of."""
_ANOTHERS_NAME = re.compile(
    r"单位|公司|物业|店|厂|学校|医院|银行|小区|对象|对方|老板|[他她它]们?(?:的|叫|名)|孩子|[路街巷村镇]名"
)
"""Whose name it is, if not the citizen's."""
_OF_SOMEBODY = re.compile(
    r"(?:^|[，,。；;\s])(?!(?:[我俺咱]|本人|联系|新|换|改|留|打|这个?(?:电话|手机|号)|现在|正确|应该|备用|另|还|加|补|写|给|再|添|那|就|把|用|手机|电话|号码|请|麻烦|对了|哦|噢|嗯|不是|是))"
    r"[\u4e00-\u9fff]{2,8}?(?:的)?(?:联系)?(?:电话|手机号?|号码|联系方式)|"
    r"(?:你们|您)?(?:打|找|问|联系|通知)(?:一下)?(?:[他她]|店|这家|那家|物业|楼长|老板|房东)|作证|证人"
)
"""A number that belongs to somebody who is named or pointed at (王大海电话…，你们打他)."""
_MINE = re.compile(
    r"(?:我|俺|本人)(?:自己|家|闺女|女儿|儿子|老公|老婆|爱人|媳妇|对象|爸|妈|家里人?)?的?(?:电话|手机|号)"
)


_BEFORE_NUMBER = re.compile(
    r"(?:^|[，,。；;\s])(?:隔壁|楼[上下长]|老[\u4e00-\u9fff]|小[\u4e00-\u9fff]|[\u4e00-\u9fff]{1,3}(?:叔|婶|姨|哥|姐|师傅|经理|老师|主任|书记|总))[^，,。；;\d]{0,4}\d{7}"
)
"""A person right before a number (隔壁老王138…)."""


def filed_here(turn: Turn, ticket: Ticket) -> bool:
    """Whether a ticket was filed in this conversation."""
    return ticket.conversation_id == turn.conversation_id


def ways(ticket: Ticket) -> list[Choice]:
    """The buttons below what is said of a ticket."""
    if ticket.state.is_final:
        return [HUMAN]
    return [Choice("催办", "/urge"), Choice("补充情况", "/add_to_ticket"), HUMAN]


async def note(turn: Turn, ticket: Ticket, words: str, key: str = "") -> None:
    """Write words into a ticket's history, without the clauses in which the citizen says who he is."""
    key = f"{turn.turn_id}:{key}" if key else turn.turn_id
    said = _bare(words)[:MAX_NOTE]
    await parts().tickets.note(ticket.number, CITIZEN, said, key=key if turn.turn_id else None)


def _bare(words: str) -> str:
    """Words for a ticket's history, without the clauses in which the citizen says who he is."""
    return without_name(words, ANONYMOUS) if any(_names(clauses(words))) else words


async def urge(turn: Turn, ticket: Ticket, words: str = "") -> None:
    """Record that the citizen asks to hurry, with what is told besides (今天又摔了一个，能不能快点).

    Args:
        words: what is told besides; "": what the message tells.
    """
    told = words or ("" if turn.pressed else facts(simplified(turn.text)))
    said = _bare(turn.text if told and not words else words)[:MAX_NOTE] if told else ""
    urged = await parts().tickets.urge(ticket.number, said, key=turn.turn_id or None)
    stands = parts().tickets.progress_text(urged).removeprefix("您好，")
    noted = f"，“{clip(said, SHOWN)}”也写进去了" if said else ""
    risen = await raised(turn, ticket, said)
    turn.say(
        f"已经给工单 {ticket.number} 记下催办{noted}，办理这件事的工作人员能看到。{risen}\n{stands}", [HUMAN]
    )


async def raised(turn: Turn, ticket: Ticket, words: str) -> str:
    """Make a ticket urgent whose citizen tells that somebody was hurt, or of a danger that has shown itself; what to say of it.

    Only its own citizen does: who knows number and code need not be.
    """
    if not makes_urgent(simplified(words)) or not filed_here(turn, ticket) or ticket.state.is_final:
        return ""
    key = f"{turn.turn_id}:urgent" if turn.turn_id else None
    if ticket.urgency is None and not await parts().conversations.may_raise(
        turn.conversation_id, ticket.number
    ):
        await parts().tickets.note(ticket.number, SYSTEM, _TO_BE_JUDGED, key=key)
        return f"已经标给工作人员，请他们先核实要不要加急。{_IN_DANGER}"
    risen = await parts().tickets.make_urgent(ticket.number, key)
    return f"{'这张工单改成了紧急。' if risen else ''}{_IN_DANGER}"


async def add(turn: Turn, ticket: Ticket, words: str, *choices: Choice) -> None:
    """Add words to a ticket.

    Args:
        words: the words, without what announces them.
        choices: further buttons.
    """
    if await contact(turn, ticket, words):
        return
    await note(turn, ticket, words)
    risen = await raised(turn, ticket, words)
    turn.say(
        f"“{clip(words, SHOWN)}”已经补充到工单 {ticket.number}，承办的工作人员能看到。{risen}",
        [*choices, PROGRESS, *ways(ticket)],
    )


async def change(turn: Turn, ticket: Ticket) -> None:
    """Correct a ticket by the message; what can't be changed is written into its history for whoever handles it."""
    if await contact(turn, ticket, turn.text):
        return
    here = filed_here(turn, ticket)
    fixed = correcting.read(simplified(turn.text), ticket) if here and not ticket.state.is_final else {}
    if fixed:
        turn.say(await correcting.correct(turn, ticket, fixed), [PROGRESS, *ways(ticket)])
        return
    await note(turn, ticket, f"{'群众更正：' if here else _FOREIGN_NOTE}{turn.text}")
    turn.say(
        f"“{clip(turn.text, SHOWN)}”已经作为更正记到工单 {ticket.number} 上，"
        + ("承办的工作人员能看到。" if here else "工作人员核实以后再改。"),
        [PROGRESS, *ways(ticket)],
    )


async def contact(turn: Turn, ticket: Ticket, words: str) -> bool:
    """Take the citizen's own number or name out of a message into its own, encrypted line; False when it gives neither.

    In a note every department would read it, in spite of 保密. What else the message says is added.

    Args:
        words: the message, without what announces it.
    """
    phone = _own_number(turn.text, words)
    name = _own_name(turn) or introduced_name(simplified(turn.text)) or _renamed(simplified(turn.text))
    if phone is None and name is None:
        return False
    if not filed_here(turn, ticket):
        turn.say(_ELSEWHERE.format("联系电话" if phone else "联系人"), [HUMAN])
        return True
    said = []
    if name:
        await _give(turn, ticket.number, Given(name=name), "name")
        said.append(f"联系人{'改成' if ticket.contact_name else '写上'} {mask_name(name)} ")
    if phone:
        await _give(turn, ticket.number, Given(phone=phone), "")
        said.append(f"联系电话改成 {mask_phone(phone)} ")
    await _beside(turn, ticket, f"工单 {ticket.number} 的{'、'.join(said)}了", _rest(turn.text, phone))
    return True


async def _give(turn: Turn, number: str, given: Given, key: str) -> None:
    key = f"{turn.turn_id}:{key}" if key else turn.turn_id
    await parts().tickets.correct_contact(number, given, key=key if turn.turn_id else None)


async def give(turn: Turn, number: str, slots: Mapping[str, object]) -> str:
    """Give a ticket of this conversation the name and the number that were told in the form; what to say of it.

    The keys of the changes begin with the turn's id, under which they are taken back (:func:`belongs.undo`).
    """
    said = ""
    name, phone = str(slots.get("contact_name") or ""), str(slots.get("contact_phone") or "")
    for what, given in (("称呼", Given(name=name)), ("电话", Given(phone=phone))):
        if (given.name or given.phone) not in ("", ANONYMOUS):
            await _give(turn, number, given, what)
            said += f"{what}也写上了。"
    return said


def _rest(text: str, phone: str | None) -> str:
    """What a message says beside the citizen's own number and name."""
    said = clauses(beside_phone(without_phone(text, phone, "，")) if phone else text)
    names = _names(said)
    return "，".join(
        one for one, name in zip(said, names, strict=True) if name is None and read_wish(one) is None
    )


def _names(said: list[str]) -> list[str | None]:
    """For each clause of a message the name with which the citizen introduces himself in it.

    叫… behind what was just spoken of names that, and not the citizen.
    """
    return [
        introduced_name(one, "".join(f"{before}，" for before in said[max(0, at - _BEFORE) : at]))
        or titled_name(one)
        or _renamed(one)
        for at, one in enumerate(said)
    ]


def _renamed(clause: str) -> str | None:
    """The citizen's own name in words that change it (名字改成…, 联系人写错了，是…); None in others, also about another's name."""
    if _ANOTHERS_NAME.search(clause):
        return None
    told = corrections(clause, {"contact_name": ANONYMOUS}).get("contact_name")
    name = read_name(told) if told else None
    return None if name == ANONYMOUS else name


async def _beside(turn: Turn, ticket: Ticket, said: str, rest: str) -> None:
    """Correct or add what a message says beside the citizen's own number or name, and say all of it.

    Args:
        said: what is said of number or name.
        rest: what else the message says.
    """
    key = turn.turn_id or None
    fixed = {} if ticket.state.is_final or not rest else correcting.read_beside(rest, ticket)
    if fixed:
        changed = await correcting.correct(turn, ticket, fixed, f"{key}:beside" if key else None)
        turn.say(f"{said}。\n{changed}", [PROGRESS, *ways(ticket)])
        return
    more = len(plain(rest)) >= LEAST and not find(rest)
    if more:
        await note(turn, ticket, rest, "rest")
    also = f"“{clip(rest, SHOWN)}”也补充进去了。" if more else "别的都没有动。"
    turn.say(f"{said}，{also}", [PROGRESS, *ways(ticket)])


def _own_number(text: str, words: str) -> str | None:
    """The citizen's own number. Where much else is said, a number may be anybody's, and is the citizen's only by its words."""
    if (
        _ANOTHERS.search(text) or _OF_SOMEBODY.search(text) or _BEFORE_NUMBER.search(text)
    ) and not _MINE.search(text):
        return None
    nobodys = parts().city.hotline_numbers
    return own_phone(text, nobodys) or (asked_phone(words, nobodys) if len(words) <= _NUMBER_ALONE else None)


def _own_name(turn: Turn) -> str | None:
    """The name that a message gives beside nothing but wishes about name and phone; None where it tells more."""
    said = clauses(simplified(turn.text))
    wishes = [read_wish(one) for one in said]
    asked = turn.offered == NAME or Wish.NAMED in wishes
    names = [
        name or (read_name(one) if asked else None)
        for one, name, wish in zip(said, _names(said), wishes, strict=True)
        if wish is None
    ]
    name = names[0] if len(names) == 1 else None
    return None if name == ANONYMOUS else name


async def only_contact(turn: Turn, ticket: Ticket) -> bool:
    """Take a message that says nothing but who the citizen is or which number he has, or wants to; False for any other."""
    phone = _own_number(turn.text, turn.text)
    rest = _rest(turn.text, phone) if phone else ""
    given = (phone or _own_name(turn)) and len(plain(rest)) < LEAST
    return await (contact(turn, ticket, turn.text) if given else _asks_for_name(turn, ticket))


async def _asks_for_name(turn: Turn, ticket: Ticket) -> bool:
    """Ask for the name that a message wants written into the ticket (名字也写上吧); False for any other message."""
    wishes = [read_wish(one) for one in clauses(simplified(turn.text))]
    if not wishes or any(wish is not Wish.NAMED for wish in wishes):
        return False
    if filed_here(turn, ticket):
        turn.say(f"好的，写到工单 {ticket.number} 上。怎么称呼您？", [PROGRESS, HUMAN])
        turn.offer(NAME)
    else:
        turn.say(_ELSEWHERE.format("联系人"), [HUMAN])
    return True
