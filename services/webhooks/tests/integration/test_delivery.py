"""Events reach a receiver once each, in order for each order, signed as Standard Webhooks says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from webhooks_support.owner import OwnerClient
from webhooks_support.receiver import (
    Receiver,
    accepts,
    answers_much,
    asks_to_wait,
    closes,
    fails,
    hangs,
    is_gone,
    redirects,
)

from runtime.kafka.publisher import Publisher
from runtime.outbox.recorder import direct_record
from support.eventually import Eventually

pytestmark = pytest.mark.timeout(120)


async def told(receiver: Receiver, eventually: Eventually, count: int) -> list[str]:
    await eventually(lambda: len(receiver.calls) >= count, within=20, what=f"{count} calls")
    return receiver.types


async def test_the_events_of_an_order_arrive_in_order_and_are_signed(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    webhook, order_id = await owner.create(receiver.url), owner.order_id()
    await owner.tell(owner.placed(order_id), owner.paid(order_id), owner.shipped(order_id))
    assert await told(receiver, eventually, 3) == ["order.placed", "order.paid", "order.shipped"]
    for call in receiver.calls:
        verified = Webhook(webhook["secret"]).verify(call.body, dict(call.headers))
        assert verified["data"]["order_id"] == order_id
        with pytest.raises(WebhookVerificationError):
            Webhook(webhook["secret"]).verify(call.body + b" ", dict(call.headers))
    listed = await _until(
        eventually, owner, webhook, lambda found: all(one["status"] == "delivered" for one in found)
    )
    assert [one["type"] for one in listed] == ["order.shipped", "order.paid", "order.placed"]


async def test_a_record_that_comes_again_is_delivered_once(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    await owner.create(receiver.url)
    order_id, other = owner.order_id(), owner.order_id()
    event = owner.placed(order_id)
    await tell_twice(owner, event)
    await owner.tell(owner.placed(other))
    await eventually(lambda: other in str([call.event for call in receiver.calls]), within=20)
    assert len([call for call in receiver.calls if call.event["data"]["order_id"] == order_id]) == 1


async def tell_twice(owner: OwnerClient, event: Any) -> None:
    """The same record, as a producer that was interrupted repeats it."""
    publisher = Publisher(owner.settings.kafka)
    record = direct_record(
        event, event_id=f"id{event.order_id[-20:]}", at=owner.clock(), prefix=owner.settings.prefix
    )
    await publisher.publish([record, record])
    await publisher.stop()


async def test_a_retry_sends_the_same_id_and_bytes_and_the_next_event_waits_for_it(
    owner: OwnerClient, receiver: Receiver, running: Any, eventually: Eventually
) -> None:
    receiver.behaviour = fails
    await owner.create(receiver.url)
    order_id = owner.order_id()
    await owner.tell(owner.placed(order_id))
    await told(receiver, eventually, 1)
    await owner.tell(owner.paid(order_id))
    other = owner.order_id()
    await owner.tell(owner.placed(other))
    await eventually(lambda: len(receiver.calls) >= 2, within=20, what="the other order's event")
    receiver.behaviour = accepts
    await eventually(lambda: "order.paid" in receiver.types, within=40, what="the retries")
    of_order = [call for call in receiver.calls if call.event["data"]["order_id"] == order_id]
    assert [call.type for call in of_order] == ["order.placed", "order.placed", "order.paid"]
    assert len({(call.event_id, call.body) for call in of_order[:2]}) == 1


async def _until(eventually: Eventually, owner: OwnerClient, webhook: dict[str, Any], is_so: Any) -> Any:
    async def found() -> Any:
        listed = await owner.deliveries(webhook)
        assert listed
        assert is_so(listed), listed
        return listed

    return await eventually(found, within=30)


@pytest.mark.parametrize(
    ("behaviour", "status", "words"),
    [
        (fails, 500, ""),
        (redirects, 302, ""),
        (closes, None, "The connection failed"),
        (asks_to_wait("junk"), 503, ""),
    ],
    ids=["fails", "redirects", "closes", "asks for nonsense"],
)
async def test_what_went_wrong_is_in_the_log_and_the_retry_is_due(
    owner: OwnerClient,
    receiver: Receiver,
    eventually: Eventually,
    behaviour: Any,
    status: int | None,
    words: str,
) -> None:
    receiver.behaviour = behaviour
    webhook = await owner.create(receiver.url)
    await owner.tell(owner.placed(owner.order_id()))
    [listed] = await _until(eventually, owner, webhook, lambda found: found[0]["attempts"] == 1)
    assert (listed["status"], listed["last_attempt"]["status"]) == ("pending", status)
    assert words in (listed["last_attempt"]["error"] or "")
    assert listed["next_attempt_at"] is not None
    assert len(receiver.calls) == 1
    assert (await owner.read(webhook))["failures"] == 1


async def test_failures_are_forgotten_with_another_url_and_with_no_other_change(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    receiver.behaviour = fails
    webhook = await owner.create(receiver.url)
    await owner.tell(owner.placed(owner.order_id()))
    await _until(eventually, owner, webhook, lambda found: found[0]["attempts"] == 1)
    await owner.ask("PATCH", owner.path(webhook), json={"events": ["order.placed"]})
    assert (await owner.read(webhook))["failures"] == 1
    await owner.ask("PATCH", owner.path(webhook), json={"url": f"{receiver.url}?other"})
    assert (await owner.read(webhook))["failures"] == 0


async def test_ten_megabytes_of_answer_count_as_delivered_and_only_their_start_is_kept(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    receiver.behaviour = answers_much
    webhook = await owner.create(receiver.url)
    await owner.tell(owner.placed(owner.order_id()))
    [listed] = await _until(eventually, owner, webhook, lambda found: found[0]["status"] == "delivered")
    assert listed["last_attempt"]["answer"] == "x" * 1024


async def test_a_receiver_that_hangs_delays_no_other(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    async with Receiver(hangs).serving() as hanging:
        await owner.create(hanging.url)
        await owner.create(receiver.url)
        for _ in range(20):
            await owner.tell(owner.placed(owner.order_id()))
        await eventually(lambda: len(receiver.calls) == 20, within=10, what="the healthy receiver's events")
        assert len(hanging.calls) <= 8


async def test_retry_after_lengthens_the_pause_to_a_day_at_most(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    receiver.behaviour = asks_to_wait("999999999")
    webhook = await owner.create(receiver.url)
    await owner.tell(owner.placed(owner.order_id()))
    [listed] = await _until(eventually, owner, webhook, lambda found: found[0]["attempts"] == 1)
    pause = datetime.fromisoformat(listed["next_attempt_at"]) - datetime.fromisoformat(
        listed["last_attempt"]["at"]
    )
    assert pause == timedelta(days=1)


async def test_gone_disables_the_webhook_and_the_owner_is_told(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    async with Receiver(is_gone).serving() as gone:
        webhook = await owner.create(gone.url, "order.placed")
        await owner.create(receiver.url, "webhook.disabled")
        await owner.tell(owner.placed(owner.order_id()))
        assert await told(receiver, eventually, 1) == ["webhook.disabled"]

        async def is_disabled() -> bool:
            return (await owner.read(webhook))["enabled"] is False

        await eventually(is_disabled, within=10)
    read = await owner.read(webhook)
    assert read["disabled_reason"] == "The receiver answered 410 Gone."
