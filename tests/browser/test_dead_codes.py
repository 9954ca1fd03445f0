"""A code whose page is not there any more, scanned in the app: a kind word and a way on, never another product."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from anchorage_demo.bodies import product_body
from anchorage_demo.loading import load_world
from support.access import token_of
from support.phone import Phone, mini_program_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

Office = Callable[..., Awaitable[Any]]
HOST, OTHER_HOST = "kuaiying", "xiaoting"


@pytest.fixture
async def office(demo: dict[str, Any]) -> AsyncIterator[Office]:
    """Calls the gateway as one of the clients of `demo.json`: `await office(client, "POST", path, body)`."""
    async with aiohttp.ClientSession(demo["gateway"], raise_for_status=True) as session:

        async def call(client: dict[str, Any], method: str, path: str, body: Any = None) -> Any:
            headers = {"Authorization": f"Bearer {await token_of(client, demo['gateway'], session)}"}
            async with session.request(method, path, json=body, headers=headers) as answer:
                return await answer.json()

        yield call


async def test_a_withdrawn_code_says_so_and_opens_nothing(
    phone: Any, office: Office, demo: dict[str, Any]
) -> None:
    sharer, friend = await phone(HOST), await phone(OTHER_HOST, "en")
    path, code, picture = await shared(sharer)
    await office(owner_of(demo, path), "POST", f"/v1/owner/share-codes/{code}/withdrawal")
    await scans(friend, picture)
    assert "has been withdrawn" in await (await friend.sees(".scan-status.bad")).inner_text()
    assert await friend.path() == "/scan"


async def test_a_code_of_a_product_taken_down_leads_to_its_store(
    phone: Any, office: Office, demo: dict[str, Any]
) -> None:
    sharer, friend = await phone(HOST), await phone(OTHER_HOST, "en")
    path, _, picture = await shared(sharer)
    shop, product = mini_program_of(path), path.rsplit("/", 1)[1]
    owner, address = owner_of(demo, path), f"/v1/owner/mini-programs/{shop}/products/{product}"
    await office(owner, "DELETE", address)
    try:
        await scans(friend, picture)
        assert "no longer available" in await (await friend.sees(".toast")).inner_text()
        await friend.sees(".product-card")
        assert await friend.path() == f"/m/{shop}"
    finally:
        await office(demo["ops"], "PUT", address, product_body(load_world().product(product)))


async def test_a_code_of_a_suspended_mini_program_leads_to_the_entrance(
    phone: Any, office: Office, demo: dict[str, Any]
) -> None:
    sharer, friend = await phone(HOST), await phone(OTHER_HOST, "en")
    path, _, picture = await shared(sharer)
    program = f"/v1/ops/mini-programs/{mini_program_of(path)}"
    await office(demo["ops"], "POST", f"{program}/suspension", {"reason": "a browser test"})
    try:
        await scans(friend, picture)
        assert "suspended" in await (await friend.sees(".toast")).inner_text()
        await friend.sees(".program")
        assert await friend.path() == "/programs"
    finally:
        await office(demo["ops"], "POST", f"{program}/reinstatement")


async def shared(sharer: Phone) -> tuple[str, str, bytes]:
    """A product's path, the code that `sharer` has of it, and its picture."""
    path = await sharer.tap_an_anchor()
    await sharer.page.locator(".bar-sign").nth(1).click()
    address = str(await (await sharer.sees(".code-frame img")).get_attribute("src"))
    picture = await (await sharer.page.request.get(f"{sharer.app}{address}")).body()
    save = await sharer.page.locator("dialog a.primary").get_attribute("download")
    return path, str(save).removesuffix(".png"), picture


async def scans(friend: Phone, picture: bytes) -> None:
    await friend.open("/scan", ".scan-buttons")
    await friend.page.locator("#scan-file").set_input_files(
        {"name": "code.png", "mimeType": "image/png", "buffer": picture}
    )


def owner_of(demo: dict[str, Any], path: str) -> dict[str, Any]:
    shop = mini_program_of(path)
    return next(owner for owner in demo["owners"] if shop in owner["mini_program_ids"])
