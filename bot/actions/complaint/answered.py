"""The matter that a citizen told and that was taken for a question: it was answered, and may have to be filed after all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.actions.complaint.told_before import told_before
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.understanding.asking import asks
from bot.understanding.faults import is_fault
from bot.understanding.requests import is_question, reproaches

_ANSWERING = frozenset({"action_answer_policy", "action_follow_up"})
"""Actions that answer a message as a question."""
_BACK = 4
"""Number of the citizen's messages after which an answered matter is over."""
_LEAST = 6
"""Fewest characters of a message that tells a matter."""
_FILE_THIS = re.compile(
    r"(?:那|好的?|行|嗯|对|就|不|是|请|麻烦|你们?|您|帮我|给我|我|俺|要|想|需要|把|还是)*"
    r"(?:(?:这|那)(?:个|件|一件)?(?:事情?|事儿|问题|情况)?(?:给我|帮我)?(?:反映|反应|投诉|举报|登记|上报)|"
    r"(?:反映|反应|投诉|举报|登记|上报)(?:一?下)?(?:的)?(?:就是)?(?:这|那)(?:个|件|一件)?(?:事情?|事儿|问题|情况)?|登记)"
    r"(?:一?下|下来|上去|吧|啊|呀|了|的)*"
)
"""Words that ask to file the matter just told: 我要反映这件事, 那帮我登记这个, 登记吧."""
_ONLY_FILE = re.compile(r"(?:我|俺|那|就|还是|要|想)*(?:反映|反应|投诉|举报|求助)(?:一?下|吧|了|啊)*")
"""Words that ask to file something, and do not say whether it is what was just told: 我要投诉."""
_OF_IT = re.compile(r"(?:他|她|它|人家|老人家|这(?!里|边|儿)|那(?!里|边|儿)|都(?!市)|已经|到现在|也)")
"""How a message begins that goes on about the one before it: 她八十六了."""


def told(turn: Turn) -> str | None:
    """The last message of this talk that told a matter and was answered as a question; None without one."""
    return next((said for said in _answered(turn) if _tells(said)), None)


def asked_to_file(turn: Turn) -> str | None:
    """The matter told before, if the message asks to file it (我要反映这件事, 登记吧, 我要投诉); else None.

    我要投诉 alone means it only when it tells of a fault.
    """
    said = plain(turn.text)
    if (before := told_before(turn)) is not None:
        return before.content
    if turn.pressed or not (_FILE_THIS.fullmatch(said) or _ONLY_FILE.fullmatch(said)):
        return None
    matter = told(turn)
    if matter is None or _FILE_THIS.fullmatch(said) or is_fault(matter) or reproaches(matter):
        return matter
    return None


def joined(turn: Turn, text: str) -> str:
    """A text that goes on about the answered matter, behind that matter (…没到账了，她八十六了); any other as it is."""
    if turn.pressed or not _OF_IT.match(text.strip()) or asks(text):
        return text
    matter = told(turn)
    return text if matter is None or text in matter else f"{matter}，{text}"


def _tells(said: str) -> bool:
    return len(plain(said)) >= _LEAST and not asks(said) and not is_question(said)


def _answered(turn: Turn) -> Iterator[str]:
    """The citizen's last messages that were answered as questions, latest first, since a form took a matter."""
    users, answering = 0, False
    for event in reversed(turn.events):
        if event.get("event") == "action":
            answering = answering or event.get("name") in _ANSWERING
        elif event.get("event") == "slot" and event.get("name") == "content" and event.get("value"):
            return
        elif event.get("event") == "user":
            said = str(event.get("text") or "").strip()
            if answering and not said.startswith("/"):
                yield said
            users, answering = users + 1, False
            if users > _BACK:
                return
