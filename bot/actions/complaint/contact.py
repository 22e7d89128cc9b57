"""Carries out and confirms wishes about name, phone and secrecy, at any question of the form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.actions.complaint import about, steps
from bot.actions.complaint import draft as drafts
from bot.actions.complaint.moves import Move, named
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, choice
from bot.understanding.assent import assent
from bot.understanding.clauses import clauses
from bot.understanding.human_wish import may_wish_human
from bot.understanding.name import ANONYMOUS, introduced_name, read_name
from bot.understanding.wishes import Wish, read_wish
from core.phone import find
from core.text import plain

_ANONYMOUS = "好的，按匿名登记，工单上没有您的名字。"
_PHONE_STAYS = "电话还留着，工作人员核实时用；也不想留的话，说“不留电话”就行。"
_NAMELESS_PHONE = "好的，按匿名登记，名字和电话都不留。进度要凭工单号和查询码自己查，请到时候记好。"
_NO_PHONE = "好的，不留电话也能登记。没法给您打电话回访，进度凭工单号和查询码自己查。"
_CONFIDENTIAL = "好的，会为您保密：姓名和电话不给承办单位和被反映的一方看。"
_OPEN = "好的，不保密。"
_AFTER = {Wish.NAMED: ("contact_name", ANONYMOUS), Wish.PHONED: ("contact_phone", "")}
"""Wish to give after all what was refused → the slot, and its value when it was refused."""
AFTER_ALL = frozenset(_AFTER)
"""Wishes to give a name or number after all."""
_BY_TEXT = "好的，我在工单里写明：请发短信，不要打电话。"
_LEAVES = frozenset({"cancel", "deny", "request_human", "skip", "go_back"})
"""Intents that a wish about oneself is mistaken for (不用保密了, 我不接电话)."""
_COMMANDS = frozenset({Move.CANCEL, Move.HUMAN, Move.BACK})
_HESITATES = re.compile(r"(?:那|还是|唉|哎)*算了(?:吧)?")
_SEX = re.compile(
    r"(?:(?:我|俺|是|就|写|叫|应该|别|不要|不用|不能|也){0,3}(?:不是|别写|不要写|不写|别叫|什么)(?:什么|啥)?(?:先生(?:女士)?|女士|小姐|男的|女的)(?:女士)?|"
    r"(?:我|俺|是|就|写|叫|应该|个|本人){0,4}(?:(?P<female>女(?:的|士|同志|性)?)|(?P<male>男(?:的|士|同志|性)?|先生)))(?:的|了|啊|呀|吧){0,3}"
)
"""A clause that only tells whether the citizen is a man or a woman, or denies it (不是先生, 女的)."""
_LONGEST_NAME = 4
"""Most characters of a message that is nothing but a name."""
_BY_CHAT = "好的，不打电话也行，这一点写进工单了。办到哪一步，凭工单号和查询码随时在这里查。"


def wished(turn: Turn, slot: str, wishes: Sequence[Wish], words: str) -> tuple[dict[str, Any], str]:
    """Return the slots that the wishes fill, and what to tell the citizen.

    Args:
        slot: the slot that was asked for.
        wishes: the wishes, in the order they were said; :attr:`Wish.ASKS` changes nothing.
        words: the citizen's words; a wish about how to be reached is added to the content in these words.
    """
    filled: dict[str, Any] = {}
    said: list[str] = []
    unique = dict.fromkeys(wishes)
    if Wish.BY_CHAT in unique:  # it also says that no call is wanted
        unique.pop(Wish.BY_TEXT, None)
    for wish in unique:
        if wish is Wish.ANONYMOUS:
            filled["contact_name"] = drafts.ANONYMOUS
            if slot == "contact_phone":  # here 匿名 means: no name and no phone
                filled["contact_phone"] = ""
            said.append(_NAMELESS_PHONE if slot == "contact_phone" else _ANONYMOUS)
            if slot != "contact_phone" and turn.slot("contact_phone"):
                said.append(_PHONE_STAYS)
        elif wish is Wish.NO_PHONE:
            filled["contact_phone"] = ""
            said.append(_NO_PHONE)
        elif wish in (Wish.NAMED, Wish.PHONED):
            name, left = _AFTER[wish]
            if turn.slot(name) == left:
                filled[name] = None
        elif wish is Wish.BY_CHAT:
            filled |= {"contact_phone": turn.slot("contact_phone") or "", **_noted(turn, words)}
            said.append(_BY_CHAT)
        elif wish is Wish.BY_TEXT:
            filled |= _noted(turn, words)
            said.append(_BY_TEXT)
        elif wish is Wish.CONFIDENTIAL:
            filled["confidential"] = True
            said.append(_CONFIDENTIAL)
        elif wish is Wish.OPEN:
            filled["confidential"] = False
            said.append(_OPEN)
        elif wish is Wish.ASKS:
            said.append(about.about_privacy(words))
    return filled, "".join(said)


def only_wishes(turn: Turn) -> bool:
    """Whether a message that sounds like leaving the form wishes something about the citizen's own details instead.

    不用保密了，我已经离职了 cancels nothing, and 我不接电话，微信上说 calls for nobody. Words beside the wish that say
    no, name another command or call for a human count.
    """
    if turn.pressed or turn.intent not in _LEAVES:
        return False
    parted = clauses(turn.text)
    rest = [one for one in parted if read_wish(one) in (None, Wish.ASKS) and not _HESITATES.fullmatch(one)]
    if len(rest) == len(parted) or all(_HESITATES.fullmatch(one) for one in parted):
        return False
    commands = any(named(one) in _COMMANDS or assent(one) == "no" for one in rest)
    return not commands and not (turn.intent == "request_human" and may_wish_human("，".join(rest)))


def refused(turn: Turn, slot: str) -> tuple[dict[str, Any], str]:
    """The slots to set and the reply when a name or phone is simply refused (不说, 不留, 跳过)."""
    if slot == "contact_name":
        return {"contact_name": drafts.ANONYMOUS}, ""
    return {"contact_phone": ""}, "" if turn.slot("contact_name") == drafts.ANONYMOUS else _NO_PHONE


async def follow(turn: Turn, slot: str, wishes: Sequence[Wish], words: str) -> None:
    """Carry out the wishes; ask the next question when they answer the current one, else ask it again."""
    filled, said = wished(turn, slot, wishes, words)
    await steps.go_on(turn, filled, before=said, look=False)


def ask_named(turn: Turn, slot: str, name: str) -> None:
    """Ask who chose 匿名 and then gave a name whether it is to be written down.

    Args:
        slot: the slot that was asked for, and is asked for again.
        name: the name.
    """
    turn.say(
        f"您刚才选了匿名，要改成留名“{name}”吗？不改的话，工单上不会有您的名字。",
        [
            choice(f"留名“{name}”", "inform", slot="contact_name", value=name),
            choice("还是匿名", "inform", slot="contact_name", value=ANONYMOUS),
            *([Choice("确认提交", "/affirm")] if slot == drafts.CONFIRM else []),
            CANCEL,
        ],
    )
    turn.set_all({"requested_slot": slot, "tries": 0})


def own_name(text: str) -> str | None:
    """The name that a message gives and says nothing else; None for any other message.

    >>> own_name("我的名字叫王建国"), own_name("王建国"), own_name("王建国打人")
    ('王建国', '王建国', None)
    """
    said = text.strip(" 。.，,！!")
    told = introduced_name(said)
    if told is not None:
        return told if len(said) <= len(told) + 8 and len(clauses(said)) == 1 else None
    name = read_name(said) if len(said) <= _LONGEST_NAME else None
    return name if name != ANONYMOUS else None


def renamed(text: str, slots: Mapping[str, Any]) -> dict[str, str]:
    """The right name in a message that only says how the citizen is called, after a name was given; empty for any other.

    >>> renamed("不是先生，我叫王晓红，女的", {"contact_name": "王先生/女士"}), renamed("我是女的", {"contact_name": "王先生/女士"})
    ({'contact_name': '王晓红'}, {'contact_name': '王女士'})
    """
    known = str(slots.get("contact_name") or "")
    said = clauses(text)
    if not known or known == ANONYMOUS or not said:
        return {}
    names = [introduced_name(one) or (own_name(one) if len(said) > 1 else None) for one in said]
    sexes = [_SEX.fullmatch(plain(one)) for one in said]
    if not all(name or sex for name, sex in zip(names, sexes, strict=True)) or not any(sexes):
        return {}
    name = next((one for one in names if one and not one.endswith("先生/女士")), None)
    sex = next(
        ("女士" if one["female"] else "先生" for one in sexes if one and (one["female"] or one["male"])), ""
    )
    bare = known.removesuffix("先生/女士")
    if name is None and sex and bare != known:
        name = f"{bare}{sex}"
    return {"contact_name": name} if name else {}


def introduction(text: str, slot: str) -> tuple[dict[str, Any], str] | None:
    """The citizen's name and number when a message is nothing but these and perhaps a wish (王老师138…保密, 138…保密).

    Without a wish, a name with a number is the citizen's own only where name or phone is asked for.

    Args:
        slot: the slot that was asked for.

    Returns:
        Slot → value, and what to tell about the wish; None for any other message.
    """
    numbers = find(text)
    if len(numbers) != 1:
        return None
    said = clauses(f"{text[: numbers[0].start]}，{text[numbers[0].end :]}")
    wishes = [wish for wish in map(read_wish, said) if wish in (Wish.CONFIDENTIAL, Wish.OPEN)]
    names = [own_name(clause) for clause in said if read_wish(clause) is None]
    own = bool(wishes) or (slot in ("contact_name", "contact_phone") and bool(names))
    if not own or len(names) > 1 or None in names:
        return None
    filled: dict[str, Any] = {"contact_phone": numbers[0].number}
    if names:
        filled["contact_name"] = names[0]
    if wishes:
        filled["confidential"] = wishes[-1] is Wish.CONFIDENTIAL
    return filled, "" if not wishes else _CONFIDENTIAL if filled["confidential"] else _OPEN


def _noted(turn: Turn, words: str) -> dict[str, Any]:
    """Add the wish to the content; nothing when the content is empty or already holds these words."""
    content = str(turn.slot("content") or "")
    return {"content": f"{content}\n补充：{words}"} if content and words not in content else {}
