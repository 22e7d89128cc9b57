"""What a citizen is told when something happened to a ticket. Warm, short, and nothing that the system does not know."""

from __future__ import annotations

from collections.abc import Sequence

from core.masking import hide
from core.news import News
from tickets.lifecycle import TRANSITIONS
from tickets.progress import deadline_lines, filed, progress_text
from tickets.types import Ticket

TOLD = frozenset(move.action for move in TRANSITIONS.values() if move.told)
"""Codes of the moves that are told."""
ANSWERS = frozenset({"decline", "answer", "approve"})
"""Codes of those that bring an answer: they are told even when something else happened since."""
_IN_TALK = ANSWERS | {"suspend", "grant_extension", "redo", "merge"}
"""Codes of those whose whole words the citizen needs: what was answered, what is asked for, and what the state alone does not tell."""
_OFFICE = "承办单位"


def news(key: str, ticket: Ticket, action: str, note: str, ways: Sequence[tuple[str, str]] = ()) -> News:
    """The news of a move.

    Args:
        key: names this piece of news.
        ticket: the ticket as it is now.
        action: code of the move, one of :data:`TOLD`.
        note: the line of the move in the ticket's history.
        ways: buttons (title, payload) below it.
    """
    said = text(ticket, action, note)
    return News(key, ticket.number, ticket.state.label, said, tuple(ways), in_talk=action in _IN_TALK)


def text(ticket: Ticket, action: str, note: str) -> str:
    """The whole message about a move. Numbers in an answer are masked, because it may name another reporter of the same matter.

    Args:
        ticket: the ticket as it is now.
        action: code of the move, one of :data:`TOLD`.
        note: the line of the move in the ticket's history.
    """
    office = ticket.department or _OFFICE
    if action == "approve":
        return f"您好，{filed(ticket)}有结果了。\n{office}答复：{hide(ticket.public_reply)}\n这件事解决了吗？点一下告诉我。"
    if action == "decline":
        return f"您好，{filed(ticket)}，经核对不属于本热线的受理范围。\n{hide(ticket.public_reply)}"
    if action == "answer":
        return f"您好，{filed(ticket)}，答复如下：\n{hide(ticket.public_reply)}"
    if action == "grant_extension":
        given = note.partition("：")[0]  # 延长 2 个工作日: this time's days, without those of earlier rounds
        until = "".join(deadline_lines(ticket, late=False))  # it may be told late; then no day is named
        return f"您好，{filed(ticket)}，{office}还要一些时间，经审核同意{given}。{until}让您久等了。"
    if action == "suspend":
        asked = note.partition("：")[2] or note
        return f"您好，{filed(ticket)}，{office}想请您补充：{asked}\n直接在这里告诉我就行，收到以后接着办。"
    if action == "redo":
        return f"您好，您说的我们看到了。{filed(ticket)}已经退给{office}重新办理，并由负责人督办。"
    if action == "archive" and ticket.heard.result == "solved":
        return f"您好，{filed(ticket)}，您说已经解决，现在办结归档了。谢谢您，以后有事随时说。"
    if action == "archive":
        return f"您好，{filed(ticket)}先归档了。如果问题没有解决，您随时可以说“转人工”告诉我们。"
    return progress_text(ticket)


def of_withdrawal(key: str, ticket: Ticket, ways: Sequence[tuple[str, str]]) -> News:
    """The question to its citizen whether a ticket is to be withdrawn, because somebody elsewhere said so. Their words are not told.

    Args:
        key: names this piece of news.
        ticket: the ticket, which can still be withdrawn.
        ways: buttons (title, payload) below it.
    """
    said = (
        f"您好，{filed(ticket)}，刚才有人在别处凭工单号和查询码说想撤回。我们没有撤，事情照常在办。\n"
        "是您本人想撤，点“撤回这张工单”；不是您，点“不撤，照常办”，不理它也行。"
    )
    return News(key, ticket.number, ticket.state.label, said, tuple(ways), in_talk=True)


def of_merged(key: str, merged: Ticket, main: Ticket, action: str) -> News:
    """The news for somebody whose ticket was merged into another one. It tells nothing of the other reporters.

    Args:
        key: names this piece of news.
        merged: the ticket of the one who reads it.
        main: the ticket that goes on.
        action: code of the move of ``main``, one of :data:`ANSWERS`.
    """
    if action == "decline":
        said = f"经核对不属于本热线的受理范围。\n{hide(main.public_reply)}"
    else:
        said = f"有结果了。\n{main.department or '热线'}答复：{hide(main.public_reply)}"
    whole = f"您好，{filed(merged)}，和同一件事合并办理，现在{said}"
    return News(key, merged.number, merged.state.label, whole, in_talk=True)
