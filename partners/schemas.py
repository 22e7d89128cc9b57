"""What the API for other systems takes and gives, as models: they check requests, make answers, and are the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from tickets.checks import MAX_CONTENT
from tickets.lifecycle import TRANSITIONS
from tickets.states import State
from tickets.types import TicketType

_STATES = [str(state) for state in State]
_TYPES = [str(kind) for kind in TicketType]


def _among(values: Sequence[str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in values:
            raise ValueError("没有这个选项")
        return value

    return check


def _enum(values: Sequence[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(values)})


# Not Literal, because the values are those of the tables of states and moves themselves.
_Action = Annotated[str, AfterValidator(_among(list(TRANSITIONS))), _enum(list(TRANSITIONS))]
_State = Annotated[str, AfterValidator(_among(["", "open", *_STATES])), _enum(["", "open", *_STATES])]
_Type = Annotated[str, AfterValidator(_among(_TYPES)), _enum(_TYPES)]
_Code = Annotated[str, AfterValidator(_among(_STATES)), _enum(_STATES)]


class Given(BaseModel):
    """Base class of what is sent. Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """Base class of what is answered."""

    model_config = ConfigDict(extra="forbid")


class ListQuery(Given):
    """Which work orders."""

    state: Annotated[_State, Field(description="Code of a state, or open: all that are not finished.")] = ""
    q: Annotated[str, Field(max_length=100, description="Words of content or address, or a number.")] = ""
    due: Annotated[Literal["", "overdue", "soon"], Field(description="Overdue, or due within 24 hours.")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    before: Annotated[str, Field(max_length=80, description="`next` of the page before.")] = ""


class NewWorkOrder(Given):
    """A work order to be filed. It begins in 待受理, and its deadlines run from now."""

    type: Annotated[_Type, Field(description="诉求类型.")]
    content: Annotated[str, Field(min_length=2, max_length=MAX_CONTENT)]
    category: Annotated[str, Field(max_length=80, description="事项分类, 一级/二级.")] = ""
    district: Annotated[str, Field(max_length=40)] = ""
    address: Annotated[str, Field(max_length=300)] = ""
    happened_at: Annotated[str, Field(max_length=100, description="In the citizen's words.")] = ""
    subject: Annotated[str, Field(max_length=200)] = ""
    contact_name: Annotated[str, Field(max_length=40)] = ""
    contact_phone: Annotated[str, Field(max_length=40)] = ""
    confidential: Annotated[bool, Field(description="保密.")] = False
    urgent: bool = False
    emergency: Annotated[
        bool, Field(description="特急: somebody is in danger right now; it is urgent, too.")
    ] = False
    external_number: Annotated[str, Field(max_length=60, description="Its number in the other system.")] = ""


class NewMove(Given):
    """A move of a work order: what `wenban tickets table` lists. A department is named by its id or its name."""

    action: _Action
    version: Annotated[int, Field(ge=1, description="The version that was seen.")]
    fields: Annotated[dict[str, Any], Field(description="The move's own fields.")] = Field(
        default_factory=dict
    )


class Office(Told):
    """A department, and what it leads by the city's profile."""

    id: str
    name: str
    categories: Annotated[list[str], Field(description="一级/二级.")]
    districts: Annotated[list[str], Field(description="The district whose government it is.")]


class Offices(Told):
    """All departments in service."""

    departments: list[Office]


class Step(Told):
    """A deadline."""

    step: str
    step_code: str
    at: str


class Line(Told):
    """A work order in a list. Numbers of persons in its summary are masked."""

    number: str
    type: _Type
    category: str
    district: str
    state: _Code
    state_label: str
    version: int
    summary: str
    department: str | None
    urgent: bool
    emergency: bool
    supervised: bool
    created_at: str
    due: Step | None


class Page(Told):
    """A page of work orders, newest first."""

    work_orders: list[Line]
    next: str | None


class Happened(Told):
    """A line of a work order's history."""

    at: str
    actor: str
    action: str
    action_label: str
    from_state: _Code | None
    to_state: _Code | None
    note: str


class WorkOrder(Line):
    """A whole work order. Contact and numbers of persons are masked."""

    content: str
    address: str
    happened_at: str
    subject: str
    contact_name: str
    contact_phone: str
    confidential: bool
    external_number: str
    public_reply: str
    history: list[Happened]


class Contact(Told):
    """Name and phone in clear."""

    contact_name: str
    contact_phone: str


class ErrorBody(Told):
    """What went wrong."""

    code: str
    message: str
    details: dict[str, Any]


class Error(Told):
    """Every error has this form. A 409 `stale` says in `details` who did what meanwhile, the present version, and the code of the state."""

    error: ErrorBody
