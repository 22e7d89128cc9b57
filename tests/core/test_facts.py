"""Facts of a city: read with their lines, the nearer wins, gone past their end, followed while the app runs."""

from __future__ import annotations

import logging
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.city.facts import Facts, FactsFolder, Level
from core.city.facts.hours import Hours, spans_in_words
from core.city.facts.reading import national_numbers
from core.clock import SHANGHAI
from core.settings import load_settings
from service import city_cli, doctor
from tests.cities import HUAINAN, QINGWU, QINGWU_FOLDER

DAY = date(2026, 11, 30)
BARE = """\
offices:
  - name: 青梧市教育局
    phones: ["0728-5551108"]
    proof:
      document: 青梧市政务服务指南
      issuer: 青梧市人民政府办公室
      address: https://qingwu.example/11
      verified_by: 编辑部
      verified_on: 2026-11-20
      until: 2027-06-30
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the made-up city's whole profile."""
    shutil.copytree(QINGWU_FOLDER, tmp_path / "qingwu")
    return tmp_path / "qingwu"


def read(folder: Path = QINGWU_FOLDER) -> FactsFolder:
    found = FactsFolder(folder / "facts", QINGWU)
    found.refresh()
    return found


def number(facts: Facts, name: str, district: str = "", on: date = DAY) -> str:
    found = facts.office(name, on=on, district=district)
    return found.office.phones[0].number if found else ""


def test_the_nearer_wins_and_the_city_stands_in_for_a_county_without() -> None:
    facts = read().now
    assert number(facts, "社保局", "澜水县") == "0728-6661101"
    assert number(facts, "社保局", "梧东区") == number(facts, "社保局") == "0728-5551101"
    assert number(facts, "市场监管局", "澜水县") == "12315", "a national number when nothing local is on file"
    assert facts.office("自来水公司", on=DAY) is None, "a county's office is not the city's"
    assert [found.district for found in facts.elsewhere("自来水公司", on=DAY)] == ["澜水县"]
    found = facts.office("社保局", on=DAY, district="澜水县", city_only=True)
    assert found is not None and found.level is Level.CITY


def test_an_office_is_found_by_name_alias_kind_and_what_it_is_asked_for() -> None:
    facts = read().now
    for name in ("青梧市社会保险中心", "社会保险中心", "社保局", "人社局", "社保卡", "社保"):
        assert number(facts, name) == "0728-5551101", name
    assert facts.office("社保卡怎么办", on=DAY) is None


def test_past_its_end_a_fact_is_gone_from_every_way_out() -> None:
    facts = read().now
    last, after = date(2027, 3, 31), date(2027, 4, 1)
    assert number(facts, "供电局", "澜水县", last) == "0728-6661105"
    assert number(facts, "供电局", "澜水县", after) == "0728-5551107", "the city's, which holds until June"
    assert number(facts, "自来水公司", "澜水县", after) == ""
    assert facts.elsewhere("自来水公司", on=after) == ()
    wage = [value.amount for value in facts.values(on=DAY, entry="hrss-minimum-wage", district="澜水县")]
    assert wage == ["1800"]
    wage = [v.amount for v in facts.values(on=date(2027, 1, 1), entry="hrss-minimum-wage", district="澜水县")]
    assert wage == ["1950"]
    assert facts.values(on=date(2025, 12, 31)) == (), "not before it holds"
    assert facts.windows(on=DAY)[0].closes == date(2026, 12, 31)
    assert facts.windows(on=date(2027, 1, 1)) == ()
    assert facts.notices(at=datetime(2026, 12, 1, 19, 59, tzinfo=SHANGHAI), district="澜水县")
    assert facts.notices(at=datetime(2026, 12, 1, 20, 0, tzinfo=SHANGHAI)) == ()


def test_hours_know_make_up_days_holidays_seasons_and_what_the_source_does_not_say() -> None:
    said = {
        "openings": [
            {"days": "工作日", "spans": ["08:30-12:00", "14:00-17:30"], "season": ["10-01", "05-31"]},
            {"days": "工作日", "spans": ["08:30-12:00", "15:00-18:00"], "season": ["06-01", "09-30"]},
        ],
        "closed": ["2026-11-30"],
    }
    hours = Hours.model_validate(said)
    assert spans_in_words(hours.on(date(2026, 12, 1)) or ()) == "08:30-12:00、14:00-17:30"
    assert spans_in_words(hours.on(date(2026, 7, 1)) or ()) == "08:30-12:00、15:00-18:00"
    assert hours.on(date(2026, 10, 10)), "a Saturday that is worked"
    assert hours.on(date(2026, 11, 28)) == () and hours.on(date(2026, 11, 30)) == ()
    daily = Hours.model_validate({"openings": [{"days": "每天", "spans": ["00:00-24:00"]}]})
    assert daily.on(date(2026, 10, 1)) is None, "nobody said what holds on a public holiday"
    assert daily.on(date(2026, 11, 29)) and spans_in_words(daily.on(date(2026, 11, 29)) or ()) == "全天"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("      verified_by: 编辑部\n", "", "没有写谁核对的"),
        ("      verified_on: 2026-11-20\n", "", "没有写哪天核对的"),
        ("      document: 青梧市政务服务指南\n", "", "没有写依据的文件名"),
        ("address: https://qingwu.example/11", "address: 官网", "要写网址"),
        ('phones: ["0728-5551108"]', "phones: [打热线]", "电话号码只能有数字和 -"),
        ('phones: ["0728-5551108"]', "online: ''", "至少要 2 个字"),
        ("until: 2027-06-30", "until: 2026-01-01", "不能早于 verified_on"),
        ("    phones", "    kinds: [schools]\n    phones", "没有 schools 这种单位"),
        ("    phones", "    telephone: 1\n    phones", "没有这个字段"),
        ("offices:\n", "district: 澜水县\noffices:\n", "要放在 facts/ 下面一层"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(folder: Path, before: str, after: str, said: str) -> None:
    (folder / "facts" / "offices.yml").write_text(BARE.replace(before, after, 1), "utf-8")
    told = CliRunner().invoke(city_cli.app, ["check", str(folder)])
    line = next(line for line in told.output.splitlines() if said in line)
    assert told.exit_code == 1 and "offices.yml 第 " in line, told.output


def test_without_proof_a_fact_is_an_error_and_a_county_must_be_named(folder: Path) -> None:
    (folder / "facts" / "offices.yml").write_text(BARE.partition("    proof:")[0], "utf-8")
    (folder / "facts" / "lanshui" / "offices.yml").write_text(BARE, "utf-8")
    told = CliRunner().invoke(city_cli.app, ["check", str(folder)])
    assert "offices.yml 第 2 行（青梧市教育局 › proof）：没有写依据" in told.output, told.output
    assert "lanshui/offices.yml：县区的文件要在最上面写 district" in told.output


def test_the_same_office_twice_is_an_error_and_what_has_ended_is_a_reminder(folder: Path) -> None:
    (folder / "facts" / "more.yml").write_text(BARE, "utf-8")
    old = (
        BARE.replace("2026-11-20", "2024-11-20")
        .replace("2027-06-30", "2025-11-30")
        .replace("教育局", "体育局")
    )
    (folder / "facts" / "old.yml").write_text(old, "utf-8")
    told = CliRunner().invoke(city_cli.app, ["check", str(folder)])
    assert told.exit_code == 1
    assert (
        "青梧市教育局 写了两次" in told.output and "old.yml 第 2 行（青梧市体育局）：已经过期" in told.output
    )


def test_the_shipped_facts_and_numbers_are_right() -> None:
    assert CliRunner().invoke(city_cli.app, ["check", "huainan"]).exit_code == 0
    assert {"12333", "12315", "12356"} <= {o.phones[0].number for o in national_numbers().offices}
    facts = Facts(HUAINAN, (), national_numbers())
    assert number(facts, "人社局", "寿县") == "12333" and number(facts, "公积金中心", "寿县") == "", (
        "no source was read"
    )


async def test_a_changed_file_is_in_service_and_a_broken_one_keeps_the_last_state(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from tests.waiting import until

    file = folder / "facts" / "lanshui" / "offices.yml"
    async with FactsFolder(folder / "facts", QINGWU, poll_s=0.01) as facts:
        assert number(facts.now, "社保局", "澜水县") == "0728-6661101"
        file.write_text(file.read_text("utf-8").replace("6661101", "6661199"), "utf-8")
        await until(lambda: number(facts.now, "社保局", "澜水县") == "0728-6661199")
        with caplog.at_level(logging.ERROR):
            file.write_text("district: 澜水县\noffices: [{name: 坏的}]\n", "utf-8")
            await until(lambda: bool(facts.troubles))
        assert (
            number(facts.now, "社保局", "澜水县") == "0728-6661199" and "lanshui/offices.yml" in caplog.text
        )
        assert number(facts.now, "社保局") == "0728-5551101", "other files are not touched"
        file.unlink()
        await until(lambda: number(facts.now, "社保局", "澜水县") == "0728-5551101")
        assert facts.troubles == ()


async def test_the_doctor_tells_of_a_broken_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAN_CITY_PROFILE", str(folder))
    good, words = await doctor._facts(load_settings())
    assert good and "条" in words
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "a.yml").write_text("offices: [{name: 坏的}]\n", "utf-8")
    monkeypatch.setenv("WENBAN_FACTS_DIR", str(folder / "elsewhere"))
    good, words = await doctor._facts(load_settings())
    assert not good and "a.yml 第 1 行" in words
