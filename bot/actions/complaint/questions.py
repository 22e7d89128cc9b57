"""The complaint form's questions: one at a time, with buttons where there are choices, and always a way out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import guesses
from bot.actions.complaint.answers import nameless_subject
from bot.actions.complaint.fields import BY_NAME, SKIPPABLE
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, HUMAN, SKIP, choice, clip
from conversations.by_text import cannot_hear
from core.ids import new_id
from kb_index.language.text import simplified

_ASK_ANONYMOUS_PHONE = "您选了匿名。要留个电话吗？不留的话没法给您回访，只能凭工单号和查询码自己来查进度。"
_ASK_TEXTED_PHONE = (
    "能留个收短信的手机号吗？工单上会写明请发短信、不打电话；不想留就说“不留”，进度凭工单号和查询码在这里查。"
)
_ASK_BESIDE_LOCATION = "再用文字说一下会更好找：路名、小区、楼栋，或者旁边有什么；不好说可以跳过。"
_ASK_EXACT = "“{said}”记下了。是在哪条路、哪个小区，或者旁边有什么店、学校？不好说可以跳过。"
_ASK_FURTHER = "“{said}”我记下了。具体是怎么回事、希望怎么解决？不想多说可以跳过。"
_ASK_NAME = "您说的{said}叫什么名字？知道是哪一家，办起来快；不知道可以跳过。"
_CONTENT_OF = {
    "建议": "请说说您的建议：针对什么、希望怎么改进。",
    "表扬": "请说说您想表扬谁、因为什么事。",
    "咨询": "请写下您想咨询的问题，工作人员会按登记的方式答复您。",
    "求助": "请说说您遇到了什么困难，希望得到什么帮助。",
}
_UNCHECKED = "（请核对）"
"""Behind a value in the summary that was read, but not surely, and that nobody has confirmed."""
_SAME_WORDS = 2
"""How often a question is put in the same words."""

EXPLAIN = choice("匿名和保密有什么不一样", "inform", slot="explain", value="anonymous")
"""Button that asks for the difference between 匿名 and 保密."""
EXPLAINED = (
    "匿名：不留姓名，工单上没有您是谁；不留电话的话，没法跟您核实和回访，进度要凭工单号和查询码自己查。\n"
    "保密：热线知道怎么联系您，核实、回访都不耽误，但您的姓名和电话不给承办单位和被反映的一方看。"
)
"""The explanation of 匿名 and 保密."""


GOES_ON = "我们接着刚才的登记。"
"""Said after a question was answered, before the form's own question."""
_RESUMED = 3
"""Times that an unsure reading is asked about, when other things were asked in between; else it is asked about once."""


def ask_words(slot: str) -> str:
    """The general question for a slot, independent of other slots."""
    return BY_NAME[slot].question


def brief(name: str, value: object) -> str:
    """A value as the assistant repeats it to the citizen.

    >>> brief("contact_phone", "13800000000")
    '电话13800000000'
    """
    return f"电话{value}" if name == "contact_phone" else str(value)


def ask(
    turn: Turn, slot: str, *, before: str = "", human: bool = False, first: Sequence[Choice] = ()
) -> None:
    """Ask for a slot, or show the summary to confirm; the form then waits for that slot.

    Args:
        before: text before the question, in the same message.
        human: whether to put a button for a human before the question's own buttons.
        first: further buttons before them.
    """
    head = f"{before}\n" if before else ""
    turn.set("requested_slot", slot)
    if slot == drafts.CONFIRM:
        _show_summary(turn, head)
    elif (
        (guess := guesses.question(turn, slot))
        and turn.slot(slot) is None
        and _times(turn, guess) < (_RESUMED if GOES_ON in before else 1)
    ):
        guesses.ask(turn, slot, guess, head)
    else:
        turn.say(head + question(turn, slot), [*first, *([HUMAN] if human else []), *choices(turn, slot)])


def question(turn: Turn, slot: str) -> str:
    """The question for a slot; in other words when it was put twice in the same."""
    said = _first_words(turn, slot)
    return BY_NAME[slot].again if _times(turn, said) >= _SAME_WORDS else said


def put_often(turn: Turn, slot: str) -> bool:
    """Whether a slot is asked for in other words now, because the first ones led nowhere."""
    return slot != drafts.CONFIRM and question(turn, slot) == BY_NAME[slot].again


def put_anew(turn: Turn, slot: str) -> bool:
    """Whether a slot was asked for in other words already, so that asking once more leads nowhere."""
    return _times(turn, BY_NAME[slot].again) > 0


def _times(turn: Turn, said: str) -> int:
    """How often some words stood in what the form has said since it was opened."""
    times = 0
    for event in reversed(turn.events):
        if event.get("event") == "active_loop":
            break
        if event.get("event") == "bot" and said in str(event.get("text") or ""):
            times += 1
    return times


def _first_words(turn: Turn, slot: str) -> str:
    if slot == "content" and turn.slot(slot) and not asked_again(turn, slot):
        return _ASK_FURTHER.format(said=clip(str(turn.slot(slot)), 20))
    if slot == "content":
        return _CONTENT_OF.get(str(turn.slot("complaint_type")), BY_NAME["content"].question)
    if slot == "address" and turn.slot("location"):
        return _ASK_BESIDE_LOCATION
    if slot == "address" and turn.slot(slot):
        return _ASK_EXACT.format(said=clip(str(turn.slot(slot)).partition("（")[0], 20))
    if slot == "subject" and (said := unnamed_subject(turn)):
        return _ASK_NAME.format(said=said)
    if slot == "contact_phone" and _in_writing(turn):
        return _ASK_TEXTED_PHONE
    if slot == "contact_phone" and turn.slot("contact_name") == drafts.ANONYMOUS:
        return _ASK_ANONYMOUS_PHONE
    return BY_NAME[slot].question


def _in_writing(turn: Turn) -> bool:
    """Whether the citizen has said that they can't hear or speak."""
    said = (str(event.get("text") or "") for event in turn.events if event.get("event") == "user")
    return cannot_hear(str(turn.slot("content") or "")) or any(map(cannot_hear, said))


def unnamed_subject(turn: Turn) -> str:
    """Whom the story blames by trade only (商家, 健身房). It is filed when the citizen knows no name."""
    return nameless_subject(simplified(str(turn.slot("content") or "")))


def asked_again(turn: Turn, slot: str) -> bool:
    """Whether the citizen went back to a slot. Its former value is valid until the citizen gives another."""
    former = turn.slot("former")
    return isinstance(former, dict) and former.get("slot") == slot


def skippable(turn: Turn, slot: str) -> bool:
    """Whether a slot may stay empty."""
    if slot == "contact_phone":
        return True
    if slot == "content":
        return bool(turn.slot(slot))  # a short description is there, and is enough
    if slot == "address" and (
        turn.slot(slot) or turn.slot("location") or turn.slot("complaint_type") == "建议"
    ):
        return True  # the map location replaces the address, and an idea may be for everywhere
    if slot in ("address", "complaint_type"):
        return put_often(turn, slot)
    return slot in SKIPPABLE


def choices(turn: Turn, slot: str) -> list[Choice]:
    """The buttons of the question for a slot: its values, and the ways out."""
    offered = BY_NAME[slot].answer.choices()
    buttons = [choice(title, "inform", slot=slot, value=value) for title, value in offered]
    if slot == "contact_name":
        return [*buttons, EXPLAIN, CANCEL]
    if slot == "content" and put_often(turn, slot):
        return [*([SKIP] if skippable(turn, slot) else []), CANCEL, HUMAN]
    if buttons:
        return [*buttons, *([SKIP] if skippable(turn, slot) else []), CANCEL]
    if slot == "content" and asked_again(turn, slot):
        return [Choice("不改了", "/skip"), CANCEL]
    if slot == "contact_phone" and skippable(turn, slot):
        return [Choice("不留电话", "/skip"), CANCEL]
    return [SKIP, CANCEL] if skippable(turn, slot) else [CANCEL]


def _show_summary(turn: Turn, head: str) -> None:
    marked = guesses.unchecked(turn)
    lines = [
        (label, f"{value}{_UNCHECKED}" if slot in marked else value, slot)
        for label, value, slot in drafts.lines(turn.slots)
    ]
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
    # The key is made once for each complaint, with its first summary. So two confirmations, or one repeated after a
    # crash, file only one ticket.
    if not turn.slot("filing_key"):
        turn.set("filing_key", f"{turn.conversation_id}:{turn.turn_id or new_id()}")


def ask_what_to_change(turn: Turn) -> None:
    """Ask which line to change, after "no" to the summary."""
    choices = [choice(label, "correct", field=slot) for label, _, slot in drafts.lines(turn.slots)]
    turn.say("好的，要改哪一项？", [*choices, CANCEL])
    turn.set("requested_slot", drafts.CONFIRM)
