"""What a browser may send, checked the same way whether it comes by request or by socket."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from conversations.attachments import PHOTO, PLACE
from conversations.media import Media
from conversations.service import Conversations
from conversations.types import InboundMessage
from core.errors import BadRequest, NotFound, TooLarge
from core.text import clean

MAX_TEXT = 4_000
"""Characters of one message of a citizen."""
CHANNEL = "web"
"""The web channel's name in the database and in :class:`conversations.types.InboundMessage`."""


def _clean(value: object) -> object:
    # Before pydantic looks: half an emoji (a lone surrogate) is dropped rather than refused.
    return clean(value) if isinstance(value, str) else value


class Point(BaseModel):
    """Where the browser says the citizen is."""

    model_config = ConfigDict(extra="ignore")

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    accuracy: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)
    """Metres."""


class Said(BaseModel):
    """A message as the browser sends it; other fields are left alone, for browsers newer than this server."""

    model_config = ConfigDict(extra="ignore", strict=True)

    client_id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    text: Annotated[str, BeforeValidator(_clean)] = ""
    button: str | None = Field(None, max_length=400)
    photo: str | None = Field(None, pattern=r"^[0-9a-f-]{36}$")
    """Id of a photo uploaded before (:mod:`channels.web.photos`)."""
    location: Point | None = None


def read(data: Any) -> Said:
    """Check a message.

    Raises:
        BadRequest: not an object, a field is missing or misshapen, or nothing was said.
        TooLarge: over :data:`MAX_TEXT` characters.
    """
    try:
        said = Said.model_validate(data)
    except ValidationError as error:
        fields = sorted({str(part) for e in error.errors() for part in e["loc"][:1]})
        raise BadRequest("消息格式不对", details={"fields": fields}) from error
    if len(said.text) > MAX_TEXT:
        raise TooLarge(
            f"内容太长了，一次最多 {MAX_TEXT} 个字，请精简或者分几次发", details={"limit": MAX_TEXT}
        )
    if not said.text and said.photo is None and said.location is None:
        raise BadRequest("请输入内容再发送")
    if said.photo is not None and said.location is not None:
        raise BadRequest("照片和位置请分两次发")
    return said


class Reader:
    """Turns a checked browser message into the :class:`InboundMessage` that all channels make."""

    def __init__(self, conversations: Conversations, media: Media) -> None:
        self._conversations = conversations
        self._media = media

    async def inbound(self, said: Said, visitor_id: str, source: str = "") -> InboundMessage:
        """The message as conversations take it; the browser's id makes a repeat the same message.

        Raises:
            NotFound: the photo is not there, or is not this visitor's.
        """
        kind, text, media = "text", said.text, None
        if said.photo is not None:
            view = await self._conversations.find_or_create(CHANNEL, "", visitor_id)
            image = await self._media.get(said.photo)
            if image.conversation_id != view.id:
                raise NotFound("没有这张照片")
            kind, text, media = "image", said.text.strip() or PHOTO, image.media
        elif said.location is not None:
            kind, text = "location", said.text.strip() or PLACE
            media = said.location.model_dump(exclude_none=True)
        return InboundMessage(
            channel=CHANNEL,
            user_id=visitor_id,
            message_id=f"client:{said.client_id}",
            text=text,
            kind=kind,
            media=media,
            button=said.button if kind == "text" else None,
            source=source,
        )
