"""Answers to the complaint form's questions: text in, a slot's value out."""

from __future__ import annotations

from bot.actions import values
from bot.actions.wording import plain

_LONGEST = {"content": 5_000, "address": 300, "happened_at": 100, "subject": 200}
"""Characters the ticket store takes; what is longer is cut."""
_SHORTEST_CONTENT = 4
_HINTS = {
    "complaint_type": "没能认出是哪一类，请在下面选一个。",
    "content": "您说得再具体一点，我才好登记。",
    "district": "没能认出是哪个县区，请在下面选一个，或者直接说名字，比如“田家庵区”。",
    "address": "没能认出位置，请说一下路名、小区或者附近的标志。",
    "happened_at": "没能认出时间，大概说一下就行。",
    "contact_name": "没能认出怎么称呼您，请只写姓名或者“王女士”这样的称呼。",
    "contact_phone": "这个号码好像不对。请输入 11 位手机号，或者带区号的座机号，比如 0554-6000000。",
    "confidential": "请选“需要保密”或者“不用保密”。",
    "complaint_confirm": "请点“确认提交”，或者告诉我要改哪一项。",
}


def read_answer(slot: str, text: str) -> str | bool | None:
    """The value an answer gives a slot; None when it gives none.

    >>> read_answer("contact_phone", "13800000000吧")
    '13800000000'
    """
    if slot == "complaint_type":
        return values.read_type(text)
    if slot == "district":
        return values.read_district(text)
    if slot == "contact_phone":
        return values.read_phone(text)
    if slot == "contact_name":
        return values.read_name(text)
    if slot == "confidential":
        return values.read_confidential(text)
    if slot not in _LONGEST:
        return None
    said = values.read_free(text, _LONGEST[slot])
    if slot == "content" and said is not None and len(plain(said)) < _SHORTEST_CONTENT:
        return None
    return said


def hint(slot: str) -> str:
    """What to tell a citizen whose answer could not be read, before asking again."""
    return "抱歉，" + _HINTS.get(slot, "我没听明白。")
