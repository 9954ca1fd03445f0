"""The services that write, as processes that end at armed places and are started again at once; and callers who do not give up."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from pymongo import AsyncMongoClient

from contracts.identity import HostRegistered
from runtime.kafka.topics import ensure_topics
from support.events import records_of, tell, types_of, value_of
from support.eventually import eventually
from support.failpoints.hooks import KILLED, Armed
from support.failpoints.places import SERVICES
from support.issuer import Issuer
from support.sandbox import free_port

START_SECONDS = 240
PATIENCE_SECONDS = 90
"""For one call or one outcome: a process that ended starts again, its leases run out, its partitions are assigned again."""
TESTS = Path(__file__).parents[2]


@dataclass
class World:
    """One installation, and what its callers need. Everything of a story has ids of its own."""

    folder: Path
    kafka: str
    mongodb: str
    prefix: str
    issuer: Issuer
    http: aiohttp.ClientSession
    mongo: AsyncMongoClient[dict[str, Any]]
    armed: Armed
    ports: Mapping[str, int]
    environment: dict[str, dict[str, str]]
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    """What ended in another way than at an armed place, or than `restart` wanted."""
    _restarting: set[str] = field(default_factory=set)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def db(self, service: str) -> Any:
        """The service's database."""
        return self.mongo[f"{self.prefix}{service}"]

    async def start(self, service: str) -> None:
        """Start the service and go on; it is started again whenever it ends at an armed place."""
        with (self.folder / f"{service}.log").open("ab") as log:
            self.processes[service] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "support.failpoints.launcher",
                service,
                str(self.folder),
                env=os.environ | self.environment[service],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def supervise(self, service: str) -> None:
        """Start the service again each time it ends at an armed place or for `restart`."""
        while True:
            code = await self.processes[service].wait()
            if code != KILLED and service not in self._restarting:
                self.broken.append(f"{service} ended with {code}, see {self.folder / service}.log")
                return
            self._restarting.discard(service)
            await self.start(service)

    async def restart(self, service: str, by: signal.Signals = signal.SIGKILL) -> None:
        """End the service by this signal; the next process is ready when this returns."""
        process = self.processes[service]
        self._restarting.add(service)
        process.send_signal(by)
        await eventually(lambda: self.processes[service] is not process, 60, f"{service} is started again")
        await self.ready(service)

    async def ready(self, service: str) -> None:
        """Wait until the service answers."""

        async def is_ready() -> bool:
            if self.broken:
                raise Refused(str(self.broken))
            try:
                async with self.http.get(f"{self.url(service)}/readyz") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        await eventually(is_ready, START_SECONDS, f"{service} is ready")

    @contextmanager
    def frozen(self, service: str) -> Iterator[None]:
        """The service is paused inside."""
        process = self.processes[service]
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # ended in the meantime
                process.send_signal(signal.SIGCONT)

    def ahead(self, service: str, seconds: float) -> None:
        """Put the clock of the service ahead."""
        (self.folder / f"{service}.ahead").write_text(str(seconds), encoding="utf-8")

    async def call(
        self,
        service: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        or_codes: Collection[str] = (),
        **options: Any,
    ) -> Any:
        """Repeat the same call until it is answered with success, or with one of `or_codes`; the answer's JSON, or None."""
        sent = dict(headers or {}) | ({"Idempotency-Key": key} if key else {})
        last = ""

        async def answered() -> list[Any]:
            nonlocal last
            try:
                async with self.http.request(
                    method, self.url(service) + path, json=body, headers=sent, **options
                ) as answer:
                    text = await answer.text()
                    content = json.loads(text) if text.startswith(("{", "[")) else text
            except (aiohttp.ClientError, TimeoutError) as away:
                raise AssertionError(repr(away)) from None
            code = content.get("code") if isinstance(content, dict) else None
            if answer.status < 400 or code in or_codes:
                return [content]
            if answer.status < 500 and answer.status not in (404, 409, 429):
                raise Refused(f"{method} {path}: {answer.status} {text}")
            raise AssertionError(f"{answer.status} {text}")

        [content] = await eventually(answered, PATIENCE_SECONDS, f"{method} {path} is answered")
        return content

    async def published(self, topic: str, **of: Any) -> list[str]:
        """The types of the events on the topic with these fields, without repeats of the same event, in order."""
        found = await records_of(self.kafka, f"{self.prefix}{topic}")
        seen: dict[tuple[str, str], None] = {}
        for record, kind in zip(found, types_of(found), strict=True):
            value = value_of(record)
            if of.items() <= value.items():
                seen[dict(record.headers)["ce_id"].decode(), kind] = None
        return [kind for _, kind in seen]

    async def until(self, condition: Callable[[], Awaitable[Any]], what: str) -> Any:
        """Wait for an outcome, across a crash."""
        return await eventually(condition, PATIENCE_SECONDS, what)


class Refused(Exception):
    """A call was refused for good."""


@asynccontextmanager
async def running_world(folder: Path, kafka: str, mongodb: str, prefix: str) -> AsyncIterator[World]:
    """All services up; they are stopped in the end, each by itself."""
    await ensure_topics(kafka, prefix)
    await tell(kafka, prefix, HostRegistered(version=1, host_id="host1", name="Host"))
    keys = folder / "keys"
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "alipay_sandbox", "keys", "--dir", str(keys), stdout=subprocess.DEVNULL
    )
    assert await made.wait() == 0
    ports = {service: free_port() for service in SERVICES}
    async with (
        Issuer().serving() as issuer,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as http,
        AsyncMongoClient[dict[str, Any]](mongodb, tz_aware=True) as mongo,
    ):
        environment = _environment(folder, keys, kafka, mongodb, prefix, issuer.url, ports)
        world = World(folder, kafka, mongodb, prefix, issuer, http, mongo, Armed(folder), ports, environment)
        supervision = []
        try:
            for service in SERVICES:
                await world.start(service)
                supervision.append(asyncio.create_task(world.supervise(service)))
            await asyncio.gather(*map(world.ready, SERVICES))
            yield world
        finally:
            for task in supervision:
                task.cancel()
            await asyncio.gather(*supervision, return_exceptions=True)
            await asyncio.gather(*map(_end, world.processes.values()))


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(30):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _environment(
    folder: Path, keys: Path, kafka: str, mongodb: str, prefix: str, issuer: str, ports: Mapping[str, int]
) -> dict[str, dict[str, str]]:
    payment, sandbox = (f"http://127.0.0.1:{ports[name]}" for name in ("payment", "alipay_sandbox"))
    common = {
        "PYTHONPATH": str(TESTS),
        "ANCHORAGE_KAFKA": kafka,
        "ANCHORAGE_MONGODB_URI": mongodb,
        "ANCHORAGE_PREFIX": prefix,
        "ANCHORAGE_IDENTITY_URL": issuer,
        "ANCHORAGE_TRACE_RATIO": "0",
        "ANCHORAGE_LOG_LEVEL": "WARNING",
        "ANCHORAGE_MAX_UNPAID_ORDERS": "1000",
        "ANCHORAGE_PUBLIC_URL": payment,
    }
    secret = secrets.token_hex(32)
    own = {
        "alipay_sandbox": {"ANCHORAGE_ALIPAY_SANDBOX_KEYS": str(keys)},
        "payment": {
            "ANCHORAGE_ALIPAY_MERCHANTS": str(_merchants(keys, sandbox)),
            "ANCHORAGE_PAYMENT_FIRST_LOOK": "PT3S",
            "ANCHORAGE_ORDER_SECRET": secret,
        },
        "catalog": {
            "ANCHORAGE_MEDIA_DIR": str(folder),
            "ANCHORAGE_UPLOADS": str(folder / "uploads"),
            "ANCHORAGE_EGRESS_ALLOW": "127.0.0.1:1024-65535",
        },
        "webhooks": {"ANCHORAGE_EGRESS_ALLOW": "127.0.0.1:1024-65535"},
        "feeds": {
            "ANCHORAGE_EGRESS_ALLOW": "127.0.0.1:1024-65535",
            "ANCHORAGE_FEEDS_DIR": str(folder / "feeds"),
        },
        "checkout": {"ANCHORAGE_CLICK_SECRET": secret, "ANCHORAGE_ORDER_SECRET": secret},
        "identity": {
            "ANCHORAGE_VIEWER_SECRET": secret,
            "ANCHORAGE_OPENID_SECRET": secret[::-1],
            "ANCHORAGE_OPS_CLIENT_ID": "ops",
            "ANCHORAGE_OPS_CLIENT_SECRET": secret,
        },
    }
    return {
        service: common
        | {
            "ANCHORAGE_PORT": str(port),
            "ANCHORAGE_ALIPAY_SANDBOX_PORT": str(ports["alipay_sandbox"]),
        }
        | own.get(service, {})
        for service, port in ports.items()
    }


def _merchants(keys: Path, sandbox: str) -> Path:
    """The one merchant, which collects for every mini program."""
    [entry] = [
        entry
        for entry in json.loads((keys / "merchants.json").read_text(encoding="utf-8"))
        if "platform_public_key.pem" in entry["app_public_key_files"]
    ]
    merchant = {
        "merchant": "default",
        "gateway_url": f"{sandbox}/gateway.do",
        "app_id": entry["app_id"],
        "seller_id": entry["seller_id"],
        "app_private_key_file": str(keys / "platform_private_key.pem"),
        "alipay_public_key_files": [str(keys / "alipay_public_key.pem")],
    }
    path = keys / "collects.json"
    path.write_text(json.dumps([merchant]), encoding="utf-8")
    return path
