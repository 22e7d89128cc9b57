"""``wenban kb rollback``: puts an earlier version of the entries' index in service again."""

from __future__ import annotations

from pathlib import Path

from core.errors import NotFound
from kb_index.index.versions import current_version, locked, point, versions
from kb_index.publishing.build import BUSY


def rollback(index_dir: Path, to: str | None = None) -> str:
    """Puts an earlier version in service.

    Args:
        index_dir: the index folder.
        to: name of a version; None: the one before the current version.

    Returns:
        The version now in service.

    Raises:
        NotFound: when there is no such version.
    """
    with locked(index_dir, BUSY):
        names = versions(index_dir)
        if to is None:
            current = current_version(index_dir)
            earlier = [name for name in names if current is None or name < current]
            if not earlier:
                raise NotFound("没有更早的知识库版本可以退回", code="kb_version")
            to = earlier[-1]
        elif to not in names:
            raise NotFound(f"没有知识库版本 {to}", code="kb_version")
        point(index_dir, to)
        return to
