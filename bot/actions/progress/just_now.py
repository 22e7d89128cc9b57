"""Handles talk about the ticket that was just filed or shown: 登记成功没, 查询码是啥, 催一下, 补充, 改地址, 撤了吧.

Such words name no ticket. They mean the ticket shown last, so the citizen is not asked for its number again.
"""

from __future__ import annotations

import re
from datetime import timedelta

from bot.actions.complaint import answered, attachments, kept, promised
from bot.actions.complaint.leaving import takes_up_again
from bot.actions.progress import codes, correcting, none_filed, own, solved, unsolved
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Choice, Turn
from bot.actions.runtime.wording import HUMAN, PROGRESS, clip
from bot.actions.talk import in_writing, rating
from bot.understanding import ticket_talk
from bot.understanding.clauses import clauses
from bot.understanding.edits import beside_phone
from bot.understanding.name import introduced_name, titled_name
from bot.understanding.phone import asked_phone, own_phone, without_phone
from bot.understanding.ticket import find_number
from bot.understanding.ticket_reader import Heard, Said
from bot.understanding.ticket_talk import announced, asks_whether_filed, says_to_what, told
from conversations.event_kinds import Result
from conversations.of_ticket import Handling, of_ticket
from core.clock import local, now
from core.codes import place
from core.errors import Conflict, RateLimited
from core.phone import find
from core.privacy import mask_phone
from core.simplified import simplified
from core.text import plain
from tickets.service import MAX_NOTE
from tickets.types import CITIZEN, Ticket

SEEN_NUMBER, SEEN_CODE = "seen_number", "seen_code"
"""Slots with number, and a pass instead of the query code, of the ticket that was filed or shown last."""
ASKED_WHAT = "ticket_talk"
"""Value of the slot ``offer`` after the citizen was asked what to do about words about the ticket; ``story`` has them."""
_SHOWN = 40
_FRESH = timedelta(days=1)
"""Age up to which a ticket is spoken of as just filed."""
_ANEW = Choice("新登记一件", "/start_complaint")
_SHORT = 20
"""Most characters of a message that is about a ticket, although none is known here."""
_SURE = 0.8
"""Probability (0 to 1) from which a message is about a ticket, although none is known here or a supplement was asked for."""
_LEAST_ADDED = 5
"""Fewest characters that are added to a ticket where nothing announces them."""
_HARDLY = 0.3
"""Probability (0 to 1) below which what is said is not known well enough to ask about it."""
_WISHES = frozenset({"ask_progress", "urge", "add_to_ticket"})
"""Intents that open the form for a ticket."""
_WRITES = frozenset({Said.URGE, Said.ADD, Said.WITHDRAW, Said.DONE})
"""What is written to the ticket."""
_NEEDS_TICKET = frozenset({Said.FILED, Said.URGE, Said.WAITS})
"""What can only be about a ticket, so that it is asked which."""
_NO_SUPPLEMENT = frozenset({Said.FILED, Said.CODE, Said.URGE, Said.ADD, Said.CHANGE, Said.WITHDRAW})
"""What is no supplement, although one was asked for."""
_OTHERS = frozenset(
    {
        "complain",
        "suggest",
        "praise",
        "start_complaint",
        "ask_policy",
        "ask_with_matter",
        "ask_or_tell",
        "follow_up",
    }
)
"""Intents of a new matter or a question. Then only what is likely about the ticket is taken for that."""
_WHAT = "ticket_change"
"""Value of the slot ``offer`` after the citizen was asked what to change."""
_LONGEST_CORRECTION = 60
"""Most characters of a correction that nothing announces; a longer message tells a matter."""
_CONFIRMS = re.compile(
    r"(?:是的?|对的?|嗯|好的?|要|确认|可以|行){0,3}(?:撤[回了掉销单]?|取消)(?:这张)?(?:工单|单子)?(?:吧|了){0,2}"
)
"""A yes that says once more what was asked (是的，撤回)."""
_ASKS = re.compile(r"[?？吗么]|怎么|咋|如何|几次|多久|能不能|可不可以|有没有|别催|不催|不用催")
"""Words with which 催 is asked about, or called off."""
_NUMBER_ALONE = 24
"""Most characters of a message that hardly says more than a number."""


def first(action: Action) -> Action:
    """Wraps an action: a message about the ticket filed or shown last is handled first; else the action runs."""

    async def run(turn: Turn) -> None:
        if not await answer(turn):
            await action(turn)

    return run


def remember(turn: Turn, ticket: Ticket) -> None:
    """Store a ticket as the one that was filed or shown last."""
    turn.set_all({SEEN_NUMBER: ticket.number, SEEN_CODE: codes.kept(turn, ticket)})


async def answer(turn: Turn, *, asks_number: bool = False) -> bool:
    """Handle a message about the ticket filed or shown last; False when the message is about something else.

    Args:
        asks_number: whether the caller asks for the ticket's number when none is known.
    """
    talks = (solved.answer, unsolved.answer, own.answer, rating.answer, attachments.answer, in_writing.answer)
    for about_other in talks:
        if await about_other(turn):
            return True
    if turn.pressed or find_number(turn.text) or takes_up_again(turn.text) or answered.asked_to_file(turn):
        return False
    if await promised.fetched(turn) is not None:
        return False
    if turn.intent in _WISHES and not turn.requested and not announced(turn.text) and await _several(turn):
        return False  # the form asks which is meant
    known = bool(turn.slot(SEEN_NUMBER)) or await _recall(turn)
    heard = await ticket_talk.heard(turn.text) if known else await ticket_talk.heard(turn.text, _SHORT)
    if heard is None and turn.offered == _WHAT and asked_phone(turn.text, parts().city.hotline_numbers):
        heard = Heard(Said.CHANGE, 1.0, 1.0)  # the bare number after "what shall it be?"
    if not known:
        return await _without_ticket(turn, heard, asks_number)
    if await _corrects(turn):
        heard = Heard(Said.CHANGE, 1.0, 1.0)
    elif (turn.offered or "").startswith(solved.OFFER) and _CONFIRMS.fullmatch(plain(turn.text)):
        heard = Heard(Said.WITHDRAW, 1.0, 1.0)
    elif _only_urges(turn.text):
        heard = Heard(Said.URGE, 1.0, 1.0)
    said = None if heard is None else _meant(turn, heard)
    if said is None or (said is Said.WITHDRAW and await kept.left(turn) is not None):
        return False  # 撤了吧 then means the unfinished complaint, not the ticket
    try:
        ticket = await _ticket(turn)
        if ticket is None:
            return False
        await _do(turn, said, ticket)
    except (RateLimited, Conflict) as error:
        turn.say(error.message, [HUMAN])
    turn.outcome(Result.TICKET, about=str(turn.slot(SEEN_NUMBER)))
    return True


def _only_urges(text: str) -> bool:
    """Whether a message urges a ticket in so many words, and tells nothing beside: 再催一催."""
    handled = of_ticket(text)
    urges = handled is not None and handled.handling is Handling.URGES and not handled.rest
    return urges and "催" in text and _ASKS.search(text) is None


def _meant(turn: Turn, heard: Heard) -> Said | None:
    """What to do about a message. When that is not sure enough, nothing is written: it is asked what is wanted."""
    likely = heard.about >= ticket_talk.ACT or heard.sure >= _HARDLY
    if turn.requested == "supplement" and heard.said not in _NO_SUPPLEMENT:
        return None  # the words are what is to be added
    if turn.requested is not None and heard.sure < _SURE:
        return None
    if not likely or (turn.intent in _OTHERS and heard.about < ticket_talk.ACT):
        return None
    if heard.said is Said.ADD and (turn.intent == "add_to_ticket" or len(turn.text) < _LEAST_ADDED):
        return Said.ADD if announced(turn.text) else None  # 我要补充 only announces something
    if heard.said in _WRITES and heard.sure < ticket_talk.ACT:
        return Said.WAITS
    return heard.said


async def _ticket(turn: Turn) -> Ticket | None:
    """The ticket filed or shown last. One of this conversation needs no code, even while wrong codes lock it."""
    number = str(turn.slot(SEEN_NUMBER))
    filed = await parts().tickets.of_conversation(turn.conversation_id)
    found = next((ticket for ticket in filed if ticket.number == number), None)
    return found or await codes.opened(turn, number, str(turn.slot(SEEN_CODE)))


async def _corrects(turn: Turn) -> bool:
    """Whether a message gives the right value of a line of the ticket that is known here: 是大通，不是田家庵."""
    if turn.requested not in (None, "supplement") or len(turn.text) > _LONGEST_CORRECTION:
        return False
    ticket = await _ticket(turn)
    return ticket is not None and bool(correcting.read(simplified(turn.text), ticket))


async def _recall(turn: Turn) -> bool:
    """Store the newest ticket of this conversation as the one shown last; False when there is none.

    Rasa forgets its slots after two days.
    """
    filed = await parts().tickets.of_conversation(turn.conversation_id, 1)
    if filed:
        remember(turn, filed[0])
    return bool(filed)


async def _several(turn: Turn) -> bool:
    return len(await parts().tickets.of_conversation(turn.conversation_id, 2)) > 1


async def _without_ticket(turn: Turn, heard: Heard | None, asks_number: bool) -> bool:
    """Reply when no ticket is known; False when the message is about something else, or the caller asks for a number."""
    asks = asks_whether_filed(turn.text)
    sure = (
        heard is not None and heard.sure >= _SURE and await kept.left(turn) is None
    )  # else it means the draft
    said = heard.said if heard is not None and sure else None
    withdraws = said is Said.WITHDRAW and not asks_number
    if not asks and not withdraws and (asks_number or said not in _NEEDS_TICKET):
        return False
    return await none_filed.tell(turn, asks_if_filed=asks or withdraws)


async def _do(turn: Turn, said: Said, ticket: Ticket) -> None:
    tickets, number = parts().tickets, ticket.number
    if said is Said.FILED:
        stands = tickets.progress_text(ticket).removeprefix("您好，")
        asked = [e for e in await tickets.events(number) if e.note.startswith(solved.WITHDRAWN)]
        if asked and not ticket.state.is_final:
            stands = f"您 {local(asked[-1].at):%H:%M} 说过想撤回，已经记在工单上，还没有撤。现在是“{ticket.state.label}”。"
        fresh = not ticket.state.is_final and now() - ticket.created_at < _FRESH
        head = f"登记好了，工单号 {number}。\n" if fresh else ""
        turn.say(f"{head}{stands}", [PROGRESS, *_ways(ticket)])
    elif said is Said.CODE:
        own = ticket.conversation_id == turn.conversation_id
        code = (
            f"查询码：{place(number)}"
            if own
            else "查询码就是您查这张工单时发来的那个，为了安全，这里不再重复。"
        )
        turn.say(f"工单号：{number}\n{code}", [PROGRESS, *_ways(ticket)])
    elif said is Said.URGE:
        urged = await tickets.urge(number, key=turn.turn_id or None)
        stands = tickets.progress_text(urged).removeprefix("您好，")
        turn.say(f"已经给工单 {number} 记下催办，办理这件事的工作人员能看到。\n{stands}", [HUMAN])
    elif said is Said.WITHDRAW and turn.offered == f"{solved.OFFER}{number}":
        await solved.withdraw(turn, number)  # 撤回这张工单, typed after it was asked for once
    elif said is Said.WITHDRAW:
        await solved.ask_withdraw(turn, ticket.number)
    elif said is Said.DONE:
        await _note(turn, ticket, f"群众反馈：{turn.text}")
        turn.say(
            f"好的，“{clip(turn.text, _SHOWN)}”已经记到工单 {number} 上，承办的工作人员能看到。",
            [PROGRESS, HUMAN],
        )
    elif said is Said.WAITS:
        _ask_what(turn, ticket)
    elif said is Said.CHANGE and not says_to_what(turn.text) and not find(turn.text):
        turn.say(
            f"工单 {number} 要改成什么？一句话说全就行，比如“地址改成洞山中路 8 号”。", [PROGRESS, HUMAN]
        )
        turn.offer(_WHAT)
    elif said is Said.PHOTO:
        turn.say(f"照片直接在这里发给我，再点“补充到这张工单”，就补到工单 {number} 里了。", [PROGRESS, HUMAN])
    else:
        words = (told(turn.text) or turn.text) if said is Said.ADD else turn.text
        phone = _own_number(turn.text, words)
        if phone is not None:
            await _correct_phone(turn, ticket, phone)
            return
        fixed = (
            {}
            if said is Said.ADD or ticket.state.is_final
            else correcting.read(simplified(turn.text), ticket)
        )
        if fixed:
            turn.say(await correcting.correct(turn, ticket, fixed), [PROGRESS, *_ways(ticket)])
            return
        await _note(turn, ticket, words if said is Said.ADD else f"群众更正：{words}")
        turn.say(
            f"“{clip(words, _SHOWN)}”已经补充到工单 {number}，承办的工作人员能看到。",
            [PROGRESS, *_ways(ticket)],
        )


def _ask_what(turn: Turn, ticket: Ticket) -> None:
    """Tell how the ticket stands, and ask what to do about words such as 没人理 or 来看了没修就走了. They are kept."""
    stands = parts().tickets.progress_text(ticket).removeprefix("您好，")
    if ticket.state.is_final:
        turn.say(f"您说的是这张工单吧？{stands}\n没有解决，可以新登记一件，也可以转人工。", [_ANEW, HUMAN])
    else:
        turn.say(
            f"您说的是这张工单吧？{stands}\n要我把“{clip(turn.text, _SHOWN)}”补充进去，还是催办？是另外一件事，就新登记一件。",
            [Choice("补充进去", "/add_to_ticket"), Choice("催办", "/urge"), _ANEW, HUMAN],
        )
    turn.set("story", turn.text)
    turn.offer(ASKED_WHAT)


_ANOTHERS = re.compile(
    r"(?:对方|物业|房东|老板|经理|商家|店[家主里长]|公司|单位|中介|邻居|[他她]们?|司机|师傅|涉及对象)[^，,。；;]{0,8}(?:电话|手机|号码|联系方式)|"
    r"(?:对方|物业|房东|老板|商家|[他她])[^，,。；;]{0,4}换(?:了)?号"
)
"""A number that is another's (对方电话换成…). The hotline would call the one who is complained of."""
_MINE = re.compile(r"(?:我|俺|本人)(?:自己)?的?(?:电话|手机|号)")


def _own_number(text: str, words: str) -> str | None:
    """The citizen's own number. Where much else is said, a number may be anybody's, and is the citizen's only by its words."""
    if _ANOTHERS.search(text) and not _MINE.search(text):
        return None
    nobodys = parts().city.hotline_numbers
    return own_phone(text, nobodys) or (asked_phone(words, nobodys) if len(words) <= _NUMBER_ALONE else None)


async def _correct_phone(turn: Turn, ticket: Ticket, phone: str) -> None:
    """Put a number into its own, encrypted line. In a note every department would read it, in spite of 保密.

    What else the message says is added as a note, without the number.
    """
    key = turn.turn_id or None
    await parts().tickets.correct_phone(ticket.number, phone, key=key)
    said = clauses(beside_phone(without_phone(turn.text, phone, "，")))
    # no note holds the citizen's name, which every department would read
    rest = "，".join(one for one in said if introduced_name(one) is None and titled_name(one) is None)
    fixed = {} if ticket.state.is_final or not rest else correcting.read_beside(rest, ticket)
    if fixed:
        changed = await correcting.correct(turn, ticket, fixed, f"{key}:beside" if key else None)
        turn.say(
            f"工单 {ticket.number} 的联系电话改成 {mask_phone(phone)} 了。\n{changed}",
            [PROGRESS, *_ways(ticket)],
        )
        return
    more = len(plain(rest)) >= _LEAST_ADDED and not find(rest)
    if more:
        await parts().tickets.note(ticket.number, CITIZEN, rest[:MAX_NOTE], key=key and f"{key}:rest")
    also = f"“{clip(rest, _SHOWN)}”也补充进去了。" if more else "别的都没有动。"
    turn.say(
        f"工单 {ticket.number} 的联系电话改成 {mask_phone(phone)} 了，{also}", [PROGRESS, *_ways(ticket)]
    )


async def _note(turn: Turn, ticket: Ticket, words: str) -> None:
    await parts().tickets.note(ticket.number, CITIZEN, words[:MAX_NOTE], key=turn.turn_id or None)


def _ways(ticket: Ticket) -> list[Choice]:
    if ticket.state.is_final:
        return [HUMAN]
    return [Choice("催办", "/urge"), Choice("补充情况", "/add_to_ticket"), HUMAN]
