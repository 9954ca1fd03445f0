"""The demo's third-party platforms: each is a process of apps/platform_demo, with a port, a client and a database of its own."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from importlib.util import find_spec
from typing import Any

from anchorage_demo.platforms import SellingPlatform, draw_shops, load_platforms, seed_platforms
from anchorage_local.console import Say
from anchorage_local.ports import HOST, answers
from anchorage_local.process import ManagedProcess
from anchorage_local.services import NotInstalled, System
from anchorage_local.supervisor import Part

PACKAGE = "platform_demo"
SELLER_STAGE = 5
"""They stop first: they call the gateway."""


def seller_parts(system: System) -> list[Part]:
    """The platforms as parts to be supervised; none if they are switched off. Raises NotInstalled."""
    if not system.settings.platforms:
        return []
    if find_spec(PACKAGE) is None:
        raise NotInstalled(
            f"the package {PACKAGE} is not installed in {sys.prefix}; `make install` installs it"
        )
    return [_part(platform, system) for platform in load_platforms()]


def load_sellers(system: System, say: Say) -> list[dict[str, Any]]:
    """Let the platforms join; returns them with address and client for `demo.json`. Raises SeedFailed."""
    draw_shops(system.media)
    joined = asyncio.run(seed_platforms(system.url("gateway"), system.ops_client, system.client_secret, say))
    return [{**one, "url": _url(one["slug"], system)} for one in joined]


def seller_environment(platform: SellingPlatform, system: System) -> dict[str, str]:
    """All that a platform knows: the gateway and its own client, as any integrator does."""
    return {
        "PLATFORM_CATALOGUE": platform.slug,
        "PLATFORM_GATEWAY": system.url("gateway"),
        "PLATFORM_CLIENT_ID": platform.owner.client_id,
        "PLATFORM_CLIENT_SECRET": system.client_secret(platform.owner.client_id),
        "PLATFORM_DATABASE": str((system.folder / "platforms" / f"{platform.slug}.sqlite").resolve()),
        "PLATFORM_HOST": HOST,
        "PLATFORM_PORT": str(system.ports_of_sellers[platform.slug]),
        "PLATFORM_WEBHOOK_URL": f"{_url(platform.slug, system)}/webhooks",
    }


def _part(platform: SellingPlatform, system: System) -> Part:
    port = system.ports_of_sellers[platform.slug]

    def process() -> ManagedProcess:
        return ManagedProcess(
            platform.slug,
            [sys.executable, "-m", PACKAGE, "serve"],
            env=seller_environment(platform, system),
            log=system.folder / "logs" / f"{platform.slug}.log",
            ready=partial(answers, port, "/readyz"),
        )

    return Part(platform.slug, SELLER_STAGE, port, process, live=partial(answers, port, "/livez", timeout=5))


def _url(slug: str, system: System) -> str:
    return f"http://{HOST}:{system.ports_of_sellers[slug]}"
