"""Reads one YAML file and remembers on which line each part of it stands, for messages to whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from core.city import mistyped
from core.errors import ConfigurationError
from core.yaml_loader import SafeLoader

_QUOTE = "tag:yaml.org,2002:"
_KEYS_TO_SHOW = 60


class Marked:
    """One YAML file.

    Args:
        path: the file. It must hold a mapping of keys to values, in which no key stands twice.

    Raises:
        ConfigurationError: the file is not there or breaks a rule. The message names the file and the line.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            text = path.read_text("utf-8-sig")
        except FileNotFoundError as error:
            raise ConfigurationError(f"{path.parent.name} 里没有 {path.name} 这个文件。") from error
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{path.name}：请用 UTF-8 编码保存，现在的编码读不了。") from error
        except IsADirectoryError as error:
            raise ConfigurationError(f"{path.name}：这是文件夹，要是一个文件。") from error
        except OSError as error:
            raise ConfigurationError(f"{path.name}：读不了，请检查它是不是文件、有没有权限。") from error
        self._root, self.value = self._read(text)
        if wrong := mistyped.in_values(_all(self._root)):
            raise ConfigurationError(f"{self.name} {wrong}。")
        self._refuse_twice()

    def _read(self, text: str) -> tuple[yaml.MappingNode, dict[str, Any]]:
        loader = SafeLoader(text)
        try:
            root = loader.get_single_node()
            if not isinstance(root, yaml.MappingNode):
                if wrong := mistyped.in_text(text, yaml.YAMLError()):
                    raise ConfigurationError(f"{self.name} {wrong}。")
                raise ConfigurationError(f"{self.name}：里面要是一行行的“名称: 值”。")
            return root, loader.construct_document(root)
        except yaml.YAMLError as error:
            if wrong := mistyped.in_text(text, error):
                raise ConfigurationError(f"{self.name} {wrong}。") from error
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            where = f" 第 {mark.line + 1} 行附近" if mark else ""
            raise ConfigurationError(
                f"{self.name}{where}：不是正确的 YAML。常见的原因：括号或引号没有成对，缩进没有对齐，冒号后面少了空格。"
            ) from error
        except ValueError as error:  # such as a month that no calendar has
            raise ConfigurationError(f"{self.name}{_unreadable(root)}：没有这样的日期或者数字。") from error
        finally:
            loader.dispose()

    def _refuse_twice(self) -> None:
        for node in _all(self._root):
            first: dict[str, int] = {}
            for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
                if key.value in first:
                    raise ConfigurationError(
                        f"{self.name} 第 {_line(key)} 行：{str(key.value)[:_KEYS_TO_SHOW]} 写了两次，"
                        f"第 {first[key.value]} 行已经有了，请删掉一个。"
                    )
                if isinstance(key, yaml.ScalarNode):
                    first[key.value] = _line(key)

    def place(self, path: Sequence[int | str], value: str = "") -> str:
        """Where something stands, such as ``deadlines.yml 第 23 行（停水 › close）``.

        Args:
            path: keys and positions from the top of the file. What is not in the file is left out, apart from a
                key that is missing in it.
            value: a text; when given, the last place below ``path`` where just this text is the value.
        """
        node: yaml.Node = self._root
        at: yaml.Node | None = None
        shown: list[str] = []
        for step in path:
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                at = node = node.value[step]
                if name := _named(node):
                    shown = [name]
                else:
                    shown.append(f"第 {step + 1} 项")
            elif isinstance(node, yaml.MappingNode) and isinstance(step, str):
                shown.append(step)
                found = next(((k, v) for k, v in node.value if k.value == step), None)
                if found is None:
                    break
                at, node = found
            else:
                break
        if value:
            at = next((one for one in reversed([*_all(node)]) if one.value == value), at)
        line = f" 第 {_line(at)} 行" if at else ""
        return f"{self.name}{line}" + (f"（{' › '.join(shown)}）" if shown else "")

    def unquoted(self, path: Sequence[int | str]) -> str:
        """The value at ``path`` as it is written, when YAML took it for no text but a number, 是/否 or a date."""
        node: yaml.Node = self._root
        for step in path:
            if isinstance(node, yaml.MappingNode):
                node = next((v for k, v in node.value if k.value == step), node)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
        plain = isinstance(node, yaml.ScalarNode) and node.tag not in (f"{_QUOTE}str", f"{_QUOTE}null")
        return str(node.value) if plain else ""


def _all(node: yaml.Node) -> Iterator[yaml.Node]:
    """The node and all below it, each once (a file may refer to its own parts), in the file's order."""
    seen, left = {id(node)}, [node]
    while left:
        one = left.pop()
        yield one
        if isinstance(one, yaml.MappingNode):
            below = [part for pair in one.value for part in pair]
        else:
            below = one.value if isinstance(one, yaml.SequenceNode) else []
        for part in reversed(below):
            if id(part) not in seen:
                seen.add(id(part))
                left.append(part)


def _unreadable(root: yaml.Node) -> str:
    """The line of the first value that can't be made from its text."""
    for node in _all(root):
        if isinstance(node, yaml.ScalarNode):
            try:
                yaml.SafeLoader("").construct_object(node)
            except (ValueError, yaml.YAMLError):
                return f" 第 {_line(node)} 行"
    return ""


def _named(node: yaml.Node) -> str:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((str(v.value) for k, v in pairs if k.value == "name" and isinstance(v, yaml.ScalarNode)), "")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
