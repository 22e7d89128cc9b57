"""One message or event of the platform, in the form that the rest of the WeChat channel uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CHANNEL = "wechat"
"""The channel's name in the database."""

SAY = "say:"
"""Prefix of the key of a menu's button. The rest of the key is read as if the citizen had typed it."""

Fields = dict[str, str]
"""Fields of a message, by the platform's names."""
Media = dict[str, Any] | None
"""Facts about a picture, recording, link or place, by the platform's names."""


@dataclass(frozen=True)
class Inbound:
    """One message or event, parsed.

    Args:
        user: openid of the citizen.
        account: the account's own id (``gh_…``), which is the sender of the reply.
        kind: ``text``, ``voice``, ``location``, ``image``, ``video``, ``link``, ``event`` or ``unknown``.
        message_id: MsgId (digits); for events made of CreateTime and name; empty for an unknown kind without MsgId.
        text: what was said: the text, the voice's transcript, the place's label; empty when there is none.
        event: the event's name in lower case; empty for messages.
        key: the event's EventKey: the scene of a scanned QR code, or the key of a menu's button.
        media: facts about a picture, recording, link or place, by the platform's names.
        items: the items of an event about subscription messages, one for each template.
        json: whether it came as JSON. Then the answer is JSON, too.
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
        """Whether it has words that the assistant can read."""
        return self.kind == "text" or bool(self.text)
