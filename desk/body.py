"""Reads and checks the JSON bodies and query strings that the desk's pages send."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.bodies import parsed, storable, whole
from core.errors import BadRequest, NotFound
from core.expected import expected


class Body(BaseModel):
    """Base class of all bodies. Unknown fields and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Paged(Body):
    """The query of a list in pages."""

    limit: Annotated[int, Field(title="条数", ge=1, le=100)] = 50
    after: Annotated[str, Field(title="翻页的位置", max_length=80)] = ""
    """What the page before gave as ``next``; empty: the first page."""


B = TypeVar("B", bound=Body)
"""The type of a request's body."""


async def read(request: web.Request, shape: type[B]) -> B:
    """The JSON body of the request.

    Raises:
        BadRequest: the body is not JSON, does not fit ``shape``, or has characters that can't be stored.
        TooSlow: the body does not arrive in time.
    """
    try:
        found = parsed(await whole(request) or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadRequest("请求不是 JSON", code="bad_json") from error
    if not isinstance(found, dict):
        raise BadRequest("请求要是一个 JSON 对象", code="bad_json")
    if not storable(found):
        raise BadRequest("内容里有无法识别的字符，请删掉后再试", code="bad_characters")
    return _checked(found, shape)


def query(request: web.Request, shape: type[B]) -> B:
    """The query string of the request. Numbers in it are text.

    Raises:
        BadRequest: a parameter is unknown, or its value is out of range.
    """
    found = dict(request.query)
    if not storable(found):
        raise BadRequest("内容里有无法识别的字符，请删掉后再试", code="bad_characters")
    return _checked(found, shape, strict=False)


def asked_id(request: web.Request, missing: str) -> str:
    """The id in the address.

    Args:
        request: the request.
        missing: what to tell when the text is no id, so that there is nothing with it.

    Raises:
        NotFound: the text is no id.
    """
    try:
        return str(UUID(request.match_info["id"]))
    except ValueError:
        raise NotFound(missing) from None


def _checked(found: dict[str, Any], shape: type[B], *, strict: bool | None = None) -> B:
    try:
        return shape.model_validate(found, strict=strict)
    except ValidationError as error:
        fields = {
            ".".join(map(str, e["loc"])): f"{_label(shape, e['loc'])}{expected(e)}" for e in error.errors()
        }
        raise BadRequest("；".join(fields.values()), details={"fields": fields}) from error


def _label(shape: type[Body], place: tuple[int | str, ...]) -> str:
    """What agents call the field: its title, or else its name."""
    name = str(place[0]) if place else ""
    known = shape.model_fields.get(name)
    return (known.title if known else None) or (f"{name} " if name else "")
