"""One message or event of the platform, in the form the rest of the WeChat channel works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CHANNEL = "wechat"
"""The channel's name in the database."""

SAY = "say:"
"""Prefix of a menu button's key: the rest of the key is read as if the citizen had typed it."""

Fields = dict[str, str]
Media = dict[str, Any] | None


@dataclass(frozen=True)
class Inbound:
    """One message or event, parsed.

    Args:
        user: openid of the citizen.
        account: the account's own id (``gh_…``), which the reply comes from.
        kind: ``text``, ``voice``, ``location``, ``image``, ``video``, ``link``, ``event`` or ``unknown``.
        message_id: MsgId, digits; for events CreateTime and name; empty for an unknown kind without one.
        text: what was said: the text, the voice's transcript, the place's label; empty when there is none.
        event: the event's name in lower case; empty for messages.
        key: the event's EventKey: the scene of a scanned code, the key of a menu's button.
        media: facts of a picture, recording, link or place, by the platform's names.
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
