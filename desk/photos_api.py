"""Photos of conversations: /api/desk/photos/{id}. Photos of tickets are in :mod:`desk.tickets_api`."""

from __future__ import annotations

from aiohttp import web

from conversations.media import HEADERS, MIME, Media
from desk import acts
from desk.guard import Guard
from desk.roles import ANSWERING
from desk.users import User


class PhotosApi:
    """The handler for accounts that may read conversations."""

    def __init__(self, guard: Guard, media: Media) -> None:
        self._guard = guard
        self._media = media

    def routes(self) -> list[web.RouteDef]:
        """The route of this handler."""
        return [
            web.get(
                "/api/desk/photos/{id}",
                self._guard.only(ANSWERING, self.show, acts.SEE_PHOTO),
                allow_head=False,
            )
        ]

    async def show(self, request: web.Request, _: User) -> web.Response:
        """One photo that a citizen sent."""
        return photo_response(await self._media.read(request.match_info["id"]))


def photo_response(data: bytes) -> web.Response:
    """The HTTP answer with a photo."""
    return web.Response(body=data, content_type=MIME, headers=HEADERS)
