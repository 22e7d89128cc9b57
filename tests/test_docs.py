"""The documents name what exists: files, functions, links, environment variables, commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from core.settings import ROOT, Settings
from service.cli import whole

DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *(
        ROOT / name
        for name in ("deploy/README.md", "bot/data/README.md", "kb_index/model/README.md", "web/README.md")
    ),
]
_FENCE = re.compile(r"```.*?```", re.S)
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?<![\w/.-])((?:[\w-]+/)+[\w.-]+\.(?:py|yml|ts|vue))(?::([A-Za-z_][\w.]*))?")
_MODULE = re.compile(r"^([a-z_]+\.py)(?::([A-Za-z_][\w.]*))?$")
_FOLDER = re.compile(r"^(?:[a-z_]+/)+$")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_VARIABLE = re.compile(r"WENBAN_[A-Z_]*[A-Z]")
_COMMAND = re.compile(r"(?:^|[\s/])wenban((?: [a-z][a-z|-]*)+)", re.M)


def code(text: str) -> str:
    """All that stands in code spans and blocks, a line each."""
    blocks = _FENCE.findall(text)
    return "\n".join([*blocks, *_SPAN.findall(_FENCE.sub("", text))])


@cache
def names(file: Path) -> frozenset[str]:
    """What a Python file defines at its top, and ``Class.member`` for what its classes do."""
    found: set[str] = set()

    def read(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(prefix + node.name)
                if isinstance(node, ast.ClassDef):
                    read(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.Assign):
                found.update(prefix + target.id for target in node.targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(prefix + node.target.id)

    read(ast.parse(file.read_text("utf-8")).body, "")
    return frozenset(found)


@cache
def modules() -> dict[str, list[Path]]:
    """Python files of the project by their bare name."""
    found: dict[str, list[Path]] = {}
    for folder in ROOT.iterdir():
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in ("web", "var"):
            for file in folder.rglob("*.py"):
                found.setdefault(file.name, []).append(file)
    return found


@cache
def anchors(file: Path) -> frozenset[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", _FENCE.sub("", file.read_text("utf-8")), re.M)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)


@cache
def variables() -> frozenset[str]:
    """Settings, what endpoints.yml reads from Rasa's environment, and what the web's build reads from its own."""
    read = re.findall(r"\$\{(\w+)\}", (ROOT / "endpoints.yml").read_text("utf-8"))
    for file in (ROOT / "web").glob("*/vite.config.ts"):
        read += re.findall(r"process\.env\.(WENBAN_\w+)", file.read_text("utf-8"))
    return frozenset({f"WENBAN_{name.upper()}" for name in Settings.model_fields} | set(read))


def wrong_paths(text: str, folder: Path) -> Iterator[str]:
    """Files that are neither in the project nor beside the document, and names they do not define."""
    for path, name in _PATH.findall(code(text)):
        file = ROOT / path if (ROOT / path).is_file() else folder / path
        if not file.is_file() or (name and file.suffix == ".py" and name not in names(file)):
            yield f"{path}:{name}" if name else path
    for span in _SPAN.findall(_FENCE.sub("", text)):
        if (named := _MODULE.match(span)) and not any(
            named[2] is None or named[2] in names(file) for file in modules().get(named[1], [])
        ):
            yield span


def wrong_links(text: str, document: Path) -> Iterator[str]:
    """Relative links to what is not there, and to headings that are not."""
    for target in _LINK.findall(_FENCE.sub("", text)):
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        if re.match(r"[a-z]+:", target):
            continue
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            yield target


def wrong_variables(text: str) -> Iterator[str]:
    """Environment variables nothing reads; ``WENBAN_RASA_REDIS_…`` stands for all that begin so."""
    for name in _VARIABLE.findall(text):
        whole_name = f"{name}_…" not in text and f"{name}_*" not in text
        if name not in variables() and (whole_name or not any(v.startswith(name) for v in variables())):
            yield name


def wrong_commands(text: str) -> Iterator[str]:
    """``wenban …`` commands there are not; ``a|b`` names two."""
    for words in _COMMAND.findall(code(text)):
        groups: list[Any] = [typer.main.get_command(whole())]
        for word in words.split():
            inner = [group.commands for group in groups if hasattr(group, "commands")]
            if not inner:
                break  # an argument
            groups = [commands[w] for commands in inner for w in word.split("|") if w in commands]
            if len(groups) != len(word.split("|")):
                yield f"wenban{words}"
                break


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_document_names_what_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    wrong = [
        *wrong_paths(text, document.parent),
        *wrong_links(text, document),
        # The changelog names settings that are gone, too.
        *(wrong_variables(text) if document.name != "CHANGELOG.md" else ()),
        *wrong_commands(text),
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "`core/nothing.py`",
        "`core/errors.py:NoSuchError`",
        "`core/settings.py:Settings.nothing`",
        "`nosuchmodule.py`",
        "[there](docs/nothing.md)",
        "[there](docs/operating.md#no-such-heading)",
        "set `WENBAN_NO_SUCH_SETTING`",
        "run `wenban nosuch`",
        "run `wenban kb nosuch`",
        "```\nwenban evaluate answers|nosuch\n```",
    ],
)
def test_a_document_that_names_what_is_not_there_is_found(text: str) -> None:
    found = [
        *wrong_paths(text, ROOT),
        *wrong_links(text, ROOT / "README.md"),
        *wrong_variables(text),
        *wrong_commands(text),
    ]
    assert len(found) == 1


def test_the_documents_of_contributing_are_linked() -> None:
    linked = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    written = [file.name for file in sorted((ROOT / "docs" / "contributing").glob("*.md"))]
    assert written
    assert [name for name in written if f"(docs/contributing/{name})" not in linked] == []


CONTRIBUTING = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "contributing").glob("*.md"))]


@pytest.mark.parametrize("document", CONTRIBUTING, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_folders_a_contributor_is_sent_to_exist(document: Path) -> None:
    spans = _SPAN.findall(_FENCE.sub("", document.read_text("utf-8")))
    named = {span for span in spans if _FOLDER.match(span)} - {"var/"}  # made when the app runs
    assert sorted(folder for folder in named if not (ROOT / folder).is_dir()) == []
