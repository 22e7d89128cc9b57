"""The entry (知识条目): one question of citizens with its answer, sources and validity, read from Markdown.

docs/knowledge-base.md describes the file format. :class:`Entry` does not contain the editorial notes (编辑备注),
so code that searches or shows entries can't leak them.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.yaml_loader import SafeLoader
from kb_index.entries.problems import Problem
from kb_index.entries.reading import read_text

QUESTIONS = "相似问法"
"""Heading of the section with the variants."""
ANSWER = "答案"
"""Heading of the section with the answer."""
NOTES = "编辑备注"
"""Heading of the section with the editorial notes, which citizens never see."""
OPTIONAL_SECTIONS = ("办理条件", "办理材料", "办理流程", "办理时限", "收费标准", "办理地点")
"""Headings of the sections that an entry may have besides the answer."""
KNOWN_SECTIONS = (QUESTIONS, ANSWER, *OPTIONAL_SECTIONS, NOTES)
"""All headings that an entry may have."""

_FENCE = re.compile(r"^(```|~~~)")
_HEADING = re.compile(r"^##\s+(.+?)\s*#*\s*$")
_DRAFT = re.compile(
    r"\A---[ ]*\n(?:(?!---).*\n)*?draft[ \t]*[:：](?![ \t]*[\"']?(?:false|no|off|否)[\"']?[ \t]*(?:#.*)?\n).*\n",
    re.IGNORECASE,
)
"""The line that holds an entry back. Whatever is written there does, except a plain no: none goes out by a slip."""
_BULLET = re.compile(r"^\s*[-*+]\s+(.*\S)\s*$")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Basis(_Strict):
    """A statute on which the answer relies.

    Args:
        document: its file name in the laws folder, without ``.md``.
        articles: numbers of the articles (条), such as 第十六条.
    """

    document: str = Field(min_length=2)
    articles: list[str] = Field(min_length=1)


class Source(_Strict):
    """A source document.

    Args:
        document: its full name.
        number: its number (文号); None when it has none.
        date: its date; None when not known.
        url: its web address.
        opened: the day on which an editor opened it.
    """

    document: str = Field(min_length=2)
    number: str | None = None
    date: dt.date | None = None
    url: str
    opened: dt.date


class Entry(_Strict):
    """A question with its answer: the part of an entry that search and the channels use.

    Args:
        id: unique in the whole knowledge base, lower case with hyphens.
        title: the question as a citizen would ask it.
        department: handling department (承办单位).
        topic: subject heading within the department.
        regions: regions where the entry holds: 全国, a province, a city, a county or a district.
        tags: keywords.
        basis: the statutes on which the answer relies.
        sources: source documents that an editor opened.
        effective: first day on which the entry holds.
        expires: last day on which it holds; None: no end.
        reviewed: the day on which an editor last compared it with its sources.
        variants: other wordings of the question.
        answer: the answer in Markdown.
        sections: name → Markdown text of the optional sections.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)
    title: str = Field(min_length=2, max_length=200)
    department: str = Field(min_length=2, max_length=60)
    topic: str = Field(min_length=1, max_length=60)
    regions: tuple[str, ...] = Field(min_length=1)
    tags: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()
    sources: tuple[Source, ...] = ()
    effective: dt.date
    expires: dt.date | None = None
    reviewed: dt.date
    variants: tuple[str, ...] = ()
    answer: str = Field(min_length=1)
    sections: dict[str, str] = {}

    @field_validator("expires")
    @classmethod
    def _after_effective(cls, expires: dt.date | None, info: Any) -> dt.date | None:
        effective = info.data.get("effective")
        if expires is not None and effective is not None and expires < effective:
            raise ValueError("早于 effective（生效日期）")
        return expires

    @property
    def questions(self) -> tuple[str, ...]:
        """The title and the variants: all questions that this entry answers."""
        return (self.title, *self.variants)

    def holds_on(self, day: dt.date) -> bool:
        """Whether the entry holds on a day: in force already, and not expired."""
        return self.effective <= day and (self.expires is None or day <= self.expires)


@dataclass(frozen=True)
class ParsedEntry:
    """An entry with the additional data that only editors and checks need.

    Args:
        entry: the part that is searched and shown.
        file: path relative to the knowledge folder.
        digest: SHA-256 of the file's bytes, hexadecimal.
        notes: the text of 编辑备注; it is never indexed.
        lines: 1-based line number of each front-matter key, section heading, first line of a section's text
            (``"答案.text"``) and variant (``"variants.0"``).
    """

    entry: Entry
    file: str
    digest: str
    notes: str = ""
    lines: dict[str, int] = field(default_factory=dict)

    def line(self, key: str) -> int:
        """Line number of a key or section; 1 when it isn't known."""
        return self.lines.get(key, 1)

    def question_line(self, number: int) -> int:
        """Line number of one of the entry's questions; question 0 is the title, 1 the first variant."""
        if number == 0:
            return self.line("title")
        return self.lines.get(f"variants.{number - 1}", self.line(QUESTIONS))


def parse_file(path: Path, root: Path) -> tuple[ParsedEntry | None, list[Problem]]:
    """Reads an entry from one Markdown file.

    Args:
        path: the file.
        root: the knowledge folder; problems name the file relative to it.

    Returns:
        (entry, problems). The entry is None when it has errors or is a draft.
    """
    name = path.relative_to(root).as_posix()
    text, digest, problems = read_text(path, name)
    if text is None:
        return None, problems
    parsed, problems = _parse(text, name, digest, problems)
    draft = _DRAFT.match(text)
    if draft is None:
        return parsed, problems
    # A draft must not stop the build of all other entries, so its problems are only reminders.
    mend = "写好并核对之后，删掉 draft 这一行"
    reminder = Problem(name, draft.group().count("\n"), "warning", "draft", "草稿，不会发布", mend)
    return None, [reminder, *(replace(problem, severity="warning") for problem in problems)]


def _parse(
    text: str, name: str, digest: str, problems: list[Problem]
) -> tuple[ParsedEntry | None, list[Problem]]:
    lines = text.split("\n")
    end = next((i for i in range(1, len(lines)) if lines[i].rstrip() == "---"), None)
    if lines[0].rstrip() != "---" or end is None:
        message = "没有文件头" if lines[0].rstrip() != "---" else "文件头没有结束"
        mend = "文件第一行写 ---，写完各项后另起一行再写 ---，可用 wenban kb new 生成模板"
        return None, [*problems, Problem(name, 1, "error", "front_matter_missing", message, mend)]
    head, places = _front_matter("\n".join(lines[1:end]), name, problems)
    if head is None:
        return None, problems
    body = _sections(lines, end + 1, name, places, problems)
    data = {key: value for key, value in head.items() if key != "draft"}
    data["variants"] = _bullets(body.get(QUESTIONS, ""), name, places, problems)
    data["answer"] = body.get(ANSWER, "")
    data["sections"] = {k: v for k, v in body.items() if k in OPTIONAL_SECTIONS and v}
    if not data["answer"]:
        problems.append(
            Problem(
                name,
                places.get(ANSWER, end + 1),
                "error",
                "answer_missing",
                "没有答案",
                "写上“## 答案”和正文",
            )
        )
        return None, problems
    try:
        entry = Entry.model_validate(data)
    except ValidationError as error:
        problems.extend(_schema_problems(error, name, places))
        return None, problems
    return ParsedEntry(entry, name, digest, body.get(NOTES, ""), places), problems


def _front_matter(
    text: str, name: str, problems: list[Problem]
) -> tuple[dict[str, Any] | None, dict[str, int]]:
    try:
        _refuse_tricks(text)
        loader = SafeLoader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + 2
        reason = getattr(error, "problem", None) or str(error)
        mend = "检查冒号后有没有空格、引号是否成对、缩进是否一致；含冒号的内容请加引号"
        problems.append(
            Problem(name, line, "error", "front_matter_yaml", f"文件头不是正确的 YAML：{reason}", mend)
        )
        return None, {}
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        mend = "每行写“名称: 内容”，可用 wenban kb new 生成模板"
        problems.append(Problem(name, 2, "error", "front_matter_yaml", "文件头里没有“名称: 内容”", mend))
        return None, {}
    places: dict[str, int] = {}
    _walk(node, "", places, name, problems)
    for key in ("variants", "answer", "sections"):
        if key in data:
            mend = f"删掉这一行，内容写到正文的“## {QUESTIONS if key == 'variants' else ANSWER}”里"
            problems.append(
                Problem(name, places.get(key, 2), "error", "schema", f"{key} 不写在文件头里", mend)
            )
    return data, places


def _refuse_tricks(text: str) -> None:
    """Refuses two features of YAML that no entry needs and that can stop the program.

    Deep nesting overflows the stack of the C loader. A few lines of aliases can expand to billions of values.
    """
    if not (len(text) > 5_000 or ("&" in text and "*" in text) or text.count("[") + text.count("{") > 100):
        return
    depth = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > 20:
            raise ValueError("括号或缩进套得太深")
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("不能用 & 和 * 引用，请把内容写全")


def _walk(node: Any, prefix: str, places: dict[str, int], name: str, problems: list[Problem]) -> None:
    """Records the line of each key and reports repeated keys: YAML silently keeps only the last of them."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = f"{prefix}{key.value}"
            line = key.start_mark.line + 2
            if path in places:
                problems.append(
                    Problem(name, line, "error", "duplicate_key", f"{key.value} 写了两次", "只留下正确的一行")
                )
            places[path] = line
            _walk(value, f"{path}.", places, name, problems)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            places.setdefault(f"{prefix}{index}", value.start_mark.line + 2)
            _walk(value, f"{prefix}{index}.", places, name, problems)


def _sections(
    lines: list[str], start: int, name: str, places: dict[str, int], problems: list[Problem]
) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: str | None = None
    fenced = False
    for number, line in enumerate(lines[start:], start + 1):
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            if current is not None:
                found[current].append(line)
                if line.strip():
                    places.setdefault(f"{current}.text", number)
            elif line.strip():
                mend = "把这段文字放到“## 答案”下面"
                problems.append(
                    Problem(name, number, "warning", "text_outside", "有文字不在任何一节里", mend)
                )
                current, found[""] = "", []
            continue
        current = heading.group(1)
        if current in found:
            problems.append(
                Problem(name, number, "error", "section_twice", f"“{current}”有两节", "合并成一节")
            )
        elif current not in KNOWN_SECTIONS:
            mend = "只用这些小节：" + "、".join(KNOWN_SECTIONS)
            problems.append(
                Problem(name, number, "error", "section_unknown", f"不认识的小节“{current}”", mend)
            )
        found.setdefault(current, [])
        places.setdefault(current, number)
    return {key: "\n".join(value).strip() for key, value in found.items()}


def _bullets(text: str, name: str, places: dict[str, int], problems: list[Problem]) -> list[str]:
    found: list[str] = []
    for line, raw in enumerate(text.split("\n"), places.get(f"{QUESTIONS}.text", 1)):
        bullet = _BULLET.match(raw)
        if bullet:
            places[f"variants.{len(found)}"] = line
            found.append(bullet.group(1))
        elif raw.strip() not in {"", "-"}:  # the template of a draft contains an empty bullet
            mend = "每个问法单独一行，以“- ”开头"
            problems.append(Problem(name, line, "warning", "variant_format", "问法不是列表", mend))
    return found


_TYPE_MESSAGES = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "string_pattern_mismatch": "格式不对",
    "list_type": "要写成列表，如 [全国]",
    "tuple_type": "要写成列表，如 [全国]",
    "too_short": "不能为空",
    "string_too_short": "太短了",
    "string_too_long": "太长了",
}


def _schema_problems(error: ValidationError, name: str, places: dict[str, int]) -> list[Problem]:
    problems: list[Problem] = []
    for item in error.errors():
        path = ".".join(str(part) for part in item["loc"])
        top = str(item["loc"][0]) if item["loc"] else ""
        line = places.get(path) or places.get(path.rsplit(".", 1)[0]) or places.get(top) or 1
        reason = _TYPE_MESSAGES.get(item["type"])
        if reason is None and item["type"].startswith("date"):
            reason = "不是日期，要写成 2026-01-31"
        mend = "照 docs/knowledge-base.md 里的格式改"
        if path.endswith(("reviewed", "opened")):
            mend = "打开来源核对后，写上当天日期"
        if top == "id":
            mend = "用小写字母、数字和连字符，如 hrss-pension-minimum-years"
        problems.append(Problem(name, line, "error", "schema", f"{path}：{reason or item['msg']}", mend))
    return problems
