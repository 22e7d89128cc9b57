"""What follows an offer to file what was told: yes, no, where or when it happened, or 还是登记吧 some messages later."""

from __future__ import annotations

import re
from typing import Any

from bot.actions.complaint import answered, attachments, in_danger, kept, later, leaving, promised
from bot.actions.complaint.answers import read_place
from bot.actions.complaint.hearing import hear
from bot.actions.complaint.told_before import own_matter, told_before
from bot.actions.policy.answer import INVITED
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import HUMAN, RESUME, plain
from bot.understanding.assent import assent
from bot.understanding.clauses import clauses, may_be_place, only_place
from bot.understanding.elliptic import may_ask
from bot.understanding.faults import is_fault
from bot.understanding.filing_wish import without_wish
from bot.understanding.lasting import only_time
from bot.understanding.requests import is_question, reproaches
from conversations.event_kinds import Result
from kb_index.language.text import simplified

_OFFERS = ("complaint", INVITED)
"""Values of the slot ``offer`` after which a place or a time says yes."""
ASKED = "file_question"
"""Value of the slot ``offer`` after the citizen was explicitly asked whether to file a question."""
_DECLINABLE = {
    **dict.fromkeys(
        ("complaint", ASKED, INVITED), "好的，{}。有别的事随时说；想登记了，说“还是登记吧”就行。"
    ),
    kept.OFFER: "好的，先放着，填过的都给您留着。想接着填，说“接着填”就行。",
}
"""Offer → the reply when it is not accepted."""
WHERE_WHEN = ("district", "town", "address", "happened_at")
"""Slots for the place and the time."""
_BACK = 4
"""Number of the citizen's messages after which 还是登记吧 still means the matter that was told."""
_TO_FILE = re.compile(r"登记|填|反映|投诉|提交|报|办")
"""Words that ask to file. 继续 alone may ask to be told more."""
_REPORTS = re.compile("举报|检举")
_LONG_PLACE = 16
"""Most characters of a clause that is a place because most of it is an address."""
_SHORT = 10
"""Most characters of a clause beside a place that makes it more exact."""
_AT = re.compile(r"^(?:我们?|俺们?)?(?:就)?(?:是|在|住){1,12}|(?:的|这边|那边|这里|那里|呢|啊|呀|吧){1,12}$")
"""Words around a place or a time that say nothing."""


def first(action: Action) -> Action:
    """Wraps an action: words that take up what was offered to be filed open the form; else the action runs."""

    async def file_or_act(turn: Turn) -> None:
        if not await _files(turn):
            await action(turn)

    return file_or_act


async def _files(turn: Turn) -> bool:
    """Open the form if the message takes up an unfinished complaint, or the matter that was told; else False."""
    if turn.pressed or attachments.sent(turn):
        return False
    if await promised.declined(turn) or declined(turn):
        return True
    put_off = await promised.fetched(turn)
    if put_off is not None:
        turn.set_all({"story": put_off, "misses": 0})
        turn.follow_up("complaint_form")
        return True
    if agrees(turn) or later.wanted(turn):
        turn.follow_up("action_affirm")
        return True
    again = leaving.takes_up_again(turn.text)
    draft = await kept.left(turn) if again else None
    story = told(turn) if where(turn) else told_again(turn) or _after_answer(turn)
    story = story or await in_danger.told_to_file(turn)
    if draft is not None:
        kept.go_on(turn, draft)
    elif story is not None:
        turn.set("story", story)
        turn.follow_up("complaint_form")
    elif again and _resumable(turn):
        turn.follow_up("complaint_form")
    else:
        return False
    turn.set("misses", 0)
    return True


def declined(turn: Turn) -> bool:
    """Say that nothing is filed, when the reply to an offer declines it or only says that it was read; else False."""
    said = assent(turn.text) if not turn.pressed and turn.offered in _DECLINABLE else None
    if said not in ("no", "heard"):
        return False
    turn.say(_DECLINABLE[str(turn.offered)].format("不登记" if said == "no" else "那先不登记"), [HUMAN])
    turn.set("misses", 0)
    turn.outcome(Result.TALK, about="cancelled")
    return True


def agrees(turn: Turn) -> bool:
    """Whether a reply in words accepts the offer to file what was told."""
    return not turn.pressed and turn.offered in ("complaint", ASKED) and assent(turn.text) == "yes"


def where(turn: Turn) -> dict[str, Any]:
    """Slot → value of a message that only says where or when, right after an offer to file; else empty."""
    if turn.pressed or turn.offered not in _OFFERS or is_question(turn.text):
        return {}
    said = simplified(turn.text)
    named = [_AT.sub("", clause) for clause in clauses(said)]
    sure = [bool(one) and (only_place(one, parts().city) or only_time(one) or _placed(one)) for one in named]
    if not any(sure) or not all(known or _near(one) for one, known in zip(named, sure, strict=True)):
        return {}
    asked = "district" if any("district" in read_place(one) for one in named) else "address"
    heard = hear("，".join(named), asked, {})
    if heard.rest:
        heard.values.setdefault("address", "".join(heard.rest))
    return {name: heard.values[name] for name in WHERE_WHEN if heard.values.get(name)}


def _placed(clause: str) -> bool:
    """Whether a clause names a road or an estate and little else (洞山中路淮滨人家)."""
    address = str(read_place(clause).get("address") or "")
    return (
        len(clause) <= _LONG_PLACE
        and address != ""
        and len(address) >= len(clause) // 2
        and _near(clause[:_SHORT])
    )


def _near(clause: str) -> bool:
    """Whether a clause beside a place or a time makes it more exact (凤台县的，大山镇)."""
    return 0 < len(clause) <= _SHORT and may_be_place(clause, parts().city) is True and not is_fault(clause)


def told(turn: Turn) -> str | None:
    """The matter that the citizen told within the last few messages and that was not filed; None without one."""
    users = 0
    for event in reversed(turn.events):
        if event.get("event") == "user":
            users += 1
            if users > _BACK:
                return None
        elif event.get("event") == "slot" and event.get("value"):
            if event.get("name") == "content":
                return None  # a form has taken it since
            if event.get("name") == "story":
                return str(event["value"])
    return None


def told_again(turn: Turn) -> str | None:
    """The matter told before, if the message asks to file it after all (还是登记吧); else None."""
    again = not turn.pressed and _TO_FILE.search(turn.text) and leaving.takes_up_again(turn.text)
    story = told(turn) if again else None
    return None if story is None or not_meant(turn, story) else story


def not_meant(turn: Turn, story: str) -> bool:
    """Whether 我要举报 or 我要接着举报 begins a report of its own, because what was kept is a mere question."""
    reports = not turn.pressed and _REPORTS.search(turn.text) is not None
    return reports and may_ask(story) and not is_fault(story) and not reproaches(story)


def _after_answer(turn: Turn) -> str | None:
    """The matter told before, if the message asks to file it, or what a message tells itself and asks to file."""
    before = told_before(turn)
    if before is not None:
        return before.content
    if own_matter(turn.text):
        return without_wish(turn.text)
    return None if told(turn) else answered.asked_to_file(turn)


def _resumable(turn: Turn) -> bool:
    """Whether the button that continues an unfinished complaint was shown right before."""
    return any(
        plain(str(button.get("title"))) == plain(RESUME.title)
        for event in turn.previous()
        if event.get("event") == "bot"
        for button in (event.get("data") or {}).get("buttons") or []
    )
