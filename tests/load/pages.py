"""`make bench-pages`: product and store pages a second over the gateway, at 1, 16 and 64 at once, against `make run`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from itertools import cycle
from typing import Any

import aiohttp
import uvloop
from measure import APART, Cpu, demo, difference, milliseconds

from support.access import token_of

CONCURRENCY = (1, 16, 64)


async def main(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 when a page was not 200."""
    installation, cpu = demo(), Cpu()
    connector = aiohttp.TCPConnector(limit=200)
    failed = 0
    async with aiohttp.ClientSession(connector=connector) as session:
        headers = {**await _host(installation, session), "Accept-Encoding": arguments.encoding}
        gateway, shop = installation["gateway"], installation["owners"][0]["mini_program_ids"][0]
        store = f"{gateway}/v1/mini-programs/{shop}/store"
        async with session.get(store + "?limit=100", headers=headers) as answer:
            cards = (await answer.json())["products"]["items"]
        products = [f"{gateway}/v1/mini-programs/{shop}/products/{card['product_id']}" for card in cards]
        print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        print(
            "page     at once   pages/s   p50 / p99 / max ms   CPU ms a page (gateway, catalog, MongoDB, rest)"
        )
        for name, urls in (("product", products), ("store", [store])):
            for at_once in CONCURRENCY:
                failed += await _measure(session, headers, cpu, name, urls, at_once, arguments.seconds)
    return 1 if failed else 0


async def _host(installation: dict[str, Any], session: aiohttp.ClientSession) -> dict[str, str]:
    token = await token_of(installation["hosts"][0], installation["gateway"], session)
    return {"Authorization": f"Bearer {token}", "Anchorage-Viewer": "bench"}


async def _measure(
    session: aiohttp.ClientSession, headers: dict[str, str], cpu: Cpu, name: str, urls: list[str], at_once: int, seconds: float
) -> int:  # fmt: skip
    times: list[float] = []
    failed = 0
    following = cycle(urls)
    before, started = cpu.read(), time.perf_counter()

    async def reader() -> None:
        nonlocal failed
        while time.perf_counter() - started < seconds:
            asked = time.perf_counter()
            async with session.get(next(following), headers=headers) as answer:
                await answer.read()
                failed += answer.status != 200
            times.append(time.perf_counter() - asked)

    await asyncio.gather(*(reader() for _ in range(at_once)))
    elapsed, used = time.perf_counter() - started, difference(before, cpu.read())
    each = {part: 1000 * spent / len(times) for part, spent in used.items() if part not in APART}
    rest = sum(each.values()) - each["gateway"] - each["catalog"] - each["mongodb"]
    parts = f"{each['gateway']:.2f}, {each['catalog']:.2f}, {each['mongodb']:.2f}, {rest:.2f}"
    print(
        f"{name:8} {at_once:6} {len(times) / elapsed:10.0f}   {milliseconds(times):>18}   {sum(each.values()):.2f} ({parts})"
    )
    if failed:
        print(f"  FAULT {failed} pages were not 200")
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--encoding", default="br", help="br, gzip or identity")
    sys.exit(uvloop.run(main(parser.parse_args())))
