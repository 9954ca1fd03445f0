"""Feeds are described once, and fetched from the addresses of their shops."""

from __future__ import annotations

from typing import Any

import pytest
from feeds_support.shop import Shop, csv_of


async def test_a_fetched_feed_is_applied_and_not_again_while_it_stays_the_same(shop: Shop, site: Any) -> None:
    site.content, site.status, site.tag = csv_of(shop.product("1")), 200, f'"{shop.mini_program_id}"'
    await shop.open(url=site.url)
    async with shop.catalog():
        first = await shop.ended(await shop.start(None))
        second = await shop.ended(await shop.start(None))
    assert (first["status"], first["accepted"]) == ("done", 1)
    assert (second["status"], second["lines"]) == ("done", 0)
    assert "not changed" in second["reason"]


async def test_a_file_that_stays_the_same_is_applied_again_for_wrong_lines_and_another_description(
    shop: Shop, site: Any
) -> None:
    wrong = f"{shop.product('2')},Pot,12.00 CNY,Shoes,https://shop.example/2.jpg,5\n".encode()
    site.content, site.status, site.tag = csv_of(shop.product("1")) + wrong, 200, f'"{shop.mini_program_id}"'
    await shop.open(url=site.url, max_rejected_percent=50)
    async with shop.catalog():
        runs = [await shop.ended(await shop.start(None)) for _ in range(2)]
        assert [(run["lines"], run["rejected"]) for run in runs] == [(2, 1)] * 2
        site.content, site.tag = csv_of(shop.product("1")), f'"{shop.mini_program_id}-2"'
        runs = [await shop.ended(await shop.start(None)) for _ in range(2)]
        assert [run["lines"] for run in runs] == [1, 0]
        await shop.must("PATCH", f"{shop.path}/{shop.feed_id}", json={"default_stock": 7})
        assert (await shop.ended(await shop.start(None)))["lines"] == 1


@pytest.mark.parametrize(("status", "words"), [(404, "answers 404"), (302, "a redirect")])
async def test_an_address_that_has_no_file_fails_the_run_in_words(
    shop: Shop, site: Any, status: int, words: str
) -> None:
    site.content, site.status = b"", status
    await shop.open(url=site.url)
    run = await shop.ended(await shop.start(None))
    assert run["status"] == "failed"
    assert words in run["reason"]


async def test_a_scheduled_feed_runs_by_itself(shop: Shop, site: Any) -> None:
    site.content, site.status, site.tag = csv_of(shop.product("1")), 200, f'"{shop.mini_program_id}"'
    async with shop.catalog():
        await shop.open(url=site.url, every="PT1H")

        async def has_run() -> bool:
            assert len(await shop.commands()) == 1
            return True

        await shop.eventually(has_run, within=40, what="the run")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/feed", "http://169.254.169.254/", "https://shop.example:22/"]
)
async def test_an_address_inside_is_refused_at_once(shop: Shop, url: str) -> None:
    await shop.open()
    feed = {"name": "All", "format": "csv", "mode": "full", "url": url}
    status, problem = await shop.call("POST", shop.path, json=feed)
    assert (status, problem["errors"][0]["field"]) == (422, "url")


async def test_a_feed_is_listed_read_and_changed(shop: Shop) -> None:
    await shop.open()
    path = f"{shop.path}/{shop.feed_id}"
    assert [one["feed_id"] for one in (await shop.must("GET", shop.path))["items"]] == [shop.feed_id]
    changed = await shop.must("PATCH", path, json={"name": "Pots", "max_rejected_percent": 5})
    assert (changed["name"], changed["max_rejected_percent"], changed["version"]) == ("Pots", 5, 2)
    status, problem = await shop.call("PATCH", path, json={"name": "x"}, headers={"If-Match": '"1"'})
    assert (status, problem["version"]) == (412, 2)
    assert (await shop.must("GET", path))["name"] == "Pots"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"every": "PT1H"}, "every"), ({"every": "PT1M"}, "every"), ({"format": "xls"}, "format")],
)
async def test_a_feed_that_contradicts_itself_is_refused(
    shop: Shop, changes: dict[str, Any], field: str
) -> None:
    await shop.open()
    feed = {"name": "All", "format": "csv", "mode": "full"} | changes
    status, problem = await shop.call("POST", shop.path, json=feed)
    assert (status, problem["errors"][0]["field"]) == (422, field)


async def test_a_run_needs_a_file_or_an_address(shop: Shop) -> None:
    await shop.open()
    status, problem = await shop.call("POST", shop.runs)
    assert status == 422
    assert "url" in problem["errors"][0]["message"]
