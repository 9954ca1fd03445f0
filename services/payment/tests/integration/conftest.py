"""A running payment service beside a running Alipay sandbox, on real Kafka and MongoDB."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiokafka import AIOKafkaConsumer

from alipay_sandbox.key_files import make_key_files
from alipay_sandbox.server import Server
from alipay_sandbox.settings import Settings as SandboxSettings
from contracts.catalog import CommissionTerms
from contracts.checkout import Attribution, OrderCloseRequested, OrderConfirmed, OrderLine, RefundApproved
from contracts.event import Event, parse
from contracts.money import cny
from contracts.topics import MINI_PROGRAMS, ORDERS, PAYMENTS, SETTLEMENTS
from payment.adapters.alipay.keys import SigningKey, VerifyingKeys
from payment.adapters.alipay.wire import notice_text
from payment.app import build_app
from payment.settings import Settings
from runtime.clock import system_clock
from runtime.outbox import direct_record
from runtime.service import Service
from runtime.topics import ensure_topics
from support.eventually import eventually
from support.issuer import Issuer

SHOP = "demoshop01"
TOPICS = (ORDERS, PAYMENTS, SETTLEMENTS, MINI_PROGRAMS)


class ShiftedClock:
    """The machine's time, moved by `shift`."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def __call__(self) -> datetime:
        return system_clock() + self.shift


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alipay-keys")
    make_key_files(folder)
    return folder


@pytest.fixture
def alipay_keys(key_files: Path) -> dict[str, VerifyingKeys]:
    return {"2021000000000001": VerifyingKeys.read([key_files / "alipay_public_key.pem"])}


@pytest.fixture
def signed_form(key_files: Path) -> dict[str, str]:
    """A small notice that Alipay signed."""
    form = {
        "app_id": "2021000000000001", "charset": "utf-8", "sign_type": "RSA2", "trade_no": "1", "out_trade_no": "o1",
        "seller_id": "2088000000000001", "trade_status": "TRADE_SUCCESS", "total_amount": "129.00", "subject": "葡萄酒 & +",
        "gmt_payment": "2026-11-22 12:00:00",
    }  # fmt: skip
    key = SigningKey.read(key_files / "alipay_private_key.pem")
    return form | {"sign": key.sign(notice_text(form))}


def merchants_file(folder: Path, keys: Path, gateway_url: str) -> Path:
    """The settings file of the one merchant that the tests collect with."""
    entry = {
        "merchant": "default",
        "app_id": "2021000000000001",
        "seller_id": "2088000000000001",
        "gateway_url": gateway_url,
        "app_private_key_file": str(keys / "platform_private_key.pem"),
        "alipay_public_key_files": [str(keys / "alipay_public_key.pem")],
    }
    file = folder / "merchants.json"
    file.write_text(json.dumps([entry]))
    return file


@dataclass
class Till:
    """Payment and the sandbox, and what a test wants of both."""

    service: Service
    sandbox: str
    http: aiohttp.ClientSession
    issuer: Issuer
    prefix: str
    clock: ShiftedClock
    alipay_key: SigningKey
    told: list[Event] = field(default_factory=list)

    def confirmed(
        self,
        *,
        amount: int = 12900,
        expires_in: float = 900,
        platform_bp: int = 500,
        creator_bp: int = 1000,
        creator_id: str | None = None,
        product: str = "wap",
        openid: str = "o-buyer",
        **more: Any,
    ) -> OrderConfirmed:
        """An order that checkout has confirmed."""
        now = self.clock()
        line = OrderLine(
            sku_id="sku-1", product_id="p-1", title="葡萄酒 Wine", unit_price=cny(amount), quantity=1,
            line_total=cny(amount), product_version=1,
            terms=CommissionTerms(platform_bp=platform_bp, creator_bp=creator_bp, terms_version=1),
        )  # fmt: skip
        return OrderConfirmed.model_validate(
            {
                "version": 2, "order_id": f"{SHOP}_{secrets.token_hex(13)}", "mini_program_id": SHOP, "at": now,
                "host_id": "host-1", "openid": openid, "lines": [line], "total": cny(amount),
                "attribution": Attribution(surface="video_anchor", creator_id=creator_id), "merchant": "default",
                "payment_product": product, "subject": "葡萄酒 & Wine +1 100%", "expires_at": now + timedelta(seconds=expires_in),
                **more,
            }
        )  # fmt: skip

    async def tell(self, *events: Event) -> None:
        """As checkout or catalog would."""
        at = system_clock()
        await self.service.publisher.publish(
            [direct_record(e, event_id=secrets.token_hex(8), at=at, prefix=self.prefix) for e in events]
        )

    async def open(self, **order: Any) -> tuple[OrderConfirmed, str]:
        """A confirmed order and its cashier link or order string."""
        confirmed = self.confirmed(**order)
        await self.tell(confirmed)
        [requested] = await self.heard(confirmed.order_id, "PaymentRequested")
        return confirmed, requested.cashier_url or requested.order_string

    async def close(self, order: OrderConfirmed, reason: str = "cancelled_by_buyer") -> None:
        await self.tell(
            OrderCloseRequested.model_validate(
                {
                    "version": 3, "order_id": order.order_id, "mini_program_id": SHOP, "at": self.clock(),
                    "reason": reason, "expires_at": order.expires_at,
                }
            )
        )  # fmt: skip

    async def approve_refund(self, order: OrderConfirmed, amount: int, refund_id: str = "") -> str:
        refund_id = refund_id or f"r{secrets.token_hex(8)}"
        await self.tell(
            RefundApproved(
                version=5, order_id=order.order_id, mini_program_id=SHOP, at=self.clock(),
                refund_id=refund_id, amount=cny(amount),
            )
        )  # fmt: skip
        return refund_id

    def of(self, order_id: str, *types: str) -> list[Any]:
        """What payment has told of an order so far."""
        return [
            e
            for e in self.told
            if getattr(e, "order_id", None) == order_id and (not types or type(e).__name__ in types)
        ]

    async def heard(self, order_id: str, event: str, count: int = 1, within: float = 15) -> list[Any]:
        """Wait until payment has told this of the order so often."""
        await eventually(
            lambda: len(self.of(order_id, event)) >= count,
            within,
            f"{count} {event} of {order_id}; told: {[type(e).__name__ for e in self.of(order_id)]}",
        )
        return self.of(order_id, event)

    async def paid(self, **order: Any) -> OrderConfirmed:
        """An order that was paid and settled."""
        confirmed, link = await self.open(**order)
        status, body = await self.pay(link)
        assert status == 200, body
        await self.heard(confirmed.order_id, "PaymentSettled")
        return confirmed

    async def pay(self, link: str, **more: Any) -> tuple[int, Any]:
        """The buyer pays at the sandbox."""
        means = "cashier_url" if link.startswith("http") else "order_string"
        return await self.ask_sandbox("POST", "/sandbox/pay", {means: link, **more})

    async def fault(self, fault: str, count: int = 1, **more: Any) -> None:
        status, body = await self.ask_sandbox(
            "POST", "/sandbox/faults", {"fault": fault, "count": count, **more}
        )
        assert status < 300, body

    async def ask_sandbox(self, method: str, path: str, json: Any = None) -> tuple[int, Any]:
        async with self.http.request(method, self.sandbox + path, json=json) as answer:
            return answer.status, await answer.json(content_type=None)

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        async with self.http.request(method, self.service.url + path, **more) as answer:
            return answer.status, await answer.json(content_type=None)

    async def notify(self, body: bytes | dict[str, str]) -> str:
        """What payment answers to a notice."""
        body = urlencode(body).encode() if isinstance(body, dict) else body
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        url = f"{self.service.url}/v1/payments/alipay/notify"
        async with self.http.post(url, data=body, headers=headers) as answer:
            assert answer.status == 200
            return await answer.text()

    def notice(self, order: OrderConfirmed, **fields: str) -> dict[str, str]:
        """The fields of Alipay's notice that the order is paid, signed; empty ones are left out."""
        amount = f"{order.total.amount // 100}.{order.total.amount % 100:02d}"
        form = {
            "notify_type": "trade_status_sync", "notify_id": secrets.token_hex(16), "notify_time": "2026-11-22 12:00:01",
            "app_id": "2021000000000001", "charset": "utf-8", "version": "1.0", "sign_type": "RSA2",
            "trade_no": f"2026{order.order_id[-24:]}", "out_trade_no": order.order_id, "seller_id": "2088000000000001",
            "trade_status": "TRADE_SUCCESS", "total_amount": amount, "subject": order.subject,
            "gmt_payment": "2026-11-22 12:00:00", "fund_bill_list": '[{"amount":"1.00","fundChannel":"ALIPAYACCOUNT"}]',
        } | fields  # fmt: skip
        form = {name: value for name, value in form.items() if value}
        return form | {"sign": self.alipay_key.sign(notice_text(form))}

    async def postings(self, order_id: str) -> dict[str, dict[str, int]]:
        """The ledger's postings of an order: account and amount by posting id."""
        found = self.service.db["ledger"].find({"order_id": order_id})
        return {p["_id"]: {leg["account"]: leg["amount"] for leg in p["legs"]} async for p in found}

    async def posted(self, order_id: str, posting_id: str, within: float = 15) -> dict[str, int]:
        """Wait for a posting."""
        await eventually(lambda: self._has(order_id, posting_id), within, f"posting {posting_id}")
        return (await self.postings(order_id))[posting_id]

    async def _has(self, order_id: str, posting_id: str) -> bool:
        return posting_id in await self.postings(order_id)

    async def trade(self, order_id: str) -> dict[str, Any]:
        return await self.service.db["trades"].find_one({"_id": order_id}) or {}


@pytest.fixture
def merchants(tmp_path: Path, key_files: Path, sandbox: Server) -> Path:
    """The settings file of the merchants."""
    return merchants_file(tmp_path, key_files, f"{sandbox.url}/gateway.do")


@pytest.fixture
def port() -> int:
    """A free one, known before payment starts, since its address is in every link."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def options() -> dict[str, Any]:
    """Settings that a test module changes."""
    return {}


@pytest.fixture
async def sandbox(mongodb_uri: str, prefix: str, key_files: Path) -> AsyncIterator[Server]:
    settings = SandboxSettings(
        mongodb_uri=mongodb_uri, prefix=prefix, alipay_sandbox_port=0, alipay_sandbox_keys=key_files
    )
    async with Server(settings) as server:
        yield server


@pytest.fixture
async def till(
    kafka_bootstrap: str,
    mongodb_uri: str,
    prefix: str,
    sandbox: Server,
    key_files: Path,
    merchants: Path,
    port: int,
    options: dict[str, Any],
) -> AsyncIterator[Till]:
    await ensure_topics(kafka_bootstrap, prefix, TOPICS)
    clock = ShiftedClock()
    async with Issuer().serving() as issuer, aiohttp.ClientSession() as http:
        settings = Settings(
            **{
                "kafka": kafka_bootstrap,
                "mongodb_uri": mongodb_uri,
                "prefix": prefix,
                "port": port,
                "public_url": f"http://127.0.0.1:{port}",
                "identity_url": issuer.url,
                "alipay_merchants": merchants,
                **options,
            }
        )
        async with build_app(settings, clock=clock).running() as service:
            till = Till(
                service, sandbox.url, http, issuer, prefix, clock,
                SigningKey.read(key_files / "alipay_private_key.pem"),
            )  # fmt: skip
            listening = asyncio.create_task(_listen(kafka_bootstrap, prefix, till.told))
            yield till
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def _listen(bootstrap: str, prefix: str, told: list[Event]) -> None:
    consumer = AIOKafkaConsumer(
        prefix + PAYMENTS.name,
        prefix + SETTLEMENTS.name,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        async for record in consumer:
            told.append(  # noqa: PERF401 - the test looks at the list while it grows
                parse(dict(record.headers)["ce_type"].decode(), record.value)
            )
    finally:
        await consumer.stop()


def names(events: Sequence[Event]) -> list[str]:
    """The short names of the events."""
    return [type(event).__name__ for event in events]


def utc(text: str) -> datetime:
    """A moment written in a test."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
