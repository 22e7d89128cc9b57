"""What comes between the complaint form's questions: it is answered, and the question is asked again."""

from __future__ import annotations

from bot.actions.complaint import same, steps
from bot.actions.complaint.answers import read_answer
from bot.actions.complaint.moves import FREE, is_aside
from bot.actions.policy import choosing, feedback
from bot.actions.progress.how_long import general as how_long_words
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import CANCEL, HUMAN
from bot.actions.talk import mood
from bot.actions.talk.digressions import abilities as say_abilities
from bot.actions.talk.digressions import only_announced, policy_aside, progress_aside
from conversations.event_kinds import Result


async def policy(turn: Turn, slot: str) -> None:
    """What seems a question: answered, or waited for when only announced; else it was the answer after all."""
    if only_announced(turn.text):
        turn.say("好的，您先问，问完我们接着填。", [CANCEL, HUMAN])
        turn.set_all({"asking": True, "tries": 0, "requested_slot": slot})
    elif await policy_aside(turn, certain=slot not in FREE or is_aside(turn.text)):
        resume(turn, slot)
    else:
        await steps.take(turn, slot, read_answer(slot, turn.text))


async def answered(turn: Turn, slot: str) -> bool:
    """有用 or 没用 of an answer pressed, or one of the candidates listed right before chosen; the form goes on."""
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
    """What the assistant is and can do."""
    say_abilities(turn)
    resume(turn, slot)


async def how_long(turn: Turn, slot: str) -> None:
    """How long such a matter may take."""
    turn.say(how_long_words(str(turn.slot("complaint_type") or ""), str(turn.slot("category") or "")))
    resume(turn, slot)


async def progress(turn: Turn, slot: str) -> None:
    """How another ticket stands."""
    await progress_aside(turn)
    resume(turn, slot)


async def abuse(turn: Turn, slot: str) -> None:
    """Harsh words: sympathy, and a human offered beside the question."""
    steps.ask_again(turn, slot, mood.harsh(turn), human=True)
    turn.outcome(Result.TALK)


async def talk(turn: Turn, slot: str) -> None:
    """A greeting, thanks, a goodbye."""
    steps.ask_again(turn, slot, "在的，我们接着填。")
    turn.outcome(Result.TALK)


def resume(turn: Turn, slot: str) -> None:
    """Go on with the form after something else was answered."""
    if slot == same.SLOT:
        same.ask_again(turn)
        return
    steps.ask_again(turn, slot, "我们接着刚才的登记。")
