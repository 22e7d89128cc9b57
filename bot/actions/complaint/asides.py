"""Answers messages that are not answers to the form's question, then asks that question again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.actions.complaint import (
    about,
    at_summary,
    changing,
    contact,
    corrections,
    kept,
    looked_back,
    only_asking,
    promised,
    questions,
    reading_back,
    same,
    steps,
    taking,
    taking_out,
)
from bot.actions.complaint import draft as drafts
from bot.actions.complaint.agreeing import renumbered
from bot.actions.complaint.answers import read_answer
from bot.actions.complaint.moves import FREE, is_aside
from bot.actions.complaint.opening import only_announces
from bot.actions.policy import choosing, feedback
from bot.actions.progress import callback, own, withdraw_wish
from bot.actions.progress.how_long import general as how_long_words
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import CANCEL, HUMAN, clip
from bot.actions.talk import mood
from bot.actions.talk.digressions import abilities as say_abilities
from bot.actions.talk.digressions import only_announced, policy_aside, progress_aside
from bot.actions.talk.wordless import opening
from bot.understanding.clauses import clauses
from bot.understanding.filing_wish import filing_wish
from bot.understanding.how_long import asks_how_long
from bot.understanding.midway import asks_midway, asks_who_we_are
from bot.understanding.name import has_nothing_more
from bot.understanding.remarks import (
    announces_more,
    is_asking,
    is_laughter,
    is_no_value,
    is_protest,
    slipped,
    wants_filed,
)
from bot.understanding.ticket import find_number
from bot.understanding.ticket_talk import asks_whether_filed
from bot.understanding.wishes import read_wish, refuses
from bot.understanding.wordless import is_wordless
from conversations.event_kinds import Result

_NO_QUESTIONS = frozenset({"complain", "abuse", "greet", "thank", "goodbye", "affirm", "deny"})
"""Intents of messages that ask nothing, whatever their words."""
_OWN_KIND = frozenset({"content", "complaint_type", drafts.CONFIRM})
"""Slots for which 投诉 is an answer or a correction."""


_NOT_YET = "还没有提交。提交以后就有工单号和查询码。"
_ASKED_ABOUT = frozenset(drafts.LABELS) - _OWN_KIND
"""Slots whose value is never a question."""


async def called_back(turn: Turn, slot: str) -> bool:
    """Take a button below an answer, which comes unasked while the form is open; False for any other message."""
    if await withdraw_wish.take(turn):
        resume(turn, slot)
        return True
    asked = await callback.take(turn, asks_why=False)
    if asked:
        turn.set_all({"tries": steps.tries_so_far(turn), "requested_slot": slot})
    elif asked is not None:
        resume(turn, slot)
    return asked is not None


async def policy(turn: Turn, slot: str) -> None:
    """Answer a policy question, or wait for one that is only announced; otherwise read the form's answer."""
    if only_announced(turn.text):
        turn.say("好的，您先问，问完我们接着填。", [CANCEL, HUMAN])
        turn.set_all({"asking": True, "tries": 0, "requested_slot": slot})
    elif _words_anew(turn, slot):
        await taking.take_answer(turn, slot)
    elif await policy_aside(turn, certain=slot not in FREE or is_aside(turn.text)):
        resume(turn, slot)
    elif not await taking.take_answer(turn, slot):
        await unread(turn, slot)


def _words_anew(turn: Turn, slot: str) -> bool:
    """Whether a question is the one to be filed (咨询), which the citizen was asked to put in other words."""
    reopened = slot == "content" and turn.slot("complaint_type") == "咨询"
    return reopened and questions.asked_again(turn, slot) and not is_aside(turn.text)


async def unread(turn: Turn, slot: str) -> None:
    """Handle an answer that holds no value: a question is answered as well as it can be, else it is asked again."""
    named = contact.own_name(turn.text) if slot == "contact_phone" and not turn.pressed else None
    if named is not None and turn.slot("contact_name") == drafts.ANONYMOUS:
        contact.ask_named(turn, slot, named)
    elif await steps.left_open(turn, slot):
        pass  # the form has gone on there
    elif turn.intent not in _NO_QUESTIONS and not turn.pressed and is_asking(turn.text):
        await policy_aside(turn, certain=True)
        resume(turn, slot)
    else:
        await steps.bad_try(turn, slot)


async def listened(turn: Turn, slot: str) -> bool:
    """Handle questions about filing, wishes about name or phone, corrections and protests, at any form question.

    Returns:
        True when the message was one of these; it is then handled and the form has continued.
    """
    wish = read_wish(turn.text)
    if slot == drafts.CONFIRM and await taking_out.take_out(turn):
        pass
    elif await looked_back.answer(turn, slot):
        pass  # what was said before was used, or asked about
    elif (about_more := promised.within_form(turn)) is not None:
        steps.ask_again(turn, slot, about_more)
    elif slot != "content" and (read := reading_back.answer(turn.text, slot, turn.slots)) is not None:
        steps.ask_again(turn, slot, read)
        turn.outcome(Result.TALK, about="filing")
    elif slot != "content" and asks_how_long(turn.text, anything=True):
        await how_long(turn, slot)
    elif slot == "contact_name" and has_nothing_more(turn.text):
        steps.ask_again(turn, slot, "好的，事情就先记到这里。")
    elif asks_whether_filed(turn.text) or (slot != "content" and kept.asks(turn.text)):
        steps.ask_again(
            turn, slot, _NOT_YET if slot == drafts.CONFIRM else f"{_NOT_YET}您刚才说的都记着，还差几项。"
        )
        turn.outcome(Result.TALK, about="filing")
    elif (introduced := contact.introduction(turn.text, slot)) is not None:
        filled, told = introduced
        await steps.go_on(turn, filled, before=steps.noted(filled) + told, look=False)
    elif slot != "content" and (name := contact.renamed(turn.text, turn.slots)):
        return await _corrected(turn, slot, name)
    elif slot not in ("content", drafts.CONFIRM) and _wants_filed(turn.text):
        steps.ask_again(turn, slot, "好的，正在帮您登记这件事，还差几项。")
    elif announces_more(turn.text):
        steps.ask_again(turn, slot, "好的，您说，我接着记。")
    elif slot == "content" and is_wordless(turn.text):
        turn.say(opening(turn), [CANCEL, HUMAN])
        turn.set_all({"requested_slot": slot, "tries": 0})
    elif slot not in _OWN_KIND and only_announces(turn.text):
        steps.ask_again(turn, slot, "好的，正在帮您登记这件事，还差几项。")
    elif slipped(turn.text):
        _slip(turn, slot)
    elif wish is not None:
        await contact.follow(turn, slot, [wish], turn.text)
    elif slot in ("contact_name", "contact_phone") and refuses(turn.text):
        filled, told = contact.refused(turn, slot)
        await steps.go_on(turn, filled, before=told)
    elif (said := about.answer(turn.text, slot, turn.slots)) is not None:
        steps.ask_again(turn, slot, said)
        turn.outcome(Result.TALK, about="filing")
    elif slot in _ASKED_ABOUT and asks_who_we_are(turn.text):
        turn.say_response("utter_bot_challenge")
        turn.outcome(Result.TALK)
        resume(turn, slot)
    elif (
        slot in _ASKED_ABOUT and asks_midway(turn.text) and not asks_how_long(turn.text, anything=True)
    ) or only_asking.asks(turn, slot):
        await policy_aside(turn, certain=True)
        resume(turn, slot)
    elif fixed := corrections.corrections(turn.text, turn.slots):
        return await _corrected(turn, slot, fixed)
    elif contact.only_wishes(turn):
        return await (at_summary.take(turn) if slot == drafts.CONFIRM else taking.take_answer(turn, slot))
    elif is_laughter(turn.text) and slot != drafts.CONFIRM and (slot in FREE or "嗯" not in turn.text):
        await talk(turn, slot)
    elif is_protest(turn.text):
        await abuse(turn, slot)
    elif slot != "content" and (asked := _asked_in_protest(turn.text)) is not None:
        await _protest(turn, slot, asked)
    else:
        return False
    return True


def _wants_filed(text: str) -> bool:
    """Whether a message within the form only asks for what the form does: 那你帮我登记, 让人去管管."""
    wish = filing_wish(text)
    return (wants_filed(text) and "确认" not in text) or (wish is not None and not wish.rest)


def _asked_in_protest(text: str) -> str | None:
    """The question, or "", of a message that protests and holds no value (别光让我填，损失谁赔); None for any other."""
    parts = clauses(text)
    if len(parts) < 2 or not all(map(is_no_value, parts)) or not any(map(is_protest, parts)):
        return None
    return next((part for part in parts if is_asking(part) and not is_protest(part)), "")


async def _protest(turn: Turn, slot: str, asked: str) -> None:
    """Answer the question of a protest as well as it can be, else the protest; and continue the form."""
    if asked and await policy_aside(turn.narrowed(asked), certain=True):
        resume(turn, slot)
    else:
        await abuse(turn, slot)


async def _corrected(turn: Turn, slot: str, fixed: Mapping[str, str]) -> bool:
    """Fill the corrected lines and say their new values; False when a new value can't be read."""
    filled = {name: read_answer(name, words) for name, words in fixed.items()}
    if None in filled.values():
        return False
    if "address" in filled:
        filled["address"] = renumbered(str(turn.slot("address") or ""), str(filled["address"]))
    lines = [
        f"{drafts.LABELS[name]}改成“{clip(drafts.shown(name, value), 40)}”" for name, value in filled.items()
    ]
    said = "" if slot == drafts.CONFIRM else f"好的，{'，'.join(lines)}。"
    name, value = next(iter(filled.items()))
    if len(filled) == 1:
        await steps.take(turn, name, value, before=said)
    else:
        await steps.go_on(turn, filled, before=said)
    return True


def _slip(turn: Turn, slot: str) -> None:
    """“打错了”, without what: at the summary it is asked which line."""
    if slot == drafts.CONFIRM:
        changing.ask_what_to_change(turn)
    else:
        steps.ask_again(turn, slot, "没关系，哪一项不对，直接说就能改，比如“改一下地址”。")


async def answered(turn: Turn, slot: str) -> bool:
    """Handle a pressed 有用 or 没用, or a choice from the candidates just listed, and continue the form."""
    about = feedback.rated(turn) if turn.pressed and turn.intent in ("affirm", "deny") else None
    if about is not None and turn.intent == "affirm":
        await feedback.useful_within_form(turn, about)
    elif about is not None:
        await feedback.useless_within_form(turn, about)
    elif not await choosing.choose_within_form(turn):
        return False
    resume(turn, slot)
    return True


async def abilities(turn: Turn, slot: str) -> None:
    """Say what the assistant is and can do, and continue the form."""
    say_abilities(turn)
    resume(turn, slot)


async def how_long(turn: Turn, slot: str) -> None:
    """Say how long this kind of matter may take, and continue the form."""
    turn.say(how_long_words(str(turn.slot("complaint_type") or ""), str(turn.slot("category") or "")))
    resume(turn, slot)


async def progress(turn: Turn, slot: str) -> None:
    """Tell the progress of another ticket, and continue the form."""
    if find_number(turn.text) or not await own.tell(turn):
        await progress_aside(turn)
    resume(turn, slot)


async def abuse(turn: Turn, slot: str) -> None:
    """Answer harsh words with sympathy, ask the question again, and offer a human."""
    steps.ask_again(turn, slot, mood.harsh(turn), human=True)
    turn.outcome(Result.TALK)


async def talk(turn: Turn, slot: str) -> None:
    """Answer a greeting, thanks or a goodbye, and ask the question again."""
    done = re.search("谢|知道了|再见|拜拜", turn.text)
    said = "不客气。不想填了就说“取消”，填过的给您留着。" if done else "在的，我们接着填。"
    steps.ask_again(turn, slot, said)
    turn.outcome(Result.TALK)


def resume(turn: Turn, slot: str) -> None:
    """Continue the form after another message was answered."""
    if slot == same.SLOT:
        same.ask_again(turn)
        return
    if slot != drafts.CONFIRM and only_asking.row(turn) >= only_asking.OFTEN:
        steps.ask_again(turn, slot, only_asking.LEAVE_OR_GO_ON, first=[only_asking.LEAVE])
    else:
        steps.ask_again(turn, slot, questions.GOES_ON)
