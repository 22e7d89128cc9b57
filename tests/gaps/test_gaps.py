"""What is kept of a question, how questions group, and what an editor makes of a group."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.clock import now
from core.database import Database
from core.errors import BadRequest, Conflict, NotFound
from core.settings import ROOT
from gaps import Asked, Gaps, grouping, store
from gaps.models import AskedQuestion
from gaps.service import Window
from gaps.types import Question
from kb_index.checks.check import check
from kb_index.measure.evaluate import read_questions
from kb_index.measure.workbench import searcher_over
from kb_index.publishing.build import build
from kb_index.search.calibration import SHIPPED, Calibration
from kb_index.service import KnowledgeBase
from tests.gaps.conftest import Citizens
from tests.kb_index.conftest import ID_CARD, MODEL

ALWAYS = Window(days=365)
RABIES = ("狂犬疫苗要打几针", "狂犬病疫苗一共打几针", "打狂犬疫苗要几针", "请问狂犬疫苗打几针？")
PARKING = ("小区停车费谁定价", "小区的停车费由谁定价")


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.md")}


async def rows(database: Database) -> list[AskedQuestion]:
    async with database.read() as session:
        return list(await session.scalars(select(AskedQuestion).order_by(AskedQuestion.id)))


async def test_a_question_is_kept_without_personal_data(gaps: Gaps, database: Database) -> None:
    said = "我叫王小明，电话13800001234，住洞山路12号3栋502室，皖D12345，\x00狂犬疫苗要打几针"
    await gaps.keep(Asked("t1", said, "unknown", "wechat"))
    [row] = await rows(database)
    assert row.question == "我叫***，电话***，住洞山路***号***栋***室，***，狂犬疫苗要打几针"
    assert (row.outcome, row.verdict, row.channel, row.state) == ("unknown", None, "wechat", "open")


async def test_a_long_story_is_cut(gaps: Gaps, database: Database) -> None:
    await gaps.keep(Asked("t1", "我想问一下" * 3_000, "unknown", "web"))
    assert len((await rows(database))[0].question) == store.LONGEST


async def test_a_turn_that_runs_again_counts_once(gaps: Gaps, database: Database) -> None:
    asked = Asked("t1", RABIES[0], "unknown", "web")
    await asyncio.gather(*(gaps.keep(asked) for _ in range(8)))
    assert len(await rows(database)) == 1
    await gaps.keep(Asked("t1", RABIES[0], "unknown", "web", verdict="useless"))
    [row] = await rows(database)
    assert (row.outcome, row.verdict) == ("unknown", "useless")


async def test_same_meaning_is_one_group_most_asked_first(gaps: Gaps, citizens: Citizens) -> None:
    await citizens.ask(*PARKING)
    await citizens.ask(RABIES[0], times=3)
    await citizens.ask(*RABIES[1:])
    await citizens.ask("？？？", "")
    found = await gaps.groups(ALWAYS)
    assert [g.count for g in found.groups] == [6, 2]
    assert found.groups[1].question in PARKING
    first = found.groups[0].to_json()
    assert first["question"] == RABIES[0]
    assert first["examples"][0] == {"text": RABIES[0], "count": 3}
    assert {e["text"] for e in first["examples"]} == set(RABIES)
    assert (found.total, found.questions, found.left_out) == (2, 8, 0)
    assert await gaps.groups(ALWAYS) == found


async def test_an_entry_about_something_else_is_not_the_nearest(
    gaps: Gaps, citizens: Citizens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gaps.grouping.NEAR", 0.2)  # In so small a base nothing is less likely than 0.1.
    await citizens.ask("你喜欢听什么歌", "身份证到期了还能不能用")
    near = {g.question: g.nearest for g in (await gaps.groups(ALWAYS)).groups}
    assert near["你喜欢听什么歌"] is None
    card = near["身份证到期了还能不能用"]
    assert card is not None and card.probability >= 0.2
    [song] = [g for g in (await gaps.groups(ALWAYS)).groups if "歌" in g.question]
    with pytest.raises(BadRequest, match="请写明承办单位"):
        await gaps.draft(song.id, ALWAYS, "", "", "张编辑")


async def test_kinds_outcomes_and_times(gaps: Gaps, citizens: Citizens, database: Database) -> None:
    await citizens.ask(RABIES[0])
    await citizens.ask(PARKING[0], outcome="ask_back", verdict="useless")
    await citizens.ask(
        "身份证到期了还能不能用", outcome="answer", entry=ID_CARD[0], verdict="useless", times=2
    )
    await citizens.ask("身份证丢了怎么补", outcome="answer", entry=ID_CARD[0], verdict="useful")

    async def asked(window: Window) -> list[str]:
        return sorted(g.question for g in (await gaps.groups(window)).groups)

    assert await asked(Window(30, "unanswered")) == sorted([RABIES[0], PARKING[0]])
    assert await asked(Window(30, "useless")) == ["身份证到期了还能不能用"]
    assert len(await asked(Window(30))) == 3
    [useless] = (await gaps.groups(Window(30, "useless"))).groups
    assert [(e.id, e.title, e.count) for e in useless.wrong] == [(ID_CARD[0], ID_CARD[1], 2)]
    assert useless.nearest is not None
    assert useless.nearest.id == ID_CARD[0]
    [rating] = await gaps.ratings(30)
    assert (rating.entry_id, rating.useful, rating.useless, round(rating.share, 2)) == (
        ID_CARD[0],
        1,
        2,
        0.33,
    )
    async with database.write() as session:
        await session.execute(update(AskedQuestion).values(asked_at=now() - timedelta(days=8)))
    assert await asked(Window(7)) == []
    assert await gaps.ratings(7) == []


async def test_a_dismissed_group_comes_back_when_it_is_asked_as_often_again(
    gaps: Gaps, citizens: Citizens
) -> None:
    await citizens.ask(*RABIES[:2])
    [group] = (await gaps.groups(ALWAYS)).groups
    await gaps.dismiss(group.id, ALWAYS, "班长")
    assert (await gaps.groups(ALWAYS)).groups == ()
    await citizens.ask(RABIES[2])
    [dismissed] = (await gaps.groups(ALWAYS, "dismissed")).groups
    assert dismissed.id == group.id
    handled = dismissed.to_json()["handled"]
    assert (handled["by"], handled["since"]) == ("班长", 1)
    await citizens.ask(RABIES[3], RABIES[3])
    assert [g.id for g in (await gaps.groups(ALWAYS)).groups] == [group.id]
    await gaps.dismiss(group.id, ALWAYS, "班长")
    await gaps.reopen(group.members[1].id, ALWAYS)
    assert [g.state for g in (await gaps.groups(ALWAYS, None)).groups] == ["open"]


async def test_a_draft_is_written_once_and_holds_nothing_up(
    gaps: Gaps, citizens: Citizens, folder: Path, tmp_path: Path
) -> None:
    await citizens.ask(*RABIES)
    [group] = (await gaps.groups(ALWAYS)).groups
    made = await asyncio.gather(
        *(gaps.draft(group.id, ALWAYS, RABIES[0], "卫生健康委员会", "编辑") for _ in range(2)),
        return_exceptions=True,
    )
    [draft] = [m for m in made if not isinstance(m, BaseException)]
    [refused] = [m for m in made if isinstance(m, Conflict)]
    assert refused.code == "already_drafted"
    assert draft.file == "new/kuangquan-yimiao-yao-da-jizhen.md"
    text = (folder / draft.file).read_text("utf-8")
    assert "draft: true" in text
    assert all(f"- {question}\n" in text for question in RABIES[1:])
    assert [g.id for g in (await gaps.groups(ALWAYS, "drafted")).groups] == [group.id]
    # Unfinished: reminders, not errors; everything else is published, and search does not know it.
    assert {p.severity for p in check(folder) if p.file == draft.file} == {"warning"}
    (folder / "police" / "id-lost.md").write_text(
        (folder / "police" / "id-lost.md").read_text("utf-8").replace("到窗口", "到派出所窗口"), "utf-8"
    )
    report = build(folder, tmp_path / "index", MODEL)
    assert (report.unchanged, report.entries, report.left_out) == (False, 4, ())
    async with KnowledgeBase(tmp_path / "index", MODEL, poll_s=60) as knowledge:
        assert knowledge.entry(draft.entry_id) is None
    # Finished: published, and the question is answered.
    finished = text.replace("draft: true\n", "").replace("## 答案\n", "## 答案\n按门诊告知的针次接种。\n")
    finished = finished.replace("url: https://", "url: https://flk.npc.gov.cn/detail?id=1")
    (folder / draft.file).write_text(finished, "utf-8")
    build(folder, tmp_path / "index", MODEL)
    await gaps.knowledge.refresh()
    assert gaps.knowledge.entry(draft.entry_id) is not None
    nearest = (await gaps.group(group.id, ALWAYS)).nearest
    assert nearest is not None
    assert (nearest.id, nearest.answers) == (draft.entry_id, True)


async def test_a_draft_goes_to_its_departments_folder_and_never_over_a_file(
    gaps: Gaps, citizens: Citizens, folder: Path
) -> None:
    await citizens.ask("身份证照片能重拍吗")
    await citizens.ask(*PARKING)
    before = _contents(folder)
    files = []
    for group in (await gaps.groups(ALWAYS)).groups:
        files.append((await gaps.draft(group.id, ALWAYS, "照片能重拍吗", "某某局", "编辑")).file)
    assert [Path(file).name for file in files] == [
        "zhaopian-neng-chongpai-ma.md",
        "zhaopian-neng-chongpai-ma-2.md",
    ]
    assert {Path(file).parts[0] for file in files} <= {"hrss", "police", "eco", "gjj"}
    assert before.items() <= _contents(folder).items()


async def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_marked(
    gaps: Gaps, citizens: Citizens, tmp_path: Path
) -> None:
    await citizens.ask(RABIES[0])
    (tmp_path / "file").touch()
    gaps.folder = tmp_path / "file" / "knowledge"
    [group] = (await gaps.groups(ALWAYS)).groups
    with pytest.raises(Conflict, match="写不进去") as caught:
        await gaps.draft(group.id, ALWAYS, RABIES[0], "卫生健康委员会", "编辑")
    assert caught.value.code == "knowledge_not_writable"
    assert (await gaps.group(group.id, ALWAYS)).state == "open"


async def test_what_is_no_group_is_not_found(gaps: Gaps, citizens: Citizens) -> None:
    await citizens.ask(RABIES[0])
    for member in ("", "nonsense", "%"):
        with pytest.raises(NotFound):
            await gaps.group(member, ALWAYS)


async def test_of_too_many_wordings_the_most_asked_are_grouped_and_the_rest_is_told(
    gaps: Gaps, citizens: Citizens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "MOST_WORDINGS", 2)
    await citizens.ask(PARKING[0], "公园几点关门")
    await citizens.ask(RABIES[0], RABIES[1], times=2)
    found = await gaps.groups(ALWAYS)
    assert ([g.count for g in found.groups], found.left_out) == ([4], 2)


@pytest.mark.slow
def test_groups_hold_together_on_the_labelled_questions() -> None:
    """Real questions to the shipped base, worded as differently as possible: how many pairs belong together."""
    folder = ROOT / "knowledge_base"
    labelled = [q for q in read_questions(folder / "questions.jsonl") if q.entry]
    searcher = searcher_over(folder, None, MODEL, Calibration.load(SHIPPED))
    asked = [
        Question(f"{n:05}", q.question, "unknown", q.entry, now(), "open", None, "", None)
        for n, q in enumerate(labelled)
    ]
    groups, left_out = grouping.Grouper(searcher).group(asked)
    assert left_out == 0
    assert sum(g.count for g in groups) == len(asked)
    labels = [[m.entry_id for m in g.members] for g in groups]
    together = sum(a == b for group in labels for a, b in combinations(group, 2))
    grouped = sum(len(group) * (len(group) - 1) // 2 for group in labels)
    possible = sum(n * (n - 1) // 2 for n in Counter(q.entry for q in labelled).values())
    assert together / grouped >= 0.6
    assert together / possible >= 0.2
