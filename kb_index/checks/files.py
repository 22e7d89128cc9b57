"""Checks of the other files in the knowledge folder: word lists and labelled questions."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from core.errors import WenbanError
from kb_index.entries.problems import Problem, shorten
from kb_index.entries.reading import read_text
from kb_index.language.text import load_synonyms


def check_side_files(folder: Path, ids: set[str]) -> list[Problem]:
    """Checks ``synonyms.yml``, ``words.txt``, ``places.yml``, ``questions.jsonl`` and ``details.jsonl`` by reading them.

    Args:
        folder: the knowledge folder.
        ids: ids of the entries that could be read.
    """
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for name, limit in (
        ("synonyms.yml", 5),
        ("words.txt", 5),
        ("places.yml", 5),
        ("questions.jsonl", 50),
        ("details.jsonl", 50),
    ):
        if (folder / name).exists():
            text, _, found = read_text(folder / name, name, limit * 1_000_000)
            problems += found
            if text is not None:
                texts[name] = text
    if "synonyms.yml" in texts:
        problems += _synonyms(folder / "synonyms.yml", texts["synonyms.yml"].split("\n"))
    for name in ("questions.jsonl", "details.jsonl"):
        if name in texts:
            problems += _questions(name, texts[name].split("\n"), ids)
    return problems


def _synonyms(file: Path, lines: list[str]) -> list[Problem]:
    try:
        groups = load_synonyms(file)
    except (WenbanError, yaml.YAMLError) as error:
        mend = "每行写一组：- [标准说法, 同义词]"
        return [Problem(file.name, 1, "error", "synonyms_invalid", str(error), mend)]
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for group in groups:
        for word in group:
            if word in seen:
                rows = (n for n, row in enumerate(lines, 1) if row.startswith("-") and word in row)
                line = next((n for n in rows if group[0] in lines[n - 1]), 1)
                message = f"“{word}”同时在“{seen[word]}”和“{group[0]}”两组里"
                mend = "只留在意思最近的一组"
                problems.append(Problem(file.name, line, "error", "synonym_twice", message, mend))
            seen[word] = group[0]
    return problems


def _questions(name: str, lines: list[str], ids: set[str]) -> list[Problem]:
    """Problems of rows that are not labelled questions, or whose expected entry does not exist."""
    problems = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            question, entry, also = row["question"], row["entry"], row.get("also", [])
            named = [*([] if entry is None else [entry]), *also]
        except (ValueError, KeyError, TypeError, AttributeError):
            mend = '每行写成 {"question": "问题", "entry": "条目编号"}，没有条目能答就写 null'
            problems.append(Problem(name, number, "error", "question_row", "不是一条标注问题", mend))
            continue
        missing = next((one for one in named if one not in ids), None)
        if missing is not None:
            message = f"“{shorten(str(question))}”应由 {missing} 回答，但没有这个条目"
            mend = "改成现有条目的编号；没有条目能答就写 null"
            problems.append(Problem(name, number, "error", "dead_reference", message, mend))
    return problems
