"""``wenban evaluate …``: end to end on a few rows, and what its figures count."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from bot.evaluation import ANSWERS, DANGERS, LETTERS, MATTERS, talks, whole
from bot.evaluation.rows import AnswerRow, CategoryRow, DangerRow, MatterRow, TalkRow, read
from bot.evaluation.seen import Seen
from conversations.event_kinds import Result
from core.errors import WenbanError
from core.settings import Settings, load_settings
from kb_index.entries.folder import load_folder
from kb_index.service import KnowledgeBase
from service.evaluate import app
from service.measured import Measured, measured

KEYS = {
    *("questions", "right_at_once", "right_among_choices", "form", "unknown", "wrong", "other"),
    *("unanswerable", "unanswerable_answered", "latency_ms"),
}
STORY = (
    "我们小区三栋楼下的烧烤店每天晚上摆到凌晨两点，油烟全部飘到楼上，吵得孩子睡不着觉，"
    "找过物业和老板都没有用，麻烦你们派人来查处一下"
)


def seen(kind: Any, entry: str | None = None, *choices: str, files: bool = False) -> Seen:
    return Seen(kind, entry, choices, files, kind == "danger", "", 10.0)


def talk(name: str, *turns: tuple[str, dict[str, Any]]) -> TalkRow:
    said = [{"say": say, "expect": expect} for say, expect in turns]
    return TalkRow.model_validate({"id": name, "channel": "widget", "turns": said})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system() -> AsyncIterator[Measured]:
    async with measured(load_settings()) as running:
        yield running


@pytest.mark.end_to_end
@pytest.mark.asyncio(loop_scope="module")
async def test_each_row_goes_the_whole_way(system: Measured) -> None:
    rows = [
        MatterRow(text=STORY, kind="matter"),
        MatterRow(text="你好", kind="talk"),
        MatterRow(text="转人工", kind="talk"),
    ]
    story, hello, human = await system.say_all([row.text for row in rows])
    assert (story.kind, story.files, story.entry) == ("form", True, None)
    assert (hello.kind, human.kind) == ("talk", "human")
    assert whole.matters(rows, [story, hello, human])["accuracy"] == 1.0


@pytest.mark.end_to_end
@pytest.mark.asyncio(loop_scope="module")
async def test_an_entrys_own_title_is_answered_with_it_and_every_row_is_somebody_new(
    system: Measured,
) -> None:
    settings = Settings()
    async with KnowledgeBase(settings.index_dir, settings.kb_model) as base:
        found = await base.search("居住证怎么办理")
    entry = found.hits[0].entry
    first, again = await system.say_all([entry.title, entry.title])
    assert first.kind == again.kind == "answer"
    assert first.entry == again.entry == entry.id


@pytest.mark.end_to_end
@pytest.mark.asyncio(loop_scope="module")
async def test_danger_and_what_is_out_of_scope(system: Measured) -> None:
    rows = [
        DangerRow(text="救命啊家里着火了，火很大出不去", label="fire"),
        DangerRow(text="你好", label="none"),
        DangerRow(text="对法院的判决不服，请你们帮我改判", label="scope_litigation"),
    ]
    figures = whole.danger(rows, await system.say_all([row.text for row in rows]))
    assert figures["recall"] == figures["scope_recall"] == figures["scope_precision"] == 1.0
    assert figures["recall_by_kind"] == {"fire": 1.0}
    assert figures["false_alarms"] == 0.0


@pytest.mark.end_to_end
@pytest.mark.asyncio(loop_scope="module")
async def test_the_turns_of_a_talk_are_one_conversation(system: Measured) -> None:
    settings = Settings()
    async with KnowledgeBase(settings.index_dir, settings.kb_model) as base:
        entry = (await base.search("居住证怎么办理")).hits[0].entry
    assert "办理材料" in entry.sections
    rows = [
        talk(
            "t1",
            (entry.title, {"entry": entry.id}),
            ("要带什么材料", {"entry": entry.id, "says": ["身份证"]}),
        ),
        talk("t2", ("要带什么材料", {"entry": entry.id}), (STORY, {"form": True})),
    ]
    figures = talks.talks(rows, await system.talk_all([[turn.say for turn in row.turns] for row in rows]))
    assert (figures["turns"], figures["judged"], figures["forms"], figures["form_recall"]) == (4, 4, 1, 1.0)
    # The same question is a follow-up in the first talk, and names no subject in the second.
    assert figures["follow_up"]["right_at_once"] == 1.0
    assert [(miss["talk"], miss["turn"]) for miss in figures["misses"]] == [("t2", 1)]
    assert figures["talks_all_right"] == figures["first"]["right_at_once"] == 0.5


@pytest.mark.end_to_end
def test_the_command_prints_json_with_the_named_keys(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"question": "火星上的房产税怎么交", "entry": None}), "utf-8")
    done = CliRunner().invoke(app, ["answers", str(path), "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    figures = json.loads(done.stdout)
    assert set(figures) >= KEYS
    assert (figures["questions"], figures["unanswerable"], figures["right_at_once"]) == (1, 1, None)
    assert figures["unanswerable_answered"] == figures["wrong"] == 0.0
    assert figures["latency_ms"]["p50"] > 0


class Answering:
    """Stands in for the whole system: it answers every text from one entry.

    Args:
        entry: id of the entry.
    """

    def __init__(self, entry: str) -> None:
        self._entry = entry

    async def talk_all(self, said: Sequence[Sequence[str]], done: Callable[[], None]) -> list[list[Seen]]:
        one = Seen("answer", self._entry, (), False, False, "免费", 10.0, Result.ANSWERED, (self._entry,))
        return [[one for _ in texts] for texts in said]


@pytest.mark.slow
def test_the_command_tells_the_figures_of_talks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, other, *_ = (one.entry.id for one in load_folder(load_settings().knowledge_dir)[0])

    @asynccontextmanager
    async def system(_: Settings) -> AsyncIterator[Answering]:
        yield Answering(entry)

    monkeypatch.setattr("service.evaluate.measured", system)
    rows = [
        talk("t1", ("甲", {"entry": entry}), ("乙", {"says": ["免费"]})),
        talk("t2", ("丙", {"entry": other})),
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(row.model_dump_json(exclude_defaults=True) for row in rows), "utf-8")
    done = CliRunner().invoke(app, ["talks", str(path), "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    figures = json.loads(done.stdout)
    assert (figures["talks_all_right"], figures["right_at_once"]) == (0.5, round(2 / 3, 4))
    assert [miss["got"] for miss in figures["misses"]] == [[entry]]
    told = CliRunner().invoke(app, ["talks", str(path)]).stdout
    assert "t2, turn 1, counted as wrong: 丙" in told and "right in 50.0 % of the talks" in told


def test_what_is_counted_of_answers() -> None:
    rows = [
        AnswerRow(question="甲", entry="a"),
        AnswerRow(question="乙", entry="b", also=["b2"]),
        AnswerRow(question="丙", entry="c"),
        AnswerRow(question="丁", entry="d"),
        AnswerRow(question="戊", entry="e"),
        AnswerRow(question="己", entry=None),
        AnswerRow(question="庚", entry=None),
        AnswerRow(question="辛", entry="h"),
    ]
    figures = whole.answers(
        rows,
        [
            seen("answer", "a"),
            seen("answer", "b2"),
            seen("choices", None, "x", "c"),
            seen("form", files=True),
            seen("answer", "x"),
            seen("answer", "y"),
            seen("unknown"),
            seen("not_understood"),
        ],
    )
    assert figures["right_at_once"] == round(2 / 6, 4)
    assert figures["right_among_choices"] == round(3 / 6, 4)
    assert (figures["form"], figures["unknown"], figures["other"]) == (round(1 / 6, 4),) * 3
    assert figures["wrong"] == round(2 / 8, 4)
    assert (figures["unanswerable"], figures["unanswerable_answered"]) == (2, 0.5)
    assert {miss["text"] for miss in figures["misses"]} == {"丙", "丁", "戊", "己", "辛"}


def test_what_is_counted_of_matters() -> None:
    rows = [
        MatterRow(text=str(n), kind=kind)
        for n, kind in enumerate(("matter", "matter", "both", "question", "talk"))
    ]
    figures = whole.matters(
        rows,
        [
            seen("form", files=True),
            seen("answer", "a"),
            seen("answer", "a", files=True),
            seen("form", files=True),
            seen("progress"),
        ],
    )
    assert figures["accuracy"] == 0.6
    assert (figures["matter_filed"], figures["both_served"], figures["question_form"]) == (0.5, 1.0, 1.0)
    assert [(c["expected"], c["predicted"]) for c in figures["confusions"]] == [
        ("matter", "question"),
        ("question", "matter"),
    ]


def test_what_is_counted_of_danger() -> None:
    labels = ("fire", "gas", "none", "none", "scope_petition", "scope_petition", "none")
    kinds = ("danger", "form", "danger", "form", "declined", "form", "declined")
    figures = whole.danger(
        [DangerRow(text=str(n), label=label) for n, label in enumerate(labels)],
        [seen(kind) for kind in kinds],
    )
    assert figures["recall"] == 0.5
    assert figures["recall_by_kind"] == {"fire": 1.0, "gas": 0.0}
    assert figures["false_alarms"] == round(1 / 3, 4)
    assert (figures["scope_recall"], figures["scope_precision"]) == (0.5, 0.5)
    assert figures["declined_wrongly"] == round(1 / 3, 4)


@pytest.mark.parametrize(
    ("command", "line", "problem"),
    [
        ("answers", '{"question": "停电了"}', "第 1 行：entry"),
        ("matters", '{"text": "停电了", "kind": "complaint"}', "第 1 行：kind"),
        ("danger", '{"text": " ", "label": "none"}', "第 1 行：text"),
        ("danger", '{"text": "停电了", "label": "None"}', "第 1 行：label"),
        ("talks", '{"id": "t1", "channel": "widget", "turns": []}', "第 1 行：turns"),
    ],
)
def test_a_bad_row_is_named_before_anything_starts(
    tmp_path: Path, command: str, line: str, problem: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line, "utf-8")
    done = CliRunner().invoke(app, [command, str(path)])
    assert isinstance(done.exception, WenbanError)
    assert problem in done.exception.message


@pytest.mark.slow
def test_held_out_sets_are_large_enough_and_have_long_messages() -> None:
    texts = [row.question for row in read(ANSWERS, AnswerRow)] + [
        row.text for row in read(MATTERS, MatterRow)
    ]
    assert len(texts) == len(set(texts)) >= 800
    assert sum(len(text) > 40 for text in texts) >= 300
    assert len(read(DANGERS, DangerRow)) >= 400
    letters = read(LETTERS, CategoryRow)
    assert {row.label for row in read(LETTERS, DangerRow)} == {"none"}
    assert min(len(row.text) for row in letters) >= 300
