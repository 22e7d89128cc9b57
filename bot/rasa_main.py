"""Rasa's command without one slow check, and without words in its log; run by Rasa's own Python: ``python -m bot.rasa_main run …``.

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


def main() -> None:
    """Run Rasa's command line."""
    from rasa.__main__ import main as rasa

    check_each_schema_once()
    keep_out()
    rasa()


if __name__ == "__main__":
    main()
