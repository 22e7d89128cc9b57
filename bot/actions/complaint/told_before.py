"""The matter that a citizen told in earlier messages of a talk, and asks in words to file now: 那帮我登记吧.

Word for word, all that was said on it is the content. The asking sentence is none of it, but the name, the phone or the
place in it are read for their fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.actions.complaint.answers import read_mined, read_place
from bot.actions.complaint.hearing import hear
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.understanding.apart import differ
from bot.understanding.asking import asks, asks_at_end
from bot.understanding.clauses import clauses, may_be_place, only_place
from bot.understanding.decide import DECISION
from bot.understanding.elliptic import leans, may_ask
from bot.understanding.faults import is_fault
from bot.understanding.filing_wish import FilingWish, filing_wish
from bot.understanding.lasting import only_time
from bot.understanding.name import introduced_name, titled_name
from bot.understanding.object_named import told_name
from bot.understanding.remarks import is_laughter
from bot.understanding.requests import is_question, names_right, reproaches, subject_words
from bot.understanding.wishes import read_wish
from core.phone import find
from core.simplified import simplified

_BACK = 8
"""Number of the citizen's messages that are looked at."""
_LEAST = 4
"""Fewest characters of a message that belongs to a matter."""
_TOLD = 0.4
"""Probability (0 to 1) of a matter from which a message tells one and does not only ask."""
_LEAST_TOLD = 4
"""Fewest characters of a clause that tells something."""
_TALK_S = 3600.0
"""Seconds between two messages after which the later one begins a talk of its own."""
_FEW = 2
"""Most pairs of characters with a meaning in a message that says nothing without the one before it (那得去哪弄)."""
_LONGEST_BRIEF = 14
"""Most characters of a question that leans on the one before when it names nothing that is asked for."""
_BRIEF_PAIRS = 4
"""Most pairs of characters with a meaning in such a question."""
_LONGEST_DETAIL = 26
"""Most characters of a clause that only gives a place or a name."""
NO_PART = frozenset(
    {
        *(
            "greet",
            "thank",
            "goodbye",
            "affirm",
            "deny",
            "bot_challenge",
            "what_can_you_do",
            "nonsense",
            "abuse",
        ),
        *("request_human", "cancel", "skip", "go_back", "repeat", "rate", "ask_progress", "urge", "correct"),
    }
)
"""Intents of messages that belong to no matter."""
_SPOKEN_OF = "seen_number"
"""Slot that is set behind a message which was about a ticket, and so belongs to no other matter."""
_ANNOUNCES = re.compile(
    r"(?:那|就|我|俺|们|要|想|来|是|也|还是){0,8}(?P<how>匿名|实名|保密)?(?:地)?(?:举报|投诉|反映|求助|检举)(?:一下|你们|吧|了|的){0,3}"
)
_LEANT = re.compile(
    "[他她它]|对方|人家|(?:老板|店长|店家|商家|房东|物业|中介|单位|公司|校方|工头|村里|医院|银行|平台)(?!.{0,6}[路街巷村])|[也又]"
)
"""How words begin that point back at whom or what was told before (他也不让, 店长电话打不通)."""
_ANOTHER = re.compile(r"(?:对了|还有|另外|再[问说]|换个|别的|顺便|那我?再)")
"""How a message begins that turns to something else."""
_SAYS_ONLY = re.compile(
    r"(?:那|就|我|俺|们|要|想|来|是|也|还是){0,8}(?:举报|投诉|反映|反应|求助|检举)(?:一下|这|那|一?[件个]|事情?|问题|你们|吧|了|的|啊){0,6}"
)
"""A message that only says that something is to be filed (我要反映这件事)."""
_OLD_NEWS = re.compile(
    r"^(?:[两三四几]个(?:事情?|问题)|这些|前面(?:说|问)的|刚才(?:说|问)的|上面(?:说|问)的)(?:都|也|一起|全)*(?:问|写|登记|说)(?:上|进去|一?下)?(?:吧|了)?$"
)
"""Points at all that was said before (三个事都问), and adds nothing to it."""
_THANKS = re.compile(r"(?:哦|噢|好的?|嗯|行|那){0,3}(?:太?谢谢|多谢|谢了|感谢|辛苦)")
"""The beginning of thanks, which are no part of a matter whatever else they say (哦谢谢你啊小同志)."""
_FIELD_WORDS = re.compile(
    r"(?:我|俺)?(?:的)?(?:电话|手机号?|号码|联系方式|地址|地点|位置|名字)(?:就?是|[:：])?"
)


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """A matter from earlier messages.

    Args:
        content: the citizen's words on it, one message a line.
        details: slot → value read from the asking sentence.
        beside: its clauses about name, phone and secrecy.
        asked: whether all of these messages only ask something, so that a question (咨询) is filed.
    """

    content: str
    details: Mapping[str, Any]
    beside: str
    asked: bool


def told_before(turn: Turn) -> ToldBefore | None:
    """The matter told in earlier messages, if the message asks to file it; None for any other message."""
    wish = None if turn.pressed else filing_wish(simplified(turn.text))
    if wish is None:
        return None
    said = _on_it(turn)
    if not said:
        return None
    before = "\n".join(one.text for one in said)
    if wish.what and not subject_words(wish.what) & subject_words(before):
        return None
    more = [one for clause in wish.rest if not is_detail(clause) and (one := _OLD_NEWS.sub("", clause))]
    if more and not wish.back and not subject_words("，".join(more)) & subject_words(before):
        return None  # 帮我登记，… tells another matter
    content = "\n".join([before, *(["，".join(more)] if more else [])])
    asked = not wish.sends and all(one.only_asks for one in said) and all(_asks_more(one) for one in more)
    return ToldBefore(content, _details(wish), _wishes_beside(wish), asked)


def _asks_more(clause: str) -> bool:
    """Whether what is said beside the wish to file asks on, and blames nobody."""
    return not (is_fault(clause) or reproaches(clause)) and (
        asks(clause) or asks_at_end(clause) or may_ask(clause)
    )


def told_in_talk(turn: Turn) -> ToldBefore | None:
    """All that the citizen said in this talk on the last thing, for one who presses a button to file it; None when nothing was said."""
    said = _on_it(turn)
    if not said:
        return None
    return ToldBefore("\n".join(one.text for one in said), {}, "", all(one.only_asks for one in said))


def said_before(turn: Turn) -> list[str]:
    """All messages in which the citizen told or asked something in this talk before this one, oldest first."""
    said = [event for event in turn.events if event.get("event") == "user"][:-1]
    texts = [(event, str(event.get("text") or "").strip()) for event in said]
    return [text for event, text in texts if _may_belong(event, text)]


def own_matter(text: str) -> bool:
    """Whether a message asks to file what it tells itself: 帮我登记，村口的桥塌了."""
    wish = filing_wish(simplified(text))
    more = [] if wish is None else [clause for clause in wish.rest if not is_detail(clause)]
    return bool(more) and not any(map(is_question, more)) and len(plain("".join(more))) >= _LEAST


def is_detail(clause: str) -> bool:
    """Whether a clause beside the wish to file only identifies somebody or a place, and tells nothing of the matter."""
    said = _FIELD_WORDS.sub("", clause)
    if (
        read_wish(clause)
        or _ANNOUNCES.fullmatch(plain(clause))
        or introduced_name(clause)
        or titled_name(clause)
    ):
        return True
    if find(clause) or only_time(clause) or only_place(said, parts().city) or told_name(clause):
        return True
    named = read_place(said)
    placed = bool(named.get("district") or named.get("address")) and may_be_place(said, parts().city) is True
    return placed and len(clause) <= _LONGEST_DETAIL and not is_fault(clause) and not is_question(clause)


def _details(wish: FilingWish) -> dict[str, Any]:
    """Slot → value of the clauses beside the wish."""
    if not wish.rest:
        return {}
    details = [clause for clause in wish.rest if is_detail(clause)]
    said = "，".join(_FIELD_WORDS.sub("", one) if not find(one) else one for one in wish.rest)
    named = any(read_place(one).get("district") for one in details)
    heard = hear("，".join(details), "district" if named else "address", {})
    mined = read_mined(said, {})
    mined.pop("complaint_type", None)
    if "district" in heard.values:
        mined.pop("address", None)
    firm = next((name for one in details if (name := told_name(one))), "")
    return {**mined, **({"subject": firm} if firm else {}), **heard.values}


def _wishes_beside(wish: FilingWish) -> str:
    """The clauses that say how it is to be filed (那我匿名举报), without the verb."""
    announced = [_ANNOUNCES.fullmatch(plain(one)) for one in wish.rest]
    return "，".join(
        (said["how"] or "") if said else one for one, said in zip(wish.rest, announced, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    about: frozenset[str]
    office: str
    asks: bool
    gap: bool = False

    @property
    def only_asks(self) -> bool:
        """Whether a message asks, and what it tells besides only says for whom: 我五十七了，社保自己交的，有没有补贴."""
        return self.asks or (
            any(map(_asks_more, clauses(simplified(self.text))[-1:])) and not reproaches(self.text)
        )

    @property
    def tells(self) -> bool:
        """Whether a clause tells something and does not ask: 老板押了身份证，这合法吗."""
        return not self.asks or any(_tells(one) for one in clauses(simplified(self.text)))


def _tells(clause: str) -> bool:
    return len(plain(clause)) >= _LEAST_TOLD and not (is_question(clause) or asks(clause))


def _on_it(turn: Turn) -> list[_Said]:
    """The citizen's messages on the last thing talked about, oldest first.

    A message belongs to it that shares a word with a later one of them, was answered by the same office, is leant on by the
    one that follows it, or tells or asks something right before another that does the same, when they may be the same matter.
    """
    kept: list[_Said] = []
    leaning = adjacent = False
    for said in _earlier(turn):
        linked = not kept or leaning or (adjacent and (_goes_on(said, kept[0]) or _asks_on(said, kept)))
        linked = linked or any(said.about & one.about for one in kept)
        linked = linked or any(said.office and said.office == one.office for one in kept)
        if linked:
            kept.insert(0, said)
            adjacent = True
            leaning = leans(said.text) and len(said.about) <= _FEW
        else:
            adjacent = False
    return kept


def _asks_on(first: _Said, later: list[_Said]) -> bool:
    """Whether a question goes before another on the same thing, so that both are to be filed (一个月多少 before 在哪领)."""
    second = later[0]
    if first.gap or not (first.only_asks and second.only_asks) or _ANOTHER.match(simplified(second.text)):
        return False
    if first.office and any(one.office and one.office != first.office for one in later):
        return False
    said = [simplified(one.text) for one in later]
    # 一个月补多少 is about what was asked before; 学车练习卡丢了怎么办 names a thing of its own.
    brief = (
        len(plain(said[0])) <= _LONGEST_BRIEF
        and len(second.about) <= _BRIEF_PAIRS
        and not names_right(said[0])
    )
    return brief or not any(differ(simplified(first.text), one) for one in said)


def _goes_on(first: _Said, second: _Said) -> bool:
    """Whether a message that tells something goes on about the one right before it, which also does."""
    if first.gap or not (first.tells and second.tells) or _ANOTHER.match(second.text):
        return False
    said = simplified(second.text)
    leant = _LEANT.match(said) is not None or not (is_fault(said) or reproaches(said))
    return leant or not differ(simplified(first.text), said)


def with_earlier(turn: Turn, story: str, *, now: bool = False) -> str:
    """A matter that is filed now, with all that the citizen said on it in the messages around it, one a line.

    Args:
        story: one of the citizen's messages; any other text stays as it is.
        now: whether the story is the message that is handled now. Then only messages right before it belong to it.
    """
    if now:
        kept = [_Said(story, frozenset(), "", asks=False)]
        for one in _earlier(turn):
            if not _goes_on(one, kept[0]):
                break
            kept.insert(0, one)
        return "\n".join(one.text for one in kept)
    said = [one.text for one in _on_it(turn)]
    known = any(simplified(one) == simplified(story).strip() for one in said)
    return "\n".join(said) if known else story


def _earlier(turn: Turn) -> Iterator[_Said]:
    """The citizen's messages before this one that may belong to a matter, newest first, since a form took one."""
    users, office, gap, later, of_ticket = 0, "", False, 0.0, False
    for event in reversed(turn.events):
        kind = event.get("event")
        if kind == "slot" and event.get("name") == "content" and event.get("value"):
            return
        if kind == "slot" and event.get("name") == _SPOKEN_OF and event.get("value"):
            of_ticket = True
        if kind == "bot":
            card = ((event.get("data") or {}).get("custom") or {}).get("card") or {}
            office = str(card.get("department") or "") or office
        if kind != "user":
            continue
        users += 1
        if users > _BACK + 1:
            return
        text, answered_by, office = str(event.get("text") or "").strip(), office, ""
        at = float(event.get("timestamp") or later)
        gap, later = gap or later - at > _TALK_S, at
        if users > 1 and not of_ticket and _may_belong(event, text):
            yield _Said(text, subject_words(simplified(text)), answered_by, _only_asks(event, text), gap)
            gap = False
        elif users > 1:
            gap = True
        of_ticket = False


def _may_belong(event: Mapping[str, Any], text: str) -> bool:
    intent = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
    if text.startswith("/") or len(plain(text)) < _LEAST or intent in NO_PART or is_laughter(text):
        return False
    if _SAYS_ONLY.fullmatch(plain(text)):
        return False
    if _THANKS.match(plain(text)) and not is_fault(text) and not is_question(text):
        return False
    wish = filing_wish(simplified(text))
    return (wish is None or bool(wish.rest)) and read_wish(text) is None


def _only_asks(event: Mapping[str, Any], text: str) -> bool:
    """Whether a message asks, and tells of nothing that has to be put right."""
    reasons = ((event.get("parse_data") or {}).get(DECISION) or {}).get("reasons") or {}
    tells = float(reasons.get("matter") or 0) + float(reasons.get("both") or 0)
    if reasons:
        return tells < _TOLD and not reproaches(text)
    return not is_fault(text) and not reproaches(text)
