"""A front end that is not there, or was built from other sources, is noticed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from core.settings import ROOT
from service import front_end


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A copy of the sources with a build that has the pages only: what is in them is not compared."""
    for name in ("demo", "desk", "shared", "widget"):
        shutil.copytree(ROOT / "web" / name, tmp_path / name)
    for name in ("stamp.mjs", "package-lock.json"):
        shutil.copy(ROOT / "web" / name, tmp_path)
    for page in ("demo/index.html", "widget/widget.js", "desk/index.html"):
        (tmp_path / "dist" / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dist" / page).write_text("built")
    return tmp_path


def stamp(web: Path) -> None:
    """The last step of the build."""
    subprocess.run(["node", str(web / "stamp.mjs")], check=True)


def test_pages_of_other_sources_are_noticed(web: Path) -> None:
    dist = web / "dist"
    assert "不是用现在的源码构建的" in front_end.trouble(dist, web)  # built before builds left a mark
    stamp(web)
    assert front_end.trouble(dist, web) == ""
    page = web / "desk" / "components" / "QueueItem.vue"
    page.write_text(page.read_text("utf-8") + "\n", "utf-8")
    assert "make build" in front_end.trouble(dist, web)
    stamp(web)
    assert front_end.trouble(dist, web) == ""
    (web / "widget" / "ui" / "新.ts").write_text("export {}", "utf-8")
    assert "make build" in front_end.trouble(dist, web)
    stamp(web)
    assert front_end.trouble(dist, web) == ""


def test_missing_pages_are_named_and_no_sources_are_no_trouble(web: Path) -> None:
    assert front_end.trouble(web / "dist", web / "nowhere") == ""
    (web / "dist" / "desk" / "index.html").unlink()
    assert front_end.trouble(web / "dist", web).startswith("desk/index.html 还没有构建")


def test_the_build_ends_with_the_mark() -> None:
    script = (ROOT / "web" / "package.json").read_text("utf-8")
    assert 'build:desk && node stamp.mjs"' in script
