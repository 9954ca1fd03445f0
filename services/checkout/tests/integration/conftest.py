"""A running checkout with a mini program and two products that it has heard of."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from checkout.app import build_app
from checkout.settings import Settings
from contracts.catalog import (
    MiniProgramPublished,
    Owner,
    ProductListed,
    SkuState,
    StockLine,
    StockReserved,
)
from contracts.event import Event
from contracts.money import cny
from contracts.payment import PaymentRequested, PaymentSettled
from contracts.terms import CommissionTerms
from contracts.topics import TOPICS
from runtime.clock import system_clock
from runtime.kafka.topics import ensure_topics
from runtime.service import Service
from support.events import records_of, tell, types_of
from support.eventually import Eventually
from support.issuer import Issuer

TERMS = CommissionTerms(platform_bp=100, creator_bp=500, terms_version=1)
CLICK_SECRET = "a secret of the tests, long enough"
ADDRESS = {"recipient": "Li Lei", "phone": "13800000000", "region": "Zhejiang", "street": "West Lake 1"}


@dataclass
class Checkout:
    """A running checkout and what a test needs to speak with it."""

    service: Service
    issuer: Issuer
    kafka: str
    prefix: str
    eventually: Eventually
    mini_program_id: str = field(default_factory=lambda: "mp" + secrets.token_hex(4))
    sku_id: str = field(default_factory=lambda: "sku" + secrets.token_hex(4))
    openid: str = "o_buyer"

    def headers(self, **extra: str) -> dict[str, str]:
        return self.issuer.viewer(self.mini_program_id, self.openid) | extra

    def url(self, path: str = "") -> str:
        return f"{self.service.url}/v1/mini-programs/{self.mini_program_id}{path}"

    async def tell(self, *events: Event) -> None:
        await tell(self.kafka, self.prefix, *events)

    async def told(self, topic: str, order_id: str) -> list[str]:
        """The types of the events about one order, in order."""
        records = await records_of(self.kafka, self.prefix + topic)
        return types_of([r for r in records if r.key == order_id.encode()])

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        async with self.service.http.request(
            method, self.url(path), json=body, headers=self.headers(**headers)
        ) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def place(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        body = {"lines": [{"sku_id": self.sku_id, "quantity": 2}], "address": ADDRESS} | changes
        status, order = await self.call(
            "POST", "/orders", body, **{"Idempotency-Key": key or secrets.token_hex(8)}
        )
        assert status == 201, order
        return order  # type: ignore[no-any-return]

    async def order(self, order_id: str) -> dict[str, Any]:
        status, order = await self.call("GET", f"/orders/{order_id}")
        assert status == 200, order
        return order  # type: ignore[no-any-return]

    async def until(self, order_id: str, status: str) -> dict[str, Any]:
        async def there() -> dict[str, Any] | None:
            order = await self.order(order_id)
            assert order["status"] == status, order["status"]
            return order

        return await self.eventually(there, within=15, what=f"order {order_id} to be {status}")  # type: ignore[return-value]

    def reserved(self, order_id: str) -> StockReserved:
        lines = (StockLine(sku_id=self.sku_id, quantity=2),)
        return StockReserved(version=1, order_id=order_id, mini_program_id=self.mini_program_id, lines=lines)

    def requested(self, order_id: str) -> PaymentRequested:
        return PaymentRequested(
            version=1, order_id=order_id, mini_program_id=self.mini_program_id, at=system_clock(), product="wap",
            out_trade_no=order_id, cashier_url="https://pay.example/1",
        )  # fmt: skip

    def settled(self, order_id: str) -> PaymentSettled:
        return PaymentSettled(
            version=2, order_id=order_id, mini_program_id=self.mini_program_id, at=system_clock(), trade_no="T1",
            amount=cny(200),
        )  # fmt: skip

    async def paid(self) -> str:
        """A new order, brought to paid."""
        order_id: str = (await self.place())["order_id"]
        await self.awaits_payment(order_id)
        await self.tell(self.settled(order_id))
        await self.until(order_id, "paid")
        return order_id

    async def awaits_payment(self, order_id: str) -> None:
        """Stock, then the link: payment asks for money only once it has heard that stock is held."""
        await self.tell(self.reserved(order_id))
        await self.until(order_id, "confirmed")
        await self.tell(self.requested(order_id))
        await self.until(order_id, "awaiting_payment")


@pytest_asyncio.fixture(scope="module")
async def running(
    request: pytest.FixtureRequest, kafka_bootstrap: str, mongodb_uri: str, module_prefix: str
) -> AsyncIterator[tuple[Service, Issuer, str]]:
    """One checkout for a module; `TIME_TO_PAY` (seconds) and `REFUND_POLICY` of the module set its own."""
    await ensure_topics(kafka_bootstrap, module_prefix, TOPICS)
    async with Issuer().serving() as issuer:
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=module_prefix, identity_url=issuer.url,
            click_secret=CLICK_SECRET, payment_timeout_seconds=getattr(request.module, "TIME_TO_PAY", 900),
            refund_policy=getattr(request.module, "REFUND_POLICY", "owner"),
        )  # fmt: skip
        async with build_app(settings).running() as service:
            yield service, issuer, module_prefix


@pytest_asyncio.fixture
async def checkout(
    running: tuple[Service, Issuer, str], kafka_bootstrap: str, eventually: Eventually
) -> Checkout:
    """A mini program of the test's own, with one product, that checkout knows."""
    service, issuer, prefix = running
    one = Checkout(service, issuer, kafka_bootstrap, prefix, eventually)
    await one.tell(*_world(one))
    await eventually(lambda: _knows(one), within=20, what="checkout to know the shop")
    return one


async def _knows(one: Checkout) -> bool:
    found = await one.service.db["products"].find_one({"skus.sku_id": one.sku_id})
    unknown = {"lines": [{"sku_id": "nosuchsku", "quantity": 1}], "address": ADDRESS}
    _, problem = await one.call("POST", "/orders", unknown, **{"Idempotency-Key": "x"})
    return found is not None and problem["code"] == "unknown_sku"


def _world(one: Checkout) -> list[Event]:
    program = MiniProgramPublished(
        version=1, mini_program_id=one.mini_program_id, name="Mountain Goods",
        owner=Owner(owner_id="owner1", name="Mountain Goods", kind="brand"), category="shop", logo_url="/media/l.svg",
        hosts=("host1",), state="published", terms=TERMS,
    )  # fmt: skip
    product = ProductListed(
        version=1, product_id="p" + one.sku_id, mini_program_id=one.mini_program_id, title="Kettle", category_id="c1",
        skus=(SkuState(sku_id=one.sku_id, attributes={"colour": "white"}, price=cny(100)),), terms=TERMS,
        images=("/media/k.svg",),
    )  # fmt: skip
    return [program, product]
