"""The examples (``>>>``) in the docstrings of every package give what they say they give."""

from __future__ import annotations

import ast
import doctest
import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from core.settings import ROOT

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples(source: str, names: dict[str, Any], path: str) -> Iterator[doctest.DocTest]:
    """Every docstring with examples: of modules, classes, functions, and also of constants and decorated functions."""
    parser = doctest.DocTestParser()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and ">>> " in str(node.value.value)
        ):
            yield parser.get_doctest(str(node.value.value), dict(names), path, path, node.lineno - 1)


def wrong(source: str, names: dict[str, Any], path: str) -> str:
    """What the examples of a module give that they do not say, as doctest reports it; "" when all are right."""
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    for example in examples(source, names, path):
        runner.run(example, out=report.append)
    return "".join(report)


FILES = [
    file.relative_to(ROOT).as_posix()
    for package in sorted(ROOT.glob("*/__init__.py"))
    for file in sorted(package.parent.rglob("*.py"))
    if ">>> " in file.read_text("utf-8")
]


@pytest.mark.parametrize("file", FILES)
def test_the_examples_of_a_module_are_right(file: str) -> None:
    module = importlib.import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    report = wrong((ROOT / file).read_text("utf-8"), vars(module), file)
    assert report == "", f"\n{report}"


@pytest.mark.parametrize(
    "docstring",
    ["Two.\n\n>>> one + one\n3", "Two.\n\n>>> one + nothing\n2"],
    ids=["another value", "a name that is not there"],
)
@pytest.mark.parametrize(
    "place",
    ["'''{}'''", "SIZE = 2\n'''{}'''", "class A:\n    def two(self):\n        '''{}'''"],
    ids=["module", "constant", "method"],
)
def test_a_wrong_example_is_found(docstring: str, place: str) -> None:
    assert "Failed example" in wrong(place.format(docstring), {"one": 1}, "example.py")
