"""Whether four gateways together keep one rate limit, and what a call costs that needs no lease.

Four processes, each with the gateway's own buckets, send calls of one caller to one running identity.

    PYTHONPATH=tests python tests/load/limits.py [--identity http://127.0.0.1:8101] [--rate 100] [--seconds 60]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import secrets
import statistics
import time

import aiohttp
import uvloop

from gateway.leases import from_identity
from gateway.rate_limits import RateLimits
from runtime.web.problems import Problem

GATEWAYS = 4
OFFERED = 2
"""Each gateway is offered this many times the whole limit."""
CHEAP_CALLS = 20_000


def sizes(rate: int) -> dict[str, int]:
    return dict.fromkeys(("read", "write", "search", "order", "scan", "bulk"), rate)


async def offer(identity: str, caller: str, rate: int, seconds: float, begin: float) -> int:
    """How many calls one gateway admits, offered evenly."""
    async with aiohttp.ClientSession() as http:
        limits = RateLimits(sizes(rate), from_identity(identity, http), time.monotonic)
        await asyncio.sleep(begin - time.time())
        loop, admitted, sent = asyncio.get_running_loop(), 0, 0
        started = loop.time()
        while (elapsed := loop.time() - started) < seconds:
            while sent < elapsed * rate * OFFERED:
                sent += 1
                try:
                    await limits.admit(caller, "read")
                    admitted += 1
                except Problem:
                    pass
            await asyncio.sleep(0.002)
        return admitted


def gateway(arguments: tuple[str, str, int, float, float]) -> int:
    return uvloop.run(offer(*arguments))


async def cost(identity: str) -> float:
    """Median microseconds of a call that spends from its slice, with its headers."""
    async with aiohttp.ClientSession() as http:
        limits = RateLimits(sizes(1_000_000), from_identity(identity, http), time.monotonic)
        times = []
        for _ in range(CHEAP_CALLS):
            started = time.perf_counter_ns()
            await limits.admit("client bench", "read")
            limits.headers("client bench", "read")
            times.append(time.perf_counter_ns() - started)
    return statistics.median(times) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identity", default="http://127.0.0.1:8101")
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    caller, begin = f"client bench-{secrets.token_hex(6)}", time.time() + 3
    with multiprocessing.Pool(GATEWAYS) as pool:
        one = (asked.identity, caller, asked.rate, asked.seconds, begin)
        counts = pool.map(gateway, [one] * GATEWAYS)
    expected = asked.rate * asked.seconds
    print(
        f"limit {asked.rate}/s, {asked.seconds:.0f} s, {GATEWAYS} gateways: admitted {counts}, "
        f"together {sum(counts)}, {100 * (sum(counts) / expected - 1):+.1f} % of {expected:.0f}"
    )
    print(f"a call without a lease: p50 {uvloop.run(cost(asked.identity)):.1f} µs")


if __name__ == "__main__":
    main()
