"""Makes a citizen's picture safe to keep and to show: checks it, shrinks it, and removes all other data.

Anyone can send such bytes. What is kept is a new JPEG, drawn from the picture. It has no EXIF (place, time
and owner of the camera), no colour profile, no comments, and nothing else that may be hidden in the file.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from core.errors import BadRequest, TooLarge

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
"""Accepted formats, by their names in Pillow."""
MAX_BYTES = 10 * 1024 * 1024
"""Most bytes of a picture."""
MAX_PIXELS = {"JPEG": 60_000_000, "PNG": 16_000_000, "WEBP": 16_000_000, "GIF": 16_000_000}
"""Most pixels of a picture, by its format. A file states its size, so a larger picture is refused before it is unpacked.

Cameras write JPEG, which is shrunk while it is read. The others are unpacked whole, some of them several times: two
thousand bytes of WebP can be a gigabyte. A screenshot of ten screens has 16 million pixels.
"""
MAX_SCANS = 40
"""Most scans of a progressive JPEG. Each may go over the whole picture, and 250 bytes are enough for one: a file of 10 MB can be drawn
for minutes. Cameras and libjpeg write 10, programs that look for the smallest file some more."""
LONGEST_SIDE = 2048
"""Pixels of the longer side after shrinking. House numbers stay readable, and phones load it fast."""
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
"""What begins a part of a JPEG that states its length, and the end. Within packed pixels no such two bytes stand."""
_SCAN, _END = 0xDA, 0xD9
"""Kinds of parts."""
_QUALITY = 85
"""JPEG quality, 1 to 95."""


@dataclass(frozen=True)
class Picture:
    """A safe JPEG, with its size in pixels."""

    data: bytes
    width: int
    height: int


def clean_picture(data: bytes) -> Picture:
    """Draw a new JPEG from a picture. It is slow and may take much memory; :func:`conversations.drawing.draw` bounds both.

    Args:
        data: a JPEG, PNG, WebP or GIF. Of a GIF the first frame is used.

    Raises:
        TooLarge: code ``image_too_large``; more than :data:`MAX_BYTES` bytes, or more pixels than :data:`MAX_PIXELS`.
        BadRequest: code ``not_an_image``, none of :data:`FORMATS`, or damaged; or ``image_undrawn``, more than :data:`MAX_SCANS`.
        MemoryError: the process may not take as much memory as the picture needs.
    """
    if len(data) > MAX_BYTES:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS[opened.format or ""]:
                    raise TooLarge("照片的尺寸太大了，请裁小一点再发", code="image_too_large")
                if opened.format == "JPEG" and _scans(data) > MAX_SCANS:
                    raise BadRequest("这张照片处理不了，请换一张，或者截个图再发", code="image_undrawn")
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                # Shrunk first, so that everything else is done with few pixels.
                opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                ImageOps.exif_transpose(opened, in_place=True)
                drawn = _on_white(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (TooLarge, BadRequest, MemoryError):
        raise
    except (
        Exception
    ) as error:  # Pillow's readers raise OSError, SyntaxError, ValueError, struct.error and others.
        raise BadRequest(
            "这个文件打不开：可能没有传完，也可能不是图片。请换一张 JPG、PNG、WebP 或 GIF 图片再发",
            code="not_an_image",
        ) from error
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(out.getvalue(), drawn.width, drawn.height)


def _scans(data: bytes) -> int:
    """Scans of a JPEG, at most one more than :data:`MAX_SCANS`; what stands behind its end (the film of a moving photo) is not read."""
    count, at = 0, 2
    while count <= MAX_SCANS and (marker := _MARKER.search(data, at)):
        kind, at = data[marker.end() - 1], marker.end()
        if kind == _END:
            break
        count += kind == _SCAN
        at += int.from_bytes(data[at : at + 2], "big")
    return count


def _on_white(image: Image.Image) -> Image.Image:
    """The pixels alone, on white where the picture was transparent. ``info`` (EXIF, comments) is left out."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        drawn = Image.new("RGB", image.size, "white")
        drawn.paste(image, mask=image.getchannel("A"))
    else:
        drawn = Image.new("RGB", image.size)
        drawn.paste(image.convert("RGB"))
    return drawn


def _too_large() -> TooLarge:
    return TooLarge(f"照片太大了，请发 {MAX_BYTES // 1024 // 1024} MB 以内的照片", code="image_too_large")
