"""The demo: its data in a running system, and the file that tells programs how to use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from anchorage_local import alipay
from anchorage_local.files import PRIVATE, write_whole
from anchorage_local.services import System

FILE = "demo.json"


def load(system: System) -> dict[str, Any]:
    """Put the demo's data into the running system where it is not there yet; returns what `demo.json` tells of it."""
    return {}


def write_file(system: System, told: dict[str, Any]) -> Path:
    """Write `demo.json`, which says to those who wait for it that everything is ready."""
    addresses = {name: system.url(name) for name in ("gateway", "host_demo", "alipay_sandbox")}
    content = {
        **addresses,
        "kafka": system.kafka,
        "mongodb": system.mongodb,
        **told,
        "alipay": alipay.merchant(system.secrets, alipay.TRIES, system.url("alipay_sandbox")),
    }
    path = system.folder / FILE
    write_whole(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n", PRIVATE)
    return path
