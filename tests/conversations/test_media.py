"""Photos from anybody: what is kept is a picture and nothing else, once, or a clear word why not."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from conversations import images, media
from conversations.attachments import Place, payload, place, shown
from conversations.images import LONGEST_SIDE, clean_picture
from conversations.media import Media
from core.database import Database
from core.errors import BadRequest, NotFound, RateLimited, TooLarge
from core.sealing import unseal_file
from tests.conversations.conftest import Process
from tests.conversations.slow_pictures import many_scans

SECRET = b"32.6460N 117.0180E Canon owner"


def photo(size: tuple[int, int] = (640, 480), kind: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 80, 40)).save(out, kind, **more)
    return out.getvalue()


def with_exif(orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = SECRET.decode()
    return photo((400, 200), exif=exif, comment=SECRET)


@pytest.fixture
async def visitor(process: Process) -> str:
    return await process.id_of()


@pytest.fixture
def kept(database: Database, tmp_path: Path) -> Media:
    return Media(database, tmp_path / "media")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_usual_kind_becomes_a_jpeg(kind: str) -> None:
    picture = clean_picture(photo(kind=kind))
    with Image.open(io.BytesIO(picture.data)) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (640, 480))


def test_where_and_by_whom_it_was_taken_is_left_out_and_it_stands_upright() -> None:
    sent = with_exif()
    assert SECRET in sent
    picture = clean_picture(sent)
    assert SECRET not in picture.data
    assert (picture.width, picture.height) == (200, 400)
    with Image.open(io.BytesIO(picture.data)) as drawn:
        assert not drawn.getexif()
        assert "comment" not in drawn.info


def test_what_is_hidden_behind_a_picture_is_left_out() -> None:
    assert b"<script>" not in clean_picture(photo() + b"<script>alert(1)</script>").data
    assert b"PK\x03\x04" not in clean_picture(photo(kind="PNG") + b"PK\x03\x04").data


def test_a_transparent_picture_gets_a_white_ground() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(clean_picture(out.getvalue()).data)) as drawn:
        assert drawn.getpixel((5, 5)) == (255, 255, 255)


def test_a_huge_one_is_made_small() -> None:
    picture = clean_picture(photo((5000, 3000)))
    assert max(picture.width, picture.height) == LONGEST_SIDE


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that would unpack to ``width`` × ``height`` pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [9_000, 12_000, 20_000, 60_000])
def test_a_decompression_bomb_is_not_unpacked(side: int) -> None:
    with pytest.raises(TooLarge) as refused:
        clean_picture(png_that_claims(side, side))
    assert refused.value.code == "image_too_large"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        b"GIF89a",
        photo()[:200],
        png_that_claims(50, 50),
        photo(kind="TIFF"),
        photo(kind="BMP"),
        photo(kind="PNG")[:60],
    ],
)
def test_what_is_no_photo_is_refused_with_a_word_for_the_citizen(data: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        clean_picture(data)
    assert refused.value.code == "not_an_image"
    assert "JPG" in refused.value.message


def film_behind(data: bytes) -> bytes:
    """A moving photo: behind the picture stands a film, whose bytes may look like anything."""
    return data + b"\xff\xda\x00\x02" * 500


def test_a_picture_of_too_many_scans_is_refused_unpacked() -> None:
    assert clean_picture(many_scans(64, images.MAX_SCANS - 1)).width == 64
    assert clean_picture(photo(progressive=True)) and clean_picture(film_behind(photo(progressive=True)))
    with_a_picture_of_scans_inside = photo(exif=bytes(6) + b"\xff\xda\x00\x02" * 500)
    assert clean_picture(with_a_picture_of_scans_inside)
    for refused in (many_scans(64, images.MAX_SCANS), many_scans(7700, 40_000)):
        with pytest.raises(BadRequest) as error:
            clean_picture(refused)
        assert error.value.code == "image_undrawn"


def test_too_many_bytes_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 1000)
    with pytest.raises(TooLarge):
        clean_picture(photo((2000, 2000)))


async def test_the_same_photo_is_kept_once_in_a_conversation(
    process: Process, kept: Media, visitor: str, tmp_path: Path
) -> None:
    both = await asyncio.gather(kept.keep(visitor, photo()), kept.keep(visitor, photo()))
    assert both[0] == both[1]
    other = await kept.keep(await process.id_of("v2"), photo())
    assert other.id != both[0].id
    files = sorted(path for path in (tmp_path / "media").rglob("*") if path.is_file())
    assert {path.stem for path in files} == {both[0].id, other.id}
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    stored = files[[path.stem for path in files].index(other.id)].read_bytes()
    assert await kept.read(other.id) == unseal_file(stored, f"media/{other.id}")
    assert b"JFIF" not in stored and (await kept.read(other.id)).startswith(b"\xff\xd8")


async def test_photos_of_older_versions_are_shown_and_encrypted_by_the_job(
    kept: Media, visitor: str, tmp_path: Path
) -> None:
    image = await kept.keep(visitor, photo())
    (path,) = (path for path in (tmp_path / "media").rglob("*") if path.is_file())
    clear = await kept.read(image.id)
    path.write_bytes(clear)
    assert await kept.read(image.id) == clear
    assert await kept.reseal() == 1 and await kept.reseal() == 0
    assert path.read_bytes() != clear and await kept.read(image.id) == clear
    assert path.stat().st_mode & 0o077 == 0


async def test_what_is_not_there_is_not_found(kept: Media, visitor: str) -> None:
    for image_id in ("01990000-0000-7000-8000-000000000001", "../../etc/passwd", ""):
        with pytest.raises(NotFound):
            await kept.read(image_id)
    with pytest.raises(NotFound):
        await kept.keep("01990000-0000-7000-8000-000000000001", photo())


async def test_nobody_fills_the_disk(kept: Media, visitor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MAX_A_DAY", 2)
    for side in (10, 11):
        await kept.keep(visitor, photo((side, side)))
    with pytest.raises(RateLimited):
        await kept.keep(visitor, photo((12, 12)))
    assert await kept.keep(visitor, photo((11, 11))), "one that is there already costs nothing"


async def test_a_photo_and_a_place_reach_the_dialogue_as_payloads(
    process: Process, kept: Media, visitor: str
) -> None:
    image = await kept.keep(visitor, photo())
    await process.say("［照片］", kind="image", media=image.media)
    await process.say("［位置］", kind="location", media={"lat": 32.646, "lon": 117.018})
    await process.say(
        "某某路", kind="location", media={"Location_X": "32.6", "Location_Y": "117.0", "Label": "某某路"}
    )
    assert process.dialogue.texts() == [
        '/inform{"slot":"photo","value":"' + image.id + '"}',
        '/inform{"slot":"location","value":"32.646000,117.018000"}',
        '/inform{"slot":"location","value":"32.600000,117.000000 某某路"}',
    ]
    history = await process.conversations.history(visitor)
    assert [m.to_json()["media"] for m in history if m.direction == "in"] == [
        image.media,
        {"lat": 32.646, "lon": 117.018, "label": ""},
        {"lat": 32.6, "lon": 117.0, "label": "某某路"},
    ]


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        {"lat": "x", "lon": 1},
        {"lat": 1},
        {"lat": 91, "lon": 1},
        {"lat": -91, "lon": 1},
        {"lat": 1, "lon": 181},
        {"lat": 1, "lon": -181},
        {"lat": float("nan"), "lon": 1},
        {"lat": 1, "lon": float("inf")},
    ],
)
def test_what_is_no_place_is_none(given: dict[str, object] | None) -> None:
    assert place(given) is None
    assert payload("location", given) is None


def test_a_label_cannot_break_out_of_its_payload() -> None:
    there = place({"lat": 1, "lon": 2, "label": '"}\n/restart {"a":"b'})
    assert there is not None
    assert Place.parse(str(there)) == there
    assert "\n" not in (payload("location", {"lat": 1, "lon": 2, "label": there.label}) or "\n")


def test_platform_ids_are_not_shown() -> None:
    assert shown({"MediaId": "secret", "PicUrl": "http://x"}) is None
