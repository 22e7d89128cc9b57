"""常用语: own and shared ones, who may change them, shortcuts, the search by pinyin, and that no gap is sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from tests.desk.conftest import Office, Person, on_both


async def save(
    who: Person, title: str, words: str = "您好", status: int = 200, **more: Any
) -> dict[str, Any]:
    return await who.post("/canned", {"title": title, "text": words, **more}, status)


async def titles(who: Person) -> list[str]:
    return [one["title"] for one in (await who.get("/canned"))["canned"]]


@on_both
async def test_own_ones_are_written_changed_and_removed(office: Office) -> None:
    agent, other = await office.hire("a1"), await office.hire("a2")
    one = (await save(agent, "带身份证", "请带{谁的}身份证，工单 {工单号}", shortcut="sfz"))["canned"]
    assert (one["initials"], one["blanks"], one["own"], one["version"]) == (
        "dsfzqdsdsfzgdgdh",
        ["谁的", "工单号"],
        True,
        1,
    )
    assert await titles(agent) == ["带身份证"] and await titles(other) == []
    at = f"/canned/{one['id']}"
    changed = {"title": "带证件", "text": "请带证件", "shortcut": "zj", "version": 1}
    await other.post(at, changed, 404)
    assert (await agent.post(at, changed))["canned"]["version"] == 2
    assert (await agent.post(at, changed, 409))["error"]["code"] == "canned_changed"
    assert (await save(agent, "又一条", status=400, shortcut="zj"))["error"]["code"] == "shortcut_taken"
    await save(other, "别人的", shortcut="zj")
    await other.post(f"{at}/remove", status=404)
    await agent.post(f"{at}/remove")
    await agent.post(f"{at}/remove", status=404)
    assert await titles(agent) == []


async def test_a_supervisor_shares_with_all_agents(office: Office) -> None:
    boss, second, agent = (
        await office.hire("s1", "supervisor", name="班长"),
        await office.hire("s2", "supervisor"),
        await office.hire("a1"),
    )
    assert (await save(agent, "偷着共享", status=400, shared=True))["error"]["code"] == "not_shared"
    for words in ("请打 13800001234", "请打 139 0000 0006"):
        assert (await save(boss, "号码", words, 400, shared=True))["error"]["code"] == "not_shared"
    shared = (await save(boss, "开头", "{问候}，请打 12345", shared=True))["canned"]
    await save(agent, "自己的")
    assert await titles(agent) == ["自己的", "开头"]
    [*_, seen] = (await agent.get("/canned"))["canned"]
    assert (seen["own"], seen["by"], seen["shared"]) == (False, "班长", True)
    await agent.post(f"/canned/{shared['id']}/remove", status=404)
    body = {"title": "开头语", "text": "您好", "shared": True, "version": 1}
    await agent.post(f"/canned/{shared['id']}", {**body, "shared": False}, 404)
    assert (await second.post(f"/canned/{shared['id']}", body))["canned"]["own"]
    assert await titles(agent) == ["自己的", "开头语"]


async def test_what_is_no_canned_reply_is_refused(office: Office) -> None:
    agent = await office.hire("a1")
    for wrong in ("", " \u200b", "长" * 31):
        await save(agent, wrong, status=400)
    for wrong in ("", " ", "长" * 2_001):
        await save(agent, "对的", wrong, 400)
    await save(agent, "对的", status=400, shortcut="带")
    for n in range(100):
        await save(agent, f"第 {n} 条")
    assert (await save(agent, "多一条", status=400))["error"]["code"] == "too_many"


async def test_nothing_with_a_gap_is_sent(office: Office) -> None:
    agent = await office.hire("a1")
    one = f"/conversations/{await office.waiting('v1')}"
    await agent.post(f"{one}/take")
    refused = await agent.post(f"{one}/messages", {"client_id": "m1", "text": "{问候}，请{几点}来"}, 400)
    assert refused["error"]["code"] == "not_filled"
    assert refused["error"]["details"]["blanks"] == ["问候", "几点"]
    await agent.post(f"{one}/messages", {"client_id": "m1", "text": "上午好，请 9 点来 {} {a}"})
    filled = (await agent.get(f"{one}/beside"))["variables"]
    assert filled["坐席"] == "坐席 a1" and filled["问候"].endswith("好") and "工单号" not in filled


async def test_the_words_are_encrypted_and_what_is_done_is_in_the_audit(office: Office) -> None:
    agent, auditor = await office.hire("a1"), await office.hire("u1", "auditor")
    one = (await save(agent, "张某某的事", "请找张某某"))["canned"]
    await agent.post(f"/canned/{one['id']}/remove")
    await save(agent, "张某某的事", "请找张某某")
    async with office.database.read() as session:
        stored = (await session.execute(text("SELECT title, text FROM canned_replies"))).all()
    assert "张某某" not in str(stored)
    done = [one["action"] for one in (await auditor.get("/audit"))["records"]]
    assert done.count("canned_add") == 2 and done.count("canned_remove") == 1
