"""One message or event of the platform, as everything here knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CHANNEL = "wechat"
"""Conversations in WeChat are kept under this name."""

SAY = "say:"
"""A menu button whose key begins so says the rest, as if the citizen had typed it."""

Fields = dict[str, str]
Media = dict[str, Any] | None


@dataclass(frozen=True)
class Inbound:
    """One message or event as we understand it.

    Args:
        user: openid of the citizen.
        account: the account's own id (``gh_…``), which the reply comes from.
        kind: ``text``, ``voice``, ``location``, ``image``, ``video``, ``link``, ``event`` or ``unknown``.
        message_id: MsgId, digits; for events CreateTime and name; empty for what can't be read if it came without.
        text: what was said: the text, the voice's transcript, the place's label; empty when there is none.
        event: the event's name in lower case; empty for messages.
        key: the event's EventKey: the scene of a scanned code, the key of a menu's button.
        media: what else came with it.
        items: what an event about subscription messages lists, one for each template.
        json: whether it came as JSON, and is answered so.
    """

    user: str
    account: str
    kind: str
    message_id: str = ""
    text: str = ""
    event: str = ""
    key: str = ""
    media: Media = None
    items: tuple[Fields, ...] = ()
    json: bool = False

    @property
    def readable(self) -> bool:
        """Whether it has words that can be answered."""
        return self.kind == "text" or bool(self.text)
