"""Reads files of facts, and says what is wrong with file, line and entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.city.facts.facts import bare
from core.city.facts.kinds import office_kinds
from core.city.facts.models import FactsFile
from core.city.loading import FACTS, each_place_once, place_of
from core.city.marked import Marked
from core.city.parts import Wrong
from core.city.profile import City
from core.errors import ConfigurationError
from core.expected import expected

NUMBERS = Path(__file__).resolve().parents[1] / "numbers.yml"
"""The national numbers."""
_FORMATS = {
    "number": "电话号码只能有数字和 -",
    "address": "要写网址（http:// 或 https:// 开头）或者本项目的文件",
    "spans": "要写成 08:30-12:00 这样，一天到底写 24:00",
    "season": "要写成 05-01 这样的月和日",
    "kinds": "要写 core/city/offices.yml 里的 id",
    "entry": "要写知识条目的 id",
}
_MISSING = {
    "proof": "没有写依据（proof）：没有依据的事实不能告诉群众",
    "verified_by": "没有写谁核对的（verified_by）",
    "verified_on": "没有写哪天核对的（verified_on）",
    "document": "没有写依据的文件名（document）",
    "issuer": "没有写依据是谁发的（issuer）",
}


@dataclass(frozen=True)
class Read:
    """A file that was read.

    Args:
        path: the file.
        facts: what it says.
        marked: the file with its lines.
    """

    path: Path
    facts: FactsFile
    marked: Marked


def files_in(folder: Path) -> list[Path]:
    """The files of facts in a folder and those right below it, in the order in which they count."""
    return sorted([*folder.glob("*.yml"), *folder.glob("*/*.yml")]) if folder.is_dir() else []


def read_file(path: Path, folder: Path, city: City) -> Read:
    """One file.

    Args:
        path: the file.
        folder: the city's folder of facts.
        city: the city, whose districts may be named.

    Raises:
        ConfigurationError: it breaks a rule; the message names file, line and entry of each problem.
    """
    marked = Marked(path)
    below = path.parent != folder
    shown = f"{path.parent.name}/{path.name}" if below else path.name
    marked.name = shown
    try:
        facts = FactsFile.model_validate(marked.value)
    except ValidationError as error:
        lines = list(dict.fromkeys(_line(one, marked) for one in each_place_once(error.errors())))
        raise ConfigurationError("\n".join(lines)) from error
    wrong = [*_district(facts, marked, city, below=below), *_offices(facts, marked)]
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return Read(path, facts, marked)


@cache
def national_numbers() -> FactsFile:
    """The national numbers, which every city has.

    Raises:
        ConfigurationError: the file breaks a rule.
    """
    return FactsFile.model_validate(Marked(NUMBERS).value)


def named_twice(read: list[Read]) -> list[str]:
    """What is there twice in one place, with file and line of the second one."""
    seen: dict[tuple[str, str, str], str] = {}
    found = []
    for one in read:
        for what, name, path in _names(one.facts):
            key = (one.facts.district, what, bare(name))
            place = one.marked.place(path)
            if key in seen:
                found.append(f"{place}：{name} 写了两次，{seen[key]} 已经有了")
            else:
                seen[key] = place
    return found


def out_of_date(read: list[Read], on: date) -> list[str]:
    """What has ended or never ends, as reminders with file and line."""
    found = []
    for one in read:
        for part in ("offices", "values", "windows"):
            for number, fact in enumerate(getattr(one.facts, part)):
                place = one.marked.place([part, number])
                if not fact.holds(on) and not (part == "values" and fact.since and fact.since > on):
                    found.append(f"{place}：已经过期，不再告诉群众")
                elif fact.proof.until is None and getattr(fact, "until", None) is None and part != "windows":
                    found.append(f"{place}：没有写有效期（until），变了也不会自己停用")
    return found


def _names(facts: FactsFile) -> Iterator[tuple[str, str, list[int | str]]]:
    for number, office in enumerate(facts.offices):
        yield "office", office.name, ["offices", number, "name"]
    for number, value in enumerate(facts.values):
        since = f"{value.since}{value.conditions}"
        yield (
            "value",
            f"{value.name}{since if value.since or value.conditions else ''}",
            ["values", number, "name"],
        )
    for number, window in enumerate(facts.windows):
        yield "window", f"{window.name}{window.year}", ["windows", number, "name"]


def _district(facts: FactsFile, marked: Marked, city: City, *, below: bool) -> Iterator[str]:
    known = {one.name for one in city.districts}
    if below and not facts.district:
        yield f"{marked.name}：县区的文件要在最上面写 district（哪个县区）"
    elif facts.district and not below:
        yield f"{marked.place(['district'])}：写了 district 的文件要放在 {FACTS}/ 下面一层的文件夹里"
    elif facts.district and facts.district not in known:
        yield f"{marked.place(['district'])}：districts.yml 里没有 {facts.district} 这个县区"


def _offices(facts: FactsFile, marked: Marked) -> Iterator[str]:
    for number, office in enumerate(facts.offices):
        for kind in office.kinds:
            if kind not in office_kinds():
                yield f"{marked.place(['offices', number, 'kinds'])}：没有 {kind} 这种单位，见 core/city/offices.yml"
        if office.regions:
            yield f"{marked.place(['offices', number, 'regions'])}：regions 只用在 core/city/numbers.yml"


def _line(error: ErrorDetails, marked: Marked) -> str:
    """One error, in the words of whoever edits the file."""
    path = list(place_of(error))
    wrong: Any = error.get("ctx", {}).get("error")
    value = wrong.value if isinstance(wrong, Wrong) else ""
    key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    words = expected(error)
    if error["type"] == "string_pattern_mismatch":
        words = _FORMATS.get(key, "不能有空格")
    elif error["type"] == "missing":
        words = _MISSING.get(key, words)
    elif error["type"] == "string_type" and (written := marked.unquoted(path)):
        words = f'请加上引号，写成 "{written}"'
    return f"{marked.place(path, value)}：{words}"
