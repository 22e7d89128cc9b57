"""Replies to messages that were not understood.

The assistant first searches the knowledge base, then says what it can do. After the second such message in a row it
hands over to a human (reason ``low_confidence``).
"""

from __future__ import annotations

import re

from bot.actions.complaint import answered, attachments, kept, leaving, offered
from bot.actions.complaint.answers import read_mined
from bot.actions.policy import answer as policy
from bot.actions.policy import staying
from bot.actions.policy.unknown import asks_number
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, FILE_IT, HUMAN, PROGRESS, clip, plain
from bot.actions.talk import abroad, odd, short, wordless
from bot.actions.talk.handoff import hand_over
from bot.understanding.asking import asks
from bot.understanding.faults import is_fault
from bot.understanding.remarks import is_asking
from bot.understanding.requests import is_question
from bot.understanding.ticket import find_number
from conversations.event_kinds import Result
from kb_index.language.text import simplified

NAME = "action_fallback"
"""Name of the action in domain.yml."""
NOT_UNDERSTOOD = ("抱歉，我没听明白", "抱歉，我没完全听明白", "抱歉，我还是没听明白")
"""First words of the replies that say that a message was not understood."""
MAYBE_MISREAD = "我怕理解错了您的意思，不敢随便回答您。"
"""First sentence of "I don't know" when the model was not sure what was meant."""
_NEAREST = 2
"""Largest number of entries offered."""
_WORD_FROM, _WORD_TO = 2, 6
"""Shortest and longest bare word, in characters."""
_NO_NOUN = re.compile(r"[那这个是的了吗呢啊呀哦嗯吧我你您他她它就有没不什怎么咋啥好谢哪谁再说讲问\da-zA-Z]")
"""Characters that occur in talk; a message with one of them is not the bare name of a thing."""
_LOOKED_AT = 5
"""Number of search results in which a bare word is looked for."""
_LOOKUP_FROM = 4
"""Fewest characters of a message that is searched; shorter ones match too many entries."""
_WHERE_WHEN = frozenset({"district", "town", "address", "happened_at"})
_UNKNOWN = re.compile(r"(?:我|俺)?(?:也)?(?:不知道|不清楚|不晓得|不认识|没看清|说不好)(?=.)")
"""Begins what the citizen can't tell, which has question words and asks nothing (不知道谁家的狗)."""
_DETAIL_FROM = 4
"""Fewest characters of a message that tells more of the matter."""
_STORY_FROM = 8
"""Fewest characters of a message that may be the story of a complaint."""


async def fallback(turn: Turn) -> None:
    """Reply to a message that was not understood.

    It may be an attachment, a ticket number, a reply to an offer, or something that the knowledge base knows. Otherwise
    the assistant says what it can do, or hands over to a human.
    """
    if attachments.sent(turn):
        await attachments.outside(turn)
        return
    if find_number(turn.text):
        turn.set("misses", 0)
        turn.follow_up("status_form")
        return
    draft = await kept.left(turn)
    if draft is not None and (kept.wants(turn) or kept.asks(turn.text)):
        turn.set("misses", 0)
        kept.go_on(turn, draft)
        return
    if turn.offered == "complaint" and _goes_on(turn):
        turn.set_all({"misses": 0, "story": f"{turn.slot('story')}，{turn.text}"})
        turn.follow_up("complaint_form")
        return
    if turn.offered in (policy.INVITED, "complaint") and _adds_to_story(turn):
        return
    if elsewhere := abroad.of_talk(turn.text):
        turn.set("misses", 0)
        turn.say(elsewhere, [COMPLAIN, HUMAN])
        turn.outcome(Result.TALK, about="elsewhere")
        return
    if odd.answered(turn) or wordless.answered(turn):
        return
    tells_more = answered.joined(turn, turn.text) != turn.text
    if not tells_more and _misses(turn) == 0 and await staying.listens(turn):
        return
    if await policy.offer_topic(turn):
        turn.set("misses", 0)
        return
    if await _named_entries(turn):
        turn.set("misses", 0)
        return
    reports = short.may_report(turn, unheard=_misses(turn) > 0)
    if reports and short.matter(turn) >= short.REPORTS:
        turn.set_all({"misses": 0, "story": answered.joined(turn, turn.text)})
        turn.follow_up("complaint_form")
        return
    if is_fault(turn.text) or reports or tells_more:
        await _offer_filing(turn)
        return
    near: list[Choice] = []
    if len(turn.text) >= _LOOKUP_FROM and turn.intent != "nonsense":
        result = await policy.search(turn.text)
        if policy.is_sure(result) or (policy.is_likely(result) and _maybe(turn, "ask_policy")):
            turn.set("misses", 0)
            await policy.tell_result(turn, result)
            return
        if _maybe(turn, "ask_policy") and await policy.may_offer(turn, result):
            turn.set("misses", 0)
            policy.ask_back(turn, result)
            return
        if _likely(turn, "ask_policy"):
            turn.set("misses", 0)
            await policy.tell_result(turn, result, opening=MAYBE_MISREAD)
            return
        close = policy.near_entries(result, turn.text)[:_NEAREST]
        near = [policy.entry_choice(turn, entry) for entry in close]
    if _misses(turn) >= 1:
        await hand_over(turn, "low_confidence", before="抱歉，我还是没听明白。")
        turn.set("misses", 0)
        return
    turn.set("misses", 1)
    _ways_on(turn, near)


async def _named_entries(turn: Turn) -> bool:
    """Offer the entries whose wordings contain a bare word (五保, 准生证); False when there are none."""
    word = plain(turn.text)
    if turn.pressed or not _WORD_FROM <= len(word) <= _WORD_TO or _NO_NOUN.search(word):
        return False
    hits = (await policy.search(turn.text)).hits[:_LOOKED_AT]
    named = [
        hit.entry
        for hit in hits
        if any(word in plain(said) for said in (hit.entry.title, *hit.entry.tags, *hit.entry.variants))
    ]
    if not named:
        return False
    head = f"关于“{word}”，我这里有下面这些，看看是不是您想问的？回复序号，或者把想问的说一句就行。"
    policy.list_entries(turn, named[:_NEAREST], head)
    return True


async def misread(turn: Turn) -> None:
    """Handle words that make sense only in a form when no form is active.

    The model also takes short reports (停水了) for such words; :func:`fallback` handles them.
    """
    draft = await kept.left(turn)
    if draft is not None and turn.entities.get("value") == leaving.DROP:
        await kept.forget(turn)
        turn.say("好的，刚才填的都不要了。以后想反映随时跟我说。", [COMPLAIN, HUMAN])
        turn.outcome(Result.TALK, about="cancelled")
    elif draft is not None and (kept.wants(turn) or kept.asks(turn.text)):
        kept.go_on(turn, draft)
    elif turn.pressed or leaving.is_form_words(turn.text):
        leaving.no_form(turn)
    else:
        await fallback(turn)


async def _offer_filing(turn: Turn) -> None:
    """Offer to file a short report of a fault, and offer the best matching entries, too."""
    turn.set("misses", 0)
    near = [
        policy.entry_choice(turn, entry)
        for entry in policy.near_entries(await policy.search(turn.text), turn.text)
    ]
    also = "相近的政策问题也列在下面。" if near else ""
    story = answered.joined(turn, turn.text)
    turn.say(
        f"您是想反映“{clip(story, 40)}”这件事吗？我帮您登记，转给有关部门处理；也可以转人工。{also}",
        [FILE_IT, HUMAN, *near],
    )
    turn.set("story", story)
    turn.offer("complaint")
    turn.outcome(Result.ASKED_BACK, about="ask_or_tell")


def _goes_on(turn: Turn) -> bool:
    """Whether the answer to "shall I file it?" says where or when it happened, which is a yes."""
    if asks_number(turn.text):  # 人才市场电话多少 names a place, and asks
        return False
    told = read_mined(simplified(turn.text), {})
    return bool(turn.slot("story")) and not is_question(turn.text) and bool(_WHERE_WHEN & set(told))


def _adds_to_story(turn: Turn) -> bool:
    """Keep what is told of the matter after the offer to file it (不知道谁家的狗), and ask for the place; else False.

    After an answer that asks for the place, whatever tells something is of the matter.
    """
    story = offered.told(turn)
    unknown = _UNKNOWN.match(turn.text) is not None
    of_it = turn.offered == policy.INVITED or unknown or short.matter(turn) >= short.REPORTS
    tells = len(plain(turn.text)) >= _DETAIL_FROM and (
        unknown or not (asks(turn.text) or is_asking(turn.text))
    )
    if turn.pressed or not story or turn.intent == "nonsense" or not (tells and of_it):
        return False
    turn.set_all({"misses": 0, "story": f"{story}，{turn.text}"})
    turn.offer(str(turn.offered))
    turn.say(
        "好，这一句我也记着。要登记的话，告诉我在什么地方，或者点下面的按钮；不登记就接着问。",
        [FILE_IT, HUMAN],
    )
    turn.outcome(Result.ASKED_BACK, about="ask_or_tell")
    return True


def _misses(turn: Turn) -> int:
    """Number of messages right before this one that were not understood either."""
    return int(turn.slot("misses") or 0) if turn.previous_action == NAME else 0


def _maybe(turn: Turn, intent: str) -> bool:
    return any(name == intent for name, _ in turn.ranking[:4])


def _likely(turn: Turn, intent: str) -> bool:
    return next((name for name, _ in turn.ranking if name != "nlu_fallback"), None) == intent


def _ways_on(turn: Turn, near: list[Choice]) -> None:
    """Say what can be done with a message that was not understood.

    Args:
        near: buttons of the best matching entries.
    """
    also = "相近的问题也列在下面。" if near else ""
    turn.outcome(Result.NOT_UNDERSTOOD)
    story = answered.joined(turn, turn.text)
    if turn.intent != "nonsense" and len(turn.text) >= _STORY_FROM and _maybe(turn, "complain"):
        # The message is stored, so that the citizen need not repeat it after pressing the button.
        turn.say(
            f"抱歉，我没完全听明白。您是想反映这个问题，登记成工单吗？登记后由工作人员处理；也可以转人工。{also}",
            [Choice("反映这个问题", "/start_complaint"), HUMAN, *near],
        )
        turn.set("story", story)
        turn.offer("complaint")
        return
    told = turn.intent != "nonsense" and short.matter(turn) >= short.MAY_TELL
    if told and not short.only_where(turn.text):
        turn.say(
            f"抱歉，“{clip(turn.text, 20)}”我没太听明白。要反映这件事，点“反映问题”，不用重说；"
            f"想问别的，再说一句是什么事就行。{also}",
            [COMPLAIN, PROGRESS, HUMAN, *near],
        )
        turn.set("story", story)
        turn.offer("complaint")
        return
    turn.say(
        "抱歉，我没听明白。您是要问政策，还是反映问题？像“公积金怎么提取”“小区路灯坏了没人修”这样，"
        f"说一句就行。{also}",
        [COMPLAIN, PROGRESS, HUMAN, *near],
    )
