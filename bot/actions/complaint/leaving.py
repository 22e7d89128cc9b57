"""Ends the form when the citizen wants to file nothing (“我不是投诉，就是想问一下”), and answers the question instead."""

from __future__ import annotations

import re

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import later
from bot.actions.complaint.about import about_privacy
from bot.actions.complaint.corrections import field_of
from bot.actions.complaint.moves import Move, named
from bot.actions.complaint.unfinished import DROP as DROP
from bot.actions.policy import answer as policy
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, RESUME, choice, plain
from bot.understanding.asking import ends_filing, own_question
from bot.understanding.assent import assent
from bot.understanding.clauses import clauses
from bot.understanding.giving_up import asked_instead, puts_off
from bot.understanding.wishes import Wish, read_wish
from conversations.event_kinds import Result

_TYPE_ANSWER = re.compile(r"(?:我|俺)?(?:就是|只是|是)咨询(?:的|吧|呀|啊)?")
_AGAIN = re.compile(
    r"(?:那|算了|等一?下|等等|等会|哎|诶|哦|嗯|对了|不好意思|麻烦|请|你|再|上次的?|刚才的?|之前的?|那个)*(?:我|俺)?(?:要|想){0,2}(?:还是|接着|继续)+"
    r"(?:要|想|给我|帮我|把)*(?:上次的?|刚才的?|之前的?|那个)*(?:登记|填|反映|投诉|举报|检举|提交|办|上?报)"
    r"(?:一下|完|刚才的?|上次的?|之前的?|那个|这个|上|吧|了|我|呗)*|"
    r"(?:那|我|俺)*(?:刚才|刚刚|前面|之前|上次)(?:我|俺)?(?:说|讲|问|填)?的?(?:那|这)?(?:个|件|一件)?[^，,。；;]{0,10}?(?:的|事儿?|问题)*(?:还是|接着|继续)"
    r"(?:要|想|给我|帮我|把它?)*(?:登记|填|反映|投诉|提交|办|上?报)(?:一?下|完|上|吧|了|呗|来)*|"
    r"(?:我|俺)?(?:又)?(?:后悔|反悔|改主意|改变主意)(?:了|啦)?(?:我?(?:还是)?(?:要|想)?(?:登记|填|反映|投诉)?(?:吧)?)?|"
    r"(?:我|俺)?(?:刚才)?(?:点错|按错|说错|搞错|弄错|取消错)了?(?:我?(?:还是)?(?:要|想)?(?:登记|填|反映|投诉)(?:的|吧)?)?|"
    r"(?:不|别|先别|先不)取消(?:了|啊|吧)?|(?:恢复|找回|撤销取消|接着来|继续|接着填)(?:刚才的?|一下|吧|填)*"
)

_SLIP = re.compile(r"(?:我|俺)?(?:刚才)?(?:说|搞|弄)错了?")
"""What also begins a correction, and takes nothing up unless it is all that is said."""
OFFER = "leave"
"""Value of the slot ``offer`` when the citizen was asked whether to leave the complaint unfiled."""
DROPS = choice("", "cancel", slot="draft", value=DROP).payload
"""Payload of the button that cancels a complaint without keeping the draft."""
SOLVED = "solved"
"""Value of the slot ``offer`` when the citizen was asked whether to file what has come right."""


def declines(turn: Turn, move: Move) -> bool:
    """Whether a message after the summary declines to file it (不用了, 先不提交), or says yes to :func:`ask`.

    Args:
        move: the move of the message.
    """
    if turn.pressed:
        return False
    if puts_off(turn.text):
        return True
    return turn.offered == OFFER and move is Move.AFFIRM and "提交" not in turn.text


def ask(turn: Turn) -> None:
    """Ask whether to leave the complaint unfiled, and whether to keep the draft."""
    turn.say(
        "那先不提交？填好的我可以给您留着，以后说“还是登记吧”接着来；不要了也行。想改哪一项，直接说。",
        [
            Choice("先不提交，给我留着", "/cancel"),
            choice("不要了", "cancel", slot="draft", value=DROP),
            Choice("确认提交", "/affirm"),
            Choice("修改", "/deny"),
        ],
    )
    turn.set_all({"requested_slot": drafts.CONFIRM, "tries": 0})
    turn.offer(OFFER)


def ask_solved(turn: Turn, slot: str) -> None:
    """Ask a citizen for whom it has come right (修好了谢谢) whether to leave the complaint unfiled.

    Args:
        slot: the slot that was asked for.
    """
    turn.say(
        "那就好！这件还没有提交，不用登记了就点“不登记了”；还要登记的话，我们接着填。",
        [Choice("不登记了", DROPS), Choice("还要登记", "/repeat"), HUMAN],
    )
    turn.set_all({"requested_slot": slot, "tries": 0})
    turn.offer(SOLVED)


def leaves_solved(turn: Turn) -> bool:
    """Whether words after :func:`ask_solved` say that nothing is to be filed (不用了, 嗯, 好的)."""
    if turn.pressed or turn.offered != SOLVED:
        return False
    if re.search("要登记|接着|继续|还是登记|登记吧", turn.text):
        return False
    return assent(turn.text) is not None or named(plain(turn.text)) in (Move.CANCEL, Move.AFFIRM, Move.DENY)


def wants_out(text: str, slot: str) -> bool:
    """Whether a message in the form says that the citizen only has a question and wants to file nothing.

    >>> wants_out("我不是要投诉，就是想问一下政策", "district"), wants_out("我不是投诉他，是他先骂我", "content")
    (True, False)
    """
    said = _bare(text)
    if slot == "complaint_type" and _TYPE_ANSWER.fullmatch(said):
        return False  # the answer to "which kind is it"
    return ends_filing(text) or own_question(text) is not None or asked_instead(text) is not None


def takes_up_again(text: str) -> bool:
    """Whether a message outside the form asks to continue the unfinished complaint.

    >>> takes_up_again("还是登记吧"), takes_up_again("我要投诉"), takes_up_again("说错了，是5号楼")
    (True, False, False)
    """
    if _AGAIN.fullmatch(_bare(text)) is not None:
        return True
    return any(_again(one) and not _SLIP.fullmatch(_bare(one)) for one in clauses(text))


def without_again(text: str) -> str:
    """What a message says besides the wish to continue the unfinished complaint.

    >>> without_again("那还是登记吧，12号楼旁边")
    '12号楼旁边'
    """
    return "，".join(one for one in clauses(text) if not _again(one))


def _again(clause: str) -> bool:
    return _AGAIN.fullmatch(_bare(clause)) is not None


def is_form_words(text: str) -> bool:
    """Whether a message outside the form has words that make sense only in one: 取消, 跳过, 改一下地址, 不用保密.

    >>> is_form_words("取消投诉"), is_form_words("把电话改一下"), is_form_words("停水了")
    (True, True, False)
    """
    return bool(
        named(text) is not None
        or takes_up_again(text)
        or read_wish(text) is not None
        or re.search(r"改|错|取消|撤|退出|跳过|返回|上一|不(?:投诉|登记|填|反映|要|用|想|弄|办)了?", text)
        or field_of(text, {}) is not None
    )


def no_form(turn: Turn) -> None:
    """Say what can be done, after words that make sense only in a form (取消, 改一下) when no form is active."""
    if read_wish(turn.text) is Wish.ASKS:
        turn.say(f"{about_privacy(turn.text)}要反映什么事，直接说就行。", [COMPLAIN, HUMAN])
    else:
        turn.say_response("utter_no_form")
    turn.outcome(Result.TALK)


async def leave(turn: Turn) -> None:
    """End the form, keep what is filled, and answer the question in this message, or else the one that opened the form."""
    kept = drafts.saved(turn.slots)
    first = _first(turn)
    kept.pop("complaint_type", None)  # the citizen says that this type is wrong
    drafts.clear(turn)
    turn.set_all({drafts.KEPT: kept if kept.get("content") else None, "requested_slot": None})
    own = own_question(turn.text) or asked_instead(turn.text)
    asked = turn.narrowed(own) if own else first
    if asked is None:
        turn.say("好的，不登记。您想问什么？直接打字告诉我就行。", [HUMAN])
        turn.outcome(Result.TALK, about="cancelled")
        return
    if kept.get("content"):
        turn.say(
            "好的，先不登记，填过的我给您留着，想登记了说“还是登记吧”。先回答您的问题：", [RESUME, HUMAN]
        )
    result = await policy.search(asked.text)
    about = str(kept.get("content") or "").split("\n")[0]
    if own and about and not policy.is_sure(result):  # 这算不算工伤 asks about the matter that was told
        with_matter = turn.narrowed(f"{about}，{own}")
        found = await policy.search(with_matter.text)
        if policy.is_sure(found):
            asked, result = with_matter, found
    await policy.tell_result(asked, result)
    later.offer(turn)


def _bare(text: str) -> str:
    return re.sub(r"[，,。.！!？?、…]", "", plain(text))


def _first(turn: Turn) -> Turn | None:
    """The turn as if the message that opened the form had just arrived; None when the form has no content yet."""
    content = str(turn.slot("content") or "").split("\n补充：")[0]
    if not content:
        return None
    for event in turn.events:
        said = str(event.get("text") or "") if event.get("event") == "user" else ""
        if said and not said.startswith("/") and content in said:
            asked = turn.narrowed(said)
            asked.turn_id = str((event.get("metadata") or {}).get("turn") or turn.turn_id)
            return asked
    return turn.narrowed(content)
