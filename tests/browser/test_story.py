"""The story of the README in a real browser: in both host apps, in both languages."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import cv2
import numpy as np
import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Response

from support.access import token_of
from support.phone import SIZES, Phone, chromium, mini_program_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
HOSTS = ("kuaiying", "xiaoting")
BOTH = [(host, language) for host in HOSTS for language in ("zh", "en")]
A_SHADE = 2
"""Of 255: by so much may Chromium draw the edge of a rounded line otherwise the next time."""
OTHER = {"kuaiying": "xiaoting", "xiaoting": "kuaiying"}
WORDS = {
    "zh": ("支付成功", "服务与订单", "仅本店结果"),
    "en": ("Payment successful", "Services and orders", "From this store only"),
}


@pytest.mark.parametrize(("host", "language"), BOTH)
async def test_a_viewer_buys_from_a_video_and_finds_the_order_in_the_mini_program_and_not_in_the_host(
    phone: Any, demo: dict[str, Any], host: str, language: str
) -> None:
    viewer = await phone(host, language)
    seen = listen(viewer.page)
    product = await viewer.tap_an_anchor()
    mini_program = mini_program_of(product)
    await viewer.buy()
    await viewer.pay()
    paid, services, _ = WORDS[language]
    assert await (await viewer.sees(".result .state-title")).inner_text() == paid
    await viewer.page.locator(".result .primary").click()
    await viewer.sees(".status-card[data-status=paid]")
    order_id = (await viewer.path()).rsplit("/", 1)[1]

    await viewer.open(f"/m/{mini_program}/orders", ".order-row[data-status=paid]")
    links = [await row.get_attribute("href") for row in await viewer.page.locator(".order-row").all()]
    assert [link.rsplit("/", 1)[1] for link in links] == [order_id]

    await viewer.open("/me/services", ".service")
    assert await viewer.page.locator("h1").inner_text() == services
    assert order_id not in await viewer.page.locator("#stage").inner_text()
    assert await viewer.page.locator(".entries li").count() == 0

    told = "".join(await asyncio.gather(*seen))
    assert order_id in told
    for secret in ("access_token", "session_token", *(known["client_secret"] for known in demo["hosts"])):
        assert secret not in told


@pytest.mark.parametrize("host", HOSTS)
async def test_a_code_saved_in_one_app_opens_the_product_in_the_other(
    phone: Any, host: str, tmp_path: Path
) -> None:
    sharer, friend = await phone(host), await phone(OTHER[host], "en")
    product = await sharer.tap_an_anchor()
    await sharer.page.locator(".bar-sign").nth(1).click()
    await sharer.sees(".code-frame img")
    for kind in range(2):
        await sharer.page.locator("dialog .shelf").nth(kind).click()
        async with sharer.page.expect_download() as started:
            await sharer.page.locator("dialog a.primary").click()
        picture = tmp_path / f"code-{kind}.png"
        await (await started.value).save_as(picture)
        await friend.page.goto(friend.url("/scan"))
        await friend.page.locator("#scan-file").set_input_files(picture)
        await friend.sees(".buy")
        assert await friend.path() == product


async def test_a_code_held_before_the_camera_opens_the_product(
    phone: Any, demo: dict[str, Any], tmp_path: Path
) -> None:
    sharer = await phone("kuaiying")
    product = await sharer.tap_an_anchor()
    await sharer.page.locator(".bar-sign").nth(1).click()
    code = await sharer.page.request.get(
        f"{sharer.app}{await (await sharer.sees('.code-frame img')).get_attribute('src')}"
    )
    drawn = cv2.imdecode(np.frombuffer(await code.body(), np.uint8), cv2.IMREAD_COLOR)
    seen = np.full((720, 1280, 3), 200, np.uint8)
    seen[60:660, 340:940] = cv2.resize(drawn, (600, 600), interpolation=cv2.INTER_AREA)
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(cv2.imencode(".jpg", seen)[1].tobytes() * 5)
    flags = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    async with chromium(*flags) as with_camera:
        context = await with_camera.new_context(permissions=["camera"], viewport=SIZES["phone"])  # type: ignore[arg-type]
        friend = Phone(await context.new_page(), demo["host_demo"], "xiaoting")
        await friend.open("/scan", ".scan-buttons")
        await friend.page.locator(".scan-buttons button").click()
        await friend.sees(".buy")
        assert await friend.path() == product


async def test_a_picture_without_a_code_says_what_would_help(phone: Any, tmp_path: Path) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open("/me", ".me-head")
    nothing = tmp_path / "nothing.png"
    await viewer.page.screenshot(path=nothing)
    await viewer.page.goto(viewer.url("/scan"))
    await viewer.page.locator("#scan-file").set_input_files(nothing)
    words = await (await viewer.sees(".scan-status.bad")).inner_text()
    assert "No code found" in words


@pytest.mark.parametrize("host", HOSTS)
async def test_the_search_column_shows_the_mini_program_first_with_a_card_of_its_own(
    phone: Any, host: str
) -> None:
    viewer = await phone(host)
    await viewer.open("/search", "input[type=search]")
    await viewer.page.locator("input[type=search]").press_sequentially("云")
    await (await viewer.sees(".suggestion")).click()
    await viewer.sees(".results .program.large")
    results = await viewer.search("云栗有样")
    assert results[0]["is_program"]
    assert not any(result["is_program"] for result in results[1:])
    await viewer.page.locator(".results .program.large").click()
    await viewer.sees(".store .product-card")
    assert mini_program_of(await viewer.path()) == "mpyunliselect"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_store_has_shelves_and_a_search_of_its_own(phone: Any, language: str) -> None:
    viewer = await phone("kuaiying", language)
    await viewer.open("/programs", ".program")
    await viewer.page.locator(".program").first.click()
    await viewer.sees(".product-card")
    everything = await viewer.page.locator(".product-card").all_inner_texts()
    await viewer.page.locator(".shelf").nth(2).click()
    await viewer.until(
        "before => { const now = document.querySelector('.product-card'); return now && now.innerText !== before }",
        arg=everything[0],
    )
    here = mini_program_of(await viewer.path())
    await viewer.page.locator(".capsule a").click()
    await viewer.page.locator("input[type=search]").fill("壶")
    await viewer.page.keyboard.press("Enter")
    await viewer.sees(".product-card")
    assert WORDS[language][2] in await viewer.page.locator(".mini-body .lead").inner_text()
    links = [await card.get_attribute("href") for card in await viewer.page.locator(".product-card").all()]
    assert links
    assert all(f"/m/{here}/" in str(link) for link in links)


async def test_a_refund_that_the_owner_grants_shows_on_the_open_order_page(
    phone: Any, demo: dict[str, Any]
) -> None:
    viewer = await phone("xiaoting", "en")
    path = await viewer.bought()
    order_id = path.rsplit("/", 1)[1]
    await viewer.page.locator(".actions .quiet").first.click()
    await (await viewer.sees("dialog .primary")).click()
    await viewer.sees("[data-refund=requested]")
    await approve_refund(demo, mini_program_of(path), order_id)
    await viewer.sees(".status-card[data-status=refunded]")  # no reload: the order's events bring it
    await viewer.sees("[data-refund=settled]")


async def test_an_order_that_is_not_paid_is_paid_later_or_cancelled(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    mini_program = mini_program_of(await viewer.tap_an_anchor())
    await viewer.buy()
    await viewer.open(f"/m/{mini_program}/orders", ".order-row[data-status=awaiting_payment]")
    await viewer.page.locator(".order-row").click()
    await viewer.sees(".actions .primary")
    await viewer.page.locator(".actions .quiet").last.click()
    await viewer.page.locator("dialog .primary").click()
    # nobody came to the cashier, so Alipay knows no trade; until the link's own end it could still be paid
    closing = await viewer.sees(".status-card[data-status=closing]")
    assert "at the latest" in await closing.inner_text()


async def test_the_mini_program_inside_looks_the_same_in_both_hosts(phone: Any) -> None:
    pictures = []
    for host in HOSTS:
        viewer = await phone(host)
        await viewer.open("/m/mpluolinglane", ".product-card")
        await viewer.sees(".mini-name span")
        await viewer.drawn()
        await viewer.page.evaluate("document.activeElement.blur()")
        screenshot = await viewer.page.locator(".mini").screenshot()
        pictures.append(cv2.imdecode(np.frombuffer(screenshot, np.uint8), cv2.IMREAD_COLOR).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= A_SHADE


def listen(page: Any) -> list[asyncio.Task[str]]:
    """Every answer in JSON that the page gets from now on, with its headers."""
    reading: list[asyncio.Task[str]] = []

    async def read(response: Response) -> str:
        headers = await response.all_headers()
        if "json" not in headers.get("content-type", ""):
            return str(headers)
        with suppress(PlaywrightError):  # the browser drops what came for a page that has been left
            return f"{headers} {await response.text()}"
        return str(headers)

    page.on("response", lambda response: reading.append(asyncio.create_task(read(response))))
    return reading


async def approve_refund(demo: dict[str, Any], mini_program: str, order_id: str) -> None:
    """As the mini program's owner would."""
    owner = next(known for known in demo["owners"] if mini_program in known["mini_program_ids"])
    async with aiohttp.ClientSession(demo["gateway"]) as session:
        session.headers["Authorization"] = f"Bearer {await token_of(owner, demo['gateway'], session)}"
        async with session.get(f"/v1/mini-programs/{mini_program}/orders/{order_id}") as answer:
            refund = (await answer.json())["refunds"][0]["refund_id"]
        async with session.post(f"/v1/owner/orders/{order_id}/refunds/{refund}/approval") as answer:
            assert answer.status < 300, await answer.text()
