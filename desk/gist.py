"""What one row of the agents' list says of a talk: what it is about, the last words that say something, who is left unanswered."""

from __future__ import annotations

from datetime import datetime

from conversations import by_text, muted
from conversations.attachments import PHOTO, PLACE
from conversations.emergency import emergency
from conversations.types import ConversationView, HandoffReason, Message, Mode
from desk.assistant import Assistant

_STORY = "诉求内容"
DEAF = "听不见，只能打字"
NO_CALLS = "不方便打电话"


def story(view: ConversationView) -> str | None:
    """What the complaint form holds as the story of the matter; None when it holds none."""
    for kept in (view.facts.get("form"), view.facts.get("handoff")):
        if isinstance(kept, dict) and kept.get(_STORY):
            return str(kept[_STORY])
    return None


def about(view: ConversationView, assistant: Assistant) -> str | None:
    """What the talk is about: the words of the danger, the story in the form, or the first words that tell or ask something.

    None when nothing that was said is about anything (人呢, 转人工), and while the assistant has the conversation.
    """
    told = emergency(view.facts) if view.reason == HandoffReason.EMERGENCY else None
    if told or (held := story(view)):
        return told.text if told else held
    return next((said for one in reversed(view.words) if (said := _says(one, assistant))), None)


def said(view: ConversationView, assistant: Assistant) -> Message | None:
    """The last message that says something; the very last one when none does, so that a row is never empty."""
    told = (one for one in view.words if one.kind != "text" or _says(one, assistant))
    return next(told, view.last_words)


def unanswered_since(view: ConversationView, assistant: Assistant) -> datetime | None:
    """When the citizen said what the agent has not answered yet; None when nothing waits for an answer, or no agent has it.

    Thanks and 好的 want no answer. Words from before the agent came count from when the citizen got an
    agent: until the first reply another clock runs (:attr:`~conversations.types.ConversationView.reply_due_at`).
    """
    if view.mode != Mode.HUMAN or view.reply_due_at is not None:
        return None
    open_ = [one for one in view.words if one.seq > view.answered_seq]
    wanting = [one for one in open_ if one.kind != "text" or assistant.awaits(one.text)]
    return wanting[-1].created_at if wanting else None


def in_writing(view: ConversationView) -> str | None:
    """The mark of a citizen who is to be reached in writing, as they said themselves; None for all others."""
    if by_text.wanted(view.facts):
        return DEAF
    words = [one.text for one in view.words if one.kind == "text"]
    if any(muted.cannot_phone(one) for one in words):
        return DEAF
    return NO_CALLS if any(muted.no_calls(one) for one in words) else None


def _says(message: Message, assistant: Assistant) -> str:
    """What of a message tells or asks something; empty for a photo or place without words."""
    return "" if message.text in (PHOTO, PLACE) else assistant.says(message.text)
