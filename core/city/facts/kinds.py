"""The kinds of offices that every city has, and how citizens name them (``core/city/offices.yml``). They are no facts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core import yaml_loader
from core.city.facts.models import Said
from core.city.parts import Strict

_FILE = Path(__file__).resolve().parents[1] / "offices.yml"


class OfficeKind(Strict):
    """A kind of office.

    Args:
        id: named by ``kinds`` of an office.
        name: its usual name, which is said when no office of the kind is on file.
        names: how citizens call such an office.
        topics: the bare subject that stands for the office in 公积金在哪办 and 医保几点上班.
    """

    id: str
    name: str
    names: tuple[Said, ...] = ()
    topics: tuple[Said, ...] = ()


@cache
def office_kinds() -> dict[str, OfficeKind]:
    """Id → kind."""
    found = [OfficeKind.model_validate(one) for one in yaml_loader.load(_FILE.read_text("utf-8"))["kinds"]]
    return {kind.id: kind for kind in found}
