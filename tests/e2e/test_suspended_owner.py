"""A suspended owner makes every call of the table: it reads, does what its orders need, and changes nothing else."""

from __future__ import annotations

import secrets

import aiohttp
import pytest

from gateway.table import CALLS
from runtime.web.tokens import OWNER
from support.callers import Caller
from support.eventually import eventually
from support.matrix.asking import body_of, own_ids, path_of
from support.matrix.parties import Founder
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

WITHIN = 5
"""Seconds in which a suspension reaches every process."""
REASONS = {"reasons": [{"message": "A complaint."}]}


async def test_its_services_refuse_what_the_table_says_and_its_orders_go_on(platform: Platform) -> None:
    async with aiohttp.ClientSession() as http:
        ops = await Caller(http, platform.demo["gateway"], None).client(platform.demo["ops"])
        world = await Founder(ops, platform.demo["alipay_sandbox"] + "/sandbox/pay").world(2)
        owner, order_id = world.owner, world.neighbour.ids["order_id"]
        suspension = f"/v1/ops/owners/{owner.ids['owner_id']}/suspension"
        leaked = await owner.caller.must("POST", "/v1/owner/clients", {"name": "Old", "role": "orders"})
        await ops.must("POST", suspension, REASONS)

        async def gateway_knows() -> bool:
            """Until then it answers that the body is missing."""
            _, answer = await owner.caller.call("POST", "/v1/owner/clients", b"")
            return bool(answer["code"] == "owner_suspended")

        await eventually(gateway_knows, WITHIN, "the suspension")
        wrong = []
        for call in CALLS:
            ids = own_ids(owner, call)
            if OWNER not in call.scopes or ids is None or call.while_suspended or call.streams:
                continue
            path, key = path_of(call, ids), secrets.token_hex(8)
            status, answer = await owner.caller.call(
                call.method, path, body_of(call, owner), Idempotency_Key=key
            )
            is_refused = status == 403 and answer["code"] == "owner_suspended"
            if is_refused != (call.method != "GET") or (call.method == "GET" and status >= 300):
                wrong.append((call.name, status, answer))
        assert wrong == []
        assert (await owner.caller.must("GET", "/v1/owner"))["reasons"][0]["message"] == "A complaint."

        order = f"/v1/owner/orders/{order_id}"
        parcel = {"carrier": "sf", "tracking_number": "SF1"}
        sent = await owner.caller.must("POST", f"{order}/shipments", parcel)
        corrected = f"{order}/shipments/{sent['shipments'][0]['shipment_id']}"
        await owner.caller.must("PATCH", corrected, {"tracking_number": "SF2"})
        await owner.caller.must("POST", f"{order}/notes", {"text": "sent"})
        await owner.caller.must("POST", f"{order}/refunds/{world.neighbour.ids['refund_id']}/approval", {})
        gift = {"amount": {"amount": 1, "currency": "CNY"}, "reason": "late"}
        await owner.caller.must("POST", f"{order}/refunds", gift, Idempotency_Key=secrets.token_hex(8))
        client = f"/v1/owner/clients/{leaked['client_id']}"
        await owner.caller.must("POST", f"{client}/secrets", {"old_valid_for": 0})
        status, _ = await owner.caller.call("DELETE", client)
        assert status == 204
        answer = {"text": "Thank you."}
        await owner.caller.must("PUT", f"/v1/owner/reviews/{owner.ids['review_id']}/answer", answer)
