"""The app for everybody: by keyboard, with a screen reader, in light and dark, at both sizes, in one's own language."""

from __future__ import annotations

from typing import Any

import pytest

from support.axe import violations
from support.phone import mini_program_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SHOP, PRODUCT = "/m/mpyunliselect", "/m/mpyunliselect/p/yl_gooseneck_kettle"
BRAND, KETTLE = {"zh": "云栗", "en": "Yunli"}, {"zh": "壶", "en": "kettle"}
LOOKS = [("kuaiying", "zh", "light", "phone"), ("xiaoting", "en", "dark", "phone"), ("kuaiying", "en", "dark", "desk"), ("xiaoting", "zh", "light", "desk")]  # fmt: skip
OVERFLOW = """() => [...document.querySelectorAll('#stage *')].filter(element => {
  const box = element.getBoundingClientRect(), stage = document.getElementById('stage').getBoundingClientRect();
  const style = getComputedStyle(element);
  if (!box.width || style.position === 'absolute' || element.closest('.shelves, .gallery, .recents, .film, .unseen, .lights')) return false;
  return box.right > stage.right + 1 || box.left < stage.left - 1
    || (['visible', 'hidden'].includes(style.overflowX) && element.matches('button, a, h1, h2, h3, p, b, label') && !['ellipsis'].includes(style.textOverflow) && element.scrollWidth > element.clientWidth + 1 && style.display !== 'inline');
}).map(element => `cut off: ${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`)"""
CHINESE = r"""() => {
  const own = 'a[href*="/accounts/"], #tabs, .language, button[lang=zh]';  // names of people's accounts; the way to Chinese
  const said = [...document.querySelectorAll('body *')].filter(element => !element.closest(own)).flatMap(element => [
    ...[...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data),
    ...['aria-label', 'alt', 'placeholder', 'title'].map(name => element.getAttribute(name) ?? ''), element.value ?? '']);
  return said.filter(words => /\p{Script=Han}/u.test(words)).map(words => `Chinese: ${words}`);
}"""
JUMPS = """window.jumps = [];
new PerformanceObserver(list => list.getEntries().forEach(({ value, sources }) => window.jumps.push(
  { value, moved: sources.map(({ node }) => node && `${node.nodeName}.${node.className}`) }))).observe({ type: 'layout-shift', buffered: true })"""
ASKED_TWICE = """() => performance.getEntriesByType('resource').map(({ name }) => name)
  .filter((name, at, all) => name.includes('/api/') && all.indexOf(name) !== at)"""
AT_MOST_A_HAIR = 0.001
"""Of cumulative layout shift; 0.1 is what the web calls good. A line of text that wraps otherwise is 0.01."""


def screens(language: str) -> dict[str, str]:
    """Every screen that can be opened by its address, with what it shows when it is there."""
    return {
        "": ".slide.playing .chip",
        "/programs": ".program",
        "/search": ".ideas",
        f"/search?q={BRAND[language]}": ".results",
        "/scan": ".scan-buttons",
        "/me": ".menu",
        "/me/services": ".service",
        SHOP: ".product-card",
        PRODUCT: ".choice",
        f"{SHOP}/search?q={KETTLE[language]}": ".product-card",
        f"{SHOP}/cart": ".cart .state",
        f"{SHOP}/orders": ".state",
        f"{SHOP}/account": ".counts",
        "/m/nobody": ".state",
    }


@pytest.mark.parametrize(("host", "language", "scheme", "size"), LOOKS)
async def test_no_screen_has_a_serious_violation_is_cut_off_or_speaks_the_other_language(
    phone: Any, host: str, language: Any, scheme: str, size: str
) -> None:
    viewer = await phone(host, language, scheme=scheme, size=size)
    await viewer.open("", ".slide.playing .chip")
    wrong = {}
    for path, shows in screens(language).items():
        await viewer.go(path, shows)
        wrong[path] = await faults(viewer.page, language)
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize(
    ("host", "language", "scheme"), [("kuaiying", "en", "dark"), ("xiaoting", "zh", "light")]
)
async def test_nor_has_any_screen_or_sheet_on_the_way_of_an_order(
    phone: Any, host: str, language: Any, scheme: str
) -> None:
    viewer = await phone(host, language, scheme=scheme)
    wrong = {}

    async def look(name: str) -> None:
        wrong[name] = await faults(viewer.page, language)

    async def sheet(name: str, opener: str, shows: str) -> None:
        await viewer.page.locator(opener).first.click()
        await viewer.sees(shows)
        await look(name)
        await viewer.page.keyboard.press("Escape")
        await viewer.page.locator("dialog").wait_for(state="detached")

    mini_program = mini_program_of(await viewer.tap_an_anchor())
    await look("product")
    await sheet("share", ".bar-sign >> nth=1", ".code-frame img")
    await sheet("order sheet", ".buy", "dialog .amounts .strong")
    await viewer.page.locator(".add").click()
    await viewer.sees(".cart-count:not([hidden])")
    await viewer.go(f"/m/{mini_program}/cart", ".cart-row")
    await look("cart")
    await sheet("order sheet of the cart", ".cart-foot .primary", "dialog .amounts .strong")
    await viewer.page.evaluate("history.back()")
    await viewer.sees(".buy:enabled")
    await viewer.buy()
    assert await violations(viewer.page) == [], "the cashier"
    await viewer.pay()
    await look("paid")
    await viewer.page.locator(".result .primary").click()
    await viewer.sees(".status-card[data-status=paid]")
    await look("order")
    await sheet("refund", ".actions .quiet", "dialog .field")
    await viewer.go(f"/m/{mini_program}/orders", ".order-row")
    await look("orders")
    await viewer.go(f"/m/{mini_program}/account", ".recent")
    await look("account")
    await sheet("address", ".address-row .plain", "dialog .field")
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize(("language", "scheme", "size"), [("en", "light", "phone"), ("zh", "dark", "desk")])
async def test_the_pages_for_those_who_run_it_are_readable_by_all_and_show_every_process(
    phone: Any, demo: dict[str, Any], language: Any, scheme: str, size: str
) -> None:
    viewer = await phone("kuaiying", language, scheme=scheme, size=size)
    await viewer.page.goto(viewer.app)
    for process in (
        "gateway",
        "identity",
        "catalog",
        "search",
        "checkout",
        "payment",
        "sharecode",
        "alipay_sandbox",
    ):
        await viewer.sees(f"[data-process={process}][data-state=ready]")
    assert await violations(viewer.page) == []
    assert await viewer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    links = await viewer.page.evaluate("[...document.links].map(link => link.href)")
    for link in links:
        assert (await viewer.page.request.get(link)).ok, link
    assert {f"{demo['gateway']}/docs", f"{demo['gateway']}/openapi.json", f"{viewer.app}/both"} <= set(links)

    await viewer.page.goto(f"{viewer.app}/both")
    for host in range(2):
        await viewer.page.frame_locator("iframe").nth(host).locator(".slide.playing .chip").first.wait_for()
    assert await violations(viewer.page) == []

    await viewer.page.goto(f"{demo['gateway']}/docs#place_order")
    await viewer.sees("#place_order pre")  # a link to a call opens it
    assert await violations(viewer.page, "header", "nav", "#tokens", "#place_order") == []
    assert await viewer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_everything_up_to_the_cashier_can_be_done_by_keyboard(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open("", ".slide.playing .chip")
    first = await viewer.page.locator(".slide.playing").get_attribute("data-video")
    await viewer.page.keyboard.press("ArrowDown")
    await viewer.until(
        "first => document.querySelector('.slide.playing')?.dataset.video !== first", arg=first
    )
    await viewer.page.keyboard.press("ArrowUp")
    await viewer.until(
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


@pytest.mark.parametrize(
    ("host", "language", "size"), [("xiaoting", "en", "phone"), ("kuaiying", "zh", "desk")]
)
async def test_nothing_jumps_or_is_asked_twice_while_a_screen_loads(
    phone: Any, host: str, language: Any, size: str
) -> None:
    viewer = await phone(host, language, size=size)
    await viewer.page.add_init_script(JUMPS)
    jumps, twice = {}, {}
    for path, shows in screens(language).items():
        await viewer.open(path, shows)
        await viewer.drawn()
        jumps[path] = await viewer.page.evaluate("window.jumps")
        twice[path] = await viewer.page.evaluate(ASKED_TWICE)
    await viewer.page.goto(viewer.app)
    await viewer.sees("[data-process=gateway][data-state=ready]")
    jumps["start page"] = await viewer.page.evaluate("window.jumps")
    assert {
        path: seen for path, seen in jumps.items() if sum(jump["value"] for jump in seen) > AT_MOST_A_HAIR
    } == {}
    assert {path: calls for path, calls in twice.items() if calls} == {}


async def faults(page: Any, language: str) -> list[str]:
    """What is wrong with the screen as it is now: violations, what is cut off, Chinese for a reader of English."""
    chinese = await page.evaluate(CHINESE) if language == "en" else []
    return [*await violations(page), *await page.evaluate(OVERFLOW), *chinese]


async def tab_to(page: Any, target: str, at_most: int = 60) -> None:
    for _ in range(at_most):
        if await page.evaluate("target => document.activeElement?.matches(target) ?? false", target):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by the Tab key")
