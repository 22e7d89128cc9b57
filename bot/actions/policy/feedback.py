"""What editors learn from: questions nothing answered, and 有用 / 没用 under an answer.

The buttons name the turn the question was asked in, so a verdict finds its question however many follow-ups came
between. Keeping a question never keeps a citizen from an answer: when it fails, it is logged.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass

from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import FILE_QUESTION, HUMAN, choice
from gaps.types import Asked, Outcome, Verdict

log = logging.getLogger(__name__)

USEFUL = "有用"
USELESS = "没用"
NONE_OF_THESE = "都不是"
AFTER_FORM = "办完这一件，可以把这个问题也登记下来，请工作人员查清楚了答复您；也可以随时说“转人工”。"
"""What can be done for a question that can't be answered while a form runs."""
_WRONG = re.compile(r"不是|不对|错|没用|没有用|没帮|没有帮助|没解决|答非所问|不满意|不沾边|不相关")


@dataclass(frozen=True)
class Rated:
    """What a verdict is about: the turn that asked, and the entry shown (None for a list of candidates)."""

    turn_id: str
    entry_id: str | None


def rating(turn_id: str, entry_id: str) -> list[Choice]:
    """有用 and 没用, to stand under an answer; none when the turn is not known."""
    if not turn_id:
        return []
    return [
        choice(USEFUL, "affirm", turn=turn_id, entry=entry_id),
        choice(USELESS, "deny", turn=turn_id, entry=entry_id),
    ]


def none_of_these(turn_id: str) -> Choice:
    """The button under a list of candidates that says that none fits."""
    return choice(NONE_OF_THESE, "deny", turn=turn_id) if turn_id else Choice(NONE_OF_THESE, "/deny")


def rating_again(turn: Turn) -> list[Choice]:
    """The same two buttons under a follow-up to an answer that carried them."""
    rated = _offered(turn)
    return rating(rated.turn_id, rated.entry_id) if rated and rated.entry_id else []


def rated(turn: Turn) -> Rated | None:
    """What the message may judge: named by the button pressed, or by the buttons offered right before."""
    return _named(turn.entities) if turn.pressed else _offered(turn)


def rejected(turn: Turn) -> Rated | None:
    """What a "no" rejects. "不用了" after an answer rejects nothing; after a list of candidates any no does."""
    about = rated(turn)
    if about is None or turn.pressed or about.entry_id is None or _WRONG.search(turn.text):
        return about
    return None


async def keep_unanswered(turn: Turn, question: str) -> None:
    """Keep a question the assistant could not answer."""
    await _keep(turn, Rated(turn.turn_id, None), question, "unknown", None)


async def useful(turn: Turn, about: Rated) -> None:
    """有用: counted, and a short thank-you."""
    await _keep(turn, about, words_of(turn, about.turn_id), "answer", "useful")
    turn.say("谢谢您的反馈，能帮上您就好。还有别的事尽管说。")


async def useless(turn: Turn, about: Rated) -> None:
    """没用, 都不是: kept for the editors; a human or a message is offered, the question in it already."""
    question = await _keep_useless(turn, about)
    turn.say(
        "抱歉没答到点子上，您的问题已经记下，会交给知识库编辑补充。"
        "我可以帮您登记下来，请工作人员查清楚了答复您；也可以转人工。",
        [FILE_QUESTION, HUMAN],
    )
    turn.set("story", question or None)
    turn.offer("complaint")


async def useful_within_form(turn: Turn, about: Rated) -> None:
    """有用 pressed while a form runs: counted; the caller goes on with the form."""
    await _keep(turn, about, words_of(turn, about.turn_id), "answer", "useful")
    turn.say("谢谢您的反馈。")


async def useless_within_form(turn: Turn, about: Rated) -> None:
    """没用, 都不是 while a form runs: kept for the editors; the caller goes on with the form."""
    await _keep_useless(turn, about)
    turn.say(f"抱歉没答到点子上，您的问题已经记下，会交给知识库编辑补充。{AFTER_FORM}")


async def _keep_useless(turn: Turn, about: Rated) -> str:
    question = words_of(turn, about.turn_id)
    await _keep(turn, about, question, "answer" if about.entry_id else "ask_back", "useless")
    return question


async def _keep(turn: Turn, about: Rated, question: str, outcome: Outcome, verdict: Verdict | None) -> None:
    if not about.turn_id:  # Rasa was spoken to without the app
        return
    if verdict is not None:
        turn.rated(verdict, about.turn_id, about.entry_id)
    try:
        channel = (await parts().conversations.view(turn.conversation_id)).channel
        await parts().gaps.keep(Asked(about.turn_id, question, outcome, channel, about.entry_id, verdict))
    except Exception:
        log.exception("a question could not be kept", extra={"turn": about.turn_id})


def words_of(turn: Turn, turn_id: str) -> str:
    """What was said in an earlier turn of this session; empty when it was a button, or is no longer there."""
    for event in reversed(turn.events):
        if event.get("event") == "user" and (event.get("metadata") or {}).get("turn") == turn_id:
            text = str(event.get("text") or "").strip()
            return "" if text.startswith("/") else text
    return ""


def _offered(turn: Turn) -> Rated | None:
    for event in turn.previous():
        if event.get("event") != "bot":
            continue
        for button in (event.get("data") or {}).get("buttons") or []:
            intent, brace, rest = str(button.get("payload")).partition("{")
            if intent == "/deny" and brace:
                return _named(json.loads(brace + rest))
    return None


def _named(entities: object) -> Rated | None:
    if not isinstance(entities, dict) or not entities.get("turn"):
        return None
    return Rated(str(entities["turn"]), str(entities["entry"]) if entities.get("entry") else None)
