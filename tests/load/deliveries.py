"""Deliveries a second and their delay, with receivers that hang: `make bench-webhooks`.

1,000 owners have a webhook each, and 10 of their receivers never answer. Order events come at a steady rate; the service is one process
that is kept on one core. Prints the delay from event to arrival, and the CPU of the service and of MongoDB for each delivery.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import secrets
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp import web
from measure import percentile

from contracts.catalog import MiniProgramPublished, Owner
from contracts.checkout import OrderPaid
from contracts.money import cny
from contracts.order_snapshot import AttributionSnapshot, LineSnapshot, OrderSnapshot
from contracts.terms import CommissionTerms
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.kafka.publisher import Publisher
from runtime.kafka.topics import ensure_topics
from runtime.logs import configure_logging
from runtime.outbox.recorder import direct_record
from support import parts
from support.eventually import eventually
from support.issuer import Issuer
from support.sandbox import free_port

DEAD = 10
TERMS = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)


@dataclass
class Arrivals:
    """Seconds from event to arrival, of those that answer; events that reached those that do not."""

    waits: list[float] = field(default_factory=list)
    hanging: int = 0

    async def take(self, request: web.Request) -> web.Response:
        event = await request.json()
        if int(request.match_info["n"]) < DEAD:
            self.hanging += 1
            await asyncio.Event().wait()
        self.waits.append(time.time() - datetime.fromisoformat(event["timestamp"]).timestamp())
        return web.Response()


def program(n: int) -> str:
    return f"mpbench{n:05d}"


def paid(n: int) -> OrderPaid:
    order_id, now = f"{program(n)}_{secrets.token_hex(13).upper()}", datetime.now(UTC)
    line = LineSnapshot(
        sku_id="sku", product_id="p", title="Longjing tea, first harvest", unit_price=cny(9_900), quantity=1,
        line_total=cny(9_900), discount=cny(0), image_url="/media/tea.png", attributes={"weight": "250 g"},
    )  # fmt: skip
    order = OrderSnapshot(
        order_id=order_id, mini_program_id=program(n), openid="o_abcdefghij", status="paid", lines=(line,), refunds=(), shipments=(),
        subtotal=cny(9_900), delivery_fee=cny(0), discount=cny(0), total=cny(9_900), placed_at=now, expires_at=now,
        refunded_total=cny(0), attribution=AttributionSnapshot(surface="direct"), history=(),
    )  # fmt: skip
    purchase: dict[str, Any] = {"host_id": "h", "openid": "o", "lines": (), "total": cny(9_900)}
    return OrderPaid(
        **purchase, attribution={"surface": "direct"}, trade_no="T1", order_id=order_id, mini_program_id=program(n), version=3,  # type: ignore[arg-type]
        at=now, order=order,
    )  # fmt: skip


async def prepare(
    endpoints: int, port: int, service: str, issuer: Issuer, publisher: Publisher, prefix: str
) -> None:
    """The owners with their shops and webhooks."""
    shops = [
        MiniProgramPublished(
            mini_program_id=program(n), name="茶", owner=Owner(owner_id=f"owner{n}", name="O", kind="brand"), version=1,
            category="e-commerce", logo_url="/l.png", hosts=("host1",), state="published", terms=TERMS,
        )
        for n in range(endpoints)
    ]  # fmt: skip
    await publisher.publish(
        [direct_record(s, event_id=random_id(), at=system_clock(), prefix=prefix) for s in shops]
    )
    places = asyncio.Semaphore(16)
    async with aiohttp.ClientSession() as http:

        async def is_up() -> bool:
            try:
                async with http.get(f"{service}/readyz") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        await eventually(is_up, 120, "the service")

        async def create(n: int) -> None:
            headers = issuer.headers("owner", owner_id=f"owner{n}", role="admin")
            body = {"url": f"http://127.0.0.1:{port}/{n}", "events": ["*"]}
            async with (
                places,
                http.post(f"{service}/v1/owner/webhooks", json=body, headers=headers) as answer,
            ):
                assert answer.status == 201, await answer.text()

        await asyncio.gather(*map(create, range(endpoints)))


async def play(options: argparse.Namespace, publisher: Publisher, prefix: str) -> int:
    """Publish at the rate, ten times a second; how many events went to receivers that answer."""
    chance, healthy, started = random.Random(1), 0, time.monotonic()
    for tick in range(options.seconds * 10):
        await asyncio.sleep(max(0.0, started + tick / 10 - time.monotonic()))
        chosen = [chance.randrange(options.endpoints) for _ in range(options.rate // 10)]
        healthy += sum(n >= DEAD for n in chosen)
        await publisher.publish(
            [direct_record(paid(n), event_id=random_id(), at=system_clock(), prefix=prefix) for n in chosen]
        )
    return healthy


async def measure(options: argparse.Namespace, where: parts.Parts) -> None:
    prefix, port, arrivals = f"bench{secrets.token_hex(3)}_", free_port(), Arrivals()
    await ensure_topics(where.kafka, prefix)
    app = web.Application()
    app.router.add_post("/{n}", arrivals.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    receivers = free_port()
    await web.TCPSite(runner, "127.0.0.1", receivers, backlog=1024).start()
    publisher = Publisher(where.kafka)
    async with Issuer().serving() as issuer:
        environment = {
            "ANCHORAGE_KAFKA": where.kafka, "ANCHORAGE_MONGODB_URI": where.mongodb, "ANCHORAGE_PREFIX": prefix,
            "ANCHORAGE_IDENTITY_URL": issuer.url, "ANCHORAGE_PORT": str(port), "ANCHORAGE_TRACE_RATIO": "0",
            "ANCHORAGE_LOG_LEVEL": "WARNING", "ANCHORAGE_EGRESS_ALLOW": f"127.0.0.1:{receivers}",
        }  # fmt: skip
        service = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "webhooks", env=os.environ | environment
        )
        try:
            process = psutil.Process(service.pid)
            process.cpu_affinity([0])
            await prepare(options.endpoints, receivers, f"http://127.0.0.1:{port}", issuer, publisher, prefix)
            mongod = next(p for p in psutil.process_iter(["name", "cmdline"]) if _is_ours(p, where))
            before = _seconds(process), _seconds(mongod)
            began = time.monotonic()
            wanted = await play(options, publisher, prefix)
            await eventually(
                lambda: len(arrivals.waits) >= wanted, 120, "all deliveries to receivers that answer"
            )
            took = time.monotonic() - began
            used = [after - b for after, b in zip((_seconds(process), _seconds(mongod)), before, strict=True)]
            _print(options, arrivals, wanted, took, used)
        finally:
            service.kill()
            await service.wait()
            await publisher.stop()
            await runner.cleanup()


def _is_ours(process: psutil.Process, where: parts.Parts) -> bool:
    """Whether this is the mongod that the bench uses."""
    port = where.mongodb.partition("?")[0].rstrip("/").rpartition(":")[2]
    return process.info["name"] == "mongod" and port in (process.info["cmdline"] or [])


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _print(
    options: argparse.Namespace, arrivals: Arrivals, wanted: int, took: float, used: list[float]
) -> None:
    print(
        "| endpoints | of them hang | events a second | delivered | repeats | p50, s | p99, s | worst, s | service, CPU ms each "
        "| service, cores | mongod, CPU ms each |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    waits = arrivals.waits
    print(
        f"| {options.endpoints} | {DEAD} | {options.rate} | {wanted} | {len(waits) - wanted} | {percentile(waits, 0.5):.2f} "
        f"| {percentile(waits, 0.99):.2f} | {max(waits):.2f} | {used[0] / wanted * 1000:.2f} | {used[0] / took:.2f} "
        f"| {used[1] / wanted * 1000:.2f} |"
    )


if __name__ == "__main__":
    configure_logging("bench", "CRITICAL")
    parser = argparse.ArgumentParser()
    parser.add_argument("cache", type=Path)
    parser.add_argument("--endpoints", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    run = parts.open_run()
    try:
        asyncio.run(measure(given, parts.find(given.cache)))
    finally:
        parts.close_run(run)
