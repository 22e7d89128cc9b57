"""Handles talk about the ticket that was just filed or shown: 登记成功没, 查询码是啥, 催一下, 补充, 改地址, 撤了吧.

Such words name no ticket. They mean the ticket shown last, so the citizen is not asked for its number again.
"""

from __future__ import annotations

from datetime import timedelta

from bot.actions.complaint import answered, attachments, kept, promised
from bot.actions.complaint.leaving import takes_up_again
from bot.actions.progress import (
    adding,
    belongs,
    codes,
    correcting,
    duplicated,
    none_filed,
    own,
    restoring,
    secret,
    solved,
    unsolved,
    whether_in,
)
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import HUMAN, PROGRESS, clip
from bot.actions.talk import in_writing, rating
from bot.understanding import ticket_talk
from bot.understanding.asking import asks
from bot.understanding.giving_up import lets_be, named_matter
from bot.understanding.phone import asked_phone
from bot.understanding.ticket import beside_number, find_code, find_number
from bot.understanding.ticket_reader import Heard, Said
from bot.understanding.ticket_talk import (
    announced,
    asks_whether_filed,
    only_announces,
    says_to_what,
    told,
    withdraws_filed,
)
from conversations.event_kinds import Result
from core.clock import local, now
from core.codes import place
from core.errors import Conflict, RateLimited
from core.phone import find
from core.simplified import simplified
from tickets.types import Ticket

SEEN_NUMBER, SEEN_CODE = "seen_number", "seen_code"
"""Slots with number, and a pass instead of the query code, of the ticket that was filed or shown last."""
_FRESH = timedelta(days=1)
"""Age up to which a ticket is spoken of as just filed."""
_SHORT = 20
"""Most characters of a message that is about a ticket, although none is known here."""
_SURE = 0.8
"""Probability (0 to 1) from which a message is about a ticket, although none is known here or a supplement was asked for."""
_HARDLY = 0.3
"""Probability (0 to 1) below which what is said is not known well enough to ask about it."""
_WISHES = frozenset({"ask_progress", "urge", "add_to_ticket"})
"""Intents that open the form for a ticket."""
_WRITES = frozenset({Said.URGE, Said.ADD, Said.WITHDRAW, Said.DONE})
"""What is written to the ticket."""
_OF_NAMED = frozenset({Said.URGE, Said.CHANGE, Said.ADD, Said.WITHDRAW, Said.DONE})
"""What is done at once about a ticket that a message names; else it is told how that ticket stands."""
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
    talks = (
        solved.agreed,
        duplicated.answer,
        solved.named,
        whether_in.answer,
        solved.answer,
        restoring.answer,
        unsolved.answer,
        own.answer,
        rating.answer,
        attachments.answer,
        in_writing.answer,
    )
    for about_other in talks:
        if await about_other(turn):
            return True
    if not turn.pressed and find_number(turn.text):
        return await of_named(turn)
    if turn.pressed or takes_up_again(turn.text) or answered.asked_to_file(turn):
        return False
    if await promised.fetched(turn) is not None:
        return False
    if belongs.takes_back(turn):
        await belongs.anew(turn)
        return True
    wishes = turn.intent in _WISHES and not turn.requested and not announced(turn.text)
    if wishes and (only_announces(turn.text) or await _several(turn)):
        return False  # the form asks what is to be added, and which ticket is meant
    known = bool(turn.slot(SEEN_NUMBER)) or await _recall(turn)
    heard = await ticket_talk.heard(turn.text) if known else await ticket_talk.heard(turn.text, _SHORT)
    if heard is None and turn.offered == _WHAT and asked_phone(turn.text, parts().city.hotline_numbers):
        heard = Heard(Said.CHANGE, 1.0, 1.0)  # the bare number after "what shall it be?"
    if not known:
        return await _without_ticket(turn, heard, asks_number)
    if await _corrects(turn):
        heard = Heard(Said.CHANGE, 1.0, 1.0)
    elif turn.requested is None and lets_be(turn.text) and (named_matter(turn.text) or not turn.offered):
        heard = Heard(Said.WITHDRAW, 1.0, 1.0)
    said = None if heard is None else _meant(turn, heard)
    if said is Said.WITHDRAW and not withdraws_filed(turn.text) and await kept.left(turn) is not None:
        return False  # 撤了吧 then means the unfinished complaint, not the ticket
    try:
        ticket = await _ticket(turn)
        if ticket is None:
            return False
        if not await _handled(turn, said, ticket):
            return False
    except (RateLimited, Conflict) as error:
        turn.say(error.message, [HUMAN])
    turn.set(SEEN_NUMBER, turn.slot(SEEN_NUMBER))  # marks the message as one about a ticket (told_before)
    turn.outcome(Result.TICKET, about=str(turn.slot(SEEN_NUMBER)))
    return True


async def of_named(turn: Turn) -> bool:
    """Do what a message says of the ticket that it names itself (HN… 补充：灯还没亮); False when it says nothing to be done.

    The ticket is one of this conversation, or the message tells its query code, too.
    """
    words = beside_number(turn.text)
    number = find_number(turn.text) if words else None
    if number is None:
        return False
    filed = await parts().tickets.of_conversation(turn.conversation_id)
    ticket = next((one for one in filed if one.number == number), None)
    code = None if ticket else find_code(turn.text)
    part = turn.narrowed(words)
    try:
        if ticket is None and code:
            ticket = await codes.opened(turn, number, code)
        if ticket is None or not await _of_words(part, ticket, words):
            return False
    except (RateLimited, Conflict) as error:
        turn.say(error.message, [HUMAN])
    if ticket is not None:
        remember(turn, ticket)
    turn.outcome(Result.TICKET, about=number)
    return True


async def _of_words(turn: Turn, ticket: Ticket, words: str) -> bool:
    if told(words):  # however short: the ticket is named, and so is what is to be done
        await adding.add(turn, ticket, told(words))
        return True
    heard = await ticket_talk.heard(words)
    corrects = adding.filed_here(turn, ticket) and bool(correcting.read(simplified(words), ticket))
    said = Said.CHANGE if corrects else heard.said if heard and heard.about >= ticket_talk.ACT else None
    if said not in _OF_NAMED or (said is Said.WITHDRAW and turn.requested):
        return False
    await _do(turn, said, ticket)
    return True


async def _handled(turn: Turn, said: Said | None, ticket: Ticket) -> bool:
    """Do what is said about the ticket, or add what tells more of its matter; False when it is about something else."""
    if turn.requested is None and (
        await adding.only_contact(turn, ticket) or await secret.answered(turn, ticket)
    ):
        return True
    if said is None:
        return await belongs.answer(turn, ticket)
    if not (_says_little(said, turn.text, ticket) and await belongs.answer(turn, ticket, surely=True)):
        await _do(turn, said, ticket)
    return True


def _says_little(said: Said, text: str, ticket: Ticket) -> bool:
    """Whether nothing can be done about what is said without asking, so that it may as well tell more of the matter."""
    return said is Said.WAITS or (said is Said.CHANGE and _says_not_what(text, ticket))


def _says_not_what(text: str, ticket: Ticket) -> bool:
    """Whether words that want something changed do not say to what."""
    return not (says_to_what(text) or find(text) or correcting.read(simplified(text), ticket))


def _meant(turn: Turn, heard: Heard) -> Said | None:
    """What to do about a message. When that is not sure enough, nothing is written: it is asked what is wanted."""
    likely = heard.about >= ticket_talk.ACT or heard.sure >= _HARDLY
    if turn.requested == "supplement" and heard.said not in _NO_SUPPLEMENT:
        return None  # the words are what is to be added
    if turn.requested is not None and heard.sure < _SURE:
        return None
    if not likely or (turn.intent in _OTHERS and heard.about < ticket_talk.ACT):
        return None
    if heard.said is Said.ADD and (turn.intent == "add_to_ticket" or len(turn.text) < adding.LEAST):
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
    tickets, number, here = parts().tickets, ticket.number, adding.filed_here(turn, ticket)
    if said is Said.FILED:
        stands = tickets.progress_text(ticket).removeprefix("您好，")
        asked = [e for e in await tickets.events(number) if e.note.startswith(solved.WITHDRAWN)]
        if asked and here and not ticket.state.is_final:
            stands = f"您 {local(asked[-1].at):%H:%M} 说过想撤回，已经记在工单上，还没有撤。现在是“{ticket.state.label}”。"
        fresh = not ticket.state.is_final and now() - ticket.created_at < _FRESH
        head = f"登记好了，工单号 {number}。\n" if fresh else ""
        turn.say(f"{head}{stands}", [PROGRESS, *adding.ways(ticket)])
    elif said is Said.CODE:
        code = (
            f"查询码：{place(number)}"
            if here
            else "查询码就是您查这张工单时发来的那个，为了安全，这里不再重复。"
        )
        turn.say(f"工单号：{number}\n{code}", [PROGRESS, *adding.ways(ticket)])
    elif said is Said.URGE:
        await adding.urge(turn, ticket)
    elif said is Said.WITHDRAW and asks(turn.text):
        solved.tell_of_withdrawing(turn, ticket)
    elif said is Said.WITHDRAW and await solved.confirmed(turn, number):
        await solved.withdraw(turn, number)  # 撤回这张工单, typed after it was asked for once
    elif said is Said.WITHDRAW and (not here or not await solved.ask_which(turn)):
        await solved.ask_withdraw(turn, ticket.number)
    elif said is Said.WITHDRAW:
        pass  # it was asked which one
    elif said is Said.DONE:
        await adding.note(turn, ticket, f"{'群众反馈：' if here else adding.SAID_ELSEWHERE}{turn.text}")
        turn.say(
            f"好的，“{clip(turn.text, adding.SHOWN)}”已经记到工单 {number} 上，承办的工作人员能看到。",
            [PROGRESS, HUMAN],
        )
    elif said is Said.WAITS:
        belongs.ask(turn, ticket)
    elif said is Said.CHANGE and _says_not_what(turn.text, ticket):
        turn.say(
            f"工单 {number} 要改成什么？一句话说全就行，比如“地址改成洞山中路 8 号”。", [PROGRESS, HUMAN]
        )
        turn.offer(_WHAT)
    elif said is Said.PHOTO:
        turn.say(f"照片直接在这里发给我，再点“补充到这张工单”，就补到工单 {number} 里了。", [PROGRESS, HUMAN])
    elif said is Said.ADD:
        words = told(turn.text)
        await (adding.add(turn, ticket, words) if words else belongs.add(turn, ticket, turn.text))
    elif said is Said.SAME:
        if not await belongs.add_last(turn, ticket):
            turn.say(
                f"好的，都算在工单 {number} 里。还要补充什么，直接说就行。", [PROGRESS, *adding.ways(ticket)]
            )
    else:
        await adding.change(turn, ticket)
