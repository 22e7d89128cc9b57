"""Photos and places a citizen sends, within the complaint form and outside of it."""

from __future__ import annotations

from typing import Any

from bot.actions.complaint.answers import read_place
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, choice
from bot.understanding.photo_talk import photo_talk
from conversations.attachments import Place
from conversations.event_kinds import Result
from conversations.images import MAX_BYTES
from tickets.checks import MAX_PHOTOS

KINDS = ("photo", "location")
"""Kinds of attachments, as the message that carries one names them."""


def sent(turn: Turn) -> str | None:
    """The kind of attachment in the message: ``photo`` or ``location``; None for other messages."""
    kind = turn.entities.get("slot") if turn.pressed and turn.intent == "inform" else None
    return kind if kind in KINDS else None


def read(turn: Turn) -> tuple[dict[str, Any], str]:
    """Read the attachment: (the slots to set, what to tell the citizen). The caller sets the slots."""
    value = turn.entities.get("value", "")
    return _photo(turn, value) if sent(turn) == "photo" else _place(turn, value)


def keep_beside(turn: Turn) -> bool:
    """Keep an attachment that comes with words, and only confirm it; False for an attachment without words."""
    if not turn.beside:
        return False
    filled, said = read(turn)
    turn.set_all(filled)
    if filled or sent(turn) == "location" or len(turn.slot("photos") or []) >= MAX_PHOTOS:
        turn.say(said)
    return True


async def outside(turn: Turn) -> None:
    """Keep a photo or place sent while no form is active, and offer what to do with it."""
    if keep_beside(turn):
        return
    filled, said = read(turn)
    turn.set_all(filled)
    turn.set("misses", 0)
    own = [t for t in await parts().tickets.of_conversation(turn.conversation_id) if not t.state.is_final]
    ways = [COMPLAIN, HUMAN]
    if own and sent(turn) == "photo":
        said += f"是给工单 {own[0].number} 补充的，还是要反映新的问题？"
        add = choice("补充到这张工单", "add_to_ticket", slot="photos", value=own[0].number)
        ways = [add, Choice("反映新的问题", "/start_complaint"), HUMAN]
    else:
        said += "请说说是什么事，我帮您登记；或者点下面的按钮。"
    turn.say(said, ways)
    turn.outcome(Result.ASKED_BACK, about=sent(turn))


def told_how(text: str) -> str:
    """What to tell a citizen whose photo can't be sent, or who asks how; "" for any other message."""
    talk = photo_talk(text)
    if talk is None:
        return ""
    limit = MAX_BYTES // 1024 // 1024
    how = f"在这里直接发照片就行，JPG、PNG、WebP 都可以，一张不超过 {limit} MB，一件事最多 {MAX_PHOTOS} 张。"
    if talk == "how":
        return how
    return (
        f"没传上来也不要紧，照片不是必须的，先用文字说清楚，事情照样登记，登记完也能再补。要再试一次：{how}"
    )


async def answer(turn: Turn) -> bool:
    """Help, outside a form, a citizen whose photo can't be sent, or who asks how; False for any other message."""
    said = "" if turn.pressed else told_how(turn.text)
    if not said:
        return False
    turn.say(said, [COMPLAIN, HUMAN])
    turn.set("misses", 0)
    turn.outcome(Result.TALK, about="photo")
    return True


def _photo(turn: Turn, image_id: str) -> tuple[dict[str, Any], str]:
    photos = list(turn.slot("photos") or [])
    if image_id in photos:
        return {}, "这张照片已经收到过了。"
    if len(photos) >= MAX_PHOTOS:
        return {}, f"一件事最多放 {MAX_PHOTOS} 张照片，这一张就不放进去了。"
    photos.append(image_id)
    return {"photos": photos}, "照片收到了。" if len(photos) == 1 else f"第 {len(photos)} 张照片也收到了。"


def _place(turn: Turn, value: str) -> tuple[dict[str, Any], str]:
    there = Place.parse(value)
    if there is None:
        return {}, "这个位置没能读出来，请用文字说一下。"
    filled: dict[str, Any] = {"location": str(there)}
    named = read_place(there.label) if there.label else {}
    if named.get("district"):
        filled["district"] = named["district"]
    if there.label:
        # The device's place is exact; the citizen's earlier text has details (楼栋, 门口), so append that text.
        before = str(turn.slot("address") or "")
        filled["address"] = there.label if before in there.label else f"{there.label}（{before}）"
        return filled, f"位置收到了：{there.label}。"
    return filled, "定位收到了，地图上的点工作人员能看到。"
