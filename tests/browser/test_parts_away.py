"""A part of the platform is frozen while the app is open: the rest works, and says what does not."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from support.axe import violations

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SHOP, PRODUCT = "/m/mpyunliselect", "/m/mpyunliselect/p/yl_gooseneck_kettle"


async def test_without_search_the_column_says_so_and_the_rest_works(
    phone: Any, process_ids: dict[str, int]
) -> None:
    viewer = await phone("kuaiying", "en")
    with frozen(process_ids["search"]):
        await viewer.open("/search?q=coffee", ".failed")
        assert "Temporarily unavailable" in await viewer.page.locator(".failed").inner_text()
        assert await violations(viewer.page) == []
        await viewer.go(SHOP, ".product-card")
        await viewer.go("", ".slide.playing .chip")
        await viewer.page.goto(viewer.app)
        await viewer.sees("[data-process=search][data-state=away]")
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
        assert "Payment is temporarily unavailable" in await viewer.page.locator(".status-card").inner_text()
    await viewer.sees(".status-card[data-status=awaiting_payment] .primary")


async def test_without_the_catalog_the_feed_says_so_readably_and_comes_back_when_asked(
    phone: Any, process_ids: dict[str, int]
) -> None:
    viewer = await phone("kuaiying", "en")
    with frozen(process_ids["catalog"]):
        await viewer.open("", ".slide.playing .failed")
        assert await violations(viewer.page) == []
        await viewer.go("/m/mpyunliselect/orders", ".state")
    await viewer.go("", ".slide.playing .chip")


@contextmanager
def frozen(process_id: int) -> Iterator[None]:
    """Inside, the process accepts connections and answers none, which is harder to notice than a process that is gone."""
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)
