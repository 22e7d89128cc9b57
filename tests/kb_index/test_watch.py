"""``wenban kb watch`` as a process of its own, beside an editor that saves in every way editors do."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import ROOT
from kb_index.index.versions import current_version
from tests.kb_index.conftest import ID_CARD, MODEL, PENSION, Write, entry_text
from tests.kb_index.test_cli import as_json

PATIENCE_S = 90


class Watch:
    """The running command, its output line by line."""

    def __init__(self, folder: Path, index: Path) -> None:
        command = "from kb_index.cli.commands import app; app()"
        options = ["watch", "--dir", str(folder), "--index", str(index), "--model", MODEL]
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", command, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def until(self, text: str) -> str:
        """Everything printed up to the line that holds the text."""
        seen, end = "", time.monotonic() + PATIENCE_S
        while text not in seen:
            assert time.monotonic() < end and (self.process.poll() is None or not self._lines.empty()), seen
            try:
                seen += self._lines.get(timeout=1)
            except queue.Empty:
                continue
        return seen


@pytest.fixture
def watch(folder: Path, tmp_path: Path) -> Iterator[Watch]:
    started = Watch(folder, tmp_path / "index")
    yield started
    started.process.kill()
    started.process.wait()


@pytest.mark.slow
def test_a_save_is_published_and_a_broken_one_is_told(
    watch: Watch, folder: Path, tmp_path: Path, write: Write
) -> None:
    index = tmp_path / "index"
    watch.until("已发布版本")
    first = current_version(index)

    aside = folder / "police" / ".id-lost.md.swp"  # an editor that writes aside and renames
    aside.write_text(entry_text(*ID_CARD[:2], [*ID_CARD[2], "身份证不见了"]), "utf-8")
    aside.rename(folder / "police" / "id-lost.md")
    assert "police/id-lost.md" in watch.until("已发布版本")
    second = current_version(index)
    assert second != first

    (folder / "police" / "id-lost.md").write_text("坏了", "utf-8")
    told = watch.until("原来的版本继续使用")
    assert "police/id-lost.md:1: 错误 [front_matter_missing]" in told
    assert current_version(index) == second
    found = as_json("search", ID_CARD[1], "--index", index, "--model", MODEL)
    assert (found["version"], found["hits"][0]["id"]) == (second, ID_CARD[0])

    write(*ID_CARD, answer="新的答案。")
    (folder / "hrss").rename(folder / "shebao")  # a folder moved is a change of everything in it
    watch.until("已发布版本")
    assert current_version(index) != second

    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=PATIENCE_S) == 0


@pytest.mark.slow
def test_a_base_that_is_broken_from_the_start_is_published_once_mended(
    folder: Path, tmp_path: Path, write: Write
) -> None:
    (folder / "hrss" / "pension-years.md").write_text("坏了", "utf-8")
    watch = Watch(folder, tmp_path / "index")
    try:
        watch.until("没有发布")
        write(*PENSION)
        watch.until("已发布版本")
    finally:
        watch.process.kill()
        watch.process.wait()


@pytest.mark.slow
def test_a_folder_that_is_not_there_ends_it(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "none", tmp_path / "index")
    watch.until("没有知识库文件夹")
    assert watch.process.wait(timeout=PATIENCE_S) == 2
