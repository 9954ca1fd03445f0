"""What was not delivered, or shall be sent again, is sent with the same ids and bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from webhooks_support.owner import OwnerClient
from webhooks_support.receiver import Receiver, accepts, fails

from support.eventually import Eventually
from webhooks.domain.delivery import JITTER, RETRY_AFTER

pytestmark = pytest.mark.timeout(120)


async def three_events(owner: OwnerClient, receiver: Receiver, eventually: Eventually) -> str:
    order_id, before = owner.order_id(), len(receiver.calls)
    await owner.tell(owner.placed(order_id), owner.paid(order_id), owner.shipped(order_id))
    await eventually(lambda: len(receiver.calls) == before + 3, within=20)
    return order_id


async def all_delivered(owner: OwnerClient, webhook: dict[str, Any], eventually: Eventually) -> None:
    async def none_pending() -> bool:
        return await owner.deliveries(webhook, status="pending") == []

    await eventually(none_pending, within=20)


async def test_one_delivery_is_sent_again_and_a_repeat_with_the_same_key_is_not(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    webhook = await owner.create(receiver.url)
    await three_events(owner, receiver, eventually)
    await all_delivered(owner, webhook, eventually)
    path = f"{owner.path(webhook)}/deliveries/{receiver.calls[1].event_id}"
    for _ in range(2):
        status, _, _ = await owner.call("POST", f"{path}/replay", headers={"Idempotency-Key": "k1"})
        assert status == 202
        await all_delivered(owner, webhook, eventually)
    assert len(receiver.calls) == 4
    assert (receiver.calls[3].event_id, receiver.calls[3].body) == (
        receiver.calls[1].event_id,
        receiver.calls[1].body,
    )
    details = await owner.ask("GET", path)
    assert (details["status"], details["attempts"], len(details["attempt_log"])) == ("delivered", 2, 2)


async def test_a_time_is_sent_again_in_order(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    webhook, since = await owner.create(receiver.url), owner.clock()
    await three_events(owner, receiver, eventually)
    await all_delivered(owner, webhook, eventually)
    answer = await owner.ask(
        "POST", f"{owner.path(webhook)}/replay", json={"since": since.isoformat(), "missing": True}
    )
    assert answer == {"queued": 0}
    answer = await owner.ask("POST", f"{owner.path(webhook)}/replay", json={"since": since.isoformat()})
    assert answer == {"queued": 3}
    await eventually(lambda: len(receiver.calls) == 6, within=20)
    assert [c.event_id for c in receiver.calls[3:]] == [c.event_id for c in receiver.calls[:3]]


async def test_what_happened_while_a_webhook_was_disabled_is_delivered_by_a_replay(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    webhook, since = await owner.create(receiver.url), owner.clock()
    await owner.ask("PATCH", owner.path(webhook), json={"enabled": False})
    async with Receiver().serving() as other:
        await owner.create(other.url)
        await three_events(owner, other, eventually)
    status, problem, _ = await owner.call(
        "POST", f"{owner.path(webhook)}/replay", json={"since": since.isoformat()}
    )
    assert (status, problem["code"]) == (409, "webhook_disabled")
    await owner.ask("PATCH", owner.path(webhook), json={"enabled": True})
    assert receiver.calls == []
    replay = {"since": since.isoformat(), "missing": True}
    assert await owner.ask("POST", f"{owner.path(webhook)}/replay", json=replay) == {"queued": 3}
    await eventually(lambda: len(receiver.calls) == 3, within=20)
    assert receiver.types == ["order.placed", "order.paid", "order.shipped"]


async def test_after_ten_attempts_a_delivery_is_exhausted_and_the_next_of_its_order_goes_on(
    owner: OwnerClient, receiver: Receiver, running: Any, eventually: Eventually
) -> None:
    webhook, order_id = await owner.create(receiver.url), owner.order_id()
    placed, paid = owner.placed(order_id), owner.paid(order_id)
    receiver.behaviour = fails
    await owner.tell(placed, paid)
    try:
        for attempt, pause in enumerate(RETRY_AFTER, start=1):
            await eventually(lambda n=attempt: len(receiver.calls) >= n, within=20, what=f"call {attempt}")
            await _tried(owner, webhook, "order.placed", attempt, eventually)
            running.clock.forward += pause * (1 + JITTER)
        await eventually(lambda: receiver.types[-1] == "order.paid", within=20, what="the next of the order")
        [exhausted] = await owner.deliveries(webhook, status="exhausted")
        assert (exhausted["type"], exhausted["attempts"]) == ("order.placed", 10)
        receiver.behaviour = accepts
        path = f"{owner.path(webhook)}/deliveries/{exhausted['delivery_id']}/replay"
        await owner.ask("POST", path)
        await eventually(lambda: receiver.types[-1] == "order.placed", within=20, what="the replay")
        assert len({(c.event_id, c.body) for c in receiver.calls if c.type == "order.placed"}) == 1
    finally:
        running.clock.forward = timedelta()


async def _tried(
    owner: OwnerClient, webhook: dict[str, Any], kind: str, attempts: int, eventually: Eventually
) -> None:
    async def so_often() -> bool:
        return any(
            one["type"] == kind and one["attempts"] >= attempts for one in await owner.deliveries(webhook)
        )

    await eventually(so_often, within=20, what=f"{attempts} attempts in the log")


async def test_nothing_but_failures_for_five_days_disable_a_webhook(
    owner: OwnerClient, receiver: Receiver, running: Any, eventually: Eventually
) -> None:
    webhook = await owner.create(receiver.url)
    receiver.behaviour = fails
    try:
        for n in range(10):
            await owner.tell(owner.placed(owner.order_id()))
            await eventually(lambda n=n: len(receiver.calls) >= n + 1, within=20)
        running.clock.forward += timedelta(days=5)

        async def is_disabled() -> bool:
            return (await owner.read(webhook))["enabled"] is False

        await eventually(is_disabled, within=30)
        assert "five days" in (await owner.read(webhook))["disabled_reason"]
        told = [item["type"] for item in (await owner.feed())["items"]]
        assert told.count("webhook.disabled") == 1
        assert await owner.deliveries(webhook, status="pending") == []
    finally:
        running.clock.forward = timedelta()
