"""The complaint form: decides what each message means while the form is active, and what is asked next.

Rasa runs :func:`validate` once for each message while ``complaint_form`` is active. It asks the next question itself.
It also answers digressions and asks the question again. So each message needs only one call.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from bot.actions.complaint import (
    about,
    asides,
    at_summary,
    attachments,
    beside_call,
    changing,
    guesses,
    in_danger,
    later,
    leaving,
    of_filed,
    picking,
    questions,
    rewording,
    same,
    secrecy,
    skipping,
    steps,
    taking,
    written,
)
from bot.actions.complaint import draft as drafts
from bot.actions.complaint import kept as kept_drafts
from bot.actions.complaint.answers import read_answer
from bot.actions.complaint.corrections import field_of, reduced
from bot.actions.complaint.moves import FREE, Move, decide
from bot.actions.complaint.opening import declined, may_one, open_form, too_little
from bot.actions.complaint.values import named_district
from bot.actions.policy.follow_up import surely_says
from bot.actions.policy.staying import stays
from bot.actions.progress import adding, belongs, how_long, just_now
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS, RESUME, plain
from bot.actions.talk.digressions import only_announced, policy_aside
from bot.actions.talk.handoff import hand_over
from bot.understanding.clauses import clauses
from bot.understanding.confidential import read_confidential
from bot.understanding.groping import hedged_name, without_groping
from bot.understanding.human_wish import calls_human
from bot.understanding.name import has_nothing_more
from bot.understanding.phone import asked_phone
from bot.understanding.remarks import is_no_value
from bot.understanding.solved import is_solved
from bot.understanding.wishes import Wish, read_wish
from conversations.event_kinds import Result
from kb_index.language.text import simplified

_NO_ANSWER = frozenset(
    {Move.CANCEL, Move.HUMAN, Move.BACK, Move.CORRECT, Move.POLICY, Move.PROGRESS, Move.HOW_LONG}
)
"""Moves that are no answer, although their words may contain a value ("取消投诉", "把区改成大通区")."""
_ASKED_BACK = frozenset(
    {Move.POLICY, Move.FOLLOW_UP, Move.PROGRESS, Move.HOW_LONG, Move.ABILITIES, Move.ABUSE}
)
"""Moves for which a reproach or a question back is taken, although it names the answer."""
_NAMED = frozenset({"district", "address", "happened_at", "subject"})
"""Slots for whose value citizens grope (那个什么宏远物业)."""
_DESK = "form"
"""Key under which a conversation stores the current values of the form, for the agents to see."""
_LEAVES_IT = frozenset({Move.CANCEL, Move.SKIP, Move.DENY, Move.BACK})
_KEEP = re.compile(r"^(算了)?(还是)?(就|先)?(不改|不用改|别改|保持原样|原来的?(就行|就好|可以)?|照旧|按原来)")
_NOTHING_TO_ADD = re.compile(r"没有?|没有?(?:什么|啥)?要?(?:再)?(?:补充|改|加|说)的?了?")
"""Replies to a summary that asks whether anything is to be added."""
_ANOTHER = re.compile(
    r"不是(一件|同一|一个|一回)|另外(一件|登记|的)|别的事|新的(事|问题)|两(码|回)事|不一样|重新登记"
)
_SAME = re.compile(r"是?(同一|一)(件|个|回)事?|就是(这|那)(个|件|张)|补充(进去|到|上)|加(进去|上)|一样的")


async def validate(turn: Turn) -> None:
    """Handle a message within the form, or the message that opens it; at that time no slot is asked for."""
    turn.outcome(Result.MATTER)  # later steps change this when the message is something else
    # The form reads simplified characters. The ticket keeps the story in the citizen's own characters.
    ran = turn.requested is not None
    await in_danger.keep_told(turn, ran)
    await _step(turn if turn.pressed else _meant(turn))
    # An agent who takes over sees the form's current values.
    shown = drafts.for_agent(turn.slots) if turn.requested else None
    await kept_drafts.after_step(turn, (_DESK, shown or None), ran=ran)


def _meant(turn: Turn) -> Turn:
    """The message in simplified characters. An answer is reduced to what it corrects itself to, and gropes for."""
    said = simplified(turn.text)
    if turn.requested in (None, "content"):
        return turn.narrowed(said)
    said = reduced(said, turn.slots)
    meant = turn.narrowed(without_groping(said) if turn.requested in _NAMED else said)
    if turn.requested == "subject" and (meant.text != said or len(clauses(said)) == 1):
        meant.text = hedged_name(meant.text) or meant.text
    if meant.text != said:
        meant.decision = None  # it was judged with the words that only grope
    return meant


async def _step(turn: Turn) -> None:
    slot = turn.requested
    if slot is None:
        await _open(turn)
    elif not turn.pressed and calls_human(turn.text):
        beside_call.keep(turn)
        await _human(turn, slot)
    elif await written.down(turn, slot):
        pass  # the form has gone on there
    elif await asides.called_back(turn, slot) or await rewording.reworded(turn, slot):
        pass  # the form has asked again there
    elif slot != same.SLOT and belongs.taken_back_before(turn):
        steps.ask_again(turn, slot, "好的，按新的一件登记。")
    elif attachments.sent(turn) and attachments.keep_beside(turn):
        turn.set("requested_slot", slot)  # the words answer what was asked
    elif attachments.sent(turn):
        await _attached(turn, slot)
    elif not turn.pressed and slot != same.SLOT and about.fears_exposure(turn.text):
        steps.ask_again(turn, slot, about.about_privacy("知道"))
        turn.outcome(Result.TALK, about="filing")
    elif not turn.pressed and leaving.wants_out(turn.text, slot):
        await leaving.leave(turn)
    elif (picked := picking.picked(turn, slot)) is not None:
        if picked is not turn:
            await _step(picked)
    elif (left := guesses.answer(turn, slot)) is not None:
        await _guessed(turn, slot, left)
    else:
        await _read(turn, slot)


async def _read(turn: Turn, slot: str) -> None:
    """Handle words or a button that are no attachment, choice or wish to leave."""
    if leaving.leaves_solved(turn):
        await _cancel(turn.as_pressed(leaving.DROPS), slot)
    elif await of_filed.answered(turn, slot):
        pass  # the form has asked again there, or is closed
    elif await asides.answered(turn, slot):
        pass  # the form has asked again there
    elif not turn.pressed and is_solved(turn.text):
        leaving.ask_solved(turn, slot)
    elif not turn.pressed and (helped := attachments.told_how(turn.text)):
        steps.ask_again(turn, slot, helped)
    elif turn.pressed and turn.intent == "start_complaint" and turn.entities.get("slot") == "declined":
        await _not_declined(turn, slot)
    elif turn.pressed and turn.intent == "inform":
        await _chosen(turn, slot)
    elif turn.slot("asking") and not turn.pressed:
        await _asked(turn, slot)
    elif not turn.pressed and only_announced(turn.text):
        await asides.policy(turn, slot)
    elif slot == "district" and not turn.pressed and await _district(turn):
        pass  # 田家庵啊还能是哪 asks nothing
    elif not turn.pressed and slot != same.SLOT and await asides.listened(turn, slot):
        pass  # the form has continued there
    else:
        await _move(turn, slot, decide(turn, slot))


async def _district(turn: Turn) -> bool:
    """Take an answer that names a district in the form of a question or reproach; False for any other message."""
    named = named_district(turn.text, parts().city)
    if named is None or not (is_no_value(turn.text) or decide(turn, "district") in _ASKED_BACK):
        return False
    await steps.take(turn, "district", named)
    return True


async def _move(turn: Turn, slot: str, move: Move) -> None:
    """Handle a message by its move: an answer, or something else that citizens do within a form."""
    if slot == same.SLOT:
        await _same(turn, move)
        return
    # The only button beside the question for the number is 不留电话.
    refuses = (turn.pressed and move is Move.SKIP) or read_wish(turn.text) is Wish.NO_PHONE
    gives_none = slot == "contact_phone" and refuses
    if (
        questions.asked_again(turn, slot)
        and not gives_none
        and (move in _LEAVES_IT or _KEEP.search(plain(turn.text)))
    ):
        await changing.keep_former(turn)
        return
    if move is Move.CANCEL and taking.gives_contact(turn, slot):
        move = Move.UNCLEAR  # 算了，名字写上吧 takes a refusal back, and not the matter
    if slot == drafts.CONFIRM and leaving.declines(turn, move):
        if turn.offered == leaving.OFFER:
            await _cancel(turn, slot)
        else:
            leaving.ask(turn)
        return
    closed = slot not in FREE and slot != drafts.CONFIRM and not turn.pressed
    numbered = slot == "contact_phone" and asked_phone(turn.text) is not None
    unknown = slot == "complaint_type" and move is Move.SKIP
    may_answer = closed and not unknown and (numbered or move not in _NO_ANSWER)
    unclear = move is Move.UNCLEAR and not turn.pressed and slot in FREE
    may_answer |= unclear and (slot == "contact_name" or taking.holds_other(turn, slot))
    more = (
        slot == "content"
        and turn.slot(slot)
        and not questions.asked_again(turn, slot)
        and move in (Move.UNCLEAR, Move.DENY, Move.TALK)
    )
    if (may_answer or more) and await taking.take_answer(turn, slot):
        return
    await _MOVES[move](turn, slot)


async def _open(turn: Turn) -> None:
    if belongs.takes_back(turn):
        belongs.part(turn)
        await belongs.undo(turn)
        await _begin(turn.as_pressed(COMPLAIN.payload))
        return
    # 几天能处理, 撤了吧 and a follow-up to an answer sound like a complaint but are not
    if (
        await in_danger.listens(turn)
        or await surely_says(turn)
        or await stays(turn)
        or await how_long.answer(turn)
        or await just_now.answer(turn)
        or may_one(turn)
        or in_danger.told_safe(turn)
    ):
        turn.set("requested_slot", None)
        return
    await _begin(turn)


async def _begin(turn: Turn) -> None:
    before = await open_form(turn)
    if before is None:
        return
    turn.set("tries", 0)
    await steps.suggest_category(turn)
    content = turn.slot("content")
    if content and too_little(str(content)) and not turn.slot("filing_key"):
        questions.ask(turn, "content")
        return
    await steps.ask_next(turn, before=before)


async def _attached(turn: Turn, slot: str) -> None:
    """Keep a photo or a place that is sent at any question. Ask the question again, unless this was the answer."""
    filled, said = attachments.read(turn)
    # Rasa takes a step that fills nothing, as for a photo that came twice, for one that the form refuses.
    turn.set_all({**filled, "tries": steps.tries_so_far(turn)})
    if slot == "content" and questions.asked_again(turn, slot):
        await steps.go_on(turn, {}, f"{said}{taking.STORY_STAYS}", look=False)
    elif slot in filled or slot == drafts.CONFIRM:
        turn.set("tries", 0)
        await steps.ask_next(turn, said, look=slot in filled)
    elif slot == same.SLOT:
        turn.say(f"{said}请先说说跟那张工单是不是同一件事。", [*same.CHOICES])
    else:
        questions.ask(turn, slot, before=said)


async def _chosen(turn: Turn, slot: str) -> None:
    """Handle a pressed button that carries a value."""
    name, value = turn.entities.get("slot", ""), turn.entities.get("value", "")
    if name == "explain":
        steps.ask_again(turn, slot, questions.EXPLAINED)
    elif name == "category":
        await steps.go_on(turn, {name: value}, look=False)
    elif name in drafts.LABELS:
        await steps.take(turn, name, read_answer(name, value))
    else:
        await steps.bad_try(turn, slot)


async def _guessed(turn: Turn, slot: str, left: str) -> None:
    """Handle the answer to the question whether an unsure reading is right.

    Args:
        left: the reading, or what was said instead of it.
    """
    if not left:
        steps.ask_again(turn, slot, "好的。")
    elif left == guesses.value(turn, slot):
        await steps.take(turn, slot, read_answer(slot, left) or left)
    else:
        await _read(turn.narrowed(left), slot)


async def _not_declined(turn: Turn, slot: str) -> None:
    """Take a message as the answer that was declined as out of scope before."""
    said = await declined(turn)
    if said and slot in FREE:
        await steps.take(turn, slot, read_answer(slot, said))
    else:
        steps.ask_again(turn, slot, "好的，我们接着登记。")


async def _asked(turn: Turn, slot: str) -> None:
    """Answer the question that the citizen announced in the message before (等等我先问个事)."""
    move = decide(turn, slot)
    turn.set("asking", None)
    said = about.answer(turn.text, slot, turn.slots)
    if said is not None:
        steps.ask_again(turn, slot, said)
        return
    if move in (Move.CANCEL, Move.HUMAN):
        await _MOVES[move](turn, slot)
        return
    if move not in (Move.DENY, Move.AFFIRM, Move.TALK, Move.REPEAT, Move.SKIP, Move.BACK):
        await policy_aside(turn, certain=True)
    asides.resume(turn, slot)


async def _same(turn: Turn, move: Move) -> None:
    """Handle the answer to the question whether it is the same matter as an open ticket."""
    number = str(turn.slot(same.SLOT))
    said = plain(turn.text)
    unread = steps.tries_so_far(turn) > 0 and move not in (Move.AFFIRM, Move.CANCEL, Move.HUMAN)
    # Who says something else twice is not asked a third time.
    denied = move is Move.DENY or _ANOTHER.search(said) is not None or (unread and not _SAME.search(said))
    added = await same.add(turn) if not denied and (move is Move.AFFIRM or _SAME.search(said)) else ""
    if denied or added is None:
        turn.set_all({same.NOT: [*(turn.slot(same.NOT) or []), number], same.SLOT: None, "tries": 0})
        why = "" if denied else "那张工单现在补充不了，"
        await steps.ask_next(turn, f"好的，{why}那就另外登记一件。", look=False)
    elif added:
        words = str(turn.slot("content") or "")
        given = await adding.give(turn, number, turn.slots)
        turn.say(f"{added}{given}", [belongs.UNDO, PROGRESS, HUMAN])
        drafts.clear(turn)
        turn.set("seen_number", number)
        belongs.offer_undo(turn, number, words, contact=bool(given))
        later.offer(turn)
        turn.set("requested_slot", None)
    elif move in (Move.CANCEL, Move.HUMAN):
        await _MOVES[move](turn, same.SLOT)
    else:
        same.ask_again(turn)
        turn.set("tries", steps.tries_so_far(turn) + 1)


async def _answer(turn: Turn, slot: str) -> None:
    if not await taking.take_answer(turn, slot):
        await asides.unread(turn, slot)


async def _unclear(turn: Turn, slot: str) -> None:
    if slot != drafts.CONFIRM or turn.pressed or not await at_summary.take(turn):
        await asides.unread(turn, slot)


async def _cancel(turn: Turn, slot: str) -> None:
    kept = {} if turn.entities.get("value") == leaving.DROP else drafts.saved(turn.slots)
    again = RESUME if kept else Choice("重新反映", "/start_complaint")
    turn.outcome(Result.TALK, about="cancelled")
    turn.say("好的，已经取消，没有提交任何内容。以后想反映随时跟我说。", [again, HUMAN])
    drafts.clear(turn)
    later.offer(turn, again)
    turn.set_all({drafts.KEPT: kept or None, "requested_slot": None})


async def _human(turn: Turn, slot: str) -> None:
    await hand_over(turn, "citizen_asked")
    kept = drafts.saved(turn.slots)
    drafts.clear(turn)
    turn.set_all({later.SLOT: None, drafts.KEPT: kept or None, "requested_slot": None})


async def _repeat(turn: Turn, slot: str) -> None:
    steps.ask_again(turn, slot)


async def _affirm(turn: Turn, slot: str) -> None:
    secret = None if turn.pressed else read_confidential(turn.text)
    if slot == drafts.CONFIRM and secret is not None:  # "要保密" changes a line and confirms nothing
        await steps.take(turn, "confidential", secret)
    elif slot == drafts.CONFIRM:
        turn.set_all({drafts.CONFIRM: True, "tries": 0, "requested_slot": None})
    elif slot == "confidential" and "提交" not in turn.text:  # "可以提交" says nothing about secrecy
        await secrecy.assented(turn)
    elif "提交" in turn.text:
        steps.ask_again(turn, slot, "好的，还差几项，填完就能提交。")
    else:
        steps.ask_again(turn, slot, "好的。")


async def _deny(turn: Turn, slot: str) -> None:
    if slot == drafts.CONFIRM:
        if not turn.pressed and (has_nothing_more(turn.text) or _NOTHING_TO_ADD.fullmatch(plain(turn.text))):
            steps.ask_again(turn, slot, "好的，那就这些。")
        elif not turn.pressed and field_of(turn.text, {}) is not None and len(turn.text) > 3:
            await changing.correct(turn, slot)
        else:
            changing.ask_what_to_change(turn)
    elif slot == "confidential":
        await steps.go_on(turn, {slot: False})
    elif questions.skippable(turn, slot):
        await skipping.skip(turn, slot)
    else:
        await steps.bad_try(turn, slot)


_MOVES: dict[Move, Callable[[Turn, str], Awaitable[None]]] = {
    Move.ANSWER: _answer,
    Move.CANCEL: _cancel,
    Move.HUMAN: _human,
    Move.SKIP: skipping.skip,
    Move.BACK: changing.back,
    Move.REPEAT: _repeat,
    Move.CORRECT: changing.correct,
    Move.AFFIRM: _affirm,
    Move.DENY: _deny,
    Move.POLICY: asides.policy,
    Move.FOLLOW_UP: asides.policy,
    Move.HOW_LONG: asides.how_long,
    Move.ABILITIES: asides.abilities,
    Move.PROGRESS: asides.progress,
    Move.ABUSE: asides.abuse,
    Move.TALK: asides.talk,
    Move.UNCLEAR: _unclear,
}
