"""``wenban kb gaps`` as an operator types it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.database import Database
from core.errors import WenbanError
from core.migrate import upgrade
from core.sealing import ring
from core.settings import ROOT
from gaps import Asked, store
from gaps.cli import app
from kb_index.publishing.build import build
from tests.kb_index import conftest as knowledge_conftest
from tests.kb_index.conftest import MODEL

write = knowledge_conftest.write
folder = knowledge_conftest.folder
Run = Callable[..., str]
RABIES = ("狂犬疫苗要打几针", "狂犬病疫苗一共打几针")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "WENBAN_DATA_DIR": str(tmp_path / "var"),
        "WENBAN_KNOWLEDGE_DIR": str(tmp_path / "kb"),
        "WENBAN_KB_INDEX_DIR": str(tmp_path / "index"),
        "WENBAN_DATA_KEY": ring().present.key,  # the tests write questions, too
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """What the command says: its output, or the sentence it fails with."""

    def call(*arguments: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, arguments, env=environment)
        if fails:
            assert isinstance(done.exception, WenbanError), done.output
            return done.exception.message
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    return call


def asked(tmp_path: Path) -> None:
    async def store_them() -> None:
        url = f"sqlite:///{tmp_path / 'var' / 'wenban.db'}"
        (tmp_path / "var").mkdir(exist_ok=True)
        await upgrade(url)
        database = Database(url)
        for number, question in enumerate((*RABIES, RABIES[0], "公园几点关门 13800001234")):
            await store.keep(database, Asked(f"t{number}", question, "unknown", "web"))
        await database.close()

    asyncio.run(store_them())


@pytest.mark.slow
def test_list_draft_and_dismiss(run: Run, folder: Path, tmp_path: Path) -> None:
    asked(tmp_path)
    build(folder, tmp_path / "index", MODEL)
    data = json.loads(run("--json"))
    assert [(g["question"], g["count"]) for g in data["groups"]] == [(RABIES[0], 3), ("公园几点关门 ***", 1)]
    listed = run("--limit", "1")
    assert RABIES[1] in listed
    assert "4 条问题，2 组" in listed
    group = listed.split()[0]
    assert data["groups"][0]["id"].endswith(group)
    said = run("draft", group, "--department", "卫生健康委员会")
    [file] = [path for path in folder.rglob("*.md") if "draft: true" in path.read_text("utf-8")]
    assert file.relative_to(folder).as_posix() in said
    assert "已经起草过" in run("draft", group, "--department", "卫生健康委员会", fails=True)
    run("dismiss", data["groups"][1]["id"])
    assert "没有要处理" in run()
    assert len(json.loads(run("--json", "--state", "drafted"))["groups"]) == 1


@pytest.mark.slow
def test_what_is_missing_is_said_in_one_sentence(
    run: Run, environment: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "kb", "gaps"],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "wenban kb build" in done.stderr
    assert "Traceback" not in done.stderr
    asked(tmp_path)
    build(folder, tmp_path / "index", MODEL)
    assert "没有这组问题" in run("draft", "nonsense", fails=True)
    shutil.rmtree(folder)
    folder.touch()
    group = json.loads(run("--json"))["groups"][0]["id"]
    assert "写不进去" in run("draft", group, "--department", "某某局", fails=True)
