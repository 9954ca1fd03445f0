"""kill -9 of the webhook service, of Kafka and of MongoDB at random moments, while orders happen and receivers fail.

Afterwards each receiver has every event of its owner, with the same bytes each time, in order for each order; nothing is pending.
`make test-chaos` takes more orders: ANCHORAGE_CHAOS_ORDERS; the seed of the moments is ANCHORAGE_CHAOS_SEED.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pymongo import AsyncMongoClient

from contracts.catalog import MiniProgramPublished, Owner
from contracts.checkout import OrderCompleted, OrderEvent, OrderPlaced, OrderShipped
from contracts.money import cny
from contracts.terms import CommissionTerms
from runtime.kafka.topics import ensure_topics
from support.breakable import BreakableParts
from support.events import tell
from support.eventually import Eventually
from support.issuer import Issuer
from support.sandbox import free_port

ORDERS = int(os.environ.get("ANCHORAGE_CHAOS_ORDERS", "40"))
SEED = int(os.environ.get("ANCHORAGE_CHAOS_SEED", str(random.randrange(10**6))))
OWNERS, KILLS = 4, 6
TYPES = ["order.placed", "order.shipped", "order.completed"]
TERMS = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


@dataclass
class Receiver:
    """Fails a third of the events at their first arrival, hangs up on others, and remembers what it accepted."""

    chance: random.Random
    seen: dict[str, bytes] = field(default_factory=dict)
    accepted: dict[str, tuple[str, str]] = field(default_factory=dict)
    repeats: int = 0
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        event_id, body = request.headers["webhook-id"], await request.read()
        is_first = event_id not in self.seen
        assert self.seen.setdefault(event_id, body) == body, "a repeat has the same bytes"
        if is_first and self.chance.random() < 0.3:
            if self.chance.random() < 0.5 and request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        event = await request.json()
        self.repeats += event_id in self.accepted
        self.accepted.setdefault(event_id, (event["data"]["order_id"], event["type"]))
        return web.Response()

    def orders(self) -> dict[str, list[str]]:
        """The types of each order's events, in the order of their acceptance."""
        found: dict[str, list[str]] = {}
        for order_id, kind in self.accepted.values():
            found.setdefault(order_id, []).append(kind)
        return found


class KilledService:
    """The webhook service as a process that is killed and started again."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = os.environ | environment
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"http://127.0.0.1:{environment['ANCHORAGE_PORT']}"

    async def start(self) -> None:
        with (self._folder / "webhooks.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "webhooks", env=self._environment, stdout=log, stderr=log
            )

    async def end(self) -> None:
        """kill -9."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()


async def test_every_event_arrives_in_order_whatever_is_killed(
    tmp_path: Path, breakable: BreakableParts, eventually: Eventually
) -> None:
    print(f"seed {SEED}, {ORDERS} orders")
    chance, prefix = random.Random(SEED), f"t{secrets.token_hex(4)}_"
    await ensure_topics(breakable.kafka, prefix)
    async with Issuer().serving() as issuer, aiohttp.ClientSession() as http:
        environment = {
            "ANCHORAGE_KAFKA": breakable.kafka, "ANCHORAGE_MONGODB_URI": breakable.mongodb, "ANCHORAGE_PREFIX": prefix,
            "ANCHORAGE_IDENTITY_URL": issuer.url, "ANCHORAGE_PORT": str(free_port()), "ANCHORAGE_TRACE_RATIO": "0",
            "ANCHORAGE_LOG_LEVEL": "WARNING", "ANCHORAGE_EGRESS_ALLOW": "127.0.0.1:1024-65535",
        }  # fmt: skip
        service = KilledService(tmp_path, environment)
        await service.start()
        try:
            receivers = [Receiver(chance) for _ in range(OWNERS)]
            async with _serving(receivers):
                for n, receiver in enumerate(receivers):
                    await _joined(n, receiver, service, issuer, http, breakable, prefix, eventually)
                killing = asyncio.create_task(_kill(service, breakable, chance))
                await asyncio.gather(*(_happens(n, breakable, prefix, chance) for n in range(ORDERS)))
                killed = await killing
                for n, receiver in enumerate(receivers):
                    wanted = {_order_id(order): TYPES for order in range(ORDERS) if order % OWNERS == n}
                    await eventually(
                        lambda r=receiver, w=wanted: r.orders() == w,
                        within=240,
                        what=f"all events after {killed}",
                    )
                await eventually(lambda: _nothing_pends(breakable, prefix), within=60)
                print(f"killed {killed}; {sum(r.repeats for r in receivers)} repeats of {3 * ORDERS} events")
        finally:
            await service.end()


async def _kill(service: KilledService, parts: BreakableParts, chance: random.Random) -> list[str]:
    """The service several times, Kafka and MongoDB once each; each is back before the next goes."""
    victims = ["webhooks"] * KILLS + ["kafka", "mongodb"]
    chance.shuffle(victims)
    for victim in victims:
        await asyncio.sleep(chance.uniform(0.5, 4))
        if victim == "webhooks":
            await service.end()
            await service.start()
        else:
            async with parts.away("kafka" if victim == "kafka" else "mongodb"):
                await asyncio.sleep(chance.uniform(0.5, 3))
    return victims


async def _happens(n: int, parts: BreakableParts, prefix: str, chance: random.Random) -> None:
    """An order is placed, sent and received. Its producer repeats what Kafka did not acknowledge, as the relay does."""
    base: dict[str, Any] = {
        "order_id": _order_id(n),
        "mini_program_id": _program(n % OWNERS),
        "at": datetime.now(UTC),
    }
    placed = OrderPlaced(
        **base, version=1, host_id="h", openid="o", lines=(), total=cny(1), attribution={"surface": "direct"},  # type: ignore[arg-type]
        region="Hubei", expires_at=datetime.now(UTC),
    )  # fmt: skip
    events: list[OrderEvent] = [
        placed,
        OrderShipped(**base, version=2, carrier="SF", complete=True, shipment_id="s"),
        OrderCompleted(**base, version=3, by="viewer"),
    ]
    for event in events:
        await asyncio.sleep(chance.uniform(0, 4))
        await tell(parts.kafka, prefix, event)


async def _joined(
    n: int, receiver: Receiver, service: KilledService, issuer: Issuer, http: aiohttp.ClientSession,
    parts: BreakableParts, prefix: str, eventually: Eventually,
) -> None:  # fmt: skip
    """The owner has a shop and a webhook."""
    program = MiniProgramPublished(
        mini_program_id=_program(n), name="茶", owner=Owner(owner_id=f"owner{n}", name="O", kind="brand"), version=1,
        category="e-commerce", logo_url="/l.png", hosts=("host1",), state="published", terms=TERMS,
    )  # fmt: skip
    await tell(parts.kafka, prefix, program)
    headers = issuer.headers("owner", owner_id=f"owner{n}", role="admin")
    body = {"url": receiver.url, "events": TYPES}

    async def created() -> bool:
        try:
            async with http.post(f"{service.url}/v1/owner/webhooks", json=body, headers=headers) as answer:
                return answer.status == 201
        except aiohttp.ClientError:
            return False

    await eventually(created, within=120, what="the webhook")


async def _nothing_pends(parts: BreakableParts, prefix: str) -> bool:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(parts.mongodb)
    async with client:
        pending = await client[f"{prefix}webhooks"]["deliveries"].count_documents({"status": "pending"})
    assert pending == 0
    return True


@asynccontextmanager
async def _serving(receivers: list[Receiver]) -> AsyncIterator[None]:
    app = web.Application()
    for n, receiver in enumerate(receivers):
        app.router.add_post(f"/{n}", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    for n, receiver in enumerate(receivers):
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/{n}"
    try:
        yield
    finally:
        await runner.cleanup()


def _program(n: int) -> str:
    return f"mpchaos{n:03d}"


def _order_id(n: int) -> str:
    return f"{_program(n % OWNERS)}_{n:026d}"
