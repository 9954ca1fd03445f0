"""Addresses: DNS, TLS, whether they answer and whether the world can reach them; and the clocks behind them."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from yarl import URL

from anchorage_cli.doctor.check import Check, ok, warning, wrong

TLS_WARN_DAYS = 14
CLOCK_WARN_SECONDS, CLOCK_WRONG_SECONDS = 2.0, 30.0
"""Notices, tokens and Alipay's signatures have times in them."""
CONNECT_SECONDS = 5.0
NOTIFY_PATH = "/v1/payments/alipay/notify"


async def resolve(url: str) -> list[str] | None:
    """The addresses behind a URL's host; None if DNS knows none."""
    host, port = URL(url).host or "", URL(url).port or 0
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return sorted({str(address[4][0]) for address in found})


def is_public(addresses: list[str]) -> bool:
    """Whether there are addresses, and all of them are of the internet."""
    return bool(addresses) and all(ipaddress.ip_address(address).is_global for address in addresses)


async def check_dns(what: str, url: str, *, must_be_public: bool, who: str) -> Check:
    """Whether the host has addresses, public ones where `who` must reach it from outside."""
    found = await resolve(url)
    if found is None:
        return wrong(f"{what}: DNS", f"no address for {URL(url).host}", "add it to DNS, or correct the URL")
    text = f"{URL(url).host} is {', '.join(found[:3])}"
    if is_public(found):
        return ok(f"{what}: DNS", text)
    if must_be_public:
        return wrong(
            f"{what}: DNS", f"{text}: not an address of the internet", f"{who} must be able to reach it"
        )
    return warning(
        f"{what}: DNS",
        f"{text}: not an address of the internet",
        f"before real buyers come, {who} must be able to reach it",
    )


async def check_tls(what: str, url: str, *, must_be_https: bool) -> Check:
    """The chain of certificates as a browser checks it, and the days until it expires."""
    address = URL(url)
    if address.scheme != "https":
        do = "put a proxy with TLS in front, and use its https address"
        return (wrong if must_be_https else warning)(f"{what}: TLS", f"{url} has none", do)
    return await check_certificate(what, str(address.host), address.port or 443, ssl.create_default_context())


async def check_certificate(what: str, host: str, port: int, context: ssl.SSLContext) -> Check:
    """Connect and verify. The certificate must be for `host`."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except ssl.SSLCertVerificationError as error:
        return wrong(
            f"{what}: TLS",
            f"{host}: {error.verify_message}",
            "install a certificate for this name, with its whole chain",
        )
    except (OSError, TimeoutError) as error:
        return wrong(
            f"{what}: TLS",
            f"no connection to {host}:{port} ({type(error).__name__})",
            "is it running, and the port open?",
        )
    certificate: dict[str, Any] = writer.get_extra_info("peercert")
    writer.close()
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    days = (ends - datetime.now(UTC)).days
    if days < TLS_WARN_DAYS:
        return warning(
            f"{what}: TLS",
            f"the certificate expires in {days} days",
            "renew it, and see why it was not renewed",
        )
    return ok(f"{what}: TLS", f"verified, {days} days left")


async def check_gateway(http: aiohttp.ClientSession, url: str) -> Iterator[Check]:
    """Whether our gateway answers at the public address, with the time that it says it is."""
    what = "public address"
    try:
        async with http.get(url.rstrip("/") + "/readyz", allow_redirects=False) as answer:
            status, ours = answer.status, answer.headers.get("Server") == "anchorage"
            date = answer.headers.get("Date")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return iter(
            [
                wrong(
                    what,
                    f"{url} does not answer ({type(error).__name__})",
                    "is the gateway running, and the proxy in front of it?",
                )
            ]
        )
    if status == 200:
        checks = [ok(what, f"{url} answers, and is ready")]
    elif ours:
        checks = [wrong(what, f"the gateway at {url} is not ready", "`anchorage status` says why")]
    else:
        checks = [
            wrong(
                what,
                f"{url} answers {status}, not our gateway",
                "let the proxy pass all paths to the gateway",
            )
        ]
    return iter([*checks, clock("clock of the gateway", date)])


async def check_notify(http: aiohttp.ClientSession, url: str) -> Check:
    """Whether the address for Alipay's notices leads to our gateway: it takes POST only, so GET is 405."""
    what = "notify address"
    try:
        async with http.get(url.rstrip("/") + NOTIFY_PATH, allow_redirects=False) as answer:
            status, allowed = answer.status, answer.headers.get("Allow", "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return wrong(
            what,
            f"{url} does not answer ({type(error).__name__})",
            "Alipay's servers must be able to POST there",
        )
    if status == 405 and "POST" in allowed:
        return ok(what, f"{url}{NOTIFY_PATH} takes notices")
    return wrong(
        what,
        f"GET {NOTIFY_PATH} answers {status}, not 405",
        "pass the path on to the gateway, without login or challenge page",
    )


async def check_remote_clock(http: aiohttp.ClientSession, what: str, url: str) -> Check | None:
    """The Date header of any answer; None if there is no answer, which another check reports."""
    try:
        async with http.head(url, allow_redirects=False) as answer:
            return clock(what, answer.headers.get("Date"))
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None


def clock(what: str, date: str | None) -> Check:
    """Our clock next to a Date header, which has whole seconds."""
    if date is None:
        return warning(what, "it does not say the time", "compare the clocks by hand")
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return warning(what, f"an unreadable time: {date[:40]!r}", "compare the clocks by hand")
    ahead = time.time() - theirs.timestamp()
    return compared(what, max(0.0, abs(ahead - 0.5) - 0.5) * (1 if ahead > 0 else -1))


def compared(what: str, seconds_ahead: float) -> Check:
    """How far this machine's clock is ahead of another one."""
    apart = abs(seconds_ahead)
    text = f"{apart:.1f} s {'ahead' if seconds_ahead > 0 else 'behind'}"
    if apart < CLOCK_WARN_SECONDS:
        return ok(what, "the same as ours")
    verdict = warning if apart < CLOCK_WRONG_SECONDS else wrong
    return verdict(what, f"ours is {text}", "run a time service (NTP) on every machine")
