"""``wenban kb check``: reports all problems at once, each with file, line, severity and how to mend it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from core.errors import WenbanError
from core.progress import Stage, silent
from kb_index.checks.entries import check_entries
from kb_index.checks.files import check_side_files
from kb_index.checks.laws import check_laws
from kb_index.checks.regions import check_regions
from kb_index.checks.similar import check_similar
from kb_index.entries.entry import ParsedEntry
from kb_index.entries.folder import read_folder
from kb_index.entries.links import check_links
from kb_index.entries.problems import Problem, Severity, shorten
from kb_index.language.encoder import load_encoder
from kb_index.language.text import TextPipeline

MAX_QUESTION = 300
"""Longest wording of a question, in characters. Even a long story names its subject before this length."""


def check(
    folder: Path,
    laws: Path | None = None,
    today: dt.date | None = None,
    *,
    model: str | None = None,
    stage: Stage = silent,
) -> list[Problem]:
    """Checks all files of a knowledge folder.

    Args:
        folder: the knowledge folder.
        laws: folder of statutes in Markdown; when given, cited articles and quotes are looked up there.
        today: the day that dates are compared with; None: the real day.
        model: sentence-transformers folder or name. When given, it compares the questions of different
            entries.
        stage: called with the label of each long step; returns the progress callback for that step.

    Returns:
        All findings, sorted by file and line.

    Raises:
        NotFound: when the folder does not exist.
        ConfigurationError: when the model can't be loaded.
    """
    parsed, problems = read_folder(folder, stage("读取条目"))
    if not parsed and not problems:
        mend = "检查 --dir 是不是写对了；第一个条目可以用 wenban kb new 生成"
        problems.append(Problem(".", 1, "error", "no_entries", f"{folder} 里没有条目", mend))
    problems += check_entries(parsed, today)
    problems += check_links(parsed)
    problems += check_regions(parsed, folder)
    problems += check_side_files(folder, {item.entry.id for item in parsed})
    pipeline = _pipeline(folder)
    problems += _same_question(parsed, pipeline)
    if model is not None:
        problems += check_similar(parsed, pipeline, load_encoder(model, pipeline), stage("比较问法"))
    if laws is not None:
        problems += check_laws(parsed, laws)
    return sorted(problems)


def _pipeline(folder: Path) -> TextPipeline:
    """The folder's text pipeline. A broken word list is left out here, because another check reports it."""
    try:
        return TextPipeline.from_folder(folder)
    except (WenbanError, UnicodeDecodeError):
        return TextPipeline()


def _same_question(parsed: list[ParsedEntry], pipeline: TextPipeline) -> list[Problem]:
    """Problems for equal normalised questions: twice in one entry, or in two entries for the same region."""
    problems = []
    seen: dict[str, ParsedEntry] = {}
    for item in parsed:
        own: set[str] = set()
        for number, question in enumerate(item.entry.questions):
            key = re.sub(r"[^\w]", "", pipeline.normalise(question))
            line = item.question_line(number)
            if not key:
                severity: Severity = "error" if number == 0 else "warning"
                mend = "写成群众会问的一句话"
                message = f"问法里没有文字：{shorten(question)}"
                problems.append(Problem(item.file, line, severity, "question_empty", message, mend))
                continue
            if len(question) > MAX_QUESTION:
                message = f"问法有 {len(question)} 个字，太长：{shorten(question)}"
                mend = f"留下说到点子上的部分，不超过 {MAX_QUESTION} 字"
                problems.append(Problem(item.file, line, "warning", "question_long", message, mend))
            if key in own:
                message = f"同一个问法写了两次：{shorten(question)}"
                problems.append(Problem(item.file, line, "warning", "variant_twice", message, "删掉一个"))
                continue
            own.add(key)
            first = seen.setdefault(key, item)
            if first is not item and set(first.entry.regions) & set(item.entry.regions):
                message = f"“{shorten(question)}”在 {first.file} 里也有"
                mend = "同一个问题只留一个条目；意思不同就把问法写得更具体"
                problems.append(Problem(item.file, line, "error", "question_twice", message, mend))
    return problems
