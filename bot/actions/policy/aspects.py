"""What a follow-up question is about (收费, 材料, 地点 …), and which section of an entry answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.fillers import beside_question

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry


@dataclass(frozen=True)
class Aspect:
    """One thing that citizens ask about any procedure.

    Args:
        name: how a reply names it.
        section: the section of an entry that answers it; "" when there is none.
        asked: words that ask for it.
    """

    name: str
    section: str
    asked: re.Pattern[str]


_ASPECTS = (
    Aspect("收费标准", "收费标准", re.compile(r"钱|收费|费用|免费|交费|缴费|价格|工本")),
    Aspect(
        "办理材料",
        "办理材料",
        re.compile(
            r"材料|证件|手续|要(?:什么|啥|哪些)$|带什么|带啥|带哪些|要带|(?:什么|啥|哪些)(?:东西|证)|原件|复印件|身份证|户口本|准备(?:什么|啥|哪些)"
        ),
    ),
    Aspect("网上办理", "", re.compile(r"网上|手机上?|线上|不跑腿|在家(?:就)?能")),
    Aspect("代办", "", re.compile(r"代办|替(?:我|他|她|老人)?|本人(?:去|到|来)|不去|别人")),
    Aspect(
        "办理地点",
        "办理地点",
        re.compile(r"哪[里儿]?办|去哪|到哪|在哪|搁哪|地址|地点|窗口|哪里"),
    ),
    Aspect(
        "办理时限",
        "办理时限",
        re.compile(r"多久|几天|多少天|多长时间|工作日|时限|期限|等多|什么时候|啥时候"),
    ),
    Aspect("办理流程", "办理流程", re.compile(r"流程|步骤|怎么办|怎么操作|咋办|咋弄|怎么弄|第一步|预约")),
    Aspect("办理条件", "办理条件", re.compile(r"条件|符合|限制|资格|要求")),
    Aspect("金额", "", re.compile(r"多少")),
)
_IN_HAND = re.compile(r"(?:能|才)?(?:拿|弄|办)到手|到手|(?:拿|出|下|取|领)(?:得?到)?证(?![明书件据])")
"""That the paper is ready, which names no subject (办下来多久能拿证)."""
_IN_PROCEDURE = frozenset({"网上办理", "代办"})
"""Aspects that the section 办理流程 answers when no sentence does."""
_LONGEST = 16
"""Most characters of a message that is only a follow-up."""
_PAPERS = re.compile("身份证|户口[本簿]")
"""Papers that are the subject of a question that begins with them."""
_LEAST_SUBJECT = 2
"""Fewest characters of a subject that a question names."""


def names_subject(question: str) -> bool:
    """Whether a question says what it is about, by itself (要带什么材料 does not)."""
    return _PAPERS.match(question) is not None or len(subject(question)) >= _LEAST_SUBJECT


def aspect(text: str) -> Aspect | None:
    """The first aspect that a question asks for; None when it asks for none."""
    return next((each for each in _ASPECTS if each.asked.search(text)), None)


def wanted_section(text: str) -> str | None:
    """The section of an entry that a follow-up question asks for.

    >>> wanted_section("那要带啥东西"), wanted_section("网上能办不"), wanted_section("老人呢")
    ('办理材料', '办理流程', None)
    """
    found = aspect(text)
    if found is None:
        return None
    return found.section or ("办理流程" if found.name in _IN_PROCEDURE else None)


def only_follows(text: str) -> bool:
    """Whether a question names no subject of its own, so that it can only be about the answer before it.

    >>> [only_follows(said) for said in ("还要带啥", "那要多少钱", "大概多久到账", "办下来多久能拿证")]
    [True, True, True, True]
    >>> [only_follows(said) for said in ("居住证在哪办", "多少钱一吨水", "办那个临时的要多久")]
    [False, False, False]
    """
    said = plain(text)
    return bool(said) and len(said) <= _LONGEST and aspect(said) is not None and not subject(said)


def subject(text: str) -> str:
    """What is left of a question without the words that ask about any procedure; "" when nothing is left.

    >>> subject("还要带啥"), subject("结婚登记要带什么")
    ('', '结婚登记')
    """
    said = _IN_HAND.sub("", plain(text))
    for each in _ASPECTS:
        said = each.asked.sub("", said)
    return beside_question(said)


def quotes_first(text: str) -> bool:
    """Whether a sentence answers the question better than a whole section does (网上能办吗, 能代办吗)."""
    found = aspect(text)
    return found is not None and found.name in _IN_PROCEDURE


def own_subjects(text: str, entry: Entry, *, headed: bool = False) -> tuple[str, ...]:
    """The subjects that a question names and an entry does not mention; papers, fees and the like are none.

    Args:
        text: the citizen's words.
        entry: the entry that the talk is about.
        headed: compare with the entry's title, tags and topic alone.
    """
    found = parts().kb.unmentioned(text, entry, headed=headed)
    return tuple(word for word in found if aspect(word) is None and beside_question(word))


def shares_subject(text: str, entry: Entry) -> bool:
    """Whether an entry's questions share a word with a question that is more than a question word (能喝吗 has none)."""
    return any(aspect(word) is None and beside_question(word) for word in parts().kb.shared(text, entry))
