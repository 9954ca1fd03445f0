"""The calls of a viewer, of Alipay and of everybody who reads, in one world of the access matrix."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from yarl import URL

from alipay_sandbox.adapters.key_files import ALIPAY_PRIVATE_KEY
from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.domain.signing import notice_text
from gateway.calls import EVENTS, Call
from gateway.recorded_examples import Body, Example
from gateway.table import CALLS
from support.callers import SECONDS, Caller
from support.eventually import eventually
from support.examples.recorder import Recorder
from support.matrix.asking import BODIES, QUERIES, body_of, own_ids, path_of
from support.matrix.parties import Party, World, address_of
from support.sandbox import Controls

REPLACED = ("put_mini_program", "publish_mini_program")
"""Calls that always answer 410."""
RETURN_ORIGIN = "https://host.example"


class Reading:
    """Makes the calls. `sandbox` is Alipay."""

    def __init__(self, world: World, ops: Party, recorder: Recorder, sandbox: Controls, keys: Path) -> None:
        self.world = world
        self.ops = ops
        self.recorder = recorder
        self.sandbox = sandbox
        self.keys = keys
        day = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
        parties = [
            party for party in (world.buyer, world.creator, world.owner, world.host) if party is not None
        ]
        self.ops.ids = {name: value for party in parties for name, value in party.ids.items()} | {"day": day}

    @property
    def parties(self) -> list[Party]:
        """Who may read something."""
        return [*self.world.parties, self.ops]

    async def all(self) -> None:
        """Make every call that the acts of the audit log leave out."""
        await self._what_the_owner_was_told()
        await self._what_hosts_find()
        await self._what_viewers_do()
        await self._what_alipay_says()
        await self._what_was_replaced()
        await self._what_everybody_reads()
        await self._what_viewers_take_back()

    async def _what_the_owner_was_told(self) -> None:
        """The delivery to read is the one about an order that was placed, not whichever came last."""
        owner = self.world.owner
        path = f"/v1/owner/webhooks/{owner.ids['webhook_id']}/deliveries?limit=100"
        listed = (await owner.caller.must("GET", path))["items"]
        placed = next(delivery for delivery in listed if delivery["type"] == "order.placed")
        owner.ids["delivery_id"] = placed["delivery_id"]

    async def _what_hosts_find(self) -> None:
        host, buyer = self.world.host.caller, self.world.buyer
        ids = self.world.owner.ids

        async def found() -> Any:
            page = await host.must("GET", path, Anchorage_Viewer="u1")
            assert page[what], page
            return page

        marker = self.world.owner.marker
        for path, what in (
            (f"/v1/search?q={marker}", "products"), (f"/v1/search/suggestions?q={marker}", "items"),
            (f"/v1/mini-programs/{ids['mini_program_id']}/search?q={marker}", "items"),
        ):  # fmt: skip
            page = await eventually(found, SECONDS, path)
            if what == "products":
                await host.must("POST", "/v1/search/clicks", {"result_id": page["products"][0]["result_id"]})
        await host.must("POST", "/v1/scans", {"text": buyer.ids["code"]}, Anchorage_Viewer="u1")
        if self.world.creator is not None:
            made = self.world.creator.ids
            click = f"/v1/videos/{made['video_id']}/anchors/{made['anchor_id']}/clicks"
            await host.soon("POST", click, {"host_user_id": "u1"})

    async def _what_viewers_do(self) -> None:
        buyer = self.world.buyer
        program = f"/v1/mini-programs/{buyer.ids['mini_program_id']}"
        for name in ("put_cart", "quote_order"):
            call = _called(name)
            await buyer.caller.must(
                call.method, path_of(call, own_ids(buyer, call) or {}), body_of(call, buyer)
            )
        order = await self._order(buyer.caller)
        path = f"{program}/orders/{order['order_id']}"
        key = {"Idempotency_Key": secrets.token_hex(8)}
        await buyer.caller.soon("POST", f"{path}/payments", {"product": "page"}, **key)
        await self._watch(buyer, order["order_id"])
        await buyer.caller.must("POST", f"{path}/cancellation")
        await buyer.caller.must("GET", f"{program}/products/{buyer.ids['product_id']}")

        async def viewed() -> Any:
            return (await buyer.caller.must("GET", f"{program}/account"))["recently_viewed"]

        await eventually(viewed, SECONDS, "the viewed product in the account")
        address = f"{program}/account/addresses/{buyer.ids['address_id']}"
        await buyer.caller.must("PUT", address, address_of(buyer.marker))

    async def _order(self, caller: Caller, **more: str) -> Any:
        """One of the buyer that waits for its payment."""
        buyer = self.world.buyer
        orders = f"/v1/mini-programs/{buyer.ids['mini_program_id']}/orders"
        lines = [{"sku_id": buyer.ids["sku_id"], "quantity": 1}]
        body = {"lines": lines, "address": address_of(buyer.marker), **more}
        order = await caller.must("POST", f"{orders}?wait=10", body, Idempotency_Key=secrets.token_hex(8))

        async def payable() -> Any:
            now = await caller.must("GET", f"{orders}/{order['order_id']}")
            assert now["status"] == "awaiting_payment", now
            return now

        return await eventually(payable, SECONDS, "the link of the order")

    async def _with_return_address(self) -> Any:
        """An order whose payer may return to the host's own page."""
        world, marker = self.world, self.world.buyer.marker
        terms = {"name": f"WeTalk {world.host.marker}", "return_origins": [RETURN_ORIGIN]}
        await self.ops.caller.must("PUT", f"/v1/ops/hosts/{world.host.ids['host_id']}", terms)
        visit = {
            "mini_program_id": world.buyer.ids["mini_program_id"], "host_user_id": f"user-{marker}", "entry": {"surface": "direct"},
        }  # fmt: skip

        member = await world.host.caller.must("POST", "/v1/host/clients", {"name": "Till", "role": "admin"})
        host = await world.host.caller.client(member)  # the token says where payers may return to
        opened = await host.must("POST", "/v1/sessions", visit)
        caller = host.with_token(opened["session_token"])
        return await self._order(caller, return_url=f"{RETURN_ORIGIN}/orders")

    async def _watch(self, buyer: Party, order_id: str) -> None:
        """The first event of the order's stream."""
        call, ids = _called("watch_order"), buyer.ids | {"order_id": order_id}
        path = call.documented_path.format(**ids)
        headers = {"Authorization": f"Bearer {buyer.caller.token}"}
        async with buyer.caller.http.get(buyer.caller.gateway + path, headers=headers) as stream:
            event = (await stream.content.readuntil(b"\n\n")).decode()
        parameters = {name: ids[name] for name in call.parameters}
        self.recorder.keep(call, Example(200, parameters, None, Body(EVENTS, event)))

    async def _what_alipay_says(self) -> None:
        buyer = self.world.buyer
        order = await self._with_return_address()
        paid = await self.sandbox.pay(order["payment"]["cashier_url"])
        number = order["payment"]["out_trade_no"]

        async def told() -> Any:
            notices = (await self.sandbox.get(f"trades/{number}"))["notices"]
            done = [notice for notice in notices if notice["done"]]
            assert done, notices
            return done[0]

        notice = await eventually(told, SECONDS, "Alipay's notice")
        fields = {**notice["fields"], "notify_id": notice["notify_id"], "notify_time": "2026-01-05 17:00:00"}
        fields |= {"sign_type": "RSA2"}
        signed = fields | {"sign": SigningKey.read(self.keys / ALIPAY_PRIVATE_KEY).sign(notice_text(fields))}
        http, gateway = buyer.caller.http, buyer.caller.gateway
        async with http.post(f"{gateway}/v1/payments/alipay/notify", data=signed) as answer:
            assert await answer.text() == "success"
        back = URL(await self.sandbox.return_address(paid), encoded=True)
        async with http.get(back, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()

    async def _what_was_replaced(self) -> None:
        for name in REPLACED:
            call = _called(name)
            by = self.ops if "ops" in call.scopes else self.world.owner
            body = BODIES.get(name, {}) if call.bodies else None
            status, answer = await by.caller.call(call.method, path_of(call, own_ids(by, call) or {}), body)
            assert status == 410, (name, status, answer)

    async def _what_everybody_reads(self) -> None:
        nobody = self.world.host.caller.with_token(None)
        for call in CALLS:
            if call.method != "GET" or call.name in ("watch_order", "return_from_alipay"):
                continue
            if not call.scopes:
                await self._read(nobody, call, self.world.buyer.ids | {"path": await self._picture()})
            for party in self.parties:
                if party.kind in call.scopes and (ids := own_ids(party, call)) is not None:
                    await self._read(party.caller, call, ids)

    async def _read(self, caller: Caller, call: Call, ids: Mapping[str, str]) -> None:
        """A call that does not succeed is not recorded, and so will be missing."""
        if set(call.parameters) <= ids.keys():
            await caller.call("GET", call.documented_path.format(**ids) + QUERIES.get(call.name, ""))

    async def _picture(self) -> str:
        """The path of a picture of the shop."""
        ids = self.world.owner.ids
        path = f"/v1/mini-programs/{ids['mini_program_id']}/products/{ids['product_id']}"
        page = await self.world.host.caller.must("GET", path)
        return str(page["images"][0]).rpartition("/media/")[2]

    async def _what_viewers_take_back(self) -> None:
        neighbour = self.world.neighbour
        program = f"/v1/mini-programs/{neighbour.ids['mini_program_id']}"
        order = f"{program}/orders/{neighbour.ids['order_id']}"
        await neighbour.caller.must("DELETE", f"{order}/refunds/{neighbour.ids['refund_id']}")
        await neighbour.caller.must("DELETE", f"{program}/account/addresses/{neighbour.ids['address_id']}")


def _called(name: str) -> Call:
    return next(call for call in CALLS if call.name == name)
