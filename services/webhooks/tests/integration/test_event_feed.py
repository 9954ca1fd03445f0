"""Programs that poll get every event once, in order, and history played again tells nothing new."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from webhooks_support.owner import OwnerClient
from webhooks_support.receiver import Receiver

from contracts.catalog import StockLevelChanged
from contracts.catalog_versions import Reason, VersionRejected
from contracts.feeds import FeedRunFinished
from contracts.money import cny
from contracts.payment import PayoutSettled
from contracts.topics import ORDERS
from runtime.service import Service
from support.events import records_of
from support.eventually import Eventually
from webhooks.app import build_app

pytestmark = pytest.mark.timeout(120)


async def read_all(owner: OwnerClient, count: int, eventually: Eventually) -> list[dict[str, Any]]:
    async def found() -> list[dict[str, Any]]:
        items = list((await owner.feed())["items"])
        assert len(items) >= count, items
        return items

    return list(await eventually(found, within=20))


async def test_pages_follow_each_other_and_the_last_cursor_goes_on(
    owner: OwnerClient, eventually: Eventually
) -> None:
    orders = [owner.order_id() for _ in range(5)]
    for order_id in orders:
        await owner.tell(owner.placed(order_id))
    everything = await read_all(owner, 5, eventually)
    first = await owner.feed(limit="3")
    second = await owner.feed(limit="3", cursor=first["next_cursor"])
    assert first["items"] + second["items"] == everything
    end = await owner.feed(cursor=second["next_cursor"])
    assert (end["items"], end["next_cursor"]) == ([], second["next_cursor"])
    assert {item["data"]["order_id"] for item in everything} == set(orders)


async def test_a_waiting_call_is_answered_by_the_next_event(
    owner: OwnerClient, eventually: Eventually
) -> None:
    start = await owner.feed()
    waiting = asyncio.create_task(owner.feed(cursor=start["next_cursor"], wait="25"))
    order_id = owner.order_id()
    await owner.tell(owner.placed(order_id))
    page = await waiting
    assert [item["data"]["order_id"] for item in page["items"]] == [order_id]
    assert page["next_cursor"] != start["next_cursor"]


async def test_a_cursor_of_another_feed_is_refused(owner: OwnerClient) -> None:
    for cursor in ("abc", "WyJ4IiwxXQ"):
        status, problem, _ = await owner.call("GET", "/v1/owner/events", params={"cursor": cursor})
        assert (status, problem["code"]) == (422, "invalid_cursor")
    status, _, _ = await owner.call("GET", "/v1/owner/events", params={"wait": "31"})
    assert status == 422


async def test_the_feed_says_what_webhooks_are_told(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    await owner.create(receiver.url)
    await owner.tell(owner.placed(owner.order_id()))
    await eventually(lambda: receiver.calls, within=20)
    [item] = await read_all(owner, 1, eventually)
    assert item == {"event_id": receiver.calls[0].event_id, **receiver.calls[0].event}


async def test_versions_payouts_feeds_and_stock_are_told(owner: OwnerClient, eventually: Eventually) -> None:
    of_mine: dict[str, Any] = {"mini_program_id": owner.mini_program_id, "at": owner.clock()}
    rejected = VersionRejected(
        version=3,
        owner_id=owner.owner_id,
        version_id="v1",
        number=1,
        reasons=(Reason(message="too small"),),
        **of_mine,
    )
    payout = PayoutSettled(
        version=1, payout_id="p1", payee=owner.owner_id, day="2026-11-01", amount=cny(5), **of_mine
    )
    to_a_creator = payout.model_copy(update={"payee_kind": "creator", "payout_id": "p2"})
    counts = {"lines": 4, "accepted": 3, "unchanged": 0, "rejected": 1, "removed": 0}
    ended = FeedRunFinished(
        version=5, run_id="r1", feed_id="f1", owner_id=owner.owner_id, status="done", **counts, **of_mine
    )
    await owner.tell(rejected, payout, to_a_creator, ended)
    sku_id = f"sku-{owner.owner_id}"
    for version, available in enumerate((9, 5, 4, 3, 8, 5), start=1):
        level = StockLevelChanged(
            version=version, sku_id=sku_id, product_id="p", mini_program_id=owner.mini_program_id,
            available=available, low_at=5,
        )  # fmt: skip
        await owner.tell(level)
    items = await read_all(owner, 5, eventually)
    by_type = {kind: [i for i in items if i["type"] == kind] for kind in {i["type"] for i in items}}
    assert by_type["version.rejected"][0]["data"]["reasons"] == [{"field": None, "message": "too small"}]
    assert [i["data"]["payout_id"] for i in by_type["payout.settled"]] == ["p1"]
    assert [i["data"]["available"] for i in by_type["stock.low"]] == [5, 5]
    [finished] = by_type["feed.finished"]
    assert finished["data"].items() >= {"feed_id": "f1", "run_id": "r1", "status": "done", **counts}.items()


async def test_what_is_older_than_thirty_days_is_not_told(owner: OwnerClient, eventually: Eventually) -> None:
    old, recent = owner.order_id(), owner.order_id()
    await owner.tell(owner.placed(old, owner.clock() - timedelta(days=31)), owner.placed(recent))
    items = await read_all(owner, 1, eventually)
    assert {item["data"]["order_id"] for item in items} == {recent}


async def test_history_from_its_start_into_a_new_group_tells_nothing_new(
    owner: OwnerClient, receiver: Receiver, running: Any, eventually: Eventually
) -> None:
    await owner.create(receiver.url)
    order_id = owner.order_id()
    await owner.tell(owner.placed(order_id), owner.paid(order_id))
    await eventually(lambda: len(receiver.calls) == 2, within=20)
    before = await read_all(owner, 2, eventually)
    marker = owner.order_id()
    service = build_app(running.settings, clock=running.clock)
    subscribe = service.subscribe
    service.subscribe = lambda *all_of_them: subscribe(  # type: ignore[method-assign]
        *(replace(one, name=f"{one.name}-again") for one in all_of_them)
    )
    async with service.running():
        await owner.tell(owner.placed(marker))
        await eventually(lambda: len(receiver.calls) >= 3, within=30)
        await eventually(lambda: _has_read_to(service, "orders-again"), within=30)
    assert [call.event["data"]["order_id"] for call in receiver.calls] == [order_id, order_id, marker]
    assert (await owner.feed())["items"][: len(before)] == before


async def _has_read_to(service: Service, subscription: str) -> bool:
    """Whether the group has committed all that the topic of orders holds."""
    admin = AIOKafkaAdminClient(bootstrap_servers=service.settings.kafka)
    await admin.start()
    try:
        committed = await admin.list_consumer_group_offsets(service.settings.group("webhooks", subscription))
    finally:
        await admin.close()
    records = await records_of(service.settings.kafka, service.settings.topic(ORDERS.name))
    ends = {record.partition: record.offset + 1 for record in records}
    reached = {place.partition: found.offset for place, found in committed.items()}
    return all(reached.get(partition, 0) >= end for partition, end in ends.items())
