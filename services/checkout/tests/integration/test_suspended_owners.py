"""A suspended owner's orders go on: it sends, corrects, refunds and notes, and answers reviews. It changes nothing else."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from checkout_support.running import RunningCheckout

from runtime.web.revocations import Revoked


@pytest_asyncio.fixture
async def suspended(checkout: RunningCheckout) -> AsyncIterator[RunningCheckout]:
    """With an order that was paid, and identity says that the owner is suspended."""
    revocations = checkout.service.revocations
    of_identity = revocations.fetch

    async def fetch() -> list[Revoked]:
        return [Revoked("owner", "owner1", 2.0**40)]

    revocations.fetch = fetch
    await revocations.refresh()
    yield checkout
    revocations.fetch = of_identity


async def test_it_does_what_its_orders_need(suspended: RunningCheckout) -> None:
    order = f"/orders/{await suspended.paid_id()}"
    half = [{"sku_id": suspended.sku_id, "quantity": 1}]
    parcel = {"carrier": "zto", "tracking_number": "1", "lines": half}
    status, sent = await suspended.call_as_owner("POST", f"{order}/shipments", parcel)
    assert status == 201, sent
    one = f"{order}/shipments/{sent['shipments'][0]['shipment_id']}"
    gift = {"amount": {"amount": 1, "currency": "CNY"}, "reason": "late"}
    asked: tuple[tuple[str, str, Any, int], ...] = (
        ("PATCH", one, {"tracking_number": "2"}, 200),
        ("POST", f"{order}/notes", {"text": "sent"}, 201),
        ("POST", f"{order}/refunds", gift, 201),
    )
    for method, path, body, expected in asked:
        status, answer = await suspended.call_as_owner(method, path, body, key=secrets.token_hex(8))
        assert status == expected, answer
    for verdict in ("approval", "rejection"):
        reason = {"amount": {"amount": 1, "currency": "CNY"}, "reason": "dent"}
        status, wanted = await suspended.call("POST", f"{order}/refunds", reason, key=secrets.token_hex(8))
        assert status == 201, wanted
        refund = f"{order}/refunds/{wanted['refunds'][-1]['refund_id']}/{verdict}"
        status, answer = await suspended.call_as_owner("POST", refund, {"reason": "dent"})
        assert status == 200, answer
    unsent = f"/orders/{await suspended.paid_id()}/cancellation"
    assert (await suspended.call_as_owner("POST", unsent, {"reason": "sold out"}))[0] == 200


async def test_it_answers_a_review_and_sets_nothing_up(suspended: RunningCheckout) -> None:
    order_id = await suspended.completed_id()
    review = {"sku_id": suspended.sku_id, "rating": 4, "text": "Boils fast."}
    _, written = await suspended.call("POST", f"/orders/{order_id}/reviews", review)
    answer = f"/reviews/{written['review_id']}/answer"
    assert (await suspended.call_as_owner("PUT", answer, {"text": "Thank you!"}))[0] == 200
    program = f"/mini-programs/{suspended.mini_program_id}"
    for method, path, body in (
        ("PUT", f"{program}/delivery-terms", {"flat": {"amount": 1, "currency": "CNY"}}),
        ("POST", f"{program}/coupons", {}),
    ):
        status, problem = await suspended.call_as_owner(method, path, body)
        assert (status, problem["code"]) == (403, "owner_suspended"), path
        assert "An operator of the platform can lift" in problem["detail"]
    assert (await suspended.call_as_owner("GET", f"{program}/delivery-terms"))[0] == 200
    assert (await suspended.call_as_owner("GET", f"/orders/{order_id}"))[0] == 200
