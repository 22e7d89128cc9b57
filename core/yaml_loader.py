"""The YAML loader of the project. It makes no objects from tags, and uses the C library where available."""

from __future__ import annotations

from typing import Any

import yaml

SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Loader class for ``yaml.load``. The C library's loader is about ten times as fast."""
