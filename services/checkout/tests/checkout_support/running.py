"""A running checkout, in which one mini program sells one SKU at 100 fen."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse

from checkout_support import facts
from contracts.catalog import MiniProgramPublished, Owner, ProductListed, ProductState, SkuState
from contracts.event import Event
from contracts.money import cny
from contracts.terms import CommissionTerms
from contracts.topics import ORDERS
from runtime.mongo.client import Document
from runtime.service import Service
from support.events import records_of, tell, types_of, value_of
from support.eventually import Eventually
from support.issuer import Issuer

TERMS = CommissionTerms(platform_bp=100, creator_bp=500, terms_version=1)
CLICK_SECRET = "a secret of the tests, long enough"
ORDER_SECRET = "another secret of the tests, as long"
ADDRESS = {"recipient": "Li Lei", "phone": "13800000000", "region": "Zhejiang", "street": "West Lake 1"}


@dataclass
class RunningCheckout:
    """The service, and what a test needs to talk to it as the buyer, as the owner and as the other services."""

    service: Service
    issuer: Issuer
    kafka: str
    prefix: str
    eventually: Eventually
    mini_program_id: str = field(default_factory=lambda: "mp" + secrets.token_hex(4))
    sku_id: str = field(default_factory=lambda: "sku" + secrets.token_hex(4))
    openid: str = "o_buyer"

    @property
    def product_id(self) -> str:
        return "p" + self.sku_id

    @property
    def collection(self) -> Any:
        """The MongoDB collection of the mini program's orders."""
        return self.service.db[f"orders_{self.mini_program_id}"]

    async def open_shop(self) -> None:
        """Publish the mini program and its product, and wait until checkout sells it."""
        program = MiniProgramPublished(
            version=1, mini_program_id=self.mini_program_id, name="Mountain Goods",
            owner=Owner(owner_id="owner1", name="Mountain Goods", kind="brand"), category="shop",
            logo_url="/media/l.svg", hosts=("host1",), state="published", terms=TERMS,
        )  # fmt: skip
        await self.publish(program, self.product(ProductListed))
        await self.eventually(self._shop_is_open, within=20, what="checkout to know the shop")

    def product(self, happened: type[ProductState], **changes: Any) -> ProductState:
        """The product's event, with these fields."""
        sku = SkuState(
            sku_id=self.sku_id, attributes={"颜色": "白"}, attributes_en={"colour": "white"}, price=cny(100)
        )
        whole = {
            "version": 1, "product_id": self.product_id, "mini_program_id": self.mini_program_id, "title": "Kettle",
            "title_en": "Gooseneck kettle", "category_id": "c1", "skus": (sku,), "terms": TERMS, "images": ("/media/k.svg",),
        }  # fmt: skip
        return happened(**{**whole, **changes})

    async def _shop_is_open(self) -> bool:
        product = await self.service.db["products"].find_one({"skus.sku_id": self.sku_id})
        unknown = self.order_request(lines=[{"sku_id": "nosuchsku", "quantity": 1}])
        _, problem = await self.call("POST", "/orders", unknown, key="x")
        return product is not None and problem["code"] == "unknown_sku"

    def url(self, path: str = "") -> str:
        return f"{self.service.url}/v1/mini-programs/{self.mini_program_id}{path}"

    def buyer_headers(self) -> dict[str, str]:
        return self.issuer.viewer(self.mini_program_id, self.openid)

    def order_request(self, **changes: Any) -> dict[str, Any]:
        """The body for an order of two units."""
        return {"lines": [{"sku_id": self.sku_id, "quantity": 2}], "address": ADDRESS} | changes

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        if_match: int | None = None,
    ) -> tuple[int, Any]:
        """Call as the buyer; `key` is the Idempotency-Key, `if_match` the expected version."""
        headers = self.buyer_headers() | ({"Idempotency-Key": key} if key else {})
        headers |= {"If-Match": f'"{if_match}"'} if if_match is not None else {}
        async with self.service.http.request(method, self.url(path), json=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def call_as_owner(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        if_match: int | None = None,
        **claims: Any,
    ) -> tuple[int, Any]:
        """Call as the owner; `key` is the Idempotency-Key, `if_match` the expected version, `claims` what the token says."""
        headers = self.issuer.headers("owner", **{"owner_id": "owner1", **claims})
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"If-Match": f'"{if_match}"'} if if_match is not None else {}
        url = f"{self.service.url}/v1/owner{path}"
        async with self.service.http.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def call_as_operator(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        if_match: int | None = None,
    ) -> tuple[int, Any]:
        headers = self.issuer.headers("ops") | ({"Idempotency-Key": key} if key else {})
        headers |= {"If-Match": f'"{if_match}"'} if if_match is not None else {}
        url = f"{self.service.url}/v1/ops{path}"
        async with self.service.http.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def place(self, key: str | None = None, **changes: Any) -> Document:
        """Place an order, for two units unless `changes` says otherwise."""
        status, order = await self.call(
            "POST", "/orders", self.order_request(**changes), key=key or secrets.token_hex(8)
        )
        assert status == 201, order
        return dict(order)

    async def placed_id(self) -> str:
        return str((await self.place())["order_id"])

    async def awaits_payment(self, order_id: str) -> None:
        """Bring an order to awaiting_payment: payment sends the link only after stock is reserved."""
        await self.publish(facts.stock_reserved(order_id, self.sku_id))
        await self.until(order_id, "confirmed")
        await self.publish(facts.payment_requested(order_id))
        await self.until(order_id, "awaiting_payment")

    async def paid_id(self) -> str:
        """A new order, brought to paid."""
        order_id = await self.placed_id()
        await self.awaits_payment(order_id)
        await self.publish(facts.payment_settled(order_id))
        await self.until(order_id, "paid")
        return order_id

    async def completed_id(self) -> str:
        """A new order, brought to completed."""
        order_id = await self.paid_id()
        parcel = {"carrier": "SF Express", "tracking_number": "SF" + secrets.token_hex(4)}
        status, answer = await self.call_as_owner("POST", f"/orders/{order_id}/shipments", parcel)
        assert status == 201, answer
        status, answer = await self.call("POST", f"/orders/{order_id}/receipt")
        assert (status, answer["status"]) == (200, "completed"), answer
        return order_id

    async def order(self, order_id: str) -> Document:
        status, order = await self.call("GET", f"/orders/{order_id}")
        assert status == 200, order
        return dict(order)

    async def until(self, order_id: str, status: str) -> Document:
        """Wait until the order has this status."""

        async def reached() -> Document:
            order = await self.order(order_id)
            assert order["status"] == status, order["status"]
            return order

        return dict(await self.eventually(reached, within=15, what=f"order {order_id} to be {status}"))

    @asynccontextmanager
    async def events_of(self, order_id: str) -> AsyncIterator[ClientResponse]:
        """The order's server-sent events."""
        url = self.url(f"/orders/{order_id}/events")
        async with self.service.http.get(url, headers=self.buyer_headers()) as stream:
            yield stream

    async def publish(self, *events: Event) -> None:
        """Publish events of other services."""
        await tell(self.kafka, self.prefix, *events)

    async def published(self, order_id: str) -> list[Document]:
        """Checkout's events about an order, in order."""
        records = await records_of(self.kafka, self.prefix + ORDERS.name)
        return [value_of(record) for record in records if record.key == order_id.encode()]

    async def published_types(self, order_id: str) -> list[str]:
        """The short names of checkout's events about an order, in order."""
        records = await records_of(self.kafka, self.prefix + ORDERS.name)
        return types_of([record for record in records if record.key == order_id.encode()])

    async def until_published(self, order_id: str, *types: str) -> None:
        """Wait until checkout has published this many events about an order, and check their types."""

        async def enough() -> list[str] | None:
            found = await self.published_types(order_id)
            return found if len(found) >= len(types) else None

        assert await self.eventually(enough, what=f"{len(types)} events") == list(types)


async def next_order(stream: ClientResponse, within: float = 10) -> Document:
    """The next order in a stream of server-sent events."""
    async with asyncio.timeout(within):
        while True:
            line = (await stream.content.readline()).decode()
            if line.startswith("data: "):
                return dict(json.loads(line.removeprefix("data: ")))
