"""Products follow the commands of feeds: each has one outcome, and what is so already costs no write."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from catalog_support.shop import Shop, a_product

from contracts.feeds import ApplyFeedProduct, DelistFeedProduct, FeedSku
from contracts.identity import OwnerSuspended
from contracts.money import cny

ELSEWHERE = "https://shop.example/kettle.jpg"


def sku(shop: Shop, **changes: Any) -> FeedSku:
    """The shop's SKU as a feed has it."""
    return FeedSku(**({"sku_id": shop.sku_id, "price": cny(9900), "initial_stock": 7} | changes))


def apply(shop: Shop, run_id: str, **changes: Any) -> ApplyFeedProduct:
    """A command about the shop's product."""
    fields = {
        "version": 1, "run_id": run_id, "mini_program_id": shop.mini_program_id, "owner_id": shop.owner_id,
        "product_id": shop.product_id, "title": "水壶", "category_id": "tea", "images": (ELSEWHERE,), "skus": (sku(shop),),
    }  # fmt: skip
    return ApplyFeedProduct(**(fields | changes))


def delist(shop: Shop, run_id: str) -> DelistFeedProduct:
    """The same for a product that the feed does not have."""
    ids = {"run_id": run_id, "mini_program_id": shop.mini_program_id, "product_id": shop.product_id}
    return DelistFeedProduct(version=1, owner_id=shop.owner_id, **ids)


def a_run() -> str:
    return secrets.token_hex(8)


async def results(shop: Shop, product_id: str) -> list[dict[str, Any]]:
    """All outcomes of commands about the product, without those of its pictures."""
    events = await shop.events_of("feed-results", product_id)
    return [event for event in events if event["event"] == "FeedProductApplied"]


async def outcomes(shop: Shop, *commands: ApplyFeedProduct | DelistFeedProduct) -> list[dict[str, Any]]:
    """What became of the commands about one product, which are sent together."""
    before = len(await results(shop, commands[0].product_id))
    await shop.publish(*commands)

    async def answered() -> list[dict[str, Any]]:
        found = (await results(shop, commands[0].product_id))[before:]
        assert len(found) == len(commands), found
        return found

    found: list[dict[str, Any]] = await shop.eventually(answered, within=30, what="the outcomes")
    return found


async def document(shop: Shop) -> dict[str, Any]:
    found = await shop.service.db["products"].find_one({"_id": shop.product_id})
    assert found is not None
    return dict(found)


async def test_a_feed_lists_a_new_product_with_its_stock(shop: Shop) -> None:
    await shop.put_live()
    [outcome] = await outcomes(shop, apply(shop, a_run()))
    assert (outcome["outcome"], outcome["version"]) == ("accepted", 1)
    page = await shop.must("GET", shop.page_path(), shop.as_host)
    assert (page["title"], page["images"], page["skus"][0]["available"]) == ("水壶", [ELSEWHERE], 7)
    assert (await shop.stock())["initial"] == 7


async def test_a_product_that_is_so_already_is_not_written(shop: Shop) -> None:
    await shop.put_live()
    await outcomes(shop, apply(shop, a_run(), skus=(sku(shop, available=7),)))
    before, stock = await document(shop), await shop.stock()
    [outcome] = await outcomes(shop, apply(shop, a_run(), skus=(sku(shop, available=7),)))
    assert outcome["outcome"] == "unchanged"
    assert (await document(shop), await shop.stock()) == (before, stock)


async def test_a_repeated_command_has_the_same_outcome_and_no_other_effect(shop: Shop) -> None:
    await shop.put_live()
    command = apply(shop, a_run(), skus=(sku(shop, available=3),))
    first = await outcomes(shop, command)
    await outcomes(shop, command, command)
    assert [r["outcome"] for r in await results(shop, shop.product_id)] == ["accepted"] * 3
    assert (await document(shop))["version"] == first[0]["version"] == 1


async def test_stock_alone_changes_without_a_write_to_the_product_and_once_for_each_run(shop: Shop) -> None:
    await shop.put_live()
    await outcomes(shop, apply(shop, a_run()))
    command = apply(shop, a_run(), skus=(sku(shop, available=50),))
    [first] = await outcomes(shop, command)
    await shop.must("PUT", f"/v1/owner/skus/{shop.sku_id}/stock", shop.as_owner, {"available": 49})
    [again] = await outcomes(shop, command)
    assert first["outcome"] == again["outcome"] == "accepted"
    assert (await document(shop))["version"] == 1
    assert (await shop.stock())["available"] == 49


async def test_what_a_feed_does_not_know_stays(shop: Shop) -> None:
    await shop.open(attributes={"产地": "杭州"}, title="水壶", title_en="Kettle")
    low = [a_product(shop.sku_id)["skus"][0] | {"low_at": 4}]
    await shop.must("PATCH", shop.product_path(), shop.as_owner, {"skus": low})
    [outcome] = await outcomes(shop, apply(shop, a_run()))
    assert outcome["outcome"] == "accepted"
    view = await shop.must("GET", shop.product_path(), shop.as_owner)
    assert (view["title_en"], view["attributes"]) == ("Kettle", {"产地": "杭州"})
    assert (view["skus"][0]["low_at"], view["skus"][0]["price"]["amount"]) == (4, 9900)
    assert view["skus"][0]["available"] == 30


async def test_what_a_full_feed_does_not_have_goes_off_sale_once(shop: Shop) -> None:
    await shop.open()
    run_id = a_run()
    [first] = await outcomes(shop, delist(shop, run_id))
    [again] = await outcomes(shop, delist(shop, run_id))
    [another] = await outcomes(shop, delist(shop, a_run()))
    assert [r["outcome"] for r in (first, again, another)] == ["removed", "removed", "unchanged"]
    assert (await shop.must("GET", shop.product_path(), shop.as_owner))["listed"] is False
    [back] = await outcomes(shop, apply(shop, a_run()))
    assert back["outcome"] == "accepted"
    assert (await shop.must("GET", shop.product_path(), shop.as_owner))["listed"] is True


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"category_id": "shoes"}, "category_id", "it has tea, pots"),
        ({"owner_id": "somebody"}, None, "mini program"),
    ],
)
async def test_a_refused_product_changes_nothing_and_says_why(
    shop: Shop, changes: dict[str, Any], field: str | None, words: str
) -> None:
    await shop.put_live()
    [outcome] = await outcomes(shop, apply(shop, a_run(), **changes))
    assert outcome["outcome"] == "rejected"
    [reason] = outcome["reasons"]
    assert reason.get("field") == field
    assert words in reason["message"]
    assert await shop.service.db["products"].count_documents({"_id": shop.product_id}) == 0
    assert await shop.service.db["stock"].count_documents({"_id": shop.sku_id}) == 0


async def test_ids_of_another_shop_are_refused_and_named(shop: Shop) -> None:
    await shop.open()
    thief = shop.neighbour()
    await thief.put_live()
    thief.product_id = shop.product_id
    [outcome] = await outcomes(thief, apply(thief, a_run()))
    taken = "Another mini program has a product with this id."
    assert outcome["reasons"] == [{"field": "id", "message": taken}]
    thief.product_id, thief.sku_id = "p" + secrets.token_hex(6), shop.sku_id
    [outcome] = await outcomes(thief, apply(thief, a_run()))
    assert "SKU ids are unique" in outcome["reasons"][0]["message"]


async def test_a_suspended_owners_feed_puts_nothing_on_sale_and_takes_off_what_it_has_not(shop: Shop) -> None:
    await shop.open()
    await shop.tell_owner(OwnerSuspended, "fraud")
    [refused] = await outcomes(shop, apply(shop, a_run()))
    assert refused["outcome"] == "rejected"
    assert "fraud" in refused["reasons"][0]["message"]
    [removed] = await outcomes(shop, delist(shop, a_run()))
    assert removed["outcome"] == "removed"


async def test_one_refused_product_stops_no_other_of_the_same_run(shop: Shop) -> None:
    await shop.put_live()
    run_id = a_run()

    def one(number: int, category_id: str) -> ApplyFeedProduct:
        own = (sku(shop, sku_id=f"{shop.sku_id}-{number}"),)
        return apply(
            shop, run_id, product_id=f"{shop.product_id}-{number}", skus=own, category_id=category_id
        )

    commands = [one(1, "tea"), one(2, "shoes"), one(3, "pots")]
    await shop.publish(*commands)

    async def answered() -> list[str]:
        found = [await results(shop, command.product_id) for command in commands]
        assert all(found)
        return [events[-1]["outcome"] for events in found]

    expected = ["accepted", "rejected", "accepted"]
    assert await shop.eventually(answered, within=30, what="the outcomes") == expected
