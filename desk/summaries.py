"""Conversations as JSON for the desk, with agents' names, the citizen's last words, and the number of unread messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from conversations.emergency import emergency
from conversations.moves import PASSED
from conversations.service import Conversations
from conversations.types import ConversationView, HandoffReason
from core.clock import iso
from core.errors import NotFound
from core.masking import hide
from desk import gist
from desk.assistant import Assistant
from desk.sight import masked
from desk.users import Users

Filed = Callable[[Mapping[str, datetime]], Awaitable[dict[str, str]]]
"""(id of a conversation → a moment) → id → number of the newest ticket filed in it since then."""


async def _nothing_filed(_: Mapping[str, datetime]) -> dict[str, str]:
    return {}


class Summaries:
    """Looks up conversations and writes them as JSON.

    Args:
        conversations: the conversations.
        users: the accounts.
        assistant: tells which of a citizen's words say something.
        filed: looks up what was filed meanwhile (:meth:`tickets.reading.Reading.filed_since`).
    """

    def __init__(
        self,
        conversations: Conversations,
        users: Users,
        assistant: Assistant = Assistant(),  # noqa: B008  (it can't be changed)
        filed: Filed = _nothing_filed,
    ) -> None:
        self._conversations = conversations
        self._users = users
        self._assistant = assistant
        self._filed = filed

    async def one(self, conversation_id: str) -> dict[str, Any]:
        """One conversation.

        Raises:
            NotFound: there is no conversation with this id.
        """
        found = await self.by_ids([conversation_id])
        if not found:
            raise NotFound("没有这个会话")
        return found[0]

    async def by_ids(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """The conversations with these ids, in one look-up. Unknown ids are left out."""
        return await self.listed(await self._conversations.by_ids(ids))

    async def listed(self, views: Sequence[ConversationView]) -> list[dict[str, Any]]:
        """The JSON of conversations that are already looked up."""
        people = {view.agent_id for view in views} | {_passed(view).get("from") for view in views}
        people |= {view.offered_to for view in views}
        names = await self._users.names(person for person in people if person)
        label = self._conversations.channels.label
        filed = await self._filed({view.id: view.asked_at for view in views if view.asked_at is not None})
        return [
            {**_to_json(view, names, label(view.channel)), **self._row(view, filed.get(view.id))}
            for view in views
        ]

    def _row(self, view: ConversationView, filed: str | None) -> dict[str, Any]:
        """What the row of a conversation says beside the facts of the queue."""
        last = gist.said(view, self._assistant)
        since = gist.unanswered_since(view, self._assistant)
        late = self._conversations.patience.first_reply
        # Who has a ticket meanwhile is served, and does not wait too long.
        alerted = view.alerted_at if filed is None else None
        return {
            "about": masked(gist.about(view, self._assistant)),
            "last_words": {"kind": last.kind, "text": hide(last.text), "created_at": iso(last.created_at)}
            if last
            else None,
            "alerted_at": iso(alerted) if alerted else None,
            "unanswered_since": iso(since) if since else None,
            "answer_due_at": iso(since + late) if since and late else None,
            "filed": filed,
            "in_writing": gist.in_writing(view),
        }


def slots(facts: dict[str, Any]) -> list[dict[str, str]]:
    """The filled slots of the complaint form: of the running form, or of the handoff, or of the one that was left.

    >>> slots({"form": {"诉求类型": "投诉", "是否保密": True, "联系人": None}})
    [{'name': '诉求类型', 'value': '投诉'}, {'name': '是否保密', 'value': '是'}]
    """
    running, left = facts.get("form") or facts.get("handoff"), facts.get("draft_shown")
    if isinstance(running, dict):
        return _lines(running)
    return [_LEFT, *_lines(left)] if isinstance(left, dict) else []


_LEFT = {"name": "登记到哪一步", "value": "填到一半，还没有提交；群众说一声就能接着填"}


def _lines(filled: dict[str, Any]) -> list[dict[str, str]]:
    return [{"name": str(k), "value": _shown(v)} for k, v in filled.items() if v is not None and v != ""]


_TAKEN_FOR = {  # intent of a message → its words for agents
    "ask_policy": "问政策",
    "ask_with_matter": "问政策，也讲了自己的事",
    "ask_or_tell": "说不准是问政策还是反映问题",
    "complain": "反映问题",
    "suggest": "提建议",
    "praise": "表扬",
}
_KINDS = {"question": "像提问", "matter": "像反映问题", "both": "两者都有", "talk": "像闲聊"}


def decision(facts: dict[str, Any]) -> list[dict[str, str]]:
    """One line for the agent: what the assistant took the last message for, and why. Empty when that is not known.

    >>> decision({"decision": {"intent": "ask_policy", "probability": 0.93, "reasons": {"question": 0.9, "base": 0.95}}})
    [{'name': '助手的判断', 'value': '问政策（把握 93%；像提问 90%，知识库有答案 95%）'}]
    """
    kept = facts.get("decision")
    if not isinstance(kept, dict) or kept.get("intent") not in _TAKEN_FOR:
        return []
    reasons = kept.get("reasons") or {}
    likely = max(_KINDS, key=lambda kind: float(reasons.get(kind) or 0))
    value = (
        f"{_TAKEN_FOR[kept['intent']]}（把握 {float(kept['probability']):.0%}；"
        f"{_KINDS[likely]} {float(reasons.get(likely) or 0):.0%}，知识库有答案 {float(reasons.get('base') or 0):.0%}）"
    )
    return [{"name": "助手的判断", "value": value}]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _to_json(view: ConversationView, names: dict[str, str], label: str) -> dict[str, Any]:
    passed = _passed(view)
    told = emergency(view.facts) if view.reason == HandoffReason.EMERGENCY else None
    return {
        "id": view.id,
        "channel": view.channel,
        "account": view.account,
        "mode": str(view.mode),
        "citizen_name": f"{label} {view.id[-4:].upper()}",
        "stage": str(view.stage),
        "agent": person(view.agent_id, names),
        # Who says that it is over may be made to say so: such a conversation keeps its place, but is not called urgent.
        "urgent": view.urgent and not (told and told.over),
        "danger": {"tag": told.tag, "over": told.over} if told else None,
        "reason": view.reason,
        "rank": int(view.rank),
        "offered": person(view.offered_to, names),
        "reply_due_at": iso(view.reply_due_at) if view.reply_due_at else None,
        "waiting_since": iso(view.waiting_since) if view.waiting_since else None,
        "transfer": {"by": person(passed.get("from"), names), "note": hide(passed["note"])}
        if passed
        else None,
        "unread": view.unread,
        "updated_at": iso(view.updated_at),
    }


def person(user_id: str | None, names: Mapping[str, str]) -> dict[str, str] | None:
    """A user as colleagues see them; None when there is no id."""
    return {"id": user_id, "display_name": names.get(user_id, "")} if user_id else None


def _passed(view: ConversationView) -> dict[str, Any]:
    """Who passed the conversation to the present agent or into the queue (None: the system), and the note; empty when nobody did."""
    passed: dict[str, Any] = view.facts.get(PASSED) or {}
    return passed
