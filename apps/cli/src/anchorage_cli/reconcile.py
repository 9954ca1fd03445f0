"""`anchorage reconcile --day 2026-11-22`: compare ledger, trades and the provider's bill of a Beijing day.

Payment makes the comparison and keeps the report; this command requests it as an operator and prints every difference. It
exits with 1 when there is a difference, and with 2 when the comparison could not be made: the day is in the future, or the
provider has no bill yet (Alipay's comes the next morning; the sandbox gives today's so far, marked provisional).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from datetime import UTC, date, datetime, timedelta

import aiohttp

from anchorage_cli.errors import Refused
from anchorage_cli.operator import Json, operator
from anchorage_cli.output import print_json
from contracts.money import yuan

CLEAN, DIFFERENCES, FAILED = 0, 1, 2
BEIJING = timedelta(hours=8)
PATIENCE = aiohttp.ClientTimeout(total=600)
"""A day of many trades takes minutes to compare."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--day",
        type=_day,
        default="today",
        help="as 2026-11-22, or today (the default) or yesterday, in Beijing",
    )
    parser.add_argument("--gateway", help="address of the gateway (ANCHORAGE_PUBLIC_URL)")
    parser.add_argument(
        "--payment", help="address of payment itself, for comparisons longer than the gateway's deadline"
    )


def _day(text: str) -> str:
    """The day as a date; raises ArgumentTypeError."""
    today = (datetime.now(UTC) + BEIJING).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        return (named.get(text) or date.fromisoformat(text)).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a day; write 2026-11-22, today or yesterday"
        ) from None


def run(arguments: argparse.Namespace) -> int:
    """Compare and print; the exit code says whether the day is clean."""
    try:
        report = asyncio.run(_reconcile(arguments))
    except (Refused, aiohttp.ClientError, TimeoutError) as why:
        print(f"The day could not be compared: {why}", file=sys.stderr)
        return FAILED
    if arguments.json:
        print_json(report)
    else:
        print("\n".join(lines(report)))
    return CLEAN if report["clean"] else DIFFERENCES


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
    return "nothing" if fen is None else f"{yuan(fen)} CNY"


async def _reconcile(arguments: argparse.Namespace) -> Json:
    async with operator(arguments.gateway, PATIENCE) as as_operator:
        payment = arguments.payment or os.environ.get("ANCHORAGE_PAYMENT_URL") or as_operator.gateway
        return await as_operator.call("POST", f"{payment}/v1/ops/reconciliations/{arguments.day}")
