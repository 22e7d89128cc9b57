"""评价: how the talk with the hotline was, asked when it ends or when the citizen says 评价."""

from __future__ import annotations

import re

from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN
from bot.understanding.ticket import find_number
from conversations.buttons import RATE_TALK
from conversations.event_kinds import Result, TalkVerdict
from core.text import plain

OFFER = "rate_talk"
"""Value of the slot ``offer`` after the citizen was asked how the talk was."""
_MARKS = {"满意": TalkVerdict.SATISFIED, "一般": TalkVerdict.FAIR, "不满意": TalkVerdict.DISSATISFIED}
_WORDS = (
    (
        TalkVerdict.DISSATISFIED,
        re.compile(
            r"(?:很|非常|太|有点|一点都?|真){0,6}(?:不满意|不太满意|不怎么满意|差(?:评|劲)?|不行|不好|很差|失望|没用|一星|[1１一]分)(?:了|的|啊|吧){0,4}"
        ),
    ),
    (
        TalkVerdict.FAIR,
        re.compile(
            r"(?:就|还|感觉|也){0,6}(?:一般(?:般)?|还行|还可以|凑合|马马虎虎|中评|将就|三星)(?:吧|了|的|啊){0,4}"
        ),
    ),
    (
        TalkVerdict.SATISFIED,
        re.compile(
            r"(?:很|非常|挺|蛮|还|十分|特别|比较|基本){0,6}(?:满意|好评|不错|给力|五星|[5５五]分)(?:了|的|啊|吧|谢谢){0,4}|(?:很|非常|挺|蛮){1,6}(?:好|可以)(?:了|的|啊|吧){0,4}"
        ),
    ),
)
_ASKS = re.compile(
    r"(?:我想|我要|我来|想|要|来|给|帮我|请|对){0,8}(?:你们?|您|机器人|智能助手|客服|这次|本次|刚才|服务|聊天|对话){0,8}(?:的)?(?:服务|聊天|对话)?(?:做|进行|打)?(?:个|一?下)?(?:评价|打分|评分)(?:一?下|你们?|吧|服务|您){0,6}"
)
_THANKS = {
    TalkVerdict.SATISFIED: "谢谢您的评价，记下了。以后有事随时来问。",
    TalkVerdict.FAIR: "谢谢您的评价，记下了。哪里还不够好，愿意的话说一句，我们改。",
    TalkVerdict.DISSATISFIED: "很抱歉没让您满意，您的评价记下了。事情没办成的，可以接着说，也可以转人工。",
}


def ask(turn: Turn, before: str = "") -> None:
    """Ask how the talk was.

    Args:
        before: text before the question, in the same message.
    """
    turn.say(
        f"{before}这次在这里聊下来，您还满意吗？",
        [*(Choice(one.title, one.payload) for one in RATE_TALK), HUMAN],
    )
    turn.offer(OFFER)


async def without_ticket(turn: Turn) -> bool:
    """Ask how the talk was when the citizen says 评价 and has filed no ticket here; False otherwise."""
    if turn.pressed or turn.intent != "rate" or find_number(turn.text):
        return False
    if await parts().tickets.of_conversation(turn.conversation_id, 1):
        return False
    ask(turn, "您在这里还没有登记过工单；要评价别的工单，把工单号和查询码发给我。\n")
    turn.outcome(Result.TALK, about="rating")
    return True


async def answer(turn: Turn) -> bool:
    """Store the rating of the talk that was asked for, or ask for it (评价一下你们); False for any other message."""
    if turn.pressed:
        title = turn.entities.get("value", "") if turn.entities.get("slot") == "talk" else ""
        verdict = _MARKS.get(title)
    else:
        verdict = read(turn.text) if turn.offered == OFFER else None
    if verdict is None:
        if turn.pressed or not _asks_for_service(turn.text):
            return False
        ask(turn)
        turn.outcome(Result.TALK, about="rating")
        return True
    turn.rated(verdict, turn.turn_id, None)
    turn.say(_THANKS[verdict], [HUMAN, COMPLAIN] if verdict is TalkVerdict.DISSATISFIED else [])
    turn.set("misses", 0)
    turn.outcome(Result.TALK, about="rating")
    return True


def read(text: str) -> TalkVerdict | None:
    """The rating in an answer to :func:`ask`; None when the answer is something else.

    >>> [read(said) for said in ("很满意", "不太满意", "一般般吧", "还可以", "路灯坏了")]
    [<TalkVerdict.SATISFIED: 'satisfied'>, <TalkVerdict.DISSATISFIED: 'dissatisfied'>, <TalkVerdict.FAIR: 'fair'>, <TalkVerdict.FAIR: 'fair'>, None]
    """
    said = re.sub(r"[，,。.！!～~\s]", "", plain(text))
    return next((verdict for verdict, words in _WORDS if words.fullmatch(said)), None)


def _asks_for_service(text: str) -> bool:
    """Whether a message wants to rate the talk by name (评价一下你们的服务); a bare 评价 may mean a ticket."""
    said = re.sub(r"[，,。.！!？?、\s]", "", plain(text))
    return (
        _ASKS.fullmatch(said) is not None
        and re.search("服务|客服|机器人|助手|聊天|对话|你们?|您", said) is not None
    )
