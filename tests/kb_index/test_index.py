import fcntl
import json
from pathlib import Path

import pytest

from core.errors import Conflict, NotFound
from kb_index.index.shelf import Shelf
from kb_index.index.versions import current_version, manifest, versions
from kb_index.publishing.build import KEEP, KnowledgeInvalid, build
from kb_index.publishing.rollback import rollback
from kb_index.search.loading import load_searcher
from tests.kb_index.conftest import ID_CARD, MODEL, PENSION, Write


@pytest.fixture
def built(folder: Path, tmp_path: Path) -> Path:
    build(folder, tmp_path / "index", MODEL)
    return tmp_path / "index"


def top(index_dir: Path, question: str) -> str:
    version = current_version(index_dir)
    assert version is not None
    return load_searcher(index_dir, version, MODEL).search(question).hits[0].entry.title


def test_a_build_is_searchable_and_described(built: Path) -> None:
    version = current_version(built)
    assert version is not None
    made = manifest(built, version)
    assert (made["entries"], made["questions"]) == (4, 12)
    assert made["files"]["police-id-lost"]["file"] == "police/id-lost.md"
    assert made["model"]["dimensions"] == 256
    assert top(built, ID_CARD[2][0]) == ID_CARD[1]


def test_editorial_notes_are_nowhere_in_the_index(built: Path, folder: Path) -> None:
    assert "内部备注" in (folder / "police" / "id-lost.md").read_text("utf-8")
    for file in (built / "versions").rglob("*"):
        if file.is_file():
            assert "内部备注".encode() not in file.read_bytes(), file


def test_only_changed_questions_are_embedded_again(built: Path, folder: Path, write: Write) -> None:
    before = current_version(built)
    assert build(folder, built, MODEL).unchanged
    assert current_version(built) == before
    write(ID_CARD[0], ID_CARD[1], [*ID_CARD[2], "证件遗失补领"])
    report = build(folder, built, MODEL)
    assert (report.embedded, report.questions, report.unchanged) == (1, 13, False)
    assert current_version(built) == report.version != before


def test_a_changed_answer_is_published_though_no_question_changed(
    built: Path, folder: Path, write: Write
) -> None:
    write(*PENSION, answer="新的答案")
    report = build(folder, built, MODEL)
    assert (report.embedded, report.unchanged) == (0, False)
    searcher = load_searcher(built, report.version, MODEL)
    assert searcher.search(PENSION[1]).hits[0].entry.answer == "新的答案"


def test_errors_leave_the_version_in_service_alone(built: Path, folder: Path) -> None:
    before = current_version(built)
    (folder / "police" / "id-lost.md").write_bytes("坏文件".encode("gb18030"))
    with pytest.raises(KnowledgeInvalid) as refused:
        build(folder, built, MODEL)
    assert refused.value.details["problems"][0]["code"] == "encoding_gbk"
    assert current_version(built) == before
    report = build(folder, built, MODEL, skip_broken=True)
    assert (report.entries, report.left_out) == (3, ("police/id-lost.md",))


def test_an_empty_folder_never_replaces_a_version(built: Path, tmp_path: Path) -> None:
    before = current_version(built)
    (tmp_path / "empty").mkdir()
    with pytest.raises(KnowledgeInvalid):
        build(tmp_path / "empty", built, MODEL, skip_broken=True)
    with pytest.raises(NotFound):
        build(tmp_path / "nowhere", built, MODEL)
    assert current_version(built) == before


def test_rollback_and_forward_again(built: Path, folder: Path, write: Write) -> None:
    first = current_version(built)
    write(*PENSION, answer="新的答案")
    second = build(folder, built, MODEL).version
    assert rollback(built) == first == current_version(built)
    with pytest.raises(NotFound):
        rollback(built)
    assert rollback(built, second) == second == current_version(built)
    with pytest.raises(NotFound):
        rollback(built, "20200101T000000Z-nothere")


@pytest.mark.slow
def test_old_versions_are_pruned_but_never_the_current(built: Path, folder: Path, write: Write) -> None:
    for number in range(KEEP + 2):
        write(*PENSION, answer=f"答案之{number}")
        last = build(folder, built, MODEL).version
    assert len(versions(built)) == KEEP
    assert current_version(built) == last == versions(built)[-1]


def test_a_build_that_dies_leaves_no_trace_in_service(
    built: Path, folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_version(built)
    write(*PENSION, answer="新的答案")
    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "save", _disk_full)
        with pytest.raises(OSError, match="disk full"):
            build(folder, built, MODEL)
    assert current_version(built) == before and versions(built) == [before]
    leftover = built / "versions" / ".dead.part"  # as after a power cut
    leftover.mkdir()
    build(folder, built, MODEL)
    assert not leftover.exists()


def _disk_full(*_: object) -> None:
    raise OSError("disk full")


def test_two_builds_at_once(built: Path, folder: Path) -> None:
    with (built / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(Conflict):
            build(folder, built, MODEL)


def test_a_version_of_another_model_is_refused_with_the_remedy(built: Path) -> None:
    version = current_version(built)
    assert version is not None
    path = built / "versions" / version / "manifest.json"
    details = json.loads(path.read_text("utf-8"))
    details["model"]["fingerprint"] = "another"
    path.write_text(json.dumps(details), "utf-8")
    with pytest.raises(Conflict, match="wenban kb build"):
        load_searcher(built, version, MODEL)


@pytest.mark.parametrize("content", ["", "../../etc", "20200101T000000Z-gone"])
def test_a_damaged_pointer_names_no_version(built: Path, content: str) -> None:
    (built / "CURRENT").write_text(content, "utf-8")
    assert current_version(built) is None


@pytest.mark.slow
def test_a_build_that_carries_entries_over_is_the_build_from_nothing(
    folder: Path, write: Write, tmp_path: Path
) -> None:
    build(folder, tmp_path / "grown", MODEL)
    write("tax-refund", "个税怎么退？", ["个人所得税退税 流程", "我交多了税能退吗"])
    build(folder, tmp_path / "grown", MODEL)
    build(folder, tmp_path / "fresh", MODEL)
    grown, fresh = (
        load_searcher(root, current_version(root) or "", MODEL)
        for root in (tmp_path / "grown", tmp_path / "fresh")
    )
    for question in ("养老金要交几年", "个税退税", "身份证掉了", "公积金租房", "夜里施工"):
        one, other = grown.search(question, limit=5), fresh.search(question, limit=5)
        assert [(h.entry.id, h.variant) for h in one.hits] == [(h.entry.id, h.variant) for h in other.hits]
        assert [h.fused for h in one.hits] == pytest.approx([h.fused for h in other.hits], abs=1e-3)
