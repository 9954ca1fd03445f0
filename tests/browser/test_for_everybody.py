"""The app for everybody: by keyboard, with a screen reader, in light and dark, at both sizes, with parts away."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SHOP, PRODUCT = "/m/mpyunliselect", "/m/mpyunliselect/p/yl_gooseneck_kettle"
SCREENS = {
    "": ".slide.playing .chip",
    "/programs": ".program",
    "/search": ".ideas",
    "/search?q=云栗": ".results",
    "/scan": ".scan-buttons",
    "/me": ".menu",
    "/me/services": ".service",
    SHOP: ".product-card",
    PRODUCT: ".choice",
    f"{SHOP}/search?q=壶": ".product-card",
    f"{SHOP}/orders": ".state",
    f"{SHOP}/account": ".counts",
    "/m/nobody": ".state",
}
LOOKS = [("kuaiying", "zh", "light", "phone"), ("xiaoting", "en", "dark", "phone"), ("kuaiying", "en", "dark", "desk"), ("xiaoting", "zh", "light", "desk")]  # fmt: skip
OVERFLOW = """() => [...document.querySelectorAll('#stage *')].filter(element => {
  const box = element.getBoundingClientRect(), stage = document.getElementById('stage').getBoundingClientRect();
  const style = getComputedStyle(element);
  if (!box.width || style.position === 'absolute' || element.closest('.shelves, .gallery, .recents, .film, .unseen, .lights')) return false;
  return box.right > stage.right + 1 || box.left < stage.left - 1
    || (['visible', 'hidden'].includes(style.overflowX) && element.matches('button, a, h1, h2, h3, p, b, label') && !['ellipsis'].includes(style.textOverflow) && element.scrollWidth > element.clientWidth + 1 && style.display !== 'inline');
}).map(element => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`)"""


@pytest.mark.parametrize(("host", "language", "scheme", "size"), LOOKS)
async def test_no_screen_has_a_serious_violation_or_is_cut_off(
    phone: Any, host: str, language: Any, scheme: str, size: str
) -> None:
    viewer = await phone(host, language, scheme=scheme, size=size)
    wrong = {}
    for path, shows in SCREENS.items():
        await viewer.open(path, shows)
        wrong[path] = await violations(viewer.page) + await viewer.page.evaluate(OVERFLOW)
    assert {path: found for path, found in wrong.items() if found} == {}


async def test_the_sheets_have_no_serious_violation(phone: Any) -> None:
    viewer = await phone("kuaiying", "en", scheme="dark")
    await viewer.open(PRODUCT, ".buy:enabled")
    for opener, shows in ((".buy", "dialog .field"), (".bar-sign >> nth=1", ".code-frame img")):
        await viewer.page.locator(opener).click()
        await viewer.sees(shows)
        assert await violations(viewer.page) == []
        await viewer.page.keyboard.press("Escape")
        await viewer.page.locator("dialog").wait_for(state="detached")


async def test_the_start_page_has_no_serious_violation_and_shows_every_process(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.page.goto(viewer.app)
    await viewer.sees("[data-process=gateway][data-state=ready]")
    assert await viewer.page.locator("[data-process]").count() == 8
    assert await violations(viewer.page) == []


async def test_everything_up_to_the_cashier_can_be_done_by_keyboard(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open("", ".slide.playing .chip")
    first = await viewer.page.locator(".slide.playing").get_attribute("data-video")
    await viewer.page.keyboard.press("ArrowDown")
    await viewer.page.wait_for_function(
        "first => document.querySelector('.slide.playing')?.dataset.video !== first", arg=first
    )
    await viewer.page.keyboard.press("ArrowUp")
    await viewer.page.wait_for_function(
        "first => document.querySelector('.slide.playing')?.dataset.video === first", arg=first
    )
    await tab_to(viewer.page, ".slide.playing .chip")
    await viewer.page.keyboard.press("Enter")
    await viewer.sees(".buy:enabled")
    await tab_to(viewer.page, ".option input")
    await viewer.page.keyboard.press("ArrowRight")
    await tab_to(viewer.page, ".buy")
    await viewer.page.keyboard.press("Enter")
    await viewer.sees("dialog .field")
    await tab_to(viewer.page, "dialog .primary")
    await viewer.page.keyboard.press("Enter")
    await viewer.page.wait_for_url(lambda url: not url.startswith(viewer.app), timeout=30_000)


async def test_nothing_jumps_while_a_screen_loads(phone: Any) -> None:
    viewer = await phone("xiaoting", "en")
    await viewer.page.add_init_script(
        "window.jumped = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => { window.jumped += entry.value }))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    jumps = {}
    for path in ("", "/programs", "/search?q=云栗", SHOP, PRODUCT, f"{SHOP}/account"):
        await viewer.open(path, SCREENS[path])
        await viewer.page.wait_for_function(
            "() => [...document.images].every(image => image.complete || image.loading === 'lazy')"
        )
        jumps[path] = await viewer.page.evaluate("window.jumped")
    assert {path: jump for path, jump in jumps.items() if jump > 0.05} == {}


async def test_without_search_the_column_says_so_and_the_rest_works(
    phone: Any, process_ids: dict[str, int]
) -> None:
    viewer = await phone("kuaiying", "en")
    with frozen(process_ids["search"]):
        await viewer.open("/search?q=coffee", ".failed")
        assert "Not reachable" in await viewer.page.locator(".failed").inner_text()
        await viewer.open(SHOP, ".product-card")
        await viewer.open("", ".slide.playing .chip")
    await viewer.open("/search?q=云栗", ".results")


async def test_without_share_codes_the_sheet_says_so_and_buying_works(
    phone: Any, process_ids: dict[str, int]
) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(PRODUCT, ".buy:enabled")
    with frozen(process_ids["sharecode"]):
        await viewer.page.locator(".bar-sign").nth(1).click()
        await viewer.sees("dialog .failed")
        await viewer.page.keyboard.press("Escape")
        await viewer.buy()


async def test_without_payment_an_order_is_taken_and_its_cashier_comes_later(
    phone: Any, process_ids: dict[str, int]
) -> None:
    viewer = await phone("xiaoting", "en")
    await viewer.open(PRODUCT, ".buy:enabled")
    with frozen(process_ids["payment"]):
        await viewer.page.locator(".buy").click()
        await viewer.sees("dialog .field")
        await viewer.page.locator("dialog .primary").click()
        await viewer.sees(".status-card[data-status=confirmed]")
    await viewer.sees(".status-card[data-status=awaiting_payment] .primary")


async def violations(page: Any) -> list[str]:
    """What axe calls serious or critical."""
    found = (await Axe().run(page)).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


async def tab_to(page: Any, target: str, at_most: int = 60) -> None:
    for _ in range(at_most):
        if await page.evaluate("target => document.activeElement?.matches(target) ?? false", target):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by the Tab key")


@contextmanager
def frozen(process_id: int) -> Iterator[None]:
    """The process stands still inside."""
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)
