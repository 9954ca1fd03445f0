"""What hostile callers cost others, on loopback and bounded: `silent` connections, and wrong `secrets`.

    .venv/bin/python tests/load/hostile.py silent
    .venv/bin/python tests/load/hostile.py secrets --url http://127.0.0.1:8001 --client ID --secret SECRET

`silent` starts a bare service and opens connections that send nothing while `/livez` is called. `secrets` sends wrong secrets
to a running identity at a steady rate, half of them for the good client, which asks for tokens at the same time. `--url` and
`--pid` of `silent` measure another service.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import multiprocessing
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import aiohttp
import psutil
from measure import milliseconds

from runtime.service import Service, serve
from runtime.settings import ServiceSettings
from runtime.web.connections import raise_descriptor_limit

Outcome = TypeVar("Outcome")

CLIENTS = 4
"""Processes that hold the silent connections: one may not have as many descriptors as there are connections."""
MEASURED_SECONDS = 10.0
WARM_UP_SECONDS = 3.0
GOOD_A_SECOND = 20
MIB = 1024 * 1024


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    silent = commands.add_parser("silent")
    silent.add_argument("--connections", type=int, default=20_000)
    silent.add_argument("--url", default="")
    silent.add_argument("--pid", type=int, default=0)
    wrong = commands.add_parser("secrets")
    wrong.add_argument("--rate", type=int, default=500)
    for name in ("--url", "--client", "--secret"):
        wrong.add_argument(name, required=True)
    options = parser.parse_args()
    raise_descriptor_limit()
    if options.command == "silent":
        _silent(options.connections, options.url, options.pid)
    else:
        _secrets(options.url, options.client, options.secret, options.rate)


def _silent(count: int, url: str, pid: int) -> None:
    context = multiprocessing.get_context("spawn")
    service = None
    if not url:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        service = context.Process(target=_bare_service, args=(port,), daemon=True)
        service.start()
        url, pid = f"http://127.0.0.1:{port}", int(service.pid or 0)
    try:
        asyncio.run(_among_silent(context, count, url, psutil.Process(pid)))
    finally:
        if service is not None:
            service.terminate()


def _bare_service(port: int) -> None:
    serve(Service("bare", ServiceSettings(port=port), uses_mongo=False))


async def _among_silent(context: Any, count: int, url: str, process: psutil.Process) -> None:
    await _until_alive(url)
    print("before:", await _measured(url, 2.0), _memory(process))
    holders = []
    for n in range(CLIENTS):
        ours, theirs = context.Pipe()
        holder = context.Process(
            target=_hold, args=(url, count // CLIENTS, f"127.0.0.{n + 2}", theirs), daemon=True
        )
        holder.start()
        holders.append((holder, ours))
    measured = await _measured(url, MEASURED_SECONDS)
    print(f"while {count} silent connections open:", measured, _memory(process))
    opened = sum(ours.recv() for _, ours in holders if ours.poll(30))
    print(f"{opened} opened; the server keeps {len(process.net_connections('tcp')) - 1}")
    print("afterwards:", await _measured(url, 2.0), _memory(process))
    for holder, _ in holders:
        holder.terminate()


def _hold(url: str, count: int, source: str, done: Connection) -> None:
    """Open `count` connections that send the start of a head, again and again until the time is over."""
    raise_descriptor_limit()
    host, _, port = url.removeprefix("http://").partition(":")
    opened: list[socket.socket] = []
    until = time.monotonic() + MEASURED_SECONDS
    while time.monotonic() < until and len(opened) < count:
        with suppress(OSError):
            opened.append(socket.create_connection((host, int(port)), 2, (source, 0)))
            opened[-1].send(b"GET /livez HTTP/1.1\r\nHost: ")
    done.send(len(opened))
    time.sleep(60)


def _secrets(url: str, client: str, secret: str, rate: int) -> None:
    """The flood has a process and connections of its own, so that good clients wait for the server only."""
    context = multiprocessing.get_context("spawn")
    flood = context.Process(target=_flood, args=(url, client, rate), daemon=True)
    flood.start()  # first, so that the good client's secret is not known to the server yet
    time.sleep(WARM_UP_SECONDS)
    among = asyncio.run(_good(url, client, secret, MEASURED_SECONDS))
    print(f"among {rate} wrong secrets a second:", milliseconds(among))
    flood.join()
    print("good clients alone:", milliseconds(asyncio.run(_good(url, client, secret, 3.0))))


def _flood(url: str, client: str, rate: int) -> None:
    async def flood() -> Counter[int]:
        async with _session() as http:

            async def wrong() -> int:
                victim = client if secrets.randbelow(2) else secrets.token_hex(8)
                return await _ask_token(http, url, victim, secrets.token_urlsafe(24))

            return Counter(await _at_rate(wrong, rate, MEASURED_SECONDS + WARM_UP_SECONDS))

    started = time.perf_counter()
    print("wrong secrets by status:", dict(asyncio.run(flood())), f"in {time.perf_counter() - started:.1f} s")


async def _good(url: str, client: str, secret: str, seconds: float) -> list[float]:
    async with _session() as http:

        async def good() -> float:
            started = time.perf_counter()
            status = await _ask_token(http, url, client, secret)
            assert status == 200, status
            return time.perf_counter() - started

        return await _at_rate(good, GOOD_A_SECOND, seconds)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200))


async def _ask_token(http: aiohttp.ClientSession, url: str, client: str, secret: str) -> int:
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    async with http.post(f"{url}/v1/token", data=form, headers={"Authorization": f"Basic {basic}"}) as answer:
        return answer.status


async def _at_rate(
    call: Callable[[], Coroutine[Any, Any, Outcome]], rate: int, seconds: float
) -> list[Outcome]:
    """Start `rate` calls a second, however long each takes."""
    calls: list[asyncio.Task[Outcome]] = []
    started = time.perf_counter()
    while (now := time.perf_counter() - started) < seconds:
        calls += [asyncio.create_task(call()) for _ in range(int(now * rate) + 1 - len(calls))]
        await asyncio.sleep(1 / rate)
    return await asyncio.gather(*calls)


async def _measured(url: str, seconds: float) -> str:
    async def livez() -> float:
        started = time.perf_counter()
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http,  # a new connection each
            http.get(url + "/livez") as answer,
        ):
            answer.raise_for_status()
        return time.perf_counter() - started

    return milliseconds(await _at_rate(livez, GOOD_A_SECOND, seconds))


async def _until_alive(url: str) -> None:
    while True:
        with suppress(aiohttp.ClientError):
            await _measured(url, 0.1)
            return
        await asyncio.sleep(0.1)


def _memory(process: psutil.Process) -> str:
    return f"{process.memory_info().rss // MIB} MiB"


if __name__ == "__main__":
    main()
