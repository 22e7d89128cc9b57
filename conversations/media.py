"""Citizens' photos: checked (:mod:`conversations.images`), stored as encrypted files, and found by id.

The files are in a folder; the facts about them are in the table ``images``. A photo belongs to the
conversation in which it was sent. A ticket lists the ids of its photos.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.drawing import draw
from conversations.drawing_turns import DrawingTurns
from conversations.images import Picture
from conversations.models import ImageRow, MessageRow
from core.clock import local, now
from core.database import Database
from core.errors import NotFound, RateLimited, Unavailable, WenbanError
from core.ids import new_id
from core.jobs import Job
from core.sealing import renewed_file, seal_file, unseal_file

log = logging.getLogger(__name__)

MIME = "image/jpeg"
"""Media type of all stored photos."""
HEADERS = {
    # A photo never changes, but only this reader may see it.
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""HTTP headers of a photo. They keep browsers from treating it as anything but a picture."""
MAX_A_DAY = 60
"""Most photos that one conversation may send within 24 hours."""
BYTES_A_DAY = 300 * 1024 * 1024
"""Most bytes of photos that one network address may send within a day to one process. A whole office may share it."""
LEAST_CHARGED = 1024 * 1024
"""Bytes that a photo counts at least, because a small file may take as long to draw as a large one."""
MIN_FREE = 1024 * 1024 * 1024
"""Free bytes of the disk below which no photo is taken, because messages and tickets need the rest."""
UNSENT_AFTER = timedelta(days=1)
"""Age from which a photo that no message names is removed."""
UNSENT_LOOK = timedelta(hours=1)
"""How often such photos are looked for."""
UNSENT_JOB = "photos_unsent"
"""Kind of the job that removes them."""
_UNSENT_AT_ONCE = 200
"""Most photos that one look removes."""
_MOST_SOURCES = 10_000
"""Most addresses whose bytes a process remembers."""
_JPEG = b"\xff\xd8"


@dataclass(frozen=True)
class StoredImage:
    """A stored photo.

    Args:
        id: names the photo everywhere. It reveals nothing about the sender.
        conversation_id: the conversation in which it was sent.
        width: pixels.
        height: pixels.
    """

    id: str
    conversation_id: str
    width: int
    height: int

    @property
    def media(self) -> dict[str, Any]:
        """The ``media`` of a :class:`conversations.types.InboundMessage` with this photo."""
        return {"image": self.id, "width": self.width, "height": self.height}


class Media:
    """Stores photos and returns them.

    Args:
        database: where the facts about photos are.
        folder: where the files are (``settings.media_folder``). It is made for the first photo.

    >>> image = await media.keep(conversation_id, data)                                # doctest: +SKIP
    >>> inbound = InboundMessage(…, text="", kind="image", media=image.media)          # doctest: +SKIP
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._turns = DrawingTurns()
        self._spent: OrderedDict[tuple[date, str], int] = OrderedDict()
        """Bytes of this day by the address that sent them."""

    async def keep(self, conversation_id: str, data: bytes, source: str = "") -> StoredImage:
        """Check a photo and store it. The same bytes in the same conversation give the same photo.

        Args:
            conversation_id: an existing conversation (``Conversations.find_or_create(…).id``).
            data: the bytes of the file as sent or fetched.
            source: keyed hash of the sender's network address; empty when the channel does not know it.

        Raises:
            TooLarge: code ``image_too_large``.
            BadRequest: code ``not_an_image`` or ``image_undrawn``.
            RateLimited: code ``too_many_photos``; more than :data:`MAX_A_DAY`, :data:`BYTES_A_DAY` of the address, or the time for
                drawing (:mod:`conversations.drawing_turns`).
            Unavailable: code ``no_room``, the disk is almost full; or ``photos_busy``, too many are being drawn.
            NotFound: there is no such conversation.

        The messages of all but the last are for the citizen.
        """
        digest = hashlib.sha256(data).hexdigest()
        known = await self._same(conversation_id, digest)
        if known is not None:
            return known
        await self._count(conversation_id)
        self._spend(source, len(data))
        await self._room()
        async with self._turns.turn(conversation_id, source or conversation_id):
            picture = await draw(data)
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

    async def hold(self, image_ids: Sequence[str]) -> None:
        """Keep photos that a ticket is about to list, though no message names them (:meth:`forget_unsent`)."""
        async with self._database.write() as session:
            await session.execute(update(ImageRow).where(ImageRow.id.in_(image_ids)).values(ticketed=True))

    async def get(self, image_id: str) -> StoredImage:
        """The facts about a photo.

        Raises:
            NotFound: there is no photo with this id.
        """
        found = await self.find([image_id])
        if not found:
            raise NotFound("没有这张照片")
        return found[0]

    async def find(self, image_ids: Iterable[str]) -> Sequence[StoredImage]:
        """The photos with these ids, in the order in which they were sent. Unknown ids are left out."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(ImageRow).where(ImageRow.id.in_(list(image_ids))).order_by(ImageRow.id)
            )
            return [_stored(row) for row in rows]

    async def read(self, image_id: str) -> bytes:
        """The bytes of the photo, a JPEG (:data:`MIME`).

        Raises:
            NotFound: there is no photo with this id.
            WenbanError: code ``image_unreadable``; the file can't be read, so an operator must look.
        """
        await self.get(image_id)
        try:
            return await asyncio.to_thread(_read, self._path(image_id))
        except OSError as error:
            raise WenbanError("照片暂时读不出来，请稍后再试", code="image_unreadable") from error

    async def reseal(self) -> int:
        """Encrypt all photos with the present key, also those that an older version stored in clear; how many."""
        return await asyncio.to_thread(_reseal, self._folder)

    async def forget_unsent(self, _: Job | None = None) -> int:
        """Remove photos that were stored but that no message has named for :data:`UNSENT_AFTER`; how many."""
        sent = (
            select(MessageRow.id)
            .where(
                MessageRow.conversation_id == ImageRow.conversation_id,
                MessageRow.image_id == ImageRow.id,
            )
            .exists()
        )
        async with self._database.read() as session:
            old = select(ImageRow.id).where(
                ImageRow.created_at < now() - UNSENT_AFTER, ~ImageRow.ticketed, ~sent
            )
            ids = list(await session.scalars(old.order_by(ImageRow.id).limit(_UNSENT_AT_ONCE)))
        if ids:
            async with self._database.write() as session:
                await session.execute(delete(ImageRow).where(ImageRow.id.in_(ids), ~sent))
            left = {image.id for image in await self.find(ids)}
            for image_id in set(ids) - left:
                self._path(image_id).unlink(missing_ok=True)
            ids = [image_id for image_id in ids if image_id not in left]
        return len(ids)

    async def forget(self, session: AsyncSession, image_ids: Sequence[str]) -> Callable[[], None] | None:
        """Remove photos in the caller's transaction.

        Returns:
            What removes the files, to be called after the commit; None when there is none. When the process dies in between,
            a file stays that nothing names.
        """
        if not image_ids:
            return None
        await session.execute(delete(ImageRow).where(ImageRow.id.in_(image_ids)))
        paths = [self._path(image_id) for image_id in image_ids]

        def unlink() -> None:
            for path in paths:
                path.unlink(missing_ok=True)

        return unlink

    def _spend(self, source: str, size: int) -> None:
        """Count the bytes of an address, also of photos that are refused afterwards."""
        if not source:
            return
        key = (local(now()).date(), source)
        spent = self._spent.pop(key, 0) + max(size, LEAST_CHARGED)
        if spent > BYTES_A_DAY:
            self._spent[key] = BYTES_A_DAY
            raise RateLimited(
                "今天从您这个网络发来的照片太多了，请明天再发，或者用文字说明", code="too_many_photos"
            )
        self._spent[key] = spent
        while len(self._spent) > _MOST_SOURCES:
            self._spent.popitem(last=False)

    async def _room(self) -> None:
        await asyncio.to_thread(self._folder.mkdir, 0o700, parents=True, exist_ok=True)
        if (await asyncio.to_thread(shutil.disk_usage, self._folder)).free < MIN_FREE:
            log.error("the disk is almost full; no photos are taken: %s", self._folder)
            raise Unavailable("照片暂时存不下，请先用文字说明", code="no_room")

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
        # The last characters of a UUIDv7 are random, so the (at most 256) folders fill evenly.
        return self._folder / image_id[-2:] / f"{image_id}.jpg"


def _stored(row: ImageRow) -> StoredImage:
    return StoredImage(row.id, row.conversation_id, row.width, row.height)


def _place(path: Path) -> str:
    return f"media/{path.stem}"


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    # Photos of older versions are clear until the job has encrypted them; they begin as every JPEG does.
    return data if data.startswith(_JPEG) else unseal_file(data, _place(path))


def _reseal(folder: Path) -> int:
    changed = 0
    for path in folder.glob("??/*.jpg"):
        try:
            data = path.read_bytes()
            new = renewed_file(data, _place(path))
            if new != data:
                _store(path, new)
                changed += 1
        except FileNotFoundError:  # removed meanwhile
            continue
    return changed


def _write(path: Path, picture: Picture) -> None:
    _store(path, seal_file(picture.data, _place(path)))


def _store(path: Path, data: bytes) -> None:
    """Write the whole file or nothing. Only the app's user can read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
