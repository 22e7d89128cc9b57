"""Encrypts everything anew after ``wenban keys rotate``, and photos that an older version stored in clear."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from pathlib import Path

from conversations.media import Media
from core.database import Database
from core.jobs import Job, add
from core.resealing import reseal, sealed_tables
from core.sealing import file_key_of, ring

log = logging.getLogger(__name__)

RESEAL = "data_resealed"
"""Kind of the job. Its key is the id of the key that everything is sealed with."""
SETTLE_S = 2.0
"""Seconds until every process has seen a new key and writes with it (:mod:`core.keyring`)."""


class Renewal:
    """Seals the database and the photos with the present key.

    Args:
        database: the database.
        media: the photos.
    """

    def __init__(self, database: Database, media: Media) -> None:
        self._database = database
        self._media = media

    async def plan(self) -> None:
        """Add the job for the present key, when this key has none yet."""
        async with self._database.write() as session:
            await add(session, RESEAL, ring().present.id)

    async def run(self, _job: Job) -> None:
        """Do the job. What is sealed with the present key already is only read."""
        if len(ring().keys) > 1:  # With one key alone nobody can write with an older one.
            await asyncio.sleep(SETTLE_S)
        rows = 0
        for table in sealed_tables():
            rows += await reseal(self._database, table)
        photos = await self._media.reseal()
        if rows or photos:
            log.info("sealed anew with key %s: %d rows, %d photos", ring().present.id, rows, photos)


def photo_counts(folder: Path) -> dict[str, int]:
    """How many photos are sealed with each key: the key's id → number."""
    found = Counter(file_key_of(path) for path in folder.glob("??/*.jpg"))
    return {key: count for key, count in found.items() if key}
