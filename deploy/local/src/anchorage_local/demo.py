"""The demo: its data in a running system, and the file that tells programs how to use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anchorage_demo import load_world
from anchorage_demo.seed import draw_all, seed
from anchorage_local import alipay
from anchorage_local.files import PRIVATE, write_whole
from anchorage_local.services import OPS_CLIENT, System

FILE = "demo.json"


def load(system: System) -> dict[str, Any]:
    """Put the demo's data into the running system where it is not there yet; returns what `demo.json` tells of it.

    Raises SeedFailed.
    """
    world = load_world()
    draw_all(world, system.media)
    told = asyncio.run(seed(system.url("gateway"), OPS_CLIENT, client_secret(system), world))
    return told | {"prefix": system.settings.prefix}


def client_secret(system: System) -> Callable[[str], str]:
    """The secrets of the demo's clients, by client id; made when first asked for."""
    return lambda client_id: system.secrets.token(f"client_{client_id}")


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
