"""`anchorage reconcile --day 2026-11-22`: compare ledger, trades and the provider's bill of a Beijing day.

The comparison is payment's own; this command asks for it as an operator, prints every difference, and exits with 1 when
there is any, 2 when it could not be made: a day that has not come, a bill that the provider has not made yet (Alipay does
so in the morning after; the sandbox gives today's so far, and the comparison is called provisional). The report is kept
by payment.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp

from anchorage_cli.where import DEMO_FILE, read_demo

Json = dict[str, Any]
CLEAN, DIFFERENCES, FAILED = 0, 1, 2
BEIJING = timedelta(hours=8)
PATIENCE = aiohttp.ClientTimeout(total=600)
"""A day of many trades takes minutes to compare."""


class Failed(Exception):
    """The comparison could not be made; the text says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--day",
        type=_day,
        default="today",
        help="as 2026-11-22, or today (the default) or yesterday, in Beijing",
    )
    parser.add_argument("--gateway", help="address of the gateway (ANCHORAGE_PUBLIC_URL)")
    parser.add_argument("--payment", help="address of payment itself, which no gateway's deadline cuts short")


def _day(text: str) -> str:
    """The day as a date; raises ArgumentTypeError."""
    today = (datetime.now(UTC) + BEIJING).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        return (named.get(text) or date.fromisoformat(text)).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no day: write 2026-11-22, today or yesterday"
        ) from None


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, and say by the exit code whether the day is clean."""
    try:
        report = asyncio.run(_reconcile(arguments))
    except (Failed, aiohttp.ClientError, TimeoutError) as why:
        print(f"The day could not be compared: {why}", file=sys.stderr)
        return FAILED
    print("\n".join(lines(report)))
    return CLEAN if report["clean"] else DIFFERENCES


def main(args: Sequence[str] | None = None) -> int:
    """The command on its own."""
    parser = argparse.ArgumentParser(prog="anchorage reconcile", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(args))


def lines(report: Json) -> list[str]:
    """The report as a person reads it."""
    text = []
    for item in report["items"]:
        text.append(
            f"{item['collector']} {report['day']}: {item['compared']} movement(s) compared, "
            f"bill {_yuan(item['bill_total'])}, ledger {_yuan(item['ledger_total'])}, "
            f"{len(item['differences'])} difference(s)"
            + (", provisional: the day is not over" if item.get("provisional") else "")
        )
        for found in item["differences"]:
            refund = f" refund {found['refund_id']}" if found["refund_id"] else ""
            sides = ", ".join(f"{side} {_yuan(found[side])}" for side in ("bill", "ledger", "trade"))
            text.append(f"  {found['kind']:<14} order {found['order_id']}{refund}: {sides}")
    return text


def _yuan(fen: int | None) -> str:
    if fen is None:
        return "nothing"
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d} CNY"


async def _reconcile(arguments: argparse.Namespace) -> Json:
    demo = read_demo() if DEMO_FILE.exists() else {}
    gateway = arguments.gateway or os.environ.get("ANCHORAGE_PUBLIC_URL") or demo.get("gateway")
    operator = demo.get("ops", {})
    client_id = os.environ.get("ANCHORAGE_OPS_CLIENT_ID", operator.get("client_id"))
    secret = os.environ.get("ANCHORAGE_OPS_CLIENT_SECRET", operator.get("client_secret"))
    if not gateway or not client_id or not secret:
        raise Failed(
            "nothing says where the gateway is and who asks: start the demo with `make run`, or set "
            "ANCHORAGE_PUBLIC_URL, ANCHORAGE_OPS_CLIENT_ID and ANCHORAGE_OPS_CLIENT_SECRET"
        )
    payment = arguments.payment or os.environ.get("ANCHORAGE_PAYMENT_URL") or gateway
    async with aiohttp.ClientSession(timeout=PATIENCE) as http:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        token = await _answer(http, f"{gateway}/v1/token", data=form)
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        return await _answer(http, f"{payment}/v1/ops/reconciliations/{arguments.day}", headers=headers)


async def _answer(http: aiohttp.ClientSession, url: str, **sent: Any) -> Json:
    async with http.post(url, **sent) as answer:
        body: Json = await answer.json(content_type=None)
        if answer.status != 200:
            raise Failed(f"{body.get('detail') or body} ({answer.status} from {url})")
        return body


if __name__ == "__main__":
    sys.exit(main())
