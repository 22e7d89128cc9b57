"""Spreadsheets of tickets: what stands on the list and nothing more, and imports that are whole or do nothing."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from desk import ticket_sheets_api
from desk.models import DeskAudit
from desk.ticket_sheets import COLUMNS, KIND
from tests.desk.conftest import Office
from tickets.models import TicketRow
from tickets.types import TicketDraft

ROW = {
    "外部编号": "A-001",
    "诉求类型": "投诉",
    "诉求内容": "小区门口的路灯坏了三天",
    "事项分类": "市政设施/路灯照明",
    "县区": "田家庵",
    "联系电话": "138 0000 0000",
    "是否保密": "是",
}
URL = "/api/desk/tickets/import"


def sheet(*rows: dict[str, Any], headers: list[str] | None = None) -> bytes:
    """A filled template."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    names = headers or [f"{header}（必填）" if need else header for header, need, _ in COLUMNS.values()]
    page.append(names)
    for row in rows:
        page.append([row.get(name.replace("（必填）", "")) for name in names])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def cells(packed: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(packed))
    assert all(cell.data_type == "s" for row in book.worksheets[0].iter_rows() for cell in row if cell.value)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


async def upload(browser: Any, raw: bytes) -> tuple[int, dict[str, Any]]:
    answer = await browser.client.post(URL, data=raw, headers={"X-Requested-With": "wenban"})
    return answer.status, await answer.json()


async def download(browser: Any, query: str = "") -> tuple[int, bytes]:
    answer = await browser.client.get(f"/api/desk/tickets/export{query}")
    assert answer.status != 200 or answer.headers["Content-Type"] == KIND
    return answer.status, await answer.read()


async def count(office: Office) -> int:
    async with office.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(TicketRow)) or 0)


async def audited(office: Office, action: str) -> list[tuple[str, str]]:
    async with office.database.read() as session:
        found = await session.scalars(
            select(DeskAudit).where(DeskAudit.action == action).order_by(DeskAudit.seq)
        )
        return [(one.result, one.reason) for one in found]


async def test_the_list_as_filtered_is_a_file_in_which_nothing_runs(office: Office) -> None:
    agent = await office.hire("anne")
    await office.tickets.file(
        TicketDraft("投诉", '=HYPERLINK("http://x") 打13800001234', district="寿县"), "1"
    )
    await office.tickets.file(TicketDraft("咨询", "@SUM(A1) 怎么\x0b办", district="田家庵"), "2")
    status, packed = await download(agent, "?district=寿县")
    rows = cells(packed)
    assert status == 200 and len(rows) == 2 and rows[0][0] == "工单号"
    assert rows[1][-1] == '\'=HYPERLINK("http://x") 打138****1234' and rows[1][1] == "投诉"
    _, whole = await download(agent)
    assert cells(whole)[1][-1].startswith("'@SUM")
    assert (await audited(office, "export_tickets"))[0] == ("allowed", "导出 1 张：district=寿县")
    assert (await download(agent, "?q=13800001234&state=open"))[0] == 200
    assert (await audited(office, "export_tickets"))[-1][1] == "导出 0 张：state=open；有搜索词"
    assert (await download(agent, "?limit=5"))[0] == 400


async def test_a_department_exports_its_own_and_reads_no_more_than_on_its_list(office: Office) -> None:
    own = await office.department("甲局")
    clerk = await office.hire("bert", role="department", department=own)
    secret = TicketDraft("投诉", "我叫王小二，楼上漏水", contact_name="王小二", confidential=True)
    mine = await office.tickets.file(secret, "1")
    await office.tickets.file(TicketDraft("投诉", "别人的事"), "2")
    async with office.database.write() as session:
        row = await session.scalar(select(TicketRow).where(TicketRow.number == mine.number))
        assert row is not None
        row.department_id = own
    _, packed = await download(clerk)
    rows = cells(packed)
    assert [row[0] for row in rows[1:]] == [mine.number]
    assert "王小二" not in str(rows) and "别人的事" not in str(rows)


async def test_more_than_a_file_holds_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_sheets_api, "MOST", 2)
    agent = await office.hire("anne")
    for nth in range(3):
        await office.tickets.file(TicketDraft("投诉", f"第 {nth} 件事"), str(nth))
    status, said = await download(agent)
    assert status == 400 and "缩小范围" in json.loads(said)["error"]["message"]


async def test_the_template_is_filled_and_imported_once(office: Office) -> None:
    chief = await office.hire("carl", role="supervisor")
    answer = await chief.client.get("/api/desk/tickets/template")
    header = cells(await answer.read())[0]
    assert header[0] == "外部编号（必填）" and len(header) == len(COLUMNS)
    second = {**ROW, "外部编号": 17, "诉求内容": "'=1+1 是什么", "是否保密": "否", "联系电话": None}
    status, said = await upload(chief, sheet(ROW, {}, second))
    assert (status, said["imported"]) == (200, 2)
    ticket = await office.tickets.get(said["numbers"][0])
    assert (await office.tickets.get(said["numbers"][1])).content == "=1+1 是什么"
    assert ticket.confidential and ticket.contact_phone == "138****0000" and ticket.district == "田家庵区"
    assert ticket.details[0].to_json() == {
        "name": "external_number",
        "label": "外部编号",
        "value": "A-001",
    }
    assert (await audited(office, "import_tickets")) == [("allowed", "导入 2 张")]
    status, said = await upload(chief, sheet({**ROW, "外部编号": "A-002"}, ROW))
    assert status == 400 and said["error"]["code"] == "bad_rows"
    (wrong,) = said["error"]["details"]["rows"]
    assert (wrong["row"], wrong["column"]) == (3, "外部编号") and ticket.number in wrong["message"]
    assert await count(office) == 2


async def test_each_wrong_row_is_told_and_nothing_is_imported(office: Office) -> None:
    chief = await office.hire("carl", role="supervisor")
    rows = [
        ROW,
        {**ROW, "外部编号": ""},
        {**ROW, "外部编号": "A-001"},
        {**ROW, "外部编号": "A-003", "诉求类型": "闲聊", "联系电话": "12"},
        {**ROW, "外部编号": "A-004", "事项分类": "没有/这个", "县区": "火星"},
        {**ROW, "外部编号": "A-005", "诉求内容": None},
    ]
    status, said = await upload(chief, sheet(*rows))
    assert status == 400 and await count(office) == 0
    told = [(one["row"], one["column"]) for one in said["error"]["details"]["rows"]]
    assert told == [
        (3, "外部编号"), (4, "外部编号"), (5, "诉求类型"), (5, "联系电话"), (6, "事项分类"), (6, "县区"), (7, "诉求内容"),
    ]  # fmt: skip
    assert "一张都没有导入" in said["error"]["message"]
    assert (await audited(office, "import_tickets"))[-1][0] == "refused"


async def test_a_flag_that_is_neither_yes_nor_no_is_a_wrong_row(office: Office) -> None:
    chief = await office.hire("carl", role="supervisor")
    said = ("保密", "Y", "✓", 1, "是的")
    rows = [{**ROW, "外部编号": f"C-{nth}", "是否保密": one} for nth, one in enumerate(said)]
    status, told = await upload(chief, sheet(*rows, {**ROW, "外部编号": "C-9", "是否紧急": "急"}))
    wrong = [(one["row"], one["column"]) for one in told["error"]["details"]["rows"]]
    assert status == 400 and await count(office) == 0
    assert wrong == [*((nth, "是否保密") for nth in range(2, 7)), (7, "是否紧急")]
    fits = (True, False, "是 ", "", "否")
    rows = [{**ROW, "外部编号": f"D-{nth}", "是否保密": one} for nth, one in enumerate(fits)]
    status, told = await upload(chief, sheet(*rows))
    assert status == 200
    kept = [(await office.tickets.get(number)).confidential for number in told["numbers"]]
    assert kept == [True, False, True, False, False]


async def test_a_file_whose_cell_names_a_missing_text_is_refused(office: Office) -> None:
    chief = await office.hire("carl", role="supervisor")
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(ROW))) as good, zipfile.ZipFile(broken, "w") as made:
        for name in good.namelist():
            raw = good.read(name)
            if name == "xl/worksheets/sheet1.xml":
                inside, missing = b't="inlineStr"><is><t>A-001</t></is></c>', b't="s"><v>99999</v></c>'
                assert inside in raw
                raw = raw.replace(inside, missing)
            made.writestr(name, raw)
    status, said = await upload(chief, broken.getvalue())
    assert status == 400 and said["error"]["code"] == "bad_xlsx" and await count(office) == 0


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_xlsx"),
        (b"not a file", "bad_xlsx"),
        (sheet(), "no_rows"),
        (sheet(ROW, headers=["诉求类型", "诉求内容"]), "bad_header"),
        (sheet(ROW, headers=["外部编号", "外部编号", "诉求类型", "诉求内容"]), "bad_header"),
        (sheet(*({**ROW, "外部编号": f"B-{nth}"} for nth in range(201))), "too_many_rows"),
    ],
)
async def test_what_is_no_such_file_is_refused_in_words(office: Office, raw: bytes, code: str) -> None:
    chief = await office.hire("carl", role="supervisor")
    status, said = await upload(chief, raw)
    assert status == 400 and said["error"]["code"] == code and await count(office) == 0


async def test_a_small_file_that_unpacks_to_a_giant_is_not_read(office: Office) -> None:
    chief = await office.hire("carl", role="supervisor")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    status, said = await upload(chief, packed.getvalue())
    assert status == 400 and said["error"]["code"] == "too_large"
    status, _ = await upload(chief, b"x" * (ticket_sheets_api.MAX_BYTES + 1))
    assert status == 413
