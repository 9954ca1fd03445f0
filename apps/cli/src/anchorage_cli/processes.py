"""The processes of the installation: where each is, and whether it is ready and makes progress."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from anchorage_cli.installation import DEMO_FILE, read_demo

SERVICES = (
    "gateway", "identity", "catalog", "search", "checkout", "payment", "sharecode", "webhooks", "feeds",
)  # fmt: skip
WITHOUT_DATABASE = frozenset({"gateway", "search"})
TIMEOUT = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class Process:
    """A process; `ready` and `live` are None if its address is unknown or it does not answer. `why` says what is wrong."""

    name: str
    url: str
    ready: bool | None
    live: bool | None
    why: str = ""

    @property
    def well(self) -> bool:
        return self.ready is True and self.live is True


def addresses() -> dict[str, str]:
    """The address of every process, empty where none is known.

    Each comes from the variable that the services themselves use (`ANCHORAGE_CATALOG_URL`; `ANCHORAGE_PUBLIC_URL` for the gateway),
    or from the `demo.json` of `make run`.
    """
    demo = read_demo() if DEMO_FILE.exists() else {}
    known: dict[str, str] = dict.fromkeys(SERVICES, "") | demo.get("services", {})
    given = {name: os.environ.get(variable(name), "") for name in known}
    given["gateway"] = given["gateway"] or os.environ.get("ANCHORAGE_PUBLIC_URL", "")
    return {name: (given[name] or url).rstrip("/") for name, url in known.items()}


def variable(name: str) -> str:
    """The setting that names the address of a service."""
    return f"ANCHORAGE_{name.upper()}_URL"


async def processes(of: Mapping[str, str]) -> list[Process]:
    """Ask all at once. One that does not answer, or has no address, is neither ready nor live."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
        return list(await asyncio.gather(*(_process(http, name, url) for name, url in of.items())))


async def _process(http: aiohttp.ClientSession, name: str, url: str) -> Process:
    if not url:
        return Process(name, url, None, None, f"its address is unknown: set {variable(name)}")
    try:
        ready, readiness = await _health(http, url + "/readyz")
        live, liveness = await _health(http, url + "/livez")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Process(name, url, None, None, f"it does not answer at {url} ({type(error).__name__})")
    missing = [part for part, good in readiness.items() if good is False]
    stuck = liveness.get("stuck", [])
    why = [f"not ready: {', '.join(missing) or 'it says so'}"] if not ready else []
    why += [f"stuck: {', '.join(stuck) or 'it says so'}; restart it"] if not live else []
    return Process(name, url, ready, live, "; ".join(why))


async def _health(http: aiohttp.ClientSession, url: str) -> tuple[bool, dict[str, Any]]:
    """Whether the answer is 200, and what it says; parts that are not our services may say it in other words than JSON."""
    async with http.get(url, allow_redirects=False) as answer:
        content = await answer.read()
        try:
            found = json.loads(content)
        except ValueError:
            found = {}
        return answer.status == 200, found if isinstance(found, dict) else {}
