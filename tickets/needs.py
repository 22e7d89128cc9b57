"""What each move of a ticket needs: its fields, as models that check them and describe them to the desk's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.errors import BadRequest
from core.expected import expected
from core.text import clean, written

MAX_WORDS = 4_000
"""Most characters of a text of a move."""
MAX_REASON = 500
"""Most characters of a reason."""
MAX_OFFICE = 80
"""Most characters of a department's id or name."""
LEAST = 2
"""Fewest visible characters of a text that is needed."""


def _said(text: str) -> str:
    if written(text) < LEAST:
        raise ValueError(f"至少要写 {LEAST} 个字")
    return clean(text)


def _perhaps(text: str) -> str:
    return clean(text) if written(text) else ""


def _as(kind: str, asked: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "asked": asked}


DOUBTED = "doubted"
"""A field that is asked for only when something about the move was doubted."""


Words = Annotated[str, Field(max_length=MAX_WORDS, json_schema_extra=_as("text")), AfterValidator(_said)]
"""A text that must be given."""
Reason = Annotated[str, Field(max_length=MAX_REASON, json_schema_extra=_as("text")), AfterValidator(_said)]
"""A reason that must be given."""
Remark = Annotated[str, Field(max_length=MAX_REASON, json_schema_extra=_as("text")), AfterValidator(_perhaps)]
"""A remark that may be left out."""
_Id = Annotated[str, Field(min_length=1, max_length=MAX_OFFICE, json_schema_extra=_as("department"))]
_Ids = Annotated[list[str], Field(max_length=8, json_schema_extra=_as("departments"))]


class Needs(BaseModel):
    """Base class of the fields of a move. Unknown fields and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Nothing(Needs):
    """A move that needs nothing."""


class Accept(Needs):
    """受理: corrections to what the assistant understood. What is left out stays."""

    category: Annotated[str, Field(title="事项分类", max_length=80, json_schema_extra=_as("category"))] = ""
    district: Annotated[str, Field(title="县区", max_length=40, json_schema_extra=_as("district"))] = ""
    urgent: Annotated[bool | None, Field(title="紧急", json_schema_extra=_as("flag"))] = None
    emergency: Annotated[bool | None, Field(title="特急（有人正有危险）", json_schema_extra=_as("flag"))] = (
        None
    )
    note: Annotated[Remark, Field(title="备注")] = ""


class Decline(Needs):
    """不予受理: both are told to the citizen."""

    basis: Annotated[Reason, Field(title="依据")]
    route: Annotated[Reason, Field(title="该去哪里反映")]


class Answer(Needs):
    """直接答复: told to the citizen."""

    text: Annotated[Words, Field(title="答复内容")]


class Dispatch(Needs):
    """派单."""

    department: Annotated[_Id, Field(title="主办单位")]
    assisting: Annotated[_Ids, Field(title="协办单位")] = Field(default_factory=list)
    note: Annotated[Remark, Field(title="派单说明")] = ""


class AskReturn(Needs):
    """退单申请."""

    reason: Annotated[Reason, Field(title="退单理由")]
    department: Annotated[
        str, Field(title="建议承办单位", max_length=MAX_OFFICE, json_schema_extra=_as("department"))
    ] = ""


class AskExtension(Needs):
    """延期申请."""

    days: Annotated[int, Field(title="延长几个工作日", ge=1, le=60, json_schema_extra=_as("number"))]
    reason: Annotated[Reason, Field(title="延期理由")]


class GrantExtension(Needs):
    """同意延期: as many working days as were asked for, or fewer."""

    days: Annotated[int | None, Field(title="批几个工作日", ge=1, le=60, json_schema_extra=_as("number"))] = (
        None
    )
    note: Annotated[Remark, Field(title="审核意见")] = ""


class Agree(Needs):
    """A decision that needs no words."""

    note: Annotated[Remark, Field(title="审核意见")] = ""


class Refuse(Needs):
    """A decision against somebody, with its reason."""

    reason: Annotated[Reason, Field(title="理由")]


class Note(Needs):
    """办理进展."""

    text: Annotated[Words, Field(title="办理进展")]


class ContactMade(Needs):
    """先行联系: the department called the citizen."""

    reached: Annotated[bool, Field(title="联系上了", json_schema_extra=_as("flag"))]
    text: Annotated[Words, Field(title="联系情况")]


class Suspend(Needs):
    """挂起: what the citizen has to do is told."""

    reason: Annotated[Reason, Field(title="要群众补充什么")]
    days: Annotated[int, Field(title="等几个工作日", ge=1, le=60, json_schema_extra=_as("number"))]


class Resume(Needs):
    """恢复办理."""

    note: Annotated[Remark, Field(title="说明")] = ""


class Reply(Needs):
    """答复: the public part is told to the citizen, the other is for the hotline only."""

    public: Annotated[Words, Field(title="公开答复")]
    confidential: Annotated[
        str,
        Field(title="内部说明（群众看不到）", max_length=MAX_WORDS, json_schema_extra=_as("text")),
        AfterValidator(_perhaps),
    ] = ""
    override: Annotated[Remark, Field(title="仍要提交的理由", json_schema_extra=_as("text", DOUBTED))] = ""


class Callback(Needs):
    """回访. Whoever is not reached answers nothing else."""

    reached: Annotated[bool, Field(title="联系上了", json_schema_extra=_as("flag"))] = True
    solved: Annotated[bool | None, Field(title="解决了", json_schema_extra=_as("flag", "reached"))] = None
    satisfied: Annotated[
        int | None, Field(title="满意度（1 到 5）", ge=1, le=5, json_schema_extra=_as("stars", "reached"))
    ] = None
    why: Annotated[Remark, Field(title="哪里不满意")] = ""


class Because(Needs):
    """A move that is explained."""

    reason: Annotated[Reason, Field(title="原因")]


class Merge(Needs):
    """并单: the ticket that goes on."""

    into: Annotated[str, Field(title="并入哪张工单", max_length=40, json_schema_extra=_as("ticket"))]


class Urge(Needs):
    """催办."""

    note: Annotated[
        str,
        Field(title="催办说明", max_length=10_000, json_schema_extra=_as("text")),
        AfterValidator(_perhaps),
    ] = ""


class Supervise(Needs):
    """督办."""

    note: Annotated[Reason, Field(title="督办要求")]


NEEDS: dict[str, type[Needs]] = {
    "accept": Accept,
    "decline": Decline,
    "answer": Answer,
    "dispatch": Dispatch,
    "sign": Nothing,
    "ask_return": AskReturn,
    "grant_return": Agree,
    "refuse_return": Refuse,
    "ask_extension": AskExtension,
    "grant_extension": GrantExtension,
    "refuse_extension": Refuse,
    "note": Note,
    "contact": ContactMade,
    "suspend": Suspend,
    "resume": Resume,
    "reply": Reply,
    "approve": Agree,
    "reject": Refuse,
    "callback": Callback,
    "redo": Because,
    "archive": Because,
    "merge": Merge,
    "withdraw": Because,
    "urge": Urge,
    "supervise": Supervise,
}
"""Code of an action → the fields of the move."""


def read(action: str, given: Mapping[str, Any]) -> Needs:
    """The checked fields of a move.

    Args:
        action: code of the move, one of :data:`NEEDS`.
        given: the fields as sent.

    Raises:
        BadRequest: a field is missing, unknown or wrong; ``details.fields`` says which.
    """
    shape = NEEDS[action]
    try:
        return shape.model_validate(dict(given))
    except ValidationError as error:
        fields = {}
        for one in error.errors():
            name = str(one["loc"][0]) if one["loc"] else ""
            known = shape.model_fields.get(name)
            fields[name] = f"{(known.title if known else None) or name}{_words(one)}"
        raise BadRequest("；".join(fields.values()), details={"fields": fields}) from error


def _words(error: Any) -> str:
    said = expected(error)
    return said if said.startswith(("不", "没")) else f"：{said}"


def described(action: str) -> list[dict[str, Any]]:
    """The fields of a move for the desk's pages: ``[{"name", "label", "kind", "required", "max", "asked"}, …]``.

    ``kind`` is ``text``, ``number``, ``flag``, ``stars``, ``department``, ``departments``, ``category``, ``district`` or
    ``ticket``; ``max`` the most characters of a text, or the largest number; ``asked`` says when the field is asked for:
    None always, :data:`DOUBTED`, or the name of a flag, unless that is answered with no.
    """
    shape = NEEDS[action]
    properties = shape.model_json_schema()["properties"] if shape.model_fields else {}
    found = []
    for name, field in shape.model_fields.items():
        told = properties[name]
        for option in told.get("anyOf", ()):
            told = {**option, **told}
        found.append(
            {
                "name": name,
                "label": field.title or name,
                "kind": told.get("kind", "text"),
                "required": field.is_required(),
                "max": told.get("maxLength", told.get("maximum")),
                "asked": told.get("asked"),
            }
        )
    return found
