"""Runs of feeds, from the file to the outcomes of the catalog."""

from __future__ import annotations

import gzip
import json
from datetime import datetime

import aiohttp
import pytest
from feeds_support.shop import HEADER, Shop, csv_of

from contracts.feeds import FeedPictureTried, PictureOutcome
from feeds.app import build_app
from support.events import records_of, value_of


def entries(report: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in report.splitlines()]


async def test_an_uploaded_feed_is_applied_and_each_line_has_an_outcome(shop: Shop) -> None:
    await shop.open(max_rejected_percent=50, default_stock=3)
    one, two, three = (shop.product(name) for name in ("1", "2", "3"))
    wrong = f"{shop.product('4')},Pot,free,Shoes,https://shop.example/4.jpg,5\n".encode()
    outcomes = {one: "accepted", two: "unchanged", three: "rejected"}
    async with shop.catalog(lambda command: outcomes[command["product_id"]]):  # type: ignore[return-value]
        run_id = await shop.start(csv_of(one, two, three) + wrong)
        run = await shop.ended(run_id)
    assert run["status"] == "done"
    counts = {name: run[name] for name in ("lines", "accepted", "unchanged", "rejected", "removed")}
    assert counts == {"lines": 4, "accepted": 1, "unchanged": 1, "rejected": 2, "removed": 0}
    assert run["progress"] == 1
    assert [(e["line"], e["field"], e["value"]) for e in entries(await shop.report(run_id))] == [
        (4, "id", ""),
        (4, "id", ""),
        (4, "product_type", ""),
        (5, "price", "free"),
        (5, "product_type", "Shoes"),
    ]
    assert "product_id" in (await shop.report(run_id, "?format=csv")).splitlines()[0]
    sku = (await shop.commands())[0]["skus"][0]
    assert (sku["price"]["amount"], sku["available"], sku["initial_stock"]) == (1200, 5, 3)

    async def told() -> dict[str, object]:
        values = [value_of(r) for r in await records_of(shop.kafka, f"{shop.prefix}feeds")]
        [event] = [value for value in values if value["run_id"] == run_id]
        return dict(event)

    event = await shop.eventually(told, within=20, what="the event")
    assert (event["status"], event["accepted"], event["owner_id"]) == ("done", 1, shop.owner_id)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (HEADER.encode() + b"a b,Pot,free,Pots,x,5\n", "1 of 1 lines are wrong"),
        (HEADER.encode(), "no lines"),
        (b"<html>", "HTML"),
        (b"name\nPot\n", "`id`"),
        (gzip.compress(csv_of("1"))[:-9], "damaged"),
    ],
)
async def test_a_feed_that_must_not_be_applied_is_refused_and_changes_nothing(
    shop: Shop, file: bytes, words: str
) -> None:
    await shop.open()
    run = await shop.ended(await shop.start(file))
    assert run["status"] == "refused"
    assert words in run["reason"]
    assert await shop.commands() == []


async def test_a_doctype_refuses_the_run(shop: Shop) -> None:
    await shop.open(format="google_xml")
    file = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><id>&x;</id></item></rss>'
    run = await shop.ended(await shop.start(file))
    assert (run["status"], "DOCTYPE" in run["reason"]) == ("refused", True)


async def test_a_full_feed_takes_off_sale_what_it_does_not_have(shop: Shop) -> None:
    await shop.open("1", "2", "3", mode="full")
    async with shop.catalog():
        run = await shop.ended(await shop.start(csv_of(shop.product("1"), shop.product("2"))))
    assert (run["status"], run["accepted"], run["removed"], run["lines"]) == ("done", 2, 1, 2)
    delisted = [c["product_id"] for c in await shop.commands() if c["event"] == "DelistFeedProduct"]
    assert delisted == [shop.product("3")]


async def test_a_full_feed_that_lacks_more_than_half_is_refused_unless_it_is_meant(shop: Shop) -> None:
    await shop.open("1", "2", "3", mode="full")
    file = csv_of(shop.product("1"))
    run = await shop.ended(await shop.start(file))
    assert (run["status"], "2 of 3 products" in run["reason"]) == ("refused", True)
    async with shop.catalog():
        run = await shop.ended(await shop.start(file, "?allow_mass_removal=true"))
    assert (run["status"], run["removed"]) == ("done", 2)


async def test_a_run_that_is_interrupted_goes_on_and_counts_each_product_once(
    shop: Shop, running: object
) -> None:
    await shop.open()
    settings = running.settings.model_copy(update={"prefix": shop.prefix})  # type: ignore[attr-defined]
    products = [shop.product(str(number)) for number in range(20)]
    run_id = await shop.start(csv_of(*products))

    async def is_sent() -> bool:
        assert len(await shop.commands()) >= len(products)
        return True

    await shop.eventually(is_sent, within=30, what="the commands")
    async with build_app(settings).running(), shop.catalog():  # a second replica
        run = await shop.ended(run_id)
    assert (run["status"], run["lines"], run["accepted"]) == ("done", 20, 20)


async def test_a_cancelled_run_ends_and_says_so(shop: Shop) -> None:
    await shop.open()
    run_id = await shop.start(csv_of(shop.product("1")))
    assert (await shop.must("DELETE", f"{shop.runs}/{run_id}"))["status"] == "cancelled"
    assert (await shop.ended(run_id))["status"] == "cancelled"
    async with shop.catalog():
        assert (await shop.ended(await shop.start(csv_of(shop.product("1")))))["status"] == "done"


async def test_runs_of_one_mini_program_come_in_the_order_in_which_they_were_queued(shop: Shop) -> None:
    await shop.open()
    async with shop.catalog():
        first = await shop.start(csv_of(shop.product("1")))
        second = await shop.start(csv_of(shop.product("1"), price="13.00 CNY"))
        ended = [await shop.ended(first), await shop.ended(second)]
    finished, started = (
        datetime.fromisoformat(at) for at in (ended[0]["finished_at"], ended[1]["started_at"])
    )
    assert finished <= started
    assert [c["skus"][0]["price"]["amount"] for c in await shop.commands()] == [1200, 1300]


async def test_nobody_else_sees_or_runs_a_feed(shop: Shop) -> None:
    await shop.open()
    run_id = await shop.start(csv_of("1"))
    async with aiohttp.ClientSession() as http:
        thief = Shop(shop.url, http, shop.issuer, shop.kafka, shop.prefix, shop.eventually, shop.projection)
        thief.mini_program_id, thief.feed_id = shop.mini_program_id, shop.feed_id
        for method, path in (
            ("GET", shop.path),
            ("GET", f"{shop.path}/{shop.feed_id}"),
            ("POST", shop.runs),
            ("GET", f"{shop.runs}/{run_id}"),
            ("DELETE", f"{shop.runs}/{run_id}"),
            ("GET", f"{shop.runs}/{run_id}/report"),
        ):
            assert (await thief.call(method, path))[0] == 404, (method, path)
    assert (await shop.call("GET", f"{shop.runs}/other"))[0] == 404


async def test_a_picture_that_failed_is_in_the_report_until_it_was_fetched(shop: Shop) -> None:
    await shop.open()
    product, address = shop.product("1"), "https://shop.example/1.jpg"
    async with shop.catalog():
        run_id = await shop.start(csv_of(product))
        await shop.ended(run_id)

    def tried(outcome: PictureOutcome, message: str = "") -> FeedPictureTried:
        return FeedPictureTried(
            version=1, run_id=run_id, mini_program_id=shop.mini_program_id, product_id=product, url=address,
            outcome=outcome, message=message,
        )  # fmt: skip

    async def reported(*messages: str) -> bool:
        found = entries(await shop.report(run_id))
        assert [entry["message"] for entry in found] == list(messages), found
        assert all((e["line"], e["field"], e["value"]) == (2, "image_link", address) for e in found)
        return True

    await shop.published(tried("failed", "The address answers 404."))
    await shop.eventually(lambda: reported("The address answers 404."), within=20, what="the failure")
    await shop.published(tried("failed", "It does not answer."), tried("failed", "It does not answer."))
    await shop.eventually(lambda: reported("It does not answer."), within=20, what="the last failure")
    await shop.published(tried("fetched"))
    await shop.eventually(lambda: reported(), within=20, what="an empty report")
