"""Photos cost what they may: memory before they are unpacked, bytes of an address, the disk; and unsent ones go."""

from __future__ import annotations

import io
import subprocess
import sys
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from conversations import images, media
from conversations.media import Media
from conversations.models import ImageRow
from core.clock import now
from core.database import Database
from core.errors import NotFound, RateLimited, Unavailable
from tests.conversations.conftest import Process

PEAK_MB = 400
"""Most memory that drawing one picture may take beyond what the process has."""
_DRAW = """
import resource, sys
from conversations.images import clean_picture
from core.errors import TooLarge
data, wanted = sys.stdin.buffer.read(), sys.argv[1]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    clean_picture(data)
    came = "drawn"
except TooLarge:
    came = "refused"
assert came == wanted, came
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def bomb(kind: str, side: int) -> bytes:
    """A picture of one colour: a few bytes, many pixels."""
    out = io.BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, (side, side)).save(out, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(images.MAX_PIXELS))
def test_no_picture_takes_more_memory_than_it_may(kind: str) -> None:
    side = int(images.MAX_PIXELS[kind] ** 0.5)
    for of, wanted, most in ((side, "drawn", PEAK_MB), (side + 50, "refused", 40)):
        done = subprocess.run(
            [sys.executable, "-c", _DRAW, wanted], input=bomb(kind, of), capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        assert int(done.stdout) < most, (kind, of, wanted, done.stdout)


@pytest.fixture
async def visitor(process: Process) -> str:
    return await process.id_of()


@pytest.fixture
def kept(database: Database, tmp_path: Path) -> Media:
    return Media(database, tmp_path / "media")


def photo(side: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), (200, 80, 40)).save(out, "JPEG")
    return out.getvalue()


async def test_an_address_has_a_budget_of_bytes_and_small_ones_count(
    kept: Media, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "BYTES_A_DAY", 3 * media.LEAST_CHARGED)
    for side in (10, 11, 12):
        await kept.keep(visitor, photo(side), "one")
    with pytest.raises(RateLimited):
        await kept.keep(visitor, photo(13), "one")
    await kept.keep(visitor, photo(13), "another")
    await kept.keep(visitor, photo(14))  # WeChat tells no address


async def test_a_full_disk_takes_no_photo(
    kept: Media, visitor: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(media.shutil, "disk_usage", lambda _: usage(9, 9, media.MIN_FREE - 1))
    with pytest.raises(Unavailable) as refused:
        await kept.keep(visitor, photo(10))
    assert refused.value.code == "no_room"
    assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


async def test_a_photo_that_no_message_names_is_removed_after_a_day(
    process: Process, database: Database, kept: Media, visitor: str, tmp_path: Path
) -> None:
    sent, unsent = await kept.keep(visitor, photo(10)), await kept.keep(visitor, photo(11))
    await process.say("［照片］", kind="image", media=sent.media)
    assert await kept.forget_unsent() == 0, "it may still be sent"
    async with database.write() as session:
        await session.execute(update(ImageRow).values(created_at=now() - timedelta(days=2)))
    fresh = await kept.keep(visitor, photo(12))
    assert await kept.forget_unsent() == 1
    with pytest.raises(NotFound):
        await kept.get(unsent.id)
    assert {path.stem for path in (tmp_path / "media").rglob("*.jpg")} == {sent.id, fresh.id}
    assert await kept.forget_unsent() == 0
