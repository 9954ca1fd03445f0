"""The demo host app as a person uses it: one screen after the other, in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from playwright.async_api import Browser, Locator, Page, async_playwright

from support.eventually import eventually

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 800}}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 30_000
IN_SIGHT_ARE_COMPLETE = """() => [...document.images].every(image => {
  const { top, left } = image.getBoundingClientRect();
  return image.complete || top > innerHeight || left > innerWidth;
})"""
Language = Literal["zh", "en"]


class NoChromium(Exception):
    """There is no Chromium on PATH; Debian has it as the package `chromium`."""


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """The system's own Chromium, with further `flags`. Raises NoChromium."""
    program = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if program is None:
        raise NoChromium("no Chromium on PATH; install it, e.g. `apt-get install chromium fonts-noto-cjk`")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])
        yield browser
        await browser.close()


@dataclass
class Phone:
    """One viewer with one host app open. `host` is its part of the address."""

    page: Page
    app: str
    host: str

    def url(self, path: str = "") -> str:
        return f"{self.app}/h/{self.host}{path}"

    async def open(self, path: str, shows: str) -> Locator:
        """Open a screen by its address and wait until it shows this."""
        await self.page.goto(self.url(path))
        return await self.sees(shows)

    async def go(self, path: str, shows: str) -> Locator:
        """Follow a link inside the app that is open: the document stays."""
        await self.page.evaluate(
            """href => {
              const link = document.body.appendChild(Object.assign(document.createElement('a'), { href }));
              link.click();
              link.remove();
            }""",
            self.url(path),
        )
        return await self.sees(shows)

    async def sees(self, what: str, within_ms: float = PATIENCE_MS) -> Locator:
        found = self.page.locator(what).first
        await found.wait_for(timeout=within_ms)
        return found

    async def until(self, script: str, arg: Any = None) -> None:
        """Wait until `script`, a JavaScript expression or function of `arg`, is true.

        Playwright's own `wait_for_function` evaluates text again and again inside the page, which the app's content
        security policy forbids. An evaluation from outside is allowed.
        """
        await eventually(lambda: self.page.evaluate(script, arg), PATIENCE_MS / 1000, script)

    async def drawn(self) -> None:
        """Wait until every picture in sight is there and drawn."""
        await self.until(IN_SIGHT_ARE_COMPLETE)
        await self.page.evaluate(
            "() => Promise.all([...document.images].filter(i => i.complete).map(i => i.decode().catch(() => null)))"
        )

    async def tap_an_anchor(self) -> str:
        """From the feed by an anchor's chip; answers the product page's path."""
        await self.open("", ".slide.playing .chip")
        await self.page.locator(".slide.playing .chip").first.click()
        await self.sees(".buy:enabled")
        return await self.path()

    async def buy(self) -> None:
        """From a product page to the cashier's."""
        await self.page.locator(".buy").click()
        await self.sees("dialog .address-option, dialog .new-address")
        await self.page.locator("dialog .primary").click()  # taken when the sheet has settled
        await self.page.wait_for_url(lambda url: not url.startswith(self.app), timeout=PATIENCE_MS)

    async def pay(self) -> None:
        """At the cashier, as its first buyer, and back in the app until it is paid."""
        await self.page.locator("button[name=action]").first.click()
        while not self.page.url.startswith(self.app):
            await self.page.locator("button[name=action]:not(.plain), main a[href]").first.click()
            await self.page.wait_for_load_state()
        await self.sees(".result-good")

    async def bought(self) -> str:
        """The whole way from an anchor; answers the order page's path."""
        await self.tap_an_anchor()
        await self.buy()
        await self.pay()
        await self.page.locator(".result .primary").click()
        await self.sees(".status-card[data-status=paid]")
        return await self.path()

    async def path(self) -> str:
        return str(self.page.url).removeprefix(self.url())

    async def search(self, text: str) -> list[dict[str, Any]]:
        """The results in order: kind and words of each."""
        await self.open(f"/search?q={quote(text)}", ".results li")
        return [
            {"is_program": bool(await row.locator("[data-program]").count()), "text": await row.inner_text()}
            for row in await self.page.locator(".results > li").all()
        ]


def mini_program_of(path: str) -> str:
    """/m/<mini program>/… → its id."""
    found = re.match(r"/m/([^/?]+)", path)
    assert found, path
    return found[1]
