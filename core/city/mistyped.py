"""Finds what a Chinese keyboard, a tab or a copied line does to a YAML file, and says it with the line."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

_KEY = "[a-z_]{3,}"
_FULL_WIDTH_COLON = re.compile(rf"\s*(?:-\s+|[{{,]\s*)*{_KEY}\s*：")
_IN_TEXT = (
    (re.compile(r" *\t"), "行首有制表符（Tab），请改成空格"),
    (re.compile(r"[ \t]*\u3000"), "行首有全角空格，请改成半角空格"),
    (_FULL_WIDTH_COLON, "冒号是全角的（：），要改成半角冒号加一个空格（: ）"),
)
"""Beginning of a line → what is wrong with it, in a file that can't be read."""
_SECOND = "expected a single document"


def in_text(text: str, error: yaml.YAMLError) -> str:
    """What makes a file unreadable, such as ``第 3 行：行首有制表符``; empty when it is something else.

    Args:
        text: the file.
        error: what the YAML reader raised.
    """
    mark = getattr(error, "problem_mark", None)
    if _SECOND in f"{getattr(error, 'context', '')}{getattr(error, 'problem', '')}" and mark is not None:
        return f"第 {mark.line + 1} 行：--- 后面又开了一份，一个文件只能有一份，请删掉 ---"
    for number, line in enumerate(text.split("\n"), 1):
        for sign, words in _IN_TEXT:
            if sign.match(line):
                return f"第 {number} 行：{words}"
    return ""


def in_values(nodes: Iterator[yaml.Node]) -> str:
    """What was read, but certainly not meant so; empty when there is nothing.

    Args:
        nodes: all parts of the file. Texts in quotes are meant as they stand.
    """
    for node in nodes:
        if isinstance(node, yaml.SequenceNode) and node.flow_style:
            for item in node.value:
                if _plain(item) and "，" in item.value:
                    return _at(item, "逗号是全角的（，），要改成半角（,）")
        if _plain(node) and _FULL_WIDTH_COLON.match(node.value):
            return _at(node, "冒号是全角的（：），要改成半角冒号加一个空格（: ）")
        if _plain(node) and node.value.startswith("\u3000"):
            return _at(node, "行首有全角空格，请改成半角空格")
        if _plain(node) and re.fullmatch("“[^“”]*”|‘[^‘’]*’", node.value):
            return _at(node, f'引号是全角的，要改成半角："{node.value[1:-1]}"')
    return ""


def _plain(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style


def _at(node: yaml.Node, words: str) -> str:
    return f"第 {node.start_mark.line + 1} 行：{words}"
