"""`anchorage doctor`: checks whether the installation can take money, and says what to do where it cannot.

Keys and certificates of each merchant, clocks, addresses, DNS, TLS, Kafka, MongoDB, and a question to Alipay about a trade that
cannot exist. It changes nothing. Run it where payment runs: it reads the same settings. Exit code 1 when something is wrong;
warnings alone are 0. Kafka's protocol does not tell the time, so the brokers' clocks are not compared.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from anchorage_cli.doctor.check import Check, Result, ok, warning
from anchorage_cli.doctor.kafka import check_kafka
from anchorage_cli.doctor.merchants import Merchant, check_merchant, read_entries
from anchorage_cli.doctor.mongodb import check_mongodb
from anchorage_cli.doctor.network import (
    check_dns,
    check_gateway,
    check_notify,
    check_remote_clock,
    check_tls,
    is_public,
    resolve,
)
from anchorage_cli.doctor.question import ask
from anchorage_cli.errors import Refused
from anchorage_cli.installation import DEMO_FILE, Installation, installation, read_demo
from anchorage_cli.output import print_json
from runtime.clock import system_clock

PATIENCE = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The merchants' file, and the gateway's addresses for browsers and for Alipay."""

    merchants: Path
    public: str
    notify: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(arguments: argparse.Namespace) -> int:
    """Print each check; 1 when something is wrong."""
    checks = asyncio.run(examine(installation(), addresses()))
    if arguments.json:
        print_json(*checks)
    else:
        print("\n".join(lines(checks)))
    return 1 if any(check.result is Result.WRONG for check in checks) else 0


def addresses() -> Addresses:
    """From payment's own settings, or from `demo.json`. Raises Refused."""
    demo = read_demo() if DEMO_FILE.exists() else {}
    merchants = os.environ.get("ANCHORAGE_ALIPAY_MERCHANTS") or demo.get("merchants")
    public = os.environ.get("ANCHORAGE_PUBLIC_URL") or demo.get("gateway")
    if not merchants or not public:
        raise Refused("set ANCHORAGE_ALIPAY_MERCHANTS and ANCHORAGE_PUBLIC_URL as they are for payment")
    return Addresses(Path(merchants), public, os.environ.get("ANCHORAGE_NOTIFY_URL") or public)


def lines(checks: Sequence[Check]) -> Iterable[str]:
    """One line for each check."""
    width = max(len(check.what) for check in checks)
    for check in checks:
        do = f" → {check.do}" if check.do else ""
        yield f"{check.result:7}  {check.what:{width}}  {check.found}{do}"


async def examine(where: Installation, of: Addresses) -> list[Check]:
    """All checks, in the order in which they are printed."""
    async with aiohttp.ClientSession(timeout=PATIENCE) as http:
        checks, merchants = _merchants(of.merchants)
        real = [merchant for merchant in merchants if is_public(await resolve(merchant.gateway_url) or [])]
        checks += await _addresses(http, of, for_real=bool(real))
        for url in dict.fromkeys(merchant.gateway_url for merchant in merchants):
            checks += await _gateway_of_alipay(url)
            checks += [found for found in [await check_remote_clock(http, "clock of Alipay", url)] if found]
        checks += [await ask(http, merchant, system_clock()) for merchant in merchants]
    checks += await check_kafka(where)
    checks += await check_mongodb(where)
    return checks


def _merchants(file: Path) -> tuple[list[Check], list[Merchant]]:
    entries = read_entries(file)
    if isinstance(entries, Check):
        return [entries], []
    checks, merchants = [ok("merchants' file", f"{file}: {len(entries)} merchant(s)")], []
    for entry in entries:
        found, merchant = check_merchant(entry, file.parent, system_clock())
        checks += found
        merchants += [merchant] if merchant is not None else []
    return checks, merchants


async def _gateway_of_alipay(url: str) -> list[Check]:
    """Its DNS and TLS; a gateway that is not on the internet is a sandbox."""
    found = await resolve(url)
    if found is not None and not is_public(found):
        return [
            warning("Alipay: DNS", f"{url} is a sandbox", "real money needs gateway_url of the real Alipay")
        ]
    return [
        await check_dns("Alipay", url, must_be_public=True, who="this machine"),
        await check_tls("Alipay", url, must_be_https=True),
    ]


async def _addresses(http: aiohttp.ClientSession, of: Addresses, *, for_real: bool) -> list[Check]:
    """The gateway's addresses. With the real Alipay both must be https and public; with a sandbox this is a warning."""
    checks = [
        *await check_gateway(http, of.public),
        await check_dns("public address", of.public, must_be_public=for_real, who="buyers"),
        await check_tls("public address", of.public, must_be_https=for_real),
        await check_notify(http, of.notify),
    ]
    if of.notify != of.public:
        checks.append(
            await check_dns("notify address", of.notify, must_be_public=for_real, who="Alipay's servers")
        )
        checks.append(await check_tls("notify address", of.notify, must_be_https=for_real))
    return checks
