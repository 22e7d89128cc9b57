"""A citizen's picture made safe to keep and to show: checked, made small, everything but the picture left out.

The bytes come from anybody. What is kept is a new JPEG drawn from them: place, time and owner of the camera
(EXIF), colour profiles, comments, and whatever else may hide behind a picture do not get into it.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from core.errors import BadRequest, TooLarge

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 60_000_000
"""A picture says its size before it is unpacked; one that would unpack to more is not."""
LONGEST_SIDE = 2048
"""Pixels; a house number can be read on it, and it loads on a phone."""
_QUALITY = 85


@dataclass(frozen=True)
class Picture:
    """A safe JPEG."""

    data: bytes
    width: int
    height: int


def clean_picture(data: bytes) -> Picture:
    """Draw a new JPEG from what was sent; takes a while, so call it in a thread.

    Args:
        data: a JPEG, PNG, WebP or GIF (of which the first frame is taken).

    Raises:
        TooLarge: code ``image_too_large``; over :data:`MAX_BYTES` bytes or :data:`MAX_PIXELS` pixels.
        BadRequest: code ``not_an_image``; none of :data:`FORMATS`, or damaged.
    """
    if len(data) > MAX_BYTES:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise _too_large()
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                drawn = _on_white(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except TooLarge:
        raise
    except (
        Exception
    ) as error:  # Pillow's readers let OSError, SyntaxError, ValueError, struct.error … through.
        raise BadRequest(
            "这个文件不是能识别的照片，请发 JPG、PNG 或 WebP 格式的照片", code="not_an_image"
        ) from error
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(out.getvalue(), drawn.width, drawn.height)


def _on_white(image: Image.Image) -> Image.Image:
    """The bare pixels; what was transparent is white. ``info`` with its EXIF and comments stays behind."""
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
