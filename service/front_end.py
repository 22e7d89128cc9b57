"""Whether the built front end is there, and was built from the sources beside it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from service.pages import DIST

_WEB = DIST.parent
_FOLDERS = ("demo", "desk", "shared", "widget")
_FILES = ("package-lock.json",)
_PAGES = ("demo/index.html", "widget/widget.js", "desk/index.html")
_STAMP = "sources.txt"


def trouble(dist: Path = DIST, web: Path = _WEB) -> str:
    """What is wrong with the front end, and what to do; empty when nothing is.

    A front end that was built from older sources may show nothing of what the server tells it.

    Args:
        dist: the built front end.
        web: its sources. Without sources (an installation of built files only) nothing can be compared.
    """
    if missing := [page for page in _PAGES if not (dist / page).is_file()]:
        return f"{'、'.join(missing)} 还没有构建；请运行 make build"
    if not (web / "desk").is_dir():
        return ""
    try:
        built_from = (dist / _STAMP).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        built_from = ""
    if built_from != sources(web):
        return "web/dist 里的网页不是用现在的源码构建的；请运行 rm -rf web/dist && make build"
    return ""


def sources(web: Path = _WEB) -> str:
    """The sum of the sources, as ``web/stamp.mjs`` writes it at the end of a build."""
    paths = [path for folder in _FOLDERS for path in (web / folder).rglob("*") if path.is_file()]
    names = {path.relative_to(web).as_posix(): path for path in [*paths, *(web / name for name in _FILES)]}
    total = sha256()
    for name in sorted(names):
        total.update(f"{name} {sha256(names[name].read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()
