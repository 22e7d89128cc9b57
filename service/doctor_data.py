"""What ``wenban doctor`` checks of keys and files: whether others can read them, and whether keys lie beside the data."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from core.sealing import use_ring
from core.settings import Settings


def open_to_others(settings: Settings) -> str:
    """What others can read of the data, and the command that mends it. Empty when nothing."""
    for path in _private(settings):
        if path.exists() and path.stat().st_mode & 0o077:
            what = shlex.quote(str(path))
            mend = f"chmod 700 {what}" if path == settings.data_dir else f"chmod -R go= {what}"
            return f"{path} 别人也能读；请运行 {mend}"
    return ""


def _private(settings: Settings) -> Iterator[Path]:
    """The folders and files that only the app's user may read. What lies in a closed folder is closed with it."""
    yield settings.data_dir
    yield settings.media_folder
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() == "sqlite" and url.database:
        for end in ("", "-wal", "-shm"):
            yield Path(url.database + end)
    for path in sorted(settings.data_dir.iterdir() if settings.data_dir.exists() else ()):
        yield path
        if path.name in ("log", "rasa"):
            yield from sorted(path.iterdir())
    if settings.data_key_file is not None:
        yield settings.data_key_file


def keys(settings: Settings) -> tuple[bool, str]:
    """Whether the data keys can be read, and lie apart from the data."""
    ring = settings.key_ring
    use_ring(ring)
    many = f"现用 {ring.present.id}" + (f"，另有 {len(ring.keys) - 1} 把旧的" if len(ring.keys) > 1 else "")
    where = settings.data_key_file
    if where is None and not settings.data_key:
        # On one's own machine this is good enough. Who serves citizens must not lose both with one backup.
        if not settings.public_url:
            return True, f"{many}；和数据在同一个文件夹里，自己试用可以这样，给群众用以前再分开"
        advice = "密钥和数据在同一个文件夹里；请设 WENBAN_DATA_KEY_FILE，再运行 wenban keys move"
        return False, f"{many}；{advice}"
    if where is not None and where.resolve().is_relative_to(settings.data_dir.resolve()):
        return False, f"{many}；WENBAN_DATA_KEY_FILE 在数据文件夹里面，备份会把两样放在一起；请换一个地方"
    return True, many
