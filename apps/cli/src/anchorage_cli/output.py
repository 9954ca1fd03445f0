"""What commands print with `--json`: one object in each line, in ASCII, so that every terminal and pipe takes it."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any


def print_json(*objects: Any) -> None:
    """Print each object in a line of its own. Moments are ISO 8601."""
    for one in objects:
        print(json.dumps(one, default=_plain), flush=True)


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Set():
            return sorted(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return asdict(value)
    raise TypeError(f"a {type(value).__name__} is not JSON")
