"""修好了谢谢: never a new complaint. It is noted on the open ticket, and taking the ticket or the draft back is offered."""

from __future__ import annotations

import re

from bot.actions.complaint import kept
from bot.actions.complaint.unfinished import DROP, in_one_line
from bot.actions.progress import callback, withdraw_wish
from bot.actions.progress.adding import filed_here
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS, RESUME, choice, clip
from bot.understanding.assent import assent
from bot.understanding.requests import subject_words
from bot.understanding.solved import is_solved
from bot.understanding.ticket import beside_number, find_number
from bot.understanding.ticket_talk import withdraws_filed
from conversations.event_kinds import Result
from core.errors import Conflict
from core.masking import hide
from core.text import plain
from tickets.lifecycle import may_be_withdrawn
from tickets.needs import MAX_REASON
from tickets.progress import no_withdrawal
from tickets.service import MAX_NOTE
from tickets.types import CITIZEN, Ticket

OFFER = "withdraw:"
"""Begins the slot ``offer`` after the citizen was asked whether to withdraw a ticket; its number follows."""
WHICH = "withdraw"
"""What a button tells that names one of several open tickets to be withdrawn."""
WITHDRAWN = "群众要求撤回："
"""Begins the note of a ticket that the citizen wants to withdraw."""
_WITHDRAW = Choice("撤回这张工单", "/affirm")
_SOLVED = "群众反馈：已经解决。原话："
_SHOWN = 30
_MOST = 10
"""Most tickets that are listed, newest first."""
_LONGEST_CHOICE = 40
"""Most characters of words that only say which ticket is meant."""
_YES = re.compile(
    r"(?:是的?|对的?|嗯+|好的?|行|可以|确定|确认|要|没错|就|那|我|给我|帮我|请){0,6}(?:撤[回销了掉]?|取消|不办)(?:掉|了)?(?:这一?[张个件])?(?:工单|单子|投诉)?(?:了|吧|啊|呀|谢谢){0,3}"
)
_FIGURES = 5
_ORDER = "一二三四五12345末后"
"""Figures of 第二张, twice, and behind them what means the last one."""
_LAST = 2 * _FIGURES
_NTH = re.compile(
    r"(?:就|撤|撤回|要|是|我|选|那){0,4}(?:第|最)?(?P<nth>[一二三四五12345末后])一?(?:[个张件条]|张?工单)?(?:吧|的|那[个张件])?"
)
_TAKES = re.compile("撤|不要了|这[个张件]|那[个张件]|就是它?|取消")
_LEAST = 2
"""Characters in a row that tell of which ticket is spoken (路灯)."""


async def answer(turn: Turn) -> bool:
    """Handle, outside the complaint form, that a matter has come right; False for any other message."""
    if turn.pressed or not is_solved(turn.text):
        return False
    draft = await kept.left(turn)
    own = await parts().tickets.of_conversation(turn.conversation_id)
    live = [ticket for ticket in own if not ticket.state.is_final]
    if draft is not None:
        turn.say(
            f"那就好！“{in_one_line(draft)}”那件还没提交，不用登记了就点“不要了”。",
            [choice("不要了", "cancel", slot="draft", value=DROP), RESUME, HUMAN],
        )
        turn.outcome(Result.TALK, about="solved")
    elif live and await callback.solved(turn, meant(turn.text, live)):
        turn.outcome(Result.TICKET, about="solved")
    elif live:
        await _on_ticket(turn, meant(turn.text, live))
    elif turn.slot("seen_number"):
        return False  # said of a ticket of another conversation, shown with its number and code
    else:
        turn.say("那就好！以后有事，随时在这里说。", [COMPLAIN, PROGRESS])
        turn.outcome(Result.TALK, about="solved")
    turn.set("misses", 0)
    return True


async def ask_which(turn: Turn) -> bool:
    """Ask which of several open tickets of this conversation is to be withdrawn; False when the message names one, or one alone is open."""
    own = await parts().tickets.of_conversation(turn.conversation_id)
    live = [ticket for ticket in own if not ticket.state.is_final]
    words = subject_words(turn.text)
    named = [ticket for ticket in live if any(word in ticket.summary for word in words)]
    if len(live) < 2 or find_number(turn.text) or len(named) == 1:
        return False
    listed = "\n".join(f"{t.number}（{t.state.label}）{clip(hide(t.summary), _SHOWN)}" for t in live[:_MOST])
    turn.say(
        f"您在这里有 {len(live)} 张工单还在办，要撤回哪一张？\n{listed}",
        [
            *(choice(t.number, "affirm", slot=WHICH, value=t.number) for t in live[:_MOST]),
            Choice("都不撤", "/deny"),
            HUMAN,
        ],
    )
    turn.offer(OFFER)
    turn.outcome(Result.TICKET)
    return True


async def answer_which(turn: Turn) -> None:
    """Handle the button below :func:`ask_which`; a mere yes is asked again. Only tickets of this conversation count."""
    number = turn.entities.get("value", "") if turn.entities.get("slot") == WHICH else ""
    own = await parts().tickets.of_conversation(turn.conversation_id)
    live = [ticket for ticket in own if not ticket.state.is_final]
    if any(ticket.number == number for ticket in live):
        await ask_withdraw(turn, number)
    elif not await ask_which(turn):
        turn.say("没有别的工单要撤了。还有什么可以帮您？", [PROGRESS, HUMAN])


async def named(turn: Turn) -> bool:
    """Take words that say which ticket was meant, right after :func:`ask_which`: its number, 第二张, 路灯那个; False for others."""
    if turn.pressed or turn.offered != OFFER or len(plain(turn.text)) > _LONGEST_CHOICE:
        return False
    own = await parts().tickets.of_conversation(turn.conversation_id)
    live = [ticket for ticket in own if not ticket.state.is_final][:_MOST]
    number = find_number(turn.text)
    if number is not None:
        meant_ones = [ticket for ticket in live if ticket.number == number]
        more = beside_number(turn.text)
        if more and not withdraws_filed(more) and not _TAKES.search(more):
            return False  # HN… 补充：… says what else is to be done
    elif (nth := _NTH.fullmatch(plain(turn.text))) is not None:
        at = _ORDER.index(nth["nth"]) if nth["nth"] in _ORDER else -1
        at = len(live) - 1 if at >= _LAST else at % _FIGURES
        meant_ones = live[at : at + 1]
    else:
        words = subject_words(turn.text)
        meant_ones = [ticket for ticket in live if any(word in ticket.summary for word in words)]
    if len(meant_ones) != 1:
        return False
    await ask_withdraw(turn, meant_ones[0].number)
    return True


async def ask_withdraw(turn: Turn, number: str) -> None:
    """Note that the citizen wants to withdraw the ticket, and ask once more: what was misheard must not end it."""
    ticket = await parts().tickets.get(number)
    if not filed_here(turn, ticket):
        await withdraw_wish.note(turn, ticket)
        return
    if not may_be_withdrawn(ticket.state):
        _say_too_late(turn, ticket)
        return
    wish = f"{WITHDRAWN}{'按钮选的这一张' if turn.pressed else turn.text}"[:MAX_NOTE]
    await parts().tickets.note(number, CITIZEN, wish, key=turn.turn_id or None)
    turn.say(
        f"记下了：您想撤回工单 {number}。撤回以后就不再办理，确定的话点“撤回这张工单”；改主意了不用管它。",
        [_WITHDRAW, Choice("不用撤", "/deny"), HUMAN],
    )
    turn.offer(f"{OFFER}{number}")
    turn.outcome(Result.TICKET, about=number)


def _say_too_late(turn: Turn, ticket: Ticket) -> None:
    turn.say(no_withdrawal(ticket), [PROGRESS, HUMAN])
    turn.outcome(Result.TICKET, about=ticket.number)


async def agreed(turn: Turn) -> bool:
    """Withdraw the ticket after a yes in words that also say what for (是的 撤回); False for any other message."""
    number = (turn.offered or "").removeprefix(OFFER) if (turn.offered or "").startswith(OFFER) else ""
    if turn.pressed or not number or _YES.fullmatch(re.sub(r"[\s，,。！!]", "", turn.text)) is None:
        return False
    await withdraw(turn, number)
    return True


def tell_of_withdrawing(turn: Turn, ticket: Ticket) -> None:
    """Answer a question about withdrawing (撤了还能再投不, 怎么撤回): nothing is withdrawn, nor written down."""
    if not may_be_withdrawn(ticket.state):
        _say_too_late(turn, ticket)
        return
    if not filed_here(turn, ticket):
        withdraw_wish.explain(turn, ticket)
        return
    number = ticket.number
    turn.say(
        f"撤回以后这件事就不再办理；以后还要反映，随时可以重新登记。要撤回工单 {number}，点“撤回这张工单”就行；不撤不用管它。",
        [_WITHDRAW, Choice("不用撤", "/deny"), HUMAN],
    )
    turn.offer(f"{OFFER}{number}")
    turn.outcome(Result.TICKET, about=number)


async def confirmed(turn: Turn, number: str) -> bool:
    """Whether a message withdraws a ticket of which the citizen has said before that it is to be withdrawn."""
    if turn.offered == f"{OFFER}{number}":
        return True
    return plain(turn.text) == _WITHDRAW.title and await _wished(number) != ""


async def _wished(number: str) -> str:
    """The words with which the citizen wished to withdraw a ticket; "" when nothing was said."""
    events = await parts().tickets.events(number)
    said = [event.note.removeprefix(WITHDRAWN) for event in events if event.note.startswith(WITHDRAWN)]
    return said[-1] if said else ""


async def withdraw(turn: Turn, number: str) -> None:
    """Withdraw the ticket, after the citizen has said yes to it. What can't be withdrawn any more is said with the reason."""
    ticket = await parts().tickets.get(number)
    if not filed_here(turn, ticket):
        await withdraw_wish.note(turn, ticket)
        return
    yes = turn.pressed or plain(turn.text) == _WITHDRAW.title or assent(turn.text) == "yes"
    words = (await _wished(number) or "不用再办") if yes else turn.text
    reason = f"{WITHDRAWN}{words}"[:MAX_REASON]
    try:
        await parts().tickets.by_citizen(number, "withdraw", {"reason": reason}, turn.turn_id or None)
    except Conflict as error:
        turn.say(error.message, [PROGRESS, HUMAN])
    else:
        turn.say(f"好的，工单 {number} 已经撤回，不再办理。以后还有事，随时再说。", [COMPLAIN, HUMAN])
    turn.outcome(Result.TICKET, about=number)


async def _on_ticket(turn: Turn, ticket: Ticket) -> None:
    key = f"{turn.turn_id}:solved" if turn.turn_id else None
    await parts().tickets.note(ticket.number, CITIZEN, f"{_SOLVED}{turn.text}"[:MAX_NOTE], key=key)
    noted = f"那就好！“{clip(turn.text, _SHOWN)}”已经记到工单 {ticket.number}（{clip(ticket.summary, 16)}）上，工作人员能看到。"
    if not may_be_withdrawn(ticket.state):
        turn.say(noted, [PROGRESS, HUMAN])
        turn.outcome(Result.TICKET, about=ticket.number)
        return
    turn.say(
        f"{noted}不用再办的话，可以把这张工单撤回；还要回访核实的话，不用管它就行。",
        [_WITHDRAW, Choice("不用撤", "/deny"), HUMAN],
    )
    turn.offer(f"{OFFER}{ticket.number}")
    turn.outcome(Result.TICKET, about=ticket.number)


def meant(said: str, live: list[Ticket]) -> Ticket:
    """The open ticket that the words name; the newest when they name none."""

    def shared(ticket: Ticket) -> bool:
        return any(said[i : i + _LEAST] in ticket.summary for i in range(len(said) - _LEAST + 1))

    return next(filter(shared, live), live[0])
