from pathlib import Path

import pytest

from kb_index.checks.check import check
from kb_index.checks.laws import figures
from tests.kb_index.conftest import ID_CARD, PENSION, TODAY, Write


def codes(folder: Path, laws: Path | None = None) -> list[tuple[str, str, str]]:
    return [(p.file, p.severity, p.code) for p in check(folder, laws, TODAY)]


def test_good_entries_have_no_errors(folder: Path) -> None:
    assert codes(folder) == [
        (f"{name}.md", "warning", "few_variants")
        for name in ("eco/night-work", "gjj/withdraw", "hrss/pension-years", "police/id-lost")
    ]


@pytest.mark.parametrize(
    ("parts", "severity", "code"),
    [
        ({"expires": "2026-11-22"}, "warning", "expired"),
        ({"expires": "2026-12-31"}, "warning", "expires_soon"),
        ({"effective": "2027-01-01"}, "warning", "not_yet_effective"),
        ({"reviewed": "2025-11-22"}, "warning", "review_overdue"),
        ({"reviewed": "2026-11-24"}, "error", "reviewed_in_future"),
        ({"sources": " []"}, "error", "source_missing"),
        ({"answer": "看<script>alert(1)</script>"}, "warning", "html"),
    ],
)
def test_a_bad_part_is_found(
    folder: Path, write: Write, parts: dict[str, str], severity: str, code: str
) -> None:
    write(*PENSION, **parts)
    assert ("hrss/pension-years.md", severity, code) in codes(folder)


def test_expiry_and_review_are_judged_by_the_day_itself(folder: Path, write: Write) -> None:
    write(*PENSION, expires="2026-11-23", reviewed="2025-11-23")
    assert not {"expired", "review_overdue"} & {code for _, _, code in codes(folder)}


@pytest.mark.parametrize("url", ["ftp://a.gov.cn/x", "https://localhost/x", "第三章", "javascript:alert(1)"])
def test_an_address_nobody_can_open_is_found(folder: Path, write: Write, url: str) -> None:
    source = f"\n  - document: 某某办法\n    url: '{url}'\n    opened: 2026-11-01"
    write(*PENSION, sources=source)
    (problem,) = [p for p in check(folder, None, TODAY) if p.code == "source_url"]
    assert (problem.file, problem.line, problem.severity) == ("hrss/pension-years.md", 11, "error")


def test_one_id_twice_and_one_question_in_two_entries(folder: Path, write: Write) -> None:
    write(
        "zz-other", "別的問題？", ["身份證丟了，怎麼補辦"]
    )  # the same as a title, in traditional characters
    (folder / "zz" / "copy.md").write_text((folder / "hrss" / "pension-years.md").read_text("utf-8"), "utf-8")
    found = codes(folder)
    assert ("zz/other.md", "error", "question_twice") in found
    assert ("zz/copy.md", "error", "duplicate_id") in found
    assert ("police/id-lost.md", "error", "duplicate_id") not in found


def test_the_same_question_may_stand_in_two_regions(folder: Path, write: Write) -> None:
    write("zz-shou", ID_CARD[1], ["寿县身份证"], regions="[寿县]")
    assert "question_twice" not in {code for _, _, code in codes(folder)}


def test_synonyms_are_checked(folder: Path) -> None:
    (folder / "synonyms.yml").write_text("- [甲词, 乙词]\n- [丙词, 乙词]\n", "utf-8")
    assert ("synonyms.yml", 2, "synonym_twice") in [
        (p.file, p.line, p.code) for p in check(folder, None, TODAY)
    ]
    (folder / "synonyms.yml").write_text("- 只有一个词\n", "utf-8")
    assert ("synonyms.yml", "error", "synonyms_invalid") in codes(folder)


LAW = """# 中华人民共和国某法

<!-- INFO END -->

## 第一章 总则

第十六条 参加保险的个人，累计缴费满十五年的，按月领取。

有下列情形之一的，予以退还：

（一）移居境外的；

（二）缴费不足百分之五十的。

第十六条之一 另有规定的，从其规定。
"""


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    (tmp_path / "laws" / "社会法").mkdir(parents=True)
    (tmp_path / "laws" / "社会法" / "某法(2018-12-29).md").write_text(LAW, "utf-8")
    return tmp_path / "laws"


def cite(
    write: Write, *, article: str = "第十六条", notes: str, answer: str, document: str = "某法(2018-12-29)"
) -> None:
    basis = f"\n  - document: {document}\n    articles: [{article}]"
    write(*PENSION, basis=basis, notes=notes, answer=answer)


GOOD = "> 《某法》第十六条：参加保险的个人，累计缴费满十五年的，按月领取。"


def law_codes(folder: Path, laws: Path) -> set[str]:
    return {code for file, _, code in codes(folder, laws) if file == "hrss/pension-years.md"} - {
        "few_variants"
    }


@pytest.mark.parametrize(
    ("notes", "answer"),
    [
        (GOOD, "累计缴满15年，到龄就能按月领。"),
        ("> 《某法》第十六条：……累计缴费满十五年的，按月领取。", "缴满十五年一个月一领。"),
        ("> 《某法》第十六条：有下列情形之一的，予以退还：（二）缴费不足百分之五十的。", "不足50%的退还。"),
        ("> 《中华人民共和国某法》第十六条：参加保险的个人,累计缴费满十五年的,按月领取。", "满15年。"),
    ],
)
def test_what_stands_in_the_law_passes(
    folder: Path, write: Write, laws: Path, notes: str, answer: str
) -> None:
    cite(write, notes=notes, answer=answer)
    assert law_codes(folder, laws) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"article": "第十七条"}, "article_missing"),
        ({"article": "第十六条之二"}, "article_missing"),
        ({"notes": "> 《某法》第十六条：累计缴费满二十年的，按月领取。"}, "quote_not_literal"),
        (
            {"notes": "> 《某法》第十六条：（二）缴费不足百分之五十的。（一）移居境外的；"},
            "quote_not_literal",
        ),
        ({"answer": "缴满20年就能领。"}, "figure_without_quote"),
        ({"answer": "每月发300元。"}, "figure_without_quote"),
        ({"document": "某法(2010-10-28)"}, "law_missing"),
        ({"document": "从未有过的条例(2020-01-01)"}, "law_not_in_folder"),
    ],
)
def test_what_does_not_stand_in_the_law_is_found(
    folder: Path, write: Write, laws: Path, change: dict[str, str], code: str
) -> None:
    cite(write, **{"notes": GOOD, "answer": "满15年就能领。", **change})
    assert code in law_codes(folder, laws)


def test_figures_are_read_in_both_scripts() -> None:
    assert figures("第三条：十五日内交百分之八十，最高2万元，三分之二同意，半年后") == {
        15,
        80,
        20000,
        0.6667,
        6,
    }
    assert figures("一个人跑两次") == set()
    assert figures("一个人跑两次", casual=True) == {1, 2}
