"""Values that fit a JSON schema, so that damaged ones come past the first check."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def plausible(model: type[BaseModel]) -> dict[str, Any]:
    """An object with a value of the right type in each field of a model; nothing promises that the model takes it."""
    schema = model.model_json_schema()
    found = _value(schema, schema.get("$defs", {}))
    return found if isinstance(found, dict) else {}


def _value(schema: dict[str, Any], parts: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _value(parts[schema["$ref"].rsplit("/", 1)[-1]], parts)
    if "enum" in schema or "const" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _value(schema[several][0], parts)
    kind = schema.get("type")
    if kind == "object":
        return {name: _value(one, parts) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [_value(schema.get("items", {}), parts)]
    if kind == "string":
        return {"date-time": "2026-11-30T09:00:00+08:00", "date": "2026-11-30"}.get(
            schema.get("format", ""), "路灯坏了三天"
        )
    return {"integer": 1, "number": 1.5, "boolean": True}.get(str(kind))
