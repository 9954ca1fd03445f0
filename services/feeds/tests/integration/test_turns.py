"""Runs of one owner, and runs that cannot be carried out, stop no others."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from feeds_support.shop import Shop, csv_of

from feeds.adapters.mongo_runs import COLLECTION
from feeds.application import running as running_module
from feeds.application import runs as runs_module
from feeds.domain.feed import MAX_FEEDS
from runtime.clock import system_clock
from runtime.mongo.client import connect, database


def neighbour(shop: Shop, **changes: Any) -> Shop:
    """Another shop, of another owner unless `changes` say otherwise."""
    fresh = {
        "mini_program_id": "mp" + secrets.token_hex(5),
        "owner_id": "o" + secrets.token_hex(5),
        "feed_id": "",
    }
    return replace(shop, **(fresh | changes))


async def test_an_owner_whose_servers_hang_stops_nobody_else(shop: Shop, site: Any) -> None:
    hanging = site.url.replace("/feed", "/hangs")
    for number in range(running_module.MAX_APPLYING + 2):
        other = neighbour(shop, owner_id=f"slow-{number // 2}-{shop.owner_id}")
        await other.open(url=hanging)
        await other.start(None)
    await shop.open()
    async with shop.catalog():
        run = await shop.ended(await shop.start(csv_of(shop.product("1"))))
    assert run["status"] == "done"
    site.released.set()


async def test_very_many_runs_of_one_mini_program_stop_nobody_else(shop: Shop, running: Any) -> None:
    await shop.open()
    async with connect(running.settings.mongodb_uri) as client:
        runs = database(client, running.settings.database("feeds"))[COLLECTION]
        run_id = await shop.start(csv_of(shop.product("1")))
        like = await runs.find_one({"_id": run_id})
        assert like is not None
        many = {
            "mini_program_id": "mp" + secrets.token_hex(5),
            "feed_id": "none",
            "file_id": None,
            "status": "queued",
        }
        at = system_clock() - timedelta(days=1)
        await runs.insert_many(
            [{**like, **many, "_id": secrets.token_hex(16), "queued_at": at} for _ in range(1_100)]
        )
        try:
            async with shop.catalog():
                assert (await shop.ended(run_id))["status"] == "done"
                assert await runs.count_documents({**many}) > 0
        finally:
            await runs.delete_many({"mini_program_id": many["mini_program_id"]})


async def test_a_mini_program_has_a_limit_of_runs_that_wait(
    shop: Shop, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs_module, "MAX_QUEUED", 2)
    site.released.clear()
    await shop.open(url=site.url.replace("/feed", "/hangs"))
    first, _ = await shop.start(None), await shop.start(None)
    status, problem = await shop.call("POST", shop.runs)
    assert (status, problem["code"]) == (409, "too_many_runs")
    await shop.must("DELETE", f"{shop.runs}/{first}")
    await shop.start(None)
    site.released.set()


async def test_a_mini_program_has_a_limit_of_feeds(shop: Shop) -> None:
    await shop.open()
    feed = {"name": "All", "format": "csv", "mode": "full"}
    for _ in range(MAX_FEEDS - 1):
        await shop.must("POST", shop.path, json=feed)
    status, problem = await shop.call("POST", shop.path, json=feed)
    assert (status, problem["code"]) == (409, "too_many_feeds")


async def test_a_run_that_always_breaks_fails_and_the_next_one_is_worked_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> object:
        raise RuntimeError("a fault of ours")

    await shop.open()
    with monkeypatch.context() as patched:
        patched.setattr(running_module, "check_lines", breaks)
        patched.setattr(running_module, "POLL_INTERVAL_SECONDS", 0.05)
        run = await shop.ended(await shop.start(csv_of(shop.product("1"))))
    assert (run["status"], "The platform could not" in run["reason"]) == ("failed", True)
    async with shop.catalog():
        assert (await shop.ended(await shop.start(csv_of(shop.product("1")))))["status"] == "done"


async def test_a_full_feed_leaves_a_product_on_sale_whose_line_is_wrong(shop: Shop) -> None:
    await shop.open("1", "2", "3", mode="full", max_rejected_percent=50)
    wrong = f"{shop.product('2')},Pot,free,Pots,https://shop.example/2.jpg,5\n".encode()
    async with shop.catalog():
        run = await shop.ended(await shop.start(csv_of(shop.product("1")) + wrong))
    assert (run["status"], run["removed"], run["rejected"]) == ("done", 1, 1)
    delisted = [c["product_id"] for c in await shop.commands() if c["event"] == "DelistFeedProduct"]
    assert delisted == [shop.product("3")]
