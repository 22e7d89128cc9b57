"""The complaint form's questions: one at a time, with buttons where there are choices, and always a way out."""

from __future__ import annotations

from bot.actions.complaint import draft as drafts
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, HUMAN, SKIP, choice
from core.ids import new_id

_ASK: dict[str, str] = {
    "complaint_type": "请问这属于哪一类？",
    "content": "请说说是什么事：怎么回事、影响了什么、希望怎么解决。一次说完或者慢慢说都行。",
    "district": "这件事发生在哪个县区？",
    "address": "具体在什么位置？比如路名门牌、小区楼栋，或者附近的路口、学校；也可以直接发定位，有现场照片一起发来更好。",
    "happened_at": "是什么时候的事？比如“昨晚十点多”“持续半个月了”；记不清可以跳过。",
    "subject": "涉及哪个单位、店铺或者人？不知道可以跳过。",
    "contact_name": "怎么称呼您？方便工作人员跟您核实；不想留名字可以选匿名，也可以留了名字要求保密。",
    "contact_phone": "您的联系电话是多少？工作人员核实情况和回访时用。",
    "confidential": "需要为您保密吗？选保密的话，您的姓名和电话不会透露给承办单位。",
}
_ASK_ANONYMOUS_PHONE = "您选了匿名。要留个电话吗？不留的话没法给您回访，只能凭工单号和查询码自己来查进度。"
_ASK_BESIDE_LOCATION = "再用文字说一下会更好找：路名、小区、楼栋，或者旁边有什么；不好说可以跳过。"
_CONTENT_OF = {
    "建议": "请说说您的建议：针对什么、希望怎么改进。",
    "表扬": "请说说您想表扬谁、因为什么事。",
    "咨询": "请写下您想咨询的问题，工作人员会按登记的方式答复您。",
    "求助": "请说说您遇到了什么困难，希望得到什么帮助。",
}


EXPLAIN = choice("匿名和保密有什么不一样", "inform", slot="explain", value="anonymous")
EXPLAINED = (
    "匿名：不留姓名，工单上没有您是谁；不留电话的话，没法跟您核实和回访，进度要凭工单号和查询码自己查。\n"
    "保密：热线知道怎么联系您，核实、回访都不耽误，但您的姓名和电话不给承办单位和被反映的一方看。"
)


def ask_words(slot: str) -> str:
    """The words a slot is asked for with, whatever is known."""
    return _ASK[slot]


def brief(name: str, value: object) -> str:
    """A value as an acknowledgement names it.

    >>> brief("contact_phone", "13800000000")
    '电话13800000000'
    """
    return f"电话{value}" if name == "contact_phone" else str(value)


def ask(turn: Turn, slot: str, *, before: str = "", human: bool = False) -> None:
    """Ask for a slot, or show the summary to confirm; the form then waits for that slot.

    Args:
        before: said in the same message, before the question.
        human: offer a human beside the question's own choices, first.
    """
    head = f"{before}\n" if before else ""
    turn.set("requested_slot", slot)
    if slot == drafts.CONFIRM:
        _show_summary(turn, head)
    else:
        turn.say(head + question(turn, slot), [*([HUMAN] if human else []), *_choices(turn, slot)])


def question(turn: Turn, slot: str) -> str:
    """The words a slot is asked for with."""
    if slot == "content":
        return _CONTENT_OF.get(str(turn.slot("complaint_type")), _ASK["content"])
    if slot == "address" and turn.slot("location"):
        return _ASK_BESIDE_LOCATION
    if slot == "contact_phone" and turn.slot("contact_name") == drafts.ANONYMOUS:
        return _ASK_ANONYMOUS_PHONE
    return _ASK[slot]


def skippable(turn: Turn, slot: str) -> bool:
    """Whether a slot may stay empty; a phone only for those who stay anonymous."""
    if slot == "contact_phone":
        return str(turn.slot("contact_name")) == drafts.ANONYMOUS
    if slot == "address":
        return bool(turn.slot("location"))  # the point on the map stands for it
    return slot in ("happened_at", "subject", "contact_name")


def _choices(turn: Turn, slot: str) -> list[Choice]:
    if slot == "complaint_type":
        return [*(choice(name, "inform", slot=slot, value=name) for name in drafts.TYPES), CANCEL]
    if slot == "district":
        named = [(district.title or district.name, district.name) for district in parts().city.districts]
        named.append(("全市/说不清", drafts.WHOLE_CITY))
        return [*(choice(title, "inform", slot=slot, value=name) for title, name in named), CANCEL]
    if slot == "contact_name":
        return [choice(drafts.ANONYMOUS, "inform", slot=slot, value=drafts.ANONYMOUS), EXPLAIN, CANCEL]
    if slot == "confidential":
        return [
            choice("需要保密", "inform", slot=slot, value="保密"),
            choice("不用保密", "inform", slot=slot, value="不用保密"),
            CANCEL,
        ]
    if slot == "contact_phone" and skippable(turn, slot):
        return [Choice("不留电话", "/skip"), CANCEL]
    return [SKIP, CANCEL] if skippable(turn, slot) else [CANCEL]


def _show_summary(turn: Turn, head: str) -> None:
    lines = drafts.lines(turn.slots)
    listed = "\n".join(f"{label}：{value}" for label, value, _ in lines)
    card = {
        "kind": "summary",
        "fields": [{"name": label, "value": value, "slot": slot} for label, value, slot in lines],
    }
    turn.say(
        f"{head}请您核对一下：\n{listed}\n没问题就点“确认提交”；要改哪一项，直接说，比如“改一下地址”；"
        "还想补充的话、照片，现在也可以发。",
        [Choice("确认提交", "/affirm"), Choice("修改", "/deny"), CANCEL, HUMAN],
        card,
    )
    # The key is made once per complaint, when it is first shown whole: confirming twice, or again after a crash,
    # files the same ticket.
    if not turn.slot("filing_key"):
        turn.set("filing_key", f"{turn.conversation_id}:{turn.turn_id or new_id()}")


def ask_what_to_change(turn: Turn) -> None:
    """After "no" to the summary: which line?"""
    choices = [choice(label, "correct", field=slot) for label, _, slot in drafts.lines(turn.slots)]
    turn.say("好的，要改哪一项？", [*choices, CANCEL])
    turn.set("requested_slot", drafts.CONFIRM)
