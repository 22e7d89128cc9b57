"""Reads a message within the form for every open field, the asked one first.

Citizens often answer more than was asked, or something else. Nothing is lost: words that fit no field but belong to
the matter are added to the content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.actions.complaint import placing
from bot.actions.complaint.answers import read_answer, read_place
from bot.actions.complaint.heard import Heard
from bot.actions.complaint.values import read_district, rest_after_district
from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.clauses import clauses, may_be_place, only_place
from bot.understanding.faults import is_fault
from bot.understanding.filing_wish import filing_wish
from bot.understanding.lasting import fault_lasts, may_be_time, only_time
from bot.understanding.looks import is_sentence
from bot.understanding.name import ANONYMOUS, introduced_name, is_surname_of, read_name, titled_name
from bot.understanding.phone import asked_phone, own_phone, without_phone
from bot.understanding.place import place
from bot.understanding.present import own_name_in, phone_as_before, says_nothing
from bot.understanding.remarks import is_no_value
from bot.understanding.subject import subject
from bot.understanding.wishes import Wish, read_wish

_FURTHER = re.compile(
    r"(?:第|[A-Za-z])?(?:\d{1,4}|[一二三四五六七八九十]{1,3})号?(?:标段|地块|楼|栋|幢|单元|期|门|车间|仓库|院|组|队|室|户|号|号楼)(?:楼下|门口|旁边|附近)?"
)
"""A part of an address that only makes the clause before it exact: …安置房工地，2号标段."""
_MOST_CLAUSES = 30
"""Most clauses that are read one by one. The rest of a long pasted letter counts as the matter."""
_CALLED = re.compile("先生|女士|小姐|就[行好写]|就可以|只写")
"""Words with which citizens say how they want to be called."""
_LEAST_BESIDE = 2
"""Fewest characters besides a phone number that count as content."""
_BESIDE_PHONE = re.compile(
    r"(?:打|这个|那个|吧|就是|算了|还是|留|写|一?个|我|的|电话|手机号?|号码?|联系方式?|晚上|白天|都?行|可以|微信|同步|同号|一样|是|：|:|，|,)+"
)
"""Words around a phone number that carry no content."""
_MONEY = re.compile(
    r"(?:欠|付|交|收|花|赔|给|拖|扣|骗|要)了?(?:我们?)?[\d.一二三四五六七八九十两几]{1,5}[多来]?(?:万|千|百|块|元)"
)
"""Money in a clause (一共欠了十一万四), which is no time whatever else it holds."""
_WHOM = re.compile(
    r"(?:那个?|就是|[\u4e00-\u9fff]{0,6}?)(?:老板娘?|店主|摊主|房东|经理|包工头|工头|司机|负责人|校长|书记|村长|队长|医生|老师)(?:姓|叫|名叫|就?是个?姓)(?!啥|什么)[\u4e00-\u9fff]{1,4}(?:的)?|"
    r"(?:有?一?个|那个|是个)姓[\u4e00-\u9fff]的?(?:在)?[摆开干弄办搞卖养管][\u4e00-\u9fff]{0,6}"
)
"""Somebody who is not the speaker, told by role and surname (鸭棚老板姓苗, 一个姓万的摆的)."""
_OWN_SURNAME = re.compile(r"(?:免贵)?姓[\u4e00-\u9fff]{1,2}")
"""A surname alone (姓陈): citizens say it of themselves; of the accused they say 老板姓陈."""
_TELLS = re.compile(r"[也还都].{0,4}[坏漏堵脏臭吵断乱]|没人[管修理来]")
"""Words that tell more of the matter, and name nobody it is about."""
_BEFORE_PHONE = re.compile(r"[，,\s](?:就是?|只有|有个?|打)$")
"""Words that are left over before a phone number."""
_CALLS = re.compile(
    r"(?:那|这|那个|这个|那家|这家|它|店|店名|名字|他们|她们|就|是|家){0,4}(?:名叫|叫做|叫|名字是|店名是)(?:个|什么)?(?P<name>[\u4e00-\u9fffA-Za-z0-9·]{2,16}?)(?:的)?"
)
_NO_TRADE = frozenset({"他", "她", "人", "未填"})
_BLANK = re.compile(r"\s{1,4}(?=[\dA-Za-z一二三四五六七八九十]{1,4}(?:栋|幢|号|座|单元|楼|层|室|期|区|组))")
_FLAT = re.compile(r"(单元|栋|幢|座|号楼)[-\s]?\d{3,4}$")
_WHOLE_ADDRESS = 5
"""Fewest characters after a district's name that are taken as an address; fewer are taken as a town."""


def hear(text: str, asked: str, slots: Mapping[str, Any]) -> Heard:
    """Read a message.

    Args:
        text: the citizen's words, in simplified characters.
        asked: the slot that was asked for.
        slots: the current slots. Filled slots are not read again, except the one asked for.
    """
    heard = Heard()
    answers: list[str] = []
    text, name = own_name_in(
        _take_phone(text, asked, slots, heard), slots, phone="contact_phone" in heard.values
    )
    if name:
        heard.values["contact_name"] = name
    parted = clauses(text)
    heard.rest += parted[_MOST_CLAUSES:]
    for clause in parted[:_MOST_CLAUSES]:
        wish = read_wish(clause)
        if wish is not None:
            heard.wishes.append(wish)
            heard.wished.append(clause)
            continue
        if phone_as_before(clause):
            heard.known = True
        elif (filing := filing_wish(clause)) is not None and not filing.rest:
            heard.known = True  # 你帮我记下来 tells nothing of the matter
        elif _fits(clause, asked) or (asked == "district" and answers and _FURTHER.fullmatch(clause)):
            answers.append(clause)
        elif _take_other(clause, asked, slots, heard):
            heard.known = True
        else:
            heard.rest.append(clause)
    _second_time(heard, slots)
    if Wish.NAMED in heard.wishes and "contact_name" not in heard.values:  # 算了还是写名字吧，贺兰
        named, clause = next(((read, one) for one in heard.rest if (read := read_name(one))), ("", ""))
        if named and named != ANONYMOUS:
            heard.values["contact_name"] = named
            heard.rest.remove(clause)
    if "contact_phone" in heard.values:  # 没有电话，就座机 2721234: there is one after all
        heard.wishes = [wish for wish in heard.wishes if wish is not Wish.NO_PHONE]
    _answer(answers, asked, heard)
    alone = len(heard.rest) == 1 and not (answers or heard.values or heard.wishes)
    if (
        alone
        and asked == "address"
        and not is_no_value(heard.rest[0])
        and may_be_place(heard.rest[0], parts().city) is None
    ):
        heard.unsure = heard.rest[0]
    if Wish.OPEN in heard.wishes and heard.values.get("confidential") is True:
        heard.wishes = [wish for wish in heard.wishes if wish is not Wish.OPEN]  # 不用保密，但别让司机知道
        heard.wishes.append(Wish.CONFIDENTIAL)
    if {Wish.OPEN, Wish.CONFIDENTIAL} <= set(heard.wishes):
        heard.wishes = [wish for wish in heard.wishes if wish is not Wish.OPEN]
    own = heard.values.get("contact_name")
    if own and str(heard.values.get("subject", "")) == own:
        del heard.values["subject"]
    return heard


def _take_phone(text: str, asked: str, slots: Mapping[str, Any], heard: Heard) -> str:
    """Take the citizen's own number out of a message; return the rest of the message.

    This is done before the message is cut into clauses, because 幺三九，五五五四，零零零零 is one number.
    """
    nobodys = parts().city.hotline_numbers
    number = asked_phone(text, nobodys) if asked == "contact_phone" else own_phone(text, nobodys)
    if number is None:
        return text
    left = _BEFORE_PHONE.sub("", without_phone(text, number, "，"))
    bare = len(plain(left)) < _LEAST_BESIDE or not _BESIDE_PHONE.sub("", plain(left))
    if asked == "contact_phone" or bare or not slots.get("contact_phone"):
        heard.values["contact_phone"] = number
        return "" if bare else left
    return text


def _fits(clause: str, asked: str) -> bool:
    reader = _FITS.get(asked)
    return reader is not None and reader(clause)


def _is_subject(clause: str) -> bool:
    own = introduced_name(clause) is not None and (
        re.search("我|俺|本人|自己", clause) is not None or _OWN_SURNAME.fullmatch(plain(clause)) is not None
    )
    tells = is_fault(clause) or _TELLS.search(clause) is not None or is_sentence(clause)
    elsewhere = placing.is_house(clause) or says_nothing(clause) or phone_as_before(clause)
    return not (own or tells or elsewhere or is_no_value(clause) or only_time(clause)) and bool(plain(clause))


_FITS: Mapping[str, Callable[[str], bool]] = {
    "address": lambda clause: placing.is_place(clause) and not placing.only_district(clause),
    "happened_at": lambda clause: (
        may_be_time(clause)
        and not is_no_value(clause)
        and not only_place(clause, parts().city)
        and not placing.is_house(clause)
        and not _MONEY.search(clause)
    ),
    "subject": _is_subject,
    "contact_name": lambda clause: read_answer("contact_name", clause) is not None,
    "district": lambda clause: _district(clause) is not None,
    "complaint_type": lambda clause: (
        read_answer("complaint_type", clause) is not None and len(plain(clause)) <= 12
    ),
    "confidential": lambda clause: (
        read_answer("confidential", clause) is not None and not is_no_value(clause)
    ),
}
"""Slot → whether a clause answers the question for that slot."""


def _district(clause: str) -> str | None:
    return read_district(clause, parts().city) or read_place(clause).get("district")


def _whose_name(clause: str, trade: str) -> str:
    """The name that a clause gives to a trade known so far without one (叫金色年华KTV, for KTV); "" for any other clause."""
    found = _CALLS.fullmatch(clause.strip()) if trade and trade not in _NO_TRADE else None
    name = found["name"] if found else ""
    return name if len(name) > len(trade) and name.lower().endswith(trade.lower()) else ""


def _joined(clause: str) -> str:
    """A clause without the blanks in its place, and without the bare number of the flat (万茂花园 7栋2单元301)."""
    return _FLAT.sub(r"\1", _BLANK.sub("", clause))


def _answer(answers: list[str], asked: str, heard: Heard) -> None:
    """Join the clauses that answer the question, and read them."""
    if not answers:
        return
    if asked == "contact_name":
        first, *others = answers
        if others and _is_whole_name(str(read_answer(asked, first)), str(read_answer(asked, others[0]))):
            first, *others = others  # 我姓赵，赵敏
        again = others[0] if others and is_surname_of(str(read_answer(asked, first)), others[0]) else None
        heard.rest += others[1:] if again else others
        answers = [again or first]
    said = "，".join(answers)
    if asked == "district":
        heard.values["district"] = _district(said)
        found = place(said, parts().city)
        beyond = rest_after_district(said, parts().city) or f"{found.town}{found.address}"
        if beyond and (found.address or len(beyond) >= _WHOLE_ADDRESS):
            heard.values["address"] = beyond
        elif beyond:
            heard.values["town"] = beyond
        return
    if asked == "address":
        said = "，".join(placing.named(clause, heard) for clause in answers)
    heard.values[asked] = read_answer(asked, said)


def _is_loose(slots: Mapping[str, Any]) -> bool:
    """Whether the known time was only read from the story, and names no day: what is told of it later is what counts."""
    known = str(slots.get("happened_at") or "")
    return (
        bool(known) and "（" not in known and set(plain(known)) <= set(plain(str(slots.get("content") or "")))
    )


def _second_time(heard: Heard, slots: Mapping[str, Any]) -> None:
    """Put a time told beside the filled one in place of a loose one; else it is added to the content."""
    if not heard.times:
        return
    told = "，".join(heard.times)
    if "happened_at" not in heard.values and not heard.rest and _is_loose(slots):
        heard.values["happened_at"] = read_answer("happened_at", told) or told
    else:
        heard.rest += heard.times


def _is_whole_name(surname: str, name: str) -> bool:
    """Whether the second of two names is the first one's whole (赵敏 for 赵先生/女士)."""
    bare = surname.removesuffix("先生/女士")
    return bare != surname and name.startswith(bare) and len(name) > len(bare) and "先生" not in name


def _take_other(clause: str, asked: str, slots: Mapping[str, Any], heard: Heard) -> bool:
    """Take a clause as the value of another open field; False when it fits no field."""

    def is_open(name: str) -> bool:
        known = slots.get(name)
        return name not in heard.values and (known is None or (name == "contact_name" and known == ANONYMOUS))

    if asked != "subject" and (named := _whose_name(clause, str(slots.get("subject") or ""))):
        heard.values["subject"] = named
        return True
    name = introduced_name(clause) or (None if asked == "subject" else titled_name(clause))
    if name is not None:
        known = str(slots.get("contact_name") or "")
        # 先生姓李就行 at the last question is how the citizen wants to be called, whatever was given before
        renamed = asked == "confidential" and (known[:1] != name[:1] or _CALLED.search(clause) is not None)
        if is_open("contact_name") or (renamed and "contact_name" not in heard.values):
            heard.values["contact_name"] = name
        return is_open("contact_name") or asked == "confidential" or heard.values.get("contact_name") == name
    if only_time(clause) or (fault_lasts(clause) and is_open("happened_at")):
        if is_open("happened_at"):
            heard.values["happened_at"] = read_answer("happened_at", clause)
        elif plain(clause) not in plain(f"{slots.get('happened_at')}{slots.get('content')}"):
            heard.times.append(clause)
        return True
    if fault_lasts(clause) and _is_loose(slots):
        heard.times.append(clause)
        return True
    if (
        only_place(_joined(clause), parts().city)
        or placing.is_house(clause)
        or placing.makes_exact(clause, slots)
    ):
        placing.take_place(clause, asked, slots, heard)
        return True
    if (
        slots.get("subject") in (None, "")
        and "subject" not in heard.values
        and (subject(clause) == plain(clause) or _WHOM.fullmatch(plain(clause)))
    ):
        heard.values["subject"] = plain(clause)
        return True
    return False
