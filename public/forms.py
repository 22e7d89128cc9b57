"""Reads what a page's forms send: plain fields, and photos that are only read when they are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http import HttpProcessingError

from conversations.images import MAX_BYTES
from core.bodies import BODY_S, TooSlow, whole
from core.errors import BadRequest, TooLarge

MAX_BODY = 32_768
"""Most bytes of a form's plain fields. :data:`public.progress_page.MAX_WORDS` characters fit, each written as nine."""
MAX_PHOTOS = 3
"""Most photos of one form."""
PHOTOS_S = 120.0
"""Most seconds in which the photos must arrive, also over a slow network in the country."""
_MAX_FIELDS = 12
_CHUNK = 64 * 1024
_TORN = (ValueError, HttpProcessingError)
"""What aiohttp raises for a body that is no form."""


@dataclass
class Form:
    """What was sent.

    Args:
        fields: the plain fields.
        rest: what comes behind them: the first photo, and the reader of the others; None when there is none.
    """

    fields: Mapping[str, str]
    rest: tuple[BodyPartReader, MultipartReader] | None = None

    async def photos(self) -> list[bytes]:
        """The photos, each of at most :data:`conversations.images.MAX_BYTES`; those that were not chosen are left out.

        Raises:
            TooLarge: code ``image_too_large``.
            BadRequest: there are more than :data:`MAX_PHOTOS`.
            TooSlow: they are not complete within :data:`PHOTOS_S`.
        """
        if self.rest is None:
            return []
        part: BodyPartReader | None
        part, reader = self.rest
        found: list[bytes] = []
        try:
            async with asyncio.timeout(PHOTOS_S):
                while part is not None:
                    if data := await _bytes(part, MAX_BYTES):
                        found.append(data)
                    if len(found) > MAX_PHOTOS:
                        raise BadRequest(f"一次最多发 {MAX_PHOTOS} 张照片，剩下的请再发一次")
                    part = _part(await reader.next())
        except TimeoutError as error:
            raise TooSlow from error
        except _TORN as error:
            raise BadRequest from error
        return found


async def read(request: web.Request) -> Form:
    """What a form sent. Plain fields must come before photos, as they do on our pages.

    Raises:
        TooLarge: the plain fields have more than :data:`MAX_BODY` bytes.
        BadRequest: it is no form.
        TooSlow: the plain fields do not arrive in time.
    """
    if request.content_type == "multipart/form-data":
        return await _multipart(request)
    if (request.content_length or 0) > MAX_BODY:
        raise TooLarge
    raw = await whole(request)
    if len(raw) > MAX_BODY:
        raise TooLarge
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise BadRequest from error
    return Form(_clean(dict(pairs)))


async def _multipart(request: web.Request) -> Form:
    fields: dict[str, str] = {}
    left = MAX_BODY
    try:
        async with asyncio.timeout(BODY_S):
            reader = await request.multipart()
            while (part := _part(await reader.next())) is not None:
                if part.filename is not None:
                    return Form(_clean(fields), (part, reader))
                if len(fields) >= _MAX_FIELDS:
                    raise BadRequest
                raw = await _bytes(part, left)
                left -= len(raw)
                fields[part.name or ""] = raw.decode("utf-8")
    except TimeoutError as error:
        raise TooSlow from error
    except _TORN as error:
        raise BadRequest from error
    return Form(_clean(fields))


def _part(found: MultipartReader | BodyPartReader | None) -> BodyPartReader | None:
    if isinstance(found, MultipartReader):
        raise BadRequest  # a form within a form
    return found


async def _bytes(part: BodyPartReader, most: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        data += chunk
        if len(data) > most:
            if part.filename is None:
                raise TooLarge
            words = f"照片太大了，请发 {MAX_BYTES // 1024 // 1024} MB 以内的照片"
            raise TooLarge(words, code="image_too_large")
    return bytes(data)


def _clean(fields: Mapping[str, str]) -> dict[str, str]:
    if any("\0" in value for value in fields.values()):
        raise BadRequest
    # A browser sends each end of a line as two characters, and counts it as one.
    return {name: value.replace("\r\n", "\n") for name, value in fields.items()}
