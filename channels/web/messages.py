"""What a browser may send, checked the same way whether it comes by request or by socket."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from core.text import clean
from conversations.types import InboundMessage
from core.errors import BadRequest, TooLarge

MAX_TEXT = 4_000
"""Characters of one message of a citizen."""
CHANNEL = "web"


def _clean(value: object) -> object:
    # Before pydantic looks: half an emoji (a lone surrogate) is dropped rather than refused.
    return clean(value) if isinstance(value, str) else value


class Said(BaseModel):
    """A message as the browser sends it; other fields are left alone, for browsers newer than this server."""

    model_config = ConfigDict(extra="ignore", strict=True)

    client_id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")
    text: Annotated[str, BeforeValidator(_clean)]
    button: str | None = Field(None, max_length=400)


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
        raise TooLarge(f"内容太长了，一次最多 {MAX_TEXT} 个字，请精简或者分几次发", details={"limit": MAX_TEXT})
    if not said.text:
        raise BadRequest("请输入内容再发送")
    return said


def inbound(said: Said, visitor_id: str) -> InboundMessage:
    """The message as conversations take it; the browser's id makes a repeat the same message."""
    return InboundMessage(
        channel=CHANNEL,
        user_id=visitor_id,
        message_id=f"client:{said.client_id}",
        text=said.text,
        button=said.button,
    )
