"""Replies to short messages whose meaning depends on earlier ones: yes, no, say it again, harsh words."""

from __future__ import annotations

import re

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import kept, later, promised
from bot.actions.complaint import offered as after_offer
from bot.actions.complaint.filing import FILED, file_ticket, tell_filed
from bot.actions.complaint.told_before import told_before
from bot.actions.policy import answer as policy
from bot.actions.policy import feedback
from bot.actions.policy.choosing import offered
from bot.actions.progress import solved
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, FILE_QUESTION, HUMAN, PROGRESS, plain
from bot.actions.talk import mood, rating
from bot.actions.talk.fallback import fallback
from bot.actions.talk.handoff import hand_over
from bot.understanding.assent import resigned
from conversations.event_kinds import Result

_ANSWERS = ("action_answer_policy", "action_follow_up", "action_fallback")
_HELPS = frozenset({"action_answer_policy", "action_follow_up", "action_file_ticket", "validate_status_form"})
"""Actions that help. After them a farewell ends a talk that can be rated."""
_NOD = re.compile(r"(?:对|对的|对对+|是|是的|没错|嗯+|哦|就是)(?:啊|呀|哦|吧)?")
_WHETHER = re.compile(r"(?<!不)([\u4e00-\u9fff])不\1")
"""A verb and its negation, which ask. 不对不对 says no."""
_HELP = "还有什么可以帮您？可以问政策、反映问题，也可以查工单进度。"


def answering(action: Action) -> Action:
    """Wraps a reply to yes or no: a question that merely contains the word (这个材料对不对) is handled as a question."""

    async def ask_or_answer(turn: Turn) -> None:
        if not turn.pressed and _WHETHER.search(turn.text):
            await fallback(turn)
        else:
            await action(turn)

    return ask_or_answer


async def affirm(turn: Turn) -> None:
    """Handle "yes": accept the last offer, or take it as 有用.

    After a crash a confirmation may come twice; then the ticket that was filed is shown again.
    """
    if await promised.declined(turn) or after_offer.declined(turn):  # 好吧那算了
        return
    about = feedback.rated(turn)
    if about is not None and turn.pressed:
        await feedback.useful(turn, about)
        return
    listed = offered(turn) if turn.offered == "which" and not turn.pressed else []
    if listed:
        head = "您想看哪一个？回复序号就行，比如“1”："
        policy.list_entries(turn, listed, head, asked=about.turn_id if about else "")
        return
    filed = (await parts().conversations.recall(turn.conversation_id)).get(FILED)
    if isinstance(filed, dict) and turn.turn_id and filed.get("turn") == turn.turn_id:
        tell_filed(turn, await parts().tickets.get(str(filed["number"])))
        return
    if turn.slot(drafts.CONFIRM) is True:
        # The citizen confirmed, but the app crashed before the filing was complete: the draft still exists.
        await file_ticket(turn)
        return
    if told_before(turn) is not None:  # 好，登记
        turn.follow_up("complaint_form")
        return
    await _accept(turn, turn.offered or "", asked=about.turn_id if about else "")


async def _accept(turn: Turn, offer: str, *, asked: str) -> None:
    """Do what was offered.

    Args:
        offer: the offer as recorded by :meth:`bot.actions.runtime.turn.Turn.offer`; empty without an offer.
        asked: id of the turn whose question the offered entry answers; empty when not known.
    """
    entry = parts().kb.entry(offer.removeprefix("entry:")) if offer.startswith("entry:") else None
    if offer == "complaint" and _only_nods(turn):
        said = str(turn.slot("story") or "")
        turn.say(
            "好的。要我把您问的登记下来，请工作人员查清楚了答复您吗？",
            [FILE_QUESTION, Choice("不用了", "/deny"), HUMAN],
        )
        turn.set("story", said or None)
        turn.offer(after_offer.ASKED)
    elif offer == "human":
        await hand_over(turn, "citizen_asked")
    elif offer in ("complaint", after_offer.ASKED, kept.OFFER):
        turn.follow_up("complaint_form")
    elif offer == later.OFFER:
        await _asked_before(turn)
    elif offer == solved.OFFER:
        await solved.answer_which(turn)
    elif offer.startswith(solved.OFFER):
        await solved.withdraw(turn, offer.removeprefix(solved.OFFER))
    elif entry is not None:
        await policy.tell(turn, entry, asked=asked)
    else:
        turn.say("好的。" + _HELP, [COMPLAIN, PROGRESS, HUMAN])


def _only_nods(turn: Turn) -> bool:
    """Whether 对 may confirm the answer, or 好吧 put up with it, instead of accepting the offer to file its question."""
    shown = {
        str(button.get("title"))
        for event in turn.previous()
        if event.get("event") == "bot"
        for button in (event.get("data") or {}).get("buttons") or []
    }
    nods = _NOD.fullmatch(plain(turn.text)) is not None or resigned(turn.text)
    return not turn.pressed and FILE_QUESTION.title in shown and nods


async def _asked_before(turn: Turn) -> None:
    """Answer the question that was stored while the complaint form ran."""
    waiting = turn.slot(later.SLOT) or []
    if not waiting:
        turn.say("好的。" + _HELP, [COMPLAIN, PROGRESS, HUMAN])
        return
    turn.set(later.SLOT, waiting[1:] or None)
    asked = turn.narrowed(str(waiting[0]["text"]))
    await policy.tell_result(asked, await policy.search(asked.text))
    later.offer(turn)


async def deny(turn: Turn) -> None:
    """Handle "no": after an answer it means 没用, else that the citizen wants nothing more."""
    if await promised.declined(turn):
        return
    about = feedback.rejected(turn)
    if about is not None:
        await feedback.useless(turn, about)
        return
    if turn.previous_action in _ANSWERS:
        about = feedback.rated(turn)
        turn.say(
            "好的。还想知道什么，接着问就行；想请工作人员答复，我可以把这个问题登记下来，也可以转人工。",
            [FILE_QUESTION, HUMAN],
        )
        turn.set("story", (feedback.words_of(turn, about.turn_id) if about else "") or None)
        return
    turn.say("好的。" + _HELP, [COMPLAIN, PROGRESS, HUMAN])


async def who(turn: Turn) -> None:
    """Say what the assistant is."""
    turn.say_response("utter_bot_challenge")


async def thank(turn: Turn) -> None:
    """Answer thanks."""
    turn.say_response("utter_thank")


async def goodbye(turn: Turn) -> None:
    """Answer a farewell; who was helped here is asked how the talk was."""
    turn.say_response("utter_goodbye")
    if await _was_helped(turn):
        rating.ask(turn)
    turn.outcome(Result.TALK)


async def _was_helped(turn: Turn) -> bool:
    """Whether the citizen got an answer or a ticket in this talk, and has not been asked since how it was."""
    for event in reversed(turn.events):
        if (
            event.get("event") == "slot"
            and event.get("name") == "offer"
            and event.get("value") == rating.OFFER
        ):
            return False
        if event.get("event") == "action" and event.get("name") in _HELPS:
            return True
    return False


async def repeat(turn: Turn) -> None:
    """Say the bot's last messages again, with their buttons and cards."""
    said = [event for event in turn.previous() if event.get("event") == "bot"]
    for event in reversed(said):
        data = event.get("data") or {}
        choices = [Choice(str(b["title"]), str(b["payload"])) for b in data.get("buttons") or []]
        card = (data.get("custom") or {}).get("card")
        if event.get("text"):
            turn.say(str(event["text"]), choices, card)
    if not said:
        turn.say("我刚才还没说什么呢。" + _HELP, [COMPLAIN, PROGRESS, HUMAN])


async def calm(turn: Turn) -> None:
    """Handle harsh words: sympathy once, the offer of a human, no argument."""
    turn.say(mood.harsh(turn), [HUMAN, COMPLAIN])
    turn.offer("human")
