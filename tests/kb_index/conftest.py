"""A small knowledge folder for tests to build from and to damage, and the shipped model."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kb_index
from kb_index.publishing.build import build

MODEL = str(Path(kb_index.__file__).with_name("model"))
"""Folder of the shipped static model."""
TODAY = dt.date(2026, 11, 23)
"""The date these tests take for today."""

PENSION = (
    "hrss-pension-years",
    "养老保险要交满多少年才能按月领养老金？",
    ["社保交够几年能拿退休金", "养老保险 15年"],
)
"""An entry about pensions: (id, title, variants)."""
ID_CARD = ("police-id-lost", "身份证丢了怎么补办？", ["身份证掉了去哪里补", "补办身份证 材料"])
"""An entry about identity cards: (id, title, variants)."""
NOISE = ("eco-night-work", "工地夜里施工太吵怎么办？", ["半夜打桩吵得睡不着", "夜间施工 投诉"])
"""An entry about noise: (id, title, variants)."""
FUND = ("gjj-withdraw", "住房公积金什么情况下可以提取？", ["公积金怎么取出来", "租房能不能取公积金"])
"""An entry about the housing fund: (id, title, variants)."""


def entry_text(
    entry_id: str,
    title: str,
    variants: list[str],
    *,
    answer: str = "您可以到窗口办理。",
    notes: str = "内部备注",
    regions: str = "[全国]",
    effective: str = "2020-01-01",
    expires: str = "null",
    reviewed: str = "2026-11-01",
    sources: str = "\n  - document: 某某办法\n    date: 2020-01-01\n    url: https://flk.npc.gov.cn/detail?id=1\n    opened: 2026-11-01",
    basis: str = " []",
    extra: str = "",
    body: str = "",
) -> str:
    """The text of a valid entry; each argument replaces one part of it."""
    lines = "\n".join(f"- {v}" for v in variants)
    return (
        f"---\nid: {entry_id}\ntitle: {title}\ndepartment: 某某局\ntopic: 某类\nregions: {regions}\ntags: [标签]\n"
        f"basis:{basis}\nsources:{sources}\neffective: {effective}\nexpires: {expires}\nreviewed: {reviewed}\n{extra}"
        f"---\n## 相似问法\n{lines}\n\n## 答案\n{answer}\n{body}\n## 编辑备注\n{notes}\n"
    )


Write = Callable[..., Path]
"""Writes one entry into a folder: ``write(id, title, variants, **parts)``; ``parts`` as for :func:`entry_text`."""


def writer(folder: Path) -> Write:
    """Makes the folder. Returns a function that writes entries into it."""
    folder.mkdir()

    def put(entry_id: str, title: str, variants: list[str], **parts: Any) -> Path:
        prefix, _, slug = entry_id.partition("-")
        path = folder / prefix / f"{slug}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(entry_text(entry_id, title, variants, **parts), "utf-8")
        return path

    return put


def fill(folder: Path, write: Write) -> Path:
    """Write four valid entries, synonyms and a word list into a folder."""
    for entry in (PENSION, ID_CARD, NOISE, FUND):
        write(*entry)
    (folder / "synonyms.yml").write_text(
        "- [基本养老金, 养老金, 退休金]\n- [住房公积金, 公积金, 房积金]\n", "utf-8"
    )
    (folder / "words.txt").write_text("公积金\n", "utf-8")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path / "kb")


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Path:
    """A folder with four valid entries."""
    return fill(tmp_path / "kb", write)


@pytest.fixture(scope="session")
def index_of_four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over those four entries, which tests must not change."""
    place = tmp_path_factory.mktemp("four")
    build(fill(place / "kb", writer(place / "kb")), place / "index", MODEL)
    return place / "index"


@pytest.fixture
def index(index_of_four: Path, tmp_path: Path) -> Path:
    """This test's own copy of the index over the four entries."""
    return Path(shutil.copytree(index_of_four, tmp_path / "index", symlinks=True))
