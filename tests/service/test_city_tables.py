"""Tables of offices and values: out and in again without loss, nothing overwritten silently, each refused row with its reason."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from core.city.facts import Facts, FactsFolder
from service import city_cli
from tests.cities import QINGWU, QINGWU_FOLDER

DAY = date(2026, 11, 30)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A copy of the made-up city's profile."""
    shutil.copytree(QINGWU_FOLDER, tmp_path / "qingwu")
    return tmp_path / "qingwu"


def facts(profile: Path) -> Facts:
    folder = FactsFolder(profile / "facts", QINGWU)
    folder.refresh()
    assert folder.troubles == ()
    return folder.now


def run(profile: Path, *words: str) -> Result:
    return CliRunner().invoke(city_cli.app, [*words, "--profile", str(profile)])


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(table: Path, rows: list[dict[str, str]]) -> None:
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


@pytest.mark.parametrize("name", ["offices.xlsx", "offices.csv"])
def test_what_goes_out_comes_in_again_without_loss(profile: Path, tmp_path: Path, name: str) -> None:
    table, before = tmp_path / name, facts(profile)
    assert "17 行" in run(profile, "export", str(table)).output
    shutil.rmtree(profile / "facts")
    told = run(profile, "import", str(table))
    assert told.exit_code == 0 and "新增 17" in told.output, told.output
    offices = {(f.district, o.name): o for f in before.files for o in f.offices}
    assert {(f.district, o.name): o for f in facts(profile).files for o in f.offices} == offices
    assert "没有变 17" in run(profile, "import", str(table)).output
    assert run(profile, "export", str(table)).exception is not None, (
        "a table that is there is not overwritten"
    )


def test_nothing_is_overwritten_unless_it_is_asked_for(profile: Path, tmp_path: Path) -> None:
    table = tmp_path / "offices.csv"
    run(profile, "export", str(table))
    rows = [row for row in rows_of(table) if row["单位名称"] == "澜水县教育局"]
    rows[0]["电话"] = "0728-6661999（招生）"
    write(table, rows)
    told = run(profile, "import", str(table))
    assert told.exit_code == 1 and "第 2 行：澜水县教育局 已经有了，内容不一样（电话）" in told.output, (
        told.output
    )
    assert (
        facts(profile).office("教育局", on=DAY, district="澜水县").office.phones[0].number == "0728-6661106"
    )  # type: ignore[union-attr]
    assert "替换 1" in run(profile, "import", str(table), "--dry-run", "--replace").output
    assert (
        facts(profile).office("教育局", on=DAY, district="澜水县").office.phones[0].number == "0728-6661106"
    )  # type: ignore[union-attr]
    assert run(profile, "import", str(table), "--replace").exit_code == 0
    phone = facts(profile).office("教育局", on=DAY, district="澜水县").office.phones[0]  # type: ignore[union-attr]
    assert (phone.number, phone.note) == ("0728-6661999", "招生")
    assert len(list((profile / "facts" / "lanshui").glob("*.old"))) == 1, "the file as it was is kept"
    assert len(facts(profile)) == len(facts(QINGWU_FOLDER)), "everything else is still there"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("核对人", "", "核对人：没有填"),
        ("依据文件", "", "依据文件：没有填"),
        ("核对日期", "去年", "核对日期：要填日期"),
        ("电话", "打热线", "电话：格式不对"),
        ("上班时间", "八点到五点", "上班时间：“八点到五点”看不懂"),
        ("县区", "海淀区", "县区：没有“海淀区”"),
        ("节假日", "看情况", "节假日：只能填"),
        ("地图位置", "东边", "地图位置：要写成"),
        ("种类", "schools", "种类：没有 schools"),
    ],
)
def test_a_row_that_is_wrong_is_refused_with_its_reason(
    profile: Path, tmp_path: Path, column: str, value: str, reason: str
) -> None:
    table = tmp_path / "offices.csv"
    run(profile, "export", str(table))
    rows = rows_of(table)[:2]
    for row in rows:
        row["单位名称"] += "分理处"
    rows[0][column] = value
    write(table, rows)
    told = run(profile, "import", str(table))
    assert told.exit_code == 1 and f"第 2 行：{reason}" in told.output, told.output
    assert "新增 1" in told.output, "the other row is taken"


def test_a_new_county_gets_a_folder_and_values_go_the_same_way(profile: Path, tmp_path: Path) -> None:
    table = tmp_path / "values.csv"
    run(profile, "export", str(table), "--values")
    row = rows_of(table)[0] | {"县区": "梧东区", "数额": "1900"}
    write(table, [row, row])
    told = run(profile, "import", str(table), "--values")
    assert told.exit_code == 1 and "第 3 行：和第 2 行重复" in told.output
    assert (profile / "facts" / "wudongqu" / "imported.yml").exists()
    assert [value.amount for value in facts(profile).values(on=DAY, district="梧东区")] == ["1900"]


def test_a_cell_that_begins_like_a_formula_stays_text(profile: Path, tmp_path: Path) -> None:
    file = profile / "facts" / "offices.yml"
    file.write_text(file.read_text("utf-8").replace("青梧市书院街3号", '"=HYPERLINK(1)"'), "utf-8")
    table = tmp_path / "offices.xlsx"
    run(profile, "export", str(table))
    cells = [cell for row in openpyxl.load_workbook(table).worksheets[0].iter_rows() for cell in row]
    guarded = [cell for cell in cells if "HYPERLINK" in str(cell.value)]
    assert [(cell.value, cell.data_type) for cell in guarded] == [("'=HYPERLINK(1)", "s")]
    assert "没有变 17" in run(profile, "import", str(table)).output


def test_a_department_gets_only_its_rows(profile: Path, tmp_path: Path) -> None:
    table = tmp_path / "offices.csv"
    told = run(profile, "export", str(table), "--department", "澜水县人民政府办公室")
    assert "8 行" in told.output and {row["县区"] for row in rows_of(table)} == {"澜水县"}
