"""`anchorage reconcile` against a running payment service: its output and exit codes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from payment_support.till import Till

from anchorage_cli.main import main
from anchorage_cli.reconcile import CLEAN, DIFFERENCES, FAILED
from payment.domain.days import day_of


@pytest.fixture
async def command(till: Till, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """The command's arguments for this installation, with tokens from the test's own issuer."""

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        if form["client_secret"] != "good":
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": till.issuer.token("ops")})

    app = web.Application()
    app.router.add_post("/v1/token", token)
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_ID", "ops-1")
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_SECRET", "good")
    async with TestServer(app, host="127.0.0.1") as gateway:
        address = str(gateway.make_url("")).rstrip("/")
        yield [
            "reconcile",
            "--day",
            str(day_of(till.clock())),
            "--gateway",
            address,
            "--payment",
            till.service.url,
        ]


async def test_a_clean_day_exits_with_zero_and_a_difference_with_one(
    till: Till, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    order = await till.paid(amount=12345)
    await till.posted(order.order_id, f"payment:{order.order_id}")
    assert await asyncio.to_thread(main, command) == CLEAN
    assert (
        "1 movement(s) compared, bill 123.45 CNY, ledger 123.45 CNY, 0 difference(s), provisional: the day is not over"
        in capsys.readouterr().out
    )
    await till.service.db["ledger"].delete_one({"_id": f"payment:{order.order_id}"})
    assert await asyncio.to_thread(main, command) == DIFFERENCES
    said = capsys.readouterr().out
    assert f"state          order {order.order_id}: bill 123.45 CNY, ledger nothing, trade 123.45 CNY" in said


async def test_a_day_that_could_not_be_compared_has_an_exit_code_of_its_own(
    till: Till, command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.paid()
    await till.fault("gateway_error", 1, method="alipay.data.dataservice.bill.downloadurl.query")
    assert await asyncio.to_thread(main, command) == FAILED
    assert "could not be compared" in capsys.readouterr().err
    monkeypatch.setenv("ANCHORAGE_OPS_CLIENT_SECRET", "wrong")
    assert await asyncio.to_thread(main, command) == FAILED


async def test_a_future_day_is_refused_with_a_clear_message(
    till: Till, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    tomorrow = day_of(till.clock()) + timedelta(days=1)
    assert await asyncio.to_thread(main, [*command, "--day", str(tomorrow)]) == FAILED
    assert f"{tomorrow} has not come yet in Beijing" in capsys.readouterr().err


async def test_a_malformed_day_is_refused_before_any_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["reconcile", "--day", "Tuesday"])
    assert ended.value.code == FAILED
    assert "write 2026-11-22, today or yesterday" in capsys.readouterr().err


async def test_today_and_yesterday_are_days_in_beijing(
    till: Till, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    address = command[3:]
    for word, day in (
        ("today", day_of(till.clock())),
        ("yesterday", day_of(till.clock()) - timedelta(days=1)),
    ):
        assert await asyncio.to_thread(main, ["reconcile", "--day", word, *address]) == CLEAN
        assert f"alipay.default {day}: 0 movement(s)" in capsys.readouterr().out
