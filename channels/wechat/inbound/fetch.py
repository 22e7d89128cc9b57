"""Fetches a picture from the address in its message (PicUrl), when this is an address of the platform."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

import aiohttp

from channels.wechat.api.client import MAX_MEDIA
from channels.wechat.api.errors import Refused, Unclear

_HOSTS = (".qpic.cn", ".qlogo.cn")
"""Ends of the names of hosts on which the platform keeps pictures."""


async def fetch_picture(url: str, platform: SplitResult, timeout_s: float) -> bytes:
    """The bytes of the picture at ``url``. Redirects are not followed, so that only the platform's hosts are called.

    Args:
        url: the address in the message.
        platform: the address of the platform's API. Pictures on the same host are allowed, too.
        timeout_s: most seconds.

    Raises:
        Refused: the address is not one of the platform's, or the picture is gone or too large.
        Unclear: it can't be fetched now. A later try may succeed.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        known = host.endswith(_HOSTS) and parts.port in (None, 80, 443)
        own = (parts.scheme, parts.netloc) == (platform.scheme, platform.netloc)
    except ValueError:
        known = own = False
    if not (own or (known and parts.scheme in ("http", "https"))):
        raise Refused(0, "the picture's address is not one of the platform's")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_s)) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status in (404, 410):
                raise Refused(0, "the picture is gone")
            if response.status != 200:
                raise Unclear(f"HTTP {response.status}")
            body = bytearray()
            async for piece in response.content.iter_chunked(65_536):
                body += piece
                if len(body) > MAX_MEDIA:
                    raise Refused(0, "larger than a picture may be")
            return bytes(body)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Unclear(type(error).__name__) from error
