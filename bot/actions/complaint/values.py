"""Reading a slot's value out of what a citizen said or dictated."""

from __future__ import annotations

import re
import unicodedata

from bot.actions.complaint.draft import ANONYMOUS, TYPES, WHOLE_CITY
from bot.actions.runtime.wording import plain
from bot.understanding.when import moment
from core.clock import now
from core.text import clean
from tickets import checks, districts
from tickets.types import TicketType

_SPOKEN = str.maketrans("零〇幺一二两三四五六七八九", "0011223456789")
_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?(1[3-9](?:[- ]?\d){9})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[- ]?[2-8]\d{6,7})(?!\d)")
_LOCAL = re.compile(r"(?<!\d)([2-8]\d{6,7})(?!\d)")
_WHOLE_CITY = re.compile(r"全市|整个市|市里(都|到处)|到处都|说不清|不(清楚|知道|确定|晓得)")
_TYPE_WORDS: tuple[tuple[str, str], ...] = (
    ("举报", r"举报|检举"),
    ("投诉", r"投诉|投拆|投素|告状"),
    ("表扬", r"表扬|点赞|锦旗|感谢信"),
    ("建议", r"建议|提(个|点)?意见"),
    ("求助", r"求助|帮帮(我|忙)|救(救|命)"),
    ("咨询", r"^咨询$"),
)
_PLACE_END = re.compile(r"[路街巷村镇乡庄湾桥园场店楼栋号厦城]|小区|附近|旁|对面|门口|路口")
_OPEN = re.compile(r"不(用|要|需要|必)?保密|公开|无所谓|没关系|不用|不需要|不必")
_SECRET = re.compile(r"保密|匿名|别(让|告诉)|不要(让|告诉)|不想(让|被)|要$|^需要")
_WHERE = re.compile(
    r"[\d一二三四五六七八九十](栋|幢|号|号楼|单元|室|弄|组)|小区|花园|路口|附近|对面|门口|楼下|隔壁|(路|街|大道|镇|村)$"
)
_NAME_FRAME = re.compile(r"^(我|俺)?(本人)?(的)?(名字|姓名)?(叫做?|是|就叫)?|(就行|就好|就可以|吧|啊|呀)$")


def read_type(text: str) -> str | None:
    """诉求类型 as chosen or named in a story.

    >>> read_type("我要举报有人卖假烟")
    '举报'
    """
    said = plain(text).removesuffix("类")
    kind = TicketType.parse(said)
    if kind is not None:
        return kind.label
    found = next((name for name, pattern in _TYPE_WORDS if re.search(pattern, said)), None)
    return found if found in TYPES else None


def read_district(text: str) -> str | None:
    """The county or district an answer names, alone or within an address.

    >>> read_district("在潘集这边")
    '潘集区'
    """
    said = plain(text)
    core = re.sub(r"^(我|俺)?(们)?(家)?(就)?(是|在|住|位于|属于|搁)*", "", said)
    core = re.sub(r"(这边|那边|这里|那里|的|吧|啊|呀|人)+$", "", core)
    found = districts.named(core) or districts.named(said) or districts.mentioned(text)
    if found is not None:
        return found.name
    return WHOLE_CITY if _WHOLE_CITY.search(said) else None


def rest_after_district(text: str) -> str:
    """What an answer to the district question says beyond the district: a town or a whole address; else "".

    >>> rest_after_district("田家庵区国庆中路百货大楼旁边")
    '国庆中路百货大楼旁边'
    """
    for district in districts.DISTRICTS:
        for name in sorted((district.name, *district.aliases), key=len, reverse=True):
            head, found, tail = text.partition(name)
            rest = re.sub(r"^[ ，,。、的]+|([ ，,。、]|的|吧|啊|呀|(这|那)(边|里))+$", "", tail)
            if found and len(head) <= 6 and _PLACE_END.search(rest):
                return rest
    return ""


def read_phone(text: str, *, story: bool = False) -> str | None:
    """A mobile or landline number, typed or dictated (幺三八零零…).

    Args:
        story: the number stands within a longer text; a bare local number is then not believed.

    >>> read_phone("我手机是幺三八 零零零零 零零零零")
    '13800000000'
    """
    folded = unicodedata.normalize("NFKC", text)
    spoken = re.sub(
        r"[零〇幺一二两三四五六七八九\d][零〇幺一二两三四五六七八九\d\s-]{5,}",
        lambda match: match.group().translate(_SPOKEN),
        folded,
    )
    for pattern in (_MOBILE, _LANDLINE) if story else (_MOBILE, _LANDLINE, _LOCAL):
        match = pattern.search(spoken)
        if match:
            number = checks.phone(match.group(1))
            if number:
                return number
    return None


def read_name(text: str) -> str | None:
    """How the citizen wants to be called; ``匿名`` for anonymous.

    >>> read_name("我姓王")
    '王先生/女士'
    """
    said = plain(text)
    if "匿名" in said:
        return None if re.search(r"不(要|想|用)?匿名", said) else ANONYMOUS
    surname = re.fullmatch(r"(?:我|俺|本人)?(?:免贵)?姓(\w{1,2})", said)
    if surname:
        return f"{surname.group(1)}先生/女士"
    name = _NAME_FRAME.sub("", text.strip(" 。.，,！!"))
    if not 1 <= len(name) <= 20 or re.search(r"\d{3}|[?？]", name):
        return None
    if len(name) > 4 and moment(name, now()) is not None:
        return None  # an answer to another question: when, not who
    if _WHERE.search(name):
        return None  # … or where
    return name


def read_confidential(text: str) -> bool | None:
    """是否保密 from an answer; None when it says neither.

    >>> read_confidential("不用保密"), read_confidential("别让他们知道是我"), read_confidential("嗯")
    (False, True, None)
    """
    said = plain(text)
    if _OPEN.search(said):
        return False
    return True if _SECRET.search(said) else None


def read_free(text: str, longest: int) -> str | None:
    """Free text of at least one letter or character, cut at ``longest`` characters."""
    said = clean(text)[:longest].strip()
    return said if re.search(r"\w", said) else None
