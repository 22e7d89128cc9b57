"""Citizens' photos: checked (:mod:`conversations.images`), kept as files, known by id, shown to who may see them.

The files lie in a folder of their own, the facts about them in the table ``images``. A photo belongs to the
conversation it was sent in; a ticket names the photos that belong to it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from conversations.images import Picture, clean_picture
from conversations.models import ImageRow
from core.clock import now
from core.database import Database
from core.errors import NotFound, RateLimited, WenbanError
from core.ids import new_id

MIME = "image/jpeg"
HEADERS = {
    # A photo never changes, but is for this person alone.
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""What a photo is sent out with: nothing a browser could take it for instead."""
MAX_A_DAY = 60
"""Photos one conversation may send within 24 hours."""
_AT_ONCE = 2
"""Pictures drawn at the same time; each may take some 200 MB for a moment."""


@dataclass(frozen=True)
class StoredImage:
    """A photo on file.

    Args:
        id: names it everywhere; says nothing about who sent it.
    """

    id: str
    conversation_id: str
    width: int
    height: int

    @property
    def media(self) -> dict[str, Any]:
        """What goes into :attr:`conversations.types.InboundMessage.media` beside ``kind="image"``."""
        return {"image": self.id, "width": self.width, "height": self.height}


class Media:
    """Keeps photos and gives them out.

    Args:
        folder: where the files lie (``settings.media_folder``); made when the first photo comes.

    >>> image = await media.keep(conversation_id, data)                                # doctest: +SKIP
    >>> inbound = InboundMessage(…, text="", kind="image", media=image.media)          # doctest: +SKIP
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def keep(self, conversation_id: str, data: bytes) -> StoredImage:
        """Check a photo and keep it; the same bytes in the same conversation are the same photo.

        Args:
            conversation_id: one that is there (``Conversations.find_or_create(…).id``).
            data: the file as it was sent or fetched.

        Raises:
            TooLarge: code ``image_too_large``.
            BadRequest: code ``not_an_image``.
            RateLimited: over :data:`MAX_A_DAY`. All three messages are for the citizen.
        """
        digest = hashlib.sha256(data).hexdigest()
        known = await self._same(conversation_id, digest)
        if known is not None:
            return known
        await self._count(conversation_id)
        async with self._places:
            picture = await asyncio.to_thread(clean_picture, data)
        image_id = new_id()
        path = self._path(image_id)
        await asyncio.to_thread(_write, path, picture)
        row = ImageRow(
            id=image_id,
            conversation_id=conversation_id,
            digest=digest,
            width=picture.width,
            height=picture.height,
            size=len(picture.data),
        )
        try:
            async with self._database.write() as session:
                session.add(row)
        except IntegrityError:
            path.unlink(missing_ok=True)
            known = await self._same(conversation_id, digest)
            if known is None:  # No such conversation.
                raise NotFound("没有这个会话") from None
            return known
        return _stored(row)

    async def get(self, image_id: str) -> StoredImage:
        """What is known of a photo.

        Raises:
            NotFound: there is none with that id.
        """
        found = await self.find([image_id])
        if not found:
            raise NotFound("没有这张照片")
        return found[0]

    async def find(self, image_ids: Iterable[str]) -> Sequence[StoredImage]:
        """Those of the photos that are there, in the order they came in."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(ImageRow).where(ImageRow.id.in_(list(image_ids))).order_by(ImageRow.id)
            )
            return [_stored(row) for row in rows]

    async def read(self, image_id: str) -> bytes:
        """The photo itself, a JPEG (:data:`MIME`).

        Raises:
            NotFound: there is none with that id.
            WenbanError: its file can't be read; an operator has to look.
        """
        await self.get(image_id)
        try:
            return await asyncio.to_thread(self._path(image_id).read_bytes)
        except OSError as error:
            raise WenbanError("照片暂时读不出来，请稍后再试", code="image_unreadable") from error

    async def _count(self, conversation_id: str) -> None:
        async with self._database.read() as session:
            count = await session.scalar(
                select(func.count())
                .select_from(ImageRow)
                .where(
                    ImageRow.conversation_id == conversation_id,
                    ImageRow.created_at > now() - timedelta(days=1),
                )
            )
        if (count or 0) >= MAX_A_DAY:
            raise RateLimited("今天发的照片太多了，请明天再发，或者用文字说明", code="too_many_photos")

    async def _same(self, conversation_id: str, digest: str) -> StoredImage | None:
        async with self._database.read() as session:
            row = await session.scalar(
                select(ImageRow).where(ImageRow.conversation_id == conversation_id, ImageRow.digest == digest)
            )
            return _stored(row) if row else None

    def _path(self, image_id: str) -> Path:
        # The last characters of a UUIDv7 are random: some 256 folders fill evenly.
        return self._folder / image_id[-2:] / f"{image_id}.jpg"


def _stored(row: ImageRow) -> StoredImage:
    return StoredImage(row.id, row.conversation_id, row.width, row.height)


def _write(path: Path, picture: Picture) -> None:
    """The whole file or none, readable by the app alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(picture.data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
