"""The knowledge page's API: groups, drafts, trying a question, what the base holds, and who may."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gaps import Asked
from kb_index.publishing.build import build
from tests.desk.conftest import Office
from tests.kb_index import conftest as knowledge_conftest
from tests.kb_index.conftest import ID_CARD, MODEL, PENSION, entry_text

write = knowledge_conftest.write
RABIES = ("狂犬疫苗要打几针", "狂犬病疫苗一共打几针")


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """Two entries where the office's knowledge is."""
    folder = tmp_path / "knowledge"
    for entry_id, title, variants in (PENSION, ID_CARD):
        prefix, _, slug = entry_id.partition("-")
        (folder / prefix).mkdir(parents=True)
        (folder / prefix / f"{slug}.md").write_text(entry_text(entry_id, title, variants), "utf-8")
    build(folder, tmp_path / "index", MODEL)
    return folder


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
async def asked(office: Office, knowledge: Path) -> None:
    await office.gaps.knowledge.refresh()
    for number, question in enumerate((*RABIES, RABIES[0])):
        await office.gaps.keep(Asked(f"t{number}", question, "unknown", "web"))
    for turn, verdict in (("u1", "useless"), ("u2", "useful"), ("u3", "useful")):
        question = "身份证到期了还能不能用"
        await office.gaps.keep(Asked(turn, question, "answer", "wechat", ID_CARD[0], verdict))  # type: ignore[arg-type]


@pytest.mark.usefixtures("asked")
async def test_groups_are_listed_opened_drafted_and_set_aside(office: Office, knowledge: Path) -> None:
    editor = await office.hire("e1", "editor", name="编辑 1 号")
    page = await editor.get("/knowledge/gaps")
    assert (page["total"], page["questions"], page["left_out"]) == (2, 4, 0)
    rabies, useless = page["groups"]
    assert (rabies["question"], rabies["count"], rabies["useless"], rabies["state"]) == (
        RABIES[0],
        3,
        0,
        "open",
    )
    assert [e["text"] for e in rabies["examples"]] == list(RABIES)
    assert [(e["id"], e["count"]) for e in useless["wrong"]] == [(ID_CARD[0], 1)]
    only = await editor.get("/knowledge/gaps", kind="useless", days=7)
    assert [g["id"] for g in only["groups"]] == [useless["id"]]
    one = await editor.get(f"/knowledge/gaps/{rabies['id']}")
    assert one["group"]["wordings"] == 2
    body = {"title": RABIES[0], "department": "卫生健康委员会"}
    made = await editor.post(f"/knowledge/gaps/{rabies['id']}/draft", body)
    assert (knowledge / made["file"]).is_file()
    again = await editor.post(f"/knowledge/gaps/{rabies['id']}/draft", body, 409)
    assert again["error"]["code"] == "already_drafted"
    await editor.post(f"/knowledge/gaps/{useless['id']}/dismiss")
    assert (await editor.get("/knowledge/gaps"))["groups"] == []
    everything = await editor.get("/knowledge/gaps", state="")
    assert [(g["state"], g["handled"]["by"], g["handled"]["draft"]) for g in everything["groups"]] == [
        ("drafted", "编辑 1 号", made["entry"]),
        ("dismissed", "编辑 1 号", None),
    ]
    await editor.post(f"/knowledge/gaps/{useless['id']}/reopen")
    assert [g["id"] for g in (await editor.get("/knowledge/gaps"))["groups"]] == [useless["id"]]


@pytest.mark.usefixtures("asked")
async def test_the_state_shows_version_and_the_least_helpful_entries_first(office: Office) -> None:
    editor = await office.hire("e1", "editor")
    for turn in ("p1", "p2"):
        await office.gaps.keep(Asked(turn, "退休金", "answer", "web", PENSION[0], "useless"))
    state = await editor.get("/knowledge")
    assert state["version"] and state["built_at"]
    assert (state["entries"], state["folder"]["entries"], state["folder"]["up_to_date"]) == (2, 2, True)
    assert state["departments"] == ["某某局"]
    mended = office.gaps.folder / "hrss" / "pension-years.md"
    mended.write_text(mended.read_text("utf-8").replace("窗口", "大厅"), "utf-8")
    assert (await editor.get("/knowledge"))["folder"]["up_to_date"] is False
    assert (state["ratings"]["useful"], state["ratings"]["useless"]) == (2, 3)
    shares = [(e["id"], e["useful"], e["useless"], e["share"]) for e in state["ratings"]["entries"]]
    assert shares == [(PENSION[0], 0, 2, 0.0), (ID_CARD[0], 2, 1, 0.667)]


async def test_before_the_first_build_nothing_is_up_to_date(office: Office, knowledge: Path) -> None:
    shutil.rmtree(office.gaps.knowledge.index_dir)
    state = await (await office.hire("e1", "editor")).get("/knowledge")
    assert (state["built_at"], state["folder"]["entries"], state["folder"]["up_to_date"]) == (None, 2, False)


@pytest.mark.usefixtures("asked")
async def test_a_question_can_be_tried_and_is_not_kept(office: Office) -> None:
    agent = await office.hire("a1")
    sure = await agent.get("/knowledge/ask", q=ID_CARD[1])
    assert sure["outcome"] == "answer"
    assert sure["card"]["entry"] == sure["hits"][0]["id"] == ID_CARD[0]
    assert sure["hits"][0]["probability"] > 0.5
    unknown = await agent.get("/knowledge/ask", q="公园几点关门")
    assert (unknown["outcome"], unknown["card"]) == ("unknown", None)
    assert (await agent.get("/knowledge/gaps"))["total"] == 2


@pytest.mark.usefixtures("asked")
async def test_who_may_read_and_who_may_act(office: Office) -> None:
    group = (await (await office.hire("e1", "editor")).get("/knowledge/gaps"))["groups"][0]["id"]
    agent = await office.hire("a1")
    assert (await agent.get("/knowledge/gaps"))["total"] == 2
    for step in ("dismiss", "reopen", "draft"):
        body = {"title": "某某问题", "department": "某某局"} if step == "draft" else {}
        refused = await agent.post(f"/knowledge/gaps/{group}/{step}", body, 403)
        assert refused["error"]["code"] == "role_not_allowed"
    department = await office.hire("d1", "department")
    for path in ("/knowledge", "/knowledge/gaps", f"/knowledge/gaps/{group}"):
        await department.get(path, 403)
    await department.get("/knowledge/ask", 403, q="x")
    supervisor = await office.hire("s1", "supervisor")
    await supervisor.post(f"/knowledge/gaps/{group}/dismiss")
    await office.browser().get("/knowledge/gaps", 401)


async def test_bad_questions_are_refused(office: Office) -> None:
    agent = await office.hire("a1")
    bad: list[tuple[str, dict[str, str | int]]] = [
        ("/gaps", {"days": 0}),
        ("/gaps", {"kind": "some"}),
        ("/gaps", {"limit": 999}),
        ("/gaps", {"x": 1}),
        ("/ask", {}),
        ("/ask", {"q": "长" * 501}),
        ("", {"days": "x"}),
    ]
    for path, query in bad:
        await agent.get(f"/knowledge{path}", 400, **query)


@pytest.mark.usefixtures("asked")
async def test_bad_drafts_are_refused_and_nothing_is_written(office: Office, knowledge: Path) -> None:
    editor = await office.hire("e1", "editor")
    group = (await editor.get("/knowledge/gaps"))["groups"][0]["id"]
    files = _files(knowledge)
    for body in (
        {},
        {"title": "", "department": "某某局"},
        {"title": "长" * 201, "department": "某某局"},
        {"title": "某某问题", "department": "某某局", "id": "../../evil"},
    ):
        await editor.post(f"/knowledge/gaps/{group}/draft", body, 400)
    await editor.post("/knowledge/gaps/nonsense/draft", {"title": "某某问题", "department": "某某局"}, 404)
    assert _files(knowledge) == files
    evil = {"title": '"\n---\nid: evil\n../../x', "department": "../../etc\nregions: []"}
    made = await editor.post(f"/knowledge/gaps/{group}/draft", evil)
    [written] = _files(knowledge) - files
    assert written == knowledge / made["file"]
    assert "\nid: evil" not in written.read_text("utf-8")


async def test_without_a_version_the_page_says_what_to_do(office: Office, tmp_path: Path) -> None:
    agent = await office.hire("a1")
    assert "wenban kb build" in (await agent.get("/knowledge/gaps", 404))["error"]["message"]
