"""Takes an answer within the form: all fields that it fills, and what else it tells about the matter."""

from __future__ import annotations

import re
from typing import Any

from bot.actions.complaint import asked_beside, contact, questions, rough, steps
from bot.actions.complaint.answers import hint, read_answer
from bot.actions.complaint.heard import Heard
from bot.actions.complaint.hearing import hear
from bot.actions.complaint.opening import too_little
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import CANCEL, HUMAN, SKIP, choice, clip, plain
from bot.actions.talk import abroad
from bot.understanding.category import suggest_by_words
from bot.understanding.clauses import may_be_place
from bot.understanding.kind import named_type
from bot.understanding.lasting import may_be_time
from bot.understanding.looks import is_sentence
from bot.understanding.requests import is_question
from core.phone import find

_BARE_TYPE = 4
"""Most characters of an answer that only names the type of the matter (举报)."""
_LEAST_TOLD = 6
"""Fewest characters of words whose intent is believed."""
_GRIEVES = re.compile(
    r"没人|不管|坏|罚款|打人|骂|骗|吵|臭|脏|堵|漏|欠|拖|乱|偷|倒|过期|收费|退钱|不退|不给|不让|受伤|危险"
)
"""Words of a grievance."""
_OF_SOMEBODY = re.compile(
    r"姓[\u4e00-\u9fff]|(?:老板|店主|摊主|房东|经理|工头|司机|书记|村长|队长|邻居|物业)[\u4e00-\u9fff]{0,4}(?:叫|是|说|讲)|(?:他|她|他们|人家)(?:叫|是|说|讲|在)"
)
"""Words that tell somebody's name, or what somebody does."""
_NO_MATTER = frozenset({"abuse", "greet", "thank", "goodbye", "bot_challenge", "what_can_you_do", "nonsense"})
"""Intents of messages that describe no complaint."""
_CARELESS = re.compile(
    r"(?:我|那|就)*(?:随便|都行|都可以|无所谓|没关系|怎么都行|看着办|你们?(?:看着)?定)(?:你们?|您|吧|了|啊|都行|的)*"
)
"""No choice of secrecy: the default is taken, and said."""
_SURE = 0.5
"""Confidence (0 to 1) from which a suggested category shows that words tell a matter."""
_SAYS = re.compile(
    r"[了没不太很坏漏破裂臭吵脏堵乱欠骗偷停丢占]|无人|有人|有个|希望|建议|能不能|问题|扰|油烟|噪|积水|塌|断|倒"
)
"""Words that say what is wrong somewhere. The name of a place alone contains none of them."""
STORY_STAYS = "您说的事没有动，还是原来那样。"
"""Said when the citizen went back to the story and did not change it."""
_NO_TIME = re.compile(r"电话|[打找]我|联系|回我|再说|告诉|登记|[?？吗么呢]")
"""Words by which a time beside the name is no time of the matter."""
_TELLING = 0.6
"""Confidence (0 to 1) from which Rasa's intent shows that words tell a matter."""


async def take_answer(turn: Turn, slot: str) -> bool:
    """Fill the form from the message; False when the message holds nothing for the form.

    Args:
        slot: the slot that was asked for.
    """
    if slot == "content":
        await _take_content(turn)
        return True
    heard = hear(turn.text, slot, turn.slots)
    wished, said = contact.wished(turn, slot, heard.wishes, "，".join(heard.wished))
    filled = heard.with_wished(wished)
    if heard.unsure and not is_sentence(heard.unsure):
        if not _said_before(turn, heard.unsure):
            _doubt(turn, slot, heard.unsure)
            return True
        filled[slot] = read_answer(slot, heard.unsure)
    matter = heard.matter
    if matter and (filled or heard.known or heard.unsure or _tells(turn, matter)):
        told = str(turn.slot("content") or "")
        if told and plain(matter) not in plain(told):
            filled["content"] = f"{told}\n补充：{matter}"
            said += "" if slot in filled else f"“{clip(matter, 20)}”也补进内容里了。"
    if not filled:
        return False
    if heard.values or wished:
        said = await asked_beside.answer(turn, slot, heard.rest) + said
    if rough.asked(turn, slot, filled, said):
        return True
    if slot not in filled and "content" in filled and not heard.values and not wished:
        turn.set("content", filled["content"])
        if not await steps.left_open(turn, slot, said):
            _told_on(turn, slot, said)
        return True
    if slot == "confidential" and _CARELESS.fullmatch(plain(turn.text)):
        said += "那就按不保密登记，想保密说一声“要保密”就行。"
    said = steps.noted(heard.values, but=slot) + said
    await steps.go_on(turn, filled, before=said)
    return True


def holds_other(turn: Turn, slot: str) -> bool:
    """Whether a message that seems to answer nothing holds a wish, or a value of another field than the asked one."""
    heard = hear(turn.text, slot, turn.slots)
    return bool(heard.wishes or set(heard.values) - {slot})


def gives_contact(turn: Turn, slot: str) -> bool:
    """Whether a message in words gives a name or a number, or wants one to be written down."""
    if turn.pressed:
        return False
    heard = hear(turn.text, slot, turn.slots)
    return bool(
        {"contact_name", "contact_phone"} & set(heard.values) or contact.AFTER_ALL & set(heard.wishes)
    )


def _told_on(turn: Turn, slot: str, said: str) -> None:
    """Ask again after words about the matter; they count as an unreadable answer."""
    tries = steps.tries_so_far(turn) + 1
    unread = "" if find(turn.text) or slot == "subject" else hint(slot)
    questions.ask(turn, slot, before=f"{said}{unread}", human=tries >= steps.MAX_TRIES)
    turn.set("tries", tries)


def _said_before(turn: Turn, words: str) -> bool:
    """Whether the citizen said these words at this question before: then they mean it."""
    said = [plain(str(event.get("text") or "")) for event in turn.events if event.get("event") == "user"]
    return steps.tries_so_far(turn) > 0 and plain(words) in said[:-1]


def _doubt(turn: Turn, slot: str, words: str) -> None:
    """Ask whether the words are the answer."""
    turn.set("tries", steps.tries_so_far(turn) + 1)
    way = [SKIP] if steps.tries_so_far(turn) >= steps.MAX_TRIES else []
    turn.say(
        f"“{clip(words, 30)}”是地方的名字吗？是的话点“就是这里”；也可以再说具体一点，比如路名、小区，或者旁边有什么。",
        [choice("就是这里", "inform", slot=slot, value=words), *way, CANCEL, HUMAN],
    )
    turn.set("requested_slot", slot)


def _tells(turn: Turn, matter: str) -> bool:
    """Whether words that answer no question tell something about the matter."""
    if turn.intent in _NO_MATTER or (turn.requested == "district" and abroad.of_answer(turn.text)):
        return False
    if find(matter):
        return True
    if too_little(str(turn.slot("content") or "")) or _GRIEVES.search(matter) or _OF_SOMEBODY.search(matter):
        return True
    if turn.requested == "contact_name" and may_be_time(matter) and not _NO_TIME.search(matter):
        return len(plain(matter)) >= _LEAST_TOLD
    if turn.intent == "complain" and turn.confidence >= _TELLING and len(plain(matter)) >= _LEAST_TOLD:
        return True
    found = suggest_by_words(matter)
    return found is not None and found.confidence >= _SURE


async def _take_content(turn: Turn) -> None:
    """Take an answer to "what is it about?". When it fills only other fields, ask again."""
    kind = named_type(turn.text) if len(turn.text) <= _BARE_TYPE else None
    if kind is not None:  # "举报" after "请说说是什么事": the kind, not yet the matter
        turn.set("complaint_type", kind.label)
        steps.ask_again(turn, "content", "好的。")
        return
    heard = hear(turn.text, "content", turn.slots)
    wished, said = contact.wished(turn, "content", heard.wishes, "，".join(heard.wished))
    filled = heard.with_wished(wished)
    if questions.asked_again(turn, "content"):
        await _take_other_story(turn, heard, filled, said)
        return
    if filled and not heard.rest:
        turn.set_all(filled)
        steps.ask_again(turn, "content", f"{steps.noted(filled)}{said}")
        return
    story = read_answer("content", turn.text)
    if story is None and turn.slot("content"):
        story = turn.text
    if story is not None:
        turn.set_all(
            {name: value for name, value in filled.items() if name in ("contact_name", "confidential")}
        )
    await steps.take(turn, "content", story)


async def _take_other_story(turn: Turn, heard: Heard, filled: dict[str, Any], said: str) -> None:
    """Take an answer after the citizen went back to the story: another story, or values of other fields.

    Only words that say what is wrong replace the story. Words that are neither are added to it.
    """
    city = parts().city
    places = [one for one in heard.rest if may_be_place(one, city) is True and not _SAYS.search(one)]
    if places and len(places) == len(heard.rest) and not turn.slot("address"):
        filled.setdefault("address", "，".join(places))
    told = [one for one in heard.rest if filled.get("address") is None or one not in str(filled["address"])]
    story = read_answer("content", turn.text) if told else None
    asked = turn.slot("complaint_type") == "咨询" and is_question(turn.text)
    if story is not None and (_SAYS.search("，".join(told)) or _is_told(turn) or asked):
        turn.set_all({"content": None, "category": None, "former": None})
        kept = {name: value for name, value in filled.items() if name in ("contact_name", "confidential")}
        turn.set_all(kept)
        await steps.take(turn, "content", story)
        return
    if told:
        filled["content"] = f"{turn.slot('content')}\n补充：{'，'.join(told)}"
        said += f"“{clip('，'.join(told), 20)}”也补进内容里了，原来说的还在。"
    else:
        said += STORY_STAYS
    turn.set("former", None)
    await steps.go_on(turn, filled, before=steps.noted(filled) + said)


def _is_told(turn: Turn) -> bool:
    return turn.intent == "complain" and turn.confidence >= _TELLING
