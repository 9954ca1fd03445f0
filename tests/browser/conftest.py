"""A real browser in front of a whole platform. A failing test leaves its screenshots and trace in .data/browser.

With ANCHORAGE_DEMO_FILE set (the demo.json of a running `make run`) that system is used, and none is started.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from support.phone import SIZES, Language, Phone, chromium
from support.platform import OnePlatform

FAILURES = Path(".data/browser")
FAILED = pytest.StashKey[bool]()
OpenPhone = Callable[..., Awaitable[Phone]]


@pytest.fixture(scope="module")
def demo_file(request: pytest.FixtureRequest) -> Path:
    if given := os.environ.get("ANCHORAGE_DEMO_FILE"):
        return Path(given)
    one_platform: OnePlatform = request.getfixturevalue("one_platform")
    return one_platform.called("demo").folder / "demo.json"


@pytest.fixture(scope="module")
def demo(demo_file: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(demo_file.read_text(encoding="utf-8"))
    return known


@pytest.fixture(scope="module")
def process_ids(demo_file: Path) -> dict[str, int]:
    """The platform's processes by name."""
    children = json.loads((demo_file.parent / "run.json").read_text(encoding="utf-8"))["children"]
    return {name: child["pid"] for name, child in children.items()}


@pytest.fixture(scope="session", autouse=True)
def failures_folder() -> None:
    FAILURES.mkdir(parents=True, exist_ok=True)


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest_asyncio.fixture
async def phone(
    browser: Browser, demo: dict[str, Any], request: pytest.FixtureRequest
) -> AsyncIterator[OpenPhone]:
    """Opens phones: `await phone("kuaiying", "en", scheme="dark", size="desk")`, each a viewer of its own."""
    contexts: list[BrowserContext] = []
    async with AsyncExitStack() as stack:

        async def open_one(
            host: str, language: Language = "zh", *, scheme: Any = "light", size: str = "phone"
        ) -> Phone:
            context = await browser.new_context(
                viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce",  # type: ignore[arg-type]
                locale="en-GB" if language == "en" else "zh-CN", accept_downloads=True,
            )  # fmt: skip
            stack.push_async_callback(context.close)
            await context.tracing.start(
                snapshots=True
            )  # without its own pictures, which cost a third of the time
            contexts.append(context)
            return Phone(await context.new_page(), demo["host_demo"], host)

        yield open_one
        if request.node.stash.get(FAILED, False):
            await keep(contexts, request.node.name)


async def keep(contexts: list[BrowserContext], test: str) -> None:
    """Screenshot and trace of each phone (`playwright show-trace <file>`)."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", test)
    for at, context in enumerate(contexts):
        await context.tracing.stop(path=FAILURES / f"{name}-{at}.zip")
        for page in context.pages:
            await page.screenshot(path=FAILURES / f"{name}-{at}.png")
