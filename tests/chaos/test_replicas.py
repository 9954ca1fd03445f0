"""Two processes of every service under load answer the same: revoked secrets, suspended shops, limits; and no order is lost.

`make test-replicas` takes 300 orders; the number is ANCHORAGE_REPLICAS_ORDERS.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from anchorage_cli.audit import audit
from anchorage_cli.installation import Installation
from anchorage_cli.orders import stuck
from support.access import grant
from support.callers import Caller, cny
from support.eventually import eventually
from support.matrix.parties import Founder, World, address_of
from support.platform import Platform, running_platform
from support.replicas import second_replicas

ORDERS = int(os.environ.get("ANCHORAGE_REPLICAS_ORDERS", "40"))
VIEWERS = 30
AT_ONCE = 12
OPEN_IN_THE_CLOSED_SHOP = 6
WITHIN = 5
"""Seconds in which a change reaches every process."""
PATIENCE = 120
REGISTRATIONS = 40
TIME_TO_PAY = 60
"""Seconds: links that nobody used must run out within the test."""
ENDED = {"paid", "shipped", "completed", "cancelled", "rejected", "refunded"}

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]


async def test_two_replicas_of_every_service_are_one_platform_under_load(
    tmp_path: Path, programs: Path
) -> None:
    settings = {
        "cache": str(programs),
        "payment_timeout_seconds": str(TIME_TO_PAY),
        "limit_registration": str(REGISTRATIONS),
        "proxies": "1",
    }
    with running_platform(tmp_path, "", **settings) as platform, second_replicas(platform) as second:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as http:
            market = await _market(platform, second, http)
            buying = asyncio.gather(*(market.buyer(n) for n in range(ORDERS)))
            editing = asyncio.create_task(market.edit_and_restock(buying))
            await eventually(lambda: len(market.placed) >= ORDERS // 3, PATIENCE, "a third of the orders")
            await _a_revoked_client_is_refused(market)
            await _a_suspended_shop_is_closed_and_its_orders_go_on(market)
            await _a_limit_is_reached(market)
            await buying
            print(f"{len(market.placed)} orders, {await editing} rounds of edits")
            await eventually(market.all_ended, PATIENCE + TIME_TO_PAY, "the end of every order")
        await _sound(platform, market)


@dataclass
class Market:
    """Two shops and the two gateways in front of them."""

    gateways: list[str]
    pay_url: str
    ops: Caller
    busy: World
    closing: World
    viewers: list[Caller]
    coupon: str
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    placed: dict[str, Caller] = field(default_factory=dict)

    def at(self, number: int, caller: Caller) -> Caller:
        """The same caller at one of the gateways."""
        return Caller(caller.http, self.gateways[number % 2], caller.token)

    async def must(
        self, n: int, by: Caller, method: str, path: str, body: Any = None, *, or_codes: Collection[str] = ()
    ) -> Any:
        """Repeat a call, at each gateway in turn, until it succeeds or is refused with one of `or_codes`."""
        key, attempts = secrets.token_hex(8), iter(range(n, n + 10**6))

        async def taken() -> Any:
            at = self.at(next(attempts), by)
            status, answer = await at.call(method, path, body, Idempotency_Key=key)
            assert status < 300 or answer["code"] in or_codes, (status, answer)
            return answer or True

        return await eventually(taken, PATIENCE, f"{method} {path}")

    async def place(self, n: int, viewer: Caller, world: World, coupon: str | None) -> str:
        """An order from a cart filled at the other gateway; its path."""
        shop = f"/v1/mini-programs/{world.owner.ids['mini_program_id']}"
        wanted: dict[str, Any] = {"lines": [{"sku_id": world.owner.ids["sku_id"], "quantity": 1 + n % 2}]}
        if coupon:
            wanted["coupon_code"] = coupon
        await self.must(n, viewer, "PUT", f"{shop}/cart", wanted)
        order = await self.must(
            n + 1, viewer, "POST", f"{shop}/orders", wanted | {"address": address_of(f"r{n}")}
        )
        path = f"{shop}/orders/{order['order_id']}"
        self.placed[path] = viewer
        return path

    async def buyer(self, n: int) -> None:
        """A third cancels at a random moment; the others receive the goods, and half of these get money back."""
        async with self.places:
            viewer = self.viewers[n % len(self.viewers)]
            path = await self.place(n, viewer, self.busy, self.coupon if n % 2 else None)
            if n % 3 == 0:
                await asyncio.gather(self.pay(n, path), self.cancel_later(n, path))
                return
            await self.pay(n, path)
            await self.ship(n, path, self.busy)
            await self.must(n + 1, viewer, "POST", f"{path}/receipt")
            if n % 3 == 2:
                await self.must(n, self.busy.owner.caller, "POST", f"{_own(path)}/refunds", _money_back())

    async def cancel_later(self, n: int, path: str) -> None:
        await asyncio.sleep(random.uniform(0, 2))
        await self.must(n, self.placed[path], "POST", f"{path}/cancellation", or_codes={"wrong_state"})

    async def pay(self, n: int, path: str) -> None:
        """Pay as soon as there is a link, and wait until the order is paid or has ended."""

        async def is_payable() -> Any:
            _, order = await self.at(n, self.placed[path]).call("GET", path)
            assert order["status"] in ENDED or (order.get("payment") or {}).get("cashier_url"), order
            return order

        order = await eventually(is_payable, PATIENCE, "the link")
        if order["status"] in ENDED:
            return
        link = {"cashier_url": order["payment"]["cashier_url"]}
        async with self.ops.http.post(self.pay_url, json=link) as answer:
            paid = answer.status < 300
            assert paid or (await answer.json())["code"] == "ACQ.TRADE_HAS_CLOSE", await answer.text()
        await eventually(lambda: self.has_ended(path), PATIENCE, "the paid order")

    async def ship(self, n: int, path: str, world: World) -> None:
        parcel = {"carrier": "sf", "tracking_number": f"SF{secrets.token_hex(6)}"}
        await self.must(n, world.owner.caller, "POST", f"{_own(path)}/shipments", parcel)

    async def has_ended(self, path: str) -> str:
        """The status, which is the same at both gateways."""
        seen = {(await self.at(n, self.placed[path]).must("GET", path))["status"] for n in range(2)}
        assert len(seen) == 1, (path, seen)
        assert seen <= ENDED, (path, seen)
        return str(seen.pop())

    async def all_ended(self) -> bool:
        ends = Counter([await self.has_ended(path) for path in self.placed])
        print(f"orders ended: {dict(ends)}")
        return True

    async def edit_and_restock(self, buying: asyncio.Future[Any]) -> int:
        """The owner edits the product and adds stock, at both gateways in turn, while buyers buy; how often."""
        ids, owner, n = self.busy.owner.ids, self.busy.owner.caller, 0
        program = f"/v1/owner/mini-programs/{ids['mini_program_id']}"
        added = {"items": [{"sku_id": ids["sku_id"], "change": 5}]}
        while not buying.done():
            await self.must(n, owner, "POST", f"{program}/stock", added)
            title = {"title": f"Tea {n}"}
            await self.must(n + 1, owner, "PATCH", f"{program}/products/{ids['product_id']}", title)
            n += 1
            await asyncio.sleep(0.5)
        return n

    async def same(self, calls: Collection[tuple[Caller, str, str, Any]], status: int, what: str) -> None:
        """Return once every call has this status at both gateways; fail if that takes more than WITHIN seconds."""

        async def everywhere() -> bool:
            for by, method, path, body in calls:
                seen = [(await self.at(n, by).call(method, path, body))[0] for n in range(2)]
                assert seen == [status, status], (method, path, seen)
            return True

        await eventually(everywhere, WITHIN, what)


def _own(path: str, of: str = "owner") -> str:
    return f"/v1/{of}/orders/{path.rpartition('/')[2]}"


def _money_back() -> dict[str, Any]:
    return {"amount": cny(100), "reason": "a dent"}


async def _market(platform: Platform, second: str, http: aiohttp.ClientSession) -> Market:
    demo = platform.demo
    ops = await Caller(http, demo["gateway"], None).client(demo["ops"])
    pay_url = demo["alipay_sandbox"] + "/sandbox/pay"
    founder = Founder(ops, pay_url)
    busy, closing = await founder.world(8), await founder.world(9)
    ids = busy.owner.ids
    program = f"/v1/owner/mini-programs/{ids['mini_program_id']}"
    coupon = {
        "code": f"R{secrets.token_hex(4)}".upper(), "amount": cny(100), "stock": ORDERS,
        "per_viewer": 1 + ORDERS // VIEWERS,
        "starts": "2020-01-01T00:00:00Z", "ends": "2100-01-01T00:00:00Z",
    }  # fmt: skip
    await busy.owner.caller.must("POST", f"{program}/coupons", coupon)
    market = Market([demo["gateway"], second], pay_url, ops, busy, closing, [], str(coupon["code"]))
    stock = {"items": [{"sku_id": ids["sku_id"], "available": 2 * ORDERS}]}
    await market.must(1, busy.owner.caller, "POST", f"{program}/stock", stock)
    for n in range(VIEWERS):
        visit = _visit(busy)
        opened = await market.must(n, busy.host.caller, "POST", "/v1/sessions", visit)
        market.viewers.append(ops.with_token(opened["session_token"]))
    return market


def _visit(world: World) -> dict[str, Any]:
    shop = world.owner.ids["mini_program_id"]
    return {
        "mini_program_id": shop,
        "host_user_id": secrets.token_hex(6),
        "entry": {"surface": "direct"},
    }


async def _a_revoked_client_is_refused(market: Market) -> None:
    owner = market.busy.owner.caller
    added = await owner.must("POST", "/v1/owner/clients", {"name": "Warehouse", "role": "orders"})
    member, anybody = await owner.client(added), owner.with_token(None)
    await market.same([(member, "GET", "/v1/owner", None)], 200, "a new client")
    await owner.must("DELETE", f"/v1/owner/clients/{added['client_id']}")
    refused = [(member, "GET", "/v1/owner", None), (anybody, "POST", "/v1/token", grant(added))]
    await market.same(refused, 401, "the revoked secret")


async def _a_suspended_shop_is_closed_and_its_orders_go_on(market: Market) -> None:
    world, viewer = market.closing, market.closing.buyer.caller
    shop = world.owner.ids["mini_program_id"]
    bought = [await market.place(n, viewer, world, None) for n in range(OPEN_IN_THE_CLOSED_SHOP)]
    await asyncio.gather(*(market.pay(n, path) for n, path in enumerate(bought)))
    host, visit = world.host.caller, _visit(world)
    calls = [(host, "GET", f"/v1/mini-programs/{shop}/store", None), (host, "POST", "/v1/sessions", visit)]
    await market.ops.must("POST", f"/v1/ops/mini-programs/{shop}/suspension", {"reason": "A complaint."})
    await market.same(calls, 404, "the suspended shop")
    for n, path in enumerate(bought):
        await market.ship(n, path, world)
        await market.must(n + 1, market.ops, "POST", f"{_own(path, 'ops')}/refunds", _money_back())

    async def refunded() -> bool:
        for n, path in enumerate(bought):
            order = await market.at(n, world.owner.caller).must("GET", _own(path))
            assert order["status"] == "shipped", order
            assert [one["status"] for one in order["refunds"]] == ["settled"], order
        return True

    await eventually(refunded, PATIENCE, "the refunds of the suspended shop")


async def _a_limit_is_reached(market: Market) -> None:
    caller = {"X_Forwarded_For": f"2001:db8:{secrets.token_hex(2)}::1"}
    contact = {"name": "Mei Chen", "email": "mei@hillside.example"}

    async def register(n: int) -> int:
        wanted = {"name": f"Hillside {secrets.token_hex(4)}", "kind": "brand", "contact": contact}
        anybody = market.at(n, market.ops.with_token(None))
        return (await anybody.call("POST", "/v1/owners", wanted, **caller))[0]

    seen = Counter(await asyncio.gather(*(register(n) for n in range(2 * REGISTRATIONS))))
    assert set(seen) == {201, 429}, seen
    assert REGISTRATIONS <= seen[201] <= REGISTRATIONS + 2, seen

    async def refused_by_both() -> bool:
        return [await register(n) for n in range(2)] == [429, 429]

    await eventually(refused_by_both, WITHIN, "the limit")


async def _sound(platform: Platform, market: Market) -> None:
    where = Installation(platform.demo["kafka"], platform.demo["mongodb"], "", platform.folder / "traces")
    acknowledged = [path.rpartition("/")[2] for path in market.placed]

    async def sound() -> bool:
        report = await audit(where, acknowledged, timedelta(seconds=0))
        assert report.violations == []
        stalled = await stuck(where)
        assert (stalled.stuck, stalled.not_checking) == ([], [])
        return True

    await eventually(sound, PATIENCE, "the invariants")
