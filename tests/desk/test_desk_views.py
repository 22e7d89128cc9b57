"""常用视图: saved, replaced, shared by a supervisor, removed, and never anybody else's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from tests.desk.conftest import Office, Person, on_both


async def save(
    who: Person, named: str, status: int = 200, shared: bool = False, **query: Any
) -> dict[str, Any]:
    return await who.post("/views", {"name": named, "query": query, "shared": shared}, status)


async def names(who: Person) -> list[str]:
    return [one["name"] for one in (await who.get("/views"))["views"]]


@on_both
async def test_own_views_are_saved_replaced_and_removed(office: Office) -> None:
    agent, other = await office.hire("a1"), await office.hire("a2")
    saved = (await save(agent, "我的路灯", q="路灯", state="open", urgent="1"))["view"]
    assert saved["query"] == {"q": "路灯", "state": "open", "urgent": "1"} and saved["own"]
    again = (await save(agent, " 我的路灯 ", q="井盖"))["view"]
    assert (again["id"], again["query"]) == (saved["id"], {"q": "井盖"}), "the same name is the same view"
    await save(agent, "超期", due="overdue", order="due")
    assert await names(agent) == ["我的路灯", "超期"] and await names(other) == []
    await other.post(f"/views/{saved['id']}/remove", status=404)
    await agent.post(f"/views/{saved['id']}/remove")
    await agent.post(f"/views/{saved['id']}/remove", status=404)
    assert await names(agent) == ["超期"]


async def test_a_supervisor_shares_with_the_hotline_and_not_with_departments(office: Office) -> None:
    boss, second = await office.hire("s1", "supervisor", name="班长"), await office.hire("s2", "supervisor")
    agent = await office.hire("a1")
    clerk = await office.hire("d1", "department", department=await office.department("市城市管理行政执法局"))
    await save(agent, "偷着共享", 400, shared=True)
    shared = (await save(boss, "每日必看", shared=True, disputed="1"))["view"]
    await save(boss, "自己看")
    [seen] = (await agent.get("/views"))["views"]
    assert (seen["name"], seen["own"], seen["by"], seen["shared"]) == ("每日必看", False, "班长", True)
    assert await names(clerk) == []
    await agent.post(f"/views/{shared['id']}/remove", status=404)
    await second.post(f"/views/{shared['id']}/remove")  # whoever shared it may have left
    assert await names(agent) == [] and await names(boss) == ["自己看"]


async def test_own_ones_stand_before_shared_ones(office: Office) -> None:
    boss, agent = await office.hire("s1", "supervisor"), await office.hire("a1")
    await save(boss, "共享的", shared=True)
    await save(agent, "自己的")
    assert await names(agent) == ["自己的", "共享的"]


async def test_what_is_no_list_is_no_view(office: Office) -> None:
    agent = await office.hire("a1")
    for query in ({"due": "never"}, {"nonsense": "1"}, {"q": "长" * 101}, {"urgent": "yes"}):
        await save(agent, "错的", 400, **query)
    await save(agent, "", 400)
    await save(agent, "  ", 400)
    await save(agent, "长" * 21, 400)
    for n in range(30):
        await save(agent, f"第 {n} 个")
    refused = await save(agent, "多一个", 400)
    assert refused["error"]["code"] == "too_many"
    await save(agent, "第 3 个", q="换个条件")


async def test_neither_name_nor_words_can_be_read_in_the_database(office: Office) -> None:
    agent = await office.hire("a1")
    await save(agent, "张某某的事", q="13800000000")
    async with office.database.read() as session:
        [row] = (await session.execute(text("SELECT name, query FROM desk_views"))).all()
    assert "张某某" not in str(row) and "13800000000" not in str(row)


async def test_a_value_that_does_not_exist_is_refused_and_named(office: Office) -> None:
    """A list of nothing would look like a list without tickets."""
    agent = await office.hire("a1")
    for field, value in (
        ("state", "没有这种"),
        ("category", "天上/飞的"),
        ("category", "垃圾清运"),
        ("district", "某某区"),
        ("department", "no such id"),
        ("type", "抱怨"),
        ("since", "2026-02-30"),
    ):
        refused = await save(agent, "错的", 400, **{field: value})
        assert set(refused["error"]["details"]["fields"]) == {field}, field
    backwards = await save(agent, "错的", 400, since="2026-03-02", until="2026-03-01")
    assert set(backwards["error"]["details"]["fields"]) == {"until"}
    known = {"state": "办理中", "category": "市容与环境卫生/垃圾清运", "district": "田家庵区", "type": "投诉"}
    await save(agent, "对的", department=await office.department("市城市管理行政执法局"), **known)
    await save(agent, "一级", category="市容与环境卫生", state="open", since="2026-03-01", until="2026-03-01")
    assert await names(agent) == ["对的", "一级"]


async def test_a_name_is_one_line_without_signs_that_nobody_sees(office: Office) -> None:
    agent = await office.hire("a1")
    await save(agent, "我的\n路灯\u202e\u2066\u200b")
    assert await names(agent) == ["我的 路灯"]
    again = await save(agent, "我的 路灯", state="open")
    assert again["view"]["query"] == {"state": "open"} and await names(agent) == ["我的 路灯"]
    for nothing in ("\u202e", "\n \u200b"):
        await save(agent, nothing, 400)


async def test_nobody_reads_the_words_of_anothers_search(office: Office) -> None:
    boss, agent = await office.hire("s1", "supervisor"), await office.hire("a1")
    for words in ({"q": "13800000000"}, {"q": "张某某"}, {"name": "张某某"}):
        refused = await save(boss, "共享", 400, shared=True, **words)
        assert refused["error"]["code"] == "not_shared" and "群众" in refused["error"]["message"]
        await save(boss, "只给自己", **words)
    assert await names(agent) == []
    # As older versions let it be shared.
    async with office.database.write() as session:
        await session.execute(text("UPDATE desk_views SET shared = true"))
    assert await names(agent) == [] and await names(boss) == ["只给自己"]


async def test_no_view_is_shared_under_a_name_with_a_number(office: Office) -> None:
    boss, agent = await office.hire("s1", "supervisor"), await office.hire("a1")
    for named in ("陈大民13900000006", "34040019000101001X", "催 139 0000 0006"):
        refused = await save(boss, named, 400, shared=True, state="open")
        assert refused["error"]["code"] == "not_shared" and "号码" in refused["error"]["message"]
        await save(boss, named, state="open")
    assert await names(agent) == []
    # As older versions let it be shared.
    async with office.database.write() as session:
        await session.execute(text("UPDATE desk_views SET shared = true"))
    assert await names(agent) == []
    await save(boss, "12345 每日必看", shared=True)
    assert await names(agent) == ["12345 每日必看"]
