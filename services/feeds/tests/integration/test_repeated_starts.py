"""A run is started once for an Idempotency-Key, and what interrupted uploads leave behind goes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from feeds_support.shop import Shop, csv_of

from feeds.adapters.mongo_files import MongoFiles
from runtime.clock import system_clock
from runtime.mongo.client import connect, database


async def test_a_repeated_upload_starts_one_run(shop: Shop) -> None:
    await shop.open()
    file = csv_of(shop.product("1"))
    async with shop.catalog():
        first = await shop.start(file, key="upload-1")
        assert await shop.start(file, key="upload-1") == first
        assert (await shop.ended(first))["accepted"] == 1
        assert await shop.start(file, key="upload-1") == first
        assert await shop.start(file, key="upload-2") != first
        assert await shop.start(file) != first


async def test_the_same_upload_sent_at_once_starts_one_run_and_keeps_one_file(
    shop: Shop, running: Any
) -> None:
    await shop.open()
    file = csv_of(*(shop.product(str(number)) for number in range(500)))
    runs = await asyncio.gather(*(shop.start(file, key="k") for _ in range(6)))
    assert len(set(runs)) == 1
    async with connect(running.settings.mongodb_uri) as client:
        files = database(client, running.settings.database("feeds"))["files.files"]
        stored = [one["_id"] async for one in files.find()]
        [in_use] = [
            run["file_id"]
            async for run in database(client, running.settings.database("feeds"))["runs"].find(
                {"_id": runs[0]}
            )
        ]
    assert stored.count(in_use) == 1
    async with shop.catalog():
        assert (await shop.ended(runs[0]))["accepted"] == 500


async def test_a_repeated_start_of_an_address_starts_one_run(shop: Shop, site: Any) -> None:
    site.content, site.status, site.tag = csv_of(shop.product("1")), 200, f'"{shop.mini_program_id}"'
    await shop.open(url=site.url)
    first = await shop.start(None, key="fetch")
    assert await shop.start(None, key="fetch") == first
    async with shop.catalog():
        await shop.ended(first)


@pytest.mark.parametrize("other", ["file", "query", "address"])
async def test_a_key_with_another_request_is_refused(shop: Shop, site: Any, other: str) -> None:
    await shop.open(url=site.url)
    file = csv_of(shop.product("1"))
    await shop.start(file, key="k")
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "k"}
    sent = {"file": csv_of(shop.product("2")), "query": file, "address": None}[other]
    query = "?allow_mass_removal=true" if other == "query" else ""
    status, problem = await shop.call("POST", shop.runs + query, data=sent, headers=headers)
    assert (status, problem["code"]) == (422, "idempotency_key_reused")


async def test_a_malformed_key_is_refused(shop: Shop) -> None:
    await shop.open()
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "é"}
    status, problem = await shop.call("POST", shop.runs, data=csv_of("1"), headers=headers)
    assert (status, problem["code"]) == (400, "idempotency_key_invalid")


async def test_what_an_interrupted_upload_left_goes_and_files_of_runs_stay(
    mongodb_uri: str, prefix: str
) -> None:
    async def chunks() -> Any:
        yield b"x" * 600_000

    async with connect(mongodb_uri) as client:
        db = database(client, f"{prefix}feeds")
        files = MongoFiles(db)
        await files.store("used", chunks())
        await files.store("left", chunks())
        await db["files.files"].delete_one({"_id": "left"})  # a process that ended before its last write
        await files.store("unused", chunks())
        await files.delete_older(system_clock() - timedelta(hours=1), {"used"})
        assert set(await db["files.chunks"].distinct("files_id")) == {"used", "left", "unused"}
        await files.delete_older(system_clock() + timedelta(hours=1), {"used"})
        assert await db["files.chunks"].distinct("files_id") == ["used"]
        assert await db["files.files"].distinct("_id") == ["used"]
