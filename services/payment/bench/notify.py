"""How many of Alipay's notices payment settles per second, compared with a floor.

Starts a payment process on the given Kafka and MongoDB, opens trades through Kafka, then posts a signed notice for each
over HTTP from concurrent clients. Payment answers `success` only when the settlement is durable (majority), so an answer
is a settlement. Then waits until every settlement is published and posted in the ledger, and counts them.

The floor is measured in the same run by this script alone, without HTTP, domain or telemetry: it verifies the same
signatures, and reads and writes the same documents with majority, first one by one and then in bulk.

    python services/payment/bench/notify.py --kafka HOST:PORT --mongodb URI [--notices 4000] [--at-once 64]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import secrets
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import uvloop
from aiokafka.admin import AIOKafkaAdminClient
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from notice_floor import PKCS1, measure_floor, run_concurrently

from contracts.catalog import StockLine, StockReserved
from contracts.checkout import Attribution, OrderLine, OrderPlaced
from contracts.money import cny, yuan
from contracts.terms import CommissionTerms
from contracts.tokens.order_seals import sealed
from contracts.topics import MINI_PROGRAMS, ORDERS, PAYMENTS, SETTLEMENTS, STOCK
from payment.adapters.alipay.wire import notice_content
from runtime.clock import system_clock
from runtime.kafka.publisher import Publisher
from runtime.kafka.topics import ensure_topics
from runtime.mongo.client import Database, connect, database
from runtime.outbox.recorder import direct_record

SHOP, APP, SELLER = "benchshop1", "2021000000000009", "2088000000000009"
ORDER_SECRET = secrets.token_hex(32)
WAIT_SECONDS = 180


def main() -> int:
    """Print the figures; 1 when a settlement is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    demo = Path(os.environ.get("ANCHORAGE_DATA", ".data")) / "demo.json"
    running = json.loads(demo.read_text(encoding="utf-8")) if demo.exists() else {}
    parser.add_argument("--kafka", default=os.environ.get("ANCHORAGE_TEST_KAFKA", running.get("kafka")))
    parser.add_argument("--mongodb", default=os.environ.get("ANCHORAGE_TEST_MONGODB", running.get("mongodb")))
    parser.add_argument("--notices", type=int, default=4_000)
    parser.add_argument("--at-once", type=int, default=64)
    arguments = parser.parse_args()
    if not arguments.kafka or not arguments.mongodb:
        parser.error("give --kafka and --mongodb, or start both with `make run`")
    return uvloop.run(_bench(arguments))


async def _bench(arguments: argparse.Namespace) -> int:
    prefix = f"bench{secrets.token_hex(3)}_"
    topics = (ORDERS, PAYMENTS, SETTLEMENTS, MINI_PROGRAMS, STOCK)
    await ensure_topics(arguments.kafka, prefix, topics)
    client = connect(arguments.mongodb)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return await _measure(arguments, prefix, database(client, f"{prefix}payment"), Path(folder))
    finally:
        await client.drop_database(f"{prefix}payment")
        await client.drop_database(f"{prefix}floor")
        await client.close()
        admin = AIOKafkaAdminClient(bootstrap_servers=arguments.kafka)
        await admin.start()
        await admin.delete_topics([t for t in await admin.list_topics() if t.startswith(prefix)])
        await admin.close()


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run measured, in seconds."""

    opening: float
    settling: float
    posting: float
    cpu: float
    latencies: Sequence[float]


async def _measure(arguments: argparse.Namespace, prefix: str, db: Database, folder: Path) -> int:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    orders = [_order() for _ in range(arguments.notices)]
    forms = [_notice(order, key) for order in orders]
    settings = _settings(arguments, prefix, folder, key)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "payment", env=os.environ | settings)
    url = f"http://127.0.0.1:{settings['ANCHORAGE_PORT']}"
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            await _wait_until(lambda: _ready(http, url), "payment is ready")
            began = time.perf_counter()
            await _reserve(arguments.kafka, prefix, orders)
            await _wait_until(lambda: _has(db, "trades", len(orders)), "every trade is open", every=0.1)
            opening = time.perf_counter() - began
            cpu, began = _cpu_seconds(process.pid), time.perf_counter()
            posts = [lambda form=form: _post(http, url, form) for form in forms]
            latencies = await run_concurrently(posts, arguments.at_once)
            settling, cpu = time.perf_counter() - began, _cpu_seconds(process.pid) - cpu
            await _wait_until(lambda: _has(db, "ledger", len(orders)), "every settlement is posted")
            figures = Figures(opening, settling, time.perf_counter() - began, cpu, latencies)
        settled = await db["trades"].count_documents({"state": "settled"})
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
    floor = await measure_floor(db, forms, key.public_key(), arguments.at_once)
    _print(figures, floor, len(orders), arguments.at_once)
    print(f"{settled} settled, {len(orders)} expected")
    return 0 if settled == len(orders) else 1


def _print(figures: Figures, floor: tuple[float, float], count: int, clients: int) -> None:
    latencies = " / ".join(f"{_quantile(figures.latencies, q) * 1e3:.1f}" for q in (0.5, 0.99, 1))
    rows = [
        ("trades opened from Kafka, links signed", f"{count / figures.opening:8.0f} /s"),
        (f"notices verified and settled, {clients} at once", f"{count / figures.settling:8.0f} /s"),
        ("  answered in: p50 / p99 / worst", f"{latencies} ms"),
        ("  CPU of the payment process for each", f"{figures.cpu / count * 1e3:8.2f} ms"),
        ("  until published and posted in the ledger", f"{count / figures.posting:8.0f} /s"),
        ("floor: verify, read, write durably, one by one", f"{floor[0]:8.0f} /s"),
        ("floor: verify, read, write durably, in bulk", f"{floor[1]:8.0f} /s"),
    ]
    for name, value in rows:
        print(f"{name:<52} {value}")


def _order() -> OrderPlaced:
    now = system_clock()
    line = OrderLine(
        sku_id="s", product_id="p", title="Wine", unit_price=cny(12900), quantity=1, line_total=cny(12900),
        product_version=1, terms=CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1),
    )  # fmt: skip
    order = OrderPlaced(
        version=1, order_id=f"{SHOP}_{secrets.token_hex(13)}", mini_program_id=SHOP, at=now, host_id="h", openid="o1",
        lines=(line,), total=cny(12900), attribution=Attribution(surface="video_anchor", creator_id="c-1"),
        merchant="default", region="浙江", payment_product="wap", subject="Wine", expires_at=now + timedelta(hours=1),
    )  # fmt: skip
    return sealed(order, ORDER_SECRET)


def _reserved(order: OrderPlaced) -> StockReserved:
    line = StockLine(sku_id="s", quantity=1)
    return StockReserved(version=1, order_id=order.order_id, mini_program_id=SHOP, lines=(line,), order=order)


def _notice(order: OrderPlaced, key: rsa.RSAPrivateKey) -> dict[str, str]:
    form = {
        "app_id": APP, "auth_app_id": APP, "seller_id": SELLER, "charset": "utf-8", "version": "1.0", "sign_type": "RSA2",
        "notify_id": secrets.token_hex(16), "notify_type": "trade_status_sync", "notify_time": "2026-11-22 12:00:01",
        "trade_no": order.order_id[-26:], "out_trade_no": order.order_id, "trade_status": "TRADE_SUCCESS",
        "total_amount": yuan(order.total.amount), "receipt_amount": yuan(order.total.amount), "subject": order.subject,
        "buyer_id": "2088000000000000", "gmt_create": "2026-11-22 12:00:00", "gmt_payment": "2026-11-22 12:00:00",
        "fund_bill_list": '[{"amount":"129.00","fundChannel":"ALIPAYACCOUNT"}]',
    }  # fmt: skip
    content = notice_content({name: value.encode() for name, value in form.items()})
    signature = key.sign(content, PKCS1, hashes.SHA256())
    return form | {"sign": base64.b64encode(signature).decode()}


def _settings(
    arguments: argparse.Namespace, prefix: str, folder: Path, key: rsa.RSAPrivateKey
) -> dict[str, str]:
    pem = serialization.Encoding.PEM
    (folder / "private.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "public.pem").write_bytes(
        key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    merchant = {
        "merchant": "default", "app_id": APP, "seller_id": SELLER, "gateway_url": "http://127.0.0.1:9/gateway.do",
        "app_private_key_file": "private.pem", "alipay_public_key_files": ["public.pem"],
    }  # fmt: skip
    (folder / "merchants.json").write_text(json.dumps([merchant]), encoding="utf-8")
    return {
        "ANCHORAGE_KAFKA": arguments.kafka,
        "ANCHORAGE_MONGODB_URI": arguments.mongodb,
        "ANCHORAGE_PREFIX": prefix,
        "ANCHORAGE_PORT": str(_free_port()),
        "ANCHORAGE_ALIPAY_MERCHANTS": str(folder / "merchants.json"),
        "ANCHORAGE_ORDER_SECRET": ORDER_SECRET,
        "ANCHORAGE_PAYMENT_FIRST_LOOK": "PT1H",
        "ANCHORAGE_LOG_LEVEL": "WARNING",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _reserve(kafka: str, prefix: str, orders: Sequence[OrderPlaced]) -> None:
    publisher = Publisher(kafka)
    at = system_clock()
    records = [
        direct_record(_reserved(o), event_id=secrets.token_hex(8), at=at, prefix=prefix) for o in orders
    ]
    for first in range(0, len(records), 500):
        await publisher.publish(records[first : first + 500])
    await publisher.stop()


async def _post(http: aiohttp.ClientSession, url: str, form: dict[str, str]) -> None:
    async with http.post(f"{url}/v1/payments/alipay/notify", data=form) as answer:
        text = await answer.text()
        if text != "success":
            raise RuntimeError(f"payment answered a signed notice with {text!r}")


async def _ready(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def _has(db: Database, collection: str, count: int) -> bool:
    return await db[collection].count_documents({}) >= count


async def _wait_until(condition: Callable[[], Awaitable[bool]], what: str, every: float = 0.05) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not await condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {WAIT_SECONDS} s until {what}")
        await asyncio.sleep(every)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
