"""Answers whether it becomes known who told, and how names and phones are kept (会不会让对方知道是我)."""

from __future__ import annotations

from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN
from bot.understanding.exposure import asks_exposure
from conversations.event_kinds import Result

SAID = (
    "被反映的一方看不到工单。您留的姓名、电话加密保存，屏幕上打着星号，工作人员和承办单位看一次明文都要写理由、留记录。"
    "选“保密”，姓名和电话不给承办单位看；选“匿名”，可以不留姓名电话。描述里别写自己的名字、住址，更稳妥。"
)
"""The answer. Source: docs/security.md, "What who sees", and the view that departments get of a ticket."""


def first(action: Action) -> Action:
    """Wraps an action: a question about being found out is answered first; else the action runs."""

    async def run(turn: Turn) -> None:
        if not answered(turn):
            await action(turn)

    return run


def answered(turn: Turn, *, within_form: bool = False) -> bool:
    """Answer the question; False when the message asks something else.

    Args:
        within_form: whether a form goes on after the answer, which then has no buttons of its own.
    """
    if turn.pressed or not asks_exposure(turn.text):
        return False
    turn.say(SAID, [] if within_form else [COMPLAIN, HUMAN])
    turn.set("misses", 0)
    turn.outcome(Result.TALK, about="filing")
    return True
