"""What axe finds on a page."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page


async def violations(page: Page, *parts: str) -> list[str]:
    """What axe calls serious or critical, on the whole page or in these parts of it."""
    context = {"include": [[part] for part in parts]} if parts else None
    found = (await Axe().run(page, context)).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
