"""Demo data in the running system, and `demo.json`, which tells other programs how to use the system."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from anchorage_demo import load_world
from anchorage_demo.seed import draw_all, seed
from anchorage_local import alipay
from anchorage_local.console import Say
from anchorage_local.files import PRIVATE, write_atomically
from anchorage_local.services import System

FILE = "demo.json"
OPENED = ("gateway", "host_demo", "alipay_sandbox")
"""Services that a person or a program outside the platform calls."""


def load(system: System, say: Say) -> dict[str, Any]:
    """Load the demo data unless it is there; returns the demo's clients and videos for `demo.json`. Raises SeedFailed."""
    world = load_world()
    draw_all(world, system.media)
    return asyncio.run(seed(system.url("gateway"), system.ops_client, system.client_secret, world, say))


def without_data(system: System) -> dict[str, Any]:
    """The same keys for a system that is started without demo data: only the operator's client is there."""
    ops = {"client_id": system.ops_client, "client_secret": system.client_secret(system.ops_client)}
    return {"hosts": [], "owners": [], "creators": [], "ops": ops, "videos": []}


def write_file(system: System, services: Collection[str], clients: dict[str, Any]) -> Path:
    """Write `demo.json`. Its appearance tells the programs that wait for it that everything is ready."""
    addresses = {name: system.url(name) for name in OPENED if name in services}
    sandbox = system.url("alipay_sandbox")
    content = {
        **addresses,
        "services": {name: system.url(name) for name in services},
        "kafka": system.kafka,
        "mongodb": system.mongodb,
        "prefix": system.settings.prefix,
        "platforms": [],
        **clients,
        "merchants": str(alipay.merchants_file(system.secrets, system.overrides)),
        "alipay": alipay.merchant(system.secrets, system.overrides, alipay.TRIAL, sandbox),
    }
    path = system.folder / FILE
    write_atomically(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n", PRIVATE)
    return path
