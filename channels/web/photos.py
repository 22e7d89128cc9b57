"""Photos of web visitors. A photo is uploaded here, and a message then names its id. Only its sender can see it."""

from __future__ import annotations

from aiohttp import web

from channels.web.limits import Limits
from channels.web.messages import CHANNEL
from channels.web.notice import Consents
from channels.web.origin import Origins
from channels.web.rest import bytes_of, visitor_of
from channels.web.tokens import Tokens
from conversations.images import MAX_BYTES
from conversations.media import HEADERS, MIME, Media
from conversations.service import Conversations
from core.consents import Purpose
from core.errors import NotFound, TooLarge

PHOTO_S = 120.0
"""Most seconds in which a photo must arrive, also over a slow network in the country."""


class Photos:
    """The request handlers of ``/api/web/photos``."""

    def __init__(
        self,
        conversations: Conversations,
        media: Media,
        tokens: Tokens,
        origins: Origins,
        limits: Limits,
        consents: Consents,
    ) -> None:
        self._conversations = conversations
        self._media = media
        self._tokens = tokens
        self._origins = origins
        self._limits = limits
        self._consents = consents

    async def keep(self, request: web.Request) -> web.StreamResponse:
        """POST /api/web/photos: store the photo in the body. The answer has its id, and width and height in pixels.

        Raises:
            Forbidden: the page's site is not allowed; or, with code ``consent_needed``, the citizen has not agreed.
            Unauthorized: the token is missing or not valid.
            TooLarge: code ``image_too_large``.
            BadRequest: code ``not_an_image`` or ``image_undrawn``.
            RateLimited: there were too many photos or messages.
            Unavailable: code ``no_room``, the disk is almost full; or ``photos_busy``.
        """
        self._origins.check(request)
        visitor = await visitor_of(request, self._tokens)
        await self._limits.message(visitor.id, request)
        await self._consents.require(visitor.id, Purpose.PHOTOS)
        with self._limits.upload(visitor.id, request):
            try:
                data = await bytes_of(request, MAX_BYTES, PHOTO_S)
            except TooLarge as error:
                raise TooLarge(
                    f"照片太大了，请发 {MAX_BYTES // 1024 // 1024} MB 以内的照片", code="image_too_large"
                ) from error
            view = await self._conversations.find_or_create(CHANNEL, "", visitor.id)
            image = await self._media.keep(view.id, data, self._limits.source(request))
        return web.json_response(
            {"photo": {"id": image.id, "width": image.width, "height": image.height}},
            headers={"Cache-Control": "no-store"},
        )

    async def show(self, request: web.Request) -> web.StreamResponse:
        """GET /api/web/photos/{id}: a photo that the same visitor sent.

        Raises:
            Forbidden: the page's site is not allowed.
            Unauthorized: the token is missing or not valid.
            NotFound: there is no photo with this id, or another visitor sent it.
        """
        self._origins.check(request)
        visitor = await visitor_of(request, self._tokens)
        await self._limits.look(visitor.id)
        image = await self._media.get(request.match_info["id"])
        view = await self._conversations.find_or_create(CHANNEL, "", visitor.id)
        if image.conversation_id != view.id:
            raise NotFound("没有这张照片")
        return web.Response(body=await self._media.read(image.id), content_type=MIME, headers=HEADERS)
