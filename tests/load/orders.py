"""`make bench-orders`: whole orders, placed → reserved → awaiting payment → paid and applied, against `make run`.

Two runs: as fast as `--clients` clients go (orders a second, CPU for each order), then at a steady rate (how long placing
takes until the cashier's link is answered). Next to them stands a floor of the same run: the same durable writes and records by
a bare script without business code. The load generator's and the sandbox's CPU are listed separately.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvloop
from floor import Floor, measure_floor
from measure import APART, Cpu, demo, difference, milliseconds

from support.access import token_of

ADDRESS = {"recipient": "Bench", "phone": "13800000000", "region": "Zhejiang", "street": "Lake 1"}
SETTLE_SECONDS = 60


@dataclass
class Run:
    """What one run measured. Seconds."""

    placing: list[float] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    generator: float = 0.0


class Shop:
    """One mini program's SKUs with plenty of stock, and viewers' sessions in it."""

    def __init__(self, installation: dict[str, Any], session: aiohttp.ClientSession) -> None:
        self._installation = installation
        self._session = session
        self.gateway, self.sandbox = installation["gateway"], installation["alipay_sandbox"]
        self.mini_program_id = installation["owners"][0]["mini_program_ids"][0]
        self.skus: list[str] = []
        self.tokens: list[str] = []
        self.owner = ""

    async def prepare(self, sessions: int, skus: int) -> None:
        clients = [self._installation[kind][0] for kind in ("hosts", "owners")]
        host, self.owner = [await token_of(client, self.gateway, self._session) for client in clients]
        store = await self._call("GET", f"/v1/mini-programs/{self.mini_program_id}/store?limit=100", host)
        for card in store["products"]["items"][:skus]:
            path = f"/v1/mini-programs/{self.mini_program_id}/products/{card['product_id']}"
            sku = (await self._call("GET", path, host))["skus"][0]["sku_id"]
            await self._call("PUT", f"/v1/owner/skus/{sku}/stock", self.owner, {"available": 1_000_000})
            self.skus.append(sku)
        for _ in range(sessions):
            body = {
                "mini_program_id": self.mini_program_id, "host_user_id": secrets.token_hex(8),
                "entry": {"surface": "direct"},
            }  # fmt: skip
            self.tokens.append((await self._call("POST", "/v1/sessions", host, body))["session_token"])

    async def _call(self, method: str, path: str, token: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.request(method, self.gateway + path, json=body, headers=headers) as answer:
            if answer.status >= 400:
                raise SystemExit(f"{method} {path} answered {answer.status}: {await answer.text()}")
            return await answer.json()

    async def buy(self, n: int, run: Run) -> None:
        """One order up to the buyer's payment; whether it was applied is counted afterwards."""
        token = self.tokens[n % len(self.tokens)]
        body = {"lines": [{"sku_id": self.skus[n % len(self.skus)], "quantity": 1}], "address": ADDRESS}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8)}
        url = f"{self.gateway}/v1/mini-programs/{self.mini_program_id}/orders?wait=10"
        started = time.perf_counter()
        async with self._session.post(url, json=body, headers=headers) as answer:
            order = await answer.json()
        run.placing.append(time.perf_counter() - started)
        if answer.status != 201 or order["status"] != "awaiting_payment":
            run.faults.append(f"{answer.status} {order.get('status')} {order.get('code', '')}")
            return
        link = {"cashier_url": order["payment"]["cashier_url"]}
        async with self._session.post(self.sandbox + "/sandbox/pay", json=link) as paid:
            if paid.status >= 300:
                run.faults.append(f"pay {paid.status}")
                return
        run.orders.append(order["order_id"])

    async def all_paid(self, run: Run) -> float:
        """Wait until every order of the run is paid; answers when that was so (perf_counter).

        The owner's list of orders is read, newest first, a hundred in one call: asking for each order by itself would be
        a load of its own.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        waiting = set(run.orders)
        while True:
            looked_at = time.perf_counter()
            waiting -= await self._paid_up_to_one_that_is_not(waiting)
            if not waiting:
                return looked_at
            if time.monotonic() > deadline:
                run.faults.append(f"{len(waiting)} orders were not paid within {SETTLE_SECONDS} s")
                return looked_at
            await asyncio.sleep(0.05)

    async def _paid_up_to_one_that_is_not(self, waiting: set[str]) -> set[str]:
        path = f"/v1/owner/mini-programs/{self.mini_program_id}/orders?limit=100"
        paid: set[str] = set()
        cursor = ""
        while len(paid) < len(waiting):
            page = await self._call("GET", path + cursor, self.owner)
            of_run = {o["order_id"]: o["status"] == "paid" for o in page["items"] if o["order_id"] in waiting}
            paid |= {order_id for order_id, is_paid in of_run.items() if is_paid}
            if not all(of_run.values()) or page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        return paid


async def flat_out(shop: Shop, cpu: Cpu, clients: int, seconds: float) -> Run:
    """Every client buys again as soon as it has paid."""
    run, count = Run(), 0
    before, own, started = cpu.read(), time.process_time(), time.perf_counter()

    async def client() -> None:
        nonlocal count
        while time.perf_counter() - started < seconds:
            count += 1
            await shop.buy(count, run)

    await asyncio.gather(*(client() for _ in range(clients)))
    run.seconds = await shop.all_paid(run) - started
    run.cpu, run.generator = difference(before, cpu.read()), time.process_time() - own
    return run


async def steady(shop: Shop, cpu: Cpu, rate: float, seconds: float) -> Run:
    """`rate` orders a second, whether or not earlier ones have been answered."""
    run = Run()
    before, own, started = cpu.read(), time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as buyers:
        for n in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, started + n / rate - time.perf_counter()))
            buyers.create_task(shop.buy(n, run))
    run.seconds = await shop.all_paid(run) - started
    run.cpu, run.generator = difference(before, cpu.read()), time.process_time() - own
    return run


def show(title: str, run: Run) -> None:
    """One run as text."""
    paid = len(run.orders)
    platform = {name: seconds for name, seconds in run.cpu.items() if name not in APART}
    each = {name: 1000 * seconds / max(paid, 1) for name, seconds in run.cpu.items()}
    print(f"\n{title}: {paid} orders paid in {run.seconds:.1f} s = {paid / run.seconds:.1f} orders/s")
    print(f"  placing until the cashier's link, p50 / p99 / max ms: {milliseconds(run.placing)}")
    print(
        f"  CPU for each order, Kafka and MongoDB included: {1000 * sum(platform.values()) / max(paid, 1):.1f} ms"
    )
    print(
        "   ", ", ".join(f"{name} {each[name]:.1f}" for name in sorted(platform, key=lambda n: -platform[n]))
    )
    apart = ", ".join(f"{name} {each[name]:.1f}" for name in run.cpu if name in APART)
    print(f"  apart: {apart}, load generator {1000 * run.generator / max(paid, 1):.1f} ms")
    for fault in sorted(set(run.faults)):
        print(f"  FAULT {run.faults.count(fault)} × {fault}")


def show_floor(floor: Floor) -> None:
    """The floor as text."""
    print(f"\nfloor: {floor.rate:.0f} orders/s, {floor.cpu_ms:.1f} ms CPU for each "
          f"(script {floor.script_ms:.1f}, mongodb {floor.mongodb_ms:.1f}, kafka {floor.kafka_ms:.1f})")  # fmt: skip


async def main(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 when an order failed."""
    installation, cpu = demo(), Cpu()
    connector = aiohttp.TCPConnector(limit=1000)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as session:
        shop = Shop(installation, session)
        await shop.prepare(sessions=2_000, skus=20)
        print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores", flush=True)
        await flat_out(shop, cpu, 8, 3)  # warm
        full = await flat_out(shop, cpu, arguments.clients, arguments.seconds)
        show(f"flat out, {arguments.clients} clients", full)
        even = await steady(shop, cpu, arguments.rate, arguments.seconds)
        show(f"steady, {arguments.rate:g} orders/s", even)
    show_floor(
        await measure_floor(installation["kafka"], installation["mongodb"], cpu, arguments.floor_orders)
    )
    return 1 if full.faults or even.faults else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=96)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=40)
    parser.add_argument("--floor-orders", type=int, default=3000)
    sys.exit(uvloop.run(main(parser.parse_args())))
