"""What becomes of trades and notices when the sandbox or its database is killed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from alipay_sandbox.server import Server
from alipay_sandbox.settings import Settings
from alipay_sandbox.testing import Controls, Merchant, free_port
from support.breakable import BreakableParts
from support.eventually import Eventually

A_DAY_A_SECOND = 86_400


@asynccontextmanager
async def process(
    mongodb_uri: str, prefix: str, keys: Path, port: int, http: aiohttp.ClientSession, eventually: Eventually
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The sandbox as a process of its own, up and ready."""
    environment = {
        **os.environ,
        "ANCHORAGE_MONGODB_URI": mongodb_uri,
        "ANCHORAGE_PREFIX": prefix,
        "ANCHORAGE_ALIPAY_SANDBOX_PORT": str(port),
        "ANCHORAGE_ALIPAY_SANDBOX_KEYS": str(keys),
    }
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "alipay_sandbox", env=environment, stderr=asyncio.subprocess.DEVNULL
    )

    async def ready() -> bool:
        try:
            async with http.get(f"http://127.0.0.1:{port}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False

    try:
        await eventually(ready, within=30)
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def test_a_sandbox_that_is_killed_while_it_delivers_loses_no_trade_and_no_notice(
    mongodb_uri: str,
    prefix: str,
    keys: Path,
    own_merchant: Merchant,
    http: aiohttp.ClientSession,
    number: str,
    eventually: Eventually,
) -> None:
    port = free_port()
    merchant, controls = own_merchant, Controls(f"http://127.0.0.1:{port}", http)
    merchant.gateway = f"{controls.url}/gateway.do"
    merchant.answers = ["fail"]
    numbers = [f"{number}{n}" for n in range(40)]
    paid: set[str] = set()

    async def pay(one: str) -> None:
        try:
            await controls.pay(merchant.link({"out_trade_no": one, "total_amount": "1.00"}))
        except aiohttp.ClientError:
            return
        paid.add(one)

    async with process(mongodb_uri, prefix, keys, port, http, eventually) as first:
        paying = asyncio.gather(*(pay(one) for one in numbers))
        await eventually(lambda: len(merchant.received) > 5)
        first.kill()
        await paying
    assert paid
    merchant.answers = ["success"]
    async with process(mongodb_uri, prefix, keys, port, http, eventually):
        await controls.post("clock", {"speed": A_DAY_A_SECOND})
        for one in paid:
            assert (await controls.get(f"trades/{one}"))["trade_status"] == "TRADE_SUCCESS"

        async def all_told() -> bool:
            views = [await controls.get(f"trades/{one}") for one in paid]
            return all(view["notices"][0]["done"] for view in views)

        await eventually(all_told, within=20)
    assert all(merchant.genuine(notice) for one in paid for notice in merchant.notices_of(one))


@pytest.mark.timeout(300)
async def test_a_database_that_is_killed_answers_unknown_and_what_was_paid_is_told_when_it_is_back(
    breakable: BreakableParts,
    keys: Path,
    own_merchant: Merchant,
    http: aiohttp.ClientSession,
    number: str,
    eventually: Eventually,
) -> None:
    settings = Settings(mongodb_uri=breakable.mongodb, alipay_sandbox_port=0, alipay_sandbox_keys=keys)
    async with Server(settings) as server:
        merchant, controls = own_merchant, Controls(server.url, http)
        merchant.gateway = f"{server.url}/gateway.do"
        order = {"out_trade_no": number, "total_amount": "1.00"}
        await controls.post("faults", {"fault": "delay_notify", "out_trade_no": number, "seconds": 2})
        await controls.pay(merchant.link(order))
        await controls.post("faults", {"fault": "gateway_error", "method": "alipay.trade.refund"})
        async with breakable.away("mongodb"):
            unknown = await merchant.call("alipay.trade.query", {"out_trade_no": number})
            assert (unknown["code"], unknown["sub_code"]) == ("20000", "isp.unknow-error")
            struck = await merchant.call(
                "alipay.trade.refund", {"out_trade_no": number, "refund_amount": "1.00"}
            )
            assert (struck["code"], struck["sub_code"]) == ("20000", "isp.unknow-error")
            other = {**order, "out_trade_no": f"{number}B"}
            await controls.post("pay", {"cashier_url": merchant.link(other)}, status=503)
            async with http.get(merchant.link(other)) as response:
                assert (response.status, "系统繁忙" in await response.text()) == (503, True)
            async with http.get(f"{server.url}/readyz") as response:
                assert response.status == 503
            async with http.get(f"{server.url}/livez") as response:
                assert response.status == 200

        async def told() -> bool:
            (notice,) = (await controls.get(f"trades/{number}"))["notices"]
            return bool(notice["done"])

        await eventually(told, within=30)
        assert merchant.notices_of(number)
        assert (await controls.pay(merchant.link(other)))["trade_status"] == "TRADE_SUCCESS"
        await eventually(lambda: merchant.notices_of(f"{number}B"), within=30)


async def test_a_sandbox_that_is_asked_to_end_ends_also_in_the_middle_of_work(
    mongodb_uri: str,
    prefix: str,
    keys: Path,
    own_merchant: Merchant,
    http: aiohttp.ClientSession,
    number: str,
    eventually: Eventually,
) -> None:
    port = free_port()
    merchant, controls = own_merchant, Controls(f"http://127.0.0.1:{port}", http)

    async def pay(one: str) -> None:
        with suppress(aiohttp.ClientError, AssertionError):
            await controls.pay(merchant.link({"out_trade_no": one, "total_amount": "1.00"}))

    async with process(mongodb_uri, prefix, keys, port, http, eventually) as running:
        paying = asyncio.gather(*(pay(f"{number}{n}") for n in range(60)))
        await eventually(lambda: len(merchant.received) > 5)
        running.terminate()
        assert await asyncio.wait_for(running.wait(), 20) == 0
        await paying
