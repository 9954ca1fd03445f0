"""A buyer reviews what they received, and others read it."""

from __future__ import annotations

from typing import Any

import pytest

from support.office import answer_to, office
from support.phone import mini_program_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
WORDS = {
    "zh": ("写评价", "泡茶很香，包装也仔细。", "感谢支持！"),
    "en": ("Write a review", "Lovely, and carefully packed.", "Thank you!"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_received_line_is_reviewed_once_and_others_read_it_with_the_shops_answer(
    phone: Any, demo: dict[str, Any], language: str
) -> None:
    write, text, thanks = WORDS[language]
    viewer = await phone("kuaiying", language)
    order_page = await viewer.bought()
    shop = mini_program_of(order_page)
    async with office(demo, order_page) as (owner, order):
        parcel = {"carrier": "SF", "tracking_number": "SF1"}
        product_id = (await answer_to(owner.post(f"{order}/shipments", json=parcel)))["lines"][0][
            "product_id"
        ]
        await viewer.sees(".status-card[data-status=shipped]")
        assert await viewer.page.locator(".order-reviews").count() == 0
        await viewer.page.locator(".actions .primary").click()
        await viewer.page.locator("dialog .primary").click()
        await viewer.sees(".status-card[data-status=completed]")
        await viewer.page.get_by_role("button", name=write).click()
        await viewer.page.locator("dialog [name=rating][value='4']").check()
        await viewer.page.locator("dialog [name=text]").fill(text)
        await viewer.page.locator("dialog .primary").dblclick()
        own = await viewer.sees(".own-review[data-status=shown]")
        assert text in await own.inner_text()
        await viewer.page.reload()
        await viewer.sees(".own-review[data-status=shown]")
        assert await viewer.page.get_by_role("button", name=write).count() == 0

        reviews = await answer_to(
            owner.get(f"/v1/owner/mini-programs/{shop}/reviews?product_id={product_id}")
        )
        review_id = reviews["items"][0]["review_id"]
        await answer_to(owner.put(f"/v1/owner/reviews/{review_id}/answer", json={"text": thanks}))
    other = await phone("kuaiying", language)
    await other.open(f"/m/{shop}/p/{product_id}", ".reviews .review")
    shown = await (await other.sees(f".review:has-text('{text}')")).inner_text()
    assert thanks in shown
    assert await other.page.locator(".reviews .stars").count() >= 2


async def test_a_text_that_must_not_be_shown_is_refused_and_can_be_changed(
    phone: Any, demo: dict[str, Any]
) -> None:
    viewer = await phone("xiaoting", "en")
    order_page = await viewer.bought()
    async with office(demo, order_page) as (owner, order):
        await answer_to(owner.post(f"{order}/shipments", json={"carrier": "SF", "tracking_number": "SF2"}))
    await viewer.sees(".status-card[data-status=shipped]")
    await viewer.page.locator(".actions .primary").click()
    await viewer.page.locator("dialog .primary").click()
    await viewer.sees(".status-card[data-status=completed]")
    await viewer.page.get_by_role("button", name="Write a review").click()
    await viewer.page.locator("dialog [name=rating][value='1']").check()
    await viewer.page.locator("dialog [name=text]").fill("Fake passport with it")
    await viewer.page.locator("dialog .primary").click()
    assert "cannot be posted" in await (await viewer.sees("dialog .form-error:not(:empty)")).inner_text()
    await viewer.page.locator("dialog [name=text]").fill("Arrived late")
    await viewer.page.locator("dialog .primary").click()
    await viewer.sees(".own-review[data-status=shown]")
