"""Stores what editors learn from: unanswered questions, and the verdicts 有用 / 没用 on answers.

A verdict's button contains the id of the turn in which the question was asked, so it finds its question after
any number of follow-ups. When storing fails, the error is logged and the citizen still gets a reply.
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
"""Title of the button for a helpful answer."""
USELESS = "没用"
"""Title of the button for an answer that does not help."""
NONE_OF_THESE = "都不是"
"""Title of the button that rejects all candidates."""
AFTER_FORM = "办完这一件，可以把这个问题也登记下来，请工作人员查清楚了答复您；也可以随时说“转人工”。"
"""Said within a form after "I don't know"."""
_WRONG = re.compile(r"不是|不对|错|没用|没有用|没帮|没有帮助|没解决|答非所问|不满意|不沾边|不相关")


@dataclass(frozen=True)
class Rated:
    """The target of a verdict: the turn of the question, and the shown entry (None: a list of candidates)."""

    turn_id: str
    entry_id: str | None


def rating(turn_id: str, entry_id: str, *, useless: str = USELESS) -> list[Choice]:
    """The buttons 有用 and 没用 for an answer; empty when the turn is not known.

    Args:
        useless: title of the second button.
    """
    if not turn_id:
        return []
    return [
        choice(USEFUL, "affirm", turn=turn_id, entry=entry_id),
        choice(useless, "deny", turn=turn_id, entry=entry_id),
    ]


def none_of_these(turn_id: str) -> Choice:
    """The button 都不是 for a list of candidates."""
    return choice(NONE_OF_THESE, "deny", turn=turn_id) if turn_id else Choice(NONE_OF_THESE, "/deny")


def rating_again(turn: Turn) -> list[Choice]:
    """The same two buttons for the reply to a follow-up, if the earlier answer had them."""
    rated = _offered(turn)
    return rating(rated.turn_id, rated.entry_id) if rated and rated.entry_id else []


def rated(turn: Turn) -> Rated | None:
    """The answer that the message may judge: named by the pressed button or by the last buttons shown."""
    return _named(turn.entities) if turn.pressed else _offered(turn)


def rejected(turn: Turn) -> Rated | None:
    """The answer or list that a "no" rejects; None when it rejects nothing.

    After a list of candidates any "no" rejects it. After an answer only words such as 没用 or 不对 do; 不用了 does
    not.
    """
    about = rated(turn)
    if about is None or turn.pressed or about.entry_id is None or _WRONG.search(turn.text):
        return about
    return None


async def keep_unanswered(turn: Turn, question: str) -> None:
    """Store a question that the assistant could not answer."""
    await _keep(turn, Rated(turn.turn_id, None), question, "unknown", None)


_MISSED = "抱歉，没答到点子上，这个问题我记下来请同事补。"


async def useful(turn: Turn, about: Rated) -> None:
    """Handle 有用: store the verdict and thank the citizen."""
    await _keep(turn, about, words_of(turn, about.turn_id), "answer", "useful")
    turn.say("谢谢您的反馈，能帮上您就好。还有别的事尽管说。")


async def useless(turn: Turn, about: Rated) -> None:
    """Handle 没用 and 都不是: store the question for editors, and offer a human or a ticket with this question."""
    question = await keep_useless(turn, about)
    turn.say(
        f"{_MISSED}要等答复的话，我帮您登记，请工作人员查清楚了告诉您；也可以转人工。",
        [FILE_QUESTION, HUMAN],
    )
    turn.set("story", question or None)
    turn.offer("complaint")


async def useful_within_form(turn: Turn, about: Rated) -> None:
    """Handle 有用 while a form runs: store the verdict; the caller continues the form."""
    await _keep(turn, about, words_of(turn, about.turn_id), "answer", "useful")
    turn.say("谢谢您的反馈。")


async def useless_within_form(turn: Turn, about: Rated) -> None:
    """Handle 没用 and 都不是 while a form runs: store the question; the caller continues the form."""
    await keep_useless(turn, about)
    turn.say(f"{_MISSED}{AFTER_FORM}")


async def keep_useless(turn: Turn, about: Rated) -> str:
    """Store the verdict 没用 on an answer; returns the question it belongs to, "" when not known."""
    question = words_of(turn, about.turn_id)
    await _keep(turn, about, question, "answer" if about.entry_id else "ask_back", "useless")
    return question


async def _keep(turn: Turn, about: Rated, question: str, outcome: Outcome, verdict: Verdict | None) -> None:
    if not about.turn_id:  # the message came to Rasa without the app
        return
    if verdict is not None:
        turn.rated(verdict, about.turn_id, about.entry_id)
    try:
        channel = (await parts().conversations.view(turn.conversation_id)).channel
        await parts().gaps.keep(Asked(about.turn_id, question, outcome, channel, about.entry_id, verdict))
    except Exception:
        log.exception("a question could not be kept", extra={"turn": about.turn_id})


def words_of(turn: Turn, turn_id: str) -> str:
    """The citizen's words in an earlier turn of this session; empty for a button or an unknown turn."""
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
