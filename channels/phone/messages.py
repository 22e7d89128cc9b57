"""The messages of the telephone system, checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from core.bodies import parsed, storable, written_moment
from core.errors import BadRequest

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:@-]{1,80}$")]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")

    call: _Id
    """The system's id of the call."""
    at: Annotated[AwareDatetime, BeforeValidator(written_moment)]
    """When it happened, with time zone."""
    number: Annotated[str, Field(max_length=40)] = ""
    """The caller's number; empty when it is withheld."""


class Happened(_Message):
    """Something happened to a call."""

    event: Literal["rung", "answered", "missed", "ended"]
    agent: Annotated[str, Field(max_length=40)] = ""
    """Username at the desk of whom it rings at, or who answered; empty: nobody in particular."""
    seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """Of ringing (``answered``, ``missed``) or of the talk (``ended``)."""


class Heard(_Message):
    """What the speech recognition heard of the caller, or a question what is to be said now."""

    event: Literal["said", "listen"]
    text: Annotated[str, Field(max_length=4_000)] = ""
    nth: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Which of the caller's utterances it is."""
    after: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """``seq`` of the last answer that was spoken."""


_MESSAGE: TypeAdapter[Happened | Heard] = TypeAdapter(
    Annotated[Happened | Heard, Field(discriminator="event")]
)


def read(body: bytes) -> Happened | Heard:
    """The message of a body. Fields that we don't know are left out, because systems send more.

    Raises:
        BadRequest: code ``bad_message``; the body is no message.

    >>> read(b'{"event": "rung", "call": "c-1", "at": "2026-11-30T09:00:00+08:00"}').event
    'rung'
    """
    try:
        found = parsed(body)
        if not storable(found):
            raise ValueError("characters that can't be stored")
        return _MESSAGE.validate_python(found)
    except (ValueError, RecursionError) as error:
        where = ""
        if isinstance(error, ValidationError):
            where = "：" + "、".join(".".join(map(str, one["loc"])) or "event" for one in error.errors())
        raise BadRequest(f"消息的格式不对{where}", code="bad_message") from error
