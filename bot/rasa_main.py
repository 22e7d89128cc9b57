"""Rasa's command without one slow check, without words in its log, and without its version at its address ``/``; run by Rasa's own Python: ``python -m bot.rasa_main run …``.

Rasa 3.6 checks the answer of each custom action with ``jsonschema.validate``. jsonschema 4.17, the version
that Rasa needs, first checks the constant schema against its meta-schema. This takes about 60 ms of a 100 ms
turn. Here each schema is checked only once. Answers are validated as before.
"""

from __future__ import annotations

import json
from typing import Any

from bot.rasa_words import keep_out


def check_each_schema_once() -> None:
    """Let jsonschema remember the schemas that it has checked."""
    from jsonschema import Draft202012Validator

    checked: set[str] = set()
    check = Draft202012Validator.check_schema

    def check_schema(schema: Any, *rest: Any, **named: Any) -> None:
        key = json.dumps(schema, sort_keys=True, default=repr)
        if key not in checked:
            check(schema, *rest, **named)
            checked.add(key)

    Draft202012Validator.check_schema = check_schema


def tell_no_version() -> None:
    """Let Rasa's address ``/`` answer whether it runs, and not which version, because everybody on the machine may ask."""
    from rasa import server
    from sanic import response

    def add_root_route(app: Any) -> None:
        @app.get("/")
        async def alive(_: Any) -> Any:
            return response.text("ok")

    server.add_root_route = add_root_route


def main() -> None:
    """Run Rasa's command line."""
    from rasa.__main__ import main as rasa

    tell_no_version()
    check_each_schema_once()
    keep_out()
    rasa()


if __name__ == "__main__":
    main()
