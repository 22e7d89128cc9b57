"""The further matters of a message after the first was filed: kept on its ticket word for word, and filed when asked for.

The first ticket holds the words of every matter that was put off, whether it is filed later or never. What the citizen
gave for the first matter (place, name, phone) is offered to the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions.complaint import later
from bot.actions.complaint.answers import without_own
from bot.actions.complaint.draft import ANONYMOUS
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, clip
from bot.understanding import further
from bot.understanding.unnamed import without_name
from conversations.event_kinds import Result
from tickets.service import MAX_NOTE
from tickets.types import CITIZEN, Ticket

FACT = "carried"
"""Key under which a conversation stores the matters that wait or were declined, the ticket that holds their words, and what
they take over from it."""
_PLACE = ("district", "address", "town", "location")
_CONTACT = ("contact_name", "contact_phone", "confidential")
_SHOWN = 40
_NOTE = "同一条消息里群众还说：“{said}”。已问过群众要不要另外登记。"


async def carry(turn: Turn, slots: Mapping[str, Any], ticket: Ticket) -> None:
    """Write the requests that wait into the history of the ticket just filed, and store what they take over from it.

    Args:
        slots: the slots as they were filed.
        ticket: the ticket.
    """
    known = await _known(turn)
    waiting = [one for one in turn.slot(later.SLOT) or [] if one["kind"] != "draft"]
    noted = set(known.get("noted") or ())
    fresh = [str(one["text"]) for one in waiting if str(one["text"]) not in noted]
    if fresh:
        said = _for_staff("；".join(fresh), slots)
        key = f"{slots['filing_key']}:beside" if slots.get("filing_key") else None
        await parts().tickets.note(ticket.number, CITIZEN, _NOTE.format(said=said)[:MAX_NOTE], key=key)
    matters = [str(one["text"]) for one in waiting if one["kind"] == "matter"]
    matters += [text for text in known.get("matters") or () if text not in matters]
    if not matters:
        await _store(turn, None)
        return
    kept = {name: slots[name] for name in (*_PLACE, *_CONTACT) if slots.get(name) is not None}
    number = ticket.number if fresh else str(known.get("number") or ticket.number)
    facts = {"matters": matters, "noted": [*noted, *fresh], "number": number, "kept": kept}
    await _store(turn, facts)


async def carried(turn: Turn, story: str, mined: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The slots that a matter takes over from the one filed before it, and what to tell the citizen about that.

    Args:
        story: the words of the matter.
        mined: slot → value read from these words. When they name another place, only the district is taken over; when they
            name another district, no place is.
    """
    known = await _known(turn)
    matters = list(known.get("matters") or ())
    if story not in matters:
        return {}, ""
    matters.remove(story)
    await _store(turn, {**known, "matters": matters} if matters else None)
    kept = dict(known.get("kept") or {})
    elsewhere = mined.get("district", kept.get("district")) != kept.get("district")
    if elsewhere or mined.get("address"):
        # Another street without its district lies in the district that was said before.
        kept = {
            name: value for name, value in kept.items() if name not in (_PLACE if elsewhere else _PLACE[1:])
        }
    kept = {name: value for name, value in kept.items() if name not in mined}
    place = "地点、" if kept.get("address") or kept.get("location") else ""
    return kept, f"{place}称呼和电话按刚才那件的填了，不一样的您说一声。" if kept else ""


async def fetched(turn: Turn) -> str | None:
    """The words of the put-off matter that a message asks to file (刚才说的垃圾也登记一下); None when it asks for none."""
    if turn.pressed:
        return None
    matters = (await _known(turn)).get("matters") or ()
    at = further.fetched(turn.text, matters) if matters else None
    return None if at is None else str(matters[at])


async def declined(turn: Turn) -> bool:
    """Say that a put-off matter is not filed, and where its words stand, after the citizen declines it or calls it the
    same matter; False when none was offered, or the message says something else.
    """
    if turn.offered != "complaint":
        return False
    known = await _known(turn)
    story = str(turn.slot("story") or "")
    if story not in (known.get("matters") or ()):
        return False
    one = not turn.pressed and further.is_one_matter(turn.text)
    if not (one or (turn.pressed and turn.intent == "deny") or refuses(turn)):
        return False
    where = f"您的原话写在工单 {known['number']} 上了，办理的人能看到"
    turn.say(
        f"好的，那就不另外登记，{where}。"
        if one
        else f"好的，“{clip(story, _SHOWN)}”先不另外登记，{where}。想登记了，说“那件也登记”就行。",
        [HUMAN],
    )
    turn.set_all({"story": None, "misses": 0})
    turn.outcome(Result.TALK, about="cancelled")
    later.offer(turn)
    return True


def refuses(turn: Turn) -> bool:
    """Whether words decline the next matter, or want only the first (先这个)."""
    return not turn.pressed and (further.wants_first_only(turn.text) or turn.intent == "deny")


async def offers(turn: Turn) -> bool:
    """Offer to file the put-off matter that a message asks for, where no form for it can open; False when it asks for none."""
    story = await fetched(turn)
    if story is None:
        return False
    turn.say(
        f"“{clip(story, _SHOWN)}”这一件我记着，现在登记吗？",
        [later.NEXT, Choice("不用了", "/deny"), HUMAN],
    )
    turn.set("story", story)
    turn.offer("complaint")
    return True


def within_form(turn: Turn) -> str | None:
    """What to tell a citizen who speaks of the further matters while the first is filled; None for any other message.

    What turns out to be one matter goes back into the content, as it was said.
    """
    waiting = [one for one in turn.slot(later.SLOT) or [] if one["kind"] != "draft"]
    if turn.pressed or not waiting:
        return None
    texts = [str(one["text"]) for one in waiting]
    drafts_ = [one for one in turn.slot(later.SLOT) if one["kind"] == "draft"]
    if further.is_one_matter(turn.text):
        turn.set_all(
            {"content": "，".join([str(turn.slot("content") or ""), *texts]), later.SLOT: drafts_ or None}
        )
        return "好的，那就合在一件里登记，您的原话都在。"
    if further.wants_first_only(turn.text):
        turn.set(later.SLOT, [*({**one, "left": True} for one in waiting), *drafts_])
        return "好的，先只登记这一件；另外说的会留在工单的经过里，想登记了随时说。"
    at = further.fetched(turn.text, texts)
    if at is not None:
        turn.set(later.SLOT, [*({k: v for k, v in one.items() if k != "left"} for one in waiting), *drafts_])
        return f"“{clip(texts[at], _SHOWN)}”我记着呢，这一件填完就接着登记。"
    return None


async def _known(turn: Turn) -> dict[str, Any]:
    return dict((await parts().conversations.recall(turn.conversation_id)).get(FACT) or {})


async def _store(turn: Turn, facts: Mapping[str, Any] | None) -> None:
    await parts().conversations.remember(turn.conversation_id, FACT, None if facts is None else dict(facts))


def _for_staff(said: str, slots: Mapping[str, Any]) -> str:
    """Words without the citizen's own number, and without the name when it is hidden."""
    bare = without_own(said, {"contact_phone": str(slots.get("contact_phone") or "")})
    name = str(slots.get("contact_name") or "")
    return without_name(bare, name) if name and (name == ANONYMOUS or slots.get("confidential")) else bare
