"""`make bench-hostile`: orders of ordinary buyers while one caller attacks, against `make run`.

Buyers place orders at a steady rate, first in peace and then under attack from another process: event streams of one viewer,
connections that never send a whole request, wrong secrets, and bursts of large pictures. All of it is bounded and on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil
import uvloop
from measure import DATA, demo, milliseconds, processes
from orders import ADDRESS, Shop

from support.access import token_of

BUYERS = 40
ORDERS_PER_SECOND = 5
OPEN_AT_ONCE = 200
MIB = 1024 * 1024


@dataclass
class Answers:
    """Times and statuses of the buyers' calls."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


async def main(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 when an order failed."""
    installation = demo()
    memory = Memory()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        shop = Shop(installation, session)
        await shop.prepare(sessions=BUYERS, skus=10)
        print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        calm = await _buy_for(shop, session, arguments.seconds)
        before = memory.read()
        attack = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--attack", *sys.argv[1:], stdout=asyncio.subprocess.PIPE
        )
        await asyncio.sleep(3)
        watching = asyncio.create_task(memory.watch())
        attacked = await _buy_for(shop, session, arguments.seconds)
        watching.cancel()
        report, _ = await attack.communicate()
    print("orders         p50 / p99 / max ms   answers")
    for name, answers in (("in peace", calm), ("under attack", attacked)):
        print(f"{name:12} {milliseconds(answers.seconds):>20}   {dict(answers.statuses)}")
    print(report.decode(), end="")
    print("part             MiB before   MiB at most")
    for part, size in before.items():
        print(f"{part:16} {size / MIB:10.0f} {memory.most[part] / MIB:13.0f}")
    return 1 if set(attacked.statuses) - {"201"} else 0


class Memory:
    """Resident memory of every part of the installation, in bytes."""

    def __init__(self) -> None:
        self._processes = processes(DATA / "run.json")
        self.most: Counter[str] = Counter()

    def read(self) -> dict[str, int]:
        """Now, with children."""
        sizes = {name: sum(map(_resident, parts)) for name, parts in self._processes.items()}
        self.most |= Counter(sizes)
        return sizes

    async def watch(self) -> None:
        """Look every half second."""
        while True:
            self.read()
            await asyncio.sleep(0.5)


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0


async def _buy_for(shop: Shop, session: aiohttp.ClientSession, seconds: float) -> Answers:
    answers = Answers()
    orders = int(seconds * ORDERS_PER_SECOND)
    started = time.perf_counter()

    async def order(n: int) -> None:
        await asyncio.sleep(max(0.0, started + n / ORDERS_PER_SECOND - time.perf_counter()))
        body = {"lines": [{"sku_id": shop.skus[n % len(shop.skus)], "quantity": 1}], "address": ADDRESS}
        headers = {
            "Authorization": f"Bearer {shop.tokens[n % len(shop.tokens)]}", "Idempotency-Key": secrets.token_hex(8),
        }  # fmt: skip
        asked = time.perf_counter()
        url = f"{shop.gateway}/v1/mini-programs/{shop.mini_program_id}/orders"
        try:
            async with session.post(url, json=body, headers=headers) as answer:
                placed = await answer.json(content_type=None)
                status = str(answer.status)
        except aiohttp.ClientError as error:
            status, placed = type(error).__name__, {}
        answers.seconds.append(time.perf_counter() - asked)
        answers.statuses[status] += 1
        if "order_id" in placed:
            async with session.post(f"{url}/{placed['order_id']}/cancellation", headers=headers) as answer:
                await answer.read()

    await asyncio.gather(*map(order, range(orders)))
    return answers


class Attack:
    """Everything that one hostile caller does."""

    def __init__(self, installation: dict[str, Any], session: aiohttp.ClientSession, until: float) -> None:
        self._installation = installation
        self._session = session
        self._until = until
        self.seen: dict[str, Counter[str]] = {}

    async def run(self, arguments: argparse.Namespace) -> None:
        """All at once, until the end."""
        shop = Shop(self._installation, self._session)
        await shop.prepare(sessions=1, skus=1)
        await asyncio.gather(
            self._streams(shop, arguments.streams),
            self._silent(arguments.silent),
            self._wrong_secrets(arguments.secrets),
            self._pictures(arguments.pictures),
        )

    @property
    def _goes_on(self) -> bool:
        return time.monotonic() < self._until

    async def _call(self, kind: str, method: str, path: str, **more: Any) -> None:
        counts = self.seen.setdefault(kind, Counter())
        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + self._until - time.monotonic()):
                async with self._session.request(
                    method, self._installation["gateway"] + path, **more
                ) as answer:
                    counts[str(answer.status)] += 1
                    await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            counts[type(error).__name__] += 1

    async def _streams(self, shop: Shop, count: int) -> None:
        path = f"/v1/mini-programs/{shop.mini_program_id}/orders"
        headers = {"Authorization": f"Bearer {shop.tokens[0]}"}
        body = {"lines": [{"sku_id": shop.skus[0], "quantity": 1}], "address": ADDRESS}
        async with self._session.post(
            shop.gateway + path, json=body, headers=headers | {"Idempotency-Key": secrets.token_hex(8)}
        ) as answer:
            order_id = (await answer.json())["order_id"]
        watch = f"{path}/{order_id}/events"
        await asyncio.gather(*(self._call("streams", "GET", watch, headers=headers) for _ in range(count)))

    async def _silent(self, count: int) -> None:
        address = urlsplit(self._installation["gateway"])
        counts = self.seen.setdefault("silent connections", Counter())
        limit = asyncio.Semaphore(OPEN_AT_ONCE)

        async def one(n: int) -> None:
            async with limit:
                try:
                    reader, writer = await asyncio.open_connection(address.hostname, address.port)
                except OSError as error:
                    counts[type(error).__name__] += 1
                    return
            if n % 2:
                writer.write(b"GET /v1/search HTTP/1.1\r\nHost: x\r\n")
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(max(0.0, self._until - time.monotonic())):
                    await reader.read()
                    counts["closed by the gateway"] += 1
                    return
            counts["still open at the end"] += 1

        await asyncio.gather(*map(one, range(count)))

    async def _wrong_secrets(self, per_second: int) -> None:
        client = {**self._installation["hosts"][0], "client_secret": "wrong"}
        running: set[asyncio.Task[None]] = set()
        while self._goes_on:
            for _ in range(per_second // 10):
                form = {
                    "grant_type": "client_credentials",
                    **{k: client[k] for k in ("client_id", "client_secret")},
                }
                task = asyncio.create_task(self._call("wrong secrets", "POST", "/v1/token", data=form))
                running.add(task)
                task.add_done_callback(running.discard)
            await asyncio.sleep(0.1)
        await asyncio.gather(*running)

    async def _pictures(self, count: int) -> None:
        token = await token_of(self._installation["hosts"][0], self._installation["gateway"], self._session)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "image/jpeg"}
        picture = _photograph()
        while self._goes_on and count:
            await asyncio.gather(
                *(
                    self._call("pictures", "POST", "/v1/scans", headers=headers, data=picture)
                    for _ in range(count)
                )
            )


def _photograph() -> bytes:
    """A JPEG of 12 megapixels without a code."""
    import cv2
    import numpy as np

    noise = np.random.default_rng(1).integers(0, 255, (750, 1000, 3), dtype=np.uint8)
    pixels = cv2.resize(noise, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".jpg", pixels)[1])


async def attack(arguments: argparse.Namespace) -> int:
    """The other process: attack, and print what came of it."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        attacking = Attack(demo(), session, time.monotonic() + arguments.seconds + 8)
        await attacking.run(arguments)
    for kind, counts in attacking.seen.items():
        print(f"{kind}: {dict(counts)}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--silent", type=int, default=5000)
    parser.add_argument("--secrets", type=int, default=500, help="wrong secrets a second")
    parser.add_argument("--pictures", type=int, default=40, help="at once")
    parser.add_argument("--attack", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.exit(uvloop.run(attack(given) if given.attack else main(given)))
