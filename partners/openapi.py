"""The OpenAPI document, made of the same table and models by which the addresses work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from partners import schemas
from partners.service import Scope
from tickets.needs import NEEDS, Needs

_REF = "#/components/schemas/{model}"
_ERRORS = {
    400: "Not valid.",
    401: "No valid token.",
    403: "Not allowed.",
    404: "Not found.",
    429: "Too many.",
}


@dataclass(frozen=True)
class Operation:
    """An address of the API.

    Args:
        name: the operation's id, which is also the name of its handler.
        method: ``GET`` or ``POST``.
        path: its path.
        scope: what the token must allow.
        words: what it does.
        answer: model of the answer.
        query: model of the query; None: it takes none.
        body: model of the body; None: it takes none.
        statuses: status → meaning, beside the errors that all have.
        keyed: ``Idempotency-Key`` of the header: ``required``, ``optional``, or empty for none.
    """

    name: str
    method: str
    path: str
    scope: Scope
    words: str
    answer: type[BaseModel]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    statuses: tuple[tuple[int, str], ...] = ((200, "Done."),)
    keyed: str = ""


def document(operations: Sequence[Operation], city: str, version: str) -> dict[str, Any]:
    """The document (OpenAPI 3.1) of these addresses.

    Args:
        operations: the addresses.
        city: full name of the city.
        version: version of Wenban.
    """
    models: set[type[BaseModel]] = {schemas.Error, *(one.answer for one in operations)}
    models |= {one.body for one in operations if one.body}
    wanted = [(one, "validation") for one in sorted(models, key=lambda one: one.__name__)]
    _, schema = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]
    models_of = schema["$defs"]
    models_of |= {_fields_of(action): _fields(shape) for action, shape in NEEDS.items()}
    models_of[schemas.NewMove.__name__]["allOf"] = [_then(action) for action in NEEDS]
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{city}12345 work orders", "version": version},
        "paths": paths,
        "components": {
            "schemas": models_of,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _fields_of(action: str) -> str:
    """Name of the model of a move's fields."""
    return f"Fields_{action}"


def _fields(shape: type[Needs]) -> dict[str, Any]:
    """The fields of a move, without what only the desk's pages need of them."""
    told = shape.model_json_schema(ref_template=_REF)
    told.pop("description", None)
    for field in told["properties"].values() if shape.model_fields else ():
        for name in ("kind", "asked"):
            field.pop(name, None)
    return told


def _then(action: str) -> dict[str, Any]:
    """Which fields belong to a move."""
    model = {"$ref": _REF.format(model=_fields_of(action))}
    return {"if": {"properties": {"action": {"const": action}}}, "then": {"properties": {"fields": model}}}


def _operation(one: Operation) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = []
    if "{number}" in one.path:
        parameters.append({"name": "number", "in": "path", "required": True, "schema": {"type": "string"}})
    if one.query is not None:
        for name, told in one.query.model_json_schema()["properties"].items():
            parameters.append({"name": name, "in": "query", "required": False, "schema": told})
    if one.keyed:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": one.keyed == "required",
                "description": "The same key again does nothing more and gives the same answer.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 100},
            }
        )
    errors = {status: words for status, words in _ERRORS.items() if status != 404 or "{number}" in one.path}
    good = {status: words for status, words in one.statuses if status < 400}
    errors |= {status: words for status, words in one.statuses if status >= 400}
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.words,
        "description": f"Scope: {one.scope}.",
        "parameters": parameters,
        "responses": {
            **{str(status): _answer(words, one.answer) for status, words in sorted(good.items())},
            **{str(status): _answer(words, schemas.Error) for status, words in sorted(errors.items())},
        },
    }
    if one.body is not None:
        found["requestBody"] = {"required": True, "content": _content(one.body)}
    return found


def _answer(words: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"description": words, "content": _content(model)}


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}
