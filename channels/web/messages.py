"""Reads and checks the messages that browsers send, by request or by socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from conversations.attachments import PHOTO, PLACE
from conversations.media import Media
from conversations.service import Conversations
from conversations.types import InboundMessage
from core.consents import Purpose
from core.errors import BadRequest, NotFound, TooLarge
from core.text import clean

MAX_TEXT = 4_000
"""Most characters of one message of a citizen."""
CHANNEL = "web"
"""The web channel's name in the database and in :class:`conversations.types.InboundMessage`."""


def _clean(value: object) -> object:
    # Done before pydantic checks the text, so that half an emoji (a lone surrogate) is dropped and not refused.
    return clean(value) if isinstance(value, str) else value


class Point(BaseModel):
    """The place where the citizen is, as the browser says.

    Args:
        lat: latitude in degrees, -90 to 90.
        lon: longitude in degrees, -180 to 180.
        accuracy: radius in metres within which the citizen is; None when not known.
    """

    model_config = ConfigDict(extra="ignore")

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    accuracy: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)


class Said(BaseModel):
    """A message as the browser sends it. Other fields are ignored, because a page may be newer than this server.

    Args:
        client_id: the browser's id of the message, 8 to 64 characters. The same id again is the same message.
        text: the words.
        button: payload of the pressed button; None when no button was pressed.
        photo: id of a photo that was uploaded before (:mod:`channels.web.photos`).
        location: the place that the citizen sends.
    """

    model_config = ConfigDict(extra="ignore", strict=True)

    client_id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    text: Annotated[str, BeforeValidator(_clean)] = ""
    button: str | None = Field(None, max_length=400)
    photo: str | None = Field(None, pattern=r"^[0-9a-f-]{36}$")
    location: Point | None = None


def read(data: Any) -> Said:
    """Check a message.

    Raises:
        BadRequest: it is not an object, a field is missing or not valid, or nothing was said.
        TooLarge: the text has more than :data:`MAX_TEXT` characters.
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
    """Makes an :class:`InboundMessage`, as all channels do, of a checked message of a browser.

    Args:
        conversations: the conversations.
        media: the citizens' photos.
        may: checks that the visitor agreed to what is sent beside words.
    """

    def __init__(
        self, conversations: Conversations, media: Media, may: Callable[[str, Purpose], Awaitable[None]]
    ) -> None:
        self._conversations = conversations
        self._media = media
        self._may = may

    async def inbound(self, said: Said, visitor_id: str, source: str = "") -> InboundMessage:
        """The message in the form that conversations take.

        Args:
            said: the message.
            visitor_id: who sent it.
            source: keyed hash of the sender's address; empty when not known.

        Raises:
            NotFound: there is no such photo, or another visitor sent it.
            Forbidden: code ``consent_needed``; the visitor has not agreed to send a photo or place, or no longer does.
        """
        kind, text, media = "text", said.text, None
        if said.photo is not None:
            view = await self._conversations.find_or_create(CHANNEL, "", visitor_id)
            image = await self._media.get(said.photo)
            if image.conversation_id != view.id:
                raise NotFound("没有这张照片")
            # It was asked for at the upload; the consent may have been withdrawn since.
            await self._may(visitor_id, Purpose.PHOTOS)
            kind, text, media = "image", said.text.strip() or PHOTO, image.media
        elif said.location is not None:
            await self._may(visitor_id, Purpose.PLACE)
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
