import asyncio
import shutil
from pathlib import Path

import pytest

from kb_index.index.versions import current_version
from kb_index.publishing.build import build
from kb_index.service import KnowledgeBase
from tests.cities import HUAINAN
from tests.kb_index.conftest import ID_CARD, MODEL, PENSION, Write
from tests.waiting import until


@pytest.mark.slow
async def test_a_new_version_is_taken_without_dropping_a_search(
    folder: Path, tmp_path: Path, write: Write
) -> None:
    first = build(folder, tmp_path / "index", MODEL).version
    async with KnowledgeBase(tmp_path / "index", MODEL, poll_s=0.05) as kb:
        result = await kb.search(ID_CARD[1])
        assert (result.version, result.hits[0].entry.id) == (first, ID_CARD[0])
        write(*ID_CARD, answer="换了新答案")
        stop = asyncio.Event()

        async def citizens() -> set[str]:
            seen = set()
            while not stop.is_set():
                found = await kb.search(ID_CARD[1])
                seen.add(f"{found.version} {found.hits[0].entry.answer}")
            return seen

        asking = asyncio.create_task(citizens())
        second = (await asyncio.to_thread(build, folder, tmp_path / "index", MODEL)).version
        await until(lambda: kb.version == second)
        await kb.search(ID_CARD[1])
        stop.set()
        assert await asking <= {f"{first} 您可以到窗口办理。", f"{second} 换了新答案"}
        entry = kb.entry(ID_CARD[0])
        assert entry is not None and entry.answer == "换了新答案"


async def test_a_version_that_cannot_be_loaded_does_not_replace_the_one_in_service(
    folder: Path, tmp_path: Path, write: Write
) -> None:
    index_dir = tmp_path / "index"
    first = build(folder, index_dir, MODEL).version
    async with KnowledgeBase(index_dir, MODEL, poll_s=60) as kb:
        write(*PENSION, answer="新的答案")
        second = build(folder, index_dir, MODEL).version
        (index_dir / "versions" / second / "vectors.npy").write_bytes(b"broken")
        assert await kb.refresh() is False
        assert kb.version == first
        assert (await kb.search(PENSION[1])).hits[0].entry.id == PENSION[0]
        shutil.rmtree(index_dir)
        assert await kb.refresh() is False
        assert (await kb.search(PENSION[1])).version == first


async def test_without_any_version_nothing_is_known(tmp_path: Path, folder: Path) -> None:
    async with KnowledgeBase(tmp_path / "index", MODEL, poll_s=0.05) as kb:
        result = await kb.search("身份证丢了")
        assert (result.outcome, result.hits, kb.version, kb.size) == ("unknown", (), "", 0)
        assert kb.entry(ID_CARD[0]) is None
        await asyncio.to_thread(build, folder, tmp_path / "index", MODEL)
        await until(lambda: kb.size == 4)
        assert kb.version == current_version(tmp_path / "index")


async def test_today_is_the_day_unless_another_is_given(folder: Path, tmp_path: Path, write: Write) -> None:
    write("zz-old", "电影票补贴怎么领？", ["观影补贴"], expires="2021-06-30")
    build(folder, tmp_path / "index", MODEL)
    async with KnowledgeBase(tmp_path / "index", MODEL) as kb:
        found = await kb.search("电影票补贴怎么领？", limit=10)
        assert "zz-old" not in [h.entry.id for h in found.hits]
        assert kb.entry("zz-old") is None, "an expired entry is told to nobody"
        entry = kb.stored("zz-old")
        assert entry is not None and entry.id == "zz-old"


async def test_an_entry_of_a_county_answers_those_who_name_the_county(
    folder: Path, tmp_path: Path, write: Write
) -> None:
    write("zz-county", "寿县的电影票补贴怎么领？", ["寿县观影补贴"], regions="[寿县]")
    build(folder, tmp_path / "index", MODEL)
    async with KnowledgeBase(tmp_path / "index", MODEL) as kb:
        for question, found in (("寿县的电影票补贴怎么领？", True), ("凤台县的电影票补贴怎么领？", False)):
            hits = (await kb.search(question, HUAINAN.regions_of(question))).hits
            assert ("zz-county" in [hit.entry.id for hit in hits]) is found
