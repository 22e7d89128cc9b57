"""Checks a draft before it is filed, and brings it into the stored form."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from core.city import City
from core.errors import BadRequest
from core.phone import canonical
from core.text import clean, legible
from tickets import catalog
from tickets.types import Detail, TicketDraft, TicketType

MAX_CONTENT = 10_000
"""Most characters of a ticket's content: the longest message (4,000) and what is added to it."""
MAX_PHOTOS = 9
"""Most photos of a ticket when it is filed."""
MAX_DETAILS = 20
"""Most details of a ticket."""
MAX_DETAIL = 1_000
"""Most characters of a detail's value."""


def _clean(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


_Line = Annotated[str, BeforeValidator(_clean)]


class _CheckedDetail(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Annotated[_Line, Field(min_length=1, max_length=20)]
    value: Annotated[_Line, Field(min_length=1, max_length=MAX_DETAIL)]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: TicketType
    content: Annotated[_Line, Field(min_length=2, max_length=MAX_CONTENT)]
    category: Annotated[_Line, Field(max_length=80)]
    district: Annotated[_Line, Field(max_length=40)]
    address: Annotated[_Line, Field(max_length=300)]
    happened_at: Annotated[_Line, Field(max_length=100)]
    subject: Annotated[_Line, Field(max_length=200)]
    contact_name: Annotated[_Line, Field(max_length=40)]
    contact_phone: Annotated[_Line, Field(max_length=40)]
    confidential: bool
    channel: Annotated[_Line, Field(max_length=20)]
    conversation_id: Annotated[str, Field(max_length=36)] | None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None
    place_label: Annotated[_Line, Field(max_length=200)]
    urgent: bool
    emergency: bool
    photos: Annotated[tuple[Annotated[str, Field(max_length=36)], ...], Field(max_length=MAX_PHOTOS)]
    details: Annotated[tuple[_CheckedDetail, ...], Field(max_length=MAX_DETAILS)]

    @field_validator("type", mode="before")
    @classmethod
    def _type(cls, value: object) -> object:
        return (TicketType.parse(value) or value) if isinstance(value, str) else value

    @field_validator("content")
    @classmethod
    def _words(cls, value: str) -> str:
        # Whoever handles it can't read signs, figures and what nobody sees as a matter.
        if not any(one.isalpha() for one in legible(value)):
            raise ValueError("no words")
        return value

    @field_validator("details")
    @classmethod
    def _once(cls, value: tuple[_CheckedDetail, ...]) -> tuple[_CheckedDetail, ...]:
        if len({detail.name for detail in value}) != len(value):
            raise ValueError("a detail stands there twice")
        return value

    @field_validator("contact_phone")
    @classmethod
    def _phone(cls, value: str) -> str:
        if not value:
            return ""
        number = canonical(value)
        if number is None:
            raise ValueError("not a phone number")
        return number


_SAY = {
    "type": "请选择诉求类型",
    "content": f"请用 2 到 {MAX_CONTENT} 个字说说诉求内容",
    "category": "事项分类太长了",
    "district": "所在县区太长了，请只写县区名称",
    "address": "地址太长了，请控制在 300 字以内",
    "happened_at": "时间太长了，请控制在 100 字以内",
    "subject": "涉及对象太长了，请控制在 200 字以内",
    "contact_name": "称呼太长了，请控制在 40 字以内",
    "photos": f"照片请控制在 {MAX_PHOTOS} 张以内",
    "contact_phone": "联系电话不对，请填 11 位手机号或带区号的座机号",
}


def check(draft: TicketDraft, city: City) -> TicketDraft:
    """The draft in its stored form: cleaned text, type code, full name of the district, plain phone number.

    Args:
        draft: the draft.
        city: the city whose districts are known.

    Raises:
        BadRequest: code ``bad_ticket``. ``details.fields`` says in Chinese what is wrong with each field. A
            detail of the draft stands there under its own name.
    """
    try:
        # `vars`, not `asdict`: all values are plain, and `type` may be a str subclass that must be kept.
        plain = {**vars(draft), "details": tuple(detail.to_json() for detail in draft.details)}
        checked = _Checked.model_validate(plain)
    except ValidationError as error:
        fields = dict(_wrong(e["loc"], draft) for e in error.errors())
        raise BadRequest(
            next(iter(fields.values())), code="bad_ticket", details={"fields": fields}
        ) from error
    found = city.named(checked.district)
    # An unknown district is stored as written, because no complaint may be lost over it.
    return TicketDraft(
        **{
            **dict(checked),
            "district": found.name if found else checked.district,
            "details": tuple(Detail(**dict(detail)) for detail in checked.details),
        }
    )


def unknown(draft: TicketDraft, city: City) -> dict[str, str]:
    """What a draft names that neither the catalogue nor the city has: field → words. Of citizens everything is taken."""
    found = {}
    if draft.category and draft.category not in catalog.names():
        found["category"] = "没有这个事项分类"
    if draft.district and city.named(draft.district) is None:
        found["district"] = "没有这个县区"
    return found


def _wrong(place: tuple[int | str, ...], draft: TicketDraft) -> tuple[str, str]:
    """The field that is wrong, and what to tell the citizen."""
    if place[0] == "details" and len(place) > 1:
        detail = draft.details[int(place[1])]
        return detail.name, f"{detail.label}请控制在 1 到 {MAX_DETAIL} 个字"
    name = str(place[0])
    return name, _SAY.get(name, "内容不对")
