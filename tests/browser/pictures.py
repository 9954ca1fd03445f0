"""Makes the README's pictures from the running system: `python tests/browser/pictures.py <demo.json> <folder>`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from support.phone import SIZES, Phone, chromium, mini_program_of


async def main(demo: dict[str, Any], folder: Path) -> None:
    """Plays the story once in English and once in Chinese, and keeps a picture of each screen."""
    async with chromium() as browser:
        await story(browser, demo, folder, "kuaiying", "en", "light")
        await story(browser, demo, folder, "xiaoting", "zh", "dark")
        await side_by_side(browser, demo, folder)


async def story(
    browser: Browser, demo: dict[str, Any], folder: Path, host: str, language: str, scheme: Any
) -> None:
    context = await browser.new_context(
        viewport=SIZES["phone"],  # type: ignore[arg-type]
        color_scheme=scheme,
        locale="en-GB" if language == "en" else "zh-CN",
    )
    viewer = Phone(await context.new_page(), demo["host_demo"], host)

    async def keep(name: str) -> None:
        await viewer.drawn()
        await viewer.page.evaluate("document.activeElement.blur()")
        await viewer.page.screenshot(path=folder / f"{name}-{language}.png", animations="disabled")

    await viewer.open("", ".slide.playing .chip")
    await keep("video")
    await viewer.search("Yunli" if language == "en" else "云栗")
    await keep("search")
    product = await viewer.tap_an_anchor()
    await keep("product")
    await viewer.page.locator(".bar-sign").nth(1).click()
    await viewer.sees(".code-frame img")
    await keep("share")
    await viewer.page.keyboard.press("Escape")
    await viewer.buy()
    await viewer.pay()
    await viewer.page.locator(".result .primary").click()
    await viewer.sees(".status-card[data-status=paid]")
    await keep("order")
    await viewer.open(f"/m/{mini_program_of(product)}", ".product-card")
    await keep("store")
    await context.close()


async def side_by_side(browser: Browser, demo: dict[str, Any], folder: Path) -> None:
    context = await browser.new_context(viewport=SIZES["desk"], locale="en-GB")  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"{demo['host_demo']}/both")
    for frame in range(2):
        await page.frame_locator("iframe").nth(frame).locator(".slide.playing .chip").first.wait_for()
    await page.screenshot(path=folder / "both.png", animations="disabled")
    await page.goto(demo["host_demo"])
    await page.locator("[data-process=gateway][data-state=ready]").wait_for()
    await page.screenshot(path=folder / "start.png", full_page=True)
    await context.close()


if __name__ == "__main__":
    where = Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), where))
