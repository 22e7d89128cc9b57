"""Compares the places that a question names with the regions of its entry."""

from __future__ import annotations

from pathlib import Path

from core.errors import WenbanError
from kb_index.entries.entry import ParsedEntry
from kb_index.entries.problems import Problem, shorten
from kb_index.language.places import EVERYWHERE, Places

# Citizens of every region ask about travelling to these places and about people from there.
_ABROAD = {"香港", "澳门", "台湾"}


def check_regions(parsed: list[ParsedEntry], folder: Path) -> list[Problem]:
    """Problems of titles and variants that name a place outside the entry's regions.

    A national entry whose title names a local place is reported, too.

    Args:
        parsed: the entries.
        folder: the knowledge folder; ``places.yml`` is read from it.
    """
    try:
        places = Places.from_folder(folder)
    except WenbanError as error:
        mend = "每行写一个市：淮南: [寿县, 凤台县]"
        return [Problem("places.yml", 1, "error", "places_invalid", error.message, mend)]
    problems = []
    for item in parsed:
        regions = item.entry.regions
        for number, question in enumerate(item.entry.questions):
            line = item.question_line(number)
            outside = places.outside(question, regions)
            if outside:
                message = (
                    f"问法里写着{'、'.join(outside)}，条目的地区是{'、'.join(regions)}：{shorten(question)}"
                )
                mend = "删掉这个问法，或把地区（regions）改对"
                problems.append(Problem(item.file, line, "warning", "region_contradiction", message, mend))
        local = [name for name in places.named(item.entry.title) if name not in _ABROAD]
        if EVERYWHERE in regions and len(local) == 1:
            message = f"标题里写着{local[0]}，地区却是全国：别处的群众也会看到"
            mend = f"只在{local[0]}成立就把 regions 改成 [{local[0]}]，全国都一样就从标题里去掉地名"
            problems.append(
                Problem(item.file, item.line("title"), "warning", "region_too_wide", message, mend)
            )
    return problems
