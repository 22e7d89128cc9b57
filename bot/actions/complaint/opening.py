"""Opens the complaint form, and fills slots from the first message, so that only the others are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.actions.complaint import (
    about,
    answered,
    contact,
    guesses,
    hazard,
    in_danger,
    later,
    offered,
    promised,
    questions,
    steps,
)
from bot.actions.complaint import draft as drafts
from bot.actions.complaint import kept as kept_drafts
from bot.actions.complaint.answers import read_mined, without_own
from bot.actions.complaint.draft import likely_type
from bot.actions.complaint.later import NEXT
from bot.actions.complaint.parted import parted
from bot.actions.complaint.told_before import ToldBefore, said_before, told_before, told_in_talk, with_earlier
from bot.actions.policy import answer as policy
from bot.actions.policy.answer import ENTRY
from bot.actions.policy.follow_up import continues
from bot.actions.policy.which import offer_filing
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, FILE_IT, FILE_QUESTION, HUMAN, clip, plain
from bot.actions.talk import abroad, mood
from bot.actions.talk.digressions import policy_aside
from bot.understanding.clauses import clauses
from bot.understanding.faults import is_fault
from bot.understanding.filing_wish import without_wish
from bot.understanding.kind import named_type
from bot.understanding.name import introduced_name, titled_name
from bot.understanding.numbered import numbers_questions
from bot.understanding.requests import Request, is_question, reproaches
from bot.understanding.wishes import Wish, read_wish, wish_beside_matter
from conversations.event_kinds import Result
from conversations.scope import BESIDE, DECLINED
from conversations.waiting import LEAVE_MATTER
from kb_index.language.text import simplified

_OPENS = frozenset({"complain", "suggest", "praise", "start_complaint"})
"""Intents whose message may already tell the matter."""
_FRAME = re.compile(
    r"(?:你好|您好|喂|请问|麻烦|谢谢|那个|我们?|俺们?|咱们?|想要|想|要|有|再|得|来|帮忙?|给|请|可以|能不能|能|怎么|如何|咋|在哪里?|这里|这儿|你们这|你们|您|12345|热线|还是|接着|继续|进行|"
    r"反映|反应|投诉|投拆|举报|检举|求助|登记|表扬|建议|提出?|说|讲|写|报|填|办理?|开始|一下|一个|一件|一位|几点|几个|几句|两个|个|点|些|"
    r"问题|情况|事情?|事儿|意见|工作人员|感谢信|工单|诉求|件|吧|啊|呀|了|吗|呢|么|的|哦|[，,。.！!？?、\s])+"
)
"""Words that announce a complaint without describing it: 你好我想投诉一下."""
_LEAST = 2
"""Fewest characters besides these words with which a message tells the matter, or a part of it."""
_ENOUGH = 4
"""Fewest such characters that can be filed. With fewer the citizen is asked to tell more (“投诉物业”)."""
_TOLD = re.compile(r"[了没不坏]$|没人|坏|停[水电气]")
_ASKS_ON = re.compile(r"[?？]|啥|什么|多[钱少久长]|哪|几|[吗么呢]$|咋|怎")
"""Words of a question that may go on about the entry before it."""
_OF_BLAME = frozenset({"happened_at", "subject"})
"""What a question has not, although its words may look like it (礼拜六上不上班)."""
_DATE = "（2"
"""In a time that was understood as a date (昨天（2026年11月29日）). Others (好几天) are not worth repeating."""
_TOGETHER = "您前面说的也一起写进去了。"
_THANKS = "谢谢您的肯定，我帮您记下来转给他们。"


async def open_form(turn: Turn) -> str | None:
    """Fill the slots that the first message answers; the caller asks for the others.

    Returns:
        Text before the next question that says how the message was understood; may be "". None when the form does not
        begin after all; then the citizen has already got a reply.
    """
    if turn.slot("filing_key"):  # reopened because one field could not be filed
        return ""
    wanted = turn.entities.get("slot") if turn.pressed else None
    left = await kept_drafts.left(turn)
    if left is not None and kept_drafts.wants(turn):
        return kept_drafts.take_up(turn, left)
    if await promised.declined(turn) or offered.declined(turn):  # 行吧不办了
        turn.set("requested_slot", None)
        return None
    if _ASKS_ON.search(turn.text) and await continues(turn):  # 要啥 asks on, and agrees to nothing
        turn.set("requested_slot", None)
        return None
    where = offered.where(turn)
    put_off = await promised.fetched(turn) or await in_danger.told_to_file(turn)
    before = None if put_off else told_before(turn) or _left_matter(turn)
    story = put_off or (
        None
        if before
        else (None if where or offered.agrees(turn) else _story(turn))
        or _set_just_now(turn)
        or (offered.told(turn) if where else None)
    )
    kept = None
    if story is None and before is None:
        kept = await declined(turn) if wanted == "declined" else _kept_story(turn) or offered.told_again(turn)
        if kept and left is not None and str(left["content"]) in kept:
            # The citizen left the form to ask this question, and it got no answer. It is filed as a question (咨询),
            # with everything that was filled before.
            return kept_drafts.take_up(turn, {"complaint_type": "咨询", **left})
    requests = parted(story) if story else _parted_of(kept)
    if story and len(requests) == 1:
        requests = (replace(requests[0], text=steps.as_said(turn, requests[0].text)),)
    if story and len(requests) == 1 and requests[0].asked and await _answered(turn):
        return None
    if len(requests) > 1 and requests[0].kind == "question":
        await _question_first(turn, requests)
        return None
    meant = before.content if before else None
    meant = meant or (None if story or kept else answered.asked_to_file(turn) or _meant(turn))
    content = requests[0].text if requests else kept or meant
    alone = content
    if (
        content
        and len(requests) < 2
        and not put_off
        and (kept or turn.intent in ("complain", "start_complaint"))
    ):
        own = next((one for one in reversed(said_before(turn)) if content.endswith(f"：{one}")), content)
        whole = with_earlier(turn, own, now=not kept and story is not None and not turn.pressed)
        content = content if whole == own else whole  # the entry's title says what a question alone is about
    same_as = ""
    letter = content is not None and numbers_questions(content)
    named = {"complaint_type": "咨询" if letter else _type(turn, kept and content)}
    filled = {name: value for name, value in named.items() if value}
    if content:
        mined = read_mined(simplified(await _own_words(turn, content)), {**turn.slots, **where})
        told = meant or answered.asked_to_file(turn) or turn.intent == "complain"
        if (told or _titles(turn) & {FILE_IT.title, NEXT.title}) and mined.get("complaint_type") == "咨询":
            # "到底有没有人管？" sounds like a question but is not. So the citizen is asked for the type.
            del mined["complaint_type"]
        details = {**mined, **where, **(_of_before(before, mined) if before else {})}
        filled = {
            **details,
            **filled,
            "content": without_own(content, details),
            **_of_contact(turn, before.beside if before else content),
        }
        again, same_as = await promised.carried(turn, content, mined)
        filled = {**again, **filled}
        if filled.get("complaint_type") == "咨询":  # who only asks tells of no time, and blames nobody
            filled = {name: value for name, value in filled.items() if name not in _OF_BLAME}
    wish = None if content else _only_wish(turn)
    hidden = ""
    if wish in (Wish.ANONYMOUS, Wish.CONFIDENTIAL, Wish.NO_PHONE):
        wished, hidden = contact.wished(turn, "content", [wish], "")
        filled |= wished
        hidden = hidden.removeprefix("好的，")
    placed = turn.slots.get("district") or filled.get("district")
    theirs = "" if placed or not content else abroad.of_story(content)
    turn.set_all({**filled, "story": None, drafts.KEPT: None})
    if len(requests) > 1:
        later.remember(turn, requests[1:])
    waits = ""
    if (
        left is not None and content and turn.offered == kept_drafts.OFFER
    ):  # another matter, not the one offered
        later.shelve(turn, left)
        waits = f"“{kept_drafts.in_one_line(left)}”那件也给您留着。"
    asked = about.about_privacy(turn.text) if not turn.pressed and read_wish(turn.text) is Wish.ASKS else ""
    return (
        asked
        + mood.sympathy(turn, content or "")
        + hazard.advice(content or "")
        + acknowledge(turn, filled)
        + (guesses.fill(turn) if content and filled.get("complaint_type") != "咨询" else "")
        + hidden
        + same_as
        + theirs
        + (_TOGETHER if alone and content != alone else "")
        + later.noted(requests[1:])
        + waits
    )


async def _answered(turn: Turn) -> bool:
    """Answer a question that was taken for a matter because the situation behind it was told, too; False without a sure answer."""
    result = await policy.search(turn.text)
    if not policy.is_sure(result):
        return False
    await policy.tell_result(turn, result)
    offer_filing(turn, turn.text)
    turn.set("requested_slot", None)  # ends the form
    return True


def _left_matter(turn: Turn) -> ToldBefore | None:
    """What was said in the talk, when 先把事情登记下来 in the queue is pressed; None without that button, or when nothing was said."""
    if not turn.pressed or LEAVE_MATTER.title not in _titles(turn):
        return None
    return told_in_talk(turn)


def _of_before(before: ToldBefore, mined: Mapping[str, Any]) -> dict[str, Any]:
    """What the asking sentence gives besides, and the type: a question when nothing else was told."""
    kind = "咨询" if before.asked else mined.get("complaint_type") or likely_type(before.content)
    return {"complaint_type": kind, **before.details}


def _parted_of(kept: str | None) -> tuple[Request, ...]:
    """The matters of a message that was answered first and is filed now; empty when it is a single one or a question."""
    # What was said before and was added to later (补充：…) is one matter.
    whole = not kept or numbers_questions(kept) or drafts.told_first(kept) != kept
    requests = () if whole else parted(str(kept))
    return requests if len(requests) > 1 and all(one.kind == "matter" for one in requests) else ()


async def _question_first(turn: Turn, requests: tuple[Request, ...]) -> None:
    """Answer the question in a message that also contains a complaint, and offer to file the complaint."""
    await policy_aside(turn.narrowed(requests[0].text), certain=True)
    matter = next((r.text for r in requests[1:] if r.kind == "matter"), requests[1].text)
    turn.say(
        f"您还提到“{clip(matter, 40)}”，要帮您登记这件事吗？",
        [Choice("登记这件事", "/start_complaint"), Choice("不用了", "/deny"), HUMAN],
    )
    rest = [request for request in requests[1:] if request.text != matter]
    later.remember(turn, rest)
    turn.set("story", matter)
    turn.offer("complaint")
    turn.set("requested_slot", None)  # ends the form


async def declined(turn: Turn) -> str | None:
    """The message that was declined as out of scope, when the citizen insists on it, or the matter beside it; else None."""
    fact = BESIDE if turn.entities.get("value") == "beside" else DECLINED
    said = (await parts().conversations.recall(turn.conversation_id)).get(fact)
    return str(said) if said else None


def _story(turn: Turn) -> str | None:
    """The message if it tells the matter or a part of it; None if it only says that the citizen wants to complain."""
    if turn.intent not in _OPENS or turn.pressed or _only_wish(turn) is not None:
        return None
    if len(_told(turn.text)) < _LEAST or answered.asked_to_file(turn):
        return None
    return answered.joined(turn, without_wish(turn.text))


def _only_wish(turn: Turn) -> Wish | None:
    """The wish in a message that otherwise only announces a matter (我要举报，匿名); None without one."""
    return None if turn.pressed else read_wish(turn.text) or read_wish(_told(turn.text))


def _told(text: str) -> str:
    """What a message says besides the wish to have something filed.

    >>> _told("你好，我想投诉一下物业"), _told("我要反映一个问题")
    ('物业', '')
    """
    return _FRAME.sub("", plain(text))


def may_one(turn: Turn) -> bool:
    """Answer a question whether one may complain of somebody (能投诉医院吗), and open no form; False for another message."""
    asked = None if turn.pressed else _WHETHER.fullmatch(turn.text.strip())
    if asked is None or not asked["whom"] or is_fault(asked["whom"]) or reproaches(asked["whom"]):
        return False
    turn.say("可以。要登记的话，把是哪一家、什么事告诉我就行；只是问问，就不登记。", [COMPLAIN, HUMAN])
    turn.outcome(Result.TALK, about="filing")
    return True


def only_announces(text: str) -> bool:
    """Whether a message only says that something is to be filed, and not what.

    >>> only_announces("我要投诉"), only_announces("我要投诉物业"), only_announces("12345")
    (True, False, False)
    """
    return _told(text) == "" and re.search("投诉|投拆|举报|检举|反映|反应|求助|登记", text) is not None


def too_little(content: str) -> bool:
    """Whether the content only names somebody or something, and does not say what happened.

    >>> too_little("投诉物业"), too_little("路灯坏了"), too_little("停电了")
    (True, False, False)
    """
    told = _told(content)
    return len(told) < _ENOUGH and not _TOLD.search(plain(content))


def _of_contact(turn: Turn, story: str) -> dict[str, Any]:
    """Slot → value for the name, and for wishes about name, phone and secrecy, that a story contains."""
    filled: dict[str, Any] = {}
    wishes = []
    if (beside := wish_beside_matter(simplified(story))) is not None:
        wishes.append(beside)
    for clause in clauses(simplified(story)):
        wish = read_wish(clause)
        name = introduced_name(clause) or titled_name(clause)
        if wish is not None and wish is not Wish.ASKS:
            wishes.append(wish)
        elif name is not None and not turn.slot("contact_name"):
            filled["contact_name"] = name
    wished, _ = contact.wished(turn, "content", wishes, "")
    return {**filled, **{name: value for name, value in wished.items() if name != "content"}}


async def _own_words(turn: Turn, content: str) -> str:
    """What the citizen said of a matter, without the title of the entry before it (``title：words``)."""
    known = (await parts().conversations.recall(turn.conversation_id)).get(ENTRY)
    entry = parts().kb.entry(str(known)) if known else None
    return content.removeprefix(f"{entry.title.rstrip('？?')}：") if entry else content


def _set_just_now(turn: Turn) -> str | None:
    """The story that another action has put into the slot ``story`` in this turn; None when there is none."""
    for event in reversed(turn.events):
        if event.get("event") == "user":
            return None
        if event.get("event") == "slot" and event.get("name") == "story" and event.get("value"):
            return str(event["value"])
    return None


_REGISTER = re.compile(
    r"(?:那|好的?|行|嗯|对|就|请|麻烦|你们?|您|帮我|给我|我|俺|要|想|需要)*登记(?:一下|下来|吧|这个|这件事|它|啊|呀)*"
)
_WHETHER = re.compile(
    r"(?:请问|问一?下|那|你们?这?个?|您|这里|这个|这儿|热线|12345|平台|我){0,4}(?:能不能|可不可以|能|可以|可)"
    r"(?:来|在这里?|上你们这里?){0,2}(?:投诉|举报|反映|检举)(?P<whom>[^，,。；;？?]{0,8}?)(?:吗|么|不|嘛)[？?。]?"
)
"""Asks whether one may complain of somebody, and tells nothing (你们这个能投诉医院吗)."""
_LEAST_BEFORE = 6
"""Fewest characters of a message that 要登记 can refer to."""


def _kept_story(turn: Turn) -> str | None:
    """The previous message, if it got no answer and was kept in the slot ``story``; else None.

    我要举报 and 我要接着举报 begin a report of their own behind a mere question; 登记 files the question.
    """
    for event in turn.previous():
        if event.get("event") == "slot" and event.get("name") == "story" and event.get("value"):
            kept = str(event["value"])
            return None if only_announces(turn.text) and offered.not_meant(turn, kept) else kept
    return None


def _meant(turn: Turn) -> str | None:
    """The previous message, if the citizen now asks to file it (要登记); None for other words."""
    if turn.pressed or not _REGISTER.fullmatch(plain(turn.text)):
        return None
    said = [str(event.get("text") or "") for event in turn.events if event.get("event") == "user"]
    before = said[-2] if len(said) > 1 else ""
    return None if before.startswith("/") or len(before) < _LEAST_BEFORE else before


def _titles(turn: Turn) -> set[str]:
    """Titles of the buttons shown right before this message."""
    return {
        str(button.get("title"))
        for event in turn.previous()
        if event.get("event") == "bot"
        for button in (event.get("data") or {}).get("buttons") or []
    }


def _type(turn: Turn, kept: str | None) -> str | None:
    """The type that the intent or the words name.

    Args:
        kept: the message before that is filed now. Answered as a question, it is one (咨询), unless it tells of a problem.
    """
    if turn.intent == "suggest":
        return "建议"
    if turn.intent == "praise":
        return "表扬"
    titles = _titles(turn)
    answered = turn.previous_action in ("action_answer_policy", "action_deny") and FILE_IT.title not in titles
    asked = (FILE_QUESTION.title in titles or answered) and NEXT.title not in titles
    if kept and (numbers_questions(kept) or (asked and not any(map(_blames, kept.split("\n"))))):
        return "咨询"
    kind = None if turn.pressed else named_type(turn.text)
    return kind.label if kind else None


def _blames(said: str) -> bool:
    """Whether a message that was answered as a question tells of a problem all the same.

    >>> _blames("我想反映一下菜市场门口天天摆摊把路都堵死了"), _blames("社保卡丢了怎么办")
    (True, False)
    """
    return not is_question(said) and (is_fault(said) or reproaches(said))


def acknowledge(turn: Turn, filled: Mapping[str, Any]) -> str:
    """A sentence that says what was understood, so that the citizen sees a mistake at once."""
    if filled.get("complaint_type") == "表扬":
        return _THANKS
    if not filled.get("content"):
        return "好的，我来帮您登记。"
    matter = {"建议": "您的建议", "咨询": "您的问题"}.get(str(filled.get("complaint_type")), "您说的情况")
    noted = [
        questions.brief(name, filled[name])
        for name in (*steps.NOTED, "contact_name")
        if filled.get(name) and not (name == "happened_at" and _DATE not in str(filled[name]))
    ]
    also = f"，{'、'.join(dict.fromkeys(noted))}也记下了" if noted else ""
    return f"{matter}我记下了{also}，还要跟您核对几个问题。"
