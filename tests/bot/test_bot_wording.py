"""Nothing the assistant can say promises an outcome or a time; looked for in every wording there is."""

from __future__ import annotations

import ast
import re

import yaml

from core.settings import ROOT

PROMISE = re.compile(
    r"(一定|肯定|保证|必定|包|绝对)(会|能|给|帮|让|把|可以|解决|处理|答复|满意)|保证(?!自己)|(马上|立即|立刻|尽快)(给|为|帮|解决|处理|答复|回复|办)|"
    r"(今天|明天|\d+\s*(天|小时|个工作日))(内|之内|就|就能)(解决|处理|答复|办)|包您|放心[，,]?(一定|会|能)|没问题[，,]我"
)
FOLDERS = ("bot/actions", "conversations", "channels", "tickets")
FILES = ("domain.yml", "conversations/danger.yml", "conversations/scope.yml")


def _docstrings(tree: ast.AST) -> set[int]:
    """Ids of the nodes that are documentation: nobody hears those."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _wordings() -> list[tuple[str, str]]:
    found = []
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text("utf-8"))
            documentation = _docstrings(tree)
            found += [
                (str(file.relative_to(ROOT)), node.value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documentation
                and re.search(r"[\u4e00-\u9fff]", node.value)
                and not re.search(r"\(\?|\.\{|\|", node.value)  # a pattern, not words
            ]
    for name in FILES:
        found += [(name, text) for text in _texts(yaml.safe_load((ROOT / name).read_text("utf-8")))]
    return found


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        spoken = [v for k, v in value.items() if k not in ("any", "unless")]
        return [text for v in spoken for text in _texts(v)]
    if isinstance(value, list):
        return [text for v in value for text in _texts(v)]
    return [value] if isinstance(value, str) else []


def test_no_wording_promises_anything() -> None:
    wordings = _wordings()
    assert len(wordings) > 300
    assert [(place, text) for place, text in wordings if PROMISE.search(text)] == []


def test_a_promise_would_be_found() -> None:
    for text in ("我们一定会给您解决", "保证让您满意", "马上处理", "3个工作日内答复"):
        assert PROMISE.search(text), text
