"""Reads corrections of the complaint's lines: a button (``/correct{"field": …}``) or words (改一下地址, 地址不对，是…)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint import amending, swaps
from bot.actions.complaint.answers import read_place
from bot.actions.complaint.fields import BY_NAME, FIELDS
from bot.actions.complaint.values import read_district
from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.clauses import may_be_place
from bot.understanding.edits import edit_parts, plain_value
from bot.understanding.kind import named_type
from bot.understanding.lasting import may_be_time, only_time
from bot.understanding.name import ANONYMOUS, introduced_name
from bot.understanding.object_named import is_generic, told_name
from bot.understanding.phone import asked_phone
from bot.understanding.place import place
from bot.understanding.requests import is_question
from bot.understanding.slips import put_right
from bot.understanding.told_anew import more_of_place, told_anew, written_instead
from core.phone import find

_HEARD = tuple(
    (field.name, re.compile(field.words)) for field in sorted(FIELDS, key=lambda field: field.heard)
)
_LONGEST = 120
"""Most characters of a correction."""
_OPENING = re.compile(
    r"(?:(?:啊|哦|噢|喔|哎呀?|呃|嗯|诶|那个|等等|等一?下|慢着|不好意思|抱歉|对不起|"
    r"(?P<slip>不[，,、\s]{0,2}对|错了|不是的?(?=[，,。！!、\s])|不(?=[，,、\s]{1,3}(?:应该|其实)?(?:是|在|叫|姓))|(?:我|俺)?(?:刚才|刚刚|前面)?(?:说|讲|写|填|选|记|打|点|弄|搞)(?:错|反|岔)了?))[，,。！!、\s]*)*"
)
"""Sounds and words before a correction; ``slip`` says that something is wrong."""
_NEW_VALUE = re.compile(
    r"(?:改回到?|换回|改成|改为|换成|换为|应该是|更正为|改到)[：:\s]*(?:原来的|之前的)?[：:\s]*(\S.*)$"
)
_ONLY = re.compile(
    r"(?:还是|那|就|再|又|我|俺|想|要|给|请|麻烦|您|你|帮|忙|把|它|都|算了|[，,。\s])*(?:改|换|更正)(?:回到?|成|为|到)"
)
"""All words before a new value that names no field: 还是改回上窑镇老街吧."""
_FOR = re.compile(
    r"(?:把|将)?(?P<old>[^，,。；;]{1,30}?)(?:改成|改为|换成|换为|更正为)[：:\s]*(?P<new>\S.*)$"
)
_WRONG = re.compile(
    r"^(?:我的|我|您|你们?|把|这个|上面|刚才|前面|，|,|\s)*(?P<field>[\u4e00-\u9fff]{1,8}?)(?:我)?(?:说|写|填|选|记|打|弄|搞|登记)?(?:的)?(?:不对|错了?|有误|不是这个?|反了|有问题|改一下|改下|要改|更正)[，,。：:\s]*"
    r"(?:我)?(?:说错了)?[，,]*(?:应该|正确的?|其实)?(?:是|改成|改为|为|在|：)?[：:\s]*(?P<value>\S.*)$"
)
_RIGHT = re.compile(r"(?:应该|正确的?|其实|要)*(?:是|为|在|写|填)?[：:\s]*(?P<value>\S.*)$")
_NOT_BUT = re.compile(
    r"(?:地址|地点|位置|时间|名字|电话|我)?(?:不是|不在|不叫|不姓)(?P<old>[^，,。；;是]{1,20})[，,。；;\s]*(?:而|应该|其实|我)?(?P<cue>是|在|叫|姓)(?P<new>[^，,。；;！!？?]{1,40})[。！!]?$"
)
_BUT_NOT = re.compile(
    r"(?:我|他们?|那)?(?P<field>[\u4e00-\u9fff]{0,6}?)(?:应该|其实)?(?P<cue>是|在|叫|姓)(?P<new>[^，,。；;！!？?]{1,40})[，,。；;\s]+(?:而)?(?:不是|不在|不叫|不姓)(?P<old>[^，,。；;！!？?]{1,20})[。！!]?$"
)
"""The new value first: 是大通，不是田家庵."""
_STATES = re.compile(
    r"(?:我说的|发生的?|具体的?|那个|这个|投诉的?|反映的?){0,3}(?P<field>时间|涉及的?(?:对象|单位)?)(?:其实|应该|正确的?|就|应当){0,2}是(?P<value>[^，,。；;！!？?]{2,40}?)[。！!]?"
)
"""Says anew when it was or whom it is about."""
_SWAPPED = ("address", "happened_at", "subject", "contact_name", "contact_phone")
"""Fields in which one value may stand in place of another."""
_DAY = re.compile(r"\d[号日]")
_POINTED = ("这个", "那个", "这家", "那家", "这", "他", "他们", "它", "这个单位", "这家单位")
"""How a refused subject is pointed at without its name."""
_BODY = re.compile(
    r"(?:单位|公司|物业|集团|[队局所厂店馆院校会]|部门|街道|商家|老板|医院|学校|银行|中心|超市|村委会|社区)$"
)
"""How the name of an office, a firm or a shop ends."""
_BESIDE_IT = re.compile(
    r"(?:的)?(?:门口|门前|大门|旁边?|对面|对过|附近|后面|前面|边上|里面?|东边|西边|南边|北边|那边|那里|这里)$"
)
"""What stands behind a name to say where, and is no part of it."""
_LEAST_NAME = 2
"""Fewest characters of such a name."""
_LABELLED = re.compile(r"[\u4e00-\u9fff]{2,8}[：:]")
"""A field's name as in a form (联系电话：…)."""
_TAIL = re.compile(
    r"(?:我的?)?(?:电话|手机|号码)*(?:号)?的?(?:最后|末尾|尾号|后面?)(?:[一二两三四1-4]位|[一二两三四1-4]个数字?|一个)?(?:数字?)?(?:应该|其实)?(?:是|为)(?P<tail>\d{1,4})[。！!]?$"
)
"""The last digits of a phone number alone: 最后一位是2."""


def field_of(text: str, entities: Mapping[str, str]) -> str | None:
    """The slot that a correction is about; None when it names none.

    >>> field_of("电话号码不对，改一下", {})
    'contact_phone'
    """
    named = entities.get("field")
    if named:
        return named if named in BY_NAME else None
    said = plain(text)
    return next((slot for slot, pattern in _HEARD if pattern.search(said)), None)


def new_value(text: str) -> str | None:
    """The new value that a correction contains; None when it contains none.

    >>> new_value("把区改成大通区")
    '大通区'
    """
    match = _NEW_VALUE.search(text.strip())
    return match.group(1).strip(" 。.，,吧了") if match else None


def corrections(text: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """Slot → the words of its new value, for the filled slots that a message corrects; empty when it corrects none.

    Two fields may be corrected at once: 电话改成13955540000，时间是昨天晚上.

    >>> corrections("电话不对，是13955540000", {"contact_phone": "13800000000"})
    {'contact_phone': '13955540000'}
    """
    several: dict[str, str] = {}
    for slot, words in edit_parts(text) if len(text) <= _LONGEST else ():
        value = plain_value(words)
        found = _corrected(words, slots) or (
            {slot: value} if value and slots.get(slot) is not None and slot != "content" else {}
        )
        if not found:
            return _alike(text, _corrected(text, slots), slots)
        several |= found
    return several or _alike(text, _corrected(text, slots), slots) or _labelled(text, slots)


def reduced(text: str, slots: Mapping[str, Any]) -> str:
    """An answer with each value that it corrects itself replaced by the right one.

    广场路，不对，是龙湖路 at a later question stays as it is: it corrects what was filled before, and needs the old value.
    """
    right = put_right(text, parts().city)
    return text if right != text and corrections(text, slots) else right


def _alike(text: str, fixed: dict[str, str], slots: Mapping[str, Any]) -> dict[str, str]:
    """What is corrected, and with a place the accused that was read from the same wrong name (不是华联，是大润发超市门口)."""
    subject = str(slots.get("subject") or "")
    if "address" not in fixed or "subject" in fixed or not subject:
        return fixed
    for swap in swaps.read(text):
        name = _BESIDE_IT.sub("", swap.new)
        if swap.old not in subject or len(name) < _LEAST_NAME or read_district(name, parts().city):
            continue
        new = swaps.put(subject, swaps.Swap(swap.field, swap.old, name))
        if new and new != subject:
            return {**fixed, "subject": new}
    return fixed


def _labelled(text: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """What a message gives that is one filled field's name with its value (地址：龙湖路8号)."""
    said = text.strip()
    value = plain_value(said) if _LABELLED.match(said) and len(said) <= _LONGEST else None
    slot = field_of(said[: said.index(value)], {}) if value else None
    return {slot: value} if value and slot not in (None, "content") and slots.get(slot or "") else {}


def _corrected(text: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """What a message corrects that speaks of one field."""
    said = text.strip()
    if len(said) > _LONGEST:
        return {}
    anew = _anew(said, slots)
    if anew and ("address" not in anew or more_of_place(said)):
        return anew
    if amended := _amended(said, slots) or anew:
        return amended
    one_clause = re.search(r"[，,。；;！!？?\s]", said.strip("。 ")) is None
    if one_clause and is_generic(str(slots.get("subject") or "")) and (name := told_name(said)):
        return {"subject": name}
    opening = _OPENING.match(said)
    said, slipped = (said[opening.end() :], opening["slip"] is not None) if opening else (said, False)
    for pattern in (_NOT_BUT, _BUT_NOT, _FOR):
        but = pattern.match(said)
        if but is None:
            continue
        named = but.groupdict()
        old, new = but["old"].strip(), but["new"].strip(" 。吧")
        found = _replaced(old, new, named.get("cue") or "", named.get("field") or "", slots)
        if found:
            return found
    if swapped := _swapped(said, slots):
        return swapped
    wrong = _WRONG.match(said)
    if wrong and not re.match("没有?|吗|么|不", wrong["value"]):  # 地址写错没有 asks
        slot = field_of(said[: wrong.start("value")], {})
        if slot is not None and slots.get(slot) is not None and slot != "content":
            return {slot: wrong["value"].strip(" 。")}
    tail, number = _TAIL.match(said), str(slots.get("contact_phone") or "")
    if tail and len(number) > len(tail["tail"]) and "-" not in number:
        return {"contact_phone": number[: -len(tail["tail"])] + tail["tail"]}
    brought = new_value(said)
    if brought:
        before = said[: said.rindex(brought)]
        slot = field_of(before, {}) or ("contact_phone" if find(brought) else None)
        if slot is None and _ONLY.fullmatch(before.strip(" ：:")):
            kind = "address" if read_place(brought).get("town") else _kind(brought)
            slot = kind if kind in ("address", "happened_at") else None
        changes = slot == "confidential" or slots.get(slot or "") is not None
        if slot is not None and changes and slot not in ("content", "category"):
            return {slot: brought}
    states = _STATES.fullmatch(said)
    if states and (stated := _stated(states["field"], states["value"].strip(" 。吧"), slots)):
        return stated
    right = _RIGHT.match(said) if slipped else None
    value = right["value"].strip(" 。") if right else ""
    slot = _kind(value) if value else None
    return {slot: value} if slot is not None and slots.get(slot) is not None else {}


def _anew(said: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """The filled fields that a message says anew in clauses of its own; empty when it says an open one."""
    if instead := written_instead(said):
        old, new = instead
        return {
            slot: str(slots[slot]).replace(old, new)
            for slot in swaps.IN_PART
            if old in str(slots.get(slot) or "")
        }
    more, address = more_of_place(said), str(slots.get("address") or "")
    if more and address:
        return {"address": f"{address}，{more}" if more not in address else address}
    told = told_anew(said)
    if slots.get("contact_name") == ANONYMOUS:
        told.pop("contact_name", None)  # who wished to be anonymous is asked first
    accused = str(slots.get("subject") or "")
    known = all(
        slots.get(slot) is not None or (slot == "contact_name" and value == accused)
        for slot, value in told.items()
    )
    return told if known else {}


def _amended(said: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """The address or the subject that a message corrects clause by clause; empty when it corrects neither."""
    told = amending.read(said)
    if told is None:
        return {}
    slot = field_of(told.field, {}) if told.field else None
    if slot is None and told.old and told.old == slots.get("subject"):
        return {"subject": told.new}
    former = slots.get("former") or {}
    address = str(slots.get("address") or (former.get("slot") == "address" and former.get("value")) or "")
    elsewhere = told.old and told.old not in address
    elsewhere = elsewhere and any(
        told.old in str(slots.get(name) or "") for name in ("happened_at", "subject", "contact_phone")
    )
    # 收费不对，是龙湖路那家多收的 calls no place wrong
    unplaced = told.slip and told.old and told.old not in address and not read_place(told.old)
    if address and (slot == "address" or (slot is None and not elsewhere and not unplaced)):
        unclear = slot is None and not told.old and _DAY.search(str(slots.get("happened_at") or ""))
        changed = (
            None
            if unclear
            else amending.moved(address, told.old, told.new, parts().city, named=slot == "address")
        )
        if changed:  # also when it stands there already, because it was said twice
            return {"address": changed}
        if slot == "address" and not told.old and may_be_place(told.new, parts().city) is True:
            return {"address": told.new}
    known = slots.get("subject") is not None or slots.get("requested_slot") == "subject"
    pointed = slot is None and told.old in _POINTED and _BODY.search(told.new) is not None
    return {"subject": told.new} if known and (slot == "subject" or pointed) else {}


def _replaced(old: str, new: str, cue: str, field: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """For "not this but that": the slots that hold the old value, and the words of their new values.

    Args:
        old: the wrong value.
        new: the right one.
        cue: the verb before the new value (是, 叫); "" when there is none.
        field: words before the verb that may name the slot (时间).
    """
    city = parts().city
    was, now = read_district(old, city), read_district(new, city)
    if was is not None and now is not None and was == slots.get("district"):
        return {"address" if place(new, city).address else "district": new}
    if named_type(old) is not None and named_type(new) is not None and slots.get("complaint_type"):
        return {"complaint_type": new}
    values = {name: str(slots.get(name) or "") for name in _SWAPPED}
    whole = [name for name, value in values.items() if value == old]
    made = {}
    for slot in whole or _SWAPPED:
        value = values[slot]
        if value and old in value:
            part = swaps.put(value, swaps.Swap(field, old, new)) if slot in swaps.IN_PART else None
            made[slot] = part if part and not (slot == "address" and _is_whole(old, new)) else new
    if made:
        return made
    if cue in ("叫", "姓") and slots.get("contact_name"):
        return {"contact_name": f"我{cue}{new}"}
    told = field_of(field, {}) if field else None
    kind = told if told and told != "content" else _kind(new)
    same = kind is not None and (told == kind or _kind(old) == kind)
    return {kind: new} if kind is not None and same and slots.get(kind) is not None else {}


def _stated(field: str, value: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """A filled time or accused that a message says anew (时间是每天晚上七点到十一点); empty when the value is not of that kind."""
    if "时间" in field:
        return {"happened_at": value} if slots.get("happened_at") and may_be_time(value) else {}
    named = not (find(value) or may_be_time(value) or is_question(value))
    return {"subject": value} if named and slots.get("subject") is not None else {}


def _swapped(said: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """The fields that hold the wrong one of two values, with the right one in its place (小区不叫A，叫B); empty when none does."""
    for swap in swaps.read(said):
        made = {}
        for slot in swaps.IN_PART:
            new = swaps.put(str(slots.get(slot) or ""), swap)
            if new is not None:
                made[slot] = swap.new if slot == "address" and _is_whole(swap.old, swap.new) else new
        if made:
            return made
    return {}


def _is_whole(old: str, new: str) -> bool:
    """Whether a place names a town or district that the words it replaces do not, so that it replaces all of them."""
    was, now = read_place(old), read_place(new)
    return any(now.get(part) and not was.get(part) for part in ("town", "district"))


def _kind(value: str) -> str | None:
    """The slot whose values look like these words; None when no slot is clear."""
    if asked_phone(value):
        return "contact_phone"
    if introduced_name(value):
        return "contact_name"
    if only_time(value):
        return "happened_at"
    if read_place(value).get("address"):
        return "address"
    if read_district(value, parts().city) is not None:
        return "district"
    return None
