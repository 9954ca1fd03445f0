"""Poison in every consumed topic: the rest flows on, the poison is set aside with its reason, and can be put back."""

from __future__ import annotations

import os
import secrets
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from anchorage_cli.dlq import Replayed, replay
from anchorage_cli.installation import Installation
from contracts.envelope import Envelope, source_of
from contracts.registry import all_events
from contracts.topics import ENGAGEMENT, MINI_PROGRAMS, ORDERS, PAYMENTS, PRODUCTS, SETTLEMENTS, STOCK, Topic
from runtime.clock import system_clock
from support.events import records_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CONSUMED = (MINI_PROGRAMS, PRODUCTS, ENGAGEMENT, ORDERS, STOCK, PAYMENTS, SETTLEMENTS)
"""Topics that consumer groups take; search reads its own without a group and counts what it cannot read."""


def _headers(topic: Topic, event_id: str) -> list[tuple[str, bytes]]:
    names = {
        "mini-programs": "MiniProgramChanged", "products": "ProductChanged", "engagement": "ProductViewed",
        "orders": "OrderPaid", "stock": "StockReserved", "payments": "PaymentSettled",
        "settlements": "CommissionAccrued",
    }  # fmt: skip
    event = next(event for event in all_events() if event.__name__ == names[topic.name])
    return Envelope(
        event_id, event.type_name(), source_of(topic.producer), system_clock(), "poison"
    ).headers()


async def test_poison_in_each_topic_is_set_aside_and_an_order_still_goes_through(
    host_app: Any, platform: Any
) -> None:
    kafka, prefix = platform.demo["kafka"], platform.prefix
    garbled = {topic.name: secrets.token_hex(8) for topic in CONSUMED}
    key = secrets.token_hex(8).encode()
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for topic in CONSUMED:
            name = prefix + topic.name
            for partition in range(topic.partitions):
                headers = _headers(topic, f"{garbled[topic.name]}{partition}")
                await producer.send_and_wait(name, b"{not json", key, partition, headers=headers)
                broken = [("ce_id", None), ("ce_type", os.urandom(12)), ("reply_to", b"orders")]
                await producer.send_and_wait(name, b"\xff\xfe", key, partition, headers=broken)
    finally:
        await producer.stop()

    brand = host_app.shop("brand")
    _, sku = await host_app.product_on_sale(brand)
    token = await host_app.enter(brand)
    order = await host_app.place(brand, token, sku)
    assert order["status"] == "awaiting_payment", order
    await host_app.pay(order)
    await host_app.until(order, token, "paid")

    for topic in CONSUMED:
        letters = await host_app.eventually(
            lambda topic=topic: _letters(kafka, prefix, topic, key),
            within=60,
            what=f"dead letters of {topic.name}",
        )
        reasons = {dict(letter.headers)["dlq_reason"].decode().partition(":")[0] for letter in letters}
        assert reasons >= {"ValidationError", "BadEnvelope"}, reasons
        assert {dict(letter.headers)["dlq_topic"].decode() for letter in letters} == {prefix + topic.name}

    where = Installation(kafka, platform.demo["mongodb"], prefix, platform.folder / "traces")
    event_id = f"{garbled['payments']}0"
    before = len(await _with_id(kafka, prefix, event_id))
    assert await replay(where, "payments", event_id=event_id) == Replayed(before)
    again = await host_app.eventually(
        lambda: _more_than(kafka, prefix, event_id, before),
        within=30,
        what="the replayed poison to be set aside again",
    )
    assert all(dict(letter.headers)["ce_id"].decode() == event_id for letter in again)


async def _letters(kafka: str, prefix: str, topic: Topic, key: bytes) -> list[Any] | None:
    letters = [r for r in await records_of(kafka, f"{prefix}{topic.name}.dlq") if r.key == key]
    return letters if len(letters) >= 2 * topic.partitions else None


async def _with_id(kafka: str, prefix: str, event_id: str) -> list[Any]:
    letters = await records_of(kafka, f"{prefix}payments.dlq")
    return [r for r in letters if (dict(r.headers).get("ce_id") or b"").decode() == event_id]


async def _more_than(kafka: str, prefix: str, event_id: str, count: int) -> list[Any] | None:
    letters = await _with_id(kafka, prefix, event_id)
    return letters if len(letters) > count else None
